"""A process of its own, as another user where this one is root, who may read and write everything."""

from __future__ import annotations

import os
import pwd
import sys
import traceback
from collections.abc import Callable

import pytest

_USERS = ("postgres", "nobody")


def somebody() -> pwd.struct_passwd | None:
    """A user other than root, where there is one."""
    known = {one.pw_name: one for one in pwd.getpwall()}
    return next((known[name] for name in _USERS if name in known), None)


def in_child(work: Callable[[], None]) -> int:
    """Do something in a process of its own; its exit status, or the signal that ended it, negative."""
    child = os.fork()
    if child == 0:
        status = 70
        try:
            work()
            status = 0
        except BaseException:  # noqa: BLE001 — whatever it is, it is told, and the child ends
            traceback.print_exc()
            sys.stderr.flush()
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def in_child_as_somebody(work: Callable[[], None]) -> int:
    """Do something in a process of its own as a user whom permissions bind; its exit status."""
    if os.geteuid() != 0:
        return in_child(work)
    other = somebody()
    if other is None:
        pytest.skip(f"root may read and write everything, and there is no user {' or '.join(_USERS)}")

    def changed() -> None:
        os.setgroups([])
        os.setgid(other.pw_gid)
        os.setuid(other.pw_uid)
        work()

    return in_child(changed)
