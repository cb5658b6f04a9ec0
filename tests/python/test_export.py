"""sparkify export: plain parquet folders with the rows of the tables, each replaced whole."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.dataset
import pyarrow.parquet
import pytest
from pyiceberg.catalog.sql import SqlCatalog

from s3_server import WRITE, Server, serve
from small_lakes import delete_rows, new_lake, new_table, new_view
from sparkify import export, settings
from sparkify.cli import main
from test_lake import AT, INSTANT, users


@pytest.fixture
def catalog(tmp_path: Path) -> SqlCatalog:
    """The catalog of a lake with a star."""
    made = new_lake(str(tmp_path / "lake"))
    for name in export.STAR:
        new_table(made, name, users())
    return made


def run(tmp_path: Path, to: object, *arguments: str) -> int:
    """sparkify export of the lake."""
    return main(["export", "--lake", str(tmp_path / "lake"), "--to", str(to), *arguments])


def read(folder: Path) -> Any:
    """What a reader sees that knows parquet alone."""
    return pyarrow.dataset.dataset(folder, format="parquet").to_table()


def test_the_star_and_what_is_named_are_written(
    catalog: SqlCatalog, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    delete_rows(catalog.load_table("sparkify.users"), [0, 4])
    new_table(catalog, "empty", users(0))
    new_view(catalog, "dim_users", "select user_id, seen from sparkify.users")
    to = tmp_path / "deep" / "out"
    assert run(tmp_path, to, "--table", "empty", "--table", "dim_users", "--table", "users") == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert f"users: 3 rows in {to}/users" in said.err
    assert sorted(path.name for path in to.iterdir()) == sorted([*export.STAR, "dim_users", "empty"])
    found = read(to / "users")
    assert found.schema.remove_metadata().equals(users().schema)
    assert found.to_pylist() == [{"user_id": n, "name": f"user {n}", "seen": AT} for n in (1, 2, 3)]
    assert read(to / "dim_users").schema.field("seen").type == INSTANT
    assert read(to / "empty").schema.names == ["user_id", "name", "seen"]
    (file,) = (to / "songs").iterdir()
    assert pyarrow.parquet.ParquetFile(file).metadata.row_group(0).column(0).compression == "ZSTD"


def test_a_folder_is_replaced_whole(catalog: SqlCatalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    to = tmp_path / "out"
    monkeypatch.setattr(export, "FILE_ROWS", 2)
    monkeypatch.setattr(export, "GROUP_ROWS", 2)
    table = catalog.load_table("sparkify.users")
    table.append(users(3))
    assert run(tmp_path, to) == 0
    assert sorted(file.name for file in (to / "users").iterdir()) == [f"part-{n:05}.parquet" for n in range(4)]
    table.overwrite(users(1))
    assert run(tmp_path, to) == 0
    assert read(to / "users").num_rows == 1
    # Where folders can't be exchanged.
    monkeypatch.setattr(export, "_exchange", lambda *_: False)
    table.overwrite(users(2))
    assert run(tmp_path, to) == 0
    assert read(to / "users").num_rows == 2
    assert sorted(path.name for path in to.iterdir()) == sorted(export.STAR)


def test_a_table_that_fails_stays_as_it_was(
    catalog: SqlCatalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    to = tmp_path / "out"
    assert run(tmp_path, to) == 0
    catalog.load_table("sparkify.songs").overwrite(users(1))
    catalog.load_table("sparkify.songplays").overwrite(users(1))
    capsys.readouterr()
    write = export._write

    def fail(rows: Any, filesystem: Any, folder: str, name: str) -> int:
        if name == "songs":
            (Path(folder) / "part-00000.parquet").write_bytes(b"half")
            raise OSError(28, "No space left on device")
        return write(rows, filesystem, folder, name)

    monkeypatch.setattr(export, "_write", fail)
    assert run(tmp_path, to) == 1
    assert capsys.readouterr().err.splitlines()[-1] == "The export stopped: [Errno 28] No space left on device"
    assert (read(to / "songplays").num_rows, read(to / "songs").num_rows) == (1, 5)
    monkeypatch.undo()
    assert run(tmp_path, to) == 0
    assert read(to / "songs").num_rows == 1
    assert sorted(path.name for path in to.iterdir()) == sorted(export.STAR)


def test_who_is_killed_leaves_whole_folders(catalog: SqlCatalog, tmp_path: Path) -> None:
    to = tmp_path / "out"
    assert run(tmp_path, to) == 0
    for name in export.STAR:
        catalog.load_table(("sparkify", name)).overwrite(users(4))
    for moment in (0.0, 0.02, 0.05):
        process = subprocess.Popen(
            [sys.executable, "-m", "sparkify.cli", "export", "--lake", str(tmp_path / "lake"), "--to", str(to)],
            env={**os.environ, "PYTHONPATH": str(settings.PROJECT / "scripts")},
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stderr is not None
        # The first of the tables is there.
        process.stderr.readline()
        time.sleep(moment)
        process.kill()
        process.wait()
        process.stderr.close()
        counts = {name: read(to / name).num_rows for name in export.STAR}
        assert counts["songplays"] == 4
        assert set(counts.values()) <= {4, 5}
    assert run(tmp_path, to) == 0
    assert {read(to / name).num_rows for name in export.STAR} == {4}
    assert sorted(path.name for path in to.iterdir()) == sorted(export.STAR)


def test_what_cannot_be_begun_is_a_sentence(
    catalog: SqlCatalog, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(to: object, *arguments: str) -> str:
        assert run(tmp_path, to, *arguments) == 2
        (line,) = capsys.readouterr().err.splitlines()
        return line

    to = tmp_path / "out"
    for place in (tmp_path / "lake", tmp_path / "lake" / "sparkify", tmp_path):
        assert said(place).endswith("lie in one another; name another folder by --to.")
    assert said(to, "--table", "nothing").startswith(f"There is no table nothing in {tmp_path / 'lake'}; ")
    new_table(catalog, "../../escaped", users())
    assert said(to, "--table", "../../escaped").startswith("There is no table ../../escaped ")
    new_view(catalog, "raw_lines", "select * from spark_catalog.sparkify_raw.log_data")
    assert said(to, "--table", "raw_lines").startswith("sparkify.raw_lines can't be read without Spark: ")
    assert not to.exists()
    (tmp_path / "file").touch()
    assert "can't be written (" in said(tmp_path / "file")
    (to / "time").mkdir(parents=True)
    (to / "time" / "notes.txt").touch()
    assert said(to) == f"{to / 'time'} is no folder of parquet files alone; name another place by --to."
    assert [path.name for path in to.iterdir()] == ["time"]
    other = os.open(to, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    assert said(to) == f"Another export writes into {to}; wait until it has ended."
    os.close(other)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An S3 server."""
    with serve(tmp_path_factory.mktemp("s3")) as started:
        yield started


