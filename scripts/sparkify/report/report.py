"""Asks the marts the five questions and writes the page."""

from __future__ import annotations

from pathlib import Path

from sparkify import lake
from sparkify.errors import UserError
from sparkify.report import artists, behaviour, marketing, recommendations, sessions
from sparkify.report.page import page
from sparkify.report.section import Ask, Section
from sparkify.report.words import full_day
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
    return page(sections(ask), period=_period(ask))


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
    ((first, last),) = ask("select min(event_date), max(event_date) from daily_activity")
    if first is None:
        return "There are no events of users yet."
    return f"Events from {full_day(first)} to {full_day(last)}."
