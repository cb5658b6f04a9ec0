"""A raw folder full of what goes wrong: broken lines, odd files, odd names, odd text."""

from __future__ import annotations

import bz2
import gzip
import json
import os
import random
import re
from pathlib import Path
from typing import Any

# Files have fixed times of arrival, so that which delivery is the newest does not depend on the test's speed.
FIRST_ARRIVAL = 1_543_000_000

EVENT: dict[str, Any] = {
    "artist": "Neon Garden",
    "auth": "Logged In",
    "firstName": "Ann",
    "gender": "F",
    "itemInSession": 0,
    "lastName": "Ashby",
    "length": 180.5,
    "level": "free",
    "location": "Springfield, IL",
    "method": "PUT",
    "page": "NextSong",
    "registration": 1540919166796.0,
    "sessionId": 1,
    "song": "Lantern",
    "status": 200,
    "ts": 1541105830796,
    "userAgent": '"Mozilla/5.0 (X11)"',
    "userId": "8",
}
SONG: dict[str, Any] = {
    "num_songs": 1,
    "artist_id": "AR0",
    "artist_latitude": None,
    "artist_longitude": None,
    "artist_location": "",
    "artist_name": "Neon Garden",
    "song_id": "SO0",
    "title": "Lantern",
    "duration": 180.5,
    "year": 0,
}

Lines = list[bytes]


def event(session: int, **changes: Any) -> bytes:
    """A good play of a session of its own, with some fields changed; a field set to `...` is left out."""
    fields = EVENT | {"sessionId": session} | changes
    return json.dumps({name: value for name, value in fields.items() if value is not ...}).encode()


def song(song_id: str, **changes: Any) -> bytes:
    """A good song, with some fields changed; a field set to `...` is left out."""
    fields = SONG | {"song_id": song_id} | changes
    return json.dumps({name: value for name, value in fields.items() if value is not ...}).encode()


def misread(text: str, times: int = 1, encoding: str = "latin-1") -> str:
    """A text whose UTF-8 somebody took for another encoding."""
    for _ in range(times):
        text = text.encode().decode(encoding)
    return text


BROKEN_LINES: Lines = [
    b"not json at all",
    event(100)[:60],
    event(101) + event(102),
    event(103) + b"," + event(104),
    event(105) + b" and more",
    event(106) + b"] and more [",
    b"[" + event(107) + b"]",
    b"123",
    b"null",
    b'"text"',
    b"{",
    b"}{",
    b"{}",
    event(108).replace(b'"', b"'"),
    event(109).replace(b"180.5", b"NaN"),
    event(110, song="tab").replace(b"tab", b"t\tab"),
    event(111, firstName="Ren").replace(b"Ren", b"Ren\xe9e"),
    b"\xff\xfe" + "{}".encode("utf-16-le"),
]
WRONG_VALUES: Lines = [
    event(200, ts="yesterday"),
    event(201, ts=None),
    event(202, ts=...),
    event(203, ts=12345678901234567890123),
    event(204, ts=-1),
    event(205, ts=915148800000),
    event(206, ts=32503680000000),
    event(207, ts={"ms": 1}),
    event(208, ts=True),
    event(209, userId="eight"),
    event(210, userId=""),
    event(211, userId=None),
    event(212, userId="8.5"),
    event(213, userId=-8),
    event(214, length="long"),
    event(215, length=-1),
    event(216, length=1e300),
    event(217, length="NaN"),
    event(218, status="ok"),
    event(219, status=9999999999),
    event(220, level="gold"),
    event(221, level=None),
    event(222, page=None),
    event(223, page=""),
    event(224, itemInSession=None),
    event(225, itemInSession="first"),
    event(-226),
    event(227, registration="long ago"),
    event(228, registration=1),
    event(229, sessionId=None),
]
ODD_BUT_GOOD: Lines = [
    event(300, ts="1541105830796"),
    event(301, ts=1541105830796.0),
    event(302, userId=8),
    event(303, extra={"nested": [1, 2, {"deep": None}]}, another="x"),
    event(304, song='Robert\'); drop table songplays; -- "quoted" \\ back\\slash'),
    event(305, song="two\nlines\r\n\tand a tab", location="Ø 漢字 \U0001f3b5 \u0019"),
    event(306, userAgent='"'),
    event(307, userAgent='""'),
    event(308, userAgent='"Mozilla/5.0"', song="${system:user.home} {{ 1 + 1 }} %(x)s"),
    event(309, length=None, song=None, artist=None),
    event(310, artist=112, song="", location=""),
    event(311, itemInSession="7"),
    event(312, page="Brand New Page", userId=""),
    event(313, artist="x" * 10_000_000),
    event(314, ts=946684800000, registration=None),
    event(315, ts=4102444799999),
    event(316).replace(b'"page": "NextSong"', b'"page": "Home", "page": "NextSong"'),
    b"  " + event(317) + b"  \t",
    event(318, song="\x00nul", artist="\ud83c\udfb5"),
    event(319, song=misread("Jóga"), artist=misread("Björk", 2), length=99.5),
    event(320, song=misread("🎵 漢字"), artist=misread("Zoë", 3), firstName=misread("Zoë")),
    event(323, artist=misread("Guns\u2019n\u2019Roses…", encoding="cp1252")),
    # Once more than is undone; what only looks like it, in part or by accident.
    event(321, song=misread("é", 4), artist="SÃO PAULO"),
    event(322, song="\xc0\x80 \xe0\x80\x80", artist="\xed\xa0\x80 \xf4\x90\x80\x80 Ã©…"),
]
DUPLICATES: Lines = [event(400), event(400), event(400, level="paid"), event(401)]


