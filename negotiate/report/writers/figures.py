"""SVG from any drawer made safe to put into a page: parsed, cleaned, its names made its own.

Only shapes, text, gradients and clips are kept; scripts, event handlers, foreign content, styles
that fetch and links to elsewhere are dropped. Identifiers get a prefix, so that two figures in
one page never share one.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

from negotiate.drawing.text import clean, escape
from negotiate.errors import InputError

_ELEMENTS = frozenset(
    [
        "svg",
        "g",
        "path",
        "line",
        "rect",
        "circle",
        "ellipse",
        "polyline",
        "polygon",
        "text",
        "tspan",
        "title",
        "desc",
        "defs",
        "use",
        "symbol",
        "clipPath",
        "linearGradient",
        "radialGradient",
        "stop",
        "marker",
        "pattern",
        "mask",
        "style",
    ]
)
_ID_USE = re.compile(r"url\(\s*['\"]?#([\w.:-]+)['\"]?\s*\)")
_FETCH = re.compile(r"url\(\s*(?!['\"]?#)|@import|expression\(|javascript:", re.I)
_XLINK = "{http://www.w3.org/1999/xlink}href"
MAX_BYTES = 5_000_000


def svg_tree(svg: str, prefix: str) -> ElementTree.Element:
    """The cleaned tree; ``prefix`` goes in front of every identifier."""
    if len(svg) > MAX_BYTES:
        raise InputError(
            f"the figure has {len(svg)} characters",
            where="svg",
            allowed=f"{MAX_BYTES}",
            remedy="draw fewer points",
        )
    if "<!ENTITY" in svg:
        raise InputError("the figure declares entities", where="svg", allowed="plain SVG")
    try:
        root = ElementTree.fromstring(svg)
    except ElementTree.ParseError as error:
        raise InputError(
            f"the figure is not well-formed SVG ({error})",
            where="svg",
            remedy="escape labels with negotiate.drawing.text.escape",
        ) from error
    if root.tag.rpartition("}")[2] != "svg":
        raise InputError("the figure's root is not <svg>", where="svg", allowed="<svg>")
    out = _copy(root, prefix)
    assert out is not None
    return out


def _copy(node: ElementTree.Element, prefix: str) -> ElementTree.Element | None:
    if not isinstance(node.tag, str):
        return None
    name = node.tag.rpartition("}")[2]
    if name not in _ELEMENTS or (name == "style" and _FETCH.search(node.text or "")):
        return None
    out = ElementTree.Element(name)
    for key, value in node.attrib.items():
        short = key.rpartition("}")[2]
        if short.lower().startswith("on") or _FETCH.search(value):
            continue
        if short == "href":
            if value.startswith("#"):
                out.set("href", f"#{prefix}{value[1:]}")
            continue
        if key.startswith("{") and key != _XLINK:
            continue
        if short in ("id", "aria-labelledby", "aria-describedby"):
            value = " ".join(prefix + part for part in value.split())
        out.set(short, _ID_USE.sub(lambda match: f"url(#{prefix}{match[1]})", value))
    out.text = node.text
    for child in node:
        kept = _copy(child, prefix)
        if kept is not None:
            kept.tail = child.tail
            out.append(kept)
        elif child.tail and name in ("text", "tspan"):
            out.text = (out.text or "") + child.tail
    return out


def _serialise(node: ElementTree.Element, keep: bool = False) -> str:
    attributes = "".join(f' {key}="{escape(value)}"' for key, value in node.attrib.items())
    keep = keep or node.tag in ("text", "title", "desc", "style")
    inner = ""
    if node.text and (keep or node.text.strip()):
        inner += escape(node.text) if node.tag != "style" else clean(node.text).replace("<", "")
    for child in node:
        inner += _serialise(child, keep)
        if child.tail and keep:
            inner += escape(child.tail)
    return (
        f"<{node.tag}{attributes}>{inner}</{node.tag}>" if inner else f"<{node.tag}{attributes}/>"
    )


def inline(svg: str, prefix: str, alt: str) -> str:
    """For a page: an ``<svg>`` named by ``alt``, its size left to the column."""
    root = svg_tree(svg, prefix)
    _measure(root)
    root.attrib.pop("xmlns", None)
    root.set("role", "img")
    root.set("aria-label", clean(alt))
    return _serialise(root)


def standalone(svg: str, prefix: str) -> str:
    """For a file of its own or the PDF writer: with its namespace."""
    root = svg_tree(svg, prefix)
    _measure(root)
    root.attrib = {"xmlns": "http://www.w3.org/2000/svg", **root.attrib}
    return _serialise(root) + "\n"


def size(svg: str) -> tuple[float, float]:
    """Width and height in pixels."""
    root = svg_tree(svg, "")
    return _measure(root)


def _measure(root: ElementTree.Element) -> tuple[float, float]:
    def pixels(text: str | None) -> float | None:
        match = re.fullmatch(r"\s*([\d.]+(?:e[+-]?\d+)?)\s*(px|pt|in|cm|mm)?\s*", text or "")
        if not match:
            return None
        unit = {"pt": 4 / 3, "in": 96.0, "cm": 96 / 2.54, "mm": 96 / 25.4}
        return float(match[1]) * unit.get(match[2] or "", 1.0)

    box = [float(part) for part in re.findall(r"-?[\d.]+", root.get("viewBox", ""))]
    width = pixels(root.get("width")) or (box[2] if len(box) == 4 else 640.0)
    height = pixels(root.get("height")) or (box[3] if len(box) == 4 else 400.0)
    if len(box) != 4:
        root.set("viewBox", f"0 0 {width:g} {height:g}")
    return width, height
