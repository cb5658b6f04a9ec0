"""sparkify compare: what it says of equal and of different tables, and of what it can't compare."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from sparkify.cli import main
from sparkify.compare.engines import ENGINES, Row
from sparkify.compare.models import Model, published
from sparkify.compare.report import compare
from sparkify.errors import UserError

USERS = Model("users", ("user_id", "level"))
SONGS = Model("songs", ("song_id",))


class Fake:
    """An engine that gives rows by the name of the table."""

    manifest = Path("manifest.json")
    name = "fake"

    def __init__(self, name: str, tables: Mapping[str, list[Row]]) -> None:
        self.name, self._tables = name, tables

    def dbt(self, *arguments: str) -> None:
        """Nothing to build."""

    def rows(self, model: Model) -> list[Row]:
        """The rows given."""
        return self._tables[model.name]

    def close(self) -> None:
        """Nothing to end."""


def test_equal_tables_are_equal_in_any_order_of_rows() -> None:
    one = Fake("one", {"users": [(1, "free"), (2, None)], "songs": []})
    two = Fake("two", {"users": [(2, None), (1, "free")], "songs": []})
    lines = list(compare([one, two], [USERS, SONGS]))
    assert [equal for _, equal in lines] == [True, True]
    name, first, rows, hashed, second, other_rows, other_hash, verdict = lines[0][0].split()
    assert (name, first, second, verdict) == ("users", "one", "two", "equal")
    assert (rows, hashed) == (other_rows, other_hash)
    assert rows == "2"


@pytest.mark.parametrize(
    "other", [[(1, "paid"), (2, None)], [(1, "free")], [(1, "free"), (2, None), (2, None)], [(1, "free"), (2, "\\N")]]
)
def test_a_different_table_is_shown_with_the_rows_that_differ(other: list[Row]) -> None:
    one = Fake("one", {"users": [(1, "free"), (2, None)]})
    ((text, equal),) = compare([one, Fake("two", {"users": other})], [USERS])
    assert not equal
    assert "DIFFERENT" in text
    assert "only in one" in text or "only in two" in text


def test_one_engine_of_three_that_differs_is_found() -> None:
    tables: dict[str, list[Row]] = {"users": [(1, "free")]}
    ((text, equal),) = compare([Fake("a", tables), Fake("b", tables), Fake("c", {"users": []})], [USERS])
    assert not equal
    assert "only in a: 1 row(s)" in text


def test_models_are_those_that_people_read(tmp_path: Path) -> None:
    def node(name: str, layer: str, kind: str = "model") -> dict[str, object]:
        columns: dict[str, object] = {"b": {}, "a": {}}
        return {"resource_type": kind, "fqn": ["sparkify", layer, name], "alias": name, "columns": columns}

    nodes = [node("time", "star"), node("int_x", "intermediate"), node("q", "quality"), node("artists", "star")]
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({"nodes": dict(enumerate([*nodes, node("t", "star", "test")]))}), encoding="utf-8")
    assert published(manifest) == [
        Model("artists", ("b", "a")),
        Model("time", ("b", "a")),
        Model("q", ("b", "a")),
    ]
    # Of one engine alone there is nothing to compare.
    other = tmp_path / "other.json"
    other.write_text(json.dumps({"nodes": {"1": node("time", "star")}}), encoding="utf-8")
    assert published(manifest, other) == [Model("time", ("b", "a"))]


def test_a_difference_is_exit_code_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = raw_folder(tmp_path)
    monkeypatch.setattr("sparkify.compare.compare.published", lambda *manifests: [USERS])
    tables: dict[str, dict[str, list[Row]]] = {"spark": {"users": [(1, "free")]}, "trino": {"users": [(1, "free")]}}
    for name, of_engine in tables.items():
        monkeypatch.setitem(ENGINES, name, lambda source, folder, name=name, rows=of_engine: Fake(name, rows))
    assert main(["compare", "--raw", str(raw), "--engines", "spark,trino"]) == 0
    tables["trino"]["users"] = [(1, "paid")]
    assert main(["compare", "--raw", str(raw), "--engines", "spark,trino"]) == 1
    assert "1 | paid" in capsys.readouterr().out


def test_a_failed_build_is_exit_code_1_and_ends_what_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    closed = []

    class Failing(Fake):
        def dbt(self, *arguments: str) -> None:
            raise UserError("dbt build failed")

        def close(self) -> None:
            closed.append(self.name)

    monkeypatch.setitem(ENGINES, "spark", lambda source, folder: Failing("spark", {}))
    assert main(["compare", "--raw", str(raw_folder(tmp_path))]) == 1
    assert closed == ["spark"]
    assert "dbt build failed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--engines", "spark,duckdb"), "There is no engine duckdb"),
        (("--engines", "spark"), "One engine can't be compared"),
        (("--engines", "spark,athena"), "needs an empty place on S3"),
        (("--raw", "s3://bucket/raw"), "is not a local folder"),
        (("--raw", "nowhere"), "There is no folder"),
        (("--keep", "."), "is there already"),
    ],
)
def test_what_cannot_be_compared_is_exit_code_2(
    arguments: tuple[str, str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sparkify.settings.CALLER", tmp_path)
    assert main(["compare", "--raw", str(raw_folder(tmp_path)), *arguments]) == 2
    assert message in capsys.readouterr().err


def raw_folder(scratch: Path) -> Path:
    """An empty raw folder."""
    for name in ("log_data", "song_data"):
        (scratch / "raw" / name).mkdir(parents=True)
    return scratch / "raw"
