"""Raw data that contestants read."""

from __future__ import annotations

import shutil
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

from sparkify.errors import UserError
from sparkify.progress import say
from sparkify.simulate.settings import Settings
from sparkify.simulate.simulate import simulate


def songs_71(shared: Path, raw: Path) -> None:
    """The 30 real logs and the 71 songs of the usual sample."""
    _copy(shared, "log_data", raw)
    _copy(shared, "song_data", raw)


def songs_1943(shared: Path, raw: Path) -> None:
    """The 30 real logs and 1,943 songs."""
    _copy(shared, "log_data", raw)
    with tarfile.open(shared / "song_data_1943.tar.gz") as archive:
        archive.extractall(raw / "song_data", filter="data")


def songs_12000(shared: Path, raw: Path) -> None:
    """The 30 real logs and 12,000 simulated songs."""
    simulated(raw, events=10_000, songs=12_000, users=100, days=30)
    shutil.rmtree(raw / "log_data")
    _copy(shared, "log_data", raw)


def events_1m(shared: Path, raw: Path) -> None:
    """1 million simulated events of 36 days."""
    simulated(raw, events=1_000_000, songs=2_000, users=5_000, days=36)


def events_10m(shared: Path, raw: Path) -> None:
    """10 million simulated events of a year."""
    simulated(raw, events=10_000_000, songs=2_000, users=5_000, days=365)


INPUTS: dict[str, Callable[[Path, Path], None]] = {
    "songs-71": songs_71,
    "songs-1943": songs_1943,
    "songs-12000": songs_12000,
    "events-1m": events_1m,
    "events-10m": events_10m,
}


def make(name: str, shared: Path, raw: Path) -> None:
    """Make an input in an empty folder `raw`; `shared` has log_data, song_data and the archive of 1,943 songs.

    Raises UserError if that lacks something.
    """
    raw.mkdir(parents=True)
    try:
        INPUTS[name](shared, raw)
    except FileNotFoundError as error:
        raise UserError(f"There is no {error.filename}; say by --shared where the real data lies.") from error


def scratch_folder(parent: Path | None) -> Path:
    """A new folder in `parent`, which is made if it is missing, or in the system's own for temporary files."""
    if parent:
        parent.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix="bench-", dir=parent))


def _copy(shared: Path, source: str, raw: Path) -> None:
    # Not copytree: it would make the copied folders as read-only as the originals may be.
    for path in sorted((shared / source).rglob("*.json")):
        copy = raw / path.relative_to(shared)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    if not (raw / source).is_dir():
        raise FileNotFoundError(2, "No such file or directory", str(shared / source))


def simulated(raw: Path, **settings: int) -> None:
    """Write what `sparkify simulate` writes with these settings; UserError if it can't."""
    say(simulate(Settings(raw, **settings)))  # type: ignore[arg-type]
