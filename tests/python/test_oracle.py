"""Proves the oracle itself: on real data against independent goldens, and rule by rule on literal cases."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import math
import os
import re
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

import oracle
from shared_data import raw_tree_1943, shared_data
from sparkify.canonical import canonical_row, canonical_value, first_differences, table_hash

# ----------------------------------------------------------------------------------------------------
# The real data


@pytest.fixture(scope="module")
def shared() -> Path:
    return shared_data()


@pytest.fixture(scope="module")
def goldens(shared: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((shared / "goldens.json").read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="module")
def raw_1943(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return raw_tree_1943(tmp_path_factory.mktemp("raw_1943"))


@pytest.fixture(scope="module")
def raw_trees(shared: Path, raw_1943: Path) -> dict[str, Path]:
    return {"sample71": shared, "s3part1943": raw_1943}


@pytest.fixture(scope="module")
def builds(raw_trees: dict[str, Path]) -> dict[str, oracle.Oracle]:
    return {name: oracle.compute(raw) for name, raw in raw_trees.items()}


SONG_SETS = pytest.mark.parametrize("song_set", ["sample71", "s3part1943"])


def records(build: oracle.Oracle, table: str) -> list[dict[str, Any]]:
    """The rows of a table, by column name."""
    return [dict(zip(oracle.COLUMNS[table], row, strict=True)) for row in build.tables[table]]


def golden_hash(lines: Iterable[Sequence[Any]]) -> str:
    """The hash as goldens.json notes it."""
    text = "\n".join(sorted("|".join(str(value) for value in line) for line in lines)) + "\n"
    return hashlib.sha256(text.encode()).hexdigest()


def epoch_ms(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1)) // timedelta(milliseconds=1)


@SONG_SETS
def test_goldens_counts(builds: dict[str, oracle.Oracle], goldens: dict[str, Any], song_set: str) -> None:
    build, songs = builds[song_set], goldens["songs"][song_set]
    assert {name: len(rows) for name, rows in build.tables.items()} == {
        "songplays": goldens["songplays_rows_left_join"],
        "users": goldens["users_nextsong"],
        "songs": songs["songs"],
        "artists": songs["artists_distinct_id"],
        "time": goldens["time_rows_distinct_ts"],
        "user_level_history": goldens["scd2_level_rows_nextsong"],
        "song_match_rate_daily": len(goldens["plays_by_day"]),
        "quarantined_log_data": 0,
        "quarantined_songs_data": 0,
    }
    events, plays = goldens["raw_events"], goldens["nextsong"]
    assert build.accounting == {
        "log_data": oracle.Accounting(events, events, 0, 0, plays, events - plays),
        "song_data": oracle.Accounting(songs["songs"], songs["songs"], 0, 0),
    }


@SONG_SETS
def test_every_row_has_the_columns_of_its_table(builds: dict[str, oracle.Oracle], song_set: str) -> None:
    for table, rows in builds[song_set].tables.items():
        assert {len(row) for row in rows} <= {len(oracle.COLUMNS[table])}
    assert set(builds[song_set].tables) == set(oracle.COLUMNS)


@SONG_SETS
def test_goldens_hashes(builds: dict[str, oracle.Oracle], raw_trees: dict[str, Path], song_set: str) -> None:
    goldens = json.loads((raw_trees["sample71"] / "goldens.json").read_text(encoding="utf-8"))
    build = builds[song_set]
    # songplays has no item_in_session: it comes from the kept events, by way of the key.
    items = {
        hashlib.md5(f"{event['sessionId']}|{event['itemInSession']}".encode()).hexdigest(): event["itemInSession"]
        for event in oracle.load(raw_trees[song_set], oracle.LOG_DATA).kept
    }
    assert (
        golden_hash(
            (p["session_id"], items[p["songplay_id"]], p["user_id"], epoch_ms(p["start_time"]), p["level"])
            for p in records(build, "songplays")
        )
        == goldens['sha256_songplay_keys "sessionId|itemInSession|userId|ts|level"']
    )
    assert golden_hash(build.tables["users"]) == goldens['sha256_users "userId|firstName|lastName|gender|level"']
    assert golden_hash((epoch_ms(row[0]),) for row in build.tables["time"]) == goldens["sha256_time_ts"]


def test_goldens_plays_by_time_and_level(builds: dict[str, oracle.Oracle], goldens: dict[str, Any]) -> None:
    build = builds["sample71"]
    times = {row["start_time"]: row for row in records(build, "time")}
    plays = records(build, "songplays")

    def by(column: str) -> dict[str, int]:
        return dict(Counter(str(times[play["start_time"]][column]) for play in plays))

    assert by("hour") == goldens["plays_by_hour_utc"]
    assert by("weekday") == goldens["plays_by_iso_weekday_utc"]
    assert by("week") == goldens["plays_by_iso_week"]
    assert dict(Counter(play["level"] for play in plays)) == goldens["plays_by_level"]
    assert dict(Counter(str(play["event_date"]) for play in plays)) == goldens["plays_by_day"]
    daily = records(build, "song_match_rate_daily")
    assert {str(day["event_date"]): day["plays"] for day in daily} == goldens["plays_by_day"]
    assert all(
        (row["day"], row["month"], row["year"]) == (start.day, start.month, start.year) for start, row in times.items()
    )


def test_goldens_events(shared: Path, goldens: dict[str, Any]) -> None:
    events = oracle.load(shared, oracle.LOG_DATA).kept
    plays = [event for event in events if event["page"] == "NextSong"]
    assert round(math.fsum(play["length"] for play in plays), 5) == goldens["sum_length_nextsong"]
    assert len({e["userId"] for e in events} - {None}) == goldens["users_logged_in_any_page"]
    per_time = Counter(play["ts"] for play in plays)
    assert sum(n for n in per_time.values() if n > 1) == goldens["nextsong_sharing_ts_with_another"]
    # The README of the data: 5,917 wrapped userAgents, 286 logged-out rows.
    assert sum(event["userId"] is None for event in events) == 286
    assert sum(event["userAgent"] is None for event in events) == 286
    assert not any((event["userAgent"] or "").startswith('"') for event in events)
    assert next(event["registration"] for event in events if event["userId"] == 39) == 1540919166796


def test_goldens_levels(builds: dict[str, oracle.Oracle], goldens: dict[str, Any]) -> None:
    build = builds["sample71"]
    users, history = records(build, "users"), records(build, "user_level_history")
    assert dict(Counter(user["level"] for user in users)) == goldens["users_levels_latest"]
    changing = {str(row["user_id"]) for row in history if row["valid_to"] is not None}
    assert changing == set(goldens["users_changing_level"])
    assert len({(row["user_id"], row["level"]) for row in history}) == goldens["user_level_pairs"]
    assert [row["level"] for row in history if row["user_id"] == 15] == ["paid", "free", "paid"]
    assert {row["user_id"]: row["level"] for row in history if row["is_current"]} == {
        user["user_id"]: user["level"] for user in users
    }


@SONG_SETS
def test_goldens_songs(
    builds: dict[str, oracle.Oracle], raw_trees: dict[str, Path], goldens: dict[str, Any], song_set: str
) -> None:
    expected, build = goldens["songs"][song_set], builds[song_set]
    songs, artists = records(build, "songs"), records(build, "artists")
    assert sum(song["year"] is None for song in songs) == expected["year0"]
    assert len({(song["year"], song["artist_id"]) for song in songs}) == expected["year_artist_partitions"]
    assert {song["artist_id"] for song in songs} == {artist["artist_id"] for artist in artists}
    kept = oracle.load(raw_trees[song_set], oracle.SONG_DATA).kept
    assert sum(song["artist_latitude"] is None for song in kept) == expected["null_lat"]
    assert sum(song["artist_location"] is None for song in kept) == expected["empty_location"]
    # The dimension has no coordinates only for an artist none of whose songs has any.
    located = {song["artist_id"] for song in kept if song["artist_latitude"] is not None}
    unlocated = {artist["artist_id"] for artist in artists if artist["latitude"] is None}
    assert unlocated == {song["artist_id"] for song in kept} - located


@SONG_SETS
@pytest.mark.parametrize(
    ("tolerance", "golden"),
    [
        (0.0, "plays_matched_exact_duration"),
        # "Less than 1" and "at most 1" are the same here: no distance is 1.
        (1.0, "plays_matched_title_artist_dur_lt1"),
        (math.inf, "plays_matched_title_artist"),
    ],
)
def test_goldens_matches(
    raw_trees: dict[str, Path], goldens: dict[str, Any], song_set: str, tolerance: float, golden: str
) -> None:
    build = oracle.compute(raw_trees[song_set], duration_tolerance=tolerance)
    expected = goldens["songs"][song_set]
    matched = [play for play in records(build, "songplays") if play["song_id"] is not None]
    assert len(matched) == expected[golden]
    assert all(play["artist_id"] is not None for play in matched)
    assert sum(day["matched_plays"] for day in records(build, "song_match_rate_daily")) == expected[golden]
    if tolerance == math.inf:
        distinct = expected["distinct_song_ids_matched (nearest duration)"]
        assert len({play["song_id"] for play in matched}) == distinct


@pytest.mark.parametrize(("tolerance", "count"), [(0.0, 39), (1.0, 39), (2.35, 39), (2.36, 41), (math.inf, 41)])
def test_matches_are_those_of_the_list(shared: Path, raw_1943: Path, tolerance: float, count: int) -> None:
    with (shared / "goldens_matches_s3part1943.csv").open(encoding="utf-8", newline="") as lines:
        listed = {
            (
                hashlib.md5(f"{row['session_id']}|{row['item_in_session']}".encode()).hexdigest(),
                row["song_id"],
                row["artist_id"],
            )
            for row in csv.DictReader(lines)
            if float(row["abs_duration_diff"]) <= tolerance
        }
    build = oracle.compute(raw_1943, duration_tolerance=tolerance)
    matched = {
        (play["songplay_id"], play["song_id"], play["artist_id"])
        for play in records(build, "songplays")
        if play["song_id"] is not None
    }
    assert matched == listed
    assert len(matched) == count


# ----------------------------------------------------------------------------------------------------
# Literal cases

T0 = 1541105830796  # 2018-11-01 20:57:10.796 UTC
START = datetime(2018, 11, 1, 20, 57, 10, 796000)
MODIFIED = datetime(2018, 12, 1, 12, 0, 0)

EVENT: dict[str, Any] = {
    "artist": "Artist",
    "auth": "Logged In",
    "firstName": "Ada",
    "gender": "F",
    "itemInSession": 0,
    "lastName": "Byron",
    "length": 200.5,
    "level": "free",
    "location": "London",
    "method": "PUT",
    "page": "NextSong",
    "registration": 1540919166796.0,
    "sessionId": 7,
    "song": "Title",
    "status": 200,
    "ts": T0,
    "userAgent": '"Agent/1.0"',
    "userId": "10",
}
SONG: dict[str, Any] = {
    "num_songs": 1,
    "artist_id": "AR1",
    "artist_latitude": None,
    "artist_longitude": None,
    "artist_location": "",
    "artist_name": "Artist",
    "song_id": "SO1",
    "title": "Title",
    "duration": 200.5,
    "year": 2000,
}


class Raw:
    """A raw folder that a test fills: a dict changes the standard row, bytes are a line as it is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def file(self, name: str, content: bytes, modified: datetime = MODIFIED) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        nanoseconds = (modified - datetime(1970, 1, 1)) // timedelta(microseconds=1) * 1000
        os.utime(path, ns=(nanoseconds, nanoseconds))

    def log(self, *rows: dict[str, Any] | bytes, name: str = "log_data/2018/11/events.json", **when: Any) -> None:
        self.file(name, b"\n".join(line(EVENT, row) for row in rows), **when)

    def songs(self, *rows: dict[str, Any] | bytes, name: str = "song_data/A/songs.json", **when: Any) -> None:
        self.file(name, b"\n".join(line(SONG, row) for row in rows), **when)

    def compute(self, duration_tolerance: float = 0.0) -> oracle.Oracle:
        return oracle.compute(self.folder, duration_tolerance)

    def event(self, **changes: Any) -> dict[str, Any]:
        """The one kept event of a log that holds only the standard event with these changes."""
        self.log(changes)
        (event,) = oracle.load(self.folder, oracle.LOG_DATA).kept
        return event


