"""Invented event logs and song files, written into a folder."""

import time
from datetime import date

from sparkify.errors import UserError
from sparkify.progress import say
from sparkify.simulate.catalogue import Catalogue, Jukebox
from sparkify.simulate.folder import claim, write_manifest
from sparkify.simulate.logs import write_logs
from sparkify.simulate.mixing import Counts, LogMixer
from sparkify.simulate.settings import Settings
from sparkify.simulate.songs import write_songs

_PROGRESS_AFTER = 3.0
"""Seconds without a word."""


def simulate(settings: Settings) -> str:
    """Writes everything and returns one sentence about it. UserError before anything is touched."""
    settings.check()
    try:
        return _simulate(settings)
    except OSError as error:
        raise UserError(f"{settings.out} can't be written to: {error.strerror or error}.") from error


def _simulate(settings: Settings) -> str:
    out = settings.out
    # Without the folder: where it was written is no part of what was written.
    arguments = {name: value for name, value in vars(settings).items() if name != "out"}
    arguments["start"] = str(settings.start)
    claim(out, arguments)

    catalogue = Catalogue(settings.seed, settings.songs)
    song_counts = Counts()
    songs = write_songs(out, catalogue, settings.dirty, song_counts)
    mixer = LogMixer(settings.events, settings.dirty)
    jukebox = Jukebox(settings.seed, catalogue, settings.catalogue)
    logs = write_logs(settings, jukebox, mixer, _Progress(settings))
    write_manifest(
        out,
        {
            "complete": True,
            "arguments": arguments,
            "log_data": {**vars(logs), **mixer.counts.summary()},
            "song_data": {**vars(songs), **song_counts.summary()},
        },
    )
    spoiled = sum(mixer.counts.kinds.values()) + sum(song_counts.kinds.values())
    return (
        f"Wrote {logs.events} events ({logs.plays} plays, {logs.matched_plays} of songs with metadata)"
        f" in {logs.files} log files and {songs.songs} songs in {songs.files} song files"
        f"{f', {spoiled} rows spoiled,' if spoiled else ''} to {out}"
    )


class _Progress:
    """Tells now and then on stderr how far a long run has come."""

    def __init__(self, settings: Settings) -> None:
        self._events = settings.events
        self._last = time.monotonic()

    def __call__(self, day: date, events: int) -> None:
        if time.monotonic() - self._last >= _PROGRESS_AFTER:
            self._last = time.monotonic()
            say(f"Simulating: {day}, {events} of {self._events} events")
