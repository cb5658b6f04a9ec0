"""The command line: `python -m sparkify.simulate --help`."""

import argparse
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import NoReturn

from sparkify.progress import say
from sparkify.simulate.catalogue import Catalogue, Jukebox
from sparkify.simulate.folder import claim, write_manifest
from sparkify.simulate.logs import write_logs
from sparkify.simulate.mixing import Counts, LogMixer
from sparkify.simulate.settings import Refused, Settings
from sparkify.simulate.songs import write_songs

_ABOUT = """
Writes invented event logs and song files that look like the real ones: the same two folder trees (log_data,
song_data), the same fields, the same habits. The same arguments always give the same bytes. What was written
is counted in _simulated.json beside the two trees.
"""
_EXAMPLES = """
Examples: `simulate --out /tmp/raw` for a month of a small service; `simulate --out /tmp/raw --dirty 0.02`
with every kind of unusable row mixed in; `simulate --out /tmp/big --days 365 --users 20000 --songs 12000
--events 10000000` for a load test.
"""
_OUT = "folder to write to: new, empty, or written by an earlier simulation, which is replaced"
_DIRTY = (
    "rows to spoil for each clean row, 0 to 1, in the logs and in the songs: unusable, repeated and odd but"
    " harmless ones, all kinds in turn and each once at least"
)
_PROGRESS_AFTER = 3.0
"""Seconds without a word."""


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence, without the usage before it."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"simulate: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="simulate",
        description=_ABOUT,
        epilog=_EXAMPLES,
        allow_abbrev=False,
    )
    options: list[tuple[str, Callable[[str], object], str, str]] = [
        ("seed", int, "N", "another number, other data"),
        ("start", _day, "DATE", "first day, as YYYY-MM-DD"),
        ("days", int, "N", "number of days"),
        ("users", int, "N", "number of users; those who seldom come may not show up at all"),
        ("songs", int, "N", "number of songs with a metadata file"),
        ("events", int, "N", "exact number of log rows, before unusable and repeated ones are mixed in"),
        ("dirty", float, "SHARE", _DIRTY),
        (
            "catalogue",
            float,
            "SHARE",
            "share of plays, 0 to 1, whose song has a metadata file and so is found",
        ),
    ]
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help=_OUT)
    for name, read, value, text in options:
        default = getattr(Settings, name)
        parser.add_argument(f"--{name}", type=read, default=default, metavar=value, help=f"{text} (default {default})")
    return parser


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no date of the form YYYY-MM-DD.") from None


def simulate(settings: Settings) -> str:
    """Writes everything and returns one sentence about it. Raises Refused before anything is touched."""
    settings.check()
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
            say(f"simulate: {day}, {events} of {self._events} events")


def main(arguments: list[str] | None = None) -> int:
    settings = Settings(**vars(_parser().parse_args(arguments)))
    try:
        print(simulate(settings))
    except Refused as refusal:
        print(f"simulate: {refusal}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"simulate: cannot write to {settings.out}: {error.strerror or error}.", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
