"""The report: its figures equal computations from the raw JSON, and a browser shows it as it should."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import cast
from unittest.mock import patch
from urllib.parse import unquote

import duckdb
import pyarrow
import pytest
from playwright.sync_api import Browser, Page
from pyspark.sql import SparkSession

import marts_oracle
from browser import DESKTOP, PHONE, chromium, faults
from builds import Lake
from shared_data import shared_data
from small_lakes import new_lake, new_table
from sparkify.cli import main
from sparkify.report import pictures, report
from sparkify.report.page import as_csv
from sparkify.report.page import page as page_of
from sparkify.report.section import Ask, Figure, Section, Spec, Table
from sparkify.settings import Settings
from test_exposures import contract

QUESTIONS = ["behaviour", "artists", "sessions", "recommendations", "marketing"]


def asker(lake: Lake) -> Ask:
    """Who answers for the report on a lake."""
    with patch.dict(os.environ, lake.environment()):
        return report.asker(Settings(raw="", lake=str(lake.folder), schema=lake.schema))


@pytest.fixture(scope="module")
def sections(s3part1943: Lake) -> dict[str, Section]:
    """The sections of the report on the real data."""
    found = report.sections(asker(s3part1943))
    return {section.slug: section for section in found}


# --- Figures ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def raw(s3part1943: Lake) -> duckdb.DuckDBPyConnection:
    """The raw logs of the real data, as DuckDB reads JSON: events, and plays with what was heard of them."""
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(f"""
        create table events as
        select *, make_timestamp(ts * 1000) as happened_at, cast(make_timestamp(ts * 1000) as date) as day
        from read_json('{s3part1943.raw}/log_data/**/*.json', format = 'newline_delimited', columns = {{
            artist: varchar, itemInSession: int, length: double, level: varchar, page: varchar, sessionId: bigint,
            song: varchar, ts: bigint, userId: varchar
        }})
        where userId <> ''
    """)
    connection.execute("""
        create table plays as
        select
            *,
            date_trunc('week', day) as week,
            round(length * 1000) as length_ms,
            lead(ts) over (partition by sessionId order by ts, itemInSession) - ts as passed
        from events
        where page in ('NextSong', 'Logout', 'Cancellation Confirmation')
        qualify page = 'NextSong'
    """)
    return connection


def one(connection: duckdb.DuckDBPyConnection, question: str) -> tuple[int, ...]:
    """The only row of an answer."""
    (row,) = connection.sql(question).fetchall()
    return row


def test_behaviour_is_that_of_the_raw_logs(raw: duckdb.DuckDBPyConnection, sections: dict[str, Section]) -> None:
    listeners, plays, days, listener_days, hours = one(
        raw,
        """
        select count(distinct userId), count(*), count(distinct day), count(distinct (userId, day)), sum(
            case
                when passed is null or passed > 86400000 then length_ms
                when passed >= floor(length) * 1000 then least(passed, length_ms)
                else passed
            end
        ) / 3600000
        from plays
        """,
    )
    came, returned = one(
        raw,
        """
        with firsts as (select userId, min(week) as first_week from plays group by userId)
        select count(*), count(*) filter (
            where exists (from plays where plays.userId = firsts.userId and week = first_week + interval 7 days)
        )
        from firsts
        where first_week + interval 14 days <= (select max(day) from plays) + interval 1 day
        """,
    )
    free, seen, paid = one(
        raw,
        """
        with free as (
            select userId, min(ts) as since from events where page = 'NextSong' and level = 'free' group by userId
        ),
        seen as (
            select userId, min(ts) as since from events join free using (userId)
            where page = 'Upgrade' and ts > free.since
            group by userId
        ),
        submitted as (
            select userId, min(ts) as since from events join seen using (userId)
            where page = 'Submit Upgrade' and ts > seen.since
            group by userId
        ),
        paid as (
            select distinct userId from events join submitted using (userId)
            where page = 'NextSong' and level = 'paid' and ts > submitted.since
        )
        select (select count(*) from free), (select count(*) from seen), (select count(*) from paid)
        """,
    )
    assert sections["behaviour"].answer == (
        f"{listeners} listeners made {plays:,} plays and heard {hours:,.1f} hours of music on {days} days; on an "
        f"average one of these days {listener_days / days:.1f} of them listened, to {plays / listener_days:.1f} songs "
        "each.",
        f"Of {came} listeners whose first week was followed by a whole one, {returned} "
        f"({100 * returned / came:.1f}\u00a0%) listened in that one too.",
        f"Of {free} listeners on the free level {seen} saw the page Upgrade, and {paid} "
        f"({100 * paid / free:.1f}\u00a0%) went on to listen on the paid one.",
    )


def test_artists_are_those_of_the_raw_logs(raw: duckdb.DuckDBPyConnection, sections: dict[str, Section]) -> None:
    totals = raw.sql("select artist, count(*) from plays where artist <> '' group by 1 order by 2 desc, 1").fetchall()
    plays = sum(total for _, total in totals)
    leader, leading, new, size = one(
        raw,
        """
        with chart as (
            select
                week, artist, count(*) as plays, row_number() over (
                    partition by week order by count(*) desc, count(distinct userId) desc, artist
                ) as place
            from plays
            group by week, artist
            qualify place <= 100
        ),
        newest as (from chart where week = date '2018-11-19')
        select
            any_value(artist) filter (where place = 1), any_value(plays) filter (where place = 1),
            count(*) filter (where artist not in (select artist from chart where week < newest.week)), count(*)
        from newest
        """,
    )
    assert sections["artists"].answer == (
        f"{len(totals):,} artists were played; {totals[0][0]} most, with {totals[0][1]} plays, "
        f"{100 * totals[0][1] / plays:.1f}\u00a0% of all.",
        f"The chart of the week of 19 November 2018 is led by {leader}, with {leading} plays; {new} of its {size} "
        "artists are on a weekly chart for the first time.",
    )


def test_hours_and_sessions_are_those_of_the_raw_logs(
    raw: duckdb.DuckDBPyConnection, sections: dict[str, Section]
) -> None:
    hour, plays, share = one(
        raw,
        """
        select hour(happened_at), count(*), 100 * count(*) / sum(count(*)) over ()
        from plays group by 1 order by 2 desc, 1 limit 1
        """,
    )
    sessions, of_each = one(
        raw,
        """
        select count(distinct sessionId), count(*) filter (where page = 'NextSong') / count(distinct sessionId)
        from events
        """,
    )
    _, in_utc, lengths = sections["sessions"].answer
    assert in_utc == f"In UTC the busiest hour is {hour}:00 to {hour + 1}:00, with {plays} plays ({share:.1f}\u00a0%)."
    assert lengths.startswith(f"The logs have {sessions} sessions of users, on average {of_each:.1f} plays and ")


def test_every_figure_and_table_equals_the_oracle(
    s3part1943: Lake, sections: dict[str, Section], tmp_path: Path
) -> None:
    assert_same(sections, report.sections(oracle(s3part1943.raw, tmp_path)))


def test_spark_answers_the_same(s3part1943: Lake, sections: dict[str, Section]) -> None:
    spark = SparkSession.builder.getOrCreate()
    spark.sql(f"use {s3part1943.schema}")
    assert_same(sections, report.sections(lambda question: [tuple(row) for row in spark.sql(question).collect()]))


def assert_same(sections: dict[str, Section], expected: list[Section]) -> None:
    """Every sentence and every table is as expected."""
    assert [section.slug for section in expected] == QUESTIONS
    for section in expected:
        found = sections[section.slug]
        assert found.answer == section.answer
        assert [figure.slug for figure in found.figures] == [figure.slug for figure in section.figures]
        for figure, other in zip(found.figures, section.figures, strict=True):
            assert figure.table.rows
            assert (figure.description, as_csv(figure.table)) == (other.description, as_csv(other.table))


def test_weeks_with_missing_days_are_marked_and_windows_begin_with_the_data(sections: dict[str, Section]) -> None:
    (weeks,) = (one for one in sections["artists"].figures if one.slug == "artists-over-time")
    assert "days are missing" in weeks.title
    assert {str(row[1]): row[2] for row in weeks.table.rows} == {
        "2018-10-29": "some",
        "2018-11-05": "all",
        "2018-11-12": "all",
        "2018-11-19": "all",
        "2018-11-26": "some",
    }
    active, retention, *_ = sections["behaviour"].figures
    # A month of data has one window of 30 days, which is no line.
    assert active.table.columns == ("Day (UTC)", "Within 1 day", "Within 7 days")
    assert [row[2] is None for row in active.table.rows] == [True] * 6 + [False] * 24
    later = {cast(date, row[0]) + cast(int, row[1]) * timedelta(days=7) for row in retention.table.rows}
    assert later <= {date(2018, 11, day) for day in (5, 12, 19)}


def test_one_day_reads_right(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    (raw / "song_data").mkdir(parents=True)
    (day,) = shared_data().rglob("2018-11-05-events.json")
    (raw / "log_data").mkdir()
    shutil.copy(day, raw / "log_data")
    text = report.text_of(oracle(raw, tmp_path))
    assert "Events of 5 November 2018." in text
    assert "hours of music on one day, " in text
    assert "The chart of the week of 5 November 2018, which is not whole, is led by " in text
    assert "Listeners active within 1 days" not in text
    for gone in ("average one of these days", "change since the week before", "for the first time", "weeks later"):
        assert gone not in text


def oracle(raw: Path, scratch: Path) -> Ask:
    """Who answers from marts that are computed in plain Python from the raw files."""
    known = marts_oracle.facts(raw)
    connection = duckdb.connect()
    for mart in report.MARTS:
        columns = contract(mart)
        file = scratch / f"{mart}.json"
        with file.open("w", encoding="utf-8") as out:
            for row in marts_oracle.MARTS[mart](known):
                json.dump(dict(zip(columns, row, strict=True)), out, default=str)
                out.write("\n")
        connection.execute(f"create table {mart} as from read_json('{file}', columns = {columns})")
    return lambda question: connection.sql(question).fetchall()


def test_few_plays_have_steps_of_their_own() -> None:
    assert pictures.steps_of(0)[:2] == ([0], ["none"])
    assert pictures.steps_of(2)[:2] == ([0, 1, 2], ["none", "1", "2"])
    assert pictures.steps_of(140)[:2] == (
        [0, 28, 56, 84, 112, 140],
        ["none", "1 to 28", "29 to 56", "57 to 84", "85 to 112", "113 to 140"],
    )


def test_a_lake_without_marts_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new_table(new_lake(str(tmp_path)), "songplays", pyarrow.table({"songplay_id": ["a"]}))
    assert main(["report", "--lake", str(tmp_path)]) == 2
    assert "has no table active_users_daily; build the marts with ./scripts/run first." in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_said(
    s3part1943: Lake, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    with patch.dict(os.environ, s3part1943.environment()):
        assert main(["report", "--output", str(tmp_path / "file" / "x.html")]) == 2
    assert "can't be written" in capsys.readouterr().err


# --- In a browser -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def file(s3part1943: Lake, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report on the real data, as the command writes it."""
    output = tmp_path_factory.mktemp("report") / "report.html"
    with patch.dict(os.environ, s3part1943.environment()):
        assert main(["report", "--output", str(output)]) == 0
    return output


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests of the page."""
    with chromium() as opened:
        yield opened


def opened(browser: Browser, file: Path, **settings: object) -> Page:
    """The page, from disk and without a network."""
    page = browser.new_context(offline=True, **settings).new_page()  # type: ignore[arg-type]
    page.goto(file.as_uri())
    return page


def test_it_opens_from_disk_without_a_network(browser: Browser, file: Path) -> None:
    page = browser.new_context(offline=True).new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(file.as_uri(), wait_until="networkidle")
    assert (asked, said) == ([file.as_uri()], [])
    assert page.locator("h1").count() == 1
    assert [section.get_attribute("id") for section in page.locator("section").all()] == QUESTIONS
    assert page.locator("script, link, iframe, img").count() == 0


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_picture_has_drawn_something_and_shows_all_its_words(
    viewport: dict[str, int], browser: Browser, file: Path
) -> None:
    drawn = opened(browser, file, viewport=viewport).evaluate(DRAWN)
    assert len(drawn) == 8
    for figure in drawn:
        assert figure["marks"] >= 3, figure
        assert figure["words"] >= 3, figure
        assert (figure["others"], figure["small"], figure["cut"]) == (0, 0, []), figure


def test_ids_are_unique_and_the_same_data_give_the_same_page(s3part1943: Lake, file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids)) > len(QUESTIONS)
    assert set(re.findall(r"url\(#([^)]+)\)", text)) | set(re.findall(r'href="#([^"]+)"', text)) <= set(ids)
    assert report.text_of(asker(s3part1943)) == text


def test_bars_are_as_long_as_their_values(browser: Browser, tmp_path: Path) -> None:
    table = Table(("number",), [(1,)])
    figure = Figure("bars", "Bars", "", table, lambda _: pictures.bars([("a", 1, "1"), ("b", 4, "4"), ("c", 2, "2")]))
    file = tmp_path / "bars.html"
    file.write_text(page_of([Section("all", "Bars?", ("Yes.",), (figure,))], period="Ever."), encoding="utf-8")
    page = opened(browser, file, viewport=DESKTOP)
    # As painted: what is clipped away is not hit.
    painted = page.evaluate("""
        [...document.querySelectorAll('svg.wide path[fill="var(--first)"]')].map(path => {
            const box = path.getBoundingClientRect()
            const hit = x => document.elementsFromPoint(x, box.top + box.height / 2).includes(path)
            return [box.width, hit(box.right - 2)]
        })
    """)
    shortest = painted[0][0]
    assert [(round(width / shortest, 2), is_whole) for width, is_whole in painted] == [(1, True), (4, True), (2, True)]


# Of each figure: how many pictures it shows beside the first, how many marks and words that one has, how many words
# are too small to read, and which are cut off at its edge.
DRAWN = """
    [...document.querySelectorAll('figure')].map(figure => {
        const [picture, ...others] = [...figure.querySelectorAll('svg')].filter(svg => svg.checkVisibility())
        const frame = picture.getBoundingClientRect()
        const words = [...picture.querySelectorAll('text')]
        const boxes = [...picture.querySelectorAll('path, rect, line')].map(mark => mark.getBoundingClientRect())
        const cut = words.filter(text => {
            const box = text.getBoundingClientRect()
            return box.left < frame.left - 1 || box.right > frame.right + 1 ||
                box.top < frame.top - 1 || box.bottom > frame.bottom + 1
        })
        return {
            id: figure.id,
            others: others.length,
            marks: boxes.filter(box => box.width > 1 && box.height > 1).length,
            words: words.length,
            small: words.filter(text => text.getBoundingClientRect().height < 11).length,
            cut: cut.map(text => text.textContent),
        }
    })
