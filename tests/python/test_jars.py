"""sparkify.jars, with Java, which runs Ivy, and Maven Central replaced by a small script and a folder."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

import pytest

from sparkify import jars, java
from sparkify.errors import UserError

# It notes that it was called, and puts what ivy.xml names from the folder `central` into the one that it stands in.
JAVA = """#!/bin/sh
echo "$*" >>"$FAKE/calls"
cp settings.xml "$FAKE/settings.xml" 2>/dev/null
sleep "${FAKE_SLEEP:-0}"
for file in "$FAKE"/central/*; do
    name=$(basename "$file")
    grep -q "name=\\"${name%-*}\\"" ivy.xml && cp "$file" .
done
exit "${FAKE_EXIT:-0}"
"""
S3 = "hadoop-aws-3.4.2.jar"
RUNTIME = "iceberg-spark-runtime-4.1_2.13-1.12.0.jar"


class Machine:
    """A Spark of two jars, a place that has those that it lacks, and a cache folder."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.spark = folder / "pyspark"
        self.central = folder / "central"
        self.kept = folder / "cache" / "sparkify" / "jars"
        for each in (self.spark / "jars", self.central, folder / "java" / "bin"):
            each.mkdir(parents=True)
        for name in ("spark-core_2.13-4.1.4.jar", "ivy-2.5.3.jar"):
            (self.spark / "jars" / name).touch()
        program = folder / "java" / "bin" / "java"
        program.write_text(JAVA)
        program.chmod(0o755)
        known = []
        for spark, name in (("4.1", RUNTIME), ("4.1-s3", S3), ("3.5", "iceberg-spark-runtime-3.5_2.12-1.12.0.jar")):
            (self.central / name).write_text(name)
            artifact, _, version = name.removesuffix(".jar").rpartition("-")
            known.append(f"{spark} org.example:{artifact}:{version} {hashlib.sha256(name.encode()).hexdigest()}")
        self.list = folder / "jars.txt"
        self.list.write_text("# comment\n" + "\n".join(known) + "\n")
        monkeypatch.setattr(jars, "LIST", self.list)
        monkeypatch.setattr(java, "home", lambda: str(folder / "java"))
        monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        monkeypatch.setenv("FAKE", str(folder))
        monkeypatch.delenv(jars.MIRROR, raising=False)

    @property
    def calls(self) -> int:
        """How often Ivy was asked."""
        calls = self.folder / "calls"
        return len(calls.read_text().splitlines()) if calls.exists() else 0

    def linked(self) -> list[str]:
        return sorted(jar.name for jar in (self.spark / "jars").iterdir() if jar.is_symlink())


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


def test_jars_are_fetched_once_and_linked(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    jars.ensure(machine.spark)
    assert capsys.readouterr().err == f"Fetching 1 jars for Spark into {machine.kept} (once) ...\n"
    assert machine.linked() == [RUNTIME]
    assert (machine.spark / "jars" / RUNTIME).readlink() == machine.kept / RUNTIME
    jars.ensure(machine.spark)
    assert (capsys.readouterr().err, machine.calls) == ("", 1)
    # The client for S3, and nothing that is there already.
    jars.ensure(machine.spark, with_s3=True)
    assert (machine.linked(), machine.calls) == ([S3, RUNTIME], 2)
    # Another environment takes what is kept.
    (machine.spark / "jars" / RUNTIME).unlink()
    jars.ensure(machine.spark)
    assert (machine.linked(), machine.calls) == ([S3, RUNTIME], 2)


@pytest.mark.parametrize("kept_before", [True, False])
def test_a_file_with_another_checksum_is_refused(machine: Machine, kept_before: bool) -> None:
    if kept_before:
        machine.kept.mkdir(parents=True)
        (machine.kept / RUNTIME).write_text("another")
    else:
        (machine.central / RUNTIME).write_text("another")
    with pytest.raises(UserError, match=f"{RUNTIME} was not the file that jars.txt names, and is deleted; try again"):
        jars.ensure(machine.spark)
    assert machine.linked() == []
    assert set(os.listdir(machine.kept)) <= {"lock", "fetch.log"}


def test_a_fetch_that_fails_leaves_nothing(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_EXIT", "1")
    with pytest.raises(UserError, match=rf"Fetching {RUNTIME} from Maven Central failed; .*fetch\.log says why"):
        jars.ensure(machine.spark)
    assert machine.linked() == []
    assert sorted(os.listdir(machine.kept)) == ["fetch.log", "lock"]


def test_what_a_killed_fetch_left_is_removed(machine: Machine) -> None:
    (machine.kept / "new-killed").mkdir(parents=True)
    (machine.kept / "new-killed" / RUNTIME).write_text("half")
    jars.ensure(machine.spark)
    assert sorted(os.listdir(machine.kept)) == ["fetch.log", RUNTIME, "lock"]


def test_two_at_once_fetch_once(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_SLEEP", "0.5")
    threads = [threading.Thread(target=jars.ensure, args=(machine.spark,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (machine.linked(), machine.calls) == ([RUNTIME], 1)


def test_jars_of_an_older_version_go(machine: Machine) -> None:
    jars.ensure(machine.spark)
    old = machine.spark / "jars" / "iceberg-spark-runtime-4.1_2.13-1.11.0.jar"
    old.symlink_to(machine.kept / old.name)
    foreign = machine.spark / "jars" / "foreign.jar"
    foreign.symlink_to(machine.list)
    (machine.spark / "jars" / RUNTIME).unlink()
    jars.ensure(machine.spark)
    assert machine.linked() == ["foreign.jar", RUNTIME]


def test_they_are_copied_where_there_are_no_links(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    jars.ensure(machine.spark)
    assert machine.linked() == []
    assert (machine.spark / "jars" / RUNTIME).read_text() == RUNTIME


def test_a_mirror_is_asked_instead(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(jars.MIRROR, "http://127.0.0.1:1/a&b")
    jars.ensure(machine.spark)
    assert 'root="http://127.0.0.1:1/a&amp;b"' in (machine.folder / "settings.xml").read_text()
    assert "-settings settings.xml" in (machine.folder / "calls").read_text()


@pytest.mark.parametrize(("core", "version"), [("spark-core_2.13-4.2.1.jar", "4.2"), ("spark.jar", "unknown")])
def test_another_spark_is_refused(machine: Machine, core: str, version: str) -> None:
    (machine.spark / "jars" / "spark-core_2.13-4.1.4.jar").rename(machine.spark / "jars" / core)
    with pytest.raises(UserError, match=rf"\({version}\) is none that Iceberg is known for here; take 4\.1 or 3\.5"):
        jars.ensure(machine.spark)


def test_each_jar_is_named_with_its_checksum() -> None:
    lines = [line.split() for line in jars.LIST.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert {spark for spark, *_ in lines} == {"3.5", "3.5-s3", "4.1", "4.1-s3"}
    assert all(name.count(":") == 2 and len(sha256) == 64 for _, name, sha256 in lines)
