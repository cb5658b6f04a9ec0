"""What is said of a table when a run ends."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TableFigures:
    """One table: its rows, its data files and their bytes together."""

    name: str
    rows: int
    files: int
    bytes: int
