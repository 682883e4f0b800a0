"""The PDF writer: Typst source made from the blocks, compiled in memory to a tagged PDF.

All text goes in as Typst string literals, so nothing in it has syntax. The fonts are those that
the compiler carries, so that a machine's own fonts change nothing; only a script that those do
not cover (Chinese, say) sends it to the system's. The file claims PDF/UA-1, the accessible
profile, whenever the compiler can vouch for it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from negotiate.drawing.svg import text_width
from negotiate.drawing.text import clean, clean_lines
from negotiate.errors import MissingExtraError, NegotiateError
from negotiate.report import blocks as b
from negotiate.report.writers import figures as _figures
from negotiate.report.writers.math import string, typst_math
from negotiate.report.writers.numbering import Target
from negotiate.report.writers.writer import Writer, stamp

_HERE = Path(__file__).parent
_ALIGN = {"l": "left", "r": "right", "c": "center"}
_STRESS: dict[type, str] = {b.Emph: "emph", b.Strong: "strong", b.Under: "underline"}
_WORD = 44  # a longer word is broken
_FLAT, _BROAD = 448.0, 690.0  # points between the margins of an A4 page upright and turned


def pdf(document: b.Document) -> bytes:
    """The document as a PDF; needs the extra ``pdf``."""
    try:
        import typst
    except ImportError as error:
        raise MissingExtraError("typst", "pdf") from error
    source, files = typst_source(document)
    inputs: Any = {  # the compiler takes a dictionary of files, though its stubs do not say so
        "main.typ": source.encode(),
        "paper.typ": (_HERE / "paper.typ").read_bytes(),
        **{name: text.encode() for name, text in files.items()},
    }
    own, system = typst.Fonts(include_system_fonts=False), None
    problem: Exception | None = None
    for use_system, standard in ((False, ["ua-1"]), (True, ["ua-1"]), (True, [])):
        fonts = own
        if use_system:
            fonts = system = system or typst.Fonts(include_system_fonts=True)
        more: dict[str, Any] = {"pdf_standards": standard} if standard else {}
        try:
            made = typst.compile(
                inputs, format="pdf", font_paths=fonts, timestamp=document.computed, **more
            )
            return bytes(made)
        except typst.TypstError as error:
            problem = error
    raise NegotiateError(f"the PDF could not be set: {problem}", where="report") from problem


def typst_source(document: b.Document) -> tuple[str, dict[str, str]]:
    """The Typst source and the figure files it reads."""
    writer = _Typst(document)
    when = datetime.fromtimestamp(document.computed, tz=UTC)
    facts = "".join(f"({_s(name)}, {_s(value)})," for name, value in document.facts)
    failures = "".join(f"{_s(name)}," for name, _ in document.failures)
    out = [
        '#import "paper.typ": *',
        f"#set document(title: {_s(document.title)}, date: datetime(year: {when.year}, "
        f"month: {when.month}, day: {when.day}, hour: {when.hour}, minute: {when.minute}, "
        f"second: {when.second}))",
        f"#set text(lang: {_s(document.language)})",
        f"#show: paper.with(title: {_s(document.title)}, subtitle: {_s(document.subtitle)}, "
        f"facts: ({facts}), failures: ({failures}), computed: {_s(stamp(document.computed))}, "
        f"contents: {str(len(document.sections) > 1).lower()})",
    ]
    for target, section, blocks in writer.sections():
        out.append(f"= {_t(section.title)} <{target.anchor}>")
        out.extend(blocks)
        out.append("#place.flush()")  # a section keeps its figures
    return "\n\n".join(out) + "\n", writer.files


class _Typst(Writer):
    """Spans and blocks as Typst markup, made of string literals and function calls only."""

    def literal(self, text: object) -> str:
        return _t(text)

    def stressed(self, span: b.Emph | b.Strong | b.Under) -> str:
        return f"#{_STRESS[type(span)]}[{self.inline(span.text)}];"

    def mono(self, span: b.Mono) -> str:
        return f"#raw({string(_parted(clean(span.text)))});"

    def tex(self, span: b.TeX) -> str:
        made = typst_math(span.tex, display=False)
        if made is None:
            return f"#raw({_s(span.tex)});"
        return f"#math.equation(alt: {_s(span.alt or span.tex)}, ${made or 'zws'}$);"

    def goto(self, anchor: str, shown: str) -> str:
        return f"#link(<{anchor}>)[{shown}];"

    def cited(self, sources: str) -> str:
        return f'#box[#text(number-type: "lining")[{_t("[")}{sources}{_t("]")}];];'

    def link(self, text: str, url: str) -> str:
        return f"#link({string(url)})[{_breakable(text)}];"

    def heading(self, text: str, level: int, target: Target) -> str:
        return f"{'==' if level <= 2 else '==='} {text} <{target.anchor}>"

    def paragraph(self, text: str) -> str:
        return f"#par[{text}]"

    def math(self, block: b.Math, target: Target | None) -> str:
        made = typst_math(block.tex, display=True)
        if made is None:
            return f"#align(center, raw({_s(block.tex)}))"
        numbering = ', numbering: "(1)"' if target else ""
        label = f" <{target.anchor}>" if target else ""
        alt = _s(block.alt or block.tex)
        return f"#math.equation(block: true, alt: {alt}{numbering}, $ {made or 'zws'} $){label}"

    def table(self, block: b.Table, target: Target) -> str:
        align = block.alignment()
        rows = [block.cells(row) for row in block.rows]
        gap = 5.0 if len(align) <= 7 else 3.0
        widths, size, turned = _widths(block, align, rows, gap)
        head = ", ".join(
            f"[{cell}"
            + (
                f'#linebreak();#text(weight: "regular", style: "italic", fill: soft)[{_t(unit)}]'
                if unit
                else ""
            )
            + "]"
            for cell, unit in self.heads(block)
        )
        body = ", ".join(
            "(" + ", ".join(f"[{cell}]" for cell in row) + ",)" for row in self.rows(block)
        )
        sides = "(" + ", ".join(f"{_ALIGN[side]} + bottom" for side in align) + ",)"
        sides = sides.replace(" + bottom", " + top") if "fr" in widths else sides
        short = all(
            len(b.plain(cell)) <= 1200 for row in rows for cell in row
        )  # no row taller than a page
        made = (
            f"data({widths}, {sides}, ({head},), ({body}{',' if rows else ''}), "
            f"({''.join(f'{row},' for row in sorted(block.strong))}), "
            f"({''.join(f'{row},' for row in sorted(block.rules))}), {size}pt, {gap}pt, "
            f"{str(short).lower()})"
        )
        small = f"#small[{self.inline(block.note)}]" if block.note else ""
        out = (
            f"#figure(kind: table, supplement: [Table], caption: [{self.inline(block.caption)}], "
            f"[#{made}\n{small}]) <{target.anchor}>"
        )
        if turned:
            return f"#page(flipped: true)[{out}]"
        whole = len(rows) <= (24 if "fr" not in widths else 8)
        return (
            f"#block(breakable: false, width: 100%, above: 1.5em, below: 1.5em)[{out}]"
            if whole
            else out
        )

    def figure(self, block: b.Figure, target: Target) -> str:
        name = f"{target.anchor}.svg"
        self.files[name] = _figures.standalone(block.svg, "")
        width, height = _figures.size(block.svg)
        share = min(1.0, width / 640.0, 900.0 / height * width / 640.0)
        return (
            "#figure(placement: auto, kind: image, supplement: [Figure], "
            f"caption: [{self.inline(block.caption)}], "
            f"image({string(name)}, width: {share * 100:.1f}%, alt: {_s(block.alt)})) "
            f"<{target.anchor}>"
        )

    def bullets(self, items: Sequence[str], *, ordered: bool) -> str:
        return f"#{'enum' if ordered else 'list'}({', '.join(f'[{item}]' for item in items)})"

    def callout(self, kind: str, title: str, body: Sequence[str]) -> str:
        rows = "\n".join(body)
        return f"#callout({string(kind)}, [{title}], [{rows}])"

    def code(self, block: b.Code) -> str:
        return f"#raw(block: true, {string(_parted(clean_lines(block.text), 80))})"

    def definitions(self, items: Sequence[tuple[str, str]]) -> str:
        return f"#terms({', '.join(f'([{term}], [{meaning}])' for term, meaning in items)})"

    def reference(self, source: Target, text: str, key: str) -> str:
        return (
            f"#block(below: 0.7em)[#source({string(source.number)}, "
            f"[{text}{_t(' ')}#text(fill: soft)[#raw({_s(key)})]])] <{source.anchor}>"
        )

    def references(self, items: Sequence[str]) -> str:
        return "\n".join(items)


def _widths(
    block: b.Table, align: str, rows: list[list[b.Text]], gap: float
) -> tuple[str, float, bool]:
    """Column widths, size of type in points, and whether the table needs a turned page.

    Columns keep their natural width while they fit; then those with long words share what is left.
    """
    units = list(block.units) or [""] * len(align)
    natural, least = [], []
    for column in range(len(align)):
        texts = [b.plain(row[column]) for row in rows] + [units[column]]
        head = b.plain(block.head[column])
        longest = max(text_width(word, 1.0) for word in head.split(" "))
        two_lines = max(longest, text_width(head, 1.0) * 0.6)  # a head may run over two lines
        natural.append(0.96 * max(two_lines, *(text_width(text, 1.0) for text in texts)))
        words = texts if align[column] == "r" else [w for text in texts for w in text.split(" ")]
        least.append(0.98 * max(longest, *(text_width(word[:_WORD], 1.0) for word in words)))
    gaps = 2 * gap * len(align)
    for turned, room in ((False, _FLAT), (True, _BROAD)):
        for size in (9.0, 8.5, 8.0, 7.5, 7.0) if not turned else (8.5, 7.5, 6.5):
            if sum(natural) * size + gaps <= room:
                return "(" + "auto," * len(align) + ")", size, turned
        for size in (9.0, 8.0, 7.0) if not turned else (8.0, 7.0, 6.0):
            long = [n > 1.35 * w for n, w in zip(natural, least)]
            fixed = sum(n for n, is_long in zip(natural, long) if not is_long) * size
            share = sum(w for w, is_long in zip(least, long) if is_long) * size
            if any(long) and fixed + max(share, 0.22 * room) + gaps <= room:
                parts = [
                    f"{math.sqrt(n):.2f}fr" if is_long else "auto"
                    for n, is_long in zip(natural, long)
                ]
                return "(" + ",".join(parts) + ",)", size, turned
    return "(" + ",".join(f"{math.sqrt(n):.2f}fr" for n in natural) + ",)", 6.0, True


def _s(text: object) -> str:
    return string(clean(text))


def _t(text: object) -> str:
    """A string as content; the semicolon ends the code, so that nothing after it is an argument."""
    return f"#{string(_parted(clean(text)))};"


def _parted(text: str, length: int = 30) -> str:
    """Words too long for any column may break after every ``length`` characters."""
    if len(text) <= length:
        return text
    return re.sub(rf"\S{{{length}}}(?=\S{{{length // 2}}})", "\\g<0>\u200b", text)


def _breakable(text: str) -> str:
    """An address may break after a slash, a dot or a hyphen."""
    shown = clean(text)
    if "://" not in shown:
        return _t(shown)
    for sign in "/.-_?&=":
        shown = shown.replace(sign, f"{sign}\u200b")
    return _t(shown)
