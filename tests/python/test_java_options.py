"""How Spark starts Java: scripts/spark/spark-env.sh goes by the size of the raw data and what the first start left."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pyspark
import pytest

from sparkify.settings import PROJECT

QUICK = "-XX:TieredStopAtLevel=1"
SETTINGS = PROJECT / "scripts" / "spark"
MEBIBYTE = 2**20


def start(argument: str, spark: Path, settings: Path = SETTINGS, **environment: str) -> tuple[list[str], str]:
    """Java's options for a process that is started with an argument, and the folder where it looks for settings."""
    answer = 'echo "$SPARK_SUBMIT_OPTS"; echo "$SPARK_CONF_DIR"'
    script = f"set -- --name test {argument}; . {SETTINGS}/spark-env.sh; {answer}"
    known = {name: value for name, value in os.environ.items() if name not in ("SPARKIFY_JIT", "SPARK_SUBMIT_OPTS")}
    known |= {"SPARK_HOME": str(spark), "SPARK_CONF_DIR": str(settings)}
    command = subprocess.run(
        ["bash", "-c", script], cwd=PROJECT, env=known | environment, capture_output=True, text=True, check=True
    )
    options, folder = command.stdout.splitlines()
    return options.split(), folder


def is_quick(spark: Path, **environment: str) -> bool:
    return QUICK in start("pyspark-shell", spark, SETTINGS, **environment)[0]


def raw_folder(folder: Path, mebibytes: int) -> str:
    with (folder / "events.json").open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, mebibytes * MEBIBYTE)
    return str(folder)


@pytest.fixture
def spark(tmp_path: Path) -> Path:
    """A Spark of a single jar, in an environment whose python notes what it is asked for."""
    home = tmp_path / "lib" / "pyspark"
    (home / "jars").mkdir(parents=True)
    (home / "jars" / "core.jar").write_bytes(b"1")
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text(f'#!/bin/sh\necho "$*" >>"{tmp_path}/asked"\n')
    python.chmod(0o755)
    return home


@pytest.mark.parametrize(("mebibytes", "quick"), [(1, True), (250, True), (260, False)])
def test_much_raw_data_is_worth_both_compilers(tmp_path: Path, spark: Path, mebibytes: int, quick: bool) -> None:
    assert is_quick(spark, SPARKIFY_RAW=raw_folder(tmp_path, mebibytes)) == quick


@pytest.mark.parametrize("place", ["SPARKIFY_RAW", "SPARKIFY_LAKE"])
def test_the_client_for_s3_is_fetched_when_it_is_needed(tmp_path: Path, spark: Path, place: str) -> None:
    start("pyspark-shell", spark, SETTINGS, **{place: "here"})
    assert not (tmp_path / "asked").exists()
    start("pyspark-shell", spark, SETTINGS, **{place: "s3://bucket/folder"})
    assert (tmp_path / "asked").read_text() == "-m sparkify.cli prepare --s3\n"
    (tmp_path / "bin" / "python").write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(subprocess.CalledProcessError):
        start("pyspark-shell", spark, SETTINGS, **{place: "s3://bucket/folder"})


def test_the_folder_of_a_new_catalog_is_made(tmp_path: Path, spark: Path) -> None:
    start(f"--conf spark.sql.catalog.lake.uri=jdbc:sqlite:{tmp_path}/s3/bucket/catalog.db pyspark-shell", spark)
    assert (tmp_path / "s3" / "bucket").is_dir()


@pytest.mark.parametrize("raw", ["s3a://bucket/raw", "/nowhere"])
def test_raw_data_of_unknown_size_counts_as_little(spark: Path, raw: str) -> None:
    assert is_quick(spark, SPARKIFY_RAW=raw)


def test_the_environment_decides_otherwise(tmp_path: Path, spark: Path) -> None:
    assert not is_quick(spark, SPARKIFY_RAW="/nowhere", SPARKIFY_JIT="full")
    much = raw_folder(tmp_path, 260)
    assert is_quick(spark, SPARKIFY_RAW=much, SPARKIFY_JIT="quick")


