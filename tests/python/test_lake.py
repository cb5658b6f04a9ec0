"""Lakes are read right without Spark: deleted rows, columns of other times, odd names, S3; and nothing else is read."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import duckdb
import pyarrow
import pytest
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import IdentityTransform
from pyiceberg.types import LongType, NestedField, StringType

from s3_server import READ, Server, serve
from small_lakes import delete_rows, new_lake, new_table, new_view
from sparkify import lake, settings
from sparkify.cli import main
from sparkify.errors import UserError

AT = datetime(2018, 11, 1, 23, 30, tzinfo=timezone.utc)
INSTANT = pyarrow.timestamp("us", "UTC")


def users(count: int = 5) -> Any:
    """Rows with a number, a text and an instant."""
    numbers = list(range(count))
    columns = {"user_id": numbers, "name": [f"user {number}" for number in numbers], "seen": [AT] * count}
    kinds = [("user_id", pyarrow.int64()), ("name", pyarrow.string()), ("seen", INSTANT)]
    return pyarrow.table(columns, pyarrow.schema(kinds))


@pytest.fixture(params=["local", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a lake goes, in a folder or on S3."""
    if request.param == "local":
        return str(tmp_path / "a lake [1], ä")
    return str(request.getfixturevalue("on_s3"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An S3 server."""
    with serve(tmp_path_factory.mktemp("s3")) as started:
        yield started


@pytest.fixture
def on_s3(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A place on S3, with the environment by which it is reached."""
    for name, value in server.environment(server.owner).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(settings, "PROJECT", tmp_path)
    return f"s3a://{server.new_bucket(f'lake-{os.urandom(4).hex()}', {})}/lake"


@pytest.fixture
def catalog(place: str) -> SqlCatalog:
    """The catalog of an empty lake."""
    return new_lake(place)


def ask(place: str, question: str) -> list[tuple[Any, ...]]:
    """The answer of a new connection."""
    with lake.connect(place, "sparkify") as connection:
        return connection.sql(question).fetchall()


def test_tables_and_views_have_the_columns_of_their_schema(place: str, catalog: SqlCatalog) -> None:
    new_table(catalog, "users", users())
    new_table(catalog, "int_users", users(3), "sparkify_staging")
    new_table(catalog, "nobody", users(0))
    new_view(catalog, "dim_users", "select user_id as id, seen from sparkify.users where name like 'user%'")
    new_view(catalog, "of_views", "with ids as (select * from lake.sparkify.dim_users) select max(id) as most from ids")
    new_view(catalog, "raw_lines", "select _metadata.file_path from spark_catalog.sparkify_raw.log_data")
    assert ask(place, "from users limit 1") == [(0, "user 0", AT.replace(tzinfo=None))]
    assert ask(place, "select count(*), count(distinct seen) from sparkify.users") == [(5, 1)]
    assert ask(place, "select count(*) from sparkify_staging.int_users join users using (user_id)") == [(3,)]
    assert ask(place, "select most from OF_VIEWS") == [(4,)]
    assert ask(place, "select count(*) from nobody") == [(0,)]
    assert [row[:2] for row in ask(place, "describe users")] == [
        ("user_id", "BIGINT"),
        ("name", "VARCHAR"),
        ("seen", "TIMESTAMP"),
    ]
    assert {row[0] for row in ask(place, "show tables")} == {"users", "nobody", "dim_users", "of_views"}
    with pytest.raises(UserError, match=r"sparkify\.raw_lines can't be read without Spark: .*spark_catalog.*\.$"):
        ask(place, "from raw_lines")
    with pytest.raises(duckdb.CatalogException, match='Did you mean "users"'):
        ask(place, "from user")


def test_a_question_loads_only_what_it_names(place: str, catalog: SqlCatalog) -> None:
    for name in ("users", "songs"):
        new_table(catalog, name, users())
    new_view(catalog, "dim_users", "select * from sparkify.users")
    with lake.connect(place, "sparkify") as connection:
        connection.sql("select count(*) from dim_users").fetchall()
        assert {entry.name for entry in connection._loaded} == {"dim_users", "users"}


def test_deleted_rows_are_not_seen(place: str, catalog: SqlCatalog) -> None:
    table = new_table(catalog, "users", users())
    delete_rows(table, [1, 3])
    assert ask(place, "select user_id from users order by all") == [(0,), (2,), (4,)]
    # Another file, which has all its rows, and a table that is read twice.
    table.append(users(2))
    assert ask(place, "select count(*), sum(u.user_id + v.user_id) from users u join users v using (name)") == [(7, 14)]
    (figures,) = lake.figures(place, "sparkify")
    assert (figures.rows, figures.files) == (5, 2)


def test_rows_deleted_by_value_are_said(place: str, catalog: SqlCatalog) -> None:
    delete_rows(new_table(catalog, "users", users()), [1], by_value=True)
    with pytest.raises(UserError, match="equality deletes"):
        ask(place, "from users")
    with pytest.raises(UserError, match="equality deletes"):
        lake.figures(place, "sparkify")


def test_columns_change(place: str, catalog: SqlCatalog) -> None:
    table = new_table(catalog, "users", users(1))
    with table.update_schema() as change:
        change.rename_column("name", "full_name")
        change.add_column("level", StringType())
    with table.update_schema(allow_incompatible_changes=True) as change:
        change.delete_column("seen")
    # The same name, and not the same column.
    with table.update_schema() as change:
        change.add_column("seen", StringType())
    new = {"user_id": [9], "full_name": ["new"], "level": ["paid"], "seen": ["never"]}
    table.append(pyarrow.table(new, table.schema().as_arrow()))
    assert ask(place, "from users order by all") == [(0, "user 0", None, None), (9, "new", "paid", "never")]
    whole, others = lake.tables(place, "sparkify")["users"].parts()
    assert (len(whole), len(others)) == (1, 1)


def test_partitions_are_read_from_files_and_not_from_their_folders(place: str, catalog: SqlCatalog) -> None:
    schema = Schema(NestedField(1, "day", StringType()), NestedField(2, "plays", LongType()))
    spec = PartitionSpec(PartitionField(1, 1000, IdentityTransform(), "day"))
    above = catalog.load_namespace_properties("sparkify")["location"]
    table = catalog.create_table(("sparkify", "days"), schema, location=f"{above}/days", partition_spec=spec)
    values = ["2018-11-01", "a=b/c ä%20?", None]
    kinds = [("day", pyarrow.string()), ("plays", pyarrow.int64())]
    table.append(pyarrow.table({"day": values, "plays": [1, 2, 3]}, pyarrow.schema(kinds)))
    assert ask(place, "from days order by plays") == [("2018-11-01", 1), (values[1], 2), (None, 3)]


def test_names_of_any_kind(place: str, catalog: SqlCatalog) -> None:
    rows = pyarrow.table({'a "b"; drop': [1]})
    new_table(catalog, 'it\'s "odd"; drop table x', rows)
    assert ask(place, 'select "a ""b""; drop" from "it\'s ""odd""; drop table x"') == [(1,)]


def test_what_is_read_stays_as_it_was_when_it_was_asked(place: str, catalog: SqlCatalog) -> None:
    table = new_table(catalog, "users", users())
    with lake.connect(place, "sparkify") as connection:
        assert connection.sql("select count(*) from users").fetchall() == [(5,)]
        table.overwrite(users(1))
        assert connection.sql("select count(*) from users").fetchall() == [(5,)]
    assert ask(place, "select count(*) from users") == [(1,)]


def test_nothing_else_is_read_or_written(place: str, catalog: SqlCatalog, tmp_path: Path) -> None:
    new_table(catalog, "users", users())
    (tmp_path / "secret.txt").write_text("secret")
    others = [
        f"from read_text('{tmp_path}/secret.txt')",
        f"from '{tmp_path}/secret.txt'",
        f"copy users to '{tmp_path}/users.csv'",
        f"attach '{tmp_path}/new.db'",
        "set enable_external_access = true",
        "set allowed_directories = ['/']",
        "install httpfs",
    ]
    with lake.connect(place, "sparkify") as connection:
        for question in others:
            with pytest.raises(duckdb.Error):
                found: Any = connection.sql(question)
                found.fetchall()
    assert not (tmp_path / "users.csv").exists()


def test_a_table_elsewhere_is_not_read(catalog: SqlCatalog, place: str, tmp_path: Path) -> None:
    new_table(catalog, "users", users())
    table = catalog.create_table(("sparkify", "elsewhere"), users().schema, location=f"file:{tmp_path}/elsewhere")
    table.append(users())
    if not settings.is_uri(place):
        with pytest.raises(UserError, match=r"sparkify\.elsewhere can't be read: Permission Error"):
            ask(place, "from elsewhere")


def test_what_cannot_be_read_is_a_sentence(
    place: str, catalog: SqlCatalog, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(code: int) -> str:
        assert main(["query", "select count(*) from users where name <> ''", "--lake", place]) == code
        found = capsys.readouterr()
        (line,) = found.err.splitlines()
        assert found.out == ""
        return line

    assert said(2) == f"There are no tables in {place}; run ./scripts/run first, or name the lake with --lake."
    table = new_table(catalog, "users", users())
    (task,) = table.scan().plan_files()
    table.io.delete(task.file.file_path)
    line = said(2)
    assert line.startswith("sparkify.users can't be read: ") and task.file.file_path.rpartition("/")[2] in line
    table.io.delete(table.metadata_location)
    assert said(2).startswith("sparkify.users can't be read")
    monkeypatch.setenv("SPARKIFY_CATALOG_URI", "thrift://localhost:9083")
    assert said(2).startswith("The catalog thrift://localhost:9083 can't be read without Spark; ")
    monkeypatch.setenv("SPARKIFY_CATALOG_URI", "jdbc:postgresql://127.0.0.1:9/nothing")
    monkeypatch.setenv("SPARKIFY_CATALOG_PASSWORD", "hidden")
    line = said(2)
    assert line.startswith("The catalog jdbc:postgresql://127.0.0.1:9/nothing can't be read (") and "hidden" not in line


def test_who_may_not_read_is_told(
    server: Server, on_s3: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    new_table(new_lake(on_s3), "users", users())
    for name, value in server.environment(server.new_account()).items():
        monkeypatch.setenv(name, value)
    assert main(["query", "from users", "--lake", on_s3]) == 2
    assert "ACCESS_DENIED" in capsys.readouterr().err
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "")
    assert main(["query", "from users", "--lake", on_s3]) == 2
    assert capsys.readouterr().err.startswith("There are no credentials for S3; set AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    assert main(["query", "from users", "--lake", on_s3]) == 2
    assert capsys.readouterr().err.startswith("The config profile (nobody) could not be found; ")


def test_reading_needs_no_more_than_reading(server: Server, on_s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    new_table(new_lake(on_s3), "users", users())
    reader = server.new_account()
    bucket = on_s3.split("/")[2]
    places = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    may = {"Effect": "Allow", "Principal": {"AWS": [reader.key]}, "Action": list(READ), "Resource": places}
    server.client().put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [may]}))
    for name, value in server.environment(reader).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SPARKIFY_S3_PATH_STYLE", "true")
    assert ask(on_s3, "select count(*) from users") == [(5,)]
