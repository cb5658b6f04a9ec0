"""The simulator: same arguments, same bytes; the format and the habits of the real data; all faults."""

import json
import math
import os
import subprocess
import sys
import time
from collections import Counter, defaultdict
from datetime import datetime, timezone
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import oracle
from oracle import LOG_DATA, SONG_DATA
from sparkify.cli import main
from sparkify.simulate.dirt import (
    DUPLICATE,
    HARMLESS,
    LOG_KINDS,
    QUARANTINED,
    SONG_KINDS,
    Kind,
    log_line,
    song_line,
)

Row = dict[str, Any]

# As in the real files, in their order.
LOG_FIELDS = [
    *("artist", "auth", "firstName", "gender", "itemInSession", "lastName", "length", "level", "location"),
    *("method", "page", "registration", "sessionId", "song", "status", "ts", "userAgent", "userId"),
]
SONG_FIELDS = [
    *("num_songs", "artist_id", "artist_latitude", "artist_longitude", "artist_location", "artist_name"),
    *("song_id", "title", "duration", "year"),
]
REDIRECTS = {"Login", "Logout", "Save Settings", "Submit Upgrade", "Submit Downgrade"}
KNOWN_ROWS = [(1, 0, "4", 1541048295796), (2, 0, "3", 1541048438796), (1, 1, "4", 1541048710796)]
KNOWN_TITLES = ["Don't Mind the Train", "Quiet Echo", "Hollow Candle"]
SCRIPTS = Path(__file__).parents[2] / "scripts"


def simulate(out: Path, *arguments: object) -> Row:
    """Runs the simulator; its manifest."""
    assert main(["simulate", "--out", str(out), *map(str, arguments)]) == 0
    manifest: Row = json.loads((out / "_simulated.json").read_text())
    assert manifest["complete"]
    return manifest


