"""How plug-in files are found: the stem of a file in a floor's folder is the name of the plug-in.

``names`` lists stems without importing anything, so that ``import negotiate`` stays fast and one
broken file costs one error when it is used, not at start-up. Files beginning with ``_`` are
private to their folder.
"""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path
from types import ModuleType

from negotiate.errors import NegotiateError, UnknownNameError

ROOT = Path(__file__).parent
FLOORS = ("levers", "forms", "solutions", "whatif", "display", "report", "cli")


class BrokenPluginError(NegotiateError, ImportError):
    """A plug-in file that cannot be imported; the cause is chained."""


@cache
def names(floor: str) -> tuple[str, ...]:
    """Names of all plug-ins of ``floor``, sorted; imports nothing.

    >>> "nash_bargaining" in names("solutions")
    True
    """
    if floor not in FLOORS:
        raise UnknownNameError("floor", floor, FLOORS)
    return tuple(sorted(p.stem for p in (ROOT / floor).glob("*.py") if not p.stem.startswith("_")))


def load(floor: str, name: str) -> ModuleType:
    """Import the plug-in ``name`` of ``floor``; hyphens in a name may stand for underscores."""
    stem = name.replace("-", "_")
    if stem not in names(floor):
        raise UnknownNameError(floor.rstrip("s"), name, names(floor))
    try:
        return importlib.import_module(f"negotiate.{floor}.{stem}")
    except Exception as error:
        raise BrokenPluginError(
            f"{floor}/{stem}.py cannot be imported: {error}", where="registry"
        ) from error
