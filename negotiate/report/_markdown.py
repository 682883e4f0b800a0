"""The Markdown writer: GitHub's dialect, with the figures as files beside it.

GitHub and most readers drop images given as data in the text, so each figure is a file of its
own, ``<stem>_figures/figure-1.svg``, and the text links to it. Names and labels are escaped
character by character: ASCII punctuation with a meaning anywhere in a line gets a backslash, and
what has a meaning only at the start of a line gets one there.
"""

from __future__ import annotations

import re
from typing import Any

from negotiate.display._text import clean, clean_lines
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
    spans,
)
from negotiate.report._html import stamp
from negotiate.report._numbering import Index, Target, number

_ANYWHERE = re.compile(r"([\\`*_\[\]<>#|~$&@^{}])")
_LINE_START = re.compile(r"^(\s*)([-+=:!]|\d+(?=[.)]))")
_AUTOLINK = re.compile(r"(?i)(https?|ftp|mailto|xmpp)(:)|(www)(\.)")
_SAFE = ("http://", "https://", "mailto:")


def literal(text: object) -> str:
    r"""A string that Markdown shows as it is, wherever it stands inside a line.

    >>> literal("a*b_<i> www.x.org")
    'a\\*b\\_\\<i\\> www\\.x.org'
    """
    marked = _ANYWHERE.sub(r"\\\1", clean(text))
    return _AUTOLINK.sub(lambda found: f"{found[1]}\\:" if found[2] else f"{found[3]}\\.", marked)


def line(text: str) -> str:
    r"""A line that does not turn into a list, a heading or a rule: only its start matters.

    >>> line("1. March"), line("- 3"), line("=== x")
    ('1\\. March', '\\- 3', '\\=== x')
    """
    text = text.strip()
    found = _LINE_START.match(text)
    if not found:
        return text
    if found[2][0].isdigit():
        return text[: found.end()] + "\\" + text[found.end() :]
    return "\\" + text


def markdown(document: Document, figures: str) -> tuple[str, dict[str, str]]:
    """The text, and the figure files by name; ``figures`` is the folder the text links to."""
    index = number(document)
    files: dict[str, str] = {}
    out = [f"# {literal(document.title)}"]
    if document.subtitle:
        out.append(f"*{literal(document.subtitle).strip()}*")
    if document.facts:
        out.append(
            "\n".join(f"- {literal(name)}: {literal(value)}" for name, value in document.facts)
        )
    for name, _ in document.failures:
        out.append(f"**Not complete: {literal(name)} could not be made; the reason stands below.**")
    if len(document.sections) > 1:
        out.append(
            "\n".join(
                f"{target.number}. [{literal(target.title)}](#{target.anchor})"
                for target in index.sections
            )
        )
    for s, section in enumerate(document.sections):
        target = index.sections[s]
        out.append(f'<a id="{target.anchor}"></a>')
        out.append(f"## {target.number} {literal(section.title)}")
        for b, block in enumerate(section.blocks):
            where = index.at.get((s, b))
            if isinstance(block, Figure) and where is not None:
                name = f"{where.anchor}.svg"
                files[name] = _figures.standalone(block.svg, f"{where.anchor}-")
                out.append(_figure(block, index, where, f"{figures}/{name}"))
            else:
                out.append(_block(block, index, where))
    out.append("---")
    out.append(f"Made with `negotiate`. Time of computation: {stamp(document.computed)}.")
    return "\n\n".join(part for part in out if part) + "\n", files


def inline(text: Text, index: Index) -> str:
    """A text as Markdown inside a line."""
    return "".join(_span(span, index) for span in spans(text))


def _dressed(inner: str, mark: str, tag: str) -> str:
    """Stars where they are sure to be read as stress, else a tag; spaces stay outside."""
    bare = inner.strip()
    if not bare:
        return inner
    before = inner[: len(inner) - len(inner.lstrip())]
    after = inner[len(inner.rstrip()) :]
    if mark and bare[0].isalnum() and bare[-1].isalnum() and "*" not in bare:
        return f"{before}{mark}{bare}{mark}{after}"
    return f"{before}<{tag}>{bare}</{tag}>{after}"


def _span(span: Any, index: Index) -> str:
    if isinstance(span, str):
        return literal(span)
    if isinstance(span, Strong):
        return _dressed(inline(span.text, index), "**", "strong")
    if isinstance(span, Emph):
        return _dressed(inline(span.text, index), "*", "em")
    if isinstance(span, Under):
        return _dressed(inline(span.text, index), "", "ins")
    if isinstance(span, Mono):
        text = clean(span.text)
        if text.strip() == text and text and not set(text) & set("`|"):
            return f"`{text}`"
        return f"<code>{literal(text)}</code>"
    if isinstance(span, TeX):
        return _formula(span.tex, "$")
    if isinstance(span, Ref):
        target = index.keys.get(span.key)
        shown = literal(span.text or (target.label if target else span.key))
        return f"[{shown}](#{target.anchor})" if target else shown
    if isinstance(span, Cite):
        parts = []
        for key in span.keys:
            source = index.sources.get(key)
            parts.append(f"[{source.number}](#{source.anchor})" if source else literal(f"{key}?"))
        place = f", {literal(span.place)}" if span.place else ""
        return f"\\[{', '.join(parts)}{place}\\]" if parts else ""
    if isinstance(span, Link):
        return link(span.text, span.url)
    return literal(span)


