"""A lake on S3 for tests, seen by a local copy."""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builds import Lake
from s3_objects import copy, listed
from s3_server import Account, Server


@dataclass(frozen=True)
class S3Lake(Lake):
    """A lake on S3; `raw` is a copy of the raw bucket, `folder` one of the lake as `refresh` has found it."""

    server: Server
    account: Account
    raw_bucket: str
    lake_bucket: str
    metastore: Path

    @property
    def raw_uri(self) -> str:
        return f"s3a://{self.raw_bucket}/raw"

    @property
    def lake_uri(self) -> str:
        """Where the tables lie."""
        return f"s3a://{self.lake_bucket}/lake"

    def environment(self) -> dict[str, str]:
        places = {
            "SPARKIFY_RAW": self.raw_uri,
            "SPARKIFY_LAKE": self.lake_uri,
            "SPARKIFY_METASTORE": str(self.metastore),
            # Where Spark and its client for S3 keep what is on its way.
            "SPARK_LOCAL_DIRS": str(self.folder.with_name("spark")),
            "LOCAL_DIRS": str(self.folder.with_name("uploads")),
        }
        return super().environment() | places | self.server.environment(self.account)

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

    def refresh(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        copy(self.server.client(), self.lake_uri, "", self.folder)

    def orphans(self) -> list[str]:
        uploads = self.server.client().list_multipart_uploads(Bucket=self.lake_bucket).get("Uploads", [])
        return [*super().orphans(), *(upload["Key"] for upload in uploads)]

    def objects(self) -> dict[str, tuple[Any, ...]]:
        """Every object of the lake by its key: when it was written, and a hash of what is in it."""
        return {
            each["Key"]: (each["LastModified"], each["ETag"])
            for each in listed(self.server.client(), self.lake_uri, "")
        }