def test_servers_have_their_own_settings(spark: Path) -> None:
    options, settings = start("--class org.apache.spark.sql.hive.thriftserver.HiveThriftServer2", spark)
    assert options == []
    assert settings == str(SETTINGS)


def archive_option(spark: Path, settings: Path = SETTINGS, **environment: str) -> tuple[str, Path]:
    """The option that names the file of classes, and the file."""
    options, folder = start("pyspark-shell", spark, settings, **environment)
    assert not Path(folder).exists()
    (option,) = [option for option in options if option.endswith(".jsa")]
    name, file = option.split("=", 1)
    return name, Path(file)


def test_the_first_start_leaves_its_classes_to_later_ones(spark: Path) -> None:
    wrote, file = archive_option(spark)
    assert (wrote, file.parent) == ("-XX:ArchiveClassesAtExit", spark)
    file.write_bytes(b"\xf0\x0b\xab\xa2")
    assert archive_option(spark) == ("-XX:SharedArchiveFile", file)


def test_java_begins_with_the_classes_of_the_first_start(tmp_path: Path) -> None:
    real = Path(pyspark.__file__).parent
    home = tmp_path / "spark"
    home.mkdir()
    for part in ("bin", "jars", "conf"):
        (home / part).symlink_to(real / part)
    loaded = tmp_path / "loaded.txt"
    command = [str(home / "bin" / "spark-submit"), "--version", "pyspark-shell"]
    environment = os.environ | {"SPARK_HOME": str(home), "SPARK_SUBMIT_OPTS": f"-Xlog:class+load:file={loaded}"}
    from_archive = []
    for _ in range(2):
        subprocess.run(command, env=environment, capture_output=True, check=True)
        lines = loaded.read_text(encoding="utf-8").splitlines()
        from_archive.append([line for line in lines if "org.apache.spark" in line and "shared objects file" in line])
    assert not from_archive[0]
    assert len(from_archive[1]) > 20


def test_a_file_that_another_start_writes_is_left_to_it(spark: Path) -> None:
    _, file = archive_option(spark)
    file.write_bytes(bytes(4096))
    options, _ = start("pyspark-shell", spark)
    assert not [option for option in options if option.endswith(".jsa")]
    assert file.exists()


def test_a_file_that_was_never_finished_is_written_again(spark: Path) -> None:
    _, file = archive_option(spark)
    file.write_bytes(bytes(4096))
    three_minutes_ago = time.time() - 180
    os.utime(file, (three_minutes_ago, three_minutes_ago))
    assert archive_option(spark) == ("-XX:ArchiveClassesAtExit", file)
    assert not file.exists()


def test_the_file_is_the_same_in_any_time_zone(spark: Path) -> None:
    _, file = archive_option(spark, TZ="UTC")
    file.write_bytes(b"\xf0\x0b\xab\xa2")
    assert archive_option(spark, TZ="Pacific/Auckland") == ("-XX:SharedArchiveFile", file)


def test_classes_of_another_spark_or_java_are_thrown_away(tmp_path: Path, spark: Path) -> None:
    _, file = archive_option(spark)
    file.write_bytes(b"\xf0\x0b\xab\xa2")
    java = tmp_path / "java" / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.touch(mode=0o755)
    (tmp_path / "java" / "release").write_text('JAVA_VERSION="99"', encoding="utf-8")
    wrote, of_other_java = archive_option(spark, JAVA_HOME=str(tmp_path / "java"))
    assert wrote == "-XX:ArchiveClassesAtExit"
    assert of_other_java != file
    assert not file.exists()
    (spark / "jars" / "core.jar").write_bytes(b"22")
    wrote, of_other_spark = archive_option(spark)
    assert wrote == "-XX:ArchiveClassesAtExit"
    assert of_other_spark not in (file, of_other_java)


def test_settings_that_somebody_put_there_are_read(tmp_path: Path, spark: Path) -> None:
    (tmp_path / "hive-site.xml").touch()
    options, settings = start("pyspark-shell", spark, tmp_path)
    assert settings == str(tmp_path)
    assert options == [QUICK]
