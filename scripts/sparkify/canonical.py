"""One canonical text per value, row and table, so that two engines' results can be compared and hashed.

A row is its values joined by tabs. Null is `\\N`; in text, backslash, tab and line ends are escaped, so that
no value can look like null, like two values or like two rows.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timezone
from typing import Any

NULL = "\\N"
SEPARATOR = "\t"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def canonical_value(value: object) -> str:
    """The text of one value. A naive timestamp is UTC; an aware one is converted to it."""
    if value is None:
        return NULL
    # bool before int and datetime before date: each is a subclass of the other.
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        # Adding 0.0 turns -0.0 into 0.0: they are equal, and engines may return either.
        return repr(value + 0.0)
    if isinstance(value, datetime):
        if value.tzinfo is not None:
            value = value.astimezone(timezone.utc).replace(tzinfo=None)
        return value.isoformat(sep=" ", timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    raise TypeError(f"no canonical text for {type(value).__name__}: {value!r}")


def canonical_row(row: Sequence[Any]) -> str:
    """The text of one row, on one line."""
    return SEPARATOR.join(canonical_value(value) for value in row)


def table_hash(rows: Iterable[Sequence[Any]]) -> str:
    """sha256 of the sorted lines, each with a final newline: equal for equal tables in any order of rows."""
    digest = hashlib.sha256()
    for line in sorted(canonical_row(row) for row in rows):
        digest.update(line.encode("utf-8", "backslashreplace") + b"\n")
    return digest.hexdigest()


def first_differences(
    expected: Iterable[Sequence[Any]],
    actual: Iterable[Sequence[Any]],
    limit: int = 5,
    names: tuple[str, str] = ("expected", "actual"),
) -> str:
    """The rows that are in only one of two tables, at most `limit` of each side; '' for equal tables.

    Rows are counted: one that is there twice on one side and once on the other is a difference.
    """
    left = Counter(canonical_row(row) for row in expected)
    right = Counter(canonical_row(row) for row in actual)
    lines: list[str] = []
    for name, only in zip(names, (left - right, right - left), strict=True):
        if not only:
            continue
        lines.append(f"only in {name}: {only.total()} row(s)")
        shown = sorted(only.elements())[:limit]
        lines.extend(f"  {line.replace(SEPARATOR, ' | ')}" for line in shown)
        if only.total() > limit:
            lines.append(f"  ... and {only.total() - limit} more")
    return "\n".join(lines)
