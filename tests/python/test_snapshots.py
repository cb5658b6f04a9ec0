"""Restore, maintenance and take-over on lakes that PyIceberg writes: no Spark, so that every corner is looked at."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.io.pyarrow import PyArrowFileIO
from pyiceberg.types import LongType

from s3_server import serve
from sparkify import adopt, erase, lake, maintain, restore, settings
from sparkify.catalog import open_catalog
from sparkify.cli import main
from sparkify.errors import UserError
from sparkify.manifests import forget_deleted_files, read_avro, replace
from sparkify.snapshots import runs

SCHEMAS = ("sparkify", "sparkify_staging")


class Small:
    """A lake whose tables have a column of one number, which is that of the run that wrote it."""

    def __init__(self, place: Path, uri: str = "") -> None:
        self.place = place
        # Of a lake on S3 the place is where its catalog lies.
        self.uri = uri or f"file:{place}"
        place.mkdir(parents=True)
        SqlCatalog("lake", uri=settings.sqlalchemy_uri(f"jdbc:sqlite:{place}/catalog.db", "", ""))
        self.catalog = open_catalog(uri or str(place))
        for schema in SCHEMAS:
            self.catalog.create_namespace(schema, {"location": f"{self.uri}/{schema}"})

    def write(self, run: int, *names: str, column: str = "user_id", inputs: dict[str, str] | None = None) -> None:
        """The commits of a run to some tables, as dbt makes them."""
        for name in names:
            schema = "sparkify_staging" if name.startswith("int_") else "sparkify"
            rows = pyarrow.table({column: pyarrow.array([run], pyarrow.int64())})
            if not self.catalog.table_exists((schema, name)):
                place = f"{self.uri}/{schema}/{name.removesuffix('__new')}"
                self.catalog.create_table((schema, name), rows.schema, location=place)
            table = self.catalog.load_table((schema, name))
            if column not in table.schema().column_names:
                with table.update_schema(allow_incompatible_changes=True) as change:
                    change.delete_column(table.schema().column_names[0])
                    change.add_column(column, LongType())
            said = {"run": f"run{run}", "command": "run", "reason": "new files", "inputs": inputs or {}}
            table.overwrite(rows, snapshot_properties={f"sparkify.{name}": json.dumps(said)})

    def values(self, name: str) -> list[int]:
        """The rows of a table."""
        table = lake.tables(str(self.place), "sparkify_staging" if name.startswith("int_") else "sparkify")[name].table
        return [int(value) for value in table.scan().to_arrow().column(0).to_pylist()]

    def snapshots(self, name: str) -> int:
        """How many snapshots a table has."""
        return len(lake.tables(str(self.place), "sparkify")[name].table.snapshots())

    def restore(self, run: str) -> tuple[int, list[str]]:
        """Go back to a run."""
        return restore.put_back(str(self.place), restore.restored_tables(str(self.place), "sparkify"), run)

    def restorable(self) -> list[str]:
        """The runs that can be restored."""
        return [run.name for run in restore.restorable(restore.restored_tables(str(self.place), "sparkify"))]


@pytest.fixture
def small(tmp_path: Path) -> Small:
    """A lake after three runs: the first made songs, the last made time, and users are of all."""
    made = Small(tmp_path / "a lake, ä")
    made.write(1, "songs", "users", "plays", "int_rows", "run_ledger")
    made.write(2, "users")
    made.write(3, "users", "plays", "time", "int_rows", "run_ledger")
    return made


def test_a_restore_is_of_all_tables(small: Small) -> None:
    assert small.restorable() == ["run1", "run2", "run3"]
    assert small.restore("run2") == (3, ["time"])
    assert [small.values(name) for name in ("songs", "users", "plays", "int_rows")] == [[1], [2], [1], [1]]
    assert "time" not in lake.tables(str(small.place), "sparkify")
    # What is added to, and no run replaces, stays.
    assert small.values("run_ledger") == [3]
    assert small.restore("run2") == (0, [])


def test_a_restore_is_followed_by_other_runs(small: Small) -> None:
    small.restore("run1")
    small.write(4, "plays")
    assert small.restorable() == ["run1", "run2", "run3", "run4"]
    small.restore("run3")
    assert [small.values(name) for name in ("users", "plays")] == [[3], [3]]
    # After run 4 users were those of run 1.
    small.restore("run4")
    assert [small.values(name) for name in ("users", "plays")] == [[1], [4]]


def test_a_half_done_restore_is_finished_by_repeating_it(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    set_current = restore._set_current
    done: list[Any] = []

    def stopped(*arguments: Any) -> None:
        if done:
            raise KeyboardInterrupt
        done.append(arguments)
        set_current(*arguments)

    monkeypatch.setattr(restore, "_set_current", stopped)
    with pytest.raises(KeyboardInterrupt):
        small.restore("run1")
    monkeypatch.undo()
    small.restore("run1")
    assert [small.values(name) for name in ("songs", "users", "plays", "int_rows")] == [[1], [1], [1], [1]]


def test_a_run_whose_snapshots_are_gone_changes_nothing(small: Small) -> None:
    table = lake.tables(str(small.place), "sparkify")["plays"].table
    table.maintenance.expire_snapshots().by_id(table.snapshots()[0].snapshot_id).commit()
    with pytest.raises(UserError, match="plays has no snapshot of that time any more"):
        small.restore("run2")
    assert small.values("users") == [3]
    with pytest.raises(UserError, match="run9 is no run that can be restored"):
        small.restore("run9")


def test_columns_are_restored_too(small: Small) -> None:
    small.write(4, "users", column="listener_id")
    small.restore("run3")
    table = lake.tables(str(small.place), "sparkify")["users"].table
    assert table.schema().column_names == ["user_id"]
    assert small.values("users") == [3]
    small.restore("run4")
    assert lake.tables(str(small.place), "sparkify")["users"].table.schema().column_names == ["listener_id"]
    assert small.values("users") == [4]


def test_maintenance_keeps_the_newest_runs(small: Small) -> None:
    small.write(4, "users")
    expired, deleted = maintain.tidy(str(small.place), "sparkify", keep=2, age=0)
    assert expired > 0 and deleted > 0
    assert small.restorable() == ["run3", "run4"]
    assert [small.values(name) for name in ("songs", "users", "plays", "time")] == [[1], [4], [3], [3]]
    small.restore("run3")
    assert small.values("users") == [3]
    assert maintain.tidy(str(small.place), "sparkify", keep=2, age=0)[0] == 0


def test_young_snapshots_and_files_stay(small: Small) -> None:
    (small.place / "sparkify" / "users" / "data" / "of-a-run.parquet").touch()
    (file, *_) = lake.tables(str(small.place), "sparkify")["users"].files
    checksum = Path(file).with_name(f".{Path(file).name}.crc")
    checksum.touch()
    os.utime(checksum, (0, 0))
    assert maintain.tidy(str(small.place), "sparkify", keep=1, age=3600) == (0, 0)
    assert small.restorable() == ["run1", "run2", "run3"]


def test_what_is_compared_with_next_stays(small: Small) -> None:
    read = lake.tables(str(small.place), "sparkify")["users"].table.snapshots()[0].snapshot_id
    small.write(4, "plays", inputs={"users": str(read)})
    maintain.tidy(str(small.place), "sparkify", keep=1, age=0)
    assert lake.tables(str(small.place), "sparkify")["users"].table.snapshot_by_id(read) is not None
    maintain.tidy(str(small.place), "sparkify", keep=0, age=0)
    assert small.snapshots("users") == 1


def test_maintenance_is_due_when_much_can_go(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maintain, "KEPT_HOURS", 0)
    places = settings.Settings("raw", str(small.place), "sparkify")
    assert not maintain.is_due(places)
    monkeypatch.setattr(maintain, "KEPT_RUNS", 1)
    assert maintain.is_due(places)


def test_what_a_killed_run_left_goes(small: Small) -> None:
    small.write(4, "users__new")
    assert small.restorable() == ["run1", "run2", "run3"]
    assert erase.files_with(str(small.place), "sparkify", 4) != []
    maintain.tidy(str(small.place), "sparkify", keep=0, age=0)
    assert "users__new" not in lake.tables(str(small.place), "sparkify")
    assert erase.files_with(str(small.place), "sparkify", 4) == []
    assert erase.files_with(str(small.place), "sparkify", 2) == []
    assert len(erase.files_with(str(small.place), "sparkify", 3)) > 0
    assert small.values("users") == [3]


def test_metadata_forgets_the_values_of_files_that_are_gone(small: Small) -> None:
    user = 731_826_490_257
    small.catalog.load_table(("sparkify", "users")).append(pyarrow.table({"user_id": [user]}))
    small.catalog.load_table(("sparkify", "users")).delete(f"user_id = {user}")
    maintain.tidy(str(small.place), "sparkify", keep=0, age=0)
    value = repr(user.to_bytes(8, "little"))[2:-1]
    assert value in manifests(small.place)
    table = lake.tables(str(small.place), "sparkify")["users"].table
    forget_deleted_files(table)
    assert maintain.delete_unused(str(small.place), "sparkify", age=0) > 0
    assert value not in manifests(small.place)
    assert small.values("users") == [3]
    small.write(4, "users")
    assert small.values("users") == [4]


def manifests(place: Path) -> str:
    """What every manifest of a lake says."""
    texts = []
    for path in place.rglob("*.avro"):
        with read_avro(PyArrowFileIO().new_input(str(path))) as file:
            texts += [repr(record) for record in file]
    return "\n".join(texts)


def test_nothing_is_deleted_where_a_file_is_missing(small: Small) -> None:
    (file, *_) = lake.tables(str(small.place), "sparkify")["songs"].files
    Path(file).rename(f"{file}.away")
    with pytest.raises(UserError, match="no file was deleted"):
        maintain.tidy(str(small.place), "sparkify", keep=1, age=0)
    assert Path(f"{file}.away").exists()


def test_only_partitions_of_many_small_files_are_joined(small: Small) -> None:
    table = small.catalog.load_table(("sparkify", "songs"))
    assert not maintain.has_small_files(table)
    for number in range(maintain.SMALL_FILES):
        table.append(pyarrow.table({"user_id": [number]}))
    assert maintain.has_small_files(table)


def hashes(place: Path) -> dict[str, str]:
    """What is in every file below a folder."""
    files = [file for file in place.rglob("*") if file.is_file()]
    return {str(file.relative_to(place)): hashlib.md5(file.read_bytes()).hexdigest() for file in files}


def answer(place: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """What sparkify query says of a lake."""
    capsys.readouterr()
    code = main(["query", "select user_id from users", "--lake", str(place), "--format", "csv"])
    said = capsys.readouterr()
    return code, said.out + said.err


@pytest.mark.parametrize("name", ["copy", "ä blank", "100%20 'q'", "(lake) [1]+$", "a lake, ä2"])
@pytest.mark.parametrize("how", ["copied", "linked", "moved"])
def test_a_lake_is_taken_over(how: str, name: str, small: Small, capsys: pytest.CaptureFixture[str]) -> None:
    before = hashes(small.place)
    copy = small.place.with_name(name)
    if how == "moved":
        small.place.rename(copy)
    else:
        # A copy may share its files with the original.
        shutil.copytree(small.place, copy, copy_function=os.link if how == "linked" else shutil.copy2)
    code, said = answer(copy, capsys)
    assert code == 2
    assert said.startswith(f"The lake in {copy} was made in {small.place}; if it was copied or moved, take it over by ")
    for source in ("log_data", "song_data"):
        (copy.with_name("raw") / source).mkdir(parents=True)
    raw = str(copy.with_name("raw"))
    for command in (["restore", "--list"], ["maintain"], ["erase", "3", "--raw", raw, "--yes"]):
        assert main([*command, "--lake", str(copy)]) == 2
        assert "was made in" in capsys.readouterr().err

    assert main(["adopt", "--lake", str(copy)]) == 0
    assert capsys.readouterr().out.startswith(f"{copy} is the place of its tables now, and no longer {small.place}.")
    assert main(["adopt", "--lake", str(copy)]) == 0
    assert "there is nothing to do" in capsys.readouterr().out
    if how == "moved":
        assert not small.place.exists()
        small.place.mkdir()
    there = Small.__new__(Small)
    there.place, there.catalog = copy, open_catalog(str(copy))
    assert there.restorable() == ["run1", "run2", "run3"]
    there.write(4, "users")
    there.restore("run1")
    assert there.values("users") == [1]
    maintain.tidy(str(copy), "sparkify", keep=0, age=0)
    assert answer(copy, capsys) == (0, "user_id\n1\n")
    assert hashes(small.place) == ({} if how == "moved" else before)


def test_a_half_done_take_over_is_finished_by_repeating_it(
    small: Small, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = small.place.with_name("copy")
    shutil.copytree(small.place, copy)
    written = []

    def stopped(*arguments: Any) -> None:
        written.append(arguments)
        if len(written) == 9:
            raise KeyboardInterrupt
        replace(*arguments)

    monkeypatch.setattr("sparkify.adopt.replace", stopped)
    with pytest.raises(KeyboardInterrupt):
        adopt.adopt(str(copy), "sparkify")
    monkeypatch.undo()
    assert answer(copy, capsys)[0] == 2
    adopt.adopt(str(copy), "sparkify")
    assert answer(copy, capsys) == (0, "user_id\n3\n")


def test_what_cannot_be_taken_over_is_left_alone(
    small: Small, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    inside = small.place / "copy"
    shutil.copytree(small.place, small.place.with_name("copy"))
    small.place.with_name("copy").rename(inside)
    assert main(["adopt", "--lake", str(inside)]) == 2
    assert "lies inside of" in capsys.readouterr().err

    copy = inside.rename(small.place.with_name("copy"))
    with monkeypatch.context() as shared:
        shared.setenv("SPARKIFY_CATALOG_URI", f"jdbc:sqlite:{small.place}/catalog.db")
        assert main(["adopt", "--lake", str(copy)]) == 2
        assert "which is still there; copy the catalog" in capsys.readouterr().err

    shutil.rmtree(copy / "sparkify" / "users")
    (copy / "sparkify" / "users").symlink_to(small.place / "sparkify" / "users")
    before = hashes(copy)
    assert main(["adopt", "--lake", str(copy)]) == 2
    assert "outside of the lake; copy it instead" in capsys.readouterr().err
    (copy / "sparkify" / "users").unlink()
    assert main(["adopt", "--lake", str(copy)]) == 2
    assert "is missing; copy the whole lake" in capsys.readouterr().err
    assert {file: known for file, known in before.items() if "/users/" not in file} == hashes(copy)


@pytest.mark.parametrize("name", ["what?", "#1"])
def test_what_is_no_name_for_a_lake(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["adopt", "--lake", str(tmp_path / name)]) == 2
    assert capsys.readouterr().err.endswith("has a ? or # in its path, which Iceberg can't read; rename it.\n")


def test_a_link_to_a_lake_is_no_move(small: Small, capsys: pytest.CaptureFixture[str]) -> None:
    link = small.place.with_name("link")
    link.symlink_to(small.place)
    assert answer(link, capsys) == (0, "user_id\n3\n")


def test_views_move_with_their_lake(small: Small) -> None:
    metadata = small.place / "sparkify" / "dim_users" / "metadata" / "00000.metadata.json"
    metadata.parent.mkdir(parents=True)
    metadata.write_text(json.dumps({"location": f"{small.place}/sparkify/dim_users", "sql": f"select '{small.place}'"}))
    with sqlite3.connect(small.place / "catalog.db") as connection:
        connection.execute(
            "insert into iceberg_tables (catalog_name, table_namespace, table_name, metadata_location, iceberg_type)"
            " values ('lake', 'sparkify', 'dim_users', ?, 'VIEW')",
            [str(metadata)],
        )
    copy = small.place.with_name("copy")
    small.place.rename(copy)
    adopt.adopt(str(copy), "sparkify")
    moved = json.loads((copy / metadata.relative_to(small.place)).read_text(encoding="utf-8"))
    assert moved == {"location": f"{copy}/sparkify/dim_users", "sql": f"select '{small.place}'"}
    maintain.tidy(str(copy), "sparkify", keep=1, age=0)
    assert (copy / metadata.relative_to(small.place)).exists()


def test_a_lake_on_s3_is_kept_and_taken_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serve(tmp_path / "server") as server:
        bucket = server.new_bucket("lakes", {})
        for name, value in server.environment(server.owner).items():
            monkeypatch.setenv(name, value)
        old, new = f"s3://{bucket}/a lake", f"s3a://{bucket}/ä copy"
        monkeypatch.setattr(settings, "PROJECT", tmp_path)
        catalogs = tmp_path / ".catalog" / "s3" / bucket
        small = Small(catalogs / "a lake", old)
        for run in range(1, 5):
            small.write(run, "users", "int_rows")
        client = server.client()

        def objects(prefix: str) -> dict[str, str]:
            found = client.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]
            return {one["Key"]: one["ETag"] for one in found}

        before = objects("a lake/")
        for key in before:
            client.copy_object(
                Bucket=bucket, Key=key.replace("a lake", "ä copy"), CopySource={"Bucket": bucket, "Key": key}
            )
        shutil.copytree(catalogs / "a lake", catalogs / "ä copy")
        assert main(["restore", "--list", "--lake", new]) == 2
        assert "was made in" in capsys.readouterr().err
        assert main(["adopt", "--lake", new]) == 0
        assert main(["restore", "--run", "run3", "--lake", new]) == 0
        assert len(erase.files_with(new, "sparkify", 3)) == 2
        maintain.tidy(new, "sparkify", keep=0, age=0)
        assert erase.files_with(new, "sparkify", 4) == []
        ((value,),) = lake.connect(new, "sparkify").execute("select user_id from users").fetchall()
        assert value == 3
        assert objects("a lake/") == before


def test_runs_say_what_they_did(small: Small) -> None:
    (first, *_) = runs(restore.restored_tables(str(small.place), "sparkify"))
    line = restore.described(first)
    assert line.startswith("run1  20")
    assert line.endswith(
        " UTC  run  4 tables: int_rows (new files), plays (new files), songs (new files), users (new files)"
    )
