"""Compares the tables of two or more engines and says what it found, a line a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from sparkify.canonical import first_differences, table_hash
from sparkify.compare.engines import Row
from sparkify.compare.models import Model

# Of the hash as it is printed; the comparison is by all of it.
SHOWN = 16


class Tables(Protocol):
    """The tables of one engine."""

    @property
    def name(self) -> str:
        """The engine's name."""

    def rows(self, model: Model) -> list[Row]:
        """The rows of a table in its contract's columns."""


def compare(engines: Sequence[Tables], models: Sequence[Model]) -> Iterator[tuple[str, bool]]:
    """For each model a line, and whether the first engine's table is the same on all others."""
    width = max(len(model.name) for model in models)
    for model in models:
        tables = {engine.name: engine.rows(model) for engine in engines}
        hashes = {name: table_hash(rows) for name, rows in tables.items()}
        figures = "  ".join(f"{name} {len(rows)} {hashes[name][:SHOWN]}" for name, rows in tables.items())
        equal = len(set(hashes.values())) == 1
        lines = [f"{model.name.ljust(width)}  {figures}  {'equal' if equal else 'DIFFERENT'}"]
        if not equal:
            lines.extend(_differences(tables, hashes))
        yield "\n".join(lines), equal


def _differences(tables: dict[str, list[Row]], hashes: dict[str, str]) -> Iterator[str]:
    first, *others = tables
    for other in others:
        if hashes[other] != hashes[first]:
            yield first_differences(tables[first], tables[other], names=(first, other))
