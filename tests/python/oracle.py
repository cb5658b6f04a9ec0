"""The independent oracle: every table of the lake, computed from the raw JSON in plain Python.

It shares nothing with the dbt project: no SQL, no Spark, no constant of the models. Tests compare the Spark
build with it, so each rule is written here a second time, as directly as the contract states it.

Timestamps are naive `datetime`s in UTC. Strings are compared with Python's `<`: it orders by code point,
which is the order of their UTF-8 bytes.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import json
import math
import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from itertools import groupby
from pathlib import Path
from typing import Any, NoReturn

Row = tuple[Any, ...]
Fields = dict[str, Any]

COLUMNS: dict[str, tuple[str, ...]] = {
    "songplays": (
        "songplay_id",
        "start_time",
        "user_id",
        "level",
        "song_id",
        "artist_id",
        "session_id",
        "location",
        "user_agent",
        "loaded_at",
        "event_date",
    ),
    "users": ("user_id", "first_name", "last_name", "gender", "level"),
    "songs": ("song_id", "title", "artist_id", "year", "duration"),
    "artists": ("artist_id", "name", "location", "latitude", "longitude"),
    "time": ("start_time", "hour", "day", "week", "month", "year", "weekday"),
    "user_level_history": ("user_id", "level", "valid_from", "valid_to", "is_current"),
    "song_match_rate_daily": ("event_date", "plays", "matched_plays", "match_rate"),
    "quarantined_log_data": ("source_file", "loaded_at", "reason", "field", "raw_text"),
    "quarantined_songs_data": ("source_file", "loaded_at", "reason", "field", "raw_text"),
}

EPOCH = datetime(1970, 1, 1)
MILLISECOND = timedelta(milliseconds=1)
FIRST_MS = (datetime(2000, 1, 1) - EPOCH) // MILLISECOND
END_MS = (datetime(2100, 1, 1) - EPOCH) // MILLISECOND


# ----------------------------------------------------------------------------------------------------
# What is computed


@dataclass(frozen=True)
class Accounting:
    """Where the raw rows of one source went. `plays` and `other_pages` are None for songs."""

    raw_rows: int
    kept: int
    quarantined: int
    duplicates: int
    plays: int | None = None
    other_pages: int | None = None


@dataclass(frozen=True)
class Oracle:
    """All tables (name -> rows with the columns `COLUMNS[name]`) and the accounting (folder -> counts)."""

    tables: dict[str, list[Row]]
    accounting: dict[str, Accounting]


@dataclass(frozen=True)
class Loaded:
    """One source after reading: the kept rows as dicts of the raw field names, the quarantine, the counts."""

    kept: list[Fields]
    quarantined: list[Row]
    raw_rows: int
    duplicates: int


class Unusable(Exception):
    """A raw row that goes to quarantine."""

    def __init__(self, reason: str, field: str | None = None) -> None:
        super().__init__(reason, field)
        self.reason = reason
        self.field = field


# ----------------------------------------------------------------------------------------------------
# Values


class Number(str):
    """A JSON number as it stands in the line: a string field takes it as this text, without rounding."""

    __slots__ = ()


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


# Python's decoder accepts NaN and Infinity unless told otherwise; raw control characters it refuses.
_DECODER = json.JSONDecoder(parse_int=Number, parse_float=Number, parse_constant=_refuse_constant, strict=True)
_BLANKS = " \t\r\n"
_INTEGER = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_SPECIAL_DOUBLE = re.compile(r"nan|[+-]?inf(?:inity)?", re.IGNORECASE)


def _number_text(value: Any) -> str:
    """The text of a JSON number or string; a boolean, list or object is no number."""
    if not isinstance(value, str):
        raise ValueError("no number")
    return value.strip(_BLANKS)


def read_whole(value: Any) -> int | None:
    """A whole number of 64 bits. Raises ValueError when the value is none."""
    if value is None or value == "":
        return None
    text = _number_text(value)
    if _INTEGER.fullmatch(text):
        # Longer than any 64-bit number (Python itself refuses to convert thousands of digits).
        if len(text.lstrip("+-0")) > 19:
            raise ValueError("not 64 bits")
        whole = int(text)
        if not -(2**63) <= whole < 2**63:
            raise ValueError("not 64 bits")
        return whole
    if not _DECIMAL.fullmatch(text):
        raise ValueError("no number")
    try:
        exact = Decimal(text)
    except InvalidOperation:
        raise ValueError("exponent beyond reason") from None
    # From 2^53 on, a reader that goes through a double can't tell neighbours apart.
    if not abs(exact) < 2**53 or exact != exact.to_integral_value():
        raise ValueError("not integral")
    return int(exact)


def read_double(value: Any) -> float | None:
    """A double. Raises ValueError when the value is none. "NaN" as text is one (and in no range)."""
    if value is None or value == "":
        return None
    text = _number_text(value)
    if not _DECIMAL.fullmatch(text) and not _SPECIAL_DOUBLE.fullmatch(text):
        raise ValueError("no number")
    return float(text)


def _read_text(value: Any, name: str, line: str) -> str | None:
    """A string field: '' is null, a number or boolean its text, a list or object its JSON as it stands."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value) if isinstance(value, str) else _member_texts(line)[name]
    # Half a surrogate pair ("\ud83d" alone) has no UTF-8 form; the JVM writes a question mark for it.
    return text.encode("utf-8", "replace").decode("utf-8") if "\\u" in line else text


