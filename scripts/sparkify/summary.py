"""What a run made, in figures: tables, quarantined rows, matched plays, and what to type next."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sparkify import lake
from sparkify.figures import TableFigures
from sparkify.settings import PROJECT, Settings

Ask = Callable[[str], list[tuple[Any, ...]]]


def text(settings: Settings, report: Path) -> str:
    """The summary as lines for a terminal. `report` is the page of answers that was made."""
    connection = lake.connect(settings.lake, settings.schema)
    figures = lake.figures(settings.lake, settings.schema)
    return _lines(figures, settings, report, lambda question: connection.sql(question).fetchall())


def _lines(figures: list[TableFigures], settings: Settings, report: Path, ask: Ask) -> str:
    found = [*_tables(figures), "", *_quarantined(ask), _matched(ask)]
    return "\n".join([*found, "", f"Report: {report}", *_next(settings)])


def _tables(figures: list[TableFigures]) -> list[str]:
    width = max(len(row.name) for row in figures)
    head = f"{'table':<{width}}{'rows':>12}{'files':>7}{'bytes':>13}  place"
    return [head] + [
        f"{row.name:<{width}}{row.rows:>12,}{row.files:>7,}{row.bytes:>13,}  {row.place}" for row in figures
    ]


def _quarantined(ask: Ask) -> list[str]:
    rows = ask("""
        select 'log_data', reason, field, count(*) from quarantined_log_data group by reason, field
        union all
        select 'song_data', reason, field, count(*) from quarantined_songs_data group by reason, field
    """)
    counts: defaultdict[tuple[str, str], int] = defaultdict(int)
    fields: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for source, reason, field, count in rows:
        counts[source, reason] += count
        fields[source, reason] |= {field} - {None}
    raw_rows = sum(row[0] for row in ask("select raw_rows from row_accounting"))
    quarantined = sum(counts.values())
    lines = [f"{quarantined:,} of {raw_rows:,} raw rows quarantined" + (":" if counts else ".")]
    for key, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        of_fields = f" ({', '.join(sorted(fields[key]))})" if fields[key] else ""
        lines.append(f"  {count:>8,}  {key[0]}: {key[1]}{of_fields}")
    return lines


def _matched(ask: Ask) -> str:
    ((plays, matched),) = ask("select count(*), count(song_id) from songplays")
    share = f" ({matched / plays:.2%})" if plays else ""
    return f"{matched:,} of {plays:,} plays matched a song of the catalogue{share}."


def _next(settings: Settings) -> list[str]:
    lines = [
        "Next:",
        "  . .venv/bin/activate && dbt docs serve        the documentation and the lineage, in your browser",
    ]
    elsewhere = "" if settings.lake == str(PROJECT / "lake") else f" --lake {shlex.quote(settings.lake)}"
    lines.append(f'  ./scripts/query "select level, count(*) as plays from songplays group by level"{elsewhere}')
    lines.append("  ./scripts/run --raw DIR --lake DIR            your own files: DIR holds log_data/ and song_data/")
    return lines
