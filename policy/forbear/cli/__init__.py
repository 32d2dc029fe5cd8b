"""The command line, one file per command."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command that was asked for. Exit status: 0 fine, 1 problems found, 2 could not run."""
    from forbear.cli.app import app
    from forbear.cli.console import say_error
    from forbear.errors import ForbearError

    try:
        app()
    except ForbearError as error:
        say_error(str(error))
        sys.exit(2)
    except BrokenPipeError:
        # Whoever read our output has had enough; that is no error.
        sys.stderr.close()
        sys.exit(0)
