"""A lake on S3 for tests, seen by a local copy."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from builds import Lake
from s3_server import Account, Server


@dataclass(frozen=True, kw_only=True)
class S3Lake(Lake):
    """A lake on S3; `raw` is a copy of the raw bucket."""

    server: Server
    account: Account
    raw_bucket: str
    lake_bucket: str

    @property
    def raw_uri(self) -> str:
        return f"s3://{self.raw_bucket}/raw"

    @property
    def lake_uri(self) -> str:
        """Where the tables lie."""
        return f"s3a://{self.lake_bucket}/lake"

    def environment(self) -> dict[str, str]:
        places = {
            "SPARKIFY_RAW": self.raw_uri,
            "SPARKIFY_LAKE": self.lake_uri,
            "SPARKIFY_CATALOG_URI": f"jdbc:sqlite:{self.catalog}",
            # Where Spark and its client for S3 keep what is on its way.
            "SPARK_LOCAL_DIRS": str(self.folder.with_name("spark")),
            "LOCAL_DIRS": str(self.folder.with_name("uploads")),
        }
        return super().environment() | places | self.server.environment(self.account)

    @property
    def place(self) -> str:
        return self.lake_uri

    def deliver(self, name: str, content: bytes) -> None:
        super().deliver(name, content)
        self._put(name)
        self._take_times(name)

    def deliver_folder(self, folder: Path) -> None:
        """Put every file below a folder into its place."""
        names = [str(file.relative_to(folder)) for file in sorted(folder.rglob("*.json"))]
        for name in names:
            super().deliver(name, (folder / name).read_bytes())
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(self._put, names))
        self._take_times("")

    def _put(self, name: str) -> None:
        content = (self.raw / name).read_bytes()
        self.server.client().put_object(Bucket=self.raw_bucket, Key=f"raw/{name}", Body=content)

    def _take_times(self, below: str) -> None:
        # The tables tell when a file was written, so the copy must have the time of the object.
        for each in listed(self.server.client(), self.raw_uri, below):
            at = each["LastModified"].timestamp()
            os.utime(self.raw / each["Key"].removeprefix("raw/"), (at, at))

    def objects(self) -> dict[str, tuple[Any, ...]]:
        """Every object of the lake by its key: when it was written, and a hash of what is in it."""
        return {
            each["Key"]: (each["LastModified"], each["ETag"])
            for each in listed(self.server.client(), self.lake_uri, "")
        }


def listed(client: Any, lake: str, below: str) -> list[dict[str, Any]]:
    """What S3 says about each object below a key of a lake."""
    place = urlsplit(lake)
    pages = client.get_paginator("list_objects_v2").paginate(
        Bucket=place.netloc, Prefix=f"{place.path.strip('/')}/{below}"
    )
    return [each for page in pages for each in page.get("Contents", [])]
