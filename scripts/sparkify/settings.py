"""Where raw data, lake and catalog lie: from the command line, the environment, or the defaults of the project."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sparkify import s3
from sparkify.errors import UserError

PROJECT = Path(__file__).resolve().parents[2]
# dbt changes the current folder later on.
CALLER = Path.cwd()
SOURCES = ("log_data", "song_data")
# Where raw data and lake are if nobody says so, below the project.
DEFAULTS = {"SPARKIFY_RAW": "raw", "SPARKIFY_LAKE": "lake"}
# Credentials of a catalog in PostgreSQL.
CATALOG_USER, CATALOG_PASSWORD = "SPARKIFY_CATALOG_USER", "SPARKIFY_CATALOG_PASSWORD"


@dataclass(frozen=True)
class Settings:
    """Places of one run: absolute paths, or URIs such as s3a://bucket/folder."""

    raw: str
    lake: str
    schema: str

    @property
    def on_server(self) -> bool:
        """Whether dbt asks a server, instead of running Spark in its own process."""
        return os.environ.get("SPARKIFY_TARGET") == "cluster"

    def environment(self) -> dict[str, str]:
        """The environment variables by which dbt's profile and macros learn of these places.

        None for a default that dbt has too: `state:modified` would see another place, and dbt parse all files again.
        """
        places = {"SPARKIFY_RAW": self.raw, "SPARKIFY_LAKE": self.lake}
        return {
            name: place
            for name, place in places.items()
            if place != os.environ.get(name, str(PROJECT / DEFAULTS[name]))
        }


def resolve(raw: str | None = None, lake: str | None = None) -> Settings:
    """Settle every place; an argument wins over its environment variable.

    Relative paths on the command line are relative to where the user stands, those in the environment to the project,
    as they are for plain dbt.
    """
    for option, argument in (("--raw", raw), ("--lake", lake)):
        if argument == "":
            raise UserError(f"{option} is empty; give a folder, or a place such as s3://bucket/folder.")
    schema = os.environ.get("SPARKIFY_SCHEMA", "sparkify")
    if not re.fullmatch("[a-z][a-z0-9_]*", schema):
        raise UserError(f"SPARKIFY_SCHEMA is {schema}; give a name of small letters, digits and underscores.")
    place = _place(lake, "SPARKIFY_LAKE")
    if set("?#") & set(place):
        raise UserError(f"The lake {place} has a ? or # in its path, which Iceberg can't read; rename it.")
    return Settings(
        raw=_place(raw, "SPARKIFY_RAW"),
        lake=place,
        schema=schema,
    )


def check(settings: Settings) -> None:
    """Raise UserError for what would make a run fail later on, with a worse message."""
    _check_apart(settings.raw, settings.lake)
    if not is_uri(settings.raw):
        check_raw_folder(settings.raw)
    if settings.on_server:
        _check_server(settings)
    else:
        _check_here(settings)


def _check_here(settings: Settings) -> None:
    """What Spark in this process needs, which asks S3 with this process's credentials."""
    for option, place in (("--raw", settings.raw), ("--lake", settings.lake)):
        if is_uri(place) and not place.startswith("s3a://"):
            raise UserError(f"{option} is {place}; Spark here reads folders and places such as s3://bucket/folder.")
    memory = os.environ.get("SPARKIFY_DRIVER_MEMORY", "2g")
    if not re.fullmatch("[0-9]+[kmgt]", memory, re.IGNORECASE):
        raise UserError(f"SPARKIFY_DRIVER_MEMORY is {memory}; give a number and a unit, such as 4g.")
    if is_uri(settings.raw):
        for source in SOURCES:
            s3.check_readable(f"{settings.raw}/{source}", "--raw")
    check_lake(settings.lake)


