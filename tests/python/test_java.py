"""sparkify.java, with Java and its download replaced by small scripts."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

from sparkify import java
from sparkify.errors import UserError
from sparkify.settings import PROJECT

JAVA = """#!/bin/sh
case "$*" in *--add-modules=jdk.incubator.vector*)
    if [ HAS_MODULE = no ]; then echo 'Module jdk.incubator.vector not found' >&2; exit 1; fi ;;
esac
printf '    java.home = %s\\n    java.version = %s\\n' 'HOME' 'VERSION' >&2
"""


def fake_java(home: Path, version: str = "17.0.15", module: str = "yes") -> Path:
    """A Java home whose java says that it is of a version."""
    program = home / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(JAVA.replace("HOME", str(home)).replace("VERSION", version).replace("HAS_MODULE", module))
    program.chmod(0o755)
    return home


class Machine:
    """A machine without any Java, and an install-jdk that installs a fake one."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.set = monkeypatch.setenv
        self.downloads: list[tuple[str, bool]] = []
        self.error: Exception | None = None
        self.downloaded_version = "17.0.19"
        self.bin = folder / "bin"
        self.bin.mkdir()
        (self.bin / "sh").symlink_to("/bin/sh")
        monkeypatch.setenv("PATH", str(self.bin))
        monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        monkeypatch.delenv("JAVA_HOME", raising=False)
        monkeypatch.setattr("socket.setdefaulttimeout", lambda seconds: None)
        install_jdk = ModuleType("jdk")
        install_jdk.install = self.install  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "jdk", install_jdk)

    def install(self, version: str, *, jre: bool, path: str) -> str:
        self.downloads.append((version, jre))
        if self.error:
            raise self.error
        fake_java(Path(path) / "jdk-17-jre" / "Contents" / "Home", self.downloaded_version)
        return str(Path(path) / "jdk-17-jre")

    def on_path(self, home: Path) -> Path:
        (self.bin / "java").symlink_to(home / "bin" / "java")
        return home


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


Said = pytest.CaptureFixture[str]


@pytest.mark.parametrize("version", ["17", "17.0.15", "21.0.4", "21.0.10+8-LTS"])
def test_java_home_is_taken(machine: Machine, capsys: Said, version: str) -> None:
    machine.on_path(fake_java(machine.folder / "other"))
    home = fake_java(machine.folder / "mine", version)
    machine.set("JAVA_HOME", str(home))
    assert (java.home(), capsys.readouterr().err) == (str(home), "")


@pytest.mark.parametrize("version", ["1.8.0_432", "11.0.24", "16.0.2", "22.0.1", "25.0.3", "26-ea"])
def test_another_java_home_is_named_and_the_next_taken(machine: Machine, capsys: Said, version: str) -> None:
    home = machine.on_path(fake_java(machine.folder / "other"))
    machine.set("JAVA_HOME", str(fake_java(machine.folder / "mine", version)))
    assert java.home() == str(home)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"JAVA_HOME ({machine.folder}/mine) has no Java that Spark can use, and Spark 4.1 needs")


def test_java_without_the_module_and_no_java_at_all(machine: Machine) -> None:
    machine.set("JAVA_HOME", str(machine.folder / "nothing"))
    machine.on_path(fake_java(machine.folder / "other", module="no"))
    assert java.home().endswith("Contents/Home")
    assert machine.downloads == [("17", True)]


def test_java_is_fetched_once(machine: Machine, capsys: Said) -> None:
    # macOS's stub.
    (machine.bin / "java").write_text("#!/bin/sh\necho 'No Java runtime present' >&2\nexit 1\n")
    (machine.bin / "java").chmod(0o755)
    home = java.home()
    kept = machine.folder / "cache" / "sparkify"
    assert capsys.readouterr().err == f"Fetching Java 17 (Temurin) into {kept / 'jdk'} (once; about 45 MB) ...\n"
    assert home.endswith("Contents/Home")
    assert sorted(os.listdir(kept)) == ["jdk", "lock"]
    assert (java.home(), capsys.readouterr().err) == (home, "")
    assert len(machine.downloads) == 1


def test_a_failed_download_is_a_sentence(machine: Machine) -> None:
    machine.error = OSError("<urlopen error no route to host>")
    with pytest.raises(UserError, match=r"fetching one failed \(urlopen error no route to host\); install Java 17, "):
        java.home()
    assert os.listdir(machine.folder / "cache" / "sparkify") == ["lock"]


def test_a_download_that_does_not_run(machine: Machine) -> None:
    machine.downloaded_version = "11"
    with pytest.raises(UserError, match="what was fetched does not run on this machine"):
        java.home()


def test_the_versions_are_those_of_the_pinned_spark() -> None:
    """Another Spark runs on other Javas: then java.py wants new numbers."""
    assert "\npyspark==4.1." in (PROJECT / "requirements.lock").read_text()
    assert "Spark 4.1 " in java.NEEDED
