"""A PostgreSQL of the tests' own: a cluster in a temporary folder, which ends with the process that started it."""

from __future__ import annotations

import atexit
import ctypes
import itertools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from pwd import struct_passwd
from typing import NoReturn

import psycopg
import pytest

from somebody import somebody

NEEDED = "FORBEAR_NEEDS_POSTGRES"
_FAST = ("fsync=off", "full_page_writes=off", "shared_buffers=32MB", "max_connections=200")
_START_SECONDS = 60


@cache
def programs() -> Path | None:
    """The folder with `initdb` and `postgres`, the newest where Debian keeps several; None where there are none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: int(one.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    for folder in [*found, *([Path(on_path).resolve().parent] if on_path else [])]:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    return None


@cache
def cluster() -> Cluster:
    """The server of this process, started when it is first asked for."""
    one = Cluster()
    atexit.register(one.stop)
    return one


def lacking(reason: str) -> NoReturn:
    """Skip what needs PostgreSQL, but fail where the run is to have it."""
    if os.environ.get(NEEDED):
        pytest.fail(f"{NEEDED} is set, and {reason}")
    pytest.skip(reason)


class Cluster:
    """A server with one database, on a free port of this machine."""

    def __init__(self) -> None:
        folder = programs()
        if folder is None:
            lacking("there is no PostgreSQL here; on Debian or Ubuntu: apt-get install postgresql")
        self._programs, self._user = folder, _server_user()
        self._folder = Path(tempfile.mkdtemp(prefix="forbear-postgres-"))
        self._data = self._folder / "data"
        self._schemas = itertools.count()
        if self._user is not None:
            os.chown(self._folder, self._user.pw_uid, self._user.pw_gid)
        options = ["-D", str(self._data), "-U", "forbear", "-E", "UTF8", "--locale=C", "-A", "trust", "--no-sync"]
        subprocess.run([folder / "initdb", *options], check=True, capture_output=True, cwd=self._folder, **self._as())
        self.port = _free_port()
        self._server = self._started()

    def _as(self) -> dict[str, object]:
        if self._user is None:
            return {}
        return {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}

    def _started(self) -> subprocess.Popen[bytes]:
        where = (f"port={self.port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={self._folder}")
        command = [str(self._programs / "postgres"), "-D", str(self._data)]
        for one in (*_FAST, *where):
            command += ["-c", one]
        with (self._folder / "log").open("ab") as log:
            server = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=self._folder, preexec_fn=_die_with_parent(), **self._as()
            )
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                psycopg.connect(self.url(), connect_timeout=5).close()
                return server
            except psycopg.OperationalError:
                if server.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self._folder / "log").read_text()) from None
                time.sleep(0.02)

    def url(self, schema: str = "", port: int | None = None) -> str:
        """The URL of the database, with a schema of it where one is named, through another port where one is given."""
        options = f"?options=-csearch_path%3D{schema}" if schema else ""
        return f"postgresql://forbear@127.0.0.1:{port or self.port}/postgres{options}"

    def schema(self) -> str:
        """The name of a new schema."""
        name = f"ledger_{next(self._schemas)}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}")
        return name

    def restart(self) -> None:
        """End every process of the server at once, and start it again."""
        self._server.send_signal(signal.SIGQUIT)
        self._server.wait()
        self._server = self._started()

    def stop(self) -> None:
        """End the server and remove its folder."""
        self._server.send_signal(signal.SIGQUIT)
        self._server.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


def _server_user() -> struct_passwd | None:
    """Whom to be in place of root, as whom a server never runs; None for who is not root anyway."""
    if os.geteuid() != 0:
        return None
    return somebody() or lacking("root cannot run PostgreSQL, and there is no other user")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _die_with_parent() -> Callable[[], None]:
    """What makes Linux end a child whose parent was killed, so that no server is left behind."""
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(1, signal.SIGQUIT) and None
