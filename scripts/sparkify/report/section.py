"""What the report consists of: sections, each a question with its answer, and figures with their data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

Ask = Callable[[str], list[tuple[Any, ...]]]
Cell = str | int | float | date | None
Spec = dict[str, Any]

WEEK = timedelta(days=7)
NOTHING_PLAYED = "Nobody has played anything yet, so there is no answer."


@dataclass(frozen=True)
class Table:
    """Rows under their headings: the data of a picture, or an answer of its own.

    Where it is grouped, rows with the same first value stand together below it.
    """

    columns: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    is_grouped: bool = False


@dataclass(frozen=True)
class Period:
    """The days that there are events of, both included."""

    first: date
    last: date

    def is_whole(self, week: date) -> bool:
        """Whether all days of the week that begins on this Monday are in the period."""
        return self.first <= week and week + WEEK <= self.last + timedelta(days=1)


def period(ask: Ask) -> Period | None:
    """The days of the events; None where there are none."""
    ((first, last),) = ask("select min(event_date), max(event_date) from daily_activity")
    return Period(first, last) if first else None


@dataclass(frozen=True)
class Figure:
    """A picture and its data.

    `slug` is unique in the page; `description` says in words what the picture shows; `draw` takes whether the screen is
    narrow and gives a Vega-Lite chart. Without `draw` the table itself is what is shown.
    """

    slug: str
    title: str
    description: str
    table: Table
    draw: Callable[[bool], Spec] | None = None


@dataclass(frozen=True)
class Section:
    """A question: its answer in sentences, each with its figures, and the pictures."""

    slug: str
    question: str
    answer: tuple[str, ...]
    figures: tuple[Figure, ...] = ()
