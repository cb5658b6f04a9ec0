"""Which snapshot of each table a run left, from Iceberg's history and what runs write into their commits."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from pyiceberg.catalog import Catalog
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot

from sparkify import lake
from sparkify.errors import UserError

# A table property, set by `sparkify maintain`: before this time (epoch milliseconds) snapshots are missing.
KEPT_SINCE = "sparkify.kept-since"


# What people or a run's end add to.
LEFT_ALONE = ("run_ledger", "erased_users", "snapshot_states")


@dataclass
class Run:
    """A run that wrote something: id, command, first and last commit (epoch milliseconds), why it built which table."""

    name: str
    command: str
    start: int
    end: int
    reasons: dict[str, str] = field(default_factory=dict)


class MissingError(UserError):
    """The snapshot that was current at some time has been expired."""


def all_tables(place: str, schema: str) -> list[Table]:
    """Every table of a lake, intermediate ones too."""
    return [found.table for name in (schema, f"{schema}_staging") for found in lake.tables(place, name).values()]


def is_aside(table: Table) -> bool:
    """Whether it is what a run that was killed had not finished (statements_of in macros/storage/table.sql)."""
    return table.name()[-1].endswith("__new")


def is_built(table: Table) -> bool:
    """Whether runs replace its rows, so that a restore puts it back."""
    return table.name()[-1] not in LEFT_ALONE and not is_aside(table) and bool(table.metadata.snapshot_log)


def state(table: Table, snapshot: Snapshot) -> dict[str, Any] | None:
    """What a run says of itself in a commit (commit in macros/storage/plan.sql)."""
    said = snapshot.summary and snapshot.summary.additional_properties.get(f"sparkify.{table.name()[-1]}")
    said = said or _said_by_trino(table.catalog, table.name()[0]).get(snapshot.snapshot_id)
    return json.loads(said) if said else None


@lru_cache(maxsize=2)
def _said_by_trino(catalog: Catalog, schema: str) -> dict[int, str]:
    """What runs of Trino say, by snapshot (macros/storage/trino.sql)."""
    name = (f"{schema.removesuffix('_staging')}_staging", "snapshot_states")
    if not catalog.table_exists(name):
        return {}
    return {row["snapshot_id"]: row["state"] for row in catalog.load_table(name).scan().to_arrow().to_pylist()}


def runs(tables: list[Table]) -> list[Run]:
    """The runs of which there are still commits, oldest first."""
    found: dict[str, Run] = {}
    for table in filter(is_built, tables):
        for snapshot in table.snapshots():
            if said := state(table, snapshot):
                run = found.setdefault(said["run"], Run(said["run"], said["command"], snapshot.timestamp_ms, 0))
                run.start = min(run.start, snapshot.timestamp_ms)
                run.end = max(run.end, snapshot.timestamp_ms)
                run.reasons[table.name()[-1]] = said["reason"]
    return sorted(found.values(), key=lambda run: run.end)


def as_of(table: Table, time: int) -> Snapshot | None:
    """The snapshot that was current at a time; None if the table did not exist. MissingError if it is there no more."""
    log = table.metadata.snapshot_log
    before = [entry.snapshot_id for entry in log if entry.timestamp_ms <= time]
    if int(table.properties.get(KEPT_SINCE, "0")) <= time:
        if before:
            return table.snapshot_by_id(before[-1])
        first = table.snapshot_by_id(log[0].snapshot_id) if log else None
        if first is not None and first.sequence_number == 1 and first.timestamp_ms == log[0].timestamp_ms:
            return None
    raise MissingError(f"{table.name()[-1]} has no snapshot of that time any more.")
