"""Check style, types, names and layers, without running anything; needs neither Java nor a network.

One line per tool: its seconds, and `ok` or what it found. User settings (profiles.yml, DBT_... and SPARKIFY_...
variables) make no difference, and no file of the project changes unless --fix is given.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
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

    def run(self, title: str, *commands: list[str], **variables: str) -> bool:
        """Run a tool; several commands are one tool and all of them run. False if one failed."""
        self._start(title)
        started = time.monotonic()
        findings = [found for command in commands if (found := self._findings(command, variables)) is not None]
        seconds = time.monotonic() - started
        print(f"{seconds:5.1f} s  {'failed:' if findings else 'ok'}", flush=True)
        for found in findings:
            print("".join(f"    {line}\n" for line in found.splitlines()), end="", flush=True)
        if findings:
            self.failed.append(title)
        return not findings

    def leave_out(self, title: str, reason: str) -> None:
        """Say that a tool does not run, and why; no failure."""
        self._start(title)
        print(f"      -  left out: {reason}", flush=True)

    def _start(self, title: str) -> None:
        print(f"{title:<12}", end="", flush=True)

    def _findings(self, command: list[str], variables: dict[str, str]) -> str | None:
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
    linter.run(
        "ruff",
        [_tool("ruff"), "check", "--quiet", "--no-cache", *(["--fix"] if fix else []), "."],
        [_tool("ruff"), "format", "--quiet", "--no-cache", *([] if fix else ["--diff"]), "."],
    )
    # Without its cache mypy takes ten seconds more, for the packages; so it is kept, with the packages.
    linter.run("mypy", [_tool("mypy"), "--cache-dir", str(Path(sys.prefix, ".mypy_cache")), *PYTHON_FOLDERS])


def lint_shell(linter: Linter) -> None:
    """The shell scripts, if the machine has shellcheck."""
    shellcheck = shutil.which("shellcheck")
    if shellcheck is None:
        linter.leave_out("shellcheck", "it is not on the PATH")
        return
    linter.run("shellcheck", [shellcheck, "--external-sources", *_shell_scripts()])


def lint_dbt(linter: Linter, scratch: Path, fix: bool) -> None:
    """What dbt reads: that it can be parsed, the style of the SQL, and the rules on names, layers and documentation."""
    if not linter.run("dbt parse", [_tool("dbt"), "--quiet", "parse"]):
        for title in ("sqlfluff", "dbt-bouncer"):
            linter.leave_out(title, "dbt can't parse the project")
        return
    # With the project's settings alone, not merged with those of the user's home.
    own_settings = ["--ignore-local-config", "--config", ".sqlfluff", "--disable-progress-bar"]
    folders = [folder for folder in SQL_FOLDERS if (PROJECT / folder).is_dir()]
    linter.run(
        "sqlfluff", [sys.executable, "-m", "sparkify.sql_style", "fix" if fix else "lint", *own_settings, *folders]
    )
    if importlib.util.find_spec("dbt_bouncer") is None:
        linter.leave_out("dbt-bouncer", "it is not installed, as it needs Python 3.11")
        return
    # It looks for target/ in the project's folder and keeps a cache in the home: both are the scratch folder here.
    linter.run(
        "dbt-bouncer",
        [_tool("dbt-bouncer"), "run", "--config-file", "dbt-bouncer.yml", "--show-all-failures"],
        DBT_PROJECT_DIR=str(scratch),
        HOME=str(scratch),
        COLUMNS="160",
    )


def _tool(name: str) -> str:
    """A program of the environment that this one runs in, whatever the PATH says."""
    return str(Path(sys.executable).parent / name)


def _shell_scripts() -> list[str]:
    """Files with a line `#!` of a shell, and those that such files source."""
    scripts = []
    for path in sorted([*PROJECT.glob("scripts/*"), *PROJECT.glob("scripts/spark/*"), *PROJECT.glob(".ci/*")]):
        if path.is_file():
            with path.open("rb") as file:
                first_line = file.readline()
            if path.suffix == ".sh" or (first_line.startswith(b"#!") and first_line.rstrip().endswith(b"sh")):
                scripts.append(str(path.relative_to(PROJECT)))
    return scripts


def parser() -> argparse.ArgumentParser:
    """Command line of scripts/lint."""
    arguments = argparse.ArgumentParser(
        prog="scripts/lint", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument(
        "--fix", action="store_true", help="mend what ruff and sqlfluff can mend by themselves, and report the rest"
    )
    return arguments


def main(argv: list[str] | None = None) -> int:
    """0 if no tool found anything, else 1."""
    options = parser().parse_args(argv)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="sparkify-lint-") as folder:
        linter = Linter(Path(folder))
        lint_python(linter, options.fix)
        lint_shell(linter)
        lint_dbt(linter, Path(folder), options.fix)
    outcome = f"failed: {', '.join(linter.failed)}" if linter.failed else "ok"
    print(f"{'lint':<12}{time.monotonic() - started:5.1f} s  {outcome}", flush=True)
    return 1 if linter.failed else 0


if __name__ == "__main__":
    sys.exit(main())
