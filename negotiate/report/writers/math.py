"""Formulas: TeX to one clean MathML tree, and from that tree to HTML and to Typst.

The converter (latex2mathml) copies text into its output unescaped and passes links through, so
its result is parsed and rebuilt from a short list of elements and attributes; what does not parse
becomes None and the writers show the TeX itself. In Typst every character is written so that it
has no syntax of its own.
"""

from __future__ import annotations

import re
from functools import cache
from xml.etree import ElementTree

from negotiate.drawing.text import clean, escape

_ELEMENTS = frozenset(
    [
        "math",
        "mrow",
        "mi",
        "mo",
        "mn",
        "mtext",
        "mspace",
        "mfrac",
        "msqrt",
        "mroot",
        "msub",
        "msup",
        "msubsup",
        "mover",
        "munder",
        "munderover",
        "mtable",
        "mtr",
        "mtd",
        "mstyle",
        "mpadded",
        "mphantom",
        "mfenced",
        "menclose",
    ]
)
_ATTRIBUTES = frozenset(
    [
        "display",
        "stretchy",
        "fence",
        "form",
        "accent",
        "mathvariant",
        "width",
        "linethickness",
        "columnalign",
        "separator",
        "displaystyle",
        "scriptlevel",
    ]
)
# The converter takes these for its own syntax or for XML: they stand aside while it works.
_ASIDE = {"<": "\ue000", ">": "\ue001"} | {
    f"\\{char}": chr(0xE010 + place) for place, char in enumerate("{}$&#%_")
}
_BACK = str.maketrans({aside: shown[-1] for shown, aside in _ASIDE.items()})
_ACTIVE = re.compile(r"\\\\|\\[{}$&#%_]|[<>]")  # a double backslash is a line break, and stays
_WORDS = re.compile(r"\\operatorname\*?\{([^{}]*)\}|\\(arg|argmax|argmin)(?![a-zA-Z])")
_FUNCTIONS = frozenset(
    [
        "ln",
        "log",
        "exp",
        "sin",
        "cos",
        "tan",
        "det",
        "dim",
        "deg",
        "ker",
        "sgn",
        "arg",
        "argmax",
        "argmin",
    ]
)


@cache
def tree(tex: str, display: bool) -> ElementTree.Element | None:
    """The formula as a MathML tree without namespaces, or None if it cannot be read."""
    import latex2mathml.converter

    source = _WORDS.sub(lambda found: f"\\mathrm{{{found[1] or found[2]}}}", clean(tex))
    source = re.sub(r"(\\left|\\right|[Bb]igg?[lr]?)\s*\\([{}])", r"\1\\\2brace ", source)
    source = source.replace(r"\{brace", r"\lbrace").replace(r"\}brace", r"\rbrace")
    source = source.replace("{aligned}", "{align*}")
    source = _ACTIVE.sub(lambda found: _ASIDE.get(found[0], found[0]), source)
    try:
        raw = latex2mathml.converter.convert(source, display="block" if display else "inline")
        root = ElementTree.fromstring(raw)
    except Exception:  # the converter raises many kinds; the TeX is shown instead
        return None
    if root.tag.rpartition("}")[2] != "math":
        return None
    out = _rebuild(root)
    if display:
        for node in out.iter("msub"):
            if len(node) and (node[0].text or "") in _BIG:
                node.tag = "munder"
    return out


def _rebuild(node: ElementTree.Element) -> ElementTree.Element:
    name = node.tag.rpartition("}")[2]
    text = (node.text or "").translate(_BACK)
    if name == "mi" and text in ("<", ">", *"{}$&#%_"):
        name = "mo"
    out = ElementTree.Element(name if name in _ELEMENTS else "mrow")
    for key in sorted(node.attrib):
        if key in _ATTRIBUTES and re.fullmatch(r"[\w .%-]*", node.attrib[key]):
            out.set(key, node.attrib[key])
    out.text = text
    for child in map(_rebuild, node):
        last = out[-1] if len(out) else None
        if last is not None and _upright(last) and _upright(child):
            last.text = (last.text or "") + (child.text or "")  # \mathrm{base} is one word
        else:
            out.append(child)
    return out


def _upright(node: ElementTree.Element) -> bool:
    return node.tag == "mi" and node.get("mathvariant") == "normal"


def mathml(tex: str, alt: str, *, display: bool) -> str | None:
    """MathML for a page, with the words of ``alt`` for a screen reader, or None."""
    root = tree(tex, display)
    if root is None:
        return None
    words = f' aria-label="{escape(alt)}"' if alt else ""
    shape = "block" if display else "inline"
    inner = "".join(_serialise(child) for child in root)
    return f'<math display="{shape}"{words}>{inner}</math>'


def _serialise(node: ElementTree.Element) -> str:
    attributes = "".join(f' {key}="{escape(value)}"' for key, value in node.attrib.items())
    inner = escape(node.text) if node.text else ""
    inner += "".join(_serialise(child) for child in node)
    return f"<{node.tag}{attributes}>{inner}</{node.tag}>"


def typst_math(tex: str, *, display: bool) -> str | None:
    """The formula in Typst's notation, without the dollar signs, or None."""
    root = tree(tex, display)
    return None if root is None else _row(list(root))


