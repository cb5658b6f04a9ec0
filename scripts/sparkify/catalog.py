"""The Iceberg catalog of a lake, as PyIceberg opens it: an SQLite file or a PostgreSQL database."""

from __future__ import annotations

import gzip
import json
import os
import re
import shlex
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy.exc
from pyiceberg.catalog.sql import SqlCatalog
from sqlalchemy import bindparam, text

from sparkify.errors import UserError
from sparkify.settings import catalog_uri, catalog_url, is_older_lake, is_uri, older_lake

CATALOG = "lake"
FILES = "pyiceberg.io.pyarrow.PyArrowFileIO"


class Entry(NamedTuple):
    """A table or a view as the catalog lists it."""

    schema: str
    name: str
    is_view: bool
    metadata: str


def open_catalog(lake: str) -> SqlCatalog:
    """The Iceberg catalog of a lake; UserError if there is none."""
    url = catalog_url(lake)
    if not url.startswith(("jdbc:sqlite:", "jdbc:postgresql:")):
        raise UserError(f"The catalog {url} can't be read without Spark; name one of jdbc:sqlite: or jdbc:postgresql:.")
    if url.startswith("jdbc:sqlite:") and not Path(url.removeprefix("jdbc:sqlite:")).exists():
        if is_older_lake(lake):
            raise older_lake(lake)
        raise no_tables(lake)
    properties = {"uri": catalog_uri(lake), "init_catalog_tables": "false", "py-io-impl": FILES}
    return SqlCatalog(CATALOG, **properties, **(s3_properties() if is_uri(lake) else {}))


def no_tables(lake: str) -> UserError:
    """What is said of a lake in which nothing was built."""
    return UserError(f"There are no tables in {lake}; run ./scripts/run first, or name the lake with --lake.")


def entries(catalog: SqlCatalog, lake: str, *schemas: str) -> list[Entry]:
    """The tables and views of some schemas of a lake; UserError if it was made elsewhere."""
    query = text(
        "select table_namespace, table_name, iceberg_type, metadata_location from iceberg_tables"
        " where catalog_name = :catalog and table_namespace in :schemas order by 1, 2"
    ).bindparams(bindparam("schemas", expanding=True))
    try:
        with catalog.engine.connect() as connection:
            rows: Any = connection.execute(query, {"catalog": CATALOG, "schemas": schemas}).fetchall()
    except sqlalchemy.exc.ProgrammingError as error:
        raise no_tables(lake) from error
    except sqlalchemy.exc.DBAPIError as error:
        if "no such table" in str(error.orig):
            raise no_tables(lake) from error
        reason = " ".join(str(error.orig).split()).rstrip(".")
        raise UserError(f"The catalog {catalog_url(lake)} can't be read ({reason}).") from error
    check_place(catalog, lake, schemas[0])
    return [Entry(found, name, kind == "VIEW", metadata) for found, name, kind, metadata in rows]


def made_elsewhere(catalog: SqlCatalog, lake: str, schema: str) -> str | None:
    """Where a lake says that it was made, if it is not the place by which it is named; None where it is."""
    for name in (schema, f"{schema}_staging"):
        found = catalog.load_namespace_properties(name).get("location") if catalog.namespace_exists(name) else None
        old = re.sub("^file:(//)?(?=/)", "", found or "").removesuffix(f"/{name}")
        if found and old != lake.replace("s3a://", "s3://"):
            return old
    return None


def check_place(catalog: SqlCatalog, lake: str, schema: str) -> None:
    """Raise UserError if a lake was copied or moved."""
    old = made_elsewhere(catalog, lake, schema)
    # Links may lead to it.
    if old and (is_uri(lake) or os.path.realpath(old) != os.path.realpath(lake)):
        raise UserError(
            f"The lake in {lake} was made in {old}; if it was copied or moved, take it over by sparkify adopt --lake"
            f" {shlex.quote(lake)}."
        )


def view_sql(catalog: SqlCatalog, view: Entry) -> str:
    """The SQL of a view, which is Spark's; PyIceberg's own catalogs in SQL know no views."""
    with catalog._load_file_io(catalog.properties, view.metadata).new_input(view.metadata).open() as file:
        content = file.read()
    # Spark compresses the metadata of views.
    metadata = json.loads(gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content)
    (version,) = (found for found in metadata["versions"] if found["version-id"] == metadata["current-version-id"])
    return str(version["representations"][0]["sql"])


def s3_properties() -> dict[str, str]:
    """How PyIceberg reaches S3: by the same environment as Spark, credentials by the AWS chain."""
    # PyArrow has a chain of credentials of its own, which knows no profiles of SSO: botocore's answer is handed over.
    import botocore.exceptions
    import botocore.session

    session = botocore.session.get_session()
    try:
        found = session.get_credentials()
        region = os.environ.get("AWS_REGION") or session.get_config_variable("region") or "us-east-1"
    except botocore.exceptions.BotoCoreError as error:
        raise UserError(f"{str(error).rstrip('.')}; correct AWS_PROFILE or AWS's settings.") from error
    if found is None:
        raise UserError(
            "There are no credentials for S3; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE."
        )
    frozen = found.get_frozen_credentials()
    by_path = os.environ.get("SPARKIFY_S3_PATH_STYLE", "").lower() == "true" or "AWS_ENDPOINT_URL_S3" in os.environ
    properties: dict[str, Any] = {
        "s3.region": region,
        "s3.endpoint": os.environ.get("AWS_ENDPOINT_URL_S3"),
        "s3.force-virtual-addressing": None if by_path else "true",
        "s3.access-key-id": frozen.access_key,
        "s3.secret-access-key": frozen.secret_key,
        "s3.session-token": frozen.token,
    }
    return {name: value for name, value in properties.items() if value}
