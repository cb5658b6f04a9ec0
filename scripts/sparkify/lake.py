"""The tables of a lake, read by PyIceberg and DuckDB: no server, no JVM. What is seen is one snapshot of each table."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import duckdb
import pyarrow
import pyarrow.dataset
import pyarrow.parquet
import sqlglot
from pyiceberg.expressions import AlwaysTrue
from pyiceberg.io.pyarrow import ArrowScan, PyArrowFileIO, pyarrow_to_schema, schema_to_pyarrow
from pyiceberg.schema import Schema
from pyiceberg.table import FileScanTask, Table

from sparkify.catalog import CATALOG, Entry, check_place, entries, no_tables, open_catalog, view_sql
from sparkify.errors import UserError
from sparkify.figures import TableFigures
from sparkify.settings import is_uri


@dataclass(frozen=True)
class LakeTable:
    """The current snapshot of one table."""

    name: str
    table: Table

    @cached_property
    def tasks(self) -> list[FileScanTask]:
        """Its data files, and which files say what of them is deleted."""
        try:
            return list(self.table.scan().plan_files())
        # Deletes by value, which Flink writes, are unknown to PyIceberg.
        except (OSError, ValueError) as error:
            raise UserError(f"The table {self.name} can't be read: {_sentence(error)}.") from error

    @property
    def files(self) -> list[str]:
        """Paths or URIs of its data files."""
        return sorted(task.file.file_path.removeprefix("file:") for task in self.tasks)

    @property
    def bytes(self) -> int:
        """Size of its data files together."""
        return sum(task.file.file_size_in_bytes for task in self.tasks)

    @property
    def place(self) -> str:
        """The folder or URI that it lies in."""
        return self.table.location().removeprefix("file:")

    def parts(self) -> tuple[list[FileScanTask], list[FileScanTask]]:
        """Files that have the table's columns and all their rows, and those that only PyIceberg reads right."""
        metadata = self.table.metadata
        whole = [task for task in self.tasks if not task.delete_files]
        if len(metadata.schemas) > 1 or metadata.current_schema_id or metadata.name_mapping():
            # There were other columns once.
            with ThreadPoolExecutor(16) as pool:
                alike = list(pool.map(self._has_its_columns, whole))
            whole = [task for task, is_alike in zip(whole, alike, strict=True) if is_alike]
        known = {task.file.file_path for task in whole}
        return whole, [task for task in self.tasks if task.file.file_path not in known]

    def _has_its_columns(self, task: FileScanTask) -> bool:
        with self.table.io.new_input(task.file.file_path).open() as file:
            found: Schema | None
            try:
                found = pyarrow_to_schema(pyarrow.parquet.read_schema(file))
            # Its columns have no ids, or types that Iceberg lacks.
            except (TypeError, ValueError):
                return False
        columns = {field.field_id: (field.name, field.field_type) for field in found.fields}
        return all(
            columns.get(field.field_id) == (field.name, field.field_type) for field in self.table.schema().fields
        )


def tables(lake: str, schema: str) -> dict[str, LakeTable]:
    """The tables of one schema of a lake by name."""
    catalog = open_catalog(lake)
    found = [entry for entry in entries(catalog, lake, schema.removesuffix("_staging")) if entry.schema == schema]
    return {}
