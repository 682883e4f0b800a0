"""A small drawing board: hand-written SVG with a palette, a title, and the same bytes every time.

Colours are names, written twice: as attributes (so that a PDF and a notebook show them) and as
classes (so that a page with a dark ground restyles them: ``ngf-ink`` fills, ``ngs-ink`` strokes).
The hues are those of Okabe and Ito, "Color Universal Design" (2008), told apart by the common
kinds of colour blindness; every series also has its own marker or dash, so that no reading
depends on colour. Sizes are in pixels at a column of 640.

>>> board = Canvas(100, 50, title="Cost <high>", desc="One line.")
>>> board.line(0, 0, 100, 50, stroke="blue")
>>> "Cost &lt;high&gt;" in board.render() and board.render() == board.render()
True
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from negotiate.drawing.text import MINUS, clean, escape
from negotiate.errors import InputError

WIDTH = 640
FONT = "Libertinus Serif, Palatino Linotype, Palatino, Georgia, serif"
PALETTE = {
    "ink": "#1f1f1f",
    "soft": "#5f5f5f",
    "rule": "#8a8a8a",
    "grid": "#dedede",
    "wash": "#f1efea",
    "paper": "#ffffff",
    "blue": "#0072b2",
    "vermilion": "#d55e00",
    "green": "#009e73",
    "purple": "#a8578a",
    "orange": "#d08c00",
    "sky": "#4a9fd0",
}
SERIES = ("blue", "vermilion", "green", "purple", "orange", "sky")
DASHES = ("", "7 3", "2 3", "9 3 2 3", "12 4", "4 2")
MARKERS = ("circle", "square", "diamond", "triangle", "cross", "star", "ring", "nabla")

# Advance widths in ems of DejaVu Serif, rounded up by class: the widest serif a reader's machine is
# likely to fall back on, so that what fits here fits everywhere.
_WIDTHS = {
    **dict.fromkeys("ijl.,;:'!| ", 0.34),
    **dict.fromkeys("ftIJ-/()[]r", 0.44),
    **dict.fromkeys("mwMW@%—", 1.0),
}


def text_width(text: str, size: float = 13) -> float:
    """Width in pixels of ``text`` in the widest serif it may be set in: nothing is cut."""
    total = 0.0
    for char in text:
        if char in _WIDTHS:
            total += _WIDTHS[char]
        elif ord(char) > 0x2E80:
            total += 1.0
        else:
            total += 0.8 if char.isupper() else 0.62
    return total * size


def wrap(text: object, width: float, size: float = 13, *, lines: int = 2) -> list[str]:
    """``text`` broken at spaces into at most ``lines`` lines of ``width``; the rest becomes an …"""
    words, out = clean(text).split(" "), [""]
    for word in words:
        trial = f"{out[-1]} {word}".strip()
        if out[-1] and text_width(trial, size) > width:
            out.append(word)
        else:
            out[-1] = trial
    cut = len(out) > lines
    out = out[:lines]
    for index, line in enumerate(out):
        last = cut and index == len(out) - 1
        shown = f"{line}…" if last else line
        while text_width(shown, size) > width and len(line) > 1:
            line = line[:-1].rstrip()
            shown = f"{line}…"
        out[index] = shown
    return out


def finite(values: Sequence[float], where: str) -> list[float]:
    """The values as floats; refuses what is not finite, since a figure would hide it."""
    out = [float(value) for value in values]
    for index, value in enumerate(out):
        if not math.isfinite(value):
            raise InputError(
                f"value {index + 1} of {len(out)} is {value}",
                where=where,
                allowed="finite numbers",
                remedy="leave the undefined entries out and say so in the caption",
            )
    return out


class Scale:
    """Linear map from ``[low, high]`` in units of the data to ``[start, end]`` in pixels."""

    def __init__(self, low: float, high: float, start: float, end: float) -> None:
        if not high > low:
            pad = abs(low) * 0.1 or 0.5
            low, high = low - pad, high + pad
        self.low, self.high, self.start, self.end = low, high, start, end

    def __call__(self, value: float) -> float:
        """The place of ``value`` in pixels."""
        share = (float(value) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self, count: int = 5) -> list[float]:
        """Round values (1, 2 or 5 times a power of ten) inside the range, about ``count``."""
        raw = (self.high - self.low) / max(count, 1)
        power = 10.0 ** math.floor(math.log10(raw))
        step = min((m * power for m in (1, 2, 5, 10)), key=lambda s: abs(math.log(s / raw)))
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return [index * step for index in range(first, last + 1)]

    def label(self, value: float) -> str:
        """``value`` with as many decimals as the ticks need."""
        ticks = self.ticks()
        step = ticks[1] - ticks[0] if len(ticks) > 1 else self.high - self.low
        places = max(0, -math.floor(math.log10(step) + 1e-9))
        if abs(step) >= 1e6 or places > 5:
            return f"{value:.3g}".replace("-", MINUS)
        text = f"{value:.{places}f}"
        return text.replace("-", MINUS) if float(text) else text.lstrip("-")


def padded(low: float, high: float, share: float = 0.05) -> tuple[float, float]:
    """The range widened by ``share`` of its length on both sides."""
    pad = (high - low) * share if high > low else abs(low) * share or 0.05
    return low - pad, high + pad


def _n(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _paint(fill: str | None, stroke: str | None, width: float, dash: str, opacity: float) -> str:
    classes, out = [], ""
    if fill is None:
        out += ' fill="none"'
    else:
        out += f' fill="{PALETTE[fill]}"'
        classes.append(f"ngf-{fill}")
        if opacity < 1:
            out += f' fill-opacity="{_n(opacity)}"'
    if stroke is not None:
        out += f' stroke="{PALETTE[stroke]}" stroke-width="{_n(width)}"'
        classes.append(f"ngs-{stroke}")
        if dash:
            out += f' stroke-dasharray="{dash}"'
    return f' class="{" ".join(classes)}"' + out if classes else out


class Canvas:
    """Collects shapes in order; `render` gives the SVG text with its title and description."""

    def __init__(self, width: float, height: float, *, title: str, desc: str) -> None:
        self.width, self.height, self.title, self.desc = width, height, title, desc
        self._parts: list[str] = []

    def line(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        *,
        stroke: str = "rule",
        width: float = 1,
        dash: str = "",
    ) -> None:
        """A straight line."""
        self._parts.append(
            f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}"'
            f"{_paint(None, stroke, width, dash, 1)}/>"
        )

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: str | None = None,
        stroke: str | None = None,
        line: float = 1,
        opacity: float = 1,
        dash: str = "",
        radius: float = 0,
    ) -> None:
        """A rectangle; a negative width or height is turned around."""
        x, width = (x + width, -width) if width < 0 else (x, width)
        y, height = (y + height, -height) if height < 0 else (y, height)
        rounded = f' rx="{_n(radius)}"' if radius else ""
        self._parts.append(
            f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"{rounded}'
            f"{_paint(fill, stroke, line, dash, opacity)}/>"
        )

    def circle(
        self,
        x: float,
        y: float,
        r: float,
        *,
        fill: str | None = "ink",
        stroke: str | None = None,
        line: float = 1,
        opacity: float = 1,
    ) -> None:
        """A circle."""
        self._parts.append(
            f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(r)}"'
            f"{_paint(fill, stroke, line, '', opacity)}/>"
        )

    def polyline(
        self,
        points: Sequence[tuple[float, float]],
        *,
        stroke: str | None = "ink",
        fill: str | None = None,
        width: float = 1.5,
        dash: str = "",
        opacity: float = 1,
    ) -> None:
        """A line through ``points``; closed if it has a fill."""
        tag = "polygon" if fill else "polyline"
        body = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
        join = ' stroke-linejoin="round"' if stroke else ""
        self._parts.append(
            f'<{tag} points="{body}"{_paint(fill, stroke, width, dash, opacity)}{join}/>'
        )

    def curve(self, path: str, *, stroke: str = "ink", width: float = 1.5, dash: str = "") -> None:
        """A path in SVG's own notation, made by our code from numbers only."""
        if set(path) - set("MLCQAZ0123456789.,- "):
            raise InputError("a path holds other characters than numbers", where="svg path")
        self._parts.append(f'<path d="{path}"{_paint(None, stroke, width, dash, 1)}/>')

    def text(
        self,
        x: float,
        y: float,
        text: object,
        *,
        size: float = 13,
        anchor: str = "start",
        fill: str = "ink",
        bold: bool = False,
        italic: bool = False,
        halo: bool = False,
        turn: float = 0,
    ) -> None:
        """One line of text, escaped; ``halo`` puts a rim of paper around it."""
        extra = "" if anchor == "start" else f' text-anchor="{anchor}"'
        extra += ' font-weight="bold"' if bold else ""
        extra += ' font-style="italic"' if italic else ""
        extra += f' transform="rotate({_n(turn)} {_n(x)} {_n(y)})"' if turn else ""
        at = f'x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}"{extra}'
        body = escape(text)
        if halo:
            self._parts.append(
                f'<text {at} aria-hidden="true"{_paint("paper", "paper", 4, "", 1)}'
                f' stroke-linejoin="round">{body}</text>'
            )
        self._parts.append(f"<text {at}{_paint(fill, None, 1, '', 1)}>{body}</text>")

    def marker(
        self, x: float, y: float, shape: str, *, colour: str = "ink", size: float = 5
    ) -> None:
        """A point's sign, rimmed in paper so that neighbours stay apart."""
        s = size
        outlines: dict[str, list[tuple[float, float]]] = {
            "square": [(-s, -s), (s, -s), (s, s), (-s, s)],
            "diamond": [(0, -1.3 * s), (1.3 * s, 0), (0, 1.3 * s), (-1.3 * s, 0)],
            "triangle": [(0, -1.25 * s), (1.2 * s, 0.9 * s), (-1.2 * s, 0.9 * s)],
            "nabla": [(0, 1.25 * s), (1.2 * s, -0.9 * s), (-1.2 * s, -0.9 * s)],
            "star": [
                (
                    (1.5 if k % 2 == 0 else 0.62) * s * math.sin(k * math.pi / 5),
                    -(1.5 if k % 2 == 0 else 0.62) * s * math.cos(k * math.pi / 5),
                )
                for k in range(10)
            ],
        }
        if shape in outlines:
            points = [(x + dx, y + dy) for dx, dy in outlines[shape]]
            self.polyline(points, fill=colour, stroke="paper", width=1)
        elif shape == "cross":
            for sign in (1, -1):
                self.line(x - s, y - sign * s, x + s, y + sign * s, stroke=colour, width=2.2)
        elif shape == "ring":
            self.circle(x, y, s, fill="paper", stroke=colour, line=2)
        else:
            self.circle(x, y, s, fill=colour, stroke="paper")

    def render(self) -> str:
        """The SVG text: white ground, ``<title>`` and ``<desc>`` first for screen readers."""
        w, h = _n(self.width), _n(self.height)
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}"'
                f' height="{h}" role="img" font-family="{FONT}">',
                f"<title>{escape(self.title)}</title>",
                f"<desc>{escape(self.desc)}</desc>",
                f'<rect width="{w}" height="{h}"{_paint("paper", None, 1, "", 1)}/>',
                *self._parts,
                "</svg>\n",
            ]
        )
