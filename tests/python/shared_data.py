"""Finds the real data that tests use, and unpacks the larger song set."""

from __future__ import annotations

import os
import shutil
import tarfile
from pathlib import Path, PurePosixPath

import pytest

PROJECT = Path(__file__).resolve().parents[2]
ARCHIVE = "song_data_1943.tar.gz"
SHARED_CASES = Path(os.environ.get("SPARKIFY_SHARED") or PROJECT.parent / "shared" / "data").parent / "cases"


def shared_data() -> Path:
    """The folder with `log_data`, `song_data` (71 songs), the archive of 1,943 songs and the goldens.

    It lies beside the project, or where SPARKIFY_SHARED says. Where it is missing, the test that asks for it
    fails in CI and is skipped elsewhere.
    """
    folder = Path(os.environ.get("SPARKIFY_SHARED") or PROJECT.parent / "shared" / "data")
    if not all((folder / name).exists() for name in ("log_data", "song_data", ARCHIVE, "goldens.json")):
        message = f"The comparison with the real Sparkify data is left out: {folder} (SPARKIFY_SHARED) lacks it."
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return folder


def unpack_songs_1943(scratch: Path) -> Path:
    """Unpacks the 1,943 songs to `<scratch>/song_data` and returns that folder."""
    target = scratch / "song_data"
    with tarfile.open(shared_data() / ARCHIVE) as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isfile() else None
            if content is None:
                continue
            name = PurePosixPath(member.name)
            if name.is_absolute() or ".." in name.parts:
                raise ValueError(f"the archive leaves its folder: {member.name}")
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.read())
            os.utime(path, (member.mtime, member.mtime))
    return target


def raw_tree_1943(scratch: Path) -> Path:
    """A raw folder of its own: the real logs and the 1,943 songs, copied to `scratch`, which is returned."""
    unpack_songs_1943(scratch)
    _copy("log_data", scratch)
    return scratch


def raw_tree_71(scratch: Path) -> Path:
    """A raw folder of its own: the real logs and the sample of 71 songs, copied to `scratch`, which is returned."""
    _copy("log_data", scratch)
    _copy("song_data", scratch)
    return scratch


def _copy(source: str, scratch: Path) -> None:
    for path in (shared_data() / source).rglob("*.json"):
        copy = scratch / path.relative_to(shared_data())
        copy.parent.mkdir(parents=True, exist_ok=True)
        # Not copytree: it would make the copied folders as read-only as the originals.
        shutil.copyfile(path, copy)
        os.utime(copy, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
