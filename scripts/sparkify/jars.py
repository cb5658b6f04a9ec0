"""Jars that Spark lacks: Iceberg's runtime, drivers of catalogs in SQLite and PostgreSQL, and the client for S3.

They are fetched once from Maven Central, by Ivy, which comes with Spark; checked against jars.txt; kept in the user's
cache folder; and linked into the jars of this environment's pyspark, so that every process of Spark has them on its
class path. (spark.jars.packages would ask Ivy at every start, and does not reach the catalogs of a Thrift Server.)
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from sparkify import java
from sparkify.errors import UserError
from sparkify.progress import say

LIST = Path(__file__).with_name("jars.txt")


@dataclass(frozen=True)
class Jar:
    """One jar: Maven coordinates and the sha256 of its bytes."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def file(self) -> str:
        """Name of its file."""
        return f"{self.artifact}-{self.version}.jar"


def needed(spark: Path, *, with_s3: bool) -> list[Jar]:
    """The jars that a Spark needs; UserError for one that is neither 3.5 nor 4.1."""
    (core,) = spark.glob("jars/spark-core_*.jar")
    version = ".".join(core.stem.rpartition("-")[2].split(".")[:2])
    wanted = {version, f"{version}-s3"} if with_s3 else {version}
    lines = (line.split() for line in LIST.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    found = [Jar(*name.split(":"), sha256) for spark_version, name, sha256 in lines if spark_version in wanted]
    if not found:
        raise UserError(f"Spark {version} ({spark}) is none that Iceberg is known for here; take Spark 4.1 or 3.5.")
    return found


def ensure(spark: Path | None = None, *, with_s3: bool = False) -> None:
    """Link what is missing into a Spark's jars, this environment's by default; UserError if it can't be had."""
    spark = spark or _spark()
    missing = [jar for jar in needed(spark, with_s3=with_s3) if not (spark / "jars" / jar.file).exists()]
    if not missing:
        return
    kept = java.cache_folder() / "jars"
    kept.mkdir(parents=True, exist_ok=True)
    to_fetch = [jar for jar in missing if not (kept / jar.file).exists()]
    if to_fetch:
        say(f"Fetching {len(to_fetch)} jars for Spark into {kept} (once) ...")
        _fetch(to_fetch, kept, spark)
    for jar in missing:
        _link(kept / jar.file, spark / "jars" / jar.file)


def _spark() -> Path:
    module = find_spec("pyspark")
    if module is None or not module.submodule_search_locations:
        raise UserError("There is no pyspark in this environment; install requirements.lock first.")
    return Path(module.submodule_search_locations[0])


def _fetch(jars: list[Jar], kept: Path, spark: Path) -> None:
    (ivy,) = spark.glob("jars/ivy-*.jar")
    home = java.find()
    if home is None:
        raise UserError(f"There is no Java to fetch jars with: {java.advice()}, then try again.")
    wanted = "".join(
        f'<dependency org="{jar.group}" name="{jar.artifact}" rev="{jar.version}" transitive="false">'
        f'<artifact name="{jar.artifact}" type="jar" ext="jar"/></dependency>'
        for jar in jars
    )
    with tempfile.TemporaryDirectory(prefix="new-", dir=kept) as folder:
        Path(folder, "ivy.xml").write_text(
            f'<ivy-module version="2.0"><info organisation="sparkify" module="jars"/><dependencies>{wanted}</dependencies>'
            "</ivy-module>",
            encoding="utf-8",
        )
        places = ("-ivy", "ivy.xml", "-cache", "cache", "-retrieve", "[artifact]-[revision].[ext]")
        log = kept / "fetch.log"
        with log.open("wb") as out:
            done = subprocess.run(
                [str(Path(home, "bin", "java")), "-jar", str(ivy), *places],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        for jar in jars:
            fetched = Path(folder, jar.file)
            if done.returncode != 0 or not fetched.exists():
                raise UserError(f"Fetching {jar.file} from Maven Central failed; {log} says why.")
            if hashlib.sha256(fetched.read_bytes()).hexdigest() != jar.sha256:
                raise UserError(f"{jar.file} from Maven Central is not the file that {LIST.name} names; it was not kept.")
            fetched.replace(kept / jar.file)


def _link(jar: Path, place: Path) -> None:
    # In two steps, as another process may be at it too.
    aside = place.with_name(f".{place.name}.{os.getpid()}")
    with contextlib.suppress(FileNotFoundError):
        aside.unlink()
    try:
        aside.symlink_to(jar)
    except OSError:
        shutil.copyfile(jar, aside)
    aside.replace(place)


def main(arguments: list[str] | None = None) -> int:
    """0 if the jars are there, 1 if they can't be had."""
    parser = argparse.ArgumentParser(prog="python -m sparkify.jars", description=__doc__.splitlines()[0])
    parser.add_argument("--s3", action="store_true", help="the client for S3 as well (18 MB)")
    options = parser.parse_args(arguments)
    try:
        ensure(with_s3=options.s3)
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
