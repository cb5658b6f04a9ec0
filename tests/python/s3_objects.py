"""Objects on S3 as local files, for what reads local lakes."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sparkify.lake import published_runs, table_as_of


def copy_table(client: Any, lake: str, schema: str, table: str, folder: Path) -> None:
    """Copy the newest version of a table, in the order in which those who read files go."""
    versions = f"{schema}_versions"
    copy(client, lake, f"{versions}/published/", folder)
    run = published_runs(str(folder), schema)[table][-1]
    copy(client, lake, f"{versions}/manifests/table_name={table}/run={run}/", folder)
    for part in table_as_of(str(folder), schema, table, run).folders:
        copy(client, lake, f"{part.relative_to(folder)}/", folder)


def copy(client: Any, lake: str, below: str, folder: Path) -> None:
    """Copy the objects below a key of a lake, and the folders that they stand for."""
    prefix = urlsplit(lake).path.strip("/") + "/"
    for each in listed(client, lake, below):
        path = folder / each["Key"].removeprefix(prefix)
        if each["Key"].endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(client.get_object(Bucket=urlsplit(lake).netloc, Key=each["Key"])["Body"].read())


def listed(client: Any, lake: str, below: str) -> list[dict[str, Any]]:
    """What S3 says about each object below a key of a lake."""
    place = urlsplit(lake)
    pages = client.get_paginator("list_objects_v2").paginate(
        Bucket=place.netloc, Prefix=f"{place.path.strip('/')}/{below}"
    )
    return [each for page in pages for each in page.get("Contents", [])]
