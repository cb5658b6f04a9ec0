"""However the files arrive, the tables end as if all had been there from the start."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import oracle
from builds import MARTS, Builder, Lake
from histories import draw
from shared_data import shared_data
from sparkify.canonical import first_differences

# Half a minute each. More of them: SPARKIFY_HISTORIES=100 ./scripts/test -k histories
DRAWN = range(int(os.environ.get("SPARKIFY_HISTORIES", "2")))


@pytest.fixture(scope="module")
def days() -> dict[str, list[bytes]]:
    """The events of the real month, by file."""
    logs = shared_data() / "log_data"
    return {path.stem: path.read_bytes().splitlines() for path in sorted(logs.rglob("*.json"))}


@pytest.mark.parametrize("seed", DRAWN)
def test_any_history_ends_in_the_same_tables(
    seed: int, builder: Builder, days: dict[str, list[bytes]], tmp_path: Path
) -> None:
    lake = Lake(raw=tmp_path / "raw", folder=tmp_path / "lake", schema=f"history{seed}", catalog=builder.catalog)
    for source in ("log_data", "song_data"):
        (lake.raw / source).mkdir(parents=True)
    for number, batch in enumerate(draw(seed, days).batches):
        for delivery in batch:
            delivery.write(lake.raw)
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
