"""How do listeners behave? Activity by day, return of the newcomers, and the way to the paid level."""

from __future__ import annotations

from datetime import date

from sparkify.report import pictures
from sparkify.report.section import NOTHING_PLAYED, WEEK, Ask, Figure, Section, Table, period
from sparkify.report.words import count, day, percent

SLUG, QUESTION = "behaviour", "How do listeners behave?"
COHORTS, WEEKS = 8, 8
# Week of the first play, weeks since, listeners, those of them who listened then, their share.
Cohort = tuple[date, int, int, int, float]


def section(ask: Ask) -> Section:
    """The first question, from the marts of behaviour."""
    ((days, plays, listener_days, hours),) = ask(
        "select count(*), sum(plays), sum(listeners), sum(listening_hours) from daily_activity where plays > 0"
    )
    ((listeners,),) = ask("select count(*) from user_segments")
    if not plays:
        return Section(SLUG, QUESTION, (NOTHING_PLAYED,))
    activity = f"{count(listeners, 'listener')} made {count(plays, 'play')} and heard {hours:,.1f} hours of music on "
    activity += (
        f"{count(days, 'day')}; on an average one of these days {listener_days / days:.1f} of them listened, to "
        f"{plays / listener_days:.1f} songs each."
        if days > 1
        else f"one day, {plays / listeners:.1f} songs each."
    )
    cohorts = _cohorts(ask)
    answer = (activity, *_return(cohorts), *_conversion(ask))
    return Section(SLUG, QUESTION, answer, (_active(ask), *_retained(cohorts), *_funnel(ask)))


def _return(cohorts: list[Cohort]) -> tuple[str, ...]:
    found = [row for row in cohorts if row[1] == 1]
    if not found:
        return ()
    users, retained = sum(row[2] for row in found), sum(row[3] for row in found)
    return (
        f"Of {count(users, 'listener')} whose first week was followed by a whole one, {retained:,} "
        f"({percent(retained, users)}) listened in that one too.",
    )


def _cohorts(ask: Ask) -> list[Cohort]:
    """Those of later weeks that are over."""
    days = period(ask)
    rows = ask(
        "select cohort_date, weeks_since, cohort_users, retained_users, retention_rate "
        "from retention_cohorts_weekly where weeks_since > 0 order by cohort_date, weeks_since"
    )
    return [row for row in rows if days and days.is_whole(row[0] + row[1] * WEEK)]


def _conversion(ask: Ask) -> tuple[str, ...]:
    steps = [users for (users,) in ask("select users from conversion_funnel order by step_number")]
    if not steps or not steps[0]:
        return ()
    first, seen, _, last = steps
    return (
        f"Of {count(first, 'listener')} on the free level {seen:,} saw the page Upgrade, and {last:,} "
        f"({percent(last, first)}) went on to listen on the paid one.",
    )


def _active(ask: Ask) -> Figure:
    rows = ask(
        "select event_date, daily_active_users, weekly_active_users, monthly_active_users "
        "from active_users_daily order by event_date"
    )
    days, daily, weekly, monthly = (list(column) for column in zip(*rows, strict=True))
    # A window that begins before the data has fewer days than its name says.
    windows = {30: monthly, 7: weekly, 1: daily}
    series: dict[int, list[int | None]] = {
        length: [None] * (length - 1) + values[length - 1 :] for length, values in windows.items() if len(days) > length
    } or {1: daily}
    parts = [f"{values[-1]:,} within {count(length, 'day')}" for length, values in sorted(series.items())]
    return Figure(
        "active-listeners",
        f"Listeners active within {_listed([str(length) for length in sorted(series)])} days"
        if len(series) > 1
        else "Listeners active on the day",
        f"Lines from {day(days[0])} to {day(days[-1])}: on the last day {_listed(parts)}.",
        Table(
            ("Day (UTC)", *(f"Within {count(length, 'day')}" for length in sorted(series))),
            list(zip(days, *(values for _, values in sorted(series.items())), strict=True)),
        ),
        lambda narrow: pictures.lines(
            days, {count(length, "day"): values for length, values in series.items()}, narrow=narrow
        ),
    )


def _listed(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _retained(cohorts: list[Cohort]) -> tuple[Figure, ...]:
    if not cohorts:
        return ()
    newest = sorted({row[0] for row in cohorts})[-COHORTS:]
    shown = [row for row in cohorts if row[0] in newest and row[1] <= WEEKS]
    names = {row[0]: f"{row[0].day} {row[0]:%b} · {row[2]:,}" for row in shown}
    cells = [(names[cohort], str(week), rate) for cohort, week, *_, rate in shown]
    columns = [str(week) for week in sorted({row[1] for row in shown})]
    return (
        Figure(
            "retention",
            "Who came in a week and listened in a later one",
            f"A grid of shares: one row for each of {count(len(names), 'week')} of first plays, with the number of its "
            "listeners, one column for each whole week since.",
            Table(("Week of the first play", "Weeks later", "Listeners", "Still listening", "Share"), shown),
            lambda narrow: pictures.shares(cells, rows=list(names.values()), columns=columns, narrow=narrow),
        ),
    )


def _funnel(ask: Ask) -> tuple[Figure, ...]:
    rows = ask("select step, users, share_of_first from conversion_funnel order by step_number")
    if not rows or not rows[0][1]:
        return ()
    first = rows[0][1]
    shown = [(step, users, f"{users:,} ({percent(users, first)})") for step, users, _ in rows]
    return (
        Figure(
            "funnel",
            "From the free level to the paid one",
            "Bars, one for each step: " + "; ".join(f"{users:,} {step}" for step, users, _ in rows) + ".",
            Table(("Step", "Listeners", "Share of the first step"), rows),
            lambda _: pictures.bars(shown),
        ),
    )
