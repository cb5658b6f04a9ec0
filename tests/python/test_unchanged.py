"""A run that has nothing to do is told from one that has, by everything that it depends on."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pyarrow
import pytest

import small_lakes
from sparkify import settings, unchanged
from sparkify.catalog import open_catalog
from sparkify.settings import Settings


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A project, a raw folder, and a lake, as a run has left them that passed."""
    for source in ("log_data", "song_data"):
        (tmp_path / "raw" / source).mkdir(parents=True)
        (tmp_path / "raw" / source / "a.json").write_text("{}")
    project = tmp_path / "project"
    (project / "models").mkdir(parents=True)
    (project / "models" / "users.sql").write_text("select 1")
    (project / "profiles.example.yml").write_bytes((settings.PROJECT / "profiles.example.yml").read_bytes())
    monkeypatch.setattr(unchanged, "PROJECT", project)
    lake = tmp_path / "lake"
    lake.mkdir()
    small_lakes.new_table(small_lakes.new_lake(str(lake)), "users", pyarrow.table({"user_id": [1]}))
    found = Settings(str(tmp_path / "raw"), str(lake), "sparkify")
    unchanged.keep(found, unchanged.inputs(found))
    return found


def is_passed(places: Settings) -> bool:
    return unchanged.is_passed(places, unchanged.inputs(places))


def test_nothing_new(places: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_passed(places)
    # What the first run makes, and what a run sets.
    project = Path(places.raw).parent / "project"
    (project / "profiles.yml").write_bytes((project / "profiles.example.yml").read_bytes())
    monkeypatch.setenv("SPARKIFY_GIT_COMMIT", "1")
    assert is_passed(places)


def table(places: Settings, project: Path) -> None:
    catalog = open_catalog(places.lake)
    catalog.load_table("sparkify.users").append(pyarrow.table({"user_id": [2]}))


CHANGES: dict[str, Callable[[Settings, Path], object]] = {
    "a new file": lambda places, project: Path(places.raw, "log_data", "b.json").write_text("{}"),
    "a newer file": lambda places, project: os.utime(Path(places.raw, "log_data", "a.json")),
    "a file less": lambda places, project: Path(places.raw, "song_data", "a.json").unlink(),
    "a model": lambda places, project: (project / "models" / "users.sql").write_text("select 2"),
    "a profile": lambda places, project: (project / "profiles.yml").write_text("mine"),
    "a setting": lambda places, project: os.environ.update({"SPARKIFY_DRIVER_MEMORY": "4g"}),
    "a table": table,
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of(change: str, places: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARKIFY_DRIVER_MEMORY", "2g")
    unchanged.keep(places, unchanged.inputs(places))
    assert is_passed(places)
    CHANGES[change](places, Path(places.raw).parent / "project")
    assert not is_passed(places)


def test_another_lake_has_not_passed(places: Settings, tmp_path: Path) -> None:
    assert not is_passed(Settings(places.raw, str(tmp_path / "none"), "sparkify"))