def line(standard: dict[str, Any], row: dict[str, Any] | bytes) -> bytes:
    return row if isinstance(row, bytes) else json.dumps({**standard, **row}).encode()


def with_text(standard: dict[str, Any], field: str, json_text: str) -> bytes:
    """The standard row with one field written as given: texts that json.dumps would never write."""
    return json.dumps({**standard, field: "@@"}).replace('"@@"', json_text).encode()


@pytest.fixture
def raw(tmp_path: Path) -> Raw:
    return Raw(tmp_path)


def test_empty_tree(raw: Raw) -> None:
    build = raw.compute()
    assert all(rows == [] for rows in build.tables.values())
    assert build.accounting["log_data"] == oracle.Accounting(0, 0, 0, 0, 0, 0)


def test_one_play_and_its_song_in_every_table(raw: Raw) -> None:
    raw.log({})
    raw.songs({"artist_location": "London", "artist_latitude": 51.5, "artist_longitude": -0.1})
    assert raw.compute().tables == {
        "songplays": [
            (
                "4692ff38bfede8170edf490763d7a35e",  # printf '7|0' | md5sum
                START,
                10,
                "free",
                "SO1",
                "AR1",
                7,
                "London",
                "Agent/1.0",
                MODIFIED,
                date(2018, 11, 1),
            )
        ],
        "users": [(10, "Ada", "Byron", "F", "free")],
        "songs": [("SO1", "Title", "AR1", 2000, 200.5)],
        "artists": [("AR1", "Artist", "London", 51.5, -0.1)],
        "time": [(START, 20, 1, 44, 11, 2018, 4)],
        "user_level_history": [(10, "free", START, None, True)],
        "song_match_rate_daily": [(date(2018, 11, 1), 1, 1, 1.0)],
        "quarantined_log_data": [],
        "quarantined_songs_data": [],
    }