def _member_texts(line: str) -> dict[str, str]:
    """The fields of a (valid) JSON object, with the text of each value as it stands in the line."""

    def skip(at: int) -> int:
        while line[at] in _BLANKS:
            at += 1
        return at

    texts: dict[str, str] = {}
    at = skip(skip(0) + 1)
    while line[at] != "}":
        name, at = _DECODER.raw_decode(line, at)
        start = skip(skip(at) + 1)
        _, at = _DECODER.raw_decode(line, start)
        texts[name] = line[start:at]
        at = skip(at)
        if line[at] == ",":
            at = skip(at + 1)
    return texts


# ----------------------------------------------------------------------------------------------------
# Sources: the fields and the checks of a raw row, in the order in which they apply


@dataclass(frozen=True)
class Source:
    """How the rows of one raw folder are read and checked. Each mapping is in the order of its checks."""

    folder: str
    key: tuple[str, ...]
    # Of deliveries of one time the one with the greater values counts, field by field; a missing value is the smallest.
    content: tuple[str, ...]
    numbers: Mapping[str, Callable[[Any], Any]]
    texts: tuple[str, ...]
    required: tuple[str, ...]
    ranges: Mapping[str, Callable[[Any], bool]]
    finish: Callable[[Fields], None]


def _in_window(milliseconds: int) -> bool:
    return FIRST_MS <= milliseconds < END_MS


def _not_negative(number: int) -> bool:
    return number >= 0


def repaired(text: str | None) -> str | None:
    """A text whose UTF-8 was read as Windows-1252 or Latin-1, up to three times, as it was meant; else the text."""
    for _ in range(3):
        try:
            text = b"".join(map(_byte, text or "")).decode("utf-8") or None
        except UnicodeError:
            break
    return text


def _byte(character: str) -> bytes:
    """Windows-1252 knows five bytes less than Latin-1."""
    try:
        return character.encode("cp1252")
    except UnicodeEncodeError:
        return character.encode("latin-1")


def _finish_event(row: Fields) -> None:
    """What holds for events only: names as they were meant, the userAgent's quotes, and the needs of a play."""
    for name in ("song", "artist"):
        row[name] = repaired(row[name])
    agent = row["userAgent"]
    if agent is not None and len(agent) >= 2 and agent[0] == agent[-1] == '"':
        row["userAgent"] = agent[1:-1] or None
    if row["page"] == "NextSong":
        if row["userId"] is None:
            raise Unusable("play_without_user", "userId")
        if row["level"] not in ("free", "paid"):
            raise Unusable("unknown_level", "level")


def _finish_song(row: Fields) -> None:
    """Names as they were meant; year 0 means unknown."""
    for name in ("title", "artist_name"):
        row[name] = repaired(row[name])
    row["year"] = row["year"] or None


