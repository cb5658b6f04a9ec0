"""The page: sections as HTML that needs nothing but itself."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from urllib.parse import quote

from sparkify.report.drawing import svg
from sparkify.report.section import Cell, Figure, Section, Table

STYLE = Path(__file__).with_name("style.css")
TITLE = "Sparkify: who listens, to what, and when"


def page(sections: Sequence[Section], *, period: str, figures: Sequence[tuple[str, str]] = ()) -> str:
    """One HTML document; `period` says what data it is about, `figures` are the key ones with their names."""
    key = "\n".join(f"<div><dt>{_text(name)}</dt><dd>{_text(value)}</dd></div>" for value, name in figures)
    entries = "\n".join(f'<li><a href="#{one.slug}">{_text(one.question)}</a></li>' for one in sections)
    bodies = "\n".join(_section(one) for one in sections)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>{_text(TITLE)}</title>
<style>
{STYLE.read_text(encoding="utf-8")}</style>
</head>
<body>
<header>
<h1>{_text(TITLE)}</h1>
<p class="period">{_text(period)}</p>
{f"<dl>{key}</dl>" if figures else ""}
<nav aria-label="Questions">
<ol>
{entries}
</ol>
</nav>
</header>
<main>
{bodies}
</main>
<footer>
<p>Made from the analytics marts of the lake by <code>sparkify report</code>. A play counts from its first second; a day
begins at midnight UTC and a week on Monday. What each column means is in the documentation:
<code>dbt docs serve</code>.</p>
</footer>
</body>
</html>
"""


def _section(section: Section) -> str:
    lead, *others = section.answer
    sentences = "\n".join([f'<p class="lead">{_text(lead)}</p>', *(f"<p>{_text(sentence)}</p>" for sentence in others)])
    figures = "\n".join(_figure(figure) for figure in section.figures)
    return (
        f'<section id="{section.slug}" aria-labelledby="{section.slug}-question">\n'
        f'<h2 id="{section.slug}-question">{_text(section.question)}</h2>\n'
        f'<div class="answer">\n{sentences}\n</div>\n{figures}\n</section>'
    )


def _figure(figure: Figure) -> str:
    heading = f'<h3 id="{figure.slug}-title">{_text(figure.title)}</h3>'
    table = _table(figure)
    if figure.draw is None:
        return f'<div class="figure">\n{heading}\n{table}\n{_download(figure)}\n</div>'
    label = f"{figure.title}. {figure.description}"
    drawings = "\n".join(
        svg(figure.draw(narrow), name=f"{figure.slug}-{size}", label=label, narrow=narrow)
        for size, narrow in (("wide", False), ("narrow", True))
    )
    return (
        f'<figure id="{figure.slug}" aria-labelledby="{figure.slug}-title">\n{heading}\n{drawings}\n'
        f'<details>\n<summary>The data<span class="unseen"> of: {_text(figure.title)}</span></summary>\n'
        f"{table}\n{_download(figure)}\n</details>\n</figure>"
    )


def _table(figure: Figure) -> str:
    numeric = _numeric_columns(figure.table)
    # The first column of a grouped table is a heading above the rows that share it.
    skipped = int(figure.table.is_grouped)
    heading: Cell = None
    rows: list[str] = []
    for row in figure.table.rows:
        if skipped and row[0] != heading:
            heading = row[0]
            rows.append(f'<tr><th scope="rowgroup" colspan="{len(row) - 1}">{_shown(heading)}</th></tr>')
        rows.append("<tr>" + "".join(map(_cell, row[skipped:], numeric[skipped:])) + "</tr>")
    head = "".join(
        f'<th scope="col"{" class=number" if is_number else ""}>{_text(name)}</th>'
        for name, is_number in list(zip(figure.table.columns, numeric, strict=True))[skipped:]
    )
    body = "\n".join(rows)
    # Wide tables scroll by themselves, also by the keyboard, and not the page.
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-labelledby="{figure.slug}-title">\n<table>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n</div>"
    )


def _cell(cell: Cell, is_number: bool) -> str:
    return f"<td class=number>{_shown(cell)}</td>" if is_number else f"<td>{_shown(cell)}</td>"


def _shown(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{cell:,.3g}" if abs(cell) < 1 else f"{cell:,.1f}"
    if isinstance(cell, int):
        return f"{cell:,}"
    return _text(cell.isoformat() if isinstance(cell, date) else cell)


def _numeric_columns(table: Table) -> list[bool]:
    columns = [[row[place] for row in table.rows] for place in range(len(table.columns))]
    return [
        any(cell is not None for cell in cells) and all(cell is None or isinstance(cell, int | float) for cell in cells)
        for cells in columns
    ]


def _download(figure: Figure) -> str:
    data = f"data:text/csv;charset=utf-8,{quote(as_csv(figure.table))}"
    return (
        f'<p><a class="download" download="{figure.slug}.csv" href="{data}">'
        f'Download as CSV<span class="unseen">: {_text(figure.title)}</span></a></p>'
    )


def as_csv(table: Table) -> str:
    """The data with all their digits, nulls empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows(table.rows)
    return text.getvalue()


def _text(text: str) -> str:
    return html.escape(text, quote=True)
