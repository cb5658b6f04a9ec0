"""Lakes that several tests look at are built once a session."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from builds import NO_UNIT_TESTS, Builder, Lake
from shared_data import raw_tree_1943, shared_data
from sparkify.settings import PROJECT
from sparkify.simulate.settings import Settings
from sparkify.simulate.simulate import simulate

if TYPE_CHECKING:
    from athena_endpoints import Endpoints
    from trino_lakes import TrinoBuilder

PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 24, 1, 2
LAKES = ("sample71", "s3part1943", "simulated", "endpoints")
# Begun first, the longest first, so that no process waits for the other one at the end.
LONG = (
    "test_analyses",
    "test_one_catalog",
    "test_cluster_builds",
    "test_s3",
    "test_spark35",
    "test_dbt_commands",
    "test_upkeep",
    "test_publishing",
    "test_little_data",
    "test_hostile",
    "test_crash",
    "test_first_run",
    "test_cluster",
)
# The long ones, and those that build more than the quick tests should; so is what looks at any lake but sample71.
SLOW = (*LONG, "test_histories", "test_independence", "test_marts", "test_moved_lakes", "test_athena", "test_trino")


def pytest_configure(config: pytest.Config) -> None:
    """Let no program that a test starts read files that nobody may read, as root's do."""
    # The tests themselves keep the right, to clear away what PostgreSQL's user left; so do processes of pytest-xdist.
    if sys.platform == "linux" and config.getoption("dist") == "no":
        for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
            ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what takes minutes, and put the files in the order of LONG."""
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if item.path.stem in SLOW or not {"simulated", "s3part1943", "endpoints"}.isdisjoint(fixtures):
            item.add_marker("slow")
    items.sort(key=lambda item: LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG))


class TogetherByLakes(LoadFileScheduling):  # type: ignore[misc]
    """Of tests in two processes: those of a file stay together, and so do all that look at the lakes below."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        text = (PROJECT / file).read_text(encoding="utf-8")
        return "lakes" if any(lake in text for lake in LAKES) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> TogetherByLakes:
    """How pytest-xdist shares out the tests."""
    return TogetherByLakes(config, log)


@pytest.fixture(scope="session")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Builder:
    """dbt on lakes in a scratch folder."""
    return Builder(tmp_path_factory.mktemp("builds"))


@pytest.fixture(scope="session")
def sample71(builder: Builder) -> Lake:
    """The real logs with the usual sample of 71 songs."""
    return builder.build(shared_data(), "sample71", "build", *NO_UNIT_TESTS)


@pytest.fixture(scope="session")
def s3part1943(builder: Builder, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """The real logs with 1,943 songs; the one whose build runs the unit tests."""
    builder.with_marts.add("s3part1943")
    return builder.build(raw_tree_1943(tmp_path_factory.mktemp("raw1943")), "s3part1943")


@pytest.fixture(scope="session")
def dirty_raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Simulated raw data with dirty rows of every kind."""
    raw = tmp_path_factory.mktemp("dirty") / "raw"
    simulate(Settings(raw, events=20_000, users=200, songs=1_600, dirty=0.05))
    return raw


@pytest.fixture(scope="session")
def simulated(builder: Builder, dirty_raw: Path) -> Lake:
    """A lake over simulated data with dirty rows of every kind."""
    builder.with_marts.add("simulated")
    return builder.build(dirty_raw, "simulated", "build", *NO_UNIT_TESTS)


@pytest.fixture(scope="session")
def endpoints(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoints]:
    """A Trino server, and an S3, a Glue and an Athena in front of it."""
    # What they are made of takes seconds to import.
    from athena_endpoints import serve
    from sparkify.compare.engines import CATALOG, RAW_CATALOG
    from sparkify.trino.server import local_catalogs

    scratch = tmp_path_factory.mktemp("endpoints")
    (scratch / "lake").mkdir()
    with serve(scratch, local_catalogs(scratch / "lake", CATALOG, RAW_CATALOG)) as running:
        yield running


@pytest.fixture(scope="session")
def trino(endpoints: Endpoints, tmp_path_factory: pytest.TempPathFactory) -> TrinoBuilder:
    """dbt on lakes in the local catalog of the Trino server."""
    from trino_lakes import TrinoBuilder

    return TrinoBuilder(endpoints.trino, endpoints.scratch / "lake", tmp_path_factory.mktemp("trino"))
