"""The program: commands gathered from the folder, errors turned into exit codes."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from functools import cache
from typing import Any

import typer

from negotiate import declare
from negotiate.errors import CaseError, NegotiateError

HELP = """Model negotiations: one sourced parameter file, bargaining games, equilibria, what-if.

A CASE is an id that `negotiate list` shows, or a file (.toml, and for solve and convert also
.nfg and .efg). Results go to stdout, everything else to stderr.
Exit codes: 0 ok, 1 internal error, 2 bad usage or file, 3 no solution, 130 interrupted.
"""


def app() -> typer.Typer:
    """The program with every command of this folder."""
    program = typer.Typer(
        help=HELP,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    program.callback(invoke_without_command=True)(_root)
    for name in declare.files_in("cli"):
        module = declare.file_named("cli", name)
        if hasattr(module, "program"):  # a command with sub-commands
            program.add_typer(module.program, name=name.removesuffix("_"))
        else:
            program.command(name=name.removesuffix("_").replace("_", "-"))(module.command)
    return program


def _root(
    version: bool = typer.Option(False, "--version", help="Print the version and exit."),
) -> None:
    if version:
        from negotiate import __version__

        typer.echo(f"negotiate {__version__}")
        raise typer.Exit


@cache
def _command() -> Any:
    """The program, made once in a process."""
    return typer.main.get_command(app())


def run(arguments: Sequence[str] | None) -> int:
    """Run with ``arguments`` (the process's own by default) and return the exit code."""
    command = _command()
    try:
        code = command.main(
            args=None if arguments is None else list(arguments),
            prog_name="negotiate",
            standalone_mode=False,
        )
        return code if isinstance(code, int) else 0
    except CaseError as error:
        for finding in error.findings:
            print(finding, file=sys.stderr)
        count = len(error.findings)
        print(f"{count} error{'s' if count != 1 else ''}", file=sys.stderr)
        return error.exit_code
    except NegotiateError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return _other(error)


def _other(error: Exception) -> int:
    """Errors of the argument parser (typer may carry its own copy of it), or our own bug."""
    if type(error).__name__ == "Abort":
        return 130
    if hasattr(error, "show") and hasattr(error, "exit_code"):
        error.show()
        return 2
    if os.environ.get("NEGOTIATE_DEBUG"):
        traceback.print_exc()
    print(
        f"internal error: {type(error).__name__}: {error}\nset NEGOTIATE_DEBUG=1 for the trace",
        file=sys.stderr,
    )
    return 1