def _check_server(settings: Settings) -> None:
    """What a server needs, which asks S3 with its own credentials."""
    # PyHive takes a while to import.
    from sparkify import server

    asked = server.from_environment()
    server.check(asked)
    for place, option in ((f"{settings.raw}/log_data", "--raw"), (settings.lake, "--lake")):
        if is_uri(place):
            server.check_place(asked, place, option)
    if not is_uri(settings.lake):
        check_lake(settings.lake)


def catalog_url(lake: str) -> str:
    """The Iceberg catalog of a lake as JDBC names it; profiles.example.yml says the same to Spark."""
    folder = PROJECT / ".catalog" / "s3" / lake.partition("://")[2] if is_uri(lake) else Path(lake)
    return os.environ.get("SPARKIFY_CATALOG_URI") or f"jdbc:sqlite:{folder / 'catalog.db'}"


def catalog_uri(lake: str) -> str:
    """The same as SQLAlchemy names it, with the credentials of the environment."""
    return sqlalchemy_uri(catalog_url(lake), os.environ.get(CATALOG_USER, ""), os.environ.get(CATALOG_PASSWORD, ""))


def sqlalchemy_uri(url: str, user: str, password: str) -> str:
    """A JDBC URL of SQLite or PostgreSQL as SQLAlchemy names it."""
    kind, _, rest = url.removeprefix("jdbc:").partition(":")
    if kind == "sqlite":
        return "sqlite:///" + rest.replace("%", "%25").replace("?", "%3F")
    who = f"{quote(user, safe='')}:{quote(password, safe='')}@" if user else ""
    return f"{kind}+psycopg2://{who}{rest.removeprefix('//')}"


def is_uri(place: str) -> bool:
    """Whether a place is on an object store and not a local folder."""
    return "://" in place


def from_caller(place: str) -> str:
    """A place on a command line, which is relative to where the user stands."""
    return _absolute(place, CALLER)


def _place(argument: str | None, variable: str) -> str:
    if argument is not None:
        return from_caller(argument)
    return _absolute(os.environ.get(variable) or DEFAULTS[variable], PROJECT)


def _absolute(place: str, base: Path) -> str:
    if place.startswith("s3://"):
        # Hadoop's client for S3 answers to s3a.
        place = "s3a://" + place.removeprefix("s3://")
    if is_uri(place):
        return place.rstrip("/")
    return str((base / Path(place).expanduser()).resolve())


def _check_apart(raw: str, lake: str) -> None:
    if f"{raw}/".startswith(f"{lake}/") or f"{lake}/".startswith(f"{raw}/"):
        raise UserError(f"The raw folder {raw} and the lake {lake} lie in one another; give each a folder of its own.")


def check_raw_folder(raw: str) -> None:
    """Raise UserError if a local raw folder lacks one of its sources."""
    for source in SOURCES:
        folder = Path(raw, source)
        if not folder.is_dir():
            raise UserError(f"There is no folder {folder}; name one with log_data/ and song_data/ by --raw.")


def is_older_lake(lake: str) -> bool:
    """Whether a lake is of the kind that this project made before its tables were Iceberg's."""
    folder = Path(lake)
    return not is_uri(lake) and ((folder / "_metastore").is_dir() or any(folder.glob("*_versions/published")))


def older_lake(lake: str) -> UserError:
    """What is said of such a lake."""
    return UserError(
        f"{lake} is a lake of an older version of this project; name another with --lake, or delete it, and build anew:"
        " raw files are only read."
    )


def check_lake(lake: str) -> None:
    """Make a local lake's folder; UserError if it can't be made, or if a lake anywhere can't be written."""
    if is_uri(lake):
        s3.check_writable(lake, "--lake")
        return
    if is_older_lake(lake):
        raise older_lake(lake)
    try:
        Path(lake).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"The lake {lake} can't be made ({error.strerror}); name another with --lake.") from error
    if not os.access(lake, os.W_OK | os.X_OK):
        raise UserError(f"The lake {lake} can't be written; change its rights or name another with --lake.")
