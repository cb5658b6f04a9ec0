"""A Spark cluster on this machine: a standalone master, workers, and a Thrift Server that dbt connects to.

scripts/cluster start     start it; it runs until it is stopped, and prints the variables by which dbt finds it
scripts/cluster status    how each of its processes is; exit code 1 if not all is well
scripts/cluster logs      where the logs are and how they end
scripts/cluster stop      stop it; the logs stay

eval "$(scripts/cluster start)" && dbt build     start it, and build with it
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import signal
import sys
from pathlib import Path
from types import FrameType

from sparkify import settings
from sparkify.cluster import ports
from sparkify.cluster.catalog import Catalog
from sparkify.cluster.folder import Folder
from sparkify.cluster.launch import Workers
from sparkify.cluster.ldap import Ldap
from sparkify.cluster.start import Plan, start
from sparkify.cluster.status import logs, status
from sparkify.cluster.stop import stop
from sparkify.errors import UserError
from sparkify.progress import say

# Spark refuses executors with less.
LEAST_MEMORY = 512


def parser() -> argparse.ArgumentParser:
    """Command line of scripts/cluster."""
    arguments = argparse.ArgumentParser(
        prog="scripts/cluster", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = arguments.add_subparsers(dest="command", required=True, metavar="start|status|logs|stop")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--folder", default=None, help="where its logs and state are: one folder for each cluster (default: .cluster)"
    )
    starting = commands.add_parser(
        "start",
        parents=[common],
        help="start it",
        description="Start a cluster, wait until it answers queries, and print the variables by which dbt finds it. "
        "SPARKIFY_DRIVER_MEMORY is the memory of the Thrift Server (default: 2g). For raw data on S3, SPARKIFY_RAW "
        "must say so before the start, as Spark needs a client for S3 then.",
    )
    starting.add_argument("--workers", type=_at_least_one, default=2, help="how many workers (default: 2)")
    starting.add_argument(
        "--worker-cores", type=_at_least_one, help="cores for each (default: those of the machine, shared out)"
    )
    starting.add_argument(
        "--worker-memory", type=_memory, default="1g", help="memory for the executor of each (default: 1g)"
    )
    starting.add_argument(
        "--host",
        default=ports.LOOPBACK,
        help="address that the Thrift Server listens on (default: %(default)s). Any other than this machine's own lets "
        "everybody who reaches it read and change the lake; master and workers keep to this machine",
    )
    starting.add_argument("--port", type=_port, default=10000, help="its port; 0: any (default: %(default)s)")
    starting.add_argument("--master-port", type=_port, default=0, help="port of the master (default: any)")
    starting.add_argument("--lake", help="folder or s3 URI for the tables (default: SPARKIFY_LAKE, or lake/)")
    starting.add_argument(
        "--catalog",
        metavar="URL",
        help="where the catalog of tables is: in PostgreSQL, which serves several servers, by a URL such as "
        "jdbc:postgresql://127.0.0.1:5432/catalog, with SPARKIFY_CATALOG_USER and SPARKIFY_CATALOG_PASSWORD in the "
        "environment (default: SPARKIFY_CATALOG_URI, or an SQLite file: catalog.db in a local lake, below .catalog/ "
        "for one on S3)",
    )
    starting.add_argument(
        "--ldap-url",
        metavar="URL",
        help="let in who has a password in this directory, such as ldaps://directory:636 (default: everybody). The "
        "start itself asks with SPARKIFY_THRIFT_USER and DBT_ENV_SECRET_THRIFT_PASSWORD",
    )
    starting.add_argument(
        "--ldap-people",
        metavar="DN",
        help="under which name it has users by their uid, such as ou=people,dc=example,dc=com",
    )
    commands.add_parser("status", parents=[common], help="how its processes are")
    reading = commands.add_parser("logs", parents=[common], help="where the logs are and how they end")
    reading.add_argument("--lines", type=_at_least_one, default=10, help="how many lines of each (default: 10)")
    commands.add_parser("stop", parents=[common], help="stop it")
    return arguments


def main(argv: list[str] | None = None) -> int:
    """0 if all is well, 1 if a cluster is not as it should be, 2 if what was asked for can't be done."""
    options = parser().parse_args(argv)
    folder = Folder(_folder(options.folder))
    try:
        if options.command == "start":
            _start(folder, options)
        elif options.command == "stop":
            _stop(folder)
        elif options.command == "logs":
            logs(folder, options.lines)
        elif not status(folder):
            return 1
    except UserError as error:
        say(str(error))
        return 2
    return 0


def _start(folder: Folder, options: argparse.Namespace) -> None:
    places = settings.resolve(lake=options.lake)
    cores = options.worker_cores or max(1, (os.cpu_count() or 1) // options.workers)
    workers = Workers(options.workers, cores, options.worker_memory)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    with folder.locked():
        ldap = Ldap(options.ldap_url, options.ldap_people) if options.ldap_url else None
        catalog = Catalog(options.catalog or settings.catalog_url(places.lake))
        plan = Plan(workers, options.host, options.port, options.master_port, places, catalog, ldap)
        state = start(folder, plan)
    at = "" if options.folder is None else f" --folder {shlex.quote(options.folder)}"
    say(f"Tell dbt where it is by these lines; stop it by ./scripts/cluster stop{at}")
    for name, value in {
        "SPARKIFY_TARGET": "cluster",
        "SPARKIFY_THRIFT_HOST": ports.to_connect(state.host),
        "SPARKIFY_THRIFT_PORT": str(state.port),
        "SPARKIFY_THRIFT_AUTH": state.auth,
        "SPARKIFY_LAKE": places.lake,
        **({"SPARKIFY_CATALOG_URI": options.catalog} if options.catalog else {}),
    }.items():
        print(f"export {name}={shlex.quote(value)}")


def _interrupt(number: int, _: FrameType | None) -> None:
    """End the program, and let nothing interrupt the stopping of what it has started."""
    for another in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(another, signal.SIG_IGN)
    say("Interrupted; stopping what was started ...")
    sys.exit(128 + number)


def _stop(folder: Folder) -> None:
    if not folder.path.exists() and not folder.everything():
        say(f"No cluster is running from {folder.path}.")
        return
    with folder.locked():
        if stop(folder):
            say(f"Stopped the cluster of {folder.path}; its logs stay in {folder.logs}.")
        else:
            say(f"No cluster is running from {folder.path}.")


def _folder(argument: str | None) -> Path:
    if argument is None:
        return settings.PROJECT / ".cluster"
    return (Path(os.environ.get("SPARKIFY_CALLER_DIR", Path.cwd())) / Path(argument).expanduser()).resolve()


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65535:
        raise argparse.ArgumentTypeError("must be 0 to 65535")
    return number


def _memory(text: str) -> str:
    match = re.fullmatch(r"([0-9]+)([mg])", text)
    if not match or int(match[1]) * {"m": 1, "g": 1024}[match[2]] < LEAST_MEMORY:
        raise argparse.ArgumentTypeError(f"must be like 1g or 768m, and {LEAST_MEMORY}m or more")
    return text


if __name__ == "__main__":
    sys.exit(main())