def test_folders_on_s3_are_replaced(
    server: Server,
    catalog: SqlCatalog,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    writer = server.new_account()
    bucket = server.new_bucket("exports", {writer: WRITE})
    for name, value in server.environment(writer).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(export, "FILE_ROWS", 2)
    monkeypatch.setattr(export, "GROUP_ROWS", 2)
    client = server.client()

    def keys() -> list[str]:
        return [each["Key"] for each in client.list_objects_v2(Bucket=bucket).get("Contents", [])]

    def rows(name: str) -> int:
        bodies = [client.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys() if f"/{name}/" in key]
        return sum(pyarrow.parquet.read_table(pyarrow.BufferReader(body)).num_rows for body in bodies)

    assert run(tmp_path, f"s3://{bucket}/a folder") == 0
    first = keys()
    assert all(key.startswith("a folder/") and key.endswith(".parquet") for key in first)
    assert len(first) == 3 * len(export.STAR)
    client.put_object(Bucket=bucket, Key="a folder/.users.unfinished/part-00007.parquet", Body=b"left over")
    catalog.load_table("sparkify.users").overwrite(users(3))
    assert run(tmp_path, f"s3a://{bucket}/a folder/") == 0
    assert (rows("users"), rows("songs")) == (3, 5)
    assert not set(first) & set(keys())
    assert len(keys()) == 3 * len(export.STAR) - 1

    client.put_object(Bucket=bucket, Key="a folder/songs/year=2018/x.parquet", Body=b"")
    capsys.readouterr()
    assert run(tmp_path, f"s3://{bucket}/a folder") == 2
    assert "/a folder/songs has other files than parquet; name" in capsys.readouterr().err
    assert run(tmp_path, "s3://nowhere-at-all/x") == 2
    assert capsys.readouterr().err == "There is no bucket nowhere-at-all; create it, or name another by --to.\n"
