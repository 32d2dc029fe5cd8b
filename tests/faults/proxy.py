"""A line between a store and its server that is cut in the middle of a commit."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from attrs import define

COMMITTED = b"COMMIT\0"  # how a server says that it has


@define(eq=False)
class Link:
    """One connection through the proxy."""

    client: socket.socket
    server: socket.socket
    cut: bool = False

    def close(self) -> None:
        for end in (self.client, self.server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@define(eq=False)
class Proxy:
    """Cuts the line at one commit, before the server hears of it, or after it has committed and before it says so."""

    target: int
    at: int
    committed: bool
    port: int = 0
    commits: int = 0
    cut: bool = False

    def carry(self, link: Link) -> None:
        """Carry what the store says; what it sends after a commit that is to be cut is carried too, or nothing is."""
        with suppress(OSError):
            while data := link.client.recv(65536):
                if b"COMMIT" in data:
                    self.commits += 1
                    link.cut = link.cut or self.commits == self.at
                    if link.cut and not self.committed:
                        self.cut = True
                        break
                link.server.sendall(data)
        link.close()

    def carry_back(self, link: Link) -> None:
        """Carry what the server says, but for the word that the commit to be cut has been made."""
        with suppress(OSError):
            while data := link.server.recv(65536):
                if link.cut and COMMITTED in data:
                    self.cut = True
                    break
                link.client.sendall(data)
        link.close()


@contextmanager
def proxy(target: int, at: int, committed: bool) -> Iterator[Proxy]:
    """A proxy before a port of this machine."""
    one = Proxy(target, at, committed)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        one.port = listener.getsockname()[1]

        def serve() -> None:
            with suppress(OSError):
                while True:
                    client, _ = listener.accept()
                    link = Link(client, socket.create_connection(("127.0.0.1", target)))
                    for carry in (one.carry, one.carry_back):
                        threading.Thread(target=carry, args=(link,), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield one
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
