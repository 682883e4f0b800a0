"""The HTML writer: one self-contained page, with nothing to fetch and nothing that runs.

Styles and figures stand in the page, formulas are MathML, and a content security policy forbids
everything else, so that the page reads the same offline, in an archive and on paper.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from negotiate.display._text import clean, escape, escape_lines
from negotiate.report import _figures, _math
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
from negotiate.report._numbering import Index, Target, number

_HERE = Path(__file__).parent
_SAFE = ("http://", "https://", "mailto:")
_TAGS: dict[type, str] = {Emph: "em", Strong: "strong", Under: "u"}


def html(document: Document) -> str:
    """The page as text.

    >>> page = html(Document("A <case>", ()))
    >>> "<h1>A &lt;case&gt;</h1>" in page and "http-equiv" in page
    True
    """
    index = number(document)
    sections = []
    for s, section in enumerate(document.sections):
        target = index.sections[s]
        body = "\n".join(
            _block(block, index, index.at.get((s, b))) for b, block in enumerate(section.blocks)
        )
        subs = [
            index.at[s, b]
            for b, block in enumerate(section.blocks)
            if isinstance(block, Heading) and block.level <= 2
        ]
        sections.append({"target": target, "title": clean(section.title), "body": body,
                         "subs": subs})  # fmt: skip
    template = _template()
    return str(
        template.render(
            title=clean(document.title),
            subtitle=clean(document.subtitle),
            language=clean(document.language),
            style=(_HERE / "style.css").read_text(encoding="utf-8"),
            sections=sections,
            facts=[(clean(name), clean(value)) for name, value in document.facts],
            computed=stamp(document.computed),
            failures=[clean(name) for name, _ in document.failures],
        )
    )


def stamp(seconds: int) -> str:
    """Seconds since 1970 as a date and time in UTC; 0 says that the time was left out.

    >>> stamp(1583366400)
    '2020-03-05 00:00 UTC'
    """
    if not seconds:
        return "left out, so that a rerun gives the same bytes"
    return datetime.fromtimestamp(seconds, tz=UTC).strftime("%Y-%m-%d %H:%M UTC")


@cache
def _template() -> Any:
    import jinja2

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string((_HERE / "page.html.jinja").read_text(encoding="utf-8"))


def inline(text: Text, index: Index) -> str:
    """A text as HTML; every string is escaped."""
    return "".join(_span(span, index) for span in spans(text))


def _span(span: Any, index: Index) -> str:
    if isinstance(span, str):
        return escape(span)
    if isinstance(span, (Emph, Strong, Under)):
        tag = _TAGS[type(span)]
        return f"<{tag}>{inline(span.text, index)}</{tag}>"
    if isinstance(span, Mono):
        return f"<code>{escape(span.text)}</code>"
    if isinstance(span, TeX):
        made = _math.mathml(span.tex, span.alt, display=False)
        return made if made is not None else f"<code>{escape(span.tex)}</code>"
    if isinstance(span, Ref):
        target = index.keys.get(span.key)
        shown = escape(span.text or (target.label if target else span.key))
        return f'<a href="#{target.anchor}">{shown}</a>' if target else shown
    if isinstance(span, Cite):
        parts = []
        for key in span.keys:
            source = index.sources.get(key)
            parts.append(
                f'<a href="#{source.anchor}" title="{escape(source.title)}">{source.number}</a>'
                if source
                else escape(f"{key}?")
            )
        place = f", {escape(span.place)}" if span.place else ""
        return f'<span class="cite">[{", ".join(parts)}{place}]</span>' if parts else ""
    if isinstance(span, Link):
        url = clean(span.url).strip()
        if url.lower().startswith(_SAFE):
            return f'<a href="{escape(url)}" rel="noreferrer noopener">{escape(span.text)}</a>'
        return escape(span.text)
    return escape(span)


def _block(block: Block, index: Index, target: Target | None) -> str:
    maker = _MAKERS[type(block)]
    return str(maker(block, index, target))


def _heading(block: Heading, index: Index, target: Target) -> str:
    tag = "h3" if block.level <= 2 else "h4"
    return (
        f'<{tag} id="{target.anchor}"><span class="number">{target.number}</span> '
        f"{inline(block.text, index)}</{tag}>"
    )


def _paragraph(block: Paragraph, index: Index, _: Target | None) -> str:
    return f"<p>{inline(block.text, index)}</p>"


def _formula(block: Math, _: Index, target: Target | None) -> str:
    made = _math.mathml(block.tex, block.alt, display=True)
    body = made if made is not None else f"<code>{escape(block.tex)}</code>"
    if target is None:
        return f'<div class="math">{body}</div>'
    return (
        f'<div class="math" id="{target.anchor}">{body}<span class="eqno">({target.number})'
        "</span></div>"
    )


_SIDE = {"l": "", "r": ' class="r"', "c": ' class="c"'}


def _table(block: Table, index: Index, target: Target) -> str:
    align = block.alignment()
    units = list(block.units) or [""] * len(align)
    head = "".join(
        f'<th scope="col"{_SIDE[side]}>{inline(cell, index)}'
        + (f'<span class="unit">{escape(unit)}</span>' if unit else "")
        + "</th>"
        for cell, side, unit in zip(block.head, align, units)
    )
    rows = []
    for place, row in enumerate(block.rows):
        classes = " ".join(
            name
            for name, where in (("strong", block.strong), ("ruled", block.rules))
            if place in where
        )
        cells = []
        for column, (cell, side) in enumerate(zip(block.cells(row), align)):
            tag, scope = ("th", ' scope="row"') if column == 0 else ("td", "")
            cells.append(f"<{tag}{scope}{_SIDE[side]}>{inline(cell, index)}</{tag}>")
        rows.append(f"<tr{f' class={chr(34)}{classes}{chr(34)}' if classes else ''}>"
                    f"{''.join(cells)}</tr>")  # fmt: skip
    small = f'<p class="tnote">{inline(block.note, index)}</p>' if block.note else ""
    label = f"Table {target.number}"
    dense = " dense" if len(align) > 7 else ""
    if all(len(plain(block.cells(row)[0])) <= 28 for row in block.rows):
        dense += " nw"
    return (
        f'<figure class="table{dense}" id="{target.anchor}"><figcaption><b>{label}.</b> '
        f'{inline(block.caption, index)}</figcaption><div class="scroll" tabindex="0" '
        f'role="region" aria-label="{label}: {escape(plain(block.caption))}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
        f"{small}</figure>"
    )


def _figure(block: Figure, index: Index, target: Target) -> str:
    drawing = _figures.inline(block.svg, f"{target.anchor}-", block.alt)
    return (
        f'<figure class="picture" id="{target.anchor}"><div class="scroll">{drawing}'
        f"</div><figcaption><b>Figure {target.number}.</b> "
        f"{inline(block.caption, index)}</figcaption></figure>"
    )


def _bullets(block: Bullets, index: Index, _: Target | None) -> str:
    tag = "ol" if block.ordered else "ul"
    return f"<{tag}>{''.join(f'<li>{inline(item, index)}</li>' for item in block.items)}</{tag}>"


def _callout(block: Callout, index: Index, _: Target | None) -> str:
    title = inline(block.title, index) if block.title else CALLOUTS[block.kind]
    body = "".join(_block(inner, index, None) for inner in block.body)
    return (
        f'<aside class="callout {block.kind}" role="note"><p class="ctitle">{title}</p>'
        f"{body}</aside>"
    )


def _code(block: Code, _: Index, __: Target | None) -> str:
    return f'<pre tabindex="0"><code>{escape_lines(block.text)}</code></pre>'


def _definitions(block: Definitions, index: Index, _: Target | None) -> str:
    items = "".join(
        f"<dt>{inline(term, index)}</dt><dd>{inline(meaning, index)}</dd>"
        for term, meaning in block.items
    )
    return f"<dl>{items}</dl>"


def _references(block: References, index: Index, _: Target | None) -> str:
    items = []
    for item in block.items:
        source = index.sources[item.key]
        url = clean(item.url).strip()
        link = f" {_span(Link(url, url), index)}" if url else ""
        items.append(
            f'<li id="{source.anchor}" value="{source.number}">{inline(item.text, index)}'
            f'{link} <code class="key">{escape(item.key)}</code></li>'
        )
    return f'<ol class="references">{"".join(items)}</ol>'


_MAKERS: dict[type, Any] = {
    Heading: _heading,
    Paragraph: _paragraph,
    Math: _formula,
    Table: _table,
    Figure: _figure,
    Bullets: _bullets,
    Callout: _callout,
    Code: _code,
    Definitions: _definitions,
    References: _references,
}
