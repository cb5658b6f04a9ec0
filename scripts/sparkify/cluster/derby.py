"""The embedded metastore, which one server has for itself: the same as that of the local target."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sparkify import metastore
from sparkify.cluster.folder import Folder
from sparkify.cluster.jars import Packages


@dataclass(frozen=True)
class Derby:
    """A metastore in a folder."""

    place: str
    # It comes with Spark.
    packages: tuple[Packages, ...] = ()

    def check(self) -> None:
        """UserError if another process has it open."""
        metastore.check_free(Path(self.place))

    def make_tables(self, folder: Folder, environment: dict[str, str]) -> None:
        """Nothing: Hive makes them in Derby when it first opens it."""

    def spark_settings(self) -> dict[str, str]:
        """Spark's settings for it."""
        return {"spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={self.place};create=true"}
