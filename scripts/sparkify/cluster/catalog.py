"""The Iceberg catalog of a Thrift Server, reached by JDBC: an SQLite file, or PostgreSQL, which several servers share.

User and password of PostgreSQL come from the environment and are kept for as long as the cluster runs, in a file of its
folder that nobody else may read. They are in no argument of a process and in no log.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from sparkify import settings
from sparkify.errors import UserError
from sparkify.settings import CATALOG_PASSWORD, CATALOG_USER


@dataclass(frozen=True)
class Catalog:
    """A catalog at a JDBC URL."""

    url: str
    user: str = field(default_factory=lambda: os.environ.get(CATALOG_USER, ""))
    password: str = field(default_factory=lambda: os.environ.get(CATALOG_PASSWORD, ""), repr=False)

    @property
    def is_file(self) -> bool:
        """Whether it is an SQLite file."""
        return self.url.startswith("jdbc:sqlite:")

    def check(self) -> None:
        """UserError for another kind of catalog, and for credentials in the wrong place, or in none."""
        if self.is_file:
            return
        if not self.url.startswith("jdbc:postgresql://"):
            raise UserError("--catalog must be a URL such as jdbc:postgresql://127.0.0.1:5432/catalog.")
        if any(part in self.url.lower() for part in ("user=", "password=", "@")):
            raise UserError(
                f"Everybody here can read --catalog: leave user and password to {CATALOG_USER} and {CATALOG_PASSWORD}."
            )
        if not self.user or not self.password:
            raise UserError(f"A catalog in PostgreSQL needs {CATALOG_USER} and {CATALOG_PASSWORD} in the environment.")

    def prepare(self) -> None:
        """Make what is missing: its own tables, and the namespace `default`, by which each session begins."""
        # Both take a while to import.
        from pyiceberg.catalog.sql import SqlCatalog
        from sqlalchemy.exc import SQLAlchemyError

        if self.is_file:
            Path(self.url.removeprefix("jdbc:sqlite:")).parent.mkdir(parents=True, exist_ok=True)
        try:
            catalog = SqlCatalog("lake", uri=settings.sqlalchemy_uri(self.url, self.user, self.password))
            catalog.create_namespace_if_not_exists("default")
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
            raise UserError(
                f"The catalog {self.url} can't be used ({reason}); correct --catalog or {CATALOG_USER}."
            ) from error

    def spark_settings(self, lake: str) -> dict[str, str]:
        """Spark's settings for it, with the tables of a lake."""
        connection = (
            {}
            if self.is_file
            else {
                "jdbc.user": self.user,
                "jdbc.password": self.password,
                # Each session has a connection of its own, which Iceberg leaves open: dbt alone opens hundreds, and
                # PostgreSQL has one hundred. It closes the idle ones, and Iceberg connects again.
                "jdbc.options": "-c idle_session_timeout=5s",
                "retryable_status_codes": "57P05",
            }
        )
        return {
            "spark.sql.catalog.lake": "org.apache.iceberg.spark.SparkCatalog",
            "spark.sql.catalog.lake.type": "jdbc",
            "spark.sql.catalog.lake.uri": self.url,
            "spark.sql.catalog.lake.jdbc.schema-version": "V1",
            # Other engines know files on S3 by this name alone.
            "spark.sql.catalog.lake.warehouse": lake.replace("s3a://", "s3://"),
            # Java closes its end of them when it clears away the session.
            "spark.cleaner.periodicGC.interval": "15s",
        } | {f"spark.sql.catalog.lake.{name}": value for name, value in connection.items()}
