"""Build the project on several engines from one raw folder, and compare every table that people read.

Each engine builds twice: first without a tenth of the raw files, the last by their names, which then arrive.
For each model: its rows and the beginning of its hash on each engine, and whether they are equal, or else the first
rows that only one engine has. The hash is taken over the sorted rows in a defined text form (sparkify/canonical.py).
Spark, the cluster for Spark's Thrift Server and Trino are started and stopped by the command; the lakes are built in a
scratch folder. Athena is the one that the AWS chain finds, and builds below a place on S3, in the schema
sparkify_compare of its catalog. All four engines, with local stand-ins for AWS (docs/athena.md):

  PYTHONPATH=scripts .venv/bin/python tests/python/athena_endpoints.py \\
      scripts/compare_engines --engines spark,thrift,trino,athena --s3 s3://compare
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from sparkify import settings
from sparkify.compare.engines import ENGINES, Engine, Source
from sparkify.compare.models import published
from sparkify.compare.report import print_comparison
from sparkify.compare.upload import upload
from sparkify.errors import UserError
from sparkify.progress import say

# What runs without an account.
DEFAULT = "spark,thrift,trino"
NO_TESTS = ("--exclude-resource-type=test", "--exclude-resource-type=unit_test")


def parser() -> argparse.ArgumentParser:
    """Command line of scripts/compare_engines."""
    arguments = argparse.ArgumentParser(
        prog="scripts/compare_engines", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--raw", help="folder with log_data/ and song_data/ (default: SPARKIFY_RAW, or raw/)")
    arguments.add_argument(
        "--engines",
        default=DEFAULT,
        help=f"some of {', '.join(ENGINES)}, with a comma between them; all are compared with the first "
        f"(default: {DEFAULT})",
    )
    arguments.add_argument(
        "--s3", help="an empty place for athena, such as s3://bucket/compare: raw files, tables and results stay there"
    )
    arguments.add_argument(
        "--no-tests", action="store_true", help="build tables only: dbt's own tests take most of the time of small data"
    )
    arguments.add_argument("--keep", help="a folder, not there yet, for the lakes and logs; they are deleted otherwise")
    return arguments


def main(argv: Sequence[str] | None = None) -> int:
    """0 if all tables are equal, 1 if not or if a build failed, 2 if the settings can't work."""
    options = parser().parse_args(argv)
    try:
        raw = _raw_folder(options.raw)
        names = _engines(options.engines, options.s3)
        with contextlib.ExitStack() as cleanup:
            folder = _scratch(options.keep, cleanup)
            source = Source(folder / "raw", options.s3.rstrip("/") if "athena" in names else "")
            return _compare(names, raw, source, folder, NO_TESTS if options.no_tests else (), cleanup)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2


def _compare(
    names: list[str], raw: Path, source: Source, folder: Path, options: Sequence[str], cleanup: contextlib.ExitStack
) -> int:
    engines: list[Engine] = []
    for files in _deliveries(raw):
        for path in files:
            copy = source.raw / path.relative_to(raw)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, copy)
        if source.s3:
            upload(source.raw, source.s3)
        for at, name in enumerate(names):
            started = time.monotonic()
            say(f"Building on {name} ...")
            if at == len(engines):
                engines.append(ENGINES[name](source, folder / name))
                cleanup.callback(engines[at].close)
            try:
                engines[at].dbt("build", *options)
            except UserError as error:
                print(error, file=sys.stderr)
                return 1
            say(f"Built on {name} in {time.monotonic() - started:.0f} s")
    return 0 if print_comparison(engines, published(*(engine.manifest for engine in engines))) else 1


def _deliveries(raw: Path) -> tuple[list[Path], list[Path]]:
    """The files that are there at first, and those that arrive: of both sources a tenth, but no only file."""
    first, then = [], []
    for source in settings.SOURCES:
        files = sorted(path for path in (raw / source).rglob("*") if path.is_file())
        stay = len(files) - (len(files) + 8) // 10
        first.extend(files[:stay])
        then.extend(files[stay:])
    return first, then


def _raw_folder(argument: str | None) -> Path:
    raw = settings.resolve(raw=argument).raw
    if settings.is_uri(raw):
        raise UserError(f"{raw} is not a local folder; copy some of its files into one and name that with --raw.")
    settings.check_raw_folder(raw)
    return Path(raw)


def _engines(argument: str, s3: str | None) -> list[str]:
    names = [name.strip() for name in argument.split(",")]
    if unknown := [name for name in names if name not in ENGINES]:
        raise UserError(f"There is no engine {unknown[0]}; there are {', '.join(ENGINES)}.")
    if len(set(names)) < 2:
        raise UserError(f"One engine can't be compared; name two of {', '.join(ENGINES)} with --engines.")
    if "athena" in names and not (s3 or "").startswith("s3://"):
        raise UserError("The engine athena needs an empty place on S3; name one such as s3://bucket/compare with --s3.")
    return names


def _scratch(keep: str | None, cleanup: contextlib.ExitStack) -> Path:
    if keep is None:
        return Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="compare-")))
    folder = Path(settings.resolve(lake=keep).lake)
    if folder.exists():
        raise UserError(f"{folder} is there already; name a new folder with --keep.")
    folder.mkdir(parents=True)
    return folder


if __name__ == "__main__":
    sys.exit(main())