CASES = ("mixed_folders", "lower_case_keys", "songs_without_a_title", "whole_file_json", "names_of_files")

# Of names: what shells, globs, URIs and SQL take for their own.
ODD = " '\"`#%&+,;=:@!$^~()[]{}<>|*?\\äß漢🎵%41%zz"


def drawn_files(chance: random.Random, count: int) -> dict[str, bytes]:
    """Files with drawn names, compressions, encodings, line ends, JSON shapes, keys and values."""
    files: dict[str, bytes] = {}
    for number in range(count):
        source = chance.choice(("log_data", "log_data", "song_data"))
        rows = [_drawn_row(chance, source, 10 * number + item) for item in range(chance.choice((1, 1, 2, 5)))]
        shape = chance.choice(("lines", "lines", "lines", "array", "pretty array", "pretty"))
        end = chance.choice(("\n", "\r\n", "\r"))
        text = {
            "lines": end.join(map(json.dumps, rows)) + chance.choice(("", end, end + end)),
            "array": json.dumps(rows),
            "pretty array": json.dumps(rows, indent=1).replace("\n", end),
            "pretty": json.dumps(rows[0], indent=1).replace("\n", end),
        }[shape]
        content = chance.choice(("", "", "", " ", "\n")) + text[: len(text) - (chance.random() < 0.05)]
        encoded = content.encode(chance.choice(("utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16")))
        folder = "".join(chance.choice(ODD) for _ in range(3)) if chance.random() < 0.3 else "drawn"
        name = f"{source}/{folder}/{number}{''.join(chance.choice(ODD) for _ in range(4))}"
        pack = chance.choice(("", "", ".gz", ".bz2"))
        packed = {"": encoded, ".gz": gzip.compress(encoded, mtime=0), ".bz2": bz2.compress(encoded)}
        files[name + pack] = packed[pack]
    return files


def _drawn_row(chance: random.Random, source: str, number: int) -> dict[str, Any]:
    # Spark writes the objects of an array anew, in which a float may look otherwise.
    row = (
        EVENT | {"sessionId": 1000 + number, "registration": 1540919166796}
        if source == "log_data"
        else SONG | {"song_id": f"SD{number}"}
    )
    for name in chance.sample(sorted(row), chance.choice((0, 0, 1, 3))):
        row[name] = chance.choice((None, "", "text", -1, 10**12, True, 'é\u2028\t"', []))
    if chance.random() < 0.2:
        del row[chance.choice(sorted(row))]
    change = chance.choice((str, str, str.lower, str.upper, str.swapcase))
    return {change(name): value for name, value in row.items()}


def copy_cases(cases: Path, raw: Path) -> None:
    """Put the raw folders of ../shared/cases into one: that of mixed_folders at the top, the others in folders."""
    for case in CASES:
        for source in ("log_data", "song_data"):
            for file in sorted((cases / case / source).rglob("*")):
                below = file.relative_to(cases / case)
                path = raw / (below if case == "mixed_folders" else Path(source, case, below.relative_to(source)))
                if file.is_file():
                    path.parent.mkdir(parents=True, exist_ok=True)
                    # Their songs have ids that others here have too, and one has that of another case.
                    first = b'"SC4"' if case == "lower_case_keys" else b'"SC1"'
                    content = file.read_bytes().replace(b'"SO1"', first)
                    path.write_bytes(re.sub(rb'"SO(\d)"', rb'"SC\1"', content))
                    os.utime(path, (FIRST_ARRIVAL, FIRST_ARRIVAL))
    event = (cases / "names_of_files" / "log_data" / "events.jsonl").read_bytes()
    colon = raw / "log_data" / "2018-11-01T21:00:00.json"
    colon.write_bytes(event.replace(b": 212,", b": 241,"))
    os.utime(colon, (FIRST_ARRIVAL, FIRST_ARRIVAL))


