"""Ends a cluster: each of its processes, and no other."""

from __future__ import annotations

from sparkify.cluster import processes
from sparkify.cluster.folder import Folder
from sparkify.cluster.state import THRIFT_SERVER
from sparkify.errors import UserError

# A query that is being answered is not waited for.
PATIENCE = 20.0


def stop(folder: Folder) -> bool:
    """End what runs of a folder's cluster and forget it; whether anything was running."""
    found = folder.everything()
    # The Thrift Server first: it tells the master that its executors are no longer needed.
    processes.end(lambda: {pid for name, pid in folder.members().items() if name == THRIFT_SERVER}, PATIENCE)
    if left := processes.end(folder.everything, PATIENCE):
        # What is known of them stays, for another attempt.
        raise UserError(f"Process {min(left)} does not even end by kill -9; look what it hangs on, and stop again.")
    folder.forget()
    return bool(found)