def contents(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def clean_rows(out: Path) -> list[Row]:
    return [json.loads(line) for path in sorted(out.glob("log_data/*/*/*")) for line in path.open(newline="\n")]


def clean_songs(out: Path) -> list[Row]:
    return [json.loads(path.read_text()) for path in sorted(out.glob("song_data/*/*/*/*"))]


def by_session(rows: list[Row]) -> dict[int, list[Row]]:
    sessions = defaultdict(list)
    for row in rows:
        sessions[row["sessionId"]].append(row)
    for session in sessions.values():
        session.sort(key=lambda row: row["itemInSession"])
    return sessions


def day_of(ts: int) -> str:
    return datetime.fromtimestamp(ts / 1000, timezone.utc).strftime("%Y-%m-%d")


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `simulate` writes without any option."""
    out = tmp_path_factory.mktemp("month") / "raw"
    simulate(out)
    return out


@pytest.fixture(scope="module")
def located_song(month: Path) -> Row:
    return next(song for song in clean_songs(month) if song["artist_latitude"] is not None)


@pytest.fixture(scope="module")
def rows(month: Path) -> list[Row]:
    return clean_rows(month)


@pytest.fixture(scope="module")
def plays(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["page"] == "NextSong"]


# The same arguments, the same bytes


def test_other_process_same_bytes(tmp_path: Path) -> None:
    arguments = ["--events", "700", "--songs", "60", "--dirty", "0.05", "--days", "4"]
    for number, zone in enumerate(("UTC", "Pacific/Auckland")):
        environment = {
            **os.environ,
            **{"PYTHONPATH": str(SCRIPTS), "PYTHONHASHSEED": str(number), "TZ": zone, "LC_ALL": "C"},
        }
        command = [sys.executable, "-m", "sparkify.cli", "simulate", "--out", str(tmp_path / zone[:3]), *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        assert len(done.stdout.splitlines()) == 1
    assert contents(tmp_path / "UTC") == contents(tmp_path / "Pac")


def test_known_bytes(tmp_path: Path) -> None:
    """The same on every machine: a figure written down, not one computed here."""
    simulate(tmp_path / "raw", "--events", 50, "--songs", 3, "--users", 5, "--days", 1)
    rows = clean_rows(tmp_path / "raw")
    assert [(row["sessionId"], row["itemInSession"], row["userId"], row["ts"]) for row in rows[:3]] == KNOWN_ROWS
    assert [song["title"] for song in clean_songs(tmp_path / "raw")] == KNOWN_TITLES


def test_other_seed_other_bytes(tmp_path: Path) -> None:
    for seed in (1, 2):
        simulate(tmp_path / str(seed), "--events", 300, "--songs", 20, "--seed", seed)
    one, two = clean_rows(tmp_path / "1"), clean_rows(tmp_path / "2")
    assert one != two
    assert clean_songs(tmp_path / "1") != clean_songs(tmp_path / "2")


# The format


def test_log_format(month: Path, rows: list[Row]) -> None:
    assert len(rows) == 8000
    assert {tuple(row) for row in rows} == {tuple(LOG_FIELDS)}
    for row in rows:
        assert row["ts"] % 1000 == 796 and isinstance(row["ts"], int)
        assert row["registration"] is None or isinstance(row["registration"], float)
        assert row["registration"] is None or row["registration"] < row["ts"]


def test_rows_lie_in_the_file_of_their_day_in_order(month: Path) -> None:
    files = sorted(month.glob("log_data/*/*/*"))
    assert len(files) == 30
    for path in files:
        times = [json.loads(line)["ts"] for line in path.open(newline="\n")]
        assert {day_of(ts) for ts in times} == {path.name.removesuffix("-events.json")}
        assert path.parts[-3:-1] == tuple(path.name.split("-")[:2])
        assert times == sorted(times)


def test_song_format(month: Path) -> None:
    paths = sorted(month.glob("song_data/*/*/*/*"))
    assert len(paths) == 400
    for path in paths:
        text = path.read_text()
        song = json.loads(text)
        assert text == json.dumps(song)
        assert list(song) == SONG_FIELDS
        assert path.parts[-4:-1] == tuple(path.name[2:5]) and len(path.stem) == 18
        assert [len(song["song_id"]), len(song["artist_id"])] == [18, 18]
        assert (song["artist_latitude"] is None) == (song["artist_longitude"] is None)
        assert song["artist_location"] is not None and isinstance(song["duration"], float)


def test_habits_of_songs(month: Path) -> None:
    songs = clean_songs(month)
    assert len({song["song_id"] for song in songs}) == 400
    names, durations, ids = defaultdict(set), defaultdict(set), defaultdict(set)
    for song in songs:
        title, name = song["title"], song["artist_name"]
        names[song["artist_id"]].add((name, song["artist_location"]))
        durations[title, name].add(song["duration"])
        ids[title, name, song["duration"]].add(song["song_id"])
    for groups in (names, durations, ids):
        assert any(len(group) > 1 for group in groups.values())
    assert any(isinstance(song["artist_name"], int) for song in songs)
    assert any(isinstance(song["artist_location"], int) for song in songs)
    assert any(song["title"].endswith(" ") for song in songs)
    assert any(song["artist_location"] == "" for song in songs) and any(song["year"] == 0 for song in songs)


# The habits of the logs


def test_events_are_exact(tmp_path: Path) -> None:
    for number, (events, days, users) in enumerate(((0, 3, 1), (1, 30, 1), (97, 2, 1), (999, 1, 40))):
        out = tmp_path / str(number)
        manifest = simulate(out, "--events", events, "--days", days, "--users", users, "--songs", 0)
        rows = clean_rows(out)
        assert len(rows) == events == manifest["log_data"]["events"]
        assert all("2018-11-01" <= day_of(row["ts"]) <= f"2018-11-{days:02}" for row in rows)


def test_key_is_unique_and_contiguous(rows: list[Row]) -> None:
    for session in by_session(rows).values():
        assert [row["itemInSession"] for row in session] == list(range(len(session)))
        assert [row["ts"] for row in session] == sorted(row["ts"] for row in session)
        assert len({row["userId"] for row in session if row["userId"]}) <= 1


def test_next_play_follows_after_the_length(rows: list[Row]) -> None:
    gaps = 0
    for session in by_session(rows).values():
        plays = [row for row in session if row["page"] == "NextSong"]
        for play, following in pairwise(plays):
            assert following["ts"] - play["ts"] == math.floor(play["length"]) * 1000
            gaps += 1
    assert gaps > 4000


def test_pages_have_their_method_and_status(rows: list[Row]) -> None:
    for row in rows:
        page = row["page"]
        assert row["method"] == ("PUT" if page == "NextSong" or page in REDIRECTS else "GET")
        assert row["status"] == (307 if page in REDIRECTS else 404 if page == "Error" else 200)
        played = [row[field] is not None for field in ("artist", "song", "length")]
        assert played == [page == "NextSong"] * 3
    shares = {page: count / len(rows) for page, count in Counter(row["page"] for row in rows).items()}
    # Those of the real logs, with room for chance.
    for page, share in (("NextSong", 0.847), ("Home", 0.1), ("Logout", 0.0112), ("Login", 0.0114)):
        assert share * 0.7 < shares[page] < share * 1.4
    for page in ("Downgrade", "Settings", "Help", "About", "Upgrade", "Save Settings", "Error", *REDIRECTS):
        assert 0 < shares[page] < 0.02


def test_logged_out_rows(rows: list[Row]) -> None:
    of_users = ("firstName", "lastName", "gender", "location", "registration", "userAgent")
    for row in rows:
        if row["auth"] == "Logged Out":
            assert row["userId"] == "" and row["page"] in {"Home", "Login", "About", "Help"}
            assert all(row[field] is None for field in of_users)
        else:
            assert row["userId"].isdigit() and all(row[field] is not None for field in of_users)
    sessions = by_session(rows).values()
    assert any(session[0]["auth"] == "Logged Out" and session[-1]["userId"] for session in sessions)
    assert any(all(row["auth"] == "Logged Out" for row in session) for session in sessions)
    assert any(day_of(session[0]["ts"]) != day_of(session[-1]["ts"]) for session in sessions)


def test_level_changes_on_the_home_after_a_submit(rows: list[Row]) -> None:
    changes: dict[str, list[str]] = defaultdict(list)
    before: dict[str, Row] = {}
    for session in sorted(by_session(rows).values(), key=lambda session: session[0]["ts"]):
        for row in (row for row in session if row["userId"]):
            last = before.get(row["userId"])
            if last and last["level"] != row["level"]:
                assert row["page"] == "Home" and last["sessionId"] == row["sessionId"]
                assert last["page"] == ("Submit Upgrade" if row["level"] == "paid" else "Submit Downgrade")
            elif last:
                assert not (last["page"].startswith("Submit") and last["sessionId"] == row["sessionId"])
            before[row["userId"]] = row
            levels = changes[row["userId"]]
            if row["page"] == "NextSong" and levels[-1:] != [row["level"]]:
                levels.append(row["level"])
    assert any(levels[:3] == ["free", "paid", "free"] for levels in changes.values())
    assert any(levels[:3] == ["paid", "free", "paid"] for levels in changes.values())


def test_profile_of_plays(plays: list[Row]) -> None:
    hours = Counter(datetime.fromtimestamp(row["ts"] / 1000, timezone.utc).hour for row in plays)
    assert len(hours) == 24
    # The real logs: 37 % from 14 to 18 o'clock, 10 % from 0 to 4.
    assert 0.3 < sum(hours[hour] for hour in range(14, 19)) / len(plays) < 0.44
    assert 0.05 < sum(hours[hour] for hour in range(5)) / len(plays) < 0.15
    songs = Counter((row["song"], row["artist"]) for row in plays)
    assert 0.7 < len(songs) / len(plays) < 0.85
    assert max(songs.values()) > 15
    users = Counter(row["userId"] for row in plays)
    assert max(users.values()) > 300 and min(users.values()) < 5
    quoted = sum(row["userAgent"].startswith('"') for row in plays) / len(plays)
    assert 0.4 < quoted < 0.95
    assert any("\u00c3\u0083" in row["artist"] for row in plays)
    assert any(row["song"].endswith(" ") for row in plays)
    assert len({row["location"].rpartition(", ")[2] for row in plays}) > 5


def test_some_plays_match_a_song(month: Path, plays: list[Row]) -> None:
    listed = {(song["title"], str(song["artist_name"]), song["duration"]) for song in clean_songs(month)}
    matched = sum((row["song"], row["artist"], row["length"]) in listed for row in plays)
    manifest = json.loads((month / "_simulated.json").read_text())
    assert matched == manifest["log_data"]["matched_plays"]
    assert 0.1 < matched / len(plays) < 0.2
    assert len(plays) == manifest["log_data"]["plays"]


# The faults


@pytest.fixture(scope="module")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dirty") / "raw"
    simulate(out, "--dirty", 0.05, "--events", 6000, "--songs", 1600)
    return out


@pytest.mark.parametrize(("source", "clean", "kinds"), [(LOG_DATA, 6000, LOG_KINDS), (SONG_DATA, 1600, SONG_KINDS)])
def test_manifest_counts_what_is_there(dirty: Path, source: oracle.Source, clean: int, kinds: tuple[Kind, ...]) -> None:
    loaded = oracle.load(dirty, source)
    manifest = json.loads((dirty / "_simulated.json").read_text())[source.folder]
    reasons = Counter((reason, field) for _, _, reason, field, _ in loaded.quarantined)
    assert {(entry["reason"], entry["field"]): entry["rows"] for entry in manifest["quarantined_by"]} == reasons
    assert (manifest["quarantined"], manifest["duplicates"]) == (len(loaded.quarantined), loaded.duplicates)
    assert (len(loaded.kept), loaded.duplicates > 0) == (clean, True)
    assert manifest["files"] == sum(1 for _ in dirty.glob(f"{source.folder}/**/*.json"))
    assert set(manifest["kinds"]) == {kind.name for kind in kinds}
    for outcome, total in (("harmless", HARMLESS), ("quarantined", QUARANTINED), ("duplicates", DUPLICATE)):
        assert manifest[outcome] == sum(manifest["kinds"][k.name] for k in kinds if k.outcome == total)


@pytest.mark.parametrize(("source", "kinds"), [(LOG_DATA, LOG_KINDS), (SONG_DATA, SONG_KINDS)])
def test_every_field_of_the_rules_is_spoiled(source: oracle.Source, kinds: tuple[Kind, ...]) -> None:
    more = [("play_without_user", "userId"), ("unknown_level", "level")] if source is LOG_DATA else []
    assert {(kind.reason, kind.field) for kind in kinds if kind.outcome == QUARANTINED} == {
        *(("not_utf8", None), ("broken_json", None), *more),
        *(("wrong_type", field) for field in source.numbers),
        *(("missing_value", field) for field in source.required),
        *(("out_of_range", field) for field in source.ranges),
    }
    assert len({kind.name for kind in kinds}) == len(kinds)


@pytest.mark.parametrize("kind", LOG_KINDS + SONG_KINDS, ids=lambda kind: kind.name)
def test_kind_is_what_it_says(kind: Kind, plays: list[Row], located_song: Row) -> None:
    source, clean, write = (LOG_DATA, plays[0], log_line) if kind in LOG_KINDS else (SONG_DATA, located_song, song_line)
    before = dict(clean)
    (line,) = (line for line in kind.spoil(clean).replace(b"\r", b"\n").split(b"\n") if line.strip(b" "))
    assert clean == before
    if kind.outcome == QUARANTINED:
        with pytest.raises(oracle.Unusable) as refused:
            oracle.parse_row(line, source)
        assert (refused.value.reason, refused.value.field) == (kind.reason, kind.field)
    else:
        meant = oracle.parse_row(write(clean).encode(), source)
        same = ("song", "artist", "length", "level") if kind in LOG_KINDS else ("title", "artist_name", "duration")
        found = oracle.parse_row(line.removeprefix(b"\xef\xbb\xbf"), source)
        assert [found[field] for field in same] == [meant[field] for field in same]


def test_dirt_adds_to_the_clean_rows(dirty: Path, tmp_path: Path) -> None:
    """The plays are those of a run without dirt: faults are additional, and the harmless mean the same."""
    simulate(tmp_path / "raw", "--events", 6000, "--songs", 1600)
    fields = ("sessionId", "itemInSession", "ts", "page", "level", "song", "artist", "length")
    with_dirt, clean = (
        sorted([row[field] for field in fields] for row in oracle.load(raw, LOG_DATA).kept)
        for raw in (dirty, tmp_path / "raw")
    )
    assert with_dirt == clean


# The folder and the arguments


def refusal(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """The one sentence with which the simulator refuses."""
    code = main(["simulate", *map(str, arguments)])
    said = capsys.readouterr()
    assert (code, said.out) == (2, "")
    return said.err


def test_refuses_a_folder_that_is_not_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = ("--events", 20, "--songs", 2, "--days", 1)
    letter = tmp_path / "mine" / "letter.txt"
    letter.parent.mkdir()
    letter.write_text("keep")
    assert "letter.txt" in refusal(capsys, "--out", letter.parent, *small)
    assert "is a file" in refusal(capsys, "--out", letter, *small)
    assert letter.read_text() == "keep"

    out = tmp_path / "own"
    out.mkdir()
    simulate(out, *small)
    simulate(out, *small, "--seed", 3)
    capsys.readouterr()
    strangers = ("notes.txt", "log_data/2018/11/notes.txt", "log_data/2018/11/2018-11-30-events.json")
    for name in strangers:
        (out / name).write_text("keep")
        refusal(capsys, "--out", out, *small)
        assert (out / name).read_text() == "keep"
        (out / name).unlink()
    (out / "_simulated.json").write_text("{}")
    refusal(capsys, "--out", out, *small)
    assert clean_rows(out)


def test_replaces_what_it_wrote(tmp_path: Path) -> None:
    out = tmp_path / "raw"
    simulate(out, "--events", 500, "--songs", 30, "--days", 5)
    simulate(out, "--events", 100, "--songs", 3, "--days", 2)
    assert len(clean_rows(out)) == 100
    assert len(clean_songs(out)) == 3
    # A run that was broken off leaves its mark, and can be started again.
    mark = json.loads((out / "_simulated.json").read_text())
    (out / "_simulated.json").write_text(json.dumps({"written_by": mark["written_by"], "complete": False}))
    simulate(out, "--events", 100, "--songs", 3, "--days", 2)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--events", -1), "--events"),
        (("--days", 0), "--days"),
        (("--users", 0), "--users"),
        (("--songs", -3), "--songs"),
        (("--seed", -1), "--seed"),
        (("--dirty", 1.5), "--dirty"),
        (("--dirty", "nan"), "--dirty"),
        (("--catalogue", -0.1), "--catalogue"),
        (("--start", "yesterday"), "--start"),
        (("--start", "1999-12-31"), "2000"),
        (("--start", "2099-12-31"), "2099"),
        (("--events", 100_000, "--users", 3), "--users"),
        (("--events", "many"), "--events"),
        (("--colour", "red"), "--colour"),
    ],
)
def test_wrong_arguments(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[object, ...], named: str
) -> None:
    assert named in refusal(capsys, "--out", tmp_path / "raw", *arguments)
    assert not (tmp_path / "raw").exists()


def test_folder_is_required(capsys: pytest.CaptureFixture[str]) -> None:
    assert "--out" in refusal(capsys)


# Speed


def test_throughput(tmp_path: Path) -> None:
    """A floor with much room below what is usual (over 80,000 events in a CPU second)."""
    began = time.process_time()
    simulate(tmp_path / "raw", "--events", 150_000, "--users", 2000, "--songs", 100)
    assert 150_000 / (time.process_time() - began) > 20_000