# Files and lines


def test_line_ends_blank_lines_and_byte_order_mark(raw: Raw) -> None:
    a, b, c = (line(EVENT, {"itemInSession": n}) for n in range(3))
    raw.file("log_data/a.json", b"\xef\xbb\xbf" + a + b"\r\n   \r" + b + b"\r\n\n\r" + c + b"  ")
    build = raw.compute()
    assert build.accounting["log_data"] == oracle.Accounting(3, 3, 0, 0, 3, 0)


@pytest.mark.parametrize("content", [b"", b"\n", b"\xef\xbb\xbf", b"   \n \r\n"])
def test_files_without_rows(raw: Raw, content: bytes) -> None:
    raw.file("log_data/a.json", content)
    raw.file("log_data/b.json.gz", content)
    assert raw.compute().accounting["log_data"].raw_rows == 0


def test_other_separators_end_no_line(raw: Raw) -> None:
    raw.log({"song": "a\u2028b\u0085c\x0bd\x0c\x1ce"})
    assert raw.compute().accounting["log_data"].kept == 1
    plain = json.dumps({**EVENT, "song": "a\u2028b\u0085c"}, ensure_ascii=False).encode()
    raw.log(plain)
    assert raw.compute().accounting["log_data"].kept == 1


def test_gzip_is_read_the_same(raw: Raw) -> None:
    raw.log({}, {"itemInSession": 1}, b"{", name="log_data/deep/er/a.json.gz")
    build = raw.compute()
    assert build.accounting["log_data"] == oracle.Accounting(3, 2, 1, 0, 2, 0)
    assert build.tables["quarantined_log_data"][0][0] == "log_data/deep/er/a.json.gz"


