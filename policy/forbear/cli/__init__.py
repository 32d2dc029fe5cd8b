"""The command line, one file per command."""

from __future__ import annotations

import gc
import os
import sys

_ALLOCATIONS = 200_000  # between collections: what a command loads, it keeps to its end


def main() -> None:
    """Run the command that was asked for. Exit status: 0 fine, 1 problems found, 2 could not run."""
    _open_streams()
    gc.set_threshold(_ALLOCATIONS)
    from forbear.cli.app import app
    from forbear.cli.console import drop_output, err, say_error, show_diagnostics
    from forbear.errors import ForbearError, PackError

    try:
        app()
    except PackError as error:
        show_diagnostics(err(), error.diagnostics)
        sys.exit(2)
    except ForbearError as error:
        say_error(str(error))
        sys.exit(2)
    except OSError as error:
        drop_output()
        say_error(f"the output cannot be written: {error.strerror}")
        sys.exit(2)


def _open_streams() -> None:
    """Standard streams that are there and can write anything, however the process was started."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 — open to the end
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
