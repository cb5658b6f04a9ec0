"""The project's vars: what they change, and the sentences about values that can't be."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
import yaml

import oracle
from builds import Builder, Lake
from sparkify.canonical import first_differences
from sparkify.settings import PROJECT


def test_a_tolerance_matches_the_nearest_song(builder: Builder, s3part1943: Lake) -> None:
    lake = builder.build(
        s3part1943.raw, "tolerant", "run", "--select=+songplays", "--vars", "{song_match_tolerance_seconds: 100}"
    )
    plays = lake.rows("songplays")
    expected = oracle.compute(lake.raw, duration_tolerance=100).tables["songplays"]
    assert first_differences(expected, plays) == ""
    assert sum(row[4] is not None for row in plays) == 41


def test_a_window_of_events_quarantines_what_lies_outside(builder: Builder, sample71: Lake) -> None:
    window = "{earliest_event: 2018-11-02, latest_event: 2018-11-30}"
    lake = builder.build(sample71.raw, "window", "run", "--select=+songplays", "--vars", window)
    inside = [row for row in sample71.rows("songplays") if "2018-11-02" <= str(row[10]) < "2018-11-30"]
    # Listeners registered before the first day.
    assert len(inside) == 6820 - 11 - 330
    assert first_differences(inside, lake.rows("songplays")) == ""


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("{earliest_event: 2100-01-01}", "earliest_event (2100-01-01) is not before latest_event"),
        ("{song_match_tolerance_seconds: -1}", "song_match_tolerance_seconds is -1; give a number, 0 or more."),
        ("{song_match_tolerance_seconds: near}", "song_match_tolerance_seconds is near; give a number, 0 or more."),
        ("{small_raw_bytes: -1}", "small_raw_bytes is -1; give a number, 0 or more."),
        ("{valid_play_seconds: -1}", "valid_play_seconds is -1; give a number, 0 or more."),
        ("{max_line_bytes: many}", "max_line_bytes is many; give a number, 0 or more."),
        ("{chart_sise: 5}", "There is no var chart_sise; there are backfill_from, backfill_to, chart_size, earliest"),
        ("{segment_dormant_days: 30}", "segment_dormant_days is not less than segment_window_days"),
        ("{segment_devoted_days: 31}", "segment_devoted_days and segment_window_days must not fall"),
        ("{recommendations: 0}", "recommendations is 0; give a whole number, 1 or more."),
    ],
)
def test_a_contradiction_is_said(
    settings: str, said: str, builder: Builder, sample71: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not builder.dbt(sample71, "run", "--select=users", "--vars", settings)
    assert said in capsys.readouterr().out


def test_every_var_is_known() -> None:
    declared = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    text = (PROJECT / "macros" / "runs" / "check_settings.sql").read_text(encoding="utf-8")
    assert [name for name in declared if f"'{name}'" not in text] == []


def test_freshness_is_the_arrival_of_the_newest_file(builder: Builder, dirty_raw: Path) -> None:
    # Nothing has made the external tables yet.
    assert builder.dbt(builder.lake(dirty_raw, "freshness"), "source", "freshness")
    report = json.loads((builder.scratch / "target" / "sources.json").read_text(encoding="utf-8"))
    (result,) = report["results"]
    newest = max(path.stat().st_mtime for path in (dirty_raw / "log_data").rglob("*.json"))
    assert (result["unique_id"], result["status"]) == ("source.sparkify.raw.log_data", "pass")
    assert datetime.fromisoformat(result["max_loaded_at"].replace("Z", "+00:00")).timestamp() == pytest.approx(
        newest, abs=1
    )
