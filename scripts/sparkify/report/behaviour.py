"""How do listeners behave? Activity by day, return of the newcomers, and the way to the paid level."""

from __future__ import annotations

from sparkify.report import pictures
from sparkify.report.section import NOTHING_PLAYED, Ask, Figure, Section, Table
from sparkify.report.words import count, day, percent

SLUG, QUESTION = "behaviour", "How do listeners behave?"
COHORTS, WEEKS = 8, 8


def section(ask: Ask) -> Section:
    """The first question, from the marts of behaviour."""
    ((days, plays, listener_days, hours),) = ask(
        "select count(*), sum(plays), sum(listeners), sum(listening_hours) from daily_activity where plays > 0"
    )
    ((listeners,),) = ask("select count(*) from user_segments")
    if not plays:
        return Section(SLUG, QUESTION, (NOTHING_PLAYED,))
    activity = (
        f"{count(listeners, 'listener')} made {count(plays, 'play')} and heard {hours:,.1f} hours of music on "
        f"{count(days, 'day')}; on an average one of these days {listener_days / days:.1f} of them listened, to "
        f"{plays / listener_days:.1f} songs each."
    )
    return Section(
        SLUG, QUESTION, (activity, *_return(ask), *_conversion(ask)), (_active(ask), *_retained(ask), *_funnel(ask))
    )


def _return(ask: Ask) -> tuple[str, ...]:
    ((cohorts, users, retained),) = ask(
        "select count(*), sum(cohort_users), sum(retained_users) from retention_cohorts_weekly where weeks_since = 1"
    )
    if not cohorts:
        return ()
    return (
        f"Of {count(users, 'listener')} whose first week was followed by another, {retained:,} "
        f"({percent(retained, users)}) listened in that one too.",
    )


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
    series = {"30 days": monthly, "7 days": weekly, "1 day": daily}
    return Figure(
        "active-listeners",
        "Listeners active within 1, 7 and 30 days",
        f"Lines from {day(days[0])} to {day(days[-1])}: on the last day {daily[-1]:,} listeners were active, "
        f"{weekly[-1]:,} within 7 days and {monthly[-1]:,} within 30.",
        Table(("Day (UTC)", "Active on the day", "Within 7 days", "Within 30 days"), rows),
        lambda narrow: pictures.lines(days, series, narrow=narrow),
    )


def _retained(ask: Ask) -> tuple[Figure, ...]:
    rows = ask(
        "select cohort_date, weeks_since, cohort_users, retained_users, retention_rate "
        "from retention_cohorts_weekly order by cohort_date, weeks_since"
    )
    newest = sorted({row[0] for row in rows})[-COHORTS:]
    shown = [row for row in rows if row[0] in newest and row[1] < WEEKS]
    names = {row[0]: f"{row[0].day} {row[0]:%b} · {row[2]:,}" for row in shown}
    cells = [(names[cohort], str(week), rate) for cohort, week, *_, rate in shown]
    columns = [str(week) for week in sorted({row[1] for row in shown})]
    return (
        Figure(
            "retention",
            "Who came in a week and listened in a later one",
            f"A grid of shares: one row for each of {count(len(names), 'week')} of first plays, with the number of its "
            "listeners, one column for each week since.",
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
