"""A metastore in PostgreSQL, which several servers share.

Its user and password come from the environment and are kept for as long as the cluster runs, in a file of its folder
that nobody else may read. They are in no argument of a process and in no log.
"""

from __future__ import annotations

import os
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from sparkify.cluster import spark
from sparkify.cluster.files import properties, write_private
from sparkify.cluster.folder import Folder
from sparkify.cluster.jars import Packages
from sparkify.errors import UserError

DRIVER = Packages("PostgreSQL's driver", "org.postgresql:postgresql:42.7.14")
USER, PASSWORD = "SPARKIFY_METASTORE_USER", "SPARKIFY_METASTORE_PASSWORD"
SCHEMA_TOOL = "org.datanucleus.store.schema.SchemaTool"


@dataclass(frozen=True)
class PostgreSQL:
    """A metastore at a JDBC URL."""

    url: str
    user: str = field(default_factory=lambda: os.environ.get(USER, ""))
    password: str = field(default_factory=lambda: os.environ.get(PASSWORD, ""), repr=False)
    packages: tuple[Packages, ...] = (DRIVER,)

    def check(self) -> None:
        """UserError for credentials in the wrong place, or in none."""
        if not self.url.startswith("jdbc:postgresql:"):
            raise UserError("--metastore must be derby or a URL such as jdbc:postgresql://127.0.0.1:5432/metastore.")
        if any(part in self.url.lower() for part in ("user=", "password=", "@")):
            raise UserError(f"Everybody here can read --metastore: leave user and password to {USER} and {PASSWORD}.")
        if not self.user or not self.password:
            raise UserError(f"A metastore in PostgreSQL needs {USER} and {PASSWORD} in the environment.")

    def make_tables(self, folder: Folder, environment: dict[str, str]) -> None:
        """Make those of the metastore's own tables that are missing; the environment's class path has the driver."""
        log = folder.log("metastore")
        options = folder.settings / "metastore.properties"
        # By the mapping in Hive's jar, and with names in the style that Hive asks for.
        style = {"datanucleus.identifierFactory": "datanucleus1"}
        write_private(options, properties(self._hive_settings() | style))
        mapping = _mapping(Path(environment["SPARK_HOME"]), folder)
        tool = ("--class", SCHEMA_TOOL, "spark-internal", "-create", "-api", "JDO")
        done = spark.submit(environment, log, *tool, "-props", str(options), str(mapping))
        options.unlink()
        if not done:
            raise UserError(f"The metastore {self.url} can't be used; {log} says why.")

    def spark_settings(self) -> dict[str, str]:
        """Spark's settings for it, once it has its tables."""
        return {f"spark.hadoop.{name}": value for name, value in self._hive_settings().items()} | {
            # Hive would make each table when it is first needed, and deadlock with itself at it.
            "spark.hadoop.datanucleus.schema.autoCreateAll": "false",
            # Its record of the schema's version is made by a tool of Hive's that Spark does not have.
            "spark.hadoop.hive.metastore.schema.verification": "false",
        }

    def _hive_settings(self) -> dict[str, str]:
        return {
            "javax.jdo.option.ConnectionURL": self.url,
            "javax.jdo.option.ConnectionDriverName": "org.postgresql.Driver",
            "javax.jdo.option.ConnectionUserName": self.user,
            "javax.jdo.option.ConnectionPassword": self.password,
        }


def _mapping(home: Path, folder: Folder) -> Path:
    (jar,) = home.glob("jars/hive-metastore-*.jar")
    with zipfile.ZipFile(jar) as archive:
        return Path(archive.extract("package.jdo", folder.scratch))