_SPACES = {"0.167em": "thin", "0.222em": "med", "0.278em": "thick", "1em": "quad", "2em": "wide"}
_ACCENTS = {
    "^": "hat", "\u02c6": "hat", "\u00af": "macron", "~": "tilde", "\u02dc": "tilde",
    "\u2192": "arrow", "\u2015": "macron",
    "\u02d9": "dot", "\u00a8": "dot.double", "\u02c7": "caron",
}  # fmt: skip
_VARIANTS = {
    "script": "cal", "bold": "bold", "normal": "upright", "double-struck": "bb",
    "fraktur": "frak", "sans-serif": "sans", "monospace": "mono", "italic": "italic",
}  # fmt: skip
_BIG = frozenset("∑∏∐∫⋃⋂⋁⋀⨁⨂") | {"max", "min", "sup", "inf", "lim", "argmax", "argmin"}


def string(text: str) -> str:
    r"""A Typst string literal: the one place where its quoting rules live.

    >>> print(string('a "b" \\ #c'))
    "a \"b\" \\ #c"
    """
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _token(text: str) -> str:
    text = clean(text).strip()
    if not text:
        return ""
    if len(text) > 1:
        return f"upright({string(text)})"
    if text.isalnum():
        return text
    return f"\\{text}" if ord(text) < 128 else text


_TALL = ("mtable", "mfrac", "munder", "munderover")


def _row(children: list[ElementTree.Element]) -> str:
    """Siblings in order; pairs of fences around something tall grow with it."""
    texts = [(child.text or "") if child.tag == "mo" else "" for child in children]
    for place in range(1, len(children) - 1):
        around = texts[place - 1] + texts[place + 1]
        if children[place].tag in _TALL and around in ("()", "[]", "{}", "||"):
            inner = f"{_token(around[0])} {_node(children[place])} {_token(around[1])}"
            before, after = _row(children[: place - 1]), _row(children[place + 2 :])
            return " ".join(part for part in (before, f"lr({inner})", after) if part)
    out: list[str] = []
    fences: list[str] = []
    for child in children:
        if child.tag == "mo" and child.get("fence") == "true" and child.get("stretchy") == "true":
            sign = _token(child.text or "")
            if child.get("form") == "prefix":
                fences.append(sign)
                out.append(f"lr({sign}")
                continue
            if fences:
                fences.pop()
                out.append(f"{sign})")
                continue
        out.append(_node(child))
    out.extend(")" for _ in fences)
    return " ".join(part for part in out if part)


def _node(node: ElementTree.Element) -> str:
    children, text = list(node), node.text or ""
    if node.tag in ("mi", "mn", "mo"):
        if node.tag == "mo" and clean(text).strip().isalpha() and len(clean(text).strip()) > 1:
            return f"op({string(clean(text).strip())})"
        if clean(text).strip() in _FUNCTIONS:
            return f"op({string(clean(text).strip())})"
        inner = string(text) if node.tag == "mn" else _token(text)
        variant = _VARIANTS.get(node.get("mathvariant", ""))
        return f"{variant}({inner})" if variant and inner else inner
    if node.tag == "mtext":
        return string(clean(text)) if text else ""
    if node.tag == "mspace":
        return _SPACES.get(node.get("width", ""), "space")
    parts = [_group(child) for child in children]
    if node.tag == "mfrac" and len(parts) == 2:
        if node.get("linethickness", "").startswith("0"):
            return f"vec(delim: #none, {parts[0]}, {parts[1]})"
        return f"frac({parts[0]}, {parts[1]})"
    if node.tag == "msqrt":
        return f"sqrt({_row(children) or 'space'})"
    if node.tag == "mroot" and len(parts) == 2:
        return f"root({parts[1]}, {parts[0]})"
    if node.tag in ("msub", "msup", "msubsup", "munder", "mover", "munderover"):
        return _attach(node.tag, children, parts)
    if node.tag == "mtable":
        rows = [", ".join(_group(cell, empty='""') for cell in row) for row in children if len(row)]
        return f"mat(delim: #none, {'; '.join(rows)})"
    return _row(children)


def _attach(tag: str, children: list[ElementTree.Element], parts: list[str]) -> str:
    base, above = children[0], (children[-1].text or "").strip()
    if tag == "mover" and above in _ACCENTS:
        name = _ACCENTS[above]
        return f"accent({parts[0]}, {name})" if name != "macron" else f"overline({parts[0]})"
    if tag == "munder" and above in ("―", "_", "\u0332", "\u23df"):
        return f"{'underbrace' if above == chr(0x23DF) else 'underline'}({parts[0]})"
    if tag == "mover" and above in ("\u23de", "\u203e"):
        return f"{'overbrace' if above == chr(0x23DE) else 'overline'}({parts[0]})"
    word = clean(base.text or "").strip()
    limits = tag in ("munder", "mover", "munderover") or word in _BIG
    shell = f"limits({parts[0]})" if limits else f"{parts[0]}"
    under, over = {
        "msub": (1, 0),
        "munder": (1, 0),
        "msup": (0, 1),
        "mover": (0, 1),
        "msubsup": (1, 2),
        "munderover": (1, 2),
    }[tag]
    below = f", b: {parts[under]}" if under else ""
    top = f", t: {parts[over]}" if over else ""
    return f"attach({shell}{below}{top})"


def _group(node: ElementTree.Element, empty: str = "zws") -> str:
    """A node as one argument; commas and brackets of its own are escaped by `_token`."""
    inner = _row(list(node)) if node.tag in ("mrow", "mtd", "mstyle", "mpadded") else _node(node)
    return inner or empty
