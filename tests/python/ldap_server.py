"""A directory that knows one user, for a Thrift Server that asks it for passwords: LDAP's bind, and nothing else."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SUCCESS, INVALID_CREDENTIALS = 0, 49
BIND_REQUEST, SIMPLE, OCTETS = 0x60, 0x80, 0x04


def read_element(data: bytes, at: int) -> tuple[int, bytes, int]:
    """Tag and content of the BER element at a place, and where the next one begins."""
    tag, length, at = data[at], data[at + 1], at + 2
    if length & 0x80:
        size = length & 0x7F
        length, at = int.from_bytes(data[at : at + size], "big"), at + size
    return tag, data[at : at + length], at + length


def answer_to(message: bytes, known: dict[str, str]) -> bytes | None:
    """The answer to a bind; None to what is no bind, such as an unbind."""
    _, content, _ = read_element(message, 0)
    _, message_id, at = read_element(content, 0)
    kind, request, _ = read_element(content, at)
    if kind != BIND_REQUEST:
        return None
    _, _, at = read_element(request, 0)
    _, name, at = read_element(request, at)
    how, password, _ = read_element(request, at)
    lets_in = how == SIMPLE and known.get(name.decode()) == password.decode()
    result = bytes([0x0A, 1, SUCCESS if lets_in else INVALID_CREDENTIALS, OCTETS, 0, OCTETS, 0])
    response = bytes([0x61, len(result)]) + result
    answer = bytes([0x02, len(message_id)]) + message_id + response
    return bytes([0x30, len(answer)]) + answer


@contextmanager
def directory(known: dict[str, str]) -> Iterator[str]:
    """A server on loopback with names and their passwords; its URL."""

    class Session(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            # A bind comes in one piece: it is smaller than a packet.
            while (message := self.request.recv(4096)) and (answer := answer_to(message, known)):
                self.request.sendall(answer)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"ldap://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
