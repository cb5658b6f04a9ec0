"""Hostile and broken input either works or is quarantined with its reason; nothing crashes and nothing is lost."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from urllib.parse import unquote

import pytest

import oracle
from builds import Builder, Lake
from hostile import copy_cases, event, song, write_raw, write_unreadable
from shared_data import SHARED_CASES, shared_data
from sparkify.canonical import first_differences


@pytest.fixture(scope="module")
def hostile(builder: Builder, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    raw = tmp_path_factory.mktemp("hostile") / "it's a räw, folder 100%25"
    write_raw(raw)
    copy_cases(SHARED_CASES, raw)
    return builder.build(raw, "hostile", "run")


@pytest.fixture(scope="module")
def expected(hostile: Lake) -> oracle.Oracle:
    return oracle.compute(hostile.raw)


@pytest.mark.parametrize("table", oracle.COLUMNS)
def test_table_equals_the_oracle(hostile: Lake, expected: oracle.Oracle, table: str) -> None:
    assert first_differences(expected.tables[table], hostile.rows(table)) == ""


def test_every_raw_row_is_there(hostile: Lake, expected: oracle.Oracle) -> None:
    logs = expected.accounting["log_data"]
    with hostile.connect() as connection:
        counts = connection.sql("select is_usable, count(*) from hostile_staging.int_log_rows group by all").fetchall()
        kept = connection.sql("select count(*) from hostile_staging.int_log_events").fetchall()
    rows = dict(counts)
    assert rows == {True: logs.kept + logs.duplicates, False: logs.quarantined}
    assert kept == [(logs.kept,)]
    assert sum(rows.values()) == 371 + (14 if SHARED_CASES.is_dir() else 0)


def test_names_that_were_misread_are_as_they_were_meant(hostile: Lake) -> None:
    with hostile.connect() as connection:
        rows = connection.sql(
            "select title, artist, first_name from hostile_staging.int_log_events"
            " where session_id between 319 and 323 order by session_id"
        ).fetchall()
        matched = connection.sql("select song_id from songplays where session_id = 319").fetchall()
    twice, beyond_latin, too_often, by_accident, windows = rows
    assert (twice[:2], matched) == (("Jóga", "Björk"), [("SO4B",)])
    assert beyond_latin == ("🎵 漢字", "Zoë", "ZoÃ«")
    assert too_often[:2] == ("Ã©", "SÃO PAULO")
    assert by_accident[:2] == ("\xc0\x80 \xe0\x80\x80", "\xed\xa0\x80 \xf4\x90\x80\x80 Ã©…")
    assert windows[1] == "Guns\u2019n\u2019Roses…"


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("mixed_folders", [201, 202, 203]),
        ("names_of_files", [211, 212, 213, 214, 215, 216]),
        ("lower_case_keys", [221]),
        ("whole_file_json", [231, 231, 232]),
        ("a colon in a name", [241]),
    ],
)
def test_plays_of_the_case(hostile: Lake, case: str, expected: list[int]) -> None:
    assert shared_data()
    first = expected[0] // 10 * 10
    with hostile.connect() as connection:
        found = connection.sql(
            f"select session_id from songplays where session_id between {first} and {first + 9} order by 1"
        ).fetchall()
    assert [session for (session,) in found] == expected


def test_songs_and_artists_of_the_cases(hostile: Lake) -> None:
    assert shared_data()
    songs = {row[0]: row[1:] for row in hostile.rows("songs") if row[0].startswith("SC")}
    artists = {row[0]: row[1] for row in hostile.rows("artists")}
    uprising = {f"SC{n}": ("Uprising", f"AR{n}", None, 200.5) for n in (2, 3, 7, 8, 9)}
    assert songs == uprising | {"SC1": (None, "AR1", None, 200.5), "SC4": ("Uprising", "AR1", None, 200.5)}
    assert [artists[f"AR{n}"] for n in (1, 7, 8, 9)] == ["Muse"] * 4


def unread(lake: Lake) -> dict[str, str]:
    """The files that were not read, and why."""
    with lake.connect() as connection:
        found = connection.sql("select source_file, reason from raw_files where reason is not null").fetchall()
    return {unquote(name).rsplit("/", 1)[1]: reason for name, reason in found}


def test_unreadable_files_are_named_and_read_when_they_are_mended(hostile: Lake, builder: Builder) -> None:
    before = unread(hostile)
    named = write_unreadable(hostile.raw)
    assert builder.dbt(hostile, "run", "--select", "+songplays")
    assert unread(hostile) == before | named
    folder = hostile.raw / "log_data" / "unreadable"
    # With the time that it had, as if the right to read it was given.
    before_it = (folder / "damaged.json.gz").stat().st_mtime_ns
    (folder / "damaged.json.gz").write_bytes(gzip.compress(event(602)))
    os.utime(folder / "damaged.json.gz", ns=(before_it, before_it))
    (folder / "utf16.json").unlink()
    assert builder.dbt(hostile, "run", "--select", "+songplays")
    left = named.keys() - {"damaged.json.gz", "utf16.json"}
    assert unread(hostile) == before | {name: named[name] for name in left}
    with hostile.connect() as connection:
        found = connection.sql("select session_id from songplays where session_id between 600 and 609").fetchall()
    assert found == [(602,)]


def test_long_lines_and_large_documents_are_named(builder: Builder, tmp_path: Path) -> None:
    lake = builder.lake(tmp_path, "large")
    objects = [event(session, ts=1_541_030_400_000 + session) for session in range(8)]
    lake.deliver("log_data/lines.json", b"\n".join(objects))
    lake.deliver("log_data/long.json", b"\n".join([event(20), event(21, song="x" * 3000)]))
    lake.deliver("log_data/array.json", b"[\n" + b",\n".join(objects) + b"\n]")
    events = [json.loads(line) for line in objects]
    lake.deliver("log_data/indented.json", json.dumps(events, indent=2).encode())
    lake.deliver("log_data/object.json", json.dumps({"events": events}, indent=2).encode())
    lake.deliver("song_data/1.json", song("SO1"))
    limits = "{whole_file_bytes: 1000, max_line_bytes: 2000}"
    assert builder.dbt(lake, "run", "--select", "+songplays", "--vars", limits)
    assert unread(lake) == {
        "long.json": "line_too_long",
        "array.json": "large_document",
        "indented.json": "large_document",
        "object.json": "large_document",
    }
    assert len(lake.rows("songplays")) == len(objects)


def test_a_missing_raw_folder_is_an_error(builder: Builder, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lake = Lake(raw=tmp_path / "nowhere", folder=tmp_path / "lake", schema="missing", catalog=builder.catalog)
    assert not builder.dbt(lake, "run")
    assert "Path does not exist" in capsys.readouterr().out
