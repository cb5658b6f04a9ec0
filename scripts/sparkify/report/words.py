"""Numbers, days and texts as people read them."""

from __future__ import annotations

from datetime import date

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def count(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun: `1 play`, `6,820 plays`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def rounded(number: int) -> str:
    """A number in at most four characters and a comma: `5,210`, `52k`, `521k`, `5.2M`."""
    for size, letter in ((10**9, "G"), (10**6, "M")):
        if number >= size:
            return f"{number / size:.1f}{letter}"
    return f"{number // 1000}k" if number >= 10_000 else f"{number:,}"


def percent(part: float, whole: float) -> str:
    """A share in per cent with one decimal, on one line; of nothing it is 0."""
    return f"{100 * part / whole if whole else 0:.1f}\u00a0%"


def day(value: date) -> str:
    """A day without its year: `5 November`."""
    return f"{value.day} {value:%B}"


def full_day(value: date) -> str:
    """A day with its year: `5 November 2018`."""
    return f"{day(value)} {value.year}"


def clock_hour(hour: int) -> str:
    """An hour of the day as a span: `17:00 to 18:00`."""
    return f"{hour:02}:00 to {(hour + 1) % 24:02}:00"


def shortened(text: str, length: int) -> str:
    """A text of at most `length` characters; the last one is an ellipsis where something was left out."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
