"""Packages whose names are loaded when first used, and are typed all the same (SPEC 1).

The stub beside a package (``__init__.pyi``) is the one list of its public names: type checkers and
editors read it, and so does `attach` when the package is imported. It holds absolute imports only::

    from negotiate.bargaining.nash import nash as nash

A concept often bears the name of its file. Python would bind the *file* to that name in the
package as soon as anything imports it; here the public name wins, and the file is reached by its
full dotted name.
"""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any


class _Package(ModuleType):
    """A package that keeps its public names from being overwritten by its files."""

    def __setattr__(self, name: str, value: Any) -> None:
        own = isinstance(value, ModuleType) and value.__name__ == f"{self.__name__}.{name}"
        if own and name in self.__dict__.get("__lazy__", {}):
            return
        super().__setattr__(name, value)


def attach(
    package: str, file: str
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """What a lazy package needs: ``__getattr__``, ``__dir__``, ``__all__``.

    Parameters
    ----------
    package
        ``__name__`` of the package.
    file
        Its ``__file__``; the stub stands beside it.

    Returns
    -------
    tuple
        To be assigned to the three names.
    """
    names = public_names(Path(file).with_suffix(".pyi"))
    module = sys.modules[package]
    module.__dict__["__lazy__"] = names
    module.__class__ = _Package

    def get(name: str) -> Any:
        if name not in names:
            raise AttributeError(f"module '{package}' has no attribute '{name}'")
        place, attribute = names[name]
        found = importlib.import_module(place)
        if attribute:
            found = getattr(found, attribute)
        module.__dict__[name] = found
        return found

    return get, lambda: sorted(names), sorted(names)


def public_names(stub: Path) -> dict[str, tuple[str, str]]:
    """Public name to its module and its name there (empty: the module itself)."""
    tree = ast.parse(stub.read_text(encoding="utf-8"))
    out: dict[str, tuple[str, str]] = {}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                if alias.asname is None:
                    continue  # only names given again ("x as x") are public, as PEP 484 says
                place = (node.module, alias.name)
                if node.module == "negotiate":
                    place = (f"negotiate.{alias.name}", "")
                out[alias.asname] = place
    return out
