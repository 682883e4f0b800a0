"""What the HTML, Markdown and PDF writers share: the walk through a document, a type at a time.

A writer is a subclass of `Writer` with a method for each kind of span and block; it is given text
that is set already, so that it only says how its format looks. The types are told apart here and
nowhere else: a new block is a class in `_blocks`, a case in `Writer.block` and one method in each
writer, which the type checker asks for.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, assert_never

from negotiate.drawing.text import clean
from negotiate.report import blocks as b
from negotiate.report.writers.numbering import Target, number

_SAFE = ("http://", "https://", "mailto:")


def stamp(seconds: int) -> str:
    """Seconds since 1970 as a date and time in UTC; 0 says that the time was left out.

    >>> stamp(1583366400)
    '2020-03-05 00:00 UTC'
    """
    if not seconds:
        return "left out, so that a rerun gives the same bytes"
    return datetime.fromtimestamp(seconds, tz=UTC).strftime("%Y-%m-%d %H:%M UTC")


class Writer(ABC):
    """One document in one format; ``index`` holds its numbers, ``files`` the figures beside it."""

    def __init__(self, document: b.Document) -> None:
        self.document = document
        self.index = number(document)
        self.files: dict[str, str] = {}

    def sections(self) -> Iterator[tuple[Target, b.Section, list[str]]]:
        """Each section: where it is, what it is, its blocks as they are set."""
        for s, section in enumerate(self.document.sections):
            yield (
                self.index.sections[s],
                section,
                [
                    self.block(block, self.index.at.get((s, place)))
                    for place, block in enumerate(section.blocks)
                ],
            )

    def inline(self, text: b.Text) -> str:
        """A text inside a line; every string in it is escaped."""
        return "".join(self.span(span) for span in b.spans(text))

    def span(self, span: b.Inline) -> str:
        """One part of a text."""
        match span:
            case b.Emph() | b.Strong() | b.Under():
                return self.stressed(span)
            case b.Mono():
                return self.mono(span)
            case b.TeX():
                return self.tex(span)
            case b.Ref():
                target = self.index.keys.get(span.key)
                shown = self.literal(span.text or (target.label if target else span.key))
                return self.goto(target.anchor, shown) if target else shown
            case b.Cite():
                return self._cite(span)
            case b.Link():
                url = clean(span.url).strip()
                safe = url.lower().startswith(_SAFE)
                return self.link(span.text, url) if safe else self.literal(span.text)
            case _:
                return self.literal(span)

    def _cite(self, span: b.Cite) -> str:
        parts = [
            self.source(self.index.sources[key])
            if key in self.index.sources
            else self.literal(f"{key}?")
            for key in span.keys
        ]
        place = self.literal(f", {span.place}") if span.place else ""
        return self.cited(self.literal(", ").join(parts) + place) if parts else ""

    def block(self, block: b.Block, target: Any = None) -> str:
        """One block; ``target`` is its number and anchor, None where it has none."""
        match block:
            case b.Heading():
                return self.heading(self.inline(block.text), block.level, target)
            case b.Paragraph():
                return self.paragraph(self.inline(block.text))
            case b.Math():
                return self.math(block, target)
            case b.Table():
                return self.table(block, target)
            case b.Figure():
                return self.figure(block, target)
            case b.Bullets():
                return self.bullets([self.inline(x) for x in block.items], ordered=block.ordered)
            case b.Callout():
                title = self.inline(block.title or b.CALLOUTS[block.kind])
                return self.callout(block.kind, title, [self.block(x) for x in block.body])
            case b.Code():
                return self.code(block)
            case b.Definitions():
                return self.definitions([(self.inline(x), self.inline(y)) for x, y in block.items])
            case b.References():
                return self.references([self._reference(item) for item in block.items])
            case _:
                assert_never(block)

    def _reference(self, item: b.Reference) -> str:
        url = clean(item.url).strip()
        address = self.literal(" ") + self.span(b.Link(url, url)) if url else ""
        return self.reference(
            self.index.sources[item.key], self.inline(item.text) + address, item.key
        )

    def heads(self, table: b.Table) -> list[tuple[str, str]]:
        """The head of each column and its unit (not yet set; empty where it has none)."""
        units = table.units or [""] * len(table.head)
        return [(self.inline(cell), unit) for cell, unit in zip(table.head, units)]

    def rows(self, table: b.Table) -> list[list[str]]:
        """The cells of each row."""
        return [[self.inline(cell) for cell in table.cells(row)] for row in table.rows]

    def source(self, source: Target) -> str:
        """The number of a source, linked to the list of references."""
        return self.goto(source.anchor, self.literal(source.number))

    @abstractmethod
    def literal(self, text: object) -> str:
        """A string shown as it is."""

    @abstractmethod
    def stressed(self, span: b.Emph | b.Strong | b.Under) -> str:
        """Stressed, strong or underlined words."""

    @abstractmethod
    def mono(self, span: b.Mono) -> str:
        """Typewriter letters."""

    @abstractmethod
    def tex(self, span: b.TeX) -> str:
        """A formula inside a line."""

    @abstractmethod
    def goto(self, anchor: str, shown: str) -> str:
        """A link to another place of the document."""

    @abstractmethod
    def cited(self, sources: str) -> str:
        """Brackets around the numbers of sources."""

    @abstractmethod
    def link(self, text: str, url: str) -> str:
        """A link to an address that is safe to follow."""

    @abstractmethod
    def heading(self, text: str, level: int, target: Target) -> str:
        """A heading of level 2 or 3."""

    @abstractmethod
    def paragraph(self, text: str) -> str:
        """A paragraph."""

    @abstractmethod
    def math(self, block: b.Math, target: Target | None) -> str:
        """A displayed formula; numbered if it has a target."""

    @abstractmethod
    def table(self, block: b.Table, target: Target) -> str:
        """A table with its caption."""

    @abstractmethod
    def figure(self, block: b.Figure, target: Target) -> str:
        """A figure with its caption."""

    @abstractmethod
    def bullets(self, items: Sequence[str], *, ordered: bool) -> str:
        """A list."""

    @abstractmethod
    def callout(self, kind: str, title: str, body: Sequence[str]) -> str:
        """A remark set apart."""

    @abstractmethod
    def code(self, block: b.Code) -> str:
        """Lines of code, kept as they are."""

    @abstractmethod
    def definitions(self, items: Sequence[tuple[str, str]]) -> str:
        """Terms and what they mean."""

    @abstractmethod
    def reference(self, source: Target, text: str, key: str) -> str:
        """One entry in the list of references, its address at the end of the text."""

    @abstractmethod
    def references(self, items: Sequence[str]) -> str:
        """The list of references."""