@pytest.mark.parametrize("name", ["a.json.tmp", "a.jsonl", "A.JSON", "json", "year=2018/a b", "a:b"])
def test_files_have_any_name(raw: Raw, name: str) -> None:
    raw.log({}, name=f"log_data/{name}")
    assert raw.compute().accounting["log_data"].kept == 1


@pytest.mark.parametrize("content", [b"[%s, %s]", b"\n[\n%s,\n%s]\n"])
def test_a_json_array_has_rows(raw: Raw, content: bytes) -> None:
    raw.file("log_data/a.json", content % (line(EVENT, {}), line(EVENT, {"sessionId": 9})))
    assert raw.compute().accounting["log_data"].kept == 2


def test_an_object_over_lines_is_a_row(raw: Raw) -> None:
    raw.file("song_data/a.json", json.dumps(SONG, indent=2).encode())
    assert raw.compute().accounting["song_data"] == oracle.Accounting(1, 1, 0, 0)


def test_keys_have_any_case_and_the_exact_one_counts(raw: Raw) -> None:
    upper = {key.upper(): value for key, value in EVENT.items()}
    raw.file("log_data/a.json", json.dumps(upper | {"sessionid": 9, "sessionId": 8}).encode())
    (event,) = oracle.load(raw.folder, oracle.LOG_DATA).kept
    assert (event["sessionId"], event["userId"]) == (8, int(EVENT["userId"]))


def test_a_song_needs_its_id_alone(raw: Raw) -> None:
    raw.songs({"title": "", "artist_name": None}, {"song_id": "SO9", "artist_id": None})
    build = raw.compute()
    assert build.accounting["song_data"].kept == 2
    assert [row[:2] for row in build.tables["artists"]] == [(SONG["artist_id"], None)]


@pytest.mark.parametrize("name", ["_a.json", ".a.json", "_old/a.json", ".git/a.json"])
def test_hidden_files_are_ignored(raw: Raw, name: str) -> None:
    raw.log({}, name=f"log_data/{name}")
    raw.songs({}, name=f"song_data/{name}")
    assert {source.raw_rows for source in raw.compute().accounting.values()} == {0}


def test_file_times_count_in_whole_milliseconds(raw: Raw) -> None:
    raw.log({}, modified=MODIFIED + timedelta(microseconds=123999))
    assert raw.compute().tables["songplays"][0][9] == MODIFIED + timedelta(milliseconds=123)


# Values


@pytest.mark.parametrize(
    ("json_text", "value"),
    [
        *((text, 5) for text in ("5", '"5"', '" 5 "', '"+5"', '"005"', "5.0", '"5.0"')),
        *(("1.5e3", 1500), ("15E+2", 1500), ("1500e-2", 15), ("-0", 0), ("null", None), ('""', None)),
        *(("9223372036854775807", 2**63 - 1), ('"9223372036854775807"', 2**63 - 1), ("9007199254740991.0", 2**53 - 1)),
    ],
)
def test_whole_numbers(raw: Raw, json_text: str, value: int | None) -> None:
    raw.log(with_text({**EVENT, "page": "Home"}, "userId", json_text))
    (event,) = oracle.load(raw.folder, oracle.LOG_DATA).kept
    assert event["userId"] == value
    assert event["userId"] is None or type(event["userId"]) is int


@pytest.mark.parametrize(
    "json_text",
    [
        *("1.5", '"1.5"', "true", "false", "[1]", "{}", '"abc"', '"1_000"', '"0x10"', '"\u0661"', '"NaN"'),
        *("9223372036854775808", "-9223372036854775809", "9007199254740992.0", "1e16"),
        *("1e999", "1e99999999999999999999", "1e-5", '" "', '"1 2"', "9" * 5000),
    ],
)
def test_no_whole_numbers(raw: Raw, json_text: str) -> None:
    raw.log(with_text(EVENT, "userId", json_text))
    assert [row[2:4] for row in raw.compute().tables["quarantined_log_data"]] == [("wrong_type", "userId")]


@pytest.mark.parametrize(
    ("json_text", "value"),
    [("200", 200.0), ("2.5e1", 25.0), ('"25"', 25.0), ('" 2.5 "', 2.5), ("0", 0.0), ("null", None), ('""', None)],
)
def test_doubles(raw: Raw, json_text: str, value: float | None) -> None:
    raw.log(with_text(EVENT, "length", json_text))
    (event,) = oracle.load(raw.folder, oracle.LOG_DATA).kept
    assert event["length"] == value
    assert event["length"] is None or type(event["length"]) is float


@pytest.mark.parametrize(
    ("json_text", "value"),
    [
        *((text, text) for text in ("112", "1.50", "1e3", "true", "false", '{"a":[1,2.0]}', "[]")),
        *(('""', None), ("null", None), ('" x "', " x "), ('" "', " ")),
        *(('"\\ud83d\\ude00"', "\U0001f600"), ('"\\ud83d"', "?"), ('"\\u0019"', "\x19")),
    ],
)
def test_texts(raw: Raw, json_text: str, value: str | None) -> None:
    raw.log(with_text(EVENT, "location", json_text))
    assert [play["location"] for play in records(raw.compute(), "songplays")] == [value]


