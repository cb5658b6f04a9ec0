"""Raw files for Athena, which reads S3 only: uploaded, with a copy here that has the times which S3 gave them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from sparkify.compare.engines import Source
from sparkify.errors import UserError
from sparkify.settings import SOURCES


def upload(raw: Path, copy: Path, s3: str) -> Source:
    """Put a raw folder into raw/ below a place on S3, and the same files with the same times into the folder `copy`.

    When a file was modified is a part of what the models give. UserError if the place is not empty or can't be written.
    """
    place = urlsplit(s3)
    bucket, prefix = place.netloc, f"{place.path.strip('/')}/raw/".lstrip("/")
    try:
        client = boto3.client("s3")
        if client.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=1).get("Contents"):
            raise UserError(f"There is something in {s3}/raw already; name another place with --s3.")
        for source in SOURCES:
            shutil.copytree(raw / source, copy / source)
        # In their order of arrival: of two deliveries of one event the newer one counts.
        for path in sorted(filter(Path.is_file, copy.rglob("*")), key=lambda path: path.stat().st_mtime):
            client.upload_file(str(path), bucket, f"{prefix}{path.relative_to(copy).as_posix()}")
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for found in page["Contents"]:
                milliseconds = round(found["LastModified"].timestamp() * 1000)
                os.utime(copy / found["Key"].removeprefix(prefix), ns=(0, milliseconds * 1_000_000))
    except (BotoCoreError, ClientError) as error:
        raise UserError(f"{s3} can't be written: {error}") from error
    return Source(copy, s3)
