"""What a run made, in figures: tables, quarantined rows, matched plays, and what to type next."""

from __future__ import annotations

import shlex

from sparkify import lake
from sparkify.settings import PROJECT, Settings, is_uri


def text(settings: Settings) -> str:
    """The summary as lines for a terminal; of a lake on S3 only what to do next."""
    if is_uri(settings.lake):
        return "\n".join(_next(settings))
    connection = lake.connect(settings.lake, settings.schema)
    lines = [f"{'table':<24}{'rows':>12}{'files':>7}{'bytes':>13}  place"]
    for name, table in lake.tables(settings.lake, settings.schema).items():
        (rows,) = connection.sql(f'select count(*) from "{name}"').fetchone() or (0,)
        lines.append(f"{name:<24}{rows:>12,}{len(table.files):>7,}{table.bytes:>13,}  {table.folder}")
    lines += ["", *_quarantined(connection), _matched(connection), "", *_next(settings)]
    return "\n".join(lines)


def _quarantined(connection: lake.Connection) -> list[str]:
    reasons = connection.sql("""
        select source_name, reason, string_agg(distinct field, ', ' order by field), count(*)
        from (
            select 'log_data' as source_name, reason, field from quarantined_log_data
            union all
            select 'song_data' as source_name, reason, field from quarantined_songs_data
        )
        group by source_name, reason
        order by 4 desc, 1, 2
    """).fetchall()
    (raw_rows,) = connection.sql("select sum(raw_rows) from row_accounting").fetchone() or (0,)
    quarantined = sum(row[3] for row in reasons)
    lines = [f"{quarantined:,} of {raw_rows:,} raw rows quarantined" + (":" if reasons else ".")]
    for source, reason, fields, count in reasons:
        lines.append(f"  {count:>8,}  {source}: {reason}" + (f" ({fields})" if fields else ""))
    return lines


def _matched(connection: lake.Connection) -> str:
    plays, matched = connection.sql("select count(*), count(song_id) from songplays").fetchone() or (0, 0)
    share = f" ({matched / plays:.1%})" if plays else ""
    return f"{matched:,} of {plays:,} plays matched a song of the catalogue{share}."


def _next(settings: Settings) -> list[str]:
    lines = [
        "Next:",
        "  . .venv/bin/activate && dbt docs serve        the documentation and the lineage, in your browser",
    ]
    if not is_uri(settings.lake):
        elsewhere = "" if settings.lake == str(PROJECT / "lake") else f" --lake {shlex.quote(settings.lake)}"
        lines.append(f'  ./scripts/query "select level, count(*) as plays from songplays group by level"{elsewhere}')
    lines.append("  ./scripts/run --raw DIR --lake DIR            your own files: DIR holds log_data/ and song_data/")
    return lines
