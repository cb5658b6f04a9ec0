"""When do people listen, and for how long?"""

from __future__ import annotations

from collections import Counter

from sparkify.report import pictures
from sparkify.report.section import NOTHING_PLAYED, Ask, Figure, Section, Table
from sparkify.report.words import WEEKDAYS, clock_hour, count, percent

SLUG, QUESTION = "sessions", "When do people listen, and for how long?"
CLOCKS = {"local": "by the listener's own clock", "utc": "in UTC"}
HOURS = [f"{hour:02}" for hour in range(24)]


def section(ask: Ask) -> Section:
    """The third question, from the heat map and the two kinds of sessions."""
    cells = ask("select clock, weekday, hour, plays from listening_heat_map order by clock, weekday, hour")
    played = [clock for clock in CLOCKS if any(row[0] == clock and row[3] for row in cells)]
    if not played:
        return Section(SLUG, QUESTION, (NOTHING_PLAYED,))
    answer = (*(_peak(cells, clock) for clock in played), *_lengths(ask))
    return Section(SLUG, QUESTION, answer, (*(_heat_map(cells, clock) for clock in played), _kinds(ask)))


def _peak(cells: list[tuple[str, int, int, int]], clock: str) -> str:
    hours: Counter[int] = Counter()
    for of_clock, _, hour, plays in cells:
        if of_clock == clock:
            hours[hour] += plays
    hour = min(hours, key=lambda key: (-hours[key], key))
    busiest = f"{clock_hour(hour)}, with {count(hours[hour], 'play')} ({percent(hours[hour], hours.total())})"
    text = f"{CLOCKS[clock]} the busiest hour is {busiest}."
    return text[0].upper() + text[1:]


def _lengths(ask: Ask) -> tuple[str, ...]:
    rows = ask("select definition, sessions, average_plays, average_minutes from session_comparison")
    kinds = {kind: figures for kind, *figures in rows}
    if not all(kinds.get(kind, (0,))[0] for kind in ("log", "inactivity")):
        return ()
    sessions, plays, minutes = kinds["log"]
    return (
        f"The logs have {count(sessions, 'session')} of users, on average {plays:.1f} plays and {minutes:.1f} minutes "
        f"long; divided where nothing happened for half an hour they are {kinds['inactivity'][0]:,}.",
    )


def _heat_map(cells: list[tuple[str, int, int, int]], clock: str) -> Figure:
    shown = [
        (WEEKDAYS[weekday - 1], HOURS[hour], plays) for of_clock, weekday, hour, plays in cells if of_clock == clock
    ]
    weekday, hour, most = min(shown, key=lambda cell: (-cell[2], WEEKDAYS.index(cell[0]), cell[1]))
    return Figure(
        f"hours-{clock}",
        f"Plays by weekday and hour, {CLOCKS[clock]}",
        f"A grid of seven weekdays and 24 hours. Most plays begin on {weekday} from {clock_hour(int(hour))}: {most:,}.",
        Table(("Weekday", "Hour", "Plays"), shown),
        lambda narrow: pictures.heat_map(shown, rows=WEEKDAYS, columns=HOURS, unit="plays", narrow=narrow),
    )


def _kinds(ask: Ask) -> Figure:
    rows = ask(
        "select definition, sessions, sessions_with_plays, sessions_in_several_of_the_other, average_plays, "
        "average_minutes, longest_minutes from session_comparison order by definition desc"
    )
    names = {"log": "By the log's session id", "inactivity": "By half an hour without activity"}
    figures = (
        "Number",
        "With plays",
        "In several of the other kind",
        "Plays on average",
        "Minutes on average",
        "Longest, in minutes",
    )
    by_figure = zip(figures, *(rest for _, *rest in rows), strict=True)
    return Figure(
        "kinds-of-sessions",
        "Sessions, counted in two ways",
        "",
        Table(("Sessions", *(names[kind] for kind, *_ in rows)), list(by_figure)),
    )
