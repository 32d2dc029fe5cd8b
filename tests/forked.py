"""Commands in processes of their own, forked from one that has imported what they import and run none.

What a command is given is its own: arguments, folder, environment, standard streams. `commands.forbear` asks; a run of
the script that is installed, from its very start, is `commands.FORBEAR`.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import select
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import typer.main

from asking import ask
from forbear.cli import main
from forbear.cli.app import app
from forbear.language.pack import load_policy

STREAMS = 3
BACKLOG = 32


def run(arguments: list[str], given: bytes, cwd: Path | None, env: Mapping[str, str]) -> tuple[int, bytes, bytes]:
    """The exit status of a command and what it wrote; below nought is the signal that ended it."""
    pipes = [os.pipe() for _ in range(STREAMS)]
    theirs = [pipes[0][0], pipes[1][1], pipes[2][1]]
    with ThreadPoolExecutor(STREAMS) as threads:
        threads.submit(_give, pipes[0][1], given)
        out, err = (threads.submit(_read, pipe[0]) for pipe in pipes[1:])
        status = ask(_server(), theirs, arguments, str(cwd or Path.cwd()), dict(env))
        return status, out.result(), err.result()


@cache
def script() -> Path:
    """A `forbear` for shells, which asks the server."""
    path = Path(_server()).with_name("forbear")
    command = shlex.join([sys.executable, "-IS", str(Path(__file__).with_name("asking.py")), _server()])
    path.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
    path.chmod(0o755)
    return path


def _give(descriptor: int, given: bytes) -> None:
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(given)
    except BrokenPipeError:
        pass  # the command did not read to the end


def _read(descriptor: int) -> bytes:
    with os.fdopen(descriptor, "rb") as stream:
        return stream.read()


@cache
def _server() -> str:
    """Where the server listens; it ends with this process."""
    address = f"{tempfile.mkdtemp(prefix='forked-')}/socket"
    command = [sys.executable, __file__, address]
    bare = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd="/", env=bare)
    atexit.register(process.communicate)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return address


def _serve(address: str) -> None:
    """Fork a process for each request, until nobody holds the other end of standard input."""
    sys.path.pop(0)  # the folder of this script, which the installed one does not stand in
    assert all(typer.main.get_group(app).commands.values())  # each is imported
    load_policy("standard")
    gc.collect()
    gc.freeze()
    waiting: set[int] = set()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(BACKLOG)
        print("ready", flush=True)
        while listener in select.select([listener, sys.stdin.fileno()], [], [])[0]:
            connection, _ = listener.accept()
            child = os.fork()
            if child == 0:
                listener.close()
                _answer(connection)
            connection.close()
            waiting = {one for one in waiting | {child} if os.waitpid(one, os.WNOHANG) == (0, 0)}
    for one in waiting:
        os.waitpid(one, 0)
    shutil.rmtree(Path(address).parent)


def _answer(connection: socket.socket) -> None:
    """Run the command in a process of its own and say how it ended; returns nowhere."""
    _, descriptors, _, _ = socket.recv_fds(connection, 1, STREAMS)
    with connection.makefile() as stream:
        request = json.loads(stream.readline())
    child = os.fork()
    if child == 0:
        connection.close()
        _become(request, descriptors)
        main()
        sys.exit(0)
    for one in descriptors:
        os.close(one)
    _, status = os.waitpid(child, 0)
    connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _become(request: dict[str, Any], descriptors: list[int]) -> None:
    for number, one in enumerate(descriptors):
        os.dup2(one, number)
        os.close(one)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    sys.path[:0] = filter(None, request["env"].get("PYTHONPATH", "").split(os.pathsep))
    sys.stdin, sys.stdout, sys.stderr = (open(n, mode) for n, mode in enumerate("rww"))  # noqa: SIM115 — open to the end
    sys.argv = [str(Path(sys.executable).with_name("forbear")), *request["arguments"]]


if __name__ == "__main__":
    _serve(sys.argv[1])
