"""The blocks a report is made of: what is said, never how it looks.

A section returns a list of blocks; the three writers (`_html`, `_markdown`, `_pdf`) set the same
list. **A plain string is always literal text**: it is escaped by each writer, so that a name from
a parameter file can hold any character. Emphasis, citations and formulas inside a sentence are
objects, and a text is a string, one such object, or a tuple of both:

>>> Paragraph(("The deal stands in ", Strong("87 %"), " of draws", Cite("moscow-2020"), "."))
Paragraph(text=('The deal stands in ', Strong(text='87 %'), ' of draws', ...

Blocks with a ``key`` can be referred to by `Ref` and are numbered by kind in order of appearance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from negotiate.drawing.text import clean, number
from negotiate.errors import InputError
from negotiate.report.inline import (
    Cite,
    Emph,
    Inline,
    Link,
    Mono,
    Ref,
    Strong,
    TeX,
    Text,
    Under,
    is_text,
    plain,
    spans,
    tex_text,
)

__all__ = [
    "Block", "Bullets", "Callout", "Cite", "Code", "Definitions", "Document", "Emph", "Figure",
    "Heading", "Inline", "Link", "Math", "Mono", "Paragraph", "Ref", "Reference", "References",
    "Section", "Strong", "Table", "TeX", "Text", "Under", "note", "plain", "spans", "tex_text",
]  # fmt: skip


Cell: TypeAlias = "Text | int | float | object"


@dataclass(frozen=True)
class Heading:
    """A heading inside a section: level 2 or 3 (a section's title is level 1)."""

    text: Text
    level: int = 2
    key: str = ""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph."""

    text: Text


@dataclass(frozen=True)
class Math:
    """A displayed formula in TeX, with words that say it; numbered if it has a key."""

    tex: str
    alt: str
    key: str = ""


@dataclass(frozen=True)
class Table:
    """A table: numbers may be given as numbers, `negotiate.drawing.text.number` sets them.

    Attributes
    ----------
    head
        Column names.
    rows
        One sequence of cells a row, as long as ``head``.
    caption
        What the table shows; ends with a full stop.
    align
        One letter a column: ``l``, ``r`` or ``c``. Default: numbers right, the rest left.
    units
        One unit a column, or empty; set under the column's name.
    digits
        Decimals of the numbers that are given as numbers.
    strong
        Indices of rows to stress (a total, the signed deal).
    rules
        Indices of rows that have a light rule above them (a new group).
    note
        Small print under the table.
    """

    head: Sequence[Text]
    rows: Sequence[Sequence[Cell]]
    caption: Text
    align: str = ""
    units: Sequence[str] = ()
    key: str = ""
    note: Text = ""
    digits: int = 3
    strong: frozenset[int] = frozenset()
    rules: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        where, columns = f"table '{clean(plain(self.caption))[:40]}'", len(self.head)
        for index, row in enumerate(self.rows):
            if len(row) != columns:
                raise InputError(
                    f"row {index + 1} has {len(row)} cells", where=where, allowed=f"{columns} cells"
                )
        if self.align and (len(self.align) != columns or set(self.align) - set("lrc")):
            raise InputError(
                f"align is '{self.align}'", where=where, allowed=f"{columns} letters of l, r, c"
            )
        if self.units and len(self.units) != columns:
            raise InputError(
                f"there are {len(self.units)} units", where=where, allowed=f"{columns} units"
            )

    def alignment(self) -> str:
        """One letter a column; columns whose cells are all numbers are set right."""
        if self.align:
            return self.align
        return "".join(
            "r" if self.rows and all(_numeric(row[index]) for row in self.rows) else "l"
            for index in range(len(self.head))
        )

    def cells(self, row: Sequence[Cell]) -> list[Text]:
        """The cells of ``row`` as texts."""
        return [
            cell if is_text(cell) else number(cell, self.digits)  # type: ignore[misc]
            for cell in row
        ]


@dataclass(frozen=True)
class Figure:
    """A figure as SVG text: ``alt`` says in words what is drawn, the caption what to see."""

    svg: str
    alt: str
    caption: Text
    key: str = ""


@dataclass(frozen=True)
class Bullets:
    """A list; numbered if ``ordered``."""

    items: Sequence[Text]
    ordered: bool = False


CALLOUTS = {"note": "Note", "finding": "Finding", "warning": "Caution", "error": "Error"}


@dataclass(frozen=True)
class Callout:
    """A remark set apart; ``kind`` is note, finding, warning or error."""

    body: Sequence[Paragraph | Bullets]
    kind: str = "note"
    title: Text = ""

    def __post_init__(self) -> None:
        if self.kind not in CALLOUTS:
            raise InputError(f"kind is '{self.kind}'", where="callout", allowed=", ".join(CALLOUTS))


def note(text: Text, *, kind: str = "note", title: Text = "") -> Callout:
    """A callout of one paragraph."""
    return Callout((Paragraph(text),), kind=kind, title=title)


@dataclass(frozen=True)
class Code:
    """Lines of code or data, kept as they are."""

    text: str
    language: str = ""


@dataclass(frozen=True)
class Definitions:
    """Terms and what they mean, or names and values."""

    items: Sequence[tuple[Text, Text]]


@dataclass(frozen=True)
class Reference:
    """One source: its key in the parameter file, how it is cited, where it is found."""

    key: str
    text: Text
    url: str = ""


@dataclass(frozen=True)
class References:
    """The list that `Cite` numbers refer to."""

    items: Sequence[Reference]


Block: TypeAlias = (
    Heading
    | Paragraph
    | Math
    | Table
    | Figure
    | Bullets
    | Callout
    | Code
    | Definitions
    | References
)


@dataclass(frozen=True)
class Section:
    """A titled list of blocks; ``key`` is its name, an appendix may be shown folded."""

    key: str
    title: str
    blocks: Sequence[Block]
    appendix: bool = False


@dataclass(frozen=True)
class Document:
    """A whole report, ready for a writer.

    Attributes
    ----------
    title, subtitle
        What stands on top.
    sections
        In order.
    facts
        Names and values set small under the title (case, file hash, seed, version).
    computed
        Time of computation in seconds since 1970, UTC; the only part that two runs differ in.
    failures
        ``(section, reason)`` for each section that broke; its place holds an error callout.
    """

    title: str
    sections: Sequence[Section]
    subtitle: str = ""
    facts: Sequence[tuple[str, str]] = ()
    computed: int = 0
    failures: Sequence[tuple[str, str]] = ()
    language: str = field(default="en")

    @property
    def status(self) -> int:
        """Exit status: 0, or 1 if a section broke."""
        return 1 if self.failures else 0

    def blocks(self) -> Iterator[Block]:
        """All blocks in order."""
        for section in self.sections:
            yield from section.blocks


def _numeric(cell: object) -> bool:
    if not is_text(cell):
        return not isinstance(cell, bool)
    shown = plain(cell).strip()  # type: ignore[arg-type]
    digits = sum(char.isdigit() for char in shown)
    return shown in ("–", "—", "") or (digits > 0 and not any(char.isalpha() for char in shown))
