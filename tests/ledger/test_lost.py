"""Connections that are lost while they lie idle, and nobody says so: a power cut, a firewall that forgot them."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from select import select
from urllib.parse import urlsplit

import pytest

from forbear.ledger import open_ledger
from places import Place, postgres

RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing resets


class Wire:
    """A way to the server that can be cut: what is sent afterwards on an old connection is answered by a reset."""

    def __init__(self, port: int) -> None:
        self._target, self._cuts = port, 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def cut(self) -> None:
        self._cuts += 1

    def close(self) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                one, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(one, self._cuts), daemon=True).start()

    def _carry(self, one: socket.socket, cuts: int) -> None:
        with one, socket.create_connection(("127.0.0.1", self._target)) as server:
            while True:
                ready, _, _ = select([one] if cuts != self._cuts else [one, server], [], [], 0.05)
                for end in ready:
                    told = end.recv(65536)
                    if not told or cuts != self._cuts:
                        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                        return
                    (server if end is one else one).sendall(told)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return postgres(tmp_path)


@pytest.fixture
def wire(place: Place) -> Iterator[Wire]:
    port = urlsplit(place.url).port
    assert port is not None
    one = Wire(port)
    yield one
    one.close()


def test_what_was_lost_in_silence_is_replaced_and_counted(
    place: Place, wire: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forbear.ledger.postgres._IDLE_SECONDS", -1)
    url = place.url.replace(f":{urlsplit(place.url).port}", f":{wire.port}", 1)
    store = open_ledger(url, f"file:///{tmp_path / 'wire.keys'}")
    with store.writing() as ledger, store.reading():  # two connections
        ledger.hold("e0", "c", "u")
        ledger.save_decision("e0", "", 0, "c", "u", "{}")
    wire.cut()
    for n in range(1, 4):
        with store.writing() as ledger:
            ledger.hold(f"e{n}", "c", "u")
            assert ledger.decided("e0") is not None
            ledger.save_decision(f"e{n}", "", n, "c", "u", "{}")
    with store.reading() as ledger:
        assert ledger.decided("e3") is not None
        assert ledger.gone().losses == 2
    store.close()