# The comparisons below are written so that NaN fails them.
LOG_DATA = Source(
    folder="log_data",
    key=("sessionId", "itemInSession"),
    content=(
        "ts",
        "page",
        "method",
        "status",
        "auth",
        "userId",
        "firstName",
        "lastName",
        "gender",
        "level",
        "registration",
        "location",
        "userAgent",
        "song",
        "artist",
        "length",
    ),
    numbers={
        "ts": read_whole,
        "sessionId": read_whole,
        "itemInSession": read_whole,
        "userId": read_whole,
        "length": read_double,
        "registration": read_whole,
        "status": read_whole,
    },
    texts=(
        "artist",
        "auth",
        "firstName",
        "gender",
        "lastName",
        "level",
        "location",
        "method",
        "page",
        "song",
        "userAgent",
    ),
    required=("ts", "page", "sessionId", "itemInSession"),
    ranges={
        "ts": _in_window,
        "sessionId": _not_negative,
        "itemInSession": _not_negative,
        "userId": _not_negative,
        "length": lambda seconds: 0 <= seconds <= 86400,
        "registration": _in_window,
        "status": lambda status: 100 <= status <= 599,
    },
    finish=_finish_event,
)

SONG_DATA = Source(
    folder="song_data",
    key=("song_id",),
    content=(
        "title",
        "duration",
        "year",
        "artist_id",
        "artist_name",
        "artist_location",
        "artist_latitude",
        "artist_longitude",
    ),
    numbers={
        "duration": read_double,
        "year": read_whole,
        "artist_latitude": read_double,
        "artist_longitude": read_double,
        "num_songs": read_whole,
    },
    texts=("artist_id", "artist_location", "artist_name", "song_id", "title"),
    required=("song_id",),
    ranges={
        "duration": lambda seconds: 0 < seconds <= 86400,
        "year": lambda year: 0 <= year <= 2100,
        "artist_latitude": lambda degrees: abs(degrees) <= 90,
        "artist_longitude": lambda degrees: abs(degrees) <= 180,
        "num_songs": _not_negative,
    },
    finish=_finish_song,
)


# ----------------------------------------------------------------------------------------------------
# Files, lines, rows


@dataclass(frozen=True)
class RawFile:
    """One file of the raw tree: its path relative to the raw folder, and its modification time."""

    source_file: str
    path: Path
    loaded_at: datetime


def raw_files(raw: Path, folder: str) -> Iterator[RawFile]:
    """The files of one source, any depth, in the order of their paths."""
    for parent, folders, names in os.walk(raw / folder):
        folders[:] = sorted(name for name in folders if name[0] not in "_.")
        for name in sorted(names):
            if name[0] in "_.":
                continue
            path = Path(parent, name)
            # Whole milliseconds: that is what Spark sees of a file's time, so finer differences are ties.
            modified = path.stat().st_mtime_ns // 1_000_000
            yield RawFile(path.relative_to(raw).as_posix(), path, EPOCH + modified * MILLISECOND)


def raw_lines(path: Path, line_by_line: bool = False) -> Iterator[bytes]:
    """The raw rows of a file, without line ends: lines, or the objects of a file that is one JSON array or object.

    Nothing where the file can't be read. With `line_by_line`, as Trino has it, there are lines in any file.
    """
    content = path.read_bytes()
    unpack = {".gz": gzip.decompress, ".bz2": bz2.decompress}.get(path.suffix)
    try:
        content = unpack(content) if unpack else content
    except (OSError, EOFError):
        return iter(())
    if content.startswith((b"\xff\xfe", b"\xfe\xff", b"PK\x03\x04", b"\x1f\x8b")) and not line_by_line:
        return iter(())
    if content.startswith(b"\xef\xbb\xbf"):
        content = content[3:]
    if (objects := _objects(content)) and not line_by_line:
        return iter(objects)
    # bytes.splitlines breaks at \n, \r\n and \r, and (unlike that of str) at nothing else.
    return (line for line in content.splitlines() if line.strip(b" "))


