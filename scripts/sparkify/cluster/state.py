"""What is known of the cluster of a folder, for later commands: one file, there from its start to its stop."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

THRIFT_SERVER = "thrift-server"


@dataclass(frozen=True)
class Member:
    """A process that the start has started."""

    name: str
    pid: int
    started: float


@dataclass
class State:
    """The cluster's addresses and processes."""

    host: str
    port: int
    master: str
    master_page: int
    workers: int
    # NONE, or LDAP where the Thrift Server asks for a password.
    auth: str = "NONE"
    members: list[Member] = field(default_factory=list)


def read(file: Path) -> State | None:
    """The state of a running cluster; None if there is none, or in another form than this version's."""
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
        return State(**values | {"members": [Member(**member) for member in values["members"]]})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def write(file: Path, state: State) -> None:
    """Keep the state; whoever is killed meanwhile leaves the one before or the new one."""
    new = file.with_suffix(".new")
    new.write_text(json.dumps(asdict(state), indent=1), encoding="utf-8")
    new.replace(file)
