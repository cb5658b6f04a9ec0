"""What the command `cluster` does."""

from __future__ import annotations

import os
import re
import shlex
import signal
import sys
from pathlib import Path
from types import FrameType

from sparkify import environment, settings
from sparkify.cluster import ports
from sparkify.cluster.catalog import Catalog
from sparkify.cluster.folder import Folder
from sparkify.cluster.launch import Workers
from sparkify.cluster.ldap import Ldap
from sparkify.cluster.start import Plan, start
from sparkify.cluster.stop import stop
from sparkify.errors import UserError
from sparkify.progress import say

# Spark refuses executors with less.
LEAST_MEMORY = 512


def start_cluster(
    folder: str | None,
    workers: int,
    worker_cores: int | None,
    worker_memory: str,
    host: str,
    port: int,
    master_port: int,
    lake: str | None,
    catalog: str | None,
    ldap_url: str | None,
    ldap_people: str | None,
) -> None:
    """Start a cluster and print the variables by which dbt finds it; UserError if that can't be."""
    environment.prepare()
    places = settings.resolve(lake=lake)
    cores = worker_cores or max(1, (os.cpu_count() or 1) // workers)
    plan = Plan(
        Workers(workers, cores, _memory(worker_memory)),
        host,
        port,
        master_port,
        places,
        Catalog(catalog or settings.catalog_url(places.lake)),
        Ldap(ldap_url, ldap_people) if ldap_url else None,
    )
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    with folder_of(folder).locked() as locked:
        state = start(locked, plan)
    at = "" if folder is None else f" --folder {shlex.quote(folder)}"
    say(f"Tell dbt where it is by these lines; stop it by sparkify cluster stop{at}")
    for name, value in {
        "SPARKIFY_TARGET": "cluster",
        "SPARKIFY_THRIFT_HOST": ports.to_connect(state.host),
        "SPARKIFY_THRIFT_PORT": str(state.port),
        "SPARKIFY_THRIFT_AUTH": state.auth,
        "SPARKIFY_LAKE": places.lake,
        **({"SPARKIFY_CATALOG_URI": catalog} if catalog else {}),
    }.items():
        print(f"export {name}={shlex.quote(value)}")


def _interrupt(number: int, _: FrameType | None) -> None:
    """End the program, and let nothing interrupt the stopping of what it has started."""
    for another in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(another, signal.SIG_IGN)
    say("Interrupted; stopping what was started ...")
    sys.exit(128 + number)


def stop_cluster(folder: Folder) -> None:
    """Stop a cluster, and say so."""
    if not folder.path.exists() and not folder.everything():
        say(f"No cluster is running from {folder.path}.")
        return
    with folder.locked():
        if stop(folder):
            say(f"Stopped the cluster of {folder.path}; its logs stay in {folder.logs}.")
        else:
            say(f"No cluster is running from {folder.path}.")


def folder_of(argument: str | None) -> Folder:
    """The folder of a cluster by its option."""
    return Folder(settings.PROJECT / ".cluster" if argument is None else Path(settings.from_caller(argument)))


def _memory(text: str) -> str:
    match = re.fullmatch(r"([0-9]+)([mg])", text)
    if not match or int(match[1]) * {"m": 1, "g": 1024}[match[2]] < LEAST_MEMORY:
        raise UserError(f"--worker-memory is {text}; give {LEAST_MEMORY}m or more, such as 1g or 768m.")
    return text
