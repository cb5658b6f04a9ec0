"""Jars that Spark lacks: Iceberg's runtime, drivers of catalogs in SQLite and PostgreSQL, and the client for S3.

They are fetched once from Maven Central, by Ivy, which comes with Spark; checked against jars.txt; kept in the user's
cache folder; and linked into the jars of this environment's pyspark, so that every process of Spark has them on its
class path. (spark.jars.packages would ask Ivy at every start, and does not reach the catalogs of a Thrift Server.)
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from xml.sax.saxutils import quoteattr

from sparkify import java
from sparkify.errors import UserError
from sparkify.progress import say

LIST = Path(__file__).with_name("jars.txt")
# Names a mirror of Maven Central.
MIRROR = "SPARKIFY_MAVEN"


@dataclass(frozen=True)
class Jar:
    """One jar: Maven coordinates and the sha256 of its bytes."""

    coordinates: str
    sha256: str

    @property
    def file(self) -> str:
        """Name of its file."""
        _, artifact, version = self.coordinates.split(":")
        return f"{artifact}-{version}.jar"


def needed(spark: Path, *, with_s3: bool) -> list[Jar]:
    """The jars that a Spark needs; UserError for one that is neither 3.5 nor 4.1."""
    cores = [re.search(r"-(\d+\.\d+)\.", jar.name) for jar in spark.glob("jars/spark-core_*.jar")]
    version = cores[0][1] if cores and cores[0] else "unknown"
    wanted = {version, f"{version}-s3"} if with_s3 else {version}
    lines = (line.split() for line in LIST.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    found = [Jar(coordinates, sha256) for of_spark, coordinates, sha256 in lines if of_spark in wanted]
    if not found:
        raise UserError(f"The Spark in {spark} ({version}) is none that Iceberg is known for here; take 4.1 or 3.5.")
    return found


def ensure(spark: Path | None = None, *, with_s3: bool = False) -> None:
    """Link what is missing into a Spark's jars, this environment's by default; UserError if it can't be had."""
    spark = spark or spark_home()
    missing = [jar for jar in needed(spark, with_s3=with_s3) if not (spark / "jars" / jar.file).exists()]
    if not missing:
        return
    kept = java.cache_folder() / "jars"
    kept.mkdir(parents=True, exist_ok=True)
    # Two at once: the second takes what the first has fetched.
    with open(kept / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left_over in kept.glob("new-*"):  # by a call that was killed
            shutil.rmtree(left_over, ignore_errors=True)
        to_fetch = [jar for jar in missing if not (kept / jar.file).exists()]
        if to_fetch:
            say(f"Fetching {len(to_fetch)} jars for Spark into {kept} (once) ...")
            _fetch(to_fetch, kept, spark)
        for jar in missing:
            _check(jar, kept / jar.file)
        try:
            _link(missing, kept, spark / "jars")
        except OSError as error:
            raise UserError(
                f"{spark / 'jars'} can't be written ({error.strerror}); change its rights, or take another environment."
            ) from error


def ivy(dependencies: str, pattern: str, folder: Path, log: Path, spark: Path) -> bool:
    """Have Ivy put some dependencies into a folder; whether it could."""
    (program,) = spark.glob("jars/ivy-*.jar")
    home = java.home()
    (folder / "ivy.xml").write_text(
        '<ivy-module version="2.0"><info organisation="sparkify" module="jars"/>'
        f"<dependencies>{dependencies}</dependencies></ivy-module>",
        encoding="utf-8",
    )
    settings: tuple[str, ...] = ()
    if mirror := os.environ.get(MIRROR):
        (folder / "settings.xml").write_text(
            '<ivysettings><settings defaultResolver="mirror"/><resolvers>'
            f'<ibiblio name="mirror" m2compatible="true" root={quoteattr(mirror)}/></resolvers></ivysettings>',
            encoding="utf-8",
        )
        settings = ("-settings", "settings.xml")
    with log.open("wb") as out:
        done = subprocess.run(
            [
                *(str(Path(home, "bin", "java")), "-jar", str(program), *settings),
                *("-ivy", "ivy.xml", "-cache", "cache", "-retrieve", pattern),
            ],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    return done.returncode == 0


def dependency(coordinates: str, kind: str = "jar") -> str:
    """A dependency, for Ivy, without what it depends on."""
    group, artifact, version = coordinates.split(":")
    return (
        f'<dependency org="{group}" name="{artifact}" rev="{version}" transitive="false">'
        f'<artifact name="{artifact}" type="{kind}" ext="{kind}"/></dependency>'
    )


def spark_home() -> Path:
    """The folder of this environment's pyspark."""
    module = find_spec("pyspark")
    if module is None or not module.submodule_search_locations:
        raise UserError("There is no pyspark in this environment; install requirements.lock first.")
    return Path(module.submodule_search_locations[0])


def _fetch(jars: list[Jar], kept: Path, spark: Path) -> None:
    log = kept / "fetch.log"
    with tempfile.TemporaryDirectory(prefix="new-", dir=kept) as folder:
        wanted = "".join(dependency(jar.coordinates) for jar in jars)
        done = ivy(wanted, "[artifact]-[revision].[ext]", Path(folder), log, spark)
        for jar in jars:
            fetched = Path(folder, jar.file)
            if not done or not fetched.exists():
                raise UserError(f"Fetching {jar.file} from Maven Central failed; {log} says why.")
            _check(jar, fetched)
            fetched.replace(kept / jar.file)


def _check(jar: Jar, file: Path) -> None:
    if hashlib.sha256(file.read_bytes()).hexdigest() != jar.sha256:
        file.unlink()
        raise UserError(f"{file} was not the file that {LIST.name} names, and is deleted; try again.")


def _link(jars: list[Jar], kept: Path, folder: Path) -> None:
    for jar in jars:
        # In two steps, so that nobody ever sees half a jar.
        aside = folder / f".{jar.file}.new"
        aside.unlink(missing_ok=True)
        try:
            aside.symlink_to(kept / jar.file)
        except OSError:
            shutil.copyfile(kept / jar.file, aside)
        aside.replace(folder / jar.file)
    # What an older version of the project has put there.
    known = {jar.file for with_s3 in (False, True) for jar in needed(folder.parent, with_s3=with_s3)}
    for jar_file in folder.iterdir():
        if jar_file.is_symlink() and jar_file.readlink().parent == kept and jar_file.name not in known:
            jar_file.unlink()
