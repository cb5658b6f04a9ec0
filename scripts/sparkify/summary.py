"""What a run made, in figures: tables, files and rows that could not be used, matched plays, and what to type next."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sparkify import lake
from sparkify.export import STAR
from sparkify.figures import TableFigures
from sparkify.settings import PROJECT, Settings

Ask = Callable[[str], list[tuple[Any, ...]]]

LAST_RUN = "select max(run_id) from run_ledger"
SOURCES = {
    "log_data": ("quarantined_log_data", "int_log_rows"),
    "song_data": ("quarantined_songs_data", "int_song_rows"),
}
# The share of a source's rows from which on something is probably wrong with the source.
MUCH = 0.1
# Characters of a quarantined row that are shown.
EXAMPLE = 60
CAUSES = {
    "broken_json": "they are probably no JSON lines: one object a line, or one JSON array a file, is expected",
    "not_utf8": "they are probably in another encoding; iconv -t UTF-8 converts them",
    "missing_value": "they probably have other fields than those in models/staging/_sources.yml",
    "wrong_type": "this field probably has another meaning there; models/staging/_sources.yml says its type",
    "out_of_range": "the values are probably in another unit; times are expected in milliseconds since 1970",
    "play_without_user": "plays are expected to have a user",
    "unknown_level": "other levels than free and paid go into seeds/subscription_levels.csv",
}
REMEDIES = {
    "unreadable": "no right to read it, or its compression is damaged; deliver it again",
    "unknown_compression": "compress it with gzip and name it .gz",
    "utf16": "iconv -f UTF-16 -t UTF-8 FILE > NEW",
    "line_too_long": "jq -c . FILE > NEW puts each object on a line",
    "large_document": "jq -c '.[]?' FILE > NEW puts each object on a line",
}


def text(settings: Settings, report: Path, *, with_staging: bool = False) -> str:
    """The summary as lines for a terminal. `report` is the page of answers that was made.

    Tables that others are made from are in it `with_staging` only.
    """
    connection = lake.connect(settings.lake, settings.schema)
    figures = lake.figures(settings.lake, settings.schema)
    if with_staging:
        figures += lake.figures(settings.lake, f"{settings.schema}_staging")
    return lines(figures, settings, report, lambda question: connection.sql(question).fetchall())


def lines(figures: list[TableFigures], settings: Settings, report: Path, ask: Ask) -> str:
    """The summary of a lake with these tables; `ask` gives the rows that answer a question about it."""
    staging = f"{settings.schema}_staging"
    warnings = [line for source in SOURCES for line in _warning(source, staging, ask)]
    head = f"Tables in {settings.lake.replace('s3a://', 's3://')}, as docs/read-the-lake.md says how to read them:"
    found = [
        *warnings,
        head,
        "",
        *_tables(figures, ask),
        "",
        *_files(ask),
        *_quarantined(ask, settings.raw),
        _matched(ask),
    ]
    return "\n".join([*found, "", f"Report: {report}", *_next(settings)])


def _warning(source: str, staging: str, ask: Ask) -> Iterator[str]:
    """A sentence about a source of which much is unusable, or a whole file of several rows."""
    quarantine, rows = SOURCES[source]
    ((total, unusable, files, spoiled),) = ask(f"""
        select coalesce(sum(total), 0), coalesce(sum(unusable), 0), count(*), count_if(unusable = total and total > 1)
        from (
            select count(*) as total, count_if(rejection_reason <> 'erased') as unusable
            from {lake.identifier(staging)}.{rows} group by source_file
        )
    """)
    if not total:
        yield f"{source} has no rows: nothing of it could be read, or there is nothing in its folder.\n"
    elif unusable > MUCH * total or spoiled:
        ((reason, field),) = ask(
            f"select reason, field from {quarantine} group by all order by count(*) desc, reason, field limit 1"
        )
        of_files = f", among them all of {spoiled:,} of {files:,} files" if spoiled else ""
        yield (
            f"{unusable:,} of {total:,} rows of {source} can't be used{of_files}."
            f" Most common: {_reason(reason, field)}; {CAUSES[reason]}.\n"
        )


def _reason(reason: str, field: str | None) -> str:
    return f"{reason} ({field})" if field else reason


def _tables(figures: list[TableFigures], ask: Ask) -> list[str]:
    """A line for each table, the star first: what it has, and what the last run did to it."""
    done: dict[str, str] = dict(
        ask(f"select table_name, coalesce(reason, status) from run_ledger where run_id = ({LAST_RUN})")
    )
    width = max(len(row.name) for row in figures)
    lines = [f"{'table':<{width}}{'rows':>12}{'files':>7}{'bytes':>13}  last run"]
    for row in sorted(figures, key=lambda row: STAR.index(row.name) if row.name in STAR else len(STAR)):
        last = done.get(row.name, "")
        lines.append(f"{row.name:<{width}}{row.rows:>12,}{row.files:>7,}{row.bytes:>13,}  {last}".rstrip())
    return lines


def _files(ask: Ask) -> list[str]:
    ((files, new, empty, unread),) = ask(f"""
        select
            count(*),
            count(*) filter (arrived_at >= (select max(started_at) from run_ledger where run_id = ({LAST_RUN}))),
            count(*) filter (layout is null and reason is null),
            count(reason)
        from raw_files
    """)
    read = f"{files - empty - unread:,} read, {empty:,} empty, {unread:,} not read"
    lines = [f"{files:,} raw files, {new:,} new or changed: {read}{':' if unread else '.'}"]
    for count, reason, file in ask("""
        select count(*), reason, min(source_file) from raw_files where reason is not null
        group by reason order by 1 desc, 2
    """):
        lines.append(f"  {count:>8,}  raw_files: {reason}, e.g. {file}; {REMEDIES[reason]}")
    return lines


def _quarantined(ask: Ask, raw: str) -> list[str]:
    raw_rows = sum(row[0] for row in ask("select raw_rows from row_accounting"))
    found = [
        (count, quarantine, *row)
        for quarantine, _ in SOURCES.values()
        for count, *row in ask(f"""
            select
                count(*),
                reason,
                string_agg(distinct field, ', ' order by field),
                min(source_file),
                arg_min(raw_text, source_file)
            from {quarantine} group by reason order by 1 desc, 2
        """)
    ]
    lines = [f"{sum(row[0] for row in found):,} of {raw_rows:,} raw rows quarantined" + (":" if found else ".")]
    for count, quarantine, reason, fields, file, text in found:
        example = text if len(text) <= EXAMPLE else f"{text[:EXAMPLE]}…"
        where = file.partition(f"{raw.partition(':')[2] or raw}/")[2] or file
        lines.append(f"  {count:>8,}  {quarantine}: {_reason(reason, fields)}, e.g. {example!r} in {where}")
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
    lines.append(f'  sparkify query "select level, count(*) as plays from songplays group by level"{elsewhere}')
    lines.append("  ./scripts/run --raw DIR --lake DIR            your own files: DIR holds log_data/ and song_data/")
    return lines
