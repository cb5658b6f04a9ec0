"""What lies in a lake's folder and belongs to no version that a table may show."""

from __future__ import annotations

from pathlib import Path

from sparkify.lake import published_runs, table_as_of

BOOKKEEPING = ("published", "manifests", "erased_users")


def orphans(lake: Path, schema: str) -> list[str]:
    """Files and folders that nothing refers to, relative to the folder of the versions."""
    versions = lake / f"{schema}_versions"
    needed: set[Path] = set()
    for table, runs in published_runs(str(lake), schema).items():
        for run in runs:
            needed.update(table_as_of(str(lake), schema, table, run).files)
    found = []
    for path in versions.rglob("*"):
        inside = path.relative_to(versions)
        is_unfinished = any(part.startswith((".spark", "_temporary")) for part in inside.parts)
        is_data = path.suffix == ".parquet" and inside.parts[0] not in BOOKKEEPING
        if is_unfinished or (is_data and path not in needed):
            found.append(str(inside))
    folders_in_use = {path.relative_to(versions).parts[0] for path in needed}
    expected = {*folders_in_use, *_folders_of_newest(lake, schema), *BOOKKEEPING, "garbage", "open_runs"}
    found.extend(path.name for path in versions.iterdir() if path.name not in expected)
    found.extend(str(path.relative_to(versions)) for path in versions.glob("garbage/*") if path.is_dir())
    return sorted(found)


def _folders_of_newest(lake: Path, schema: str) -> set[str]:
    """A version without rows has no files; the folder that its table points at is needed all the same."""
    return {f"{table}__{run}" for table, runs in published_runs(str(lake), schema).items() for run in runs}
