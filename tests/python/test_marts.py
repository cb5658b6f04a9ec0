"""The marts equal an independent computation, row for row, on the real data and on simulated data with dirty rows."""

from __future__ import annotations

from pathlib import Path

import pytest

import marts_oracle
from builds import Lake
from canonical import first_differences

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
