"""JSON text as the real files have it."""

import json
from typing import Any

Row = dict[str, Any]


def log_value(value: object) -> str:
    """A value as JSON inside a log row: ASCII only, and `/` written as `\\/`."""
    return json.dumps(value).replace("/", "\\/")


def log_line(row: Row) -> str:
    """A log row as one line: no blanks between the parts."""
    return json.dumps(row, separators=(",", ":")).replace("/", "\\/")


def song_line(song: Row) -> str:
    """A song as one line: ASCII only, a blank behind each comma and colon."""
    return json.dumps(song)
