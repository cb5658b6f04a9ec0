"""The marts equal an independent computation, row for row, on the real data and on simulated data with dirty rows."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

import marts_oracle
from builds import Builder, Lake
from shared_data import shared_data
from sparkify.canonical import first_differences

LAKES = ("s3part1943", "simulated")


@pytest.fixture(scope="module")
def known() -> dict[Path, marts_oracle.Facts]:
    """What the oracle reads, once for each raw folder."""
    return {}


@pytest.mark.parametrize("mart", marts_oracle.MARTS)
@pytest.mark.parametrize("name", LAKES)
def test_mart_equals_the_oracle(
    name: str, mart: str, request: pytest.FixtureRequest, known: dict[Path, marts_oracle.Facts]
) -> None:
    lake: Lake = request.getfixturevalue(name)
    if lake.raw not in known:
        known[lake.raw] = marts_oracle.facts(lake.raw)
    expected = list(marts_oracle.MARTS[mart](known[lake.raw]))
    assert expected
    assert first_differences(expected, lake.all_rows(mart)) == ""


def deliver(raw: Path, name: str, lines: list[bytes]) -> None:
    """A raw log file of some lines."""
    file = raw / "log_data" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"\n".join(lines))


def moved(line: bytes, milliseconds: int) -> bytes:
    """The event at another time."""
    event = json.loads(line)
    event["ts"] += milliseconds
    return json.dumps(event).encode()


def test_marts_of_late_events_equal_the_oracle_and_other_days_stay(builder: Builder, tmp_path: Path) -> None:
    days = {path.stem[:10]: path.read_bytes().splitlines() for path in shared_data().glob("log_data/*/11/2018-11-0*")}
    lake = builder.lake(tmp_path / "raw", "late_events")
    (lake.raw / "song_data").mkdir(parents=True)
    for day, lines in days.items():
        if day != "2018-11-05":
            deliver(lake.raw, f"{day}.json", lines[::2] if day == "2018-11-03" else lines)
    builder.with_marts.add(lake.schema)
    assert builder.dbt(lake, "run")
    before = files_of_days(lake)

    deliver(lake.raw, "late/2018-11-03.json", days["2018-11-03"][1::2])
    deliver(lake.raw, "late/2018-11-05.json", days["2018-11-05"])
    # Corrected: a few events happened weeks later, so that their sessions now end in another month.
    deliver(lake.raw, "late/2018-11-07.json", [moved(line, 30 * 86_400_000) for line in days["2018-11-07"][5:9]])
    assert builder.dbt(lake, "run", "--exclude=config.materialized:view")

    known = marts_oracle.facts(lake.raw)
    for mart, compute in marts_oracle.MARTS.items():
        assert first_differences(compute(known), lake.all_rows(mart)) == "", mart
    after = files_of_days(lake)
    assert {day for day in before if after[day] == before[day]} >= {date(2018, 11, 1), date(2018, 11, 8)}
    assert {day for day in after if after[day] != before.get(day)} >= {date(2018, 11, 3), date(2018, 11, 5)}


def files_of_days(lake: Lake) -> dict[date, set[Path]]:
    """The files of each day of int_plays; a day that is written gets new ones."""
    days: dict[date, set[Path]] = defaultdict(set)
    for file in lake.files("int_plays"):
        days[date.fromisoformat(file.parent.name.removeprefix("event_date="))].add(file)
    return days
