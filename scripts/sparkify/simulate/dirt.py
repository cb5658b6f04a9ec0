"""Every way in which a row is spoiled, one table for log rows and one for songs; and where spoiled rows go.

Each kind makes the bytes of one raw row (without its line end) from the fields of a clean row. What
becomes of it:

    quarantined  an additional row that no reader can use, for `reason` and `field`
    duplicate    an additional delivery of an event or a song that is there already
    harmless     takes the place of the clean row: looks odd, means the same event or song
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

Row = dict[str, Any]
Spoil = Callable[[Row], bytes]
Write = Callable[[Row], str]

QUARANTINED, DUPLICATE, HARMLESS = "quarantined", "duplicate", "harmless"

HUGE = 2**63
"""One more than 64 bits hold."""
BEFORE_2000 = 946_684_799_999
"""Epoch milliseconds: the last one of 1999."""
FROM_2100 = 4_102_444_800_000
"""Epoch milliseconds: the first one of 2100."""


def log_line(row: Row) -> str:
    """A log row as real files have it: ASCII only, without blanks, and `/` written as `\\/`."""
    return json.dumps(row, separators=(",", ":")).replace("/", "\\/")


def song_line(song: Row) -> str:
    """A song as real files have it: ASCII only, a blank behind each comma and colon."""
    return json.dumps(song)


class Kind(NamedTuple):
    """One way to spoil a row. `reason` and `field` are those under which it is quarantined."""

    name: str
    spoil: Spoil
    outcome: str = QUARANTINED
    reason: str | None = None
    field: str | None = None
    late: bool = False
    """A duplicate that is delivered in a later file, of another day."""
    same_file: bool = False
    """A song that stands in the file of the clean one. Of different deliveries in different files the newer
    file's is kept, and which of two files written in one moment is newer is up to the system."""


def _with(write: Write, field: str, value: object) -> Spoil:
    return lambda row: write({**row, field: value}).encode()


def _without(write: Write, field: str) -> Spoil:
    return lambda row: write({name: value for name, value in row.items() if name != field}).encode()


def _text(write: Write, change: Callable[[str], str]) -> Spoil:
    return lambda row: change(write(row)).encode()


def _bytes(write: Write, field: str, inserted: bytes) -> Spoil:
    """Puts bytes into the text of a field."""
    mark = "@@here@@"
    return lambda row: write({**row, field: f"La {mark} sol"}).encode().replace(mark.encode(), inserted)


def _about(reason: str, field: str, name: str, spoil: Spoil) -> Kind:
    """A kind that is quarantined because of one field."""
    return Kind(f"{reason}_{field}_{name}", spoil, reason=reason, field=field)