@pytest.mark.parametrize(
    ("agent", "value"),
    [
        *(('"A/1"', "A/1"), ('""A""', '"A"'), ('" "', " "), ('""', None), ("", None), (None, None)),
        *((agent, agent) for agent in ("A/1", '"', '"A', 'A"')),
    ],
)
def test_user_agent_loses_one_pair_of_quotes(raw: Raw, agent: str | None, value: str | None) -> None:
    assert raw.event(userAgent=agent)["userAgent"] == value


def test_field_names(raw: Raw) -> None:
    repeated = line(EVENT, {})[:-1] + b', "level": "x", "level": "paid", "Level": "free", "other": 1}'
    raw.log(repeated)
    assert [play["level"] for play in records(raw.compute(), "songplays")] == ["paid"]


def test_last_null_of_a_repeated_field_counts(raw: Raw) -> None:
    raw.log(line(EVENT, {})[:-1] + b', "location": [1, 2], "location": null}')
    assert [play["location"] for play in records(raw.compute(), "songplays")] == [None]


# Quarantine

OTHER = {**EVENT, "page": "Home"}
BEFORE_2000, IN_2100 = 946684799999, 4102444800000

# Beside what test_simulate.py knows of each kind of dirt.
LOG_CASES: list[tuple[bytes, str, str | None]] = [
    (b'{"song": "\xff"}', "not_utf8", None),
    (b"\xed\xa0\x80", "not_utf8", None),
    (b"{", "broken_json", None),
    (b"x", "broken_json", None),
    (b"null", "broken_json", None),
    (b"[]", "broken_json", None),
    (b'"text"', "broken_json", None),
    (b"\t", "broken_json", None),
    (line(EVENT, {}) + b" x", "broken_json", None),
    (line(EVENT, {}) + line(EVENT, {}), "broken_json", None),
    (line(EVENT, {}) + b",", "broken_json", None),
    (line(EVENT, {})[:-1] + b",}", "broken_json", None),
    (line(EVENT, {}).replace(b'"', b"'"), "broken_json", None),
    (line(EVENT, {}).replace(b'"London"', b'"Lon\tdon"'), "broken_json", None),
    (line(EVENT, {}).replace(b'"London"', b'"Lon\\don"'), "broken_json", None),
    (b"[" * 100_000, "broken_json", None),
    *((with_text(EVENT, "length", text), "broken_json", None) for text in ("NaN", "Infinity", "-Infinity")),
    *((with_text(EVENT, "length", text), "broken_json", None) for text in ("01", "+1", ".5", "1.", "0x1")),
    (line(EVENT, {"length": "abc"}), "wrong_type", "length"),
    (line(EVENT, {"registration": 1.5}), "wrong_type", "registration"),
    (line({k: v for k, v in EVENT.items() if k != "page"}, {}), "missing_value", "page"),
    (line({k.upper(): v for k, v in EVENT.items() if k != "page"}, {}), "missing_value", "page"),
    (line(EVENT | {"PAGE": "NextSong", "page": None}, {}), "missing_value", "page"),
    *(
        (with_text(EVENT, "length", text), "out_of_range", "length")
        for text in ("-0.1", "86400.1", "1e999", "-1e999", '"NaN"', '"Infinity"', '"-inf"')
    ),
    (line(EVENT, {"userId": None, "level": None}), "play_without_user", "userId"),
    *((line(EVENT, {"level": level}), "unknown_level", "level") for level in (None, "", "Free", " free")),
    # The first reason, and within it the first field, counts.
    (line(EVENT, {"ts": BEFORE_2000, "status": "x"}), "wrong_type", "status"),
    (line(EVENT, {"sessionId": "x", "ts": "x"}), "wrong_type", "ts"),
    (line(EVENT, {"ts": BEFORE_2000, "page": None}), "missing_value", "page"),
    (line(EVENT, {"userId": "-1", "length": -1}), "out_of_range", "userId"),
]

SONG_CASES: list[tuple[bytes, str, str | None]] = [
    (b'"\xc3"', "not_utf8", None),
    (line(SONG, {}) + line(SONG, {}), "broken_json", None),
    (line(SONG, {"year": 1999.5, "num_songs": "x"}), "wrong_type", "year"),
    *((line(SONG, {"song_id": empty}), "missing_value", "song_id") for empty in (None, "")),
    *(
        (with_text(SONG, "duration", text), "out_of_range", "duration")
        for text in ("0", "-1", "86400.5", '"nan"', "1e999")
    ),
    *(
        (with_text(SONG, f"artist_{axis}", text), "out_of_range", f"artist_{axis}")
        for axis, over in (("latitude", "90.1"), ("longitude", "180.1"))
        for text in (over, "-" + over, '"NaN"', "1e999")
    ),
    (line(SONG, {"song_id": None, "year": -1}), "missing_value", "song_id"),
]


def case_name(case: Any) -> str | None:
    return repr(case)[:40] if isinstance(case, bytes) else None


