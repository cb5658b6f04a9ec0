"""Starts a cluster, or says in a sentence why it can't be; what is half started is stopped again."""

from __future__ import annotations

from dataclasses import dataclass

from sparkify import jars, settings
from sparkify.cluster import configuration, ports, ready, spark
from sparkify.cluster.catalog import Catalog
from sparkify.cluster.files import properties, write_private
from sparkify.cluster.folder import Folder
from sparkify.cluster.launch import Launcher, Workers
from sparkify.cluster.ldap import Ldap
from sparkify.cluster.ports import LOOPBACK
from sparkify.cluster.state import THRIFT_SERVER, State
from sparkify.cluster.stop import stop
from sparkify.errors import UserError
from sparkify.progress import say
from sparkify.settings import Settings, is_uri


@dataclass(frozen=True)
class Plan:
    """What to start."""

    workers: Workers
    host: str
    port: int
    master_port: int
    places: Settings
    catalog: Catalog
    ldap: Ldap | None = None


def start(folder: Folder, plan: Plan) -> State:
    """Start the cluster of a folder. The folder is locked by the caller."""
    folder.check_ours()
    _check_stopped(folder)
    try:
        launcher = _prepare(folder, plan)
        launcher.run()
    except BaseException:  # Ctrl-C as well
        stop(folder)
        raise
    return launcher.state


def _check_stopped(folder: Folder) -> None:
    if THRIFT_SERVER in folder.members():
        raise UserError(f"A cluster is running from {folder.path}; stop it, or name another folder by --folder.")
    # Without its Thrift Server, nobody works with it.
    if stop(folder):
        say(f"Stopped what was left of an earlier cluster in {folder.path}.")


def _prepare(folder: Folder, plan: Plan) -> Launcher:
    """Check what can be checked, fetch what is missing, write the settings; nothing runs yet."""
    home = spark.home()
    state = _addresses(plan)
    asked = ready.server_of(state)
    if not is_uri(plan.places.lake):
        settings.check_lake(plan.places.lake)
    plan.catalog.check()
    on_s3 = is_uri(plan.places.raw) or is_uri(plan.places.lake)
    jars.ensure(home, with_s3=on_s3)
    plan.catalog.prepare()

    folder.renew()
    say(f"Starting a cluster; its logs are in {folder.logs}")
    configuration.write_daemons(folder)
    server = configuration.thrift_server(plan.places, plan.workers.memory, folder)
    server |= plan.catalog.spark_settings(plan.places.lake) | (configuration.s3(home) if on_s3 else {})
    if plan.ldap:
        write_private(folder.settings / "hive-site.xml", plan.ldap.hive_site())
    write_private(folder.server_settings, properties(server))
    return Launcher(folder, state, plan.workers, asked, spark.environment(home, folder))


def _addresses(plan: Plan) -> State:
    """Where all will listen; says what is dangerous in it."""
    host = ports.address(plan.host)
    port = ports.choose(host, plan.port, "--port")
    master = ports.choose(LOOPBACK, plan.master_port, "--master-port") if plan.master_port else ports.free(port)
    if not ports.is_loopback(host) and not plan.ldap:
        say(f"Warning: whoever can reach {host}:{port} can read and change the lake, as no password is asked for.")
    auth = "LDAP" if plan.ldap else "NONE"
    return State(host, port, f"spark://{LOOPBACK}:{master}", ports.free(port, master), plan.workers.number, auth)