def _unreadable(write: Write, field: str, number: str) -> Iterable[Kind]:
    """field: one with text; number: one whose value is a number."""
    for name, inserted in (
        ("stray_byte", b"\xff"),
        ("latin_1", b"caf\xe9"),
        ("cut_character", b"\xe6\x98"),
        ("overlong", b"\xc0\xaf"),
        ("surrogate", b"\xed\xa0\x80"),
    ):
        yield Kind(f"not_utf8_{name}", _bytes(write, field, inserted), reason="not_utf8")
    changes: tuple[tuple[str, Callable[[str], str]], ...] = (
        ("truncated", lambda line: line[: len(line) * 2 // 3]),
        ("no_json", lambda line: "java.net.SocketTimeoutException: Read timed out"),
        ("second_object", lambda line: line + line),
        ("trailing_text", lambda line: line + " #end"),
        ("single_quotes", lambda line: line.replace('"', "'")),
        ("array", lambda line: f"[[{line}]]"),
        ("text_only", lambda line: json.dumps(line)),
        ("number_only", lambda line: "42"),
        ("null_only", lambda line: "null"),
        ("last_comma", lambda line: line[:-1] + ",}"),
        ("bare_name", lambda line: line.replace(f'"{number}"', number, 1)),
        ("comment", lambda line: "/* sent twice */ " + line),
    )
    for name, change in changes:
        yield Kind(f"broken_json_{name}", _text(write, change), reason="broken_json")
    for name in ("NaN", "Infinity"):
        yield Kind(f"broken_json_{name}", _with(write, number, float(name)), reason="broken_json")


def _wrong_types(write: Write, whole: Iterable[str], double: Iterable[str]) -> Iterable[Kind]:
    values = ("text", "unknown"), ("boolean", True), ("fraction", 1.5), ("huge", HUGE), ("object", {"is": 1})
    for name, value in values:
        for field in whole:
            yield _about("wrong_type", field, name, _with(write, field, value))
    for name, other in (("text", "4 min"), ("boolean", False), ("array", [1.5])):
        for field in double:
            yield _about("wrong_type", field, name, _with(write, field, other))


def _missing(write: Write, fields: Iterable[str]) -> Iterable[Kind]:
    for field in fields:
        yield _about("missing_value", field, "null", _with(write, field, None))
        yield _about("missing_value", field, "empty", _with(write, field, ""))
        yield _about("missing_value", field, "absent", _without(write, field))


def _out_of_range(write: Write, *values: tuple[str, str, object]) -> Iterable[Kind]:
    """values: field, a name for the value, the value."""
    for field, name, value in values:
        yield _about("out_of_range", field, name, _with(write, field, value))


def _respaced(row: Row) -> bytes:
    return json.dumps(dict(reversed(row.items())), separators=(" , ", " : "), ensure_ascii=False).encode()


def _without_player(value: object) -> Spoil:
    return _with(log_line, "userId", value)


def _log_kinds() -> Iterable[Kind]:
    write = log_line
    whole = ("ts", "sessionId", "itemInSession", "userId", "registration", "status")
    yield from _wrong_types(write, whole, ("length",))
    yield from _missing(write, ("ts", "page", "sessionId", "itemInSession"))
    yield from _out_of_range(
        write,
        ("ts", "1999", BEFORE_2000),
        ("ts", "2100", FROM_2100),
        ("ts", "seconds", 1_541_105_830),
        ("ts", "microseconds", 1_541_105_830_796_000),
        ("ts", "negative", -1),
        ("sessionId", "negative", -1),
        ("itemInSession", "negative", -1),
        ("userId", "negative", "-26"),
        ("length", "negative", -0.5),
        ("length", "above", 86_400.5),
        ("length", "nan", "NaN"),
        ("length", "infinite", "Infinity"),
        ("registration", "1999", float(BEFORE_2000)),
        ("registration", "2100", float(FROM_2100)),
        ("status", "below", 99),
        ("status", "above", 600),
    )
    reason, field = "play_without_user", "userId"
    yield Kind("play_without_user_empty", _without_player(""), reason=reason, field=field)
    yield Kind("play_without_user_null", _without_player(None), reason=reason, field=field)
    yield Kind("play_without_user_absent", _without(write, field), reason=reason, field=field)
    reason, field = "unknown_level", "level"
    levels = ("other", "gold"), ("capitals", "PAID"), ("blank", "free "), ("empty", ""), ("null", None)
    for name, value in levels:
        yield Kind(f"unknown_level_{name}", _with(write, field, value), reason=reason, field=field)
    yield from _unreadable(write, "song", "ts")

    yield Kind("duplicate_same", _text(write, str), DUPLICATE)
    yield Kind("duplicate_respaced", _respaced, DUPLICATE)
    yield Kind("duplicate_changed", _with(write, "location", "Moved Away, AK"), DUPLICATE)
    yield Kind("duplicate_late", _text(write, str), DUPLICATE, late=True)

    def numbers(row: Row) -> bytes:
        texts = {name: str(row[name]) for name in ("ts", "sessionId", "itemInSession", "status", "length")}
        return write({**row, **texts, "userId": int(row["userId"])}).encode()

    def floats(row: Row) -> bytes:
        return write({**row, **{name: float(row[name]) for name in ("ts", "sessionId", "itemInSession")}}).encode()

    def exponent(row: Row) -> bytes:
        return write(row).replace('"status":200', '"status":2.0e2').encode()

    def repeated(row: Row) -> bytes:
        return b'{"page":"Nowhere","ts":0,' + write(row).encode()[1:]

    more = {"TS": 0, "device": {"type": "phone", "tags": ["a", None]}, "song_": "x"}
    for name, spoil in (
        ("more_fields", lambda row: write({**row, **more}).encode()),
        ("numbers_as_text", numbers),
        ("whole_as_float", floats),
        ("exponent", exponent),
        ("repeated_field", repeated),
        ("other_order", _respaced),
        ("quotes", _with(write, "lastName", 'O\'Quill "Q" \\ `x` {{ y }} ${z} %s')),
        ("sql", _with(write, "location", "'); DROP TABLE songplays; --, TX")),
        ("escapes", _with(write, "userAgent", '"line one\nline two\ttab \u0000 \u2028 \U0001f3b5"')),
        ("text_as_number", lambda row: write({**row, "firstName": True, "lastName": 112}).encode()),
        ("null_registration", _with(write, "registration", None)),
        ("blank_lines", lambda row: b"\n   \n" + write(row).encode()),
        ("carriage_return", lambda row: write(row).encode() + b"\r"),
        ("blanks_around", lambda row: b"  " + write(row).encode() + b" \t"),
    ):
        yield Kind(f"harmless_{name}", spoil, HARMLESS)


def _song_kinds() -> Iterable[Kind]:
    write = song_line
    double = ("duration", "artist_latitude", "artist_longitude")
    yield from _wrong_types(write, ("year", "num_songs"), double)
    yield from _missing(write, ("song_id",))
    yield from _out_of_range(
        write,
        ("duration", "zero", 0.0),
        ("duration", "negative", -218.93),
        ("duration", "above", 86_400.5),
        ("duration", "nan", "NaN"),
        ("duration", "infinite", "Infinity"),
        ("year", "negative", -1),
        ("year", "above", 2101),
        ("artist_latitude", "above", 90.5),
        ("artist_latitude", "below", -90.5),
        ("artist_latitude", "nan", "NaN"),
        ("artist_longitude", "above", 180.5),
        ("artist_longitude", "below", -181),
        ("artist_longitude", "nan", "NaN"),
        ("num_songs", "negative", -1),
    )
    yield from _unreadable(write, "title", "duration")

    yield Kind("duplicate_same", _text(write, str), DUPLICATE)
    yield Kind("duplicate_respaced", _respaced, DUPLICATE)
    yield Kind("duplicate_changed", _with(write, "artist_location", "Moved Away, AK"), DUPLICATE, same_file=True)

    def numbers(row: Row) -> bytes:
        names = ("num_songs", "artist_latitude", "artist_longitude", "duration", "year")
        return write({**row, **{name: str(row[name]) for name in names if row[name] is not None}}).encode()

    for name, spoil in (
        ("more_fields", lambda row: write({**row, "Title": None, "genres": ["folk", {"sub": 1}]}).encode()),
        ("numbers_as_text", numbers),
        ("whole_as_float", lambda row: write({**row, "year": float(row["year"]), "num_songs": 1.0}).encode()),
        ("repeated_field", lambda row: b'{"title": "Not this", ' + write(row).encode()[1:]),
        ("other_order", _respaced),
        ("sql", _with(write, "artist_location", '\'); DROP TABLE "artists"; -- {{ x }}\n\u0007')),
        ("null_location", _with(write, "artist_location", None)),
        ("byte_order_mark", lambda row: b"\xef\xbb\xbf" + write(row).encode()),
        ("blank_lines", lambda row: b"\n   \n" + write(row).encode() + b"\r\n\n"),
    ):
        yield Kind(f"harmless_{name}", spoil, HARMLESS)


LOG_KINDS: tuple[Kind, ...] = tuple(_log_kinds())
"""Each of them spoils the row of a play."""
SONG_KINDS: tuple[Kind, ...] = tuple(_song_kinds())


def drawn_kinds(number: int, kinds: Sequence[Kind]) -> list[Kind]:
    """The kinds of so many spoiled rows: each as often as the others, or some from all over the table."""
    return [kinds[at * len(kinds) // number if number < len(kinds) else at % len(kinds)] for at in range(number)]


class Counts(Counter[Kind]):
    """What was spoiled, by kind."""

    def add(self, kind: Kind) -> None:
        self[kind] += 1

    def summary(self) -> dict[str, Any]:
        """For the manifest: rows by outcome, by reason and field, and by kind."""
        outcomes: Counter[str] = Counter()
        reasons: Counter[tuple[str, str]] = Counter()
        for kind, rows in self.items():
            outcomes[kind.outcome] += rows
            if kind.reason:
                reasons[kind.reason, kind.field or ""] += rows
        return {
            **{outcome: outcomes[outcome] for outcome in (QUARANTINED, HARMLESS)},
            "duplicates": outcomes[DUPLICATE],
            "quarantined_by": [
                {"reason": reason, "field": field or None, "rows": rows}
                for (reason, field), rows in sorted(reasons.items())
            ],
            "kinds": {kind.name: rows for kind, rows in sorted(self.items())},
        }


class LogMixer:
    """Mixes spoiled rows into the logs, which come file by file."""

    def __init__(self, events: int, share: float) -> None:
        self.counts = Counts()
        self._events = events
        self._kinds = drawn_kinds(round(events * share), LOG_KINDS)
        self._clean = 0
        self._waiting: list[Kind] = []
        self._late: bytes | None = None

    def mix(self, lines: Sequence[bytes]) -> list[bytes]:
        """The lines of a file with spoiled ones between them. What finds no play to spoil waits for the next file."""
        since, until = (rows * len(self._kinds) // self._events for rows in (self._clean, self._clean + len(lines)))
        self._clean += len(lines)
        kinds = self._waiting + self._kinds[since:until]
        plays = [number for number, line in enumerate(lines) if b'"page":"NextSong"' in line]
        late = [kind for kind in kinds if kind.late]
        # An event has one other version at most.
        versions = [kind for kind in kinds if kind.outcome != QUARANTINED and not kind.late]
        unusable = [kind for kind in kinds if kind.outcome == QUARANTINED]
        if not plays:
            self._waiting = kinds
            return list(lines)
        self._waiting = versions[len(plays) :] + ([] if self._late else late)

        mixed = [[line] for line in lines]
        free = set(plays)
        for spoiled in (versions[: len(plays)], unusable):
            for number, kind in enumerate(spoiled):
                base = plays[number * len(plays) // len(spoiled)]
                line = kind.spoil(json.loads(lines[base]))
                if kind.outcome == HARMLESS:
                    mixed[base][0] = line
                else:
                    mixed[base].append(line)
                if kind.outcome != QUARANTINED:
                    free.discard(base)
                self.counts.add(kind)
        for kind in late if self._late else []:
            mixed[plays[0]].append(kind.spoil(json.loads(self._late or b"")))
            self.counts.add(kind)
        # Delivered again in a later file: an event that has no other version. Of two versions in different files the
        # newer file's is kept, and which of files written in one moment is newer is chance.
        if free:
            self._late = lines[max(free)]
        return [line for place in mixed for line in place]