"""


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_large_numbers_and_long_names_are_not_cut(viewport: dict[str, int], browser: Browser, tmp_path: Path) -> None:
    week, long_name = date(2018, 1, 1), "Somebody with a long name, and the Friends of the Orchestra"
    days = [week + timedelta(days=number) for number in range(500)]
    series = {"30 days": [9_000_100 + day for day in range(500)], "1 day": [9_000_000 + day for day in range(500)]}
    hours = [(long_name[:9], str(hour), hour * 1_234_567) for hour in range(24)]
    columns = [str(hour) for hour in range(24)]
    charts: list[Callable[[bool], Spec]] = [
        lambda narrow: pictures.lines(days, series, narrow=narrow),
        lambda narrow: pictures.lines([week], {"30 days": [1], "1 day": [1]}, narrow=narrow),
        lambda narrow: pictures.columns_by_row(
            [(long_name, range(26))], [f"{day:%d %b}*" for day in days[::7][:26]], narrow=narrow
        ),
        lambda narrow: pictures.columns_by_row([(long_name, [12_345_678])], ["1 Jan"], narrow=narrow),
        lambda narrow: pictures.heat_map(hours, rows=[long_name[:9]], columns=columns, unit="plays", narrow=narrow),
        lambda narrow: pictures.shares(
            [("1 Jan · 12,345", "0", 1.0)], rows=["1 Jan · 12,345"], columns="0", narrow=narrow
        ),
        lambda _: pictures.bars([(long_name[:40], 12_345_678, "12,345,678 (100.0\u00a0%)"), ("nobody", 0, "0")]),
        lambda _: pictures.stacked_bars(
            [("regular", {"free": 12_345_678, "paid": 1}), ("new", {"free": 0, "paid": 0})]
        ),
    ]
    table = Table(("number",), [(1,)])
    figures = tuple(Figure(f"n{number}", "A title", "", table, draw) for number, draw in enumerate(charts))
    file = tmp_path / "extremes.html"
    file.write_text(page_of([Section("all", "Does it fit?", ("It does.",), figures)], period="Ever."), encoding="utf-8")
    for figure in opened(browser, file, viewport=viewport).evaluate(DRAWN):
        assert figure["marks"] >= 1, figure
        assert (figure["others"], figure["small"], figure["cut"]) == (0, 0, []), figure


@pytest.mark.parametrize("width", [320, 375, 768, 1200])
def test_nothing_scrolls_sideways(width: int, browser: Browser, file: Path) -> None:
    page = opened(browser, file, viewport={"width": width, "height": 800})
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    wide = "[...document.querySelectorAll('.scroll')].filter(each => each.scrollWidth > each.clientWidth)"
    assert width < 375 or page.evaluate(f"{wide}.map(each => each.getAttribute('aria-labelledby'))") == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_no_fault(viewport: dict[str, int], scheme: str, browser: Browser, file: Path) -> None:
    page = opened(browser, file, viewport=viewport, color_scheme=scheme)
    assert faults(page) == []
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert faults(page) == []


def test_each_table_is_a_download(browser: Browser, file: Path, sections: dict[str, Section]) -> None:
    page = opened(browser, file)
    tables = {figure.slug: figure.table for section in sections.values() for figure in section.figures}
    links = page.locator("a[download]").all()
    assert [link.get_attribute("download") for link in links] == [f"{slug}.csv" for slug in tables]
    for link, table in zip(links, tables.values(), strict=True):
        kind, data = str(link.get_attribute("href")).split(",", 1)
        assert kind == "data:text/csv;charset=utf-8"
        head, *rows = csv.reader(io.StringIO(unquote(data)))
        assert tuple(head) == table.columns
        assert rows == [["" if cell is None else str(cell) for cell in row] for row in table.rows]


def test_dark_is_dark_and_paper_is_white(browser: Browser, file: Path) -> None:
    page = opened(browser, file, color_scheme="dark")
    assert brightness(page, "body", "backgroundColor") < 50 < 200 < brightness(page, "body", "color")
    assert brightness(page, "figure text", "fill") > 140
    page.emulate_media(media="print")
    assert brightness(page, "body", "color") < 50
    assert brightness(page, "figure text", "fill") < 120
    assert not page.locator("details").first.is_visible()


def brightness(page: Page, selector: str, name: str) -> float:
    """Mean of red, green and blue (0 to 255) of a colour of the first element that a selector finds."""
    colour = page.locator(selector).first.evaluate(f"element => getComputedStyle(element).{name}")
    red, green, blue = (float(part) for part in colour.split("(")[1].rstrip(")").split(",")[:3])
    return (red + green + blue) / 3
