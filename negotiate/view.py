"""The one sanctioned upward import: a type gets its rich view from a file of its room.

A type that wants a view inherits `Viewable` and names its display file in ``_view``; the file
``display/<_view>.py`` defines ``text(obj) -> str`` and ``html(obj) -> str`` (and, where it makes
sense, ``figure(obj) -> str`` giving SVG and ``latex(obj) -> str``). It is imported when a
notebook asks, so computing never loads a plotting library.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, ClassVar, cast

from negotiate.errors import NotApplicableError

if TYPE_CHECKING:
    from negotiate.drawing.figure import Figure


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

    def figure(self) -> Figure:
        """The figure: SVG text that can also be plotted into axes, saved, and asked for its data.

        Returns
        -------
        Figure
            With ``.plot(ax)``, ``.svg()``, ``.save("x.pdf")``, ``.data``.
        """
        made = importlib.import_module("negotiate.drawing.figure").Figure
        data = self.to_dict() if hasattr(self, "to_dict") else {}
        return cast("Figure", made(str(self._display().figure(self)), data))

    def to_latex(self) -> str:
        """LaTeX: of the view where it has one, else the table of `to_pandas`."""
        display = self._display()
        if hasattr(display, "latex"):
            return str(display.latex(self))
        return str(self.to_pandas().to_latex(index=False, escape=True))

    def to_pandas(self) -> Any:
        """A data frame: a row for each entry of the first list of entries in `to_dict`.

        Returns
        -------
        pandas.DataFrame
            Nested mappings become columns with dotted names.

        Raises
        ------
        NotApplicableError
            Where the thing has no `to_dict`.
        """
        if not hasattr(self, "to_dict"):
            raise NotApplicableError(f"{type(self).__name__} has no table", allowed="text, html")
        import pandas

        data = self.to_dict()
        rows = [v for v in data.values() if isinstance(v, list) and v and isinstance(v[0], dict)]
        return pandas.json_normalize(rows[0] if rows else [data])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        display = self._display()
        bundle = {"text/plain": str(display.text(self)), "text/html": str(display.html(self))}
        if hasattr(display, "latex"):
            bundle["text/latex"] = str(display.latex(self))
        return bundle
