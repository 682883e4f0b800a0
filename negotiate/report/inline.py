"""Text inside a block: strings that are always literal, and the few ways to dress them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from negotiate.drawing.text import clean


@dataclass(frozen=True)
class Emph:
    """Stressed words."""

    text: Text


@dataclass(frozen=True)
class Strong:
    """The words a reader should not miss."""

    text: Text


@dataclass(frozen=True)
class Under:
    """Underlined, as best replies are in a payoff matrix."""

    text: Text


@dataclass(frozen=True)
class Mono:
    """A path, a key or a command, set in typewriter letters."""

    text: str


@dataclass(frozen=True)
class TeX:
    """A formula inside a sentence; names from files go through `tex_text` first."""

    tex: str
    alt: str = ""


@dataclass(frozen=True)
class Cite:
    """One or more sources by their keys; set as [2, 5] and linked to the list of references."""

    keys: tuple[str, ...]
    place: str = ""

    def __init__(self, *keys: str, place: str = "") -> None:
        object.__setattr__(self, "keys", tuple(keys))
        object.__setattr__(self, "place", place)


@dataclass(frozen=True)
class Ref:
    """The number of a keyed block or section: "Table 3"; ``text`` replaces the number."""

    key: str
    text: str = ""


@dataclass(frozen=True)
class Link:
    """A link; only http, https and mailto are followed, anything else stays text."""

    text: str
    url: str


Inline: TypeAlias = "str | Emph | Strong | Under | Mono | TeX | Cite | Ref | Link"
Text: TypeAlias = "Inline | tuple[Inline, ...]"


def spans(text: Text) -> tuple[Inline, ...]:
    """The parts of a text, in order."""
    return tuple(text) if isinstance(text, (tuple, list)) else (text,)


def plain(text: Text) -> str:
    """The words of a text without their dress, for an outline, an alt text or a bookmark.

    >>> plain(("It is ", Strong("so"), "."))
    'It is so.'
    """
    out = []
    for span in spans(text):
        if isinstance(span, str):
            out.append(span)
        elif isinstance(span, TeX):
            out.append(span.alt or span.tex)
        elif isinstance(span, Cite):
            continue
        elif isinstance(span, Ref):
            out.append(span.text or span.key)
        else:
            out.append(plain(span.text))
    return clean("".join(out))


_TEX = str.maketrans(
    {char: f"\\{char}" for char in "{}$&#%_"} | {"\\": "\u2216", "^": "\u02c6", "~": "\u223c"}
)


def tex_text(name: object) -> str:
    r"""A name from a file as upright text inside a formula, every active character disarmed.

    Backslash, caret and tilde have no form that all readers of TeX share inside ``\text``; their
    mathematical lookalikes stand in for them.

    >>> tex_text("S-400 & {more}")
    '\\text{S-400 \\& \\{more\\}}'
    """
    return f"\\text{{{clean(name).translate(_TEX)}}}"


def is_text(cell: object) -> bool:
    """Whether a table cell is a text already, not a number to be set."""
    inline = (str, Emph, Strong, Under, Mono, TeX, Cite, Ref, Link)
    return isinstance(cell, inline) or (
        isinstance(cell, tuple) and all(isinstance(part, inline) for part in cell)
    )