@pytest.mark.parametrize(("raw_line", "reason", "field"), LOG_CASES, ids=case_name)
def test_log_quarantine(raw: Raw, raw_line: bytes, reason: str, field: str | None) -> None:
    raw.log({}, raw_line, {"itemInSession": 1})
    build = raw.compute()
    assert build.tables["quarantined_log_data"] == [
        (
            "log_data/2018/11/events.json",
            MODIFIED,
            reason,
            field,
            re.sub("\ufffd+", "\ufffd", raw_line.decode("utf-8", "replace")),
        )
    ]
    assert build.accounting["log_data"] == oracle.Accounting(3, 2, 1, 0, 2, 0)


@pytest.mark.parametrize(("raw_line", "reason", "field"), SONG_CASES, ids=case_name)
def test_song_quarantine(raw: Raw, raw_line: bytes, reason: str, field: str | None) -> None:
    raw.songs({"song_id": "SO0"}, raw_line)
    build = raw.compute()
    assert build.tables["quarantined_songs_data"] == [
        ("song_data/A/songs.json", MODIFIED, reason, field, raw_line.decode("utf-8", "replace"))
    ]
    assert build.accounting["song_data"] == oracle.Accounting(2, 1, 1, 0)


def test_invalid_bytes_become_replacement_characters(raw: Raw) -> None:
    raw.log(b'{"song": "a\xff\xfeb\xe2\x82"}')
    assert raw.compute().tables["quarantined_log_data"][0][4] == '{"song": "a\ufffdb\ufffd"}'


@pytest.mark.parametrize(
    "changes",
    [
        *({"ts": ts} for ts in (BEFORE_2000 + 1, IN_2100 - 1)),
        *({"length": length} for length in (0, 86400, None)),
        *({"status": status} for status in (100, 599, None)),
        *({"registration": None}, {"userId": 0}),
        *({"page": "Home", "userId": ""}, {"page": "Home", "level": "other"}, {"page": "nextsong", "level": None}),
    ],
)
def test_usable_events(raw: Raw, changes: dict[str, Any]) -> None:
    raw.event(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        *({"duration": duration} for duration in (0.001, 86400, None)),
        *({"year": year} for year in (0, 2100, None)),
        *({"artist_latitude": -90, "artist_longitude": 180}, {"num_songs": 0}),
    ],
)
def test_usable_songs(raw: Raw, changes: dict[str, Any]) -> None:
    raw.songs(changes)
    assert raw.compute().accounting["song_data"] == oracle.Accounting(1, 1, 0, 0)


# Duplicates


def test_the_newest_file_wins(raw: Raw) -> None:
    raw.log({"level": "paid"}, name="log_data/a.json", modified=MODIFIED + timedelta(seconds=1))
    raw.log({"level": "free", "lastName": "zzz"}, name="log_data/b.json")
    build = raw.compute()
    assert [play["level"] for play in records(build, "songplays")] == ["paid"]
    assert records(build, "songplays")[0]["loaded_at"] == MODIFIED + timedelta(seconds=1)
    assert build.accounting["log_data"] == oracle.Accounting(2, 1, 0, 1, 1, 0)


def test_of_equally_new_files_the_greater_value_wins(raw: Raw) -> None:
    # Bytes decide, not UTF-16 units: U+1F600 is greater than U+FF21 in UTF-8 and smaller in UTF-16.
    emoji, wide = "\U0001f600", "\uff21"
    raw.log({"location": wide}, {"location": emoji}, {"location": wide})
    build = raw.compute()
    assert [play["location"] for play in records(build, "songplays")] == [emoji]
    assert build.accounting["log_data"] == oracle.Accounting(3, 1, 0, 2, 1, 0)


def test_unusable_rows_are_no_duplicates(raw: Raw) -> None:
    raw.log({}, name="log_data/a.json")
    raw.log({"status": "x"}, {"page": "Home"}, name="log_data/b.json", modified=MODIFIED + timedelta(1))
    build = raw.compute()
    # The newest usable delivery is no play, so there is no play left.
    assert build.accounting["log_data"] == oracle.Accounting(3, 1, 1, 1, 0, 1)
    assert build.tables["songplays"] == []


def test_a_song_delivered_again_is_replaced(raw: Raw) -> None:
    raw.songs({"title": "Old", "artist_id": "AR0"}, name="song_data/b.json")
    raw.songs({"title": "New"}, name="song_data/a.json", modified=MODIFIED + timedelta(milliseconds=1))
    build = raw.compute()
    assert build.tables["songs"] == [("SO1", "New", "AR1", 2000, 200.5)]
    assert [artist["artist_id"] for artist in records(build, "artists")] == ["AR1"]
    assert build.accounting["song_data"] == oracle.Accounting(2, 1, 0, 1)


# Matches


@pytest.mark.parametrize(
    "changes",
    [
        {"song": "title"},
        {"song": "Title "},
        {"artist": "ARTIST"},
        {"length": 200.4999999},
        {"length": None},
        {"song": None},
    ],
)
def test_no_match(raw: Raw, changes: dict[str, Any]) -> None:
    raw.log(changes)
    raw.songs({})
    build = raw.compute()
    assert [(play["song_id"], play["artist_id"]) for play in records(build, "songplays")] == [(None, None)]
    assert build.tables["song_match_rate_daily"] == [(date(2018, 11, 1), 1, 0, 0.0)]


