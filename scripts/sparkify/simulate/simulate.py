"""Invented event logs and song files, written into a folder: DuckDB makes them, and this writes and spoils them."""

from __future__ import annotations

import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from sparkify.errors import UserError
from sparkify.progress import say
from sparkify.simulate.dirt import HARMLESS, QUARANTINED, SONG_KINDS, Counts, LogMixer, drawn_kinds, song_line
from sparkify.simulate.folder import claim, write_manifest
from sparkify.simulate.settings import Settings

HERE = Path(__file__).parent
DAY_MS = 86_400_000
SECONDS_BETWEEN_LINES = 3


def simulate(settings: Settings) -> str:
    """Writes everything and returns one sentence about it. UserError before anything is touched."""
    settings.check()
    try:
        return _simulate(settings)
    except OSError as error:
        raise UserError(f"{settings.out} can't be written to: {error.strerror or error}.") from error


def _simulate(settings: Settings) -> str:
    # Without the folder: where it was written is no part of what was written.
    arguments = {name: value for name, value in vars(settings).items() if name != "out"}
    claim(settings.out, arguments)
    with _made(arguments) as made:
        songs = _write_songs(made, settings)
        logs = _write_logs(made, settings)
    write_manifest(settings.out, {"complete": True, "arguments": arguments, "log_data": logs, "song_data": songs})
    spoiled = sum(sum(tree["kinds"].values()) for tree in (logs, songs))
    return (
        f"Wrote {logs['events']} events ({logs['plays']} plays, {logs['matched_plays']} of songs with metadata)"
        f" in {logs['files']} log files and {songs['songs']} songs in {songs['files']} song files"
        f"{f', {spoiled} rows spoiled,' if spoiled else ''} to {settings.out}"
    )


def _made(arguments: dict[str, Any]) -> duckdb.DuckDBPyConnection:
    """The tables of events.sql."""
    made = duckdb.connect(config={"temp_directory": tempfile.gettempdir()})
    # A fault of many real rows: their UTF-8 was taken for Latin-1, twice.
    encoded_again = "text"
    for character in "éöñßó星":
        broken = character.encode().decode("latin-1").encode().decode("latin-1")
        encoded_again = f"replace({encoded_again}, '{character}', '{broken}')"
    made.execute(f"create macro encoded_again(text) as {encoded_again}")
    for name, value in {**arguments, "patterns": str(HERE / "patterns.csv")}.items():
        made.execute(f"set variable {name} = $value", {"value": value})
    made.execute((HERE / "events.sql").read_text(encoding="utf-8"))
    return made


def _write_songs(made: duckdb.DuckDBPyConnection, settings: Settings) -> dict[str, Any]:
    """Every song once in a file, and spoiled ones: each in a file of its own, unless its kind says otherwise."""
    found = made.sql("select * exclude (number) from catalogue order by number")
    songs = [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]
    ids = [song.pop("track_id") for song in songs]
    for song in songs:
        # As in some real files.
        song.update({name: int(song[name]) for name in ("artist_name", "artist_location") if song[name].isdigit()})
    contents = {track: song_line(song).encode() for track, song in zip(ids, songs, strict=True)}
    counts = Counts()
    kinds = drawn_kinds(round(len(songs) * settings.dirty), SONG_KINDS)
    touched: set[int] = set()
    for number, kind in enumerate(kinds):
        base = number * len(songs) // len(kinds)
        if kind.outcome != QUARANTINED:
            # A song has one other version at most.
            around = (i % len(songs) for i in range(base, base + len(songs)))
            free = next((i for i in around if i not in touched), None)
            if free is None:
                continue
            base = free
            touched.add(base)
        spoiled = kind.spoil(songs[base])
        if kind.outcome == HARMLESS:
            contents[ids[base]] = spoiled
        elif kind.same_file:
            contents[ids[base]] += b"\n" + spoiled
        else:
            contents[f"{ids[base][:7]}2{number:010X}"] = spoiled
        counts.add(kind)
    for track, content in contents.items():
        path = settings.out / "song_data" / track[2] / track[3] / track[4] / f"{track}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return {"files": len(contents), "songs": len(songs), **counts.summary()}


def _write_logs(made: duckdb.DuckDBPyConnection, settings: Settings) -> dict[str, Any]:
    """One file a day, its rows in the order of time; dirty ones are mixed in."""
    mixer = LogMixer(settings.events, settings.dirty)
    log = (HERE / "log.sql").read_text(encoding="utf-8")
    said = time.monotonic()
    days = made.sql("select ts // $day, count(*) from events group by 1 order by 1", params={"day": DAY_MS}).fetchall()
    for number, (day, _) in enumerate(days):
        name = date(1970, 1, 1) + timedelta(days=day)
        path = settings.out / "log_data" / f"{name:%Y/%m/%Y-%m-%d}-events.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        made.execute(f"set variable since = {day * DAY_MS}")
        quoted = str(path).replace("'", "''")
        made.execute(f"copy ({log}) to '{quoted}' (format json)")
        if settings.dirty:
            path.write_bytes(b"\n".join(mixer.mix(path.read_bytes().splitlines())))
        if time.monotonic() - said >= SECONDS_BETWEEN_LINES:
            said = time.monotonic()
            events = sum(rows for _, rows in days[: number + 1])
            say(f"Simulating: {name}, {events} of {settings.events} events")
    plays, matched = made.execute(
        "select count(*), count(*) filter (exists (from catalogue where (artist_name, title, duration)"
        " = (songs.artist, songs.title, songs.duration))) from events inner join songs on events.song = songs.song"
    ).fetchall()[0]
    totals = {"files": len(days), "events": settings.events, "plays": plays, "matched_plays": matched}
    return {**totals, **mixer.counts.summary()}
