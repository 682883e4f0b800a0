"""The command line: one file a command, its stem is the command's name.

Results go to stdout, progress and findings to stderr. Exit codes: 0 ok, 1 internal error, 2 bad
usage or file, 3 no solution, 130 interrupted. Files of this folder import only what typer needs;
everything else is imported when a command runs, so that ``negotiate --help`` answers at once.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code (and exits with it when run as a program)."""
    from negotiate.cli._program import run

    code = run(arguments)
    if arguments is None:
        sys.exit(code)
    return code
