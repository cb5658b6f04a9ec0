"""Checks style, types, names and layers of everything in the project."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sparkify.settings import PROJECT

PYTHON_FOLDERS = ("scripts/sparkify", "tests/python")
SQL_FOLDERS = ("models", "tests", "analyses")


class Linter:
    """Runs tools in the project's root, with an environment of their own, and reports on each."""

    def __init__(self, scratch: Path) -> None:
        self.failed: list[str] = []
        # What dbt reads and writes is in the scratch folder; where raw data and lake lie is not needed to parse.
        own = {name: value for name, value in os.environ.items() if not name.startswith(("DBT_", "SPARKIFY_"))}
        self.environment = own | {
            "DBT_PROFILES_DIR": str(scratch),
            "DBT_TARGET_PATH": str(scratch / "target"),
            "DBT_LOG_PATH": str(scratch / "logs"),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "NO_COLOR": "1",
        }
        shutil.copy(PROJECT / "profiles.example.yml", scratch / "profiles.yml")

    def run(
        self, title: str, *commands: list[str], told: Callable[[], str | None] = lambda: None, **variables: str
    ) -> bool:
        """Run a tool; several commands are one tool and all of them run. False if one failed.

        What a failed command printed is its findings, unless `told` has them. Variables are added to the environment.
        """
        self._start(title)
        started = time.monotonic()
        outputs = [output for command in commands if (output := self._failure(command, variables)) is not None]
        seconds = time.monotonic() - started
        print(f"{seconds:5.1f} s  {'failed:' if outputs else 'ok'}", flush=True)
        if outputs:
            findings = told() or "\n".join(outputs)
            print("".join(f"    {line}\n" for line in findings.splitlines()), end="", flush=True)
            self.failed.append(title)
        return not outputs

    def mend(self, *commands: list[str]) -> None:
        """Run what changes files, in silence: what it can't mend is found afterwards."""
        for command in commands:
            self._failure(command, {})

    def leave_out(self, title: str, reason: str) -> None:
        """Say that a tool does not run, and why; no failure."""
        self._start(title)
        print(f"      -  left out: {reason}", flush=True)

    def _start(self, title: str) -> None:
        print(f"{title:<12}", end="", flush=True)

    def _failure(self, command: list[str], variables: dict[str, str]) -> str | None:
        process = subprocess.run(
            command,
            cwd=PROJECT,
            env=self.environment | variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        if process.returncode == 0:
            return None
        return process.stdout.strip() or f"{command[0]} ended with code {process.returncode} and said nothing."


def lint_python(linter: Linter, fix: bool) -> None:
    """Style and types of the Python code."""
    quietly = ["--quiet", "--no-cache", "--output-format=concise"]
    check, form = ([_tool("ruff"), command, *quietly] for command in ("check", "format"))
    if fix:
        linter.mend([*check, "--fix", "."], [*form, "."])
    linter.run("ruff", [*check, "."], [*form, "--check", "."])
    # Without its cache mypy takes ten seconds more, for the packages; so it is kept, with the packages.
    linter.run("mypy", [_tool("mypy"), "--cache-dir", str(Path(sys.prefix, ".mypy_cache")), *PYTHON_FOLDERS])


def lint_shell(linter: Linter) -> None:
    """The shell scripts, if the machine has shellcheck."""
    shellcheck = shutil.which("shellcheck")
    if shellcheck is None:
        linter.leave_out("shellcheck", "it is not on the PATH")
        return
    linter.run("shellcheck", [shellcheck, *_shell_scripts()])


def lint_dbt(linter: Linter, scratch: Path, fix: bool) -> None:
    """What dbt reads: that it can be parsed, the style of the SQL, and the rules on names, layers and documentation."""
    if not linter.run("dbt parse", [_tool("dbt"), "--quiet", "parse"]):
        for title in ("sqlfluff", "dbt-bouncer"):
            linter.leave_out(title, "dbt can't parse the project")
        return
    # With the project's settings alone, not merged with those of the user's home.
    own_settings = ["--ignore-local-config", "--config", ".sqlfluff", "--disable-progress-bar"]
    folders = [folder for folder in SQL_FOLDERS if (PROJECT / folder).is_dir()]
    sqlfluff = [sys.executable, "-m", "sparkify.sql_style"]
    if fix:
        linter.mend([*sqlfluff, "fix", *own_settings, *folders])
    linter.run("sqlfluff", [*sqlfluff, "lint", *own_settings, *folders])
    if importlib.util.find_spec("dbt_bouncer") is None:
        linter.leave_out("dbt-bouncer", "it is not installed, as it needs Python 3.11")
        return
    # It looks for target/ in the project's folder and keeps a cache in the home, which would be left behind and which
    # it misreads: both are the scratch folder here. Its tables cut what they say, so the findings come from a file.
    report = scratch / "bouncer.json"
    linter.run(
        "dbt-bouncer",
        [
            _tool("dbt-bouncer"),
            "run",
            "--config-file=dbt-bouncer.yml",
            f"--output-file={report}",
            "--output-only-failures",
        ],
        told=lambda: _bouncer_findings(report),
        DBT_PROJECT_DIR=str(scratch),
        HOME=str(scratch),
    )


def _bouncer_findings(report: Path) -> str | None:
    """A line for each finding; None if there is no report, because the tool itself failed."""
    if not report.exists():
        return None
    found = json.loads(report.read_text())
    return "\n".join(sorted(f"{one['file_path'] or 'project'}: {one['failure_message']}" for one in found))


def _tool(name: str) -> str:
    """A program of the environment that this one runs in, whatever the PATH says."""
    return str(Path(sys.executable).parent / name)


def _shell_scripts() -> list[str]:
    """Files that begin with the `#!` line of a shell."""
    files = [path for folder in ("scripts", ".ci") for path in sorted(PROJECT.glob(f"{folder}/*"))]
    # The links beside scripts/run are that file.
    own = (path for path in files if path.is_file() and not path.is_symlink())
    first_lines = {path: path.read_bytes().split(b"\n", 1)[0] for path in own}
    return [
        str(path.relative_to(PROJECT))
        for path, line in first_lines.items()
        if line.startswith(b"#!") and line.endswith(b"sh")
    ]


def lint(fix: bool) -> int:
    """0 if no tool found anything, else 1."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="sparkify-lint-") as folder:
        linter = Linter(Path(folder))
        lint_python(linter, fix)
        lint_shell(linter)
        lint_dbt(linter, Path(folder), fix)
    outcome = f"failed: {', '.join(linter.failed)}" if linter.failed else "ok"
    print(f"{'lint':<12}{time.monotonic() - started:5.1f} s  {outcome}", flush=True)
    return 1 if linter.failed else 0
