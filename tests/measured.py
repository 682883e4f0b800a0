"""Metrics of one game of a case by their names within it, as what-if reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from negotiate.whatif import metric


def measured(game: str) -> Callable[..., dict[str, Any]]:
    """``evaluate(case, names)`` of a game; all that the case has the numbers for by default."""

    def evaluate(case: Any, names: Iterable[str] = ()) -> dict[str, Any]:
        wanted = list(names)
        if not wanted:
            known = metric.available(case)
            wanted = [
                n.partition(".")[2] for n in known if n.startswith(f"{game}.") and "<" not in n
            ]
        found = metric.evaluate(case, [f"{game}.{name}" for name in wanted])
        return {name: found[f"{game}.{name}"] for name in wanted}

    return evaluate
