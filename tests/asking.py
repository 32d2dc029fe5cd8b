"""Ask the server of `forked` for a command; as a script, `forbear` itself: python asking.py SOCKET ARGUMENTS."""

from __future__ import annotations

import json
import os
import socket
import sys


def ask(address: str, streams: list[int], arguments: list[str], cwd: str, env: dict[str, str]) -> int:
    """The exit status of a command that was given these streams, which are closed here; below nought is a signal."""
    request = {"arguments": arguments, "cwd": cwd, "env": env}
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(address)
        socket.send_fds(connection, [b"."], streams)
        for one in streams:
            os.close(one)
        connection.sendall(json.dumps(request).encode() + b"\n")
        return int(connection.makefile().readline())


if __name__ == "__main__":
    status = ask(sys.argv[1], [0, 1, 2], sys.argv[2:], os.getcwd(), dict(os.environ))
    os._exit(status if status >= 0 else 128 - status)
