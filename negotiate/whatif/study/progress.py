"""Progress of a long computation on standard error: done, rate, time that remains.

Nothing is shown where standard error is not a terminal, so that logs and pipes stay clean;
``NEGOTIATE_PROGRESS=1`` shows it all the same.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Advance(Protocol):
    """Called with the number of draws just finished."""

    def __call__(self, draws: int) -> None:
        """Move on by ``draws``."""


def wanted() -> bool:
    """Whether progress would be seen."""
    return sys.stderr.isatty() or os.environ.get("NEGOTIATE_PROGRESS") == "1"


@contextmanager
def progress(title: str, total: int, *, done: int = 0) -> Iterator[Advance]:
    """A bar with rate and remaining time on standard error, in draws."""
    if not wanted():
        yield lambda draws: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]} draws/s"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(title, total=total, completed=done, rate="–")

        def advance(draws: int) -> None:
            speed = bar.tasks[task].speed
            bar.update(task, advance=draws, rate=f"{speed:,.0f}" if speed else "–")

        yield advance
