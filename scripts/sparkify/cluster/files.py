"""Files of settings as Java reads them, for nobody else to read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def write_private(file: Path, text: str) -> None:
    """Write a new file that only this user may read, from its first moment on."""
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as handle:
        handle.write(text)


def properties(settings: Mapping[str, str]) -> str:
    """Text of a Java properties file, with what has no value left out."""
    return "".join(f"{name}={_escaped(value)}\n" for name, value in settings.items() if value)


def _escaped(value: str) -> str:
    # What reads such files differs in the encoding it takes them for; all know these escapes of UTF-16's units.
    units = value.encode("utf-16-be")
    numbers = (int.from_bytes(units[at : at + 2], "big") for at in range(0, len(units), 2))
    return "".join(
        chr(number) if ord(" ") <= number <= ord("~") and number != ord("\\") else f"\\u{number:04x}"
        for number in numbers
    )
