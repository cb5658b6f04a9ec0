"""scripts/run and the links to it, with uv and the environment's python replaced by small scripts."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from sparkify.cli import sparkify
from sparkify.settings import PROJECT

# What every Linux and macOS has; whatever else this machine has (a Python, uv) is not found.
TOOLS = ("sh", "basename", "cat", "cksum", "cp", "dirname", "echo", "mkdir", "readlink", "rm", "sleep", "env")
# What it installs is itself, as a python that says what it is asked for.
UV = """#!/bin/sh
echo "$*" >>"$FAKE/uv-calls"
case $1 in
    venv) for folder in "$@"; do :; done; mkdir -p "$folder/bin" && cp "$0" "$folder/bin/python" ;;
    pip) if [ -n "${FAKE_SLEEP:-}" ]; then sleep "$FAKE_SLEEP"; fi; exit "${FAKE_EXIT:-0}" ;;
    run | -m) echo "$PYTHONPATH: $*" ;;
esac
"""


class Project:
    """A copy of the project's scripts, and a PATH of its own."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "pro ject"
        self.fake = folder / "fake"
        self.fake.mkdir()
        for tool in TOOLS:
            if found := shutil.which(tool):
                (self.fake / tool).symlink_to(found)
        self.uv = self.fake / "uv"
        self.uv.write_text(UV)
        self.uv.chmod(0o755)
        shutil.copytree(PROJECT / "scripts", self.root / "scripts", symlinks=True, ignore=lambda *_: ["sparkify"])
        for lock in ("requirements.lock", "requirements-dev.lock"):
            (self.root / lock).write_text(lock)

    def begin(self, name: str, *arguments: str, folder: Path | None = None, **more: str) -> subprocess.Popen[str]:
        """Call a file in scripts/."""
        return subprocess.Popen(
            [str(self.root / "scripts" / name), *arguments],
            cwd=folder or self.root,
            env={"PATH": str(self.fake), "FAKE": str(self.fake), "HOME": str(self.root), **more},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def call(self, name: str, *arguments: str, folder: Path | None = None, **more: str) -> tuple[int, str, str]:
        """The exit code and what was said."""
        called = self.begin(name, *arguments, folder=folder, **more)
        out, err = called.communicate(timeout=60)
        return called.returncode, out, err

    @property
    def installed(self) -> list[str]:
        """What uv was asked to install so far: lock files, with a mark where it was to begin anew."""
        calls = (self.fake / "uv-calls").read_text().splitlines() if (self.fake / "uv-calls").exists() else []
        locks = [line for line in calls if line.startswith("pip") and "--require-hashes" in line]
        return [Path(line).name + (" anew" if "--reinstall" in line else "") for line in locks]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_the_first_call_installs_and_the_second_does_nothing(project: Project) -> None:
    code, out, err = project.call("run", "--raw", "b c")
    assert (code, out) == (0, f"{project.root}/scripts: -m sparkify.cli run --raw b c\n")
    assert err.startswith(f"Installing the packages of requirements.lock into {project.root}/.venv (once; ")
    assert project.call("run", "--raw", "b c") == (0, out, "")
    assert project.installed == ["requirements.lock"]


def test_a_changed_lock_file_is_installed(project: Project) -> None:
    project.call("run")
    (project.root / "requirements.lock").write_text("another")
    project.call("run")
    assert project.installed == ["requirements.lock"] * 2


def test_what_tests_need_is_more_than_what_others_need(project: Project) -> None:
    for name in ("query", "lint", "compare_engines", "run", "test"):
        assert project.call(name)[0] == 0
    assert project.installed == ["requirements.lock", "requirements-dev.lock"]


def test_links_are_the_commands_of_their_names(project: Project) -> None:
    names = {path.name for path in (PROJECT / "scripts").iterdir() if path.is_symlink()} | {"run"}
    assert names == set(sparkify.commands) - {"compare"} | {"compare_engines"}
    assert project.call("compare_engines")[1].endswith(" -m sparkify.cli compare\n")


@pytest.mark.parametrize("name", ["run", "lint"])
def test_nobody_waits_for_packages_to_read_the_help(project: Project, name: str) -> None:
    code, out, err = project.call(name, "--help")
    assert (code, err, project.installed) == (0, "", [])
    assert out.endswith(f" --with click python -m sparkify.cli {name} --help\n")
    project.call("run")
    assert project.call(name, "-h")[1].endswith(f": -m sparkify.cli {name} -h\n")
    assert project.installed == ["requirements.lock"]


def test_from_elsewhere_and_through_symlinks(project: Project, tmp_path: Path) -> None:
    link = tmp_path / "run"
    link.symlink_to(project.root / "scripts" / "run")
    called = subprocess.run(
        [link], cwd=tmp_path, env={"PATH": str(project.fake), "FAKE": str(project.fake), "HOME": "/"}, check=True
    )
    assert called.returncode == 0
    assert (project.root / ".venv").is_dir()


def test_another_folder_for_the_environment(project: Project, tmp_path: Path) -> None:
    assert project.call("run", folder=tmp_path, SPARKIFY_VENV="envs/one")[0] == 0
    assert (tmp_path / "envs" / "one" / "bin" / "python").exists()
    assert not (project.root / ".venv").exists()


def test_a_failed_installation_is_tried_again(project: Project) -> None:
    assert project.call("run", FAKE_EXIT="3")[:2] == (3, "")
    assert project.call("run")[0] == 0
    assert project.installed == ["requirements.lock", "requirements.lock anew"]


def test_an_interrupted_installation_costs_nothing_that_worked(project: Project) -> None:
    project.call("run")
    slow = project.begin("test", FAKE_SLEEP="30")
    while len(project.installed) < 2:
        time.sleep(0.05)
    # Not SIGINT, which children of a shell's background jobs ignore.
    os.killpg(slow.pid, signal.SIGTERM)
    slow.communicate(timeout=10)
    assert project.call("run")[::2] == (0, "")
    assert project.call("test")[0] == 0
    assert project.installed[2:] == ["requirements-dev.lock anew"]


def test_who_comes_while_another_installs_does_not_begin_anew(project: Project) -> None:
    both = [project.begin("run", FAKE_SLEEP="1") for _ in range(2)]
    for called in both:
        called.communicate(timeout=30)
        assert called.returncode == 0
    assert set(project.installed) == {"requirements.lock"}


def test_a_broken_or_moved_environment_is_made_anew(project: Project) -> None:
    project.call("run")
    (project.root / ".venv" / "bin" / "python").unlink()
    assert project.call("run")[0] == 0
    project.root = project.root.rename(project.root.parent / "moved")
    assert project.call("run")[0] == 0
    assert project.installed == ["requirements.lock"] * 3


def test_uv_is_fetched_where_it_is_missing(project: Project) -> None:
    project.uv.rename(project.fake / "python3")
    code, out, err = project.call("run")
    assert (code, out) == (1, "")
    assert err.splitlines()[0] == f"Fetching uv into {project.root}/.cache/sparkify/uv (once; 60 MB) ..."
    assert err.splitlines()[-1].startswith("uv could not be fetched; install it as https://docs.astral.sh/uv says")


def test_an_unknown_spark_is_said(project: Project) -> None:
    assert project.call("run", SPARKIFY_SPARK="3")[::2] == (
        2,
        "SPARKIFY_SPARK is 3; set it to 4 or 3.5, or unset it.\n",
    )