def test_of_several_candidates_the_nearest_then_the_smallest_id(raw: Raw) -> None:
    raw.log({})
    raw.songs(
        {"song_id": "SO5", "duration": 201.0, "artist_id": "AR5"},
        {"song_id": "SO4", "duration": 200.75, "artist_id": "AR4"},
        {"song_id": "SO3", "duration": 200.25, "artist_id": "AR3"},
        {"song_id": "SO1", "duration": None},
    )

    def match(tolerance: float) -> tuple[Any, Any]:
        (play,) = records(raw.compute(tolerance), "songplays")
        return play["song_id"], play["artist_id"]

    assert match(0.0) == (None, None)
    assert match(0.2) == (None, None)
    assert match(0.25) == match(math.inf) == ("SO3", "AR3")
    raw.songs({"song_id": "SO9"}, {"song_id": "SO8", "artist_id": "AR8"}, name="song_data/B/more.json")
    assert match(0.0) == match(1.0) == ("SO8", "AR8")


def test_match_rate_is_per_day(raw: Raw) -> None:
    raw.songs({})
    raw.log(
        {},
        {"itemInSession": 1, "song": "Other"},
        {"itemInSession": 2, "song": None},
        {"itemInSession": 3, "ts": 1541116800000},  # 2018-11-02 00:00
    )
    assert raw.compute().tables["song_match_rate_daily"] == [
        (date(2018, 11, 1), 3, 1, 1 / 3),
        (date(2018, 11, 2), 1, 1, 1.0),
    ]


# Dimensions


@pytest.mark.parametrize(
    "newest",
    [
        {"sessionId": 1, "itemInSession": 0, "ts": T0 + 1},
        {"sessionId": 1, "itemInSession": 6},
        {"sessionId": 9, "itemInSession": 5},
    ],
)
def test_users_and_history_take_the_newest_play(raw: Raw, newest: dict[str, Any]) -> None:
    standard = {"sessionId": 8, "itemInSession": 5}
    raw.log(
        {**newest, "firstName": None, "lastName": "New", "gender": "M", "level": "paid"},
        standard,
        # Not a play, so it says nothing about the user.
        {"sessionId": 9, "itemInSession": 99, "ts": T0 + 9, "page": "Home", "lastName": "Home"},
    )
    build = raw.compute()
    assert build.tables["users"] == [(10, None, "New", "M", "paid")]
    assert build.tables["user_level_history"][-1][1] == "paid"
    # At one time there is one level.
    assert len(build.tables["user_level_history"]) == (2 if newest.get("ts") else 1)


def test_level_history_free_paid_free(raw: Raw) -> None:
    levels = ["free", "free", "paid", "paid", "free", "free"]
    raw.log(
        *({"itemInSession": n, "ts": T0 + n * 1000, "level": level} for n, level in enumerate(levels)),
        # Logged out and on other pages levels count for nothing.
        {"itemInSession": 90, "ts": T0 + 4500, "level": "paid", "page": "Home"},
        {"itemInSession": 91, "userId": "11", "level": "paid", "ts": T0 + 60},
    )
    build = raw.compute()
    second = timedelta(seconds=1)
    assert build.tables["user_level_history"] == [
        (10, "free", START, START + 2 * second, False),
        (10, "paid", START + 2 * second, START + 4 * second, False),
        (10, "free", START + 4 * second, None, True),
        (11, "paid", START + timedelta(milliseconds=60), None, True),
    ]


def test_level_history_skips_a_level_overruled_at_its_only_time(raw: Raw) -> None:
    raw.log(
        {"itemInSession": 0},
        {"itemInSession": 1, "ts": T0 + 1000, "level": "paid"},
        {"itemInSession": 2, "ts": T0 + 1000, "level": "free"},
        {"itemInSession": 3, "ts": T0 + 2000},
    )
    assert raw.compute().tables["user_level_history"] == [(10, "free", START, None, True)]


def test_time_uses_iso_weeks(raw: Raw) -> None:
    raw.log(
        {"itemInSession": 0, "ts": 1546214400001},  # Monday 2018-12-31, week 1 of 2019
        {"itemInSession": 1, "ts": 1546214400001},
        {"itemInSession": 2, "ts": 1609718399999},  # Sunday 2021-01-03, week 53 of 2020
    )
    assert raw.compute().tables["time"] == [
        (datetime(2018, 12, 31, 0, 0, 0, 1000), 0, 31, 1, 12, 2018, 1),
        (datetime(2021, 1, 3, 23, 59, 59, 999000), 23, 3, 53, 1, 2021, 7),
    ]


def artist(raw: Raw, *songs: dict[str, Any]) -> tuple[Any, ...]:
    """The artist's row, without its id, from songs with these changes."""
    raw.songs(*({"song_id": f"SO{n}", **song} for n, song in enumerate(songs)))
    (row,) = raw.compute().tables["artists"]
    return row[1:]


@pytest.mark.parametrize(
    ("names", "name"),
    [
        (["DMX / Eve", "DMX / Eve", "DMX"], "DMX / Eve"),
        (["DMX / Eve", "DMX"], "DMX"),
        (["Ab", "Aa"], "Aa"),
        (["a", "B"], "B"),
        # Characters, not bytes, decide the length; bytes, not UTF-16 units, the order.
        (["abc", "\u00e9\u00e9"], "\u00e9\u00e9"),
        (["\U0001f600", "ab"], "\U0001f600"),
        (["\U0001f600", "\uff21"], "\uff21"),
        (["112", 112, "Z"], "112"),
    ],
)
def test_artist_name(raw: Raw, names: list[Any], name: str) -> None:
    assert artist(raw, *({"artist_name": n} for n in names))[0] == name