def _objects(content: bytes) -> list[bytes]:
    """The elements of a JSON array, or one object that has several lines; nothing for any other file."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return []
    if isinstance(value, list):
        # As Spark writes them anew.
        return [json.dumps(element, ensure_ascii=False, separators=(",", ":")).encode() for element in value]
    content = content.strip(b" \r\n")
    return [content] if isinstance(value, dict) and len(content.splitlines()) > 1 else []


def parse_row(line: bytes, source: Source) -> Fields:
    """The fields of a usable raw row. Raises Unusable with the first reason that applies."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        raise Unusable("not_utf8") from None
    try:
        members = _DECODER.decode(text)
    except (ValueError, RecursionError):
        raise Unusable("broken_json") from None
    if not isinstance(members, dict):
        raise Unusable("broken_json")
    # Keys may be in any case; the exact one counts.
    in_lower_case = {name.lower(): name for name in members}
    keys = {
        name: name if name in members else in_lower_case.get(name.lower(), name)
        for name in (*source.numbers, *source.texts)
    }
    row: Fields = {}
    for name, read in source.numbers.items():
        try:
            row[name] = read(members.get(keys[name]))
        except ValueError:
            raise Unusable("wrong_type", name) from None
    for name in source.texts:
        row[name] = _read_text(members.get(keys[name]), keys[name], text)
    for name in source.required:
        if row[name] is None:
            raise Unusable("missing_value", name)
    for name, in_range in source.ranges.items():
        if row[name] is not None and not in_range(row[name]):
            raise Unusable("out_of_range", name)
    source.finish(row)
    return row


def load(raw: Path, source: Source, line_by_line: bool = False) -> Loaded:
    """Reads one source: quarantines what is unusable and keeps one delivery of everything else."""
    newest: dict[Row, tuple[tuple[datetime, Row], Fields]] = {}
    quarantined: list[Row] = []
    raw_rows = usable = 0
    for file in raw_files(raw, source.folder):
        for line in raw_lines(file.path, line_by_line):
            raw_rows += 1
            try:
                row = parse_row(line, source)
            except Unusable as unusable:
                raw_text = re.sub(
                    "\N{REPLACEMENT CHARACTER}+", "\N{REPLACEMENT CHARACTER}", line.decode("utf-8", "replace")
                )
                quarantined.append((file.source_file, file.loaded_at, unusable.reason, unusable.field, raw_text))
                continue
            usable += 1
            row["loaded_at"] = file.loaded_at
            key = tuple(row[name] for name in source.key)
            rank = (file.loaded_at, tuple((row[name] is not None, row[name] or 0) for name in source.content))
            if key not in newest or rank > newest[key][0]:
                newest[key] = (rank, row)
    return Loaded([row for _, row in newest.values()], quarantined, raw_rows, usable - len(newest))


# ----------------------------------------------------------------------------------------------------
# The star


def event_key(event: Fields) -> str:
    """The key of an event: md5 over session and item in session."""
    return hashlib.md5(f"{event['sessionId']}|{event['itemInSession']}".encode()).hexdigest()


def _start_time(play: Fields) -> datetime:
    start: datetime = EPOCH + play["ts"] * MILLISECOND
    return start


def newness(play: Fields) -> tuple[int, int, int]:
    """Orders plays: the greatest is the newest. Unique, since (sessionId, itemInSession) is."""
    return play["ts"], play["itemInSession"], play["sessionId"]


def _songplays(plays: list[Fields], songs: list[Fields], tolerance: float) -> list[Row]:
    catalogue: dict[tuple[str, str], list[Fields]] = defaultdict(list)
    for song in songs:
        if song["duration"] is not None:
            catalogue[song["title"], song["artist_name"]].append(song)
    rows: list[Row] = []
    for play in plays:
        matches = []
        if play["length"] is not None:
            for song in catalogue.get((play["song"], play["artist"]), ()):
                distance = abs(song["duration"] - play["length"])
                if distance <= tolerance:
                    matches.append((distance, song["song_id"], song["artist_id"]))
        _, song_id, artist_id = min(matches, default=(None, None, None))
        start = _start_time(play)
        rows.append(
            (
                event_key(play),
                start,
                play["userId"],
                play["level"],
                song_id,
                artist_id,
                play["sessionId"],
                play["location"],
                play["userAgent"],
                play["loaded_at"],
                start.date(),
            )
        )
    return rows


def _users(plays: list[Fields]) -> list[Row]:
    newest = {play["userId"]: play for play in sorted(plays, key=newness)}
    return [(user, play["firstName"], play["lastName"], play["gender"], play["level"]) for user, play in newest.items()]


def _songs(songs: list[Fields]) -> list[Row]:
    return [(song["song_id"], song["title"], song["artist_id"], song["year"], song["duration"]) for song in songs]


