"""Put every table of the lake back to what it was after an earlier run.

Runs can be restored as long as their snapshots are there (scripts/maintain --keep). Raw files that arrived since then
are built in again by the next run: take away or correct what was wrong with them first.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from pyiceberg.table import Table

from sparkify import settings
from sparkify.errors import UserError
from sparkify.maintain import all_tables

# What people or a run's end add to, and no run replaces.
LEFT_ALONE = ("run_ledger", "erased_users")


@dataclass
class Run:
    """One run: its id, when it wrote first (epoch milliseconds), its command, and why it built which table."""

    name: str
    at: int
    command: str
    reasons: dict[str, str] = field(default_factory=dict)


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
    """0 if the tables are back, 2 if there is no such run."""
    options = parser().parse_args(argv)
    try:
        places = settings.resolve(lake=options.lake)
        tables = [table for table in all_tables(places.lake, places.schema) if table.name()[-1] not in LEFT_ALONE]
        runs = restorable(tables)
        if options.list:
            for run in reversed(runs):
                at = datetime.fromtimestamp(run.at / 1000, tz=timezone.utc)
                built = ", ".join(f"{table} ({reason})" for table, reason in sorted(run.reasons.items()))
                print(f"{run.name}  {at:%Y-%m-%d %H:%M:%S} UTC  {run.command}  {len(run.reasons)} tables: {built}")
            return 0
        if options.run not in [run.name for run in runs]:
            raise UserError(f"{options.run} is no run that can be restored; ./scripts/restore --list names them.")
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    restore(tables, options.run)
    print(f"The tables are as they were after {options.run}.")
    return 0


def restorable(tables: list[Table]) -> list[Run]:
    """The runs as of which every table still has a snapshot, oldest first."""
    runs: dict[str, Run] = {}
    oldest = []
    for table in tables:
        states = _states(table)
        oldest.append(min((state["run"] for _, _, state in states), default="~"))
        for _, at, state in states:
            run = runs.setdefault(state["run"], Run(state["run"], at, state["command"]))
            run.reasons[table.name()[-1]] = state["reason"]
    return sorted((run for run in runs.values() if run.name >= max(oldest)), key=lambda run: run.name)


def restore(tables: list[Table], run: str) -> None:
    """Make the newest snapshot as of a run the current one, table by table; repeated, it goes on where it was stopped."""
    for table in tables:
        newest = max((at, snapshot) for snapshot, at, state in _states(table) if state["run"] <= run)
        if newest[1] != table.metadata.current_snapshot_id:
            table.manage_snapshots().set_current_snapshot(newest[1]).commit()


def _states(table: Table) -> list[tuple[int, int, dict[str, Any]]]:
    """Snapshot, time and what the run says of itself, of each commit of a run (macros/storage/plan.sql)."""
    key = f"sparkify.{table.name()[-1]}"
    return [
        (snapshot.snapshot_id, snapshot.timestamp_ms, json.loads(snapshot.summary[key] or "{}"))
        for snapshot in table.snapshots()
        if snapshot.summary is not None and snapshot.summary.additional_properties.get(key)
    ]


if __name__ == "__main__":
    sys.exit(main())
