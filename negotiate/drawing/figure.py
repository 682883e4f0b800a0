"""A figure: marks with two writers, SVG text and Matplotlib axes.

A figure is usable wherever SVG text is (it *is* that text), and knows more: the numbers behind it
(`data`), how to stand in axes of Matplotlib (`plot`, for a paper's own fonts and sizes), and how to
be saved as SVG, PDF or PNG. The marks are the lines, areas, curves and words of the drawing board
(`negotiate.drawing.svg`); Matplotlib is imported only where it is asked for.

>>> from negotiate.drawing.figures import bars
>>> drawn = Figure(bars(["a", "b"], [1, 2], quantity="stakes"), data={"a": 1, "b": 2})
>>> drawn.svg().startswith("<svg"), drawn.data["b"], drawn.size[0]
(True, 2, 640.0)
"""

from __future__ import annotations

import os
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from negotiate.errors import InputError, MissingExtraError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SUFFIXES = (".svg", ".pdf", ".png")
_STEP = re.compile(r"([MLCQAZ])|(-?\d+(?:\.\d+)?)")
_SVG = "{http://www.w3.org/2000/svg}"


class Figure(str):
    """SVG text of a figure, with the numbers behind it.

    Parameters
    ----------
    text
        The SVG text.
    data
        Numbers behind the figure, as tables and lists.
    """

    __slots__ = ("data",)
    data: Mapping[str, Any]

    def __new__(cls, text: str, data: Mapping[str, Any] | None = None) -> Figure:
        """A figure from its text and numbers."""
        made = super().__new__(cls, text)
        made.data = dict(data or {})
        return made

    def __repr__(self) -> str:
        return f"<Figure {self.size[0]:g} x {self.size[1]:g} pixels>"

    def __reduce__(self) -> tuple[Any, ...]:
        return Figure, (str(self), self.data)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in pixels."""
        found = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', self)
        return (float(found[1]), float(found[2])) if found else (640.0, 400.0)

    def svg(self) -> str:
        """The SVG text."""
        return str.__str__(self)

    def _repr_svg_(self) -> str:
        return self.svg()

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the figure into axes of Matplotlib.

        Parameters
        ----------
        ax
            Axes to fill; new ones of the figure's own size by default. They are measured in the
            figure's pixels, from the upper left corner, without ticks: words and scales are marks.

        Returns
        -------
        Axes
            For restyling: every mark is an artist of its own.

        Raises
        ------
        MissingExtraError
            Where Matplotlib is not installed.

        Examples
        --------
        >>> from negotiate.drawing.figures import bars
        >>> axes = Figure(bars(["a"], [1], quantity="stakes")).plot()
        >>> "stakes" in [word.get_text() for word in axes.texts]
        True
        """
        try:
            from matplotlib.figure import Figure as Sheet
        except ImportError:
            raise MissingExtraError("matplotlib", "figures") from None
        width, height = self.size
        if ax is None:
            sheet = Sheet(figsize=(width / 96, height / 96), dpi=96)
            ax = sheet.add_axes((0, 0, 1, 1))
        ax.set_xlim(0, width)
        ax.set_ylim(height, 0)
        ax.set_aspect("equal")
        ax.axis("off")
        for order, mark in enumerate(self._marks()):
            _draw(ax, *mark, order)
        return ax

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the figure; the suffix says as what.

        Parameters
        ----------
        path
            A file ending in ``.svg``, ``.pdf`` or ``.png``.

        Raises
        ------
        InputError
            For another suffix.
        """
        name = os.fspath(path)
        suffix = os.path.splitext(name)[1].lower()
        if suffix not in SUFFIXES:
            raise InputError(
                f"'{name}' ends in '{suffix}'", where="figure", allowed=", ".join(SUFFIXES)
            )
        if suffix == ".svg":
            with open(name, "w", encoding="utf-8") as file:
                file.write(self.svg())
            return
        sheet: Any = self.plot().figure
        metadata = {"Creator": None, "CreationDate": None} if suffix == ".pdf" else {}
        sheet.savefig(name, metadata=metadata, dpi=192)

    def _marks(self) -> Iterator[tuple[str, dict[str, str], str]]:
        for node in ET.fromstring(self.svg()).iter():
            tag = node.tag.removeprefix(_SVG)
            if tag in ("line", "rect", "circle", "polyline", "polygon", "path", "text"):
                yield tag, dict(node.attrib), "".join(node.itertext())


def _draw(ax: Any, tag: str, given: Mapping[str, str], body: str, order: int) -> None:
    from matplotlib import patches
    from matplotlib.lines import Line2D
    from matplotlib.path import Path

    def at(*names: str) -> list[float]:
        return [float(given.get(name, 0)) for name in names]

    if tag == "text":
        if given.get("aria-hidden"):
            return  # the rim of paper around a word
        x, y, size = at("x", "y", "font-size")
        turn = re.match(r"rotate\((-?[\d.]+)", given.get("transform", ""))
        ax.text(
            x, y, body, fontsize=size * 0.75, color=given.get("fill", "#000000"), zorder=order,
            ha={"middle": "center", "end": "right"}.get(given.get("text-anchor", ""), "left"),
            va="baseline", rotation=-float(turn[1]) if turn else 0, rotation_mode="anchor",
            fontweight=given.get("font-weight", "normal"), parse_math=False,
            fontstyle=given.get("font-style", "normal"),
        )  # fmt: skip
        return
    dash = [float(x) * 0.75 for x in given.get("stroke-dasharray", "").split()]
    width = float(given.get("stroke-width", 1)) * 0.75
    stroke, fill = given.get("stroke", "none"), given.get("fill", "none")
    if tag == "line":
        x1, y1, x2, y2 = at("x1", "y1", "x2", "y2")
        style: Any = (0, tuple(dash)) if dash else "-"
        ax.add_line(
            Line2D([x1, x2], [y1, y2], color=stroke, linewidth=width, linestyle=style, zorder=order)
        )
        return
    if tag == "rect":
        x, y, w, h = at("x", "y", "width", "height")
        shape: Any = patches.Rectangle((x, y), w, h)
    elif tag == "circle":
        x, y, r = at("cx", "cy", "r")
        shape = patches.Circle((x, y), r)
    elif tag == "path":
        shape = patches.PathPatch(Path(*_path(given["d"])))
    else:
        corners = [tuple(map(float, pair.split(","))) for pair in given["points"].split()]
        shape = patches.Polygon(corners, closed=tag == "polygon")
    shape.set(
        facecolor=fill, edgecolor=stroke, linewidth=width if stroke != "none" else 0, zorder=order
    )
    if "fill-opacity" in given and fill != "none":
        from matplotlib.colors import to_rgba

        shape.set_facecolor(to_rgba(fill, float(given["fill-opacity"])))
    if dash:
        shape.set_linestyle((0, tuple(dash)))
    ax.add_patch(shape)


def _path(text: str) -> tuple[list[tuple[float, float]], list[int]]:
    """Corners and codes of a path; an arc is drawn as its chord."""
    points: list[tuple[float, float]] = []
    codes: list[int] = []
    command, numbers = "", list[float]()
    need = {"M": 2, "L": 2, "Q": 4, "C": 6, "A": 7}
    for letter, digits in _STEP.findall(text):
        if letter:
            command, numbers = letter, []
            if letter == "Z":
                points.append(points[-1])
                codes.append(79)
            continue
        numbers.append(float(digits))
        if len(numbers) == need[command]:
            pairs = numbers[-2:] if command == "A" else numbers
            code = {"M": 1, "L": 2, "Q": 3, "C": 4, "A": 2}[command]
            for x, y in zip(pairs[::2], pairs[1::2]):
                points.append((x, y))
                codes.append(code)
            command, numbers = "L" if command == "M" else command, []
    return points, codes