def _artists(songs: list[Fields]) -> list[Row]:
    names: dict[str, Counter[str | None]] = defaultdict(Counter)
    places: dict[str, Counter[Row]] = defaultdict(Counter)
    for song in songs:
        if song["artist_id"] is None:
            continue
        names[song["artist_id"]][song["artist_name"]] += 1
        place = (song["artist_location"], song["artist_latitude"], song["artist_longitude"])
        places[song["artist_id"]][place] += 1

    def best_name(counts: Counter[str | None]) -> str | None:
        return min(counts, key=lambda name: (name is None, -counts[name], len(name or ""), name or ""))

    def best_place(counts: Counter[Row]) -> Row:
        def rank(place: Row) -> Row:
            location, latitude, longitude = place
            return (
                place == (None, None, None),
                latitude is None or longitude is None,
                -counts[place],
                location is None,
                len(location or ""),
                location or "",
                # An unknown coordinate is not the smallest one.
                math.inf if latitude is None else latitude,
                math.inf if longitude is None else longitude,
            )

        return min(counts, key=rank)

    return [(artist, best_name(names[artist]), *best_place(places[artist])) for artist in names]


def _time(plays: list[Fields]) -> list[Row]:
    rows: list[Row] = []
    for start in {_start_time(play) for play in plays}:
        _, week, weekday = start.isocalendar()
        rows.append((start, start.hour, start.day, week, start.month, start.year, weekday))
    return rows


def _user_level_history(plays: list[Fields]) -> list[Row]:
    rows: list[Row] = []
    for user, of_user in groupby(sorted(plays, key=lambda p: (p["userId"], newness(p))), lambda p: p["userId"]):
        # Of several plays at one time the last assignment, that of the newest play, stays.
        levels = {_start_time(play): play["level"] for play in of_user}
        spans: list[tuple[str, datetime]] = []
        for start, level in levels.items():
            if not spans or spans[-1][0] != level:
                spans.append((level, start))
        ends = [start for _, start in spans[1:]] + [None]
        for (level, start), end in zip(spans, ends, strict=True):
            rows.append((user, level, start, end, end is None))
    return rows


def _song_match_rate_daily(songplays: list[Row]) -> list[Row]:
    columns = COLUMNS["songplays"]
    event_date, song_id = columns.index("event_date"), columns.index("song_id")
    plays = Counter(row[event_date] for row in songplays)
    matched = Counter(row[event_date] for row in songplays if row[song_id] is not None)
    return [(day, count, matched[day], matched[day] / count) for day, count in plays.items()]


def _sorted(rows: list[Row], key_columns: int) -> list[Row]:
    return sorted(rows, key=lambda row: row[:key_columns])


def compute(raw: Path, duration_tolerance: float = 0.0, line_by_line: bool = False) -> Oracle:
    """All tables from `<raw>/log_data` and `<raw>/song_data`, each sorted by its key.

    A play matches a song of its title and artist when the durations differ by at most `duration_tolerance`
    seconds (0: exactly equal; math.inf: any, as long as both are known). `line_by_line`: see raw_lines.
    """
    log, catalogue = load(raw, LOG_DATA, line_by_line), load(raw, SONG_DATA, line_by_line)
    plays = [event for event in log.kept if event["page"] == "NextSong"]
    songplays = _songplays(plays, catalogue.kept, duration_tolerance)
    tables = {
        "songplays": _sorted(songplays, 1),
        "users": _sorted(_users(plays), 1),
        "songs": _sorted(_songs(catalogue.kept), 1),
        "artists": _sorted(_artists(catalogue.kept), 1),
        "time": _sorted(_time(plays), 1),
        "user_level_history": _user_level_history(plays),
        "song_match_rate_daily": _sorted(_song_match_rate_daily(songplays), 1),
        # In the order of files and lines.
        "quarantined_log_data": log.quarantined,
        "quarantined_songs_data": catalogue.quarantined,
    }
    accounting = {
        LOG_DATA.folder: Accounting(
            raw_rows=log.raw_rows,
            kept=len(log.kept),
            quarantined=len(log.quarantined),
            duplicates=log.duplicates,
            plays=len(plays),
            other_pages=len(log.kept) - len(plays),
        ),
        SONG_DATA.folder: Accounting(
            raw_rows=catalogue.raw_rows,
            kept=len(catalogue.kept),
            quarantined=len(catalogue.quarantined),
            duplicates=catalogue.duplicates,
        ),
    }
    return Oracle(tables, accounting)
