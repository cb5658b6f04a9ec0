"""Which artists are popular, and when?"""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from sparkify.report import pictures
from sparkify.report.section import NOTHING_PLAYED, WEEK, Ask, Figure, Section, Table, period
from sparkify.report.words import count, day, full_day, percent

SLUG, QUESTION = "artists", "Which artists are popular, and when?"
ARTISTS, WEEKS, CHART = 10, 26, 10


def section(ask: Ask) -> Section:
    """The second question, from the weekly popularity and charts of artists."""
    totals = ask("select artist, sum(plays) as plays from artist_popularity_weekly group by artist")
    if not totals:
        return Section(SLUG, QUESTION, (NOTHING_PLAYED,))
    plays = sum(total for _, total in totals)
    favourites = [name for name, _ in sorted(totals, key=lambda row: (-row[1], row[0]))[:ARTISTS]]
    most = max(total for _, total in totals)
    days = period(ask)
    weeks = [week for (week,) in ask("select distinct week_start_date from artist_chart_weekly order by 1")]
    whole = [week for week in weeks if days and days.is_whole(week)]
    week = (whole or weeks)[-1]
    is_compared = week - WEEK in whole
    chart = ask(
        "select chart_position, artist, plays, listeners, previous_position, is_new_entry from artist_chart_weekly "
        f"where week_start_date = date '{week}' order by chart_position"
    )
    entries = sum(row[-1] for row in chart)
    of_week = f"the week of {full_day(week)}{'' if week in whole else ', which is not whole,'}"
    new = f"; {entries:,} of its {len(chart):,} artists are on a weekly chart for the first time" if is_compared else ""
    answer = (
        f"{count(len(totals), 'artist')} were played; {favourites[0]} most, with {count(most, 'play')}, "
        f"{percent(most, plays)} of all.",
        f"The chart of {of_week} is led by {chart[0][1]}, with {count(chart[0][2], 'play')}{new}.",
    )
    return Section(SLUG, QUESTION, answer, (_over_time(ask, favourites, whole), _chart(chart, week, is_compared)))


def _over_time(ask: Ask, favourites: list[str], whole: list[date]) -> Figure:
    found: dict[str, dict[date, int]] = defaultdict(dict)
    weeks = [week for (week,) in ask("select distinct week_start_date from artist_popularity_weekly order by 1")][
        -WEEKS:
    ]
    for name, week, plays in ask("select artist, week_start_date, plays from artist_popularity_weekly"):
        found[name][week] = plays
    rows = [(name, [found[name].get(week, 0) for week in weeks]) for name in favourites]
    marks = {week: f"{week.day} {week:%b}{'' if week in whole else '*'}" for week in weeks}
    note = "" if set(weeks) <= set(whole) else " (*: days are missing)"
    span = f"from the week of {full_day(weeks[0])} to that of {full_day(weeks[-1])}"
    return Figure(
        "artists-over-time",
        f"Plays of the {count(len(rows), 'artist')} played most, by week{note}",
        f"Columns of plays for each of {count(len(rows), 'artist')} over {count(len(weeks), 'week')}, {span}. "
        f"{rows[0][0]} had most plays in the week of {full_day(weeks[rows[0][1].index(max(rows[0][1]))])}.",
        Table(
            ("Artist", "Week", "Days", "Plays"),
            [
                (name, week, "all" if week in whole else "some", plays)
                for name, values in rows
                for week, plays in zip(weeks, values, strict=True)
            ],
            is_grouped=True,
        ),
        lambda narrow: pictures.columns_by_row(rows, list(marks.values()), narrow=narrow),
    )


def _chart(chart: list[tuple[int, str, int, int, int | None, bool]], week: date, is_compared: bool) -> Figure:
    rows = [
        (place, artist, plays, listeners, _movement(place, before, is_new))
        for place, artist, plays, listeners, before, is_new in chart[:CHART]
    ]
    columns = ("Place", "Artist", "Plays", "Listeners", "Change")
    title = f"The chart of the week of {day(week)}"
    if is_compared:
        return Figure("chart", f"{title}, and the change since the week before", "", Table(columns, rows))
    return Figure("chart", title, "", Table(columns[:-1], [row[:-1] for row in rows]))


def _movement(place: int, before: int | None, is_new: bool) -> str:
    if is_new:
        return "new"
    if before is None:
        return "back"
    if before == place:
        return "same"
    return f"up {before - place}" if before > place else f"down {place - before}"
