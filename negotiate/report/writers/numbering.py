"""Numbers, anchors and citations of a document, found once and shared by the three writers.

Tables, figures and keyed formulas are numbered through the report in order of appearance,
sections and their headings by position (2, 2.1); sources in the order of the list of references.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from negotiate.drawing.text import clean
from negotiate.report import blocks as b

WORDS = {"table": "Table", "figure": "Figure", "math": "Equation", "section": "Section"}


@dataclass(frozen=True)
class Target:
    """Where a reference goes: kind, number and anchor (letters, digits and hyphens)."""

    kind: str
    number: str
    anchor: str
    title: str = ""

    @property
    def label(self) -> str:
        """The kind and number in words, such as Table 3."""
        return f"{WORDS[self.kind]}\N{NO-BREAK SPACE}{self.number}"


@dataclass(frozen=True)
class Index:
    """Everything that is numbered.

    ``at`` maps (section, block) positions to targets, ``sections`` a section to its target,
    ``keys`` a key to its target, ``sources`` a source's key to its target.
    """

    at: Mapping[tuple[int, int], Target]
    sections: tuple[Target, ...]
    keys: Mapping[str, Target]
    sources: Mapping[str, Target]
    lost: tuple[str, ...]


def slug(text: object) -> str:
    """Letters, digits and hyphens of a text, for an anchor.

    >>> slug("Who can hurt whom?")
    'who-can-hurt-whom'
    """
    return re.sub("[^a-z0-9]+", "-", clean(text).lower()).strip("-")[:60] or "part"


def number(document: b.Document) -> Index:
    """Number the document; keys used twice keep their first meaning."""
    at: dict[tuple[int, int], Target] = {}
    keys: dict[str, Target] = {}
    sources: dict[str, Target] = {}
    sections: list[Target] = []
    counts = {"table": 0, "figure": 0, "math": 0}
    taken: set[str] = set()

    def anchor(wish: str) -> str:
        name, extra = wish, 2
        while name in taken:
            name, extra = f"{wish}-{extra}", extra + 1
        taken.add(name)
        return name

    for s, section in enumerate(document.sections):
        target = Target("section", str(s + 1), anchor(slug(section.title)), section.title)
        sections.append(target)
        keys.setdefault(section.key, target)
        second = third = 0
        for position, block in enumerate(section.blocks):
            if isinstance(block, b.Heading):
                if block.level <= 2:
                    second, third = second + 1, 0
                    place = f"{s + 1}.{second}"
                else:
                    third += 1
                    place = f"{s + 1}.{second}.{third}"
                words = b.plain(block.text)
                target = Target("section", place, anchor(slug(words)), words)
            elif isinstance(block, (b.Table, b.Figure)) or (
                isinstance(block, b.Math) and block.key
            ):
                kind = type(block).__name__.lower()
                counts[kind] += 1
                target = Target(kind, str(counts[kind]), anchor(f"{kind}-{counts[kind]}"))
            elif isinstance(block, b.References):
                for item in block.items:
                    place = str(len(sources) + 1)
                    sources.setdefault(
                        item.key,
                        Target("section", place, anchor(f"source-{place}"), b.plain(item.text)),
                    )
                continue
            else:
                continue
            at[s, position] = target
            if getattr(block, "key", ""):
                keys.setdefault(block.key, target)
    lost = sorted(
        {f"reference '{clean(k)}'" for k in _refs(document) if k not in keys}
        | {f"source '{clean(k)}'" for k in _cites(document) if k not in sources}
    )
    return Index(at, tuple(sections), keys, sources, tuple(lost))


def _texts(document: b.Document) -> list[b.Text]:
    out: list[b.Text] = []

    def visit(block: object) -> None:
        if isinstance(block, (b.Heading, b.Paragraph)):
            out.append(block.text)
        elif isinstance(block, b.Table):
            out.extend([block.caption, block.note, *block.head])
            for row in block.rows:
                out.extend(block.cells(row))
        elif isinstance(block, b.Figure):
            out.append(block.caption)
        elif isinstance(block, b.Bullets):
            out.extend(block.items)
        elif isinstance(block, b.Definitions):
            out.extend(text for pair in block.items for text in pair)
        elif isinstance(block, b.References):
            out.extend(item.text for item in block.items)
        elif isinstance(block, b.Callout):
            out.append(block.title)
            for inner in block.body:
                visit(inner)

    for block in document.blocks():
        visit(block)
    return out


def _inline(text: b.Text) -> list[b.Inline]:
    out: list[b.Inline] = []
    for span in b.spans(text):
        out.append(span)
        inner = getattr(span, "text", None)
        if not isinstance(span, (str, b.Ref)) and inner is not None:
            out.extend(_inline(inner))
    return out


def _refs(document: b.Document) -> set[str]:
    return {s.key for t in _texts(document) for s in _inline(t) if isinstance(s, b.Ref)}


def _cites(document: b.Document) -> set[str]:
    return {
        k for t in _texts(document) for s in _inline(t) if isinstance(s, b.Cite) for k in s.keys
    }