def place(location: str | None, latitude: float | None, longitude: float | None) -> dict[str, Any]:
    return {"artist_location": location, "artist_latitude": latitude, "artist_longitude": longitude}


@pytest.mark.parametrize(
    ("places", "chosen"),
    [
        # Both coordinates come before the number of songs ...
        ([("A", None, None), ("A", None, None), (None, 1, 2)], (None, 1.0, 2.0)),
        ([("A", 1, None), ("A", 1, None), ("BB", 1, 2)], ("BB", 1.0, 2.0)),
        # ... then that number, a location, a short one, the first by bytes, the smallest coordinates.
        ([("A", 1, 2), (None, 3, 4), (None, 3, 4)], (None, 3.0, 4.0)),
        ([("", 1, 2), ("A", 3, 4)], ("A", 3.0, 4.0)),
        ([("AA", 1, 2), ("B", 3, 4)], ("B", 3.0, 4.0)),
        ([("a", 1, 2), ("B", 3, 4)], ("B", 3.0, 4.0)),
        ([("A", 3, 2), ("A", 1, 4), ("A", 1, 3)], ("A", 1.0, 3.0)),
        # All null only if there is nothing else.
        ([("", None, None)] * 3 + [("Far away", None, None)], ("Far away", None, None)),
        ([("", None, None)] * 3 + [(None, None, 5)], (None, None, 5.0)),
        ([("", None, None), (None, None, None)], (None, None, None)),
    ],
)
def test_artist_place(raw: Raw, places: list[tuple[Any, ...]], chosen: tuple[Any, ...]) -> None:
    assert artist(raw, *(place(*p) for p in places)) == ("Artist", *chosen)


def test_song_year_zero_is_unknown(raw: Raw) -> None:
    raw.songs({"year": 0, "duration": None})
    assert raw.compute().tables["songs"] == [("SO1", "Title", "AR1", None, None)]


def test_a_hundred_thousand_events_take_seconds(raw: Raw) -> None:
    raw.log(*({"itemInSession": n, "ts": T0 + n, "userId": n % 500} for n in range(100_000)))
    began = time.monotonic()
    assert len(raw.compute().tables["songplays"]) == 100_000
    # About 2 s on a small machine; the limit only tells seconds from minutes.
    assert time.monotonic() - began < 60


# ----------------------------------------------------------------------------------------------------
# Canonical text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "\\N"),
        ("\\N", "\\\\N"),
        ("", ""),
        ("a\tb\nc\rd\\", "a\\tb\\nc\\rd\\\\"),
        (True, "true"),
        (False, "false"),
        (1, "1"),
        (-(2**63), "-9223372036854775808"),
        (1.0, "1.0"),
        (0.1, "0.1"),
        (-0.0, "0.0"),
        (float("nan"), "nan"),
        (datetime(2018, 11, 1, 1, 2, 3), "2018-11-01 01:02:03.000000"),
        (datetime(2018, 11, 1, 1, 2, 3, 45, timezone(timedelta(hours=1))), "2018-11-01 00:02:03.000045"),
        (date(2018, 11, 1), "2018-11-01"),
    ],
)
def test_canonical_value(value: Any, text: str) -> None:
    assert canonical_value(value) == text


def test_canonical_value_refuses_other_types() -> None:
    with pytest.raises(TypeError, match="bytes"):
        canonical_value(b"x")


def test_canonical_rows_do_not_collide() -> None:
    rows: list[tuple[Any, ...]] = [("a\tb",), ("a", "b"), ("a\\tb",), ("a\\", "b"), (None, "b"), ("\\N", "b")]
    assert len({canonical_row(row) for row in rows}) == len(rows)


def test_table_hash_ignores_order_only() -> None:
    rows = [(1, "a"), (2, None), (2, None)]
    assert table_hash(rows) == table_hash(rows[::-1])
    assert table_hash(rows) != table_hash(rows[:2])
    # printf '1\ta\n2\t\\N\n2\t\\N\n' | sha256sum
    assert table_hash(rows) == hashlib.sha256(b"1\ta\n2\t\\N\n2\t\\N\n").hexdigest()
    assert table_hash([]) == hashlib.sha256(b"").hexdigest()


def test_first_differences() -> None:
    assert first_differences([(1, "a"), (2, "b")], [(2, "b"), (1, "a")]) == ""
    assert first_differences([(1, "a"), (1, "a")], [(1, "a"), (3, None)]) == (
        "only in expected: 1 row(s)\n  1 | a\nonly in actual: 1 row(s)\n  3 | \\N"
    )
    assert first_differences([(n,) for n in range(9)], [], limit=2) == (
        "only in expected: 9 row(s)\n  0\n  1\n  ... and 7 more"
    )


# ----------------------------------------------------------------------------------------------------
# The real data's whereabouts


def test_missing_data_skips_or_fails_in_ci(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARKIFY_SHARED", str(tmp_path))
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="left out"):
        shared_data()
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="SPARKIFY_SHARED"):
        shared_data()
