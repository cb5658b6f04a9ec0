"""Draws at random how a month's raw files arrive: split, out of order, overlapping, repeated, late, corrected."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared_data import shared_data

# Arrivals lie between the first and the next ones in time, but for files that are copied with their old times.
FIRST_ARRIVAL = 1_700_000_000_000
BETWEEN_ARRIVALS = 3_600_000

Line = bytes


@dataclass
class Delivery:
    """One raw file at a moment: its path below the raw folder, its lines, its modification time in epoch ms."""

    path: str
    lines: list[Line]
    modified: int

    def write(self, raw: Path) -> None:
        """Put the file where it belongs, in place of what is there."""
        file = raw / self.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"\n".join(self.lines))
        os.utime(file, ns=(self.modified * 1_000_000, self.modified * 1_000_000))


@dataclass
class History:
    """How the files arrive: the files of each batch; after each batch there is a run."""

    batches: list[list[Delivery]]


def arrive(seed: int, days: dict[str, list[Line]], raw: Path) -> Iterator[int]:
    """Write one batch of a history after the other into a new raw folder; gives the number of each."""
    for source in ("log_data", "song_data"):
        (raw / source).mkdir(parents=True)
    for number, batch in enumerate(draw(seed, days).batches):
        for delivery in batch:
            delivery.write(raw)
        yield number


def real_days() -> dict[str, list[Line]]:
    """The events of the real month, by file."""
    return {path.stem: path.read_bytes().splitlines() for path in sorted((shared_data() / "log_data").rglob("*.json"))}


def draw(seed: int, days: dict[str, list[Line]]) -> History:
    """A history of some of the days (name -> lines of its events), the same for the same seed."""
    chance = random.Random(seed)
    chosen = dict(chance.sample(sorted(days.items()), k=min(len(days), chance.randint(4, 9))))
    songs = _catalogue(chance, chosen)
    batches: list[list[Delivery]] = [[] for _ in range(chance.choice([2, 2, 2, 3]))]
    current: dict[str, Delivery] = {}

    for path, lines in [*_log_files(chance, chosen), *_song_files(chance, songs)]:
        first = chance.randrange(len(batches))
        _deliver(chance, batches, current, first, path, lines)
        for later in range(first + 1, len(batches)):
            if chance.random() < 0.2:
                _deliver(chance, batches, current, later, *_second_delivery(chance, path, lines))
    for batch in batches:
        chance.shuffle(batch)
    return History(batches)


def _deliver(
    chance: random.Random,
    batches: list[list[Delivery]],
    current: dict[str, Delivery],
    batch: int,
    path: str,
    lines: list[Line],
) -> None:
    # Some files keep the time that they had elsewhere, and many have the same one.
    at = chance.randrange(batch + 1) if chance.random() < 0.2 else batch
    modified = FIRST_ARRIVAL + at * BETWEEN_ARRIVALS + chance.choice([0, 0, 1, 2, 1000])
    # A file that changes without a change of its time can't be told from one that stays.
    while path in current and current[path].modified == modified:
        modified += 1
    current[path] = Delivery(path, lines, modified)
    batches[batch] = [delivery for delivery in batches[batch] if delivery.path != path] + [current[path]]


def _log_files(chance: random.Random, days: dict[str, list[Line]]) -> Iterator[tuple[str, list[Line]]]:
    for day, lines in days.items():
        parts: list[list[Line]] = [[] for _ in range(chance.choice([1, 1, 2, 3]))]
        for line in lines:
            # Some lines are in two files.
            for part in chance.sample(parts, k=min(len(parts), chance.choice([1, 1, 1, 2]))):
                part.append(line)
        for number, part in enumerate(parts):
            yield f"log_data/{day}-{number}.json", _with_dirt(chance, part)


def _with_dirt(chance: random.Random, lines: list[Line]) -> list[Line]:
    dirt = [b"not json", b'{"page":"NextSong"}', b'{"userId":"', b"", b"{}"]
    return [*lines, *chance.sample(dirt, k=chance.randint(0, 2))]


def _second_delivery(chance: random.Random, path: str, lines: list[Line]) -> tuple[str, list[Line]]:
    """The file again: as it was, under another name, or corrected in its place."""
    kind = chance.choice(["again", "copy", "corrected", "corrected copy", "shorter"])
    other = path.replace(".json", f"-{chance.randrange(1000)}.json")
    if kind in ("again", "copy"):
        return (path if kind == "again" else other), lines
    if kind == "shorter":
        # Not empty: Spark lists no empty files, so that one is like a file that was taken away, whose rows stay.
        return path, chance.sample(lines, k=(len(lines) + 1) // 2)
    return (path if kind == "corrected" else other), [_corrected(chance, line) for line in lines]


def _corrected(chance: random.Random, line: Line) -> Line:
    """The line with another value in some field, now and then."""
    try:
        row: dict[str, Any] = json.loads(line)
    except ValueError:
        return line
    if "ts" in row and chance.random() < 0.3:
        row |= chance.choice(
            [
                {"level": "paid" if row.get("level") == "free" else "free"},
                {"ts": row["ts"] + chance.choice([-86_400_000, 1, 40 * 86_400_000])},
                {"firstName": "Corrected"},
                {"userId": ""},
                {"page": "Home"},
                {"length": 1.5},
                {"sessionId": None},
            ]
        )
    if "song_id" in row and chance.random() < 0.6:
        row |= chance.choice([{"duration": 1.5}, {"title": "Corrected"}, {"artist_id": "ARX"}, {"year": 1999}])
    return json.dumps(row).encode()


def _catalogue(chance: random.Random, days: dict[str, list[Line]]) -> list[dict[str, Any]]:
    """Songs that were played, so that many plays match, and that arrive before or after their plays."""
    played: dict[tuple[Any, ...], None] = {}
    for lines in days.values():
        for row in map(json.loads, lines):
            if row.get("page") == "NextSong" and row.get("song"):
                played[row["song"], row["artist"], row["length"]] = None
    chosen = chance.sample(sorted(played), k=min(len(played), 60))
    return [
        {
            "song_id": f"SO{number:03}",
            "title": title,
            "artist_id": f"AR{sum(map(ord, artist)) % 40:02}",
            "artist_name": artist,
            "artist_location": chance.choice(["", "London", "Lund"]),
            "artist_latitude": None,
            "artist_longitude": None,
            "duration": duration,
            "num_songs": 1,
            "year": chance.choice([0, 2001]),
        }
        for number, (title, artist, duration) in enumerate(chosen)
    ]


def _song_files(chance: random.Random, songs: list[dict[str, Any]]) -> Iterator[tuple[str, list[Line]]]:
    lines = [json.dumps(song).encode() for song in songs]
    number = 0
    while lines:
        size = chance.choice([1, 1, 5, 20])
        yield f"song_data/{number}.json", lines[:size]
        lines, number = lines[size:], number + 1
