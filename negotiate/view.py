"""The one sanctioned upward import: a type gets its rich view from a file of its room.

A type that wants a view inherits `Viewable` and names its display file in ``_view``; the file
``display/<_view>.py`` defines ``text(obj) -> str`` and ``html(obj) -> str`` (and, where it makes
sense, ``figure(obj) -> str`` giving SVG and ``latex(obj) -> str``). It is imported when a
notebook asks, so computing never loads a plotting library.
"""

from __future__ import annotations

import importlib
from typing import Any, ClassVar


class Viewable:
    """Mixin that gives notebook, text and figure views."""

    _view: ClassVar[str]

    def _display(self) -> Any:
        return importlib.import_module(self._view)

    def text(self) -> str:
        """Plain-text view."""
        return str(self._display().text(self))

    def html(self) -> str:
        """HTML view, self-contained, every label escaped."""
        return str(self._display().html(self))

    def figure(self) -> str:
        """Figure as an SVG string."""
        return str(self._display().figure(self))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        display = self._display()
        bundle = {"text/plain": str(display.text(self)), "text/html": str(display.html(self))}
        if hasattr(display, "latex"):
            bundle["text/latex"] = str(display.latex(self))
        return bundle
