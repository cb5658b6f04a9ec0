"""Asks the marts the five questions and writes the page."""

from __future__ import annotations

from pathlib import Path

from sparkify import lake
from sparkify.errors import UserError
from sparkify.report import artists, behaviour, marketing, recommendations, sessions
from sparkify.report.page import page
from sparkify.report.section import Ask, Section, period
from sparkify.report.words import full_day, percent
from sparkify.settings import PROJECT, Settings, is_uri

MARTS = (
    "active_users_daily",
    "artist_chart_weekly",
    "artist_popularity_weekly",
    "conversion_funnel",
    "daily_activity",
    "listening_heat_map",
    "recommendation_evaluation",
    "retention_cohorts_weekly",
    "session_comparison",
    "song_popularity_weekly",
    "song_recommendations",
    "user_recommendations",
    "user_segments",
)
QUESTIONS = (behaviour, artists, sessions, recommendations, marketing)


def place(settings: Settings) -> Path:
    """Where the report goes if nobody says: into a local lake, else into the project's target/."""
    return PROJECT / "target" / "report.html" if is_uri(settings.lake) else Path(settings.lake, "report.html")


def write(settings: Settings, output: Path) -> None:
    """Write the report on a lake; UserError if it has no marts or the file can't be written."""
    text = text_of(asker(settings))
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        # Never half a page, whoever looks meanwhile.
        unfinished = output.with_name(f".{output.name}.unfinished")
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(output)
    except OSError as error:
        raise UserError(f"{output} can't be written ({error.strerror}); name another file with --output.") from error


def text_of(ask: Ask) -> str:
    """The page, from whoever answers SQL over the marts."""
    return page(sections(ask), period=_period(ask), figures=_key_figures(ask))


def sections(ask: Ask) -> list[Section]:
    """The five questions with their answers."""
    return [question.section(ask) for question in QUESTIONS]


def asker(settings: Settings) -> Ask:
    """Who answers: DuckDB over the lake's tables."""
    connection = lake.connect(settings.lake, settings.schema)
    if missing := [name for name in MARTS if name not in connection.names]:
        raise UserError(
            f"The lake {settings.lake} has no table {missing[0]}; build the marts with ./scripts/run first."
        )
    return lambda question: connection.sql(question).fetchall()


def _period(ask: Ask) -> str:
    days = period(ask)
    if days is None:
        return "There are no events of users yet."
    if days.first == days.last:
        return f"Events of {full_day(days.first)}."
    return f"Events from {full_day(days.first)} to {full_day(days.last)}."


def _key_figures(ask: Ask) -> list[tuple[str, str]]:
    """What the page is about in five numbers, each with its name."""
    ((plays, hours, listener_days, days),) = ask(
        "select sum(plays), sum(listening_hours), sum(listeners), count(*) from daily_activity where plays > 0"
    )
    ((listeners, paid),) = ask("select count(*), count(case when level = 'paid' then 1 end) from user_segments")
    if not plays:
        return []
    return [
        (f"{plays:,}", "plays"),
        (f"{hours:,.0f}", "hours of music"),
        (f"{listeners:,}", "listeners"),
        (f"{listener_days / days:,.0f}", "listeners on an average day"),
        (percent(paid, listeners), "on the paid level"),
    ]