def write_unreadable(raw: Path) -> dict[str, str]:
    """Write files that can't be read; the reason of each."""
    lines = event(600) + b"\n" + event(601)
    files = {
        "damaged.json.gz": ("unreadable", gzip.compress(lines * 1000)[:-20]),
        "plain.json.gz": ("unreadable", lines),
        "closed.json": ("unreadable", lines),
        "gzip without ending": ("unknown_compression", gzip.compress(lines)),
        "events.zip": ("unknown_compression", b"PK\x03\x04" + bytes(range(256))),
        "events.json.zst": ("unknown_compression", bytes.fromhex("28b52ffd") + bytes(range(256))),
        "utf16.json": ("utf16", lines.decode().encode("utf-16")),
    }
    (raw / "log_data" / "unreadable").mkdir()
    for name, (_, content) in files.items():
        (raw / "log_data" / "unreadable" / name).write_bytes(content)
    (raw / "log_data" / "unreadable" / "closed.json").chmod(0)
    return {name: reason for name, (reason, _) in files.items()}


def write_raw(raw: Path) -> None:
    """Write the folder: log_data/ and song_data/ with every kind of fault."""
    files: dict[str, bytes] = {
        "log_data/2018/11/broken.json": b"\n".join(BROKEN_LINES),
        "log_data/2018/11/wrong.json": b"\n".join(WRONG_VALUES) + b"\n",
        "log_data/2018/11/odd.json": b"\n\n   \n".join(ODD_BUT_GOOD),
        "log_data/2018/11/duplicates.json": b"\n".join(DUPLICATES),
        "log_data/2018/12/later.json": event(400, level="paid", firstName="Anna") + b"\n" + event(401),
        "log_data/2018/12/empty.json": b"",
        "log_data/2018/12/blank.json": b"\n \n\n\t\n",
        "log_data/2018/12/crlf.json": event(500) + b"\r\n" + event(501) + b"\r\n",
        "log_data/2018/12/bom.json": b"\xef\xbb\xbf" + event(502),
        "log_data/2018/12/packed.json.gz": gzip.compress(event(503) + b"\n" + event(504), mtime=0),
        "log_data/2018/12/utf16.json": event(505).decode().encode("utf-16"),
        "log_data/2018/12/latin1.json": event(506, firstName="Ren\xe9").decode("unicode_escape").encode("latin-1"),
        "log_data/2018/12/odd name, with 'quotes' {x} [1] %20 ü.json": event(507),
        "log_data/2018/12/_unfinished.json": b"{half",
        "log_data/2018/12/.hidden.json": b"{half",
        "log_data/2018/12/notes.txt": b"not an event",
        "log_data/2018/12/12:00:00": event(509),
        "log_data/year=2018/events.JSON.bz2": bz2.compress(event(510)),
        "log_data/_staging/part.json": b"{half",
        "log_data/2018/12/keys.json": b"\n".join(
            [
                json.dumps({name.upper(): value for name, value in (EVENT | {"sessionId": 511}).items()}).encode(),
                event(512, userId=..., USERID="9"),
                event(513, userId=None, USERID="9"),
                event(514, level=..., LEVEL="gold"),
                event(515, artist=..., ARTIST=1.50),
            ]
        ),
        "log_data/at_the_top.json": event(508),
        "song_data/A/A/A/good.json": song("SO0"),
        "song_data/A/A/A/twice.json": song("SO0"),
        "song_data/A/A/B/same_match.json": song("SO1"),
        "song_data/A/A/B/misread.json": song(
            "SO4B", artist_id="AR5", title="Jóga", artist_name=misread("Björk"), duration=99.5
        ),
        "song_data/A/A/B/numbers.json": song("SO2", artist_id="AR2", artist_name=112, artist_location=108),
        "song_data/A/A/B/several.json": b"\n".join(
            song(f"SO3{number}", artist_id="AR3", artist_name=name, artist_location=place, artist_latitude=latitude)
            for number, (name, place, latitude) in enumerate(
                [
                    ("DMX", "Yonkers\t", None),
                    ("DMX", "", 1.5),
                    ("DMX / Eve", "Rock &amp; Roll", None),
                    ("D", None, None),
                ]
            )
        ),
        "song_data/A/A/C/wrong.json": b"\n".join(
            [
                song("SO40", duration="long"),
                song("SO41", duration=0),
                song("SO42", year="MCMXC"),
                song("SO43", year=99999),
                song("SO44", artist_latitude=91),
                song("SO45", artist_longitude="west"),
                song("SO46", num_songs=-1),
                song(""),
                song("SO47", artist_id=None),
                song("SO48", title=""),
                song("SO49", artist_name=...),
                b"{broken",
                song("SO4A", title="caf").replace(b"caf", b"caf\xe9"),
            ]
        ),
        "song_data/A/A/C/packed.json.gz": gzip.compress(song("SO5", year=1999, duration="200.25"), mtime=0),
        "song_data/A/A/C/empty.json": b"",
    }
    files |= drawn_files(random.Random(14), 200)
    for number, (name, content) in enumerate(files.items()):
        path = raw / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (FIRST_ARRIVAL + number, FIRST_ARRIVAL + number))
    (raw / "log_data" / "2019" / "01").mkdir(parents=True)
    (raw / "song_data" / "Z").mkdir()
