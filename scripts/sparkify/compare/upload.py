"""Raw files for Athena, which reads S3 only: uploaded, and the local ones take the times that S3 gave them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from sparkify.errors import UserError


def upload(raw: Path, s3: str) -> None:
    """Put the files of a raw folder that are new or changed into raw/ below a place on S3, and take its times.

    When a file was modified is a part of what the models give. UserError if the place can't be written, or has others.
    """
    place = urlsplit(s3)
    bucket, prefix = place.netloc, f"{place.path.strip('/')}/raw/".lstrip("/")
    try:
        client = boto3.client("s3")
        known = _times(client, bucket, prefix)
        paths = {f"{prefix}{path.relative_to(raw).as_posix()}": path for path in raw.rglob("*") if path.is_file()}
        if known.keys() - paths.keys():
            raise UserError(f"There is something in {s3}/raw already; name another place with --s3.")
        # In their order of arrival: of two deliveries of one event the newer one counts.
        new = [key for key in paths if _milliseconds(paths[key]) != known.get(key)]
        for key in sorted(new, key=lambda key: paths[key].stat().st_mtime):
            client.upload_file(str(paths[key]), bucket, key)
        for key, milliseconds in _times(client, bucket, prefix).items():
            os.utime(paths[key], ns=(0, milliseconds * 1_000_000))
    except (BotoCoreError, ClientError) as error:
        raise UserError(f"{s3} can't be written: {error}") from error


def _milliseconds(path: Path) -> int:
    return round(path.stat().st_mtime * 1000)


def _times(client: Any, bucket: str, prefix: str) -> dict[str, int]:
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return {
        found["Key"]: round(found["LastModified"].timestamp() * 1000)
        for page in pages
        for found in page.get("Contents", [])
    }
