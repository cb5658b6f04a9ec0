"""The Java that Spark runs on: the user's own if it fits, else one that is fetched once into the user's cache."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

from sparkify.errors import UserError
from sparkify.progress import say

# What Spark 4.1 documents. Its Hadoop calls what Java has taken away since 24 ("getSubject is not supported").
SUPPORTED = ("17", "21")
NEEDED = "Spark 4.1 needs Java 17 or 21"
# What Spark itself is built with.
INSTALLED_VERSION = "17"
# Spark starts every JVM with this module, which small runtimes lack, so Java is asked for its version in the same way.
MODULE = "jdk.incubator.vector"


def cache_folder() -> Path:
    """Where the project keeps what it fetches for this user."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sparkify"


def home() -> str:
    """JAVA_HOME for Spark: the environment's, the PATH's, or one that is fetched now; UserError if there is none."""
    named = os.environ.get("JAVA_HOME")
    for found in (Path(named, "bin", "java") if named else None, shutil.which("java"), *_fetched()):
        if found and (usable := _usable_home(found)):
            return usable
        if found and named and Path(named) in Path(found).parents:
            say(f"JAVA_HOME ({named}) has no Java that Spark can use, and {NEEDED}: looking for another.")
    return _fetch()


def _usable_home(java: str | Path) -> str | None:
    """The home of a java command that Spark runs on; None for any other."""
    command = [str(java), f"--add-modules={MODULE}", "-XshowSettings:properties", "-version"]
    try:
        said = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=60
        )
    except (OSError, subprocess.SubprocessError):
        return None
    found = dict(re.findall(r"^\s*(java\.home|java\.version) = (.+?)\s*$", said.stderr, re.MULTILINE))
    if said.returncode or re.split("[.+-]", found.get("java.version", ""))[0] not in SUPPORTED:
        return None
    return str(found["java.home"])


def _fetched() -> list[Path]:
    # macOS's archives have the runtime in a folder of their own.
    return [*cache_folder().glob("jdk/bin/java"), *cache_folder().glob("jdk/Contents/Home/bin/java")]


def _fetch() -> str:
    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    with open(cache / "lock", "w") as lock:
        # Two at once: the second takes what the first has fetched.
        fcntl.flock(lock, fcntl.LOCK_EX)
        for java in _fetched():
            if found := _usable_home(java):
                return found
        say(f"Fetching Java {INSTALLED_VERSION} (Temurin) into {cache / 'jdk'} (once; about 45 MB) ...")
        for left_over in cache.glob("new-*"):  # by a call that was killed
            shutil.rmtree(left_over, ignore_errors=True)
        # Below the cache, as only a move within one file system is never seen half done.
        with tempfile.TemporaryDirectory(prefix="new-", dir=cache) as scratch:
            try:
                runtime = _download(Path(scratch))
            # The network, the disk, the archive: the user's way on is the same.
            except Exception as error:
                reason = str(error).strip(" <>") or type(error).__name__
                raise _no_java(reason) from error
            shutil.rmtree(cache / "jdk", ignore_errors=True)
            runtime.rename(cache / "jdk")
        for java in _fetched():
            if found := _usable_home(java):
                return found
    raise _no_java("what was fetched does not run on this machine")


def _no_java(reason: str) -> UserError:
    return UserError(
        f"No Java for Spark was found, and fetching one failed ({reason}); install Java 17, for example from"
        " https://adoptium.net, set JAVA_HOME to its folder, and try again."
    )


def _download(folder: Path) -> Path:
    import jdk  # type: ignore[import-untyped]  # has no types; imported late, as it is rarely needed

    # install-jdk waits for ever by itself, and downloads under a fixed name into the folder for temporary files.
    socket.setdefaulttimeout(60)
    (folder / "archive").mkdir()
    before, tempfile.tempdir = tempfile.tempdir, str(folder / "archive")
    try:
        return Path(jdk.install(INSTALLED_VERSION, jre=True, path=str(folder / "runtime")))
    finally:
        tempfile.tempdir = before
