"""Puts every table of a lake back to what it was after an earlier run."""

from __future__ import annotations

from datetime import datetime, timezone

from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot
from pyiceberg.table.update import SetCurrentSchemaUpdate

from sparkify import settings
from sparkify.catalog import open_catalog
from sparkify.errors import UserError
from sparkify.snapshots import MissingError, Run, all_tables, as_of, is_built, runs


def show(lake: str | None) -> None:
    """Print the runs that can be restored, the newest first."""
    places = settings.resolve(lake=lake)
    for run in reversed(restorable(restored_tables(places.lake, places.schema))):
        print(described(run))


def restore(lake: str | None, name: str) -> None:
    """Restore the tables as of a run, and say what changed; UserError, and no change, if that can't be."""
    places = settings.resolve(lake=lake)
    changed, dropped = put_back(places.lake, restored_tables(places.lake, places.schema), name)
    print(f"The tables are as they were after {name}; {changed} had changed since.")
    if dropped:
        print(f"Dropped, as they did not exist then: {', '.join(dropped)}.")


def described(run: Run) -> str:
    """A run in a line: id, start, command, and why it built which table."""
    at = datetime.fromtimestamp(run.start / 1000, tz=timezone.utc)
    built = ", ".join(f"{table} ({reason})" for table, reason in sorted(run.reasons.items()))
    return f"{run.name}  {at:%Y-%m-%d %H:%M:%S} UTC  {run.command}  {len(run.reasons)} tables: {built}"


def restored_tables(place: str, schema: str) -> list[Table]:
    """The tables that a restore puts back."""
    return [table for table in all_tables(place, schema) if is_built(table)]


def restorable(tables: list[Table]) -> list[Run]:
    """The runs as of which every table still has its snapshot, oldest first."""
    return [run for run in runs(tables) if _is_there(tables, run)]


def _is_there(tables: list[Table], run: Run) -> bool:
    try:
        for table in tables:
            as_of(table, run.end)
    except MissingError:
        return False
    return True


def put_back(place: str, tables: list[Table], name: str) -> tuple[int, list[str]]:
    """Make the snapshots as of a run's end the current ones; how many tables that changed, and which are dropped.

    Repeated, it goes on where it was stopped.
    """
    run = next((run for run in runs(tables) if run.name == name), None)
    if run is None:
        raise UserError(f"{name} is no run that can be restored; sparkify restore --list names them.")
    try:
        found = [(table, as_of(table, run.end)) for table in tables]
    except MissingError as error:
        raise UserError(f"{name} can't be restored any more: {error}") from error
    changed = 0
    for table, snapshot in found:
        if snapshot is not None and snapshot.snapshot_id != table.metadata.current_snapshot_id:
            _set_current(table, snapshot)
            changed += 1
    dropped = [table for table, snapshot in found if snapshot is None]
    for table in dropped:
        open_catalog(place).drop_table(table.name())
    return changed, [table.name()[-1] for table in dropped]


def _set_current(table: Table, snapshot: Snapshot) -> None:
    """Go to a snapshot, with the columns of its time. Those a model has now would be missing in its files."""
    with table.transaction() as transaction:
        if snapshot.schema_id not in (None, table.metadata.current_schema_id):
            transaction._stage((SetCurrentSchemaUpdate.model_validate({"schema-id": snapshot.schema_id}),))
        update, requirement = transaction._set_ref_snapshot(snapshot.snapshot_id, "main", "branch")
        transaction._stage(update, requirement)
