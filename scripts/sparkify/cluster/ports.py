"""Addresses and ports: what is free, what is taken, what only this machine can reach."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket

from sparkify.errors import UserError

LOOPBACK = "127.0.0.1"


def address(host: str) -> str:
    """The IPv4 address of a host that is this machine."""
    try:
        found = socket.gethostbyname(host)
        with socket.socket() as probe:
            probe.bind((found, 0))
    except OSError as error:
        raise UserError(f"{host} is no address of this machine; name one with --host, such as {LOOPBACK}.") from error
    return found


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    return ipaddress.ip_address(host).is_loopback


def to_connect(host: str) -> str:
    """The address by which this machine reaches a server that listens on an address."""
    return LOOPBACK if ipaddress.ip_address(host).is_unspecified else host


def choose(host: str, port: int, option: str) -> int:
    """A port that can be listened on: the one asked for by an option, or any if that is 0."""
    with socket.socket() as probe:
        # As Java does it: connections of a server that has just ended are no hindrance.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = "taken" if error.errno == errno.EADDRINUSE else f"not to be had ({os.strerror(error.errno or 0)})"
            raise UserError(
                f"Port {port} of {host} is {reason}; name another with {option}, or {option} 0 for a free one."
            ) from error
        return int(probe.getsockname()[1])


def free(*chosen: int) -> int:
    """A port for this machine's own use that is not among those already chosen."""
    while (port := choose(LOOPBACK, 0, "")) in chosen:
        continue
    return port
