"""The PDF writer: Typst source made from the blocks, compiled in memory to a tagged PDF.

All text goes in as Typst string literals, so nothing in it has syntax. The fonts are those that
the compiler carries, so that a machine's own fonts change nothing; only a script that those do
not cover (Chinese, say) sends it to the system's. The file claims PDF/UA-1, the accessible
profile, whenever the compiler can vouch for it.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from negotiate.display._text import clean, clean_lines
from negotiate.display.svg import text_width
from negotiate.errors import MissingExtraError, NegotiateError
from negotiate.report import _figures
from negotiate.report._blocks import (
    CALLOUTS,
    Block,
    Bullets,
    Callout,
    Cite,
    Code,
    Definitions,
    Document,
    Emph,
    Figure,
    Heading,
    Link,
    Math,
    Mono,
    Paragraph,
    Ref,
    References,
    Strong,
    Table,
    TeX,
    Text,
    Under,
    plain,
    spans,
)
from negotiate.report._html import stamp
from negotiate.report._math import string, typst_math
from negotiate.report._numbering import Index, Target, number

_HERE = Path(__file__).parent
_SAFE = ("http://", "https://", "mailto:")
_WORD = 44  # a longer word is broken
_FLAT, _BROAD = 448.0, 690.0  # points between the margins of an A4 page upright and turned


def pdf(document: Document) -> bytes:
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


def typst_source(document: Document) -> tuple[str, dict[str, str]]:
    """The Typst source and the figure files it reads."""
    index = number(document)
    files: dict[str, str] = {}
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
    for s, section in enumerate(document.sections):
        out.append(f"= {_t(section.title)} <{index.sections[s].anchor}>")
        for b, block in enumerate(section.blocks):
            target = index.at.get((s, b))
            if isinstance(block, Figure) and target is not None:
                name = f"{target.anchor}.svg"
                files[name] = _figures.standalone(block.svg, "")
                out.append(_figure(block, index, target, name))
            else:
                out.append(_block(block, index, target))
        out.append("#place.flush()")  # a section keeps its figures
    return "\n\n".join(out) + "\n", files


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


def inline(text: Text, index: Index) -> str:
    """A text as Typst markup made of string literals and function calls only."""
    return "".join(_span(span, index) for span in spans(text))


def _span(span: Any, index: Index) -> str:
    if isinstance(span, (Emph, Strong, Under)):
        name = {Emph: "emph", Strong: "strong", Under: "underline"}[type(span)]
        return f"#{name}[{inline(span.text, index)}];"
    if isinstance(span, Mono):
        return f"#raw({string(_parted(clean(span.text)))});"
    if isinstance(span, TeX):
        made = typst_math(span.tex, display=False)
        if made is None:
            return f"#raw({_s(span.tex)});"
        return f"#math.equation(alt: {_s(span.alt or span.tex)}, ${made or 'zws'}$);"
    if isinstance(span, Ref):
        target = index.keys.get(span.key)
        shown = _t(span.text or (target.label if target else span.key))
        return f"#link(<{target.anchor}>)[{shown}];" if target else shown
    if isinstance(span, Cite):
        parts = [
            f"#link(<{index.sources[key].anchor}>)[{_t(index.sources[key].number)}];"
            if key in index.sources
            else _t(f"{key}?")
            for key in span.keys
        ]
        place = _t(f", {span.place}") if span.place else ""
        body = _t(", ").join(parts)
        return (
            f'#box[#text(number-type: "lining")[{_t("[")}{body}{place}{_t("]")}];];'
            if parts
            else ""
        )
    if isinstance(span, Link):
        url = clean(span.url).strip()
        if url.lower().startswith(_SAFE):
            return f"#link({string(url)})[{_breakable(span.text)}];"
        return _t(span.text)
    return _t(span)


def _breakable(text: str) -> str:
    """An address may break after a slash, a dot or a hyphen."""
    shown = clean(text)
    if "://" not in shown:
        return _t(shown)
    for sign in "/.-_?&=":
        shown = shown.replace(sign, f"{sign}\u200b")
    return _t(shown)


def _block(block: Block, index: Index, target: Target | None) -> str:
    return str(_MAKERS[type(block)](block, index, target))


def _heading(block: Heading, index: Index, target: Target) -> str:
    marks = "==" if block.level <= 2 else "==="
    return f"{marks} {inline(block.text, index)} <{target.anchor}>"


def _paragraph(block: Paragraph, index: Index, _: Target | None) -> str:
    return f"#par[{inline(block.text, index)}]"


def _math(block: Math, _: Index, target: Target | None) -> str:
    made = typst_math(block.tex, display=True)
    if made is None:
        return f"#align(center, raw({_s(block.tex)}))"
    numbering = ', numbering: "(1)"' if target else ""
    label = f" <{target.anchor}>" if target else ""
    alt = _s(block.alt or block.tex)
    return f"#math.equation(block: true, alt: {alt}{numbering}, $ {made or 'zws'} $){label}"


def _widths(
    block: Table, align: str, rows: list[list[Text]], gap: float
) -> tuple[str, float, bool]:
    """Column widths, size of type in points, and whether the table needs a turned page.

    Columns keep their natural width while they fit; then those with long words share what is left.
    """
    units = list(block.units) or [""] * len(align)
    natural, least = [], []
    for column in range(len(align)):
        texts = [plain(row[column]) for row in rows] + [units[column]]
        head = plain(block.head[column])
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


_ALIGN = {"l": "left", "r": "right", "c": "center"}


def _table(block: Table, index: Index, target: Target) -> str:
    align = block.alignment()
    units = list(block.units) or [""] * len(align)
    rows = [block.cells(row) for row in block.rows]
    gap = 5.0 if len(align) <= 7 else 3.0
    widths, size, turned = _widths(block, align, rows, gap)
    head = ", ".join(
        f"[{inline(cell, index)}"
        + (
            f'#linebreak();#text(weight: "regular", style: "italic", fill: soft)[{_t(unit)}]'
            if unit
            else ""
        )
        + "]"
        for cell, unit in zip(block.head, units)
    )
    body = ", ".join(
        "(" + ", ".join(f"[{inline(cell, index)}]" for cell in row) + ",)" for row in rows
    )
    sides = "(" + ", ".join(f"{_ALIGN[side]} + bottom" for side in align) + ",)"
    sides = sides.replace(" + bottom", " + top") if "fr" in widths else sides
    short = all(
        len(plain(cell)) <= 1200 for row in rows for cell in row
    )  # no row taller than a page
    made = (
        f"data({widths}, {sides}, ({head},), ({body}{',' if rows else ''}), "
        f"({''.join(f'{row},' for row in sorted(block.strong))}), "
        f"({''.join(f'{row},' for row in sorted(block.rules))}), {size}pt, {gap}pt, "
        f"{str(short).lower()})"
    )
    small = f"#small[{inline(block.note, index)}]" if block.note else ""
    out = (
        f"#figure(kind: table, supplement: [Table], caption: [{inline(block.caption, index)}], "
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


def _figure(block: Figure, index: Index, target: Target, name: str) -> str:
    width, height = _figures.size(block.svg)
    share = min(1.0, width / 640.0, 900.0 / height * width / 640.0)
    return (
        "#figure(placement: auto, kind: image, supplement: [Figure], "
        f"caption: [{inline(block.caption, index)}], "
        f"image({string(name)}, width: {share * 100:.1f}%, alt: {_s(block.alt)})) "
        f"<{target.anchor}>"
    )


def _bullets(block: Bullets, index: Index, _: Target | None) -> str:
    items = ", ".join(f"[{inline(item, index)}]" for item in block.items)
    return f"#{'enum' if block.ordered else 'list'}({items})"


def _callout(block: Callout, index: Index, _: Target | None) -> str:
    title = inline(block.title, index) if block.title else _t(CALLOUTS[block.kind])
    body = "\n".join(_block(inner, index, None) for inner in block.body)
    return f"#callout({string(block.kind)}, [{title}], [{body}])"


def _code(block: Code, _: Index, __: Target | None) -> str:
    return f"#raw(block: true, {string(_parted(clean_lines(block.text), 80))})"


def _definitions(block: Definitions, index: Index, _: Target | None) -> str:
    items = ", ".join(
        f"([{inline(term, index)}], [{inline(meaning, index)}])" for term, meaning in block.items
    )
    return f"#terms({items})"


def _references(block: References, index: Index, _: Target | None) -> str:
    rows = []
    for item in block.items:
        source = index.sources[item.key]
        url = clean(item.url).strip()
        address = _t(" ") + _span(Link(url, url), index) if url else ""
        rows.append(
            f"#block(below: 0.7em)[#source({string(source.number)}, "
            f"[{inline(item.text, index)}{address}{_t(' ')}"
            f"#text(fill: soft)[#raw({_s(item.key)})]])] <{source.anchor}>"
        )
    return "\n".join(rows)


_MAKERS: dict[type, Any] = {
    Heading: _heading,
    Paragraph: _paragraph,
    Math: _math,
    Table: _table,
    Bullets: _bullets,
    Callout: _callout,
    Code: _code,
    Definitions: _definitions,
    References: _references,
}
