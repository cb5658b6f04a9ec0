"""Put every table of the lake back to what it was after an earlier run.

Runs can be restored as long as their snapshots are there (scripts/maintain says how long). Raw files that arrived since
then are built in again by the next run: take away or correct what was wrong with them first. No run may be under way.
"""

from __future__ import annotations

import argparse
import sys
from datetime import datetime, timezone

from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot
from pyiceberg.table.update import SetCurrentSchemaUpdate

from sparkify import settings
from sparkify.catalog import open_catalog
from sparkify.errors import UserError
from sparkify.snapshots import MissingError, Run, all_tables, as_of, is_built, runs


def parser() -> argparse.ArgumentParser:
    """Command line of scripts/restore."""
    arguments = argparse.ArgumentParser(
        prog="scripts/restore", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    what = arguments.add_mutually_exclusive_group(required=True)
    what.add_argument("--list", action="store_true", help="the runs that can be restored, the newest first")
    what.add_argument("--run", help="id of the run whose tables come back, as --list shows it")
    arguments.add_argument("--lake", help="folder or s3 URI of the tables (default: SPARKIFY_LAKE, or lake/)")
    return arguments


def main(argv: list[str] | None = None) -> int:
    """0 if the tables are back, 2 if the run can't be restored; then nothing was changed."""
    options = parser().parse_args(argv)
    try:
        places = settings.resolve(lake=options.lake)
        tables = restored_tables(places.lake, places.schema)
        if options.list:
            for run in reversed(restorable(tables)):
                print(described(run))
            return 0
        changed, dropped = restore(places.lake, tables, options.run)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"The tables are as they were after {options.run}; {changed} had changed since.")
    if dropped:
        print(f"Dropped, as they did not exist then: {', '.join(dropped)}.")
    return 0


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


def restore(place: str, tables: list[Table], name: str) -> tuple[int, list[str]]:
    """Make the snapshots as of a run's end the current ones; how many tables that changed, and which are dropped.

    Repeated, it goes on where it was stopped.
    """
    run = next((run for run in runs(tables) if run.name == name), None)
    if run is None:
        raise UserError(f"{name} is no run that can be restored; ./scripts/restore --list names them.")
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


if __name__ == "__main__":
    sys.exit(main())
