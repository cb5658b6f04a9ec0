"""However the files arrive, the tables end as if all had been there from the start."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import oracle
from builds import MARTS, Builder, Lake
from histories import arrive, real_days
from sparkify.canonical import first_differences

# Half a minute each. More of them: SPARKIFY_HISTORIES=100 ./scripts/test -k histories
DRAWN = range(int(os.environ.get("SPARKIFY_HISTORIES", "1")))


@pytest.mark.parametrize("seed", DRAWN)
def test_any_history_ends_in_the_same_tables(seed: int, builder: Builder, tmp_path: Path) -> None:
    lake = Lake(raw=tmp_path / "raw", folder=tmp_path / "lake", schema=f"history{seed}", catalog=builder.catalog)
    for number in arrive(seed, real_days(), lake.raw):
        # Views are there after the first run.
        left_out = ("--exclude", MARTS, "config.materialized:view") if number else ()
        assert builder.dbt(lake, "run", *left_out)
    expected = oracle.compute(lake.raw)
    for table in oracle.COLUMNS:
        assert first_differences(expected.tables[table], lake.rows(table)) == "", table
    # One file a day, however many runs wrote it.
    assert len(lake.files("songplays")) == len({row[10] for row in lake.rows("songplays")})
    if seed % 10 == 0:
        incremental = {table: lake.rows(table) for table in oracle.COLUMNS}
        assert builder.dbt(lake, "run", "--full-refresh")
        for table in oracle.COLUMNS:
            assert first_differences(incremental[table], lake.rows(table)) == "", table