def link(text: str, url: str) -> str:
    """A link if the scheme is safe, with the address percent-encoded where Markdown would break."""
    address = clean(url).strip()
    if not address.lower().startswith(_SAFE):
        return literal(text)
    quoted = re.sub(
        r"[\s<>()\[\]\\|`*_\"'{}^~$&]",
        lambda found: found[0] if found[0] in "_&~'" else f"%{ord(found[0]):02X}",
        address,
    )
    return f"[{literal(text)}](<{quoted}>)"


def _formula(tex: str, fence: str) -> str:
    """TeX between dollar signs; what could end the formula is shown as code.

    A reader without formulas takes the TeX for Markdown: a tag or a link in a name is broken by a
    space, which no formula minds.
    """
    source = re.sub(r"<(?=[A-Za-z/!?])", "< ", clean(tex)).strip().replace("|", r"\vert ")
    source = source.replace("](", "] (").replace("][", "] [")
    if re.search(r"(?<!\\)(\\\\)*\$", source) or not source or source.endswith("\\"):
        return f"<code>{literal(tex)}</code>"
    return f"{fence}{source}{fence}"


def _block(block: Block, index: Index, target: Target | None) -> str:
    return str(_MAKERS[type(block)](block, index, target))


def _heading(block: Heading, index: Index, target: Target) -> str:
    marks = "###" if block.level <= 2 else "####"
    return f'<a id="{target.anchor}"></a>\n\n{marks} {target.number} {inline(block.text, index)}'


def _paragraph(block: Paragraph, index: Index, _: Target | None) -> str:
    return line(inline(block.text, index))


def _math(block: Math, _: Index, target: Target | None) -> str:
    made = _formula(block.tex, "$$")
    if target is None:
        return made
    return f'<a id="{target.anchor}"></a>\n\n{made}\n\n({target.number})'


def _table(block: Table, index: Index, target: Target) -> str:
    align = block.alignment()
    units = list(block.units) or [""] * len(align)
    head = [
        inline(cell, index) + (f" ({literal(unit)})" if unit else "")
        for cell, unit in zip(block.head, units)
    ]
    rule = [{"l": ":--", "r": "--:", "c": ":-:"}[side] for side in align]
    rows = []
    for place, row in enumerate(block.rows):
        cells = [inline(cell, index) for cell in block.cells(row)]
        if place in block.strong:
            cells = [_dressed(cell, "**", "strong") for cell in cells]
        rows.append(cells)
    lines = ["| " + " | ".join(cells) + " |" for cells in [head, rule, *rows]]
    caption = f"**Table {target.number}.** {inline(block.caption, index)}"
    parts = [f'<a id="{target.anchor}"></a>', caption, "\n".join(lines)]
    if block.note:
        parts.append(line(inline(block.note, index)))
    return "\n\n".join(parts)


def _figure(block: Figure, index: Index, target: Target, path: str) -> str:
    return (
        f'<a id="{target.anchor}"></a>\n\n![{literal(block.alt)}](<{path}>)\n\n'
        f"**Figure {target.number}.** {inline(block.caption, index)}"
    )


def _bullets(block: Bullets, index: Index, _: Target | None) -> str:
    return "\n".join(
        f"{f'{place}.' if block.ordered else '-'} {line(inline(item, index))}"
        for place, item in enumerate(block.items, 1)
    )


def _callout(block: Callout, index: Index, _: Target | None) -> str:
    title = inline(block.title, index) if block.title else CALLOUTS[block.kind]
    body = "\n\n".join(_block(inner, index, None) for inner in block.body)
    text = (
        f"**{CALLOUTS[block.kind]}**" if not block.title else f"{_dressed(title, '**', 'strong')}"
    )
    return "\n".join(f"> {row}".rstrip() for row in f"{text}\n\n{body}".split("\n"))


def _code(block: Code, _: Index, __: Target | None) -> str:
    text = clean_lines(block.text).rstrip("\n")
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{re.sub('[^a-z0-9-]', '', block.language.lower())}\n{text}\n{fence}"


def _definitions(block: Definitions, index: Index, _: Target | None) -> str:
    return "\n".join(
        f"- {_dressed(inline(term, index), '**', 'strong')}: {inline(meaning, index)}"
        for term, meaning in block.items
    )


def _references(block: References, index: Index, _: Target | None) -> str:
    rows = []
    for item in block.items:
        source = index.sources[item.key]
        url = clean(item.url).strip()
        address = f" {link(url, url)}" if url else ""
        rows.append(
            f'{source.number}. <a id="{source.anchor}"></a>{inline(item.text, index)}{address} '
            f"({_span(Mono(item.key), index)})"
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
