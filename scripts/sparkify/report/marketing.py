"""Whom should marketing speak to?"""

from __future__ import annotations

from collections import Counter, defaultdict

from sparkify.report import pictures
from sparkify.report.section import NOTHING_PLAYED, Ask, Cell, Figure, Section, Table
from sparkify.report.words import count, percent

SLUG, QUESTION = "marketing", "Whom should marketing speak to?"
SEGMENTS = ("devoted", "regular", "casual", "new", "dormant", "lapsed")
LEVELS = ("free", "paid")


def section(ask: Ask) -> Section:
    """The fifth question, from the segments of users."""
    users = ask("select segment, level, region, is_likely_to_upgrade, is_likely_to_leave from user_segments")
    if not users:
        return Section(SLUG, QUESTION, (NOTHING_PLAYED,))
    free = [row for row in users if row[1] == "free"]
    upgrading = sum(row[3] for row in free)
    leaving = sum(row[4] for row in users)
    paid_leaving = sum(row[4] for row in users if row[1] == "paid")
    answer = (
        f"{upgrading:,} of {count(len(free), 'listener')} on the free level are likely to upgrade, and {leaving:,} of "
        f"all {len(users):,} ({percent(leaving, len(users))}) to leave, {paid_leaving:,} of them on the paid level.",
        "The rules give points that anybody can count; the columns of user_segments say which.",
    )
    return Section(SLUG, QUESTION, answer, (_segments(users), _chances(users)))


def _segments(users: list[tuple[str, str, str | None, bool, bool]]) -> Figure:
    counts = Counter((segment, level) for segment, level, *_ in users)
    rows = [(segment, {level: counts[segment, level] for level in LEVELS}) for segment in SEGMENTS]
    return Figure(
        "segments",
        "Listeners by segment and level",
        "Bars, one for each segment: " + "; ".join(f"{name} {sum(parts.values()):,}" for name, parts in rows) + ".",
        Table(("Segment", *LEVELS), [(name, *parts.values()) for name, parts in rows]),
        lambda _: pictures.stacked_bars(rows),
    )


def _chances(users: list[tuple[str, str, str | None, bool, bool]]) -> Figure:
    regions: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for _, _, region, upgrading, leaving in users:
        for place, amount in enumerate((1, int(upgrading), int(leaving))):
            regions[region or "elsewhere or unknown"][place] += amount
    rows: list[tuple[Cell, ...]] = [
        (name, *regions[name]) for name in sorted(regions, key=lambda name: (-regions[name][0], name))
    ]
    return Figure(
        "regions",
        "Where they live",
        "",
        Table(("Region", "Listeners", "Likely to upgrade", "Likely to leave"), rows),
    )
