"""Builds the project on several engines from one raw folder, and compares every table that people read."""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from sparkify import environment, settings
from sparkify.compare.engines import ENGINES, Engine, Source
from sparkify.compare.models import published
from sparkify.compare.report import print_comparison
from sparkify.compare.upload import upload
from sparkify.errors import UserError
from sparkify.progress import say

NO_TESTS = ("--exclude-resource-type=test", "--exclude-resource-type=unit_test")


def compare(raw: str | None, engines: str, s3: str | None, no_tests: bool, keep: str | None) -> int:
    """0 if all tables are equal, 1 if not or if a build failed; UserError if the settings can't work."""
    folder_of_raw = _raw_folder(raw)
    names = _engines(engines, s3)
    environment.prepare()
    with contextlib.ExitStack() as cleanup:
        folder = _scratch(keep, cleanup)
        source = Source(folder / "raw", s3.rstrip("/") if s3 and "athena" in names else "")
        return _compare(names, folder_of_raw, source, folder, NO_TESTS if no_tests else (), cleanup)


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
