"""Whether a run would find anything to do: what it depends on, kept in the catalog when a run has passed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow.fs
from pyiceberg.io.pyarrow import PyArrowFileIO

from sparkify.catalog import entries, open_catalog, s3_properties
from sparkify.errors import UserError
from sparkify.settings import PROJECT, SOURCES, Settings, is_uri

# A property of the namespace of the tables.
PROPERTY = "sparkify.passed"
PROJECT_PARTS = ("dbt_project.yml", "requirements.lock", "models", "macros", "seeds", "tests", "scripts")
SETTINGS = ("SPARKIFY_", "DBT_")
# What a run sets for itself.
OWN_SETTINGS = ("SPARKIFY_GIT_COMMIT", "DBT_SEND_ANONYMOUS_USAGE_STATS")


def inputs(places: Settings) -> str:
    """A digest of what a run depends on, before it begins: raw files, the project's files, and settings."""
    settings = {name: value for name, value in os.environ.items() if name.startswith(SETTINGS)}
    own = [(name, value) for name, value in sorted(settings.items()) if name not in OWN_SETTINGS]
    return _digest(places, own, sorted(_raw_files(places.raw)), list(_project_files()))


def is_passed(places: Settings, before: str) -> bool:
    """Whether a run with these inputs has passed, and the tables are still those that it left."""
    try:
        now = _digest(before, _tables(places))
    # There is no lake yet, or none that can be used: the run says so.
    except UserError:
        return False
    return bool(open_catalog(places.lake).load_namespace_properties(places.schema).get(PROPERTY) == now)


def keep(places: Settings, before: str) -> None:
    """Note that a run with these inputs has passed."""
    passed = _digest(before, _tables(places))
    open_catalog(places.lake).update_namespace_properties(places.schema, updates={PROPERTY: passed})


def _digest(*parts: Any) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _tables(places: Settings) -> list[str]:
    """Where the metadata of each table and view is: another place after each commit."""
    found = entries(open_catalog(places.lake), places.lake, places.schema, f"{places.schema}_staging")
    return [entry.metadata for entry in found]


def _project_files() -> Iterator[tuple[str, bytes]]:
    own = PROJECT / "profiles.yml"
    # The first run makes it of the example.
    yield "profile", (own if own.exists() else PROJECT / "profiles.example.yml").read_bytes()
    for part in PROJECT_PARTS:
        for path in sorted([PROJECT / part, *(PROJECT / part).rglob("*")]):
            if path.is_file() and path.suffix != ".pyc":
                yield str(path.relative_to(PROJECT)), hashlib.sha256(path.read_bytes()).digest()


def _raw_files(raw: str) -> Iterator[tuple[str, int, int]]:
    """Path, size and modification time in nanoseconds of each raw file."""
    for source in SOURCES:
        if is_uri(raw):
            yield from _objects(f"{raw}/{source}")
        else:
            for folder, _, names in os.walk(Path(raw, source), followlinks=True):
                for path in (os.path.join(folder, name) for name in names):
                    # One that is a dead link, or has vanished, is new when it is there.
                    with suppress(OSError):
                        status = os.stat(path)
                        yield path, status.st_size, status.st_mtime_ns


def _objects(place: str) -> Iterator[tuple[str, int, int]]:
    io: Any = PyArrowFileIO(s3_properties())
    scheme, netloc, path = PyArrowFileIO.parse_location(place)
    chosen = pyarrow.fs.FileSelector(path, recursive=True, allow_not_found=True)
    for info in io.fs_by_scheme(scheme, netloc).get_file_info(chosen):
        yield info.path, info.size or 0, info.mtime_ns or 0
