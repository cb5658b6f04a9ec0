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
        # One engine's rows at a time, as there may be millions; where there is a difference they are asked for again.
        found = {engine.name: _counted(engine.rows(model)) for engine in engines}
        figures = "  ".join(f"{name} {rows} {hashed[:SHOWN]}" for name, (rows, hashed) in found.items())
        equal = len(set(found.values())) == 1
        lines = [f"{model.name.ljust(width)}  {figures}  {'equal' if equal else 'DIFFERENT'}"]
        first, *others = engines
        for other in others:
            if found[other.name] != found[first.name]:
                names = (first.name, other.name)
                lines.append(first_differences(first.rows(model), other.rows(model), names=names))
        yield "\n".join(lines), equal


def print_comparison(engines: Sequence[Tables], models: Sequence[Model]) -> bool:
    """Print the line of each model as it is found; whether all tables are equal."""
    verdicts = []
    for text, equal in compare(engines, models):
        print(text, flush=True)
        verdicts.append(equal)
    return all(verdicts)


def _counted(rows: Sequence[Row]) -> tuple[int, str]:
    return len(rows), table_hash(rows)
