"""The HTML writer: one self-contained page, with nothing to fetch and nothing that runs.

Styles and figures stand in the page, formulas are MathML, and a content security policy forbids
everything else, so that the page reads the same offline, in an archive and on paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from negotiate.drawing.text import clean, escape, escape_lines
from negotiate.report import blocks as b
from negotiate.report.writers import figures as _figures
from negotiate.report.writers import math as _math
from negotiate.report.writers.numbering import Target
from negotiate.report.writers.writer import Writer, stamp

_HERE = Path(__file__).parent
_TAGS: dict[type, str] = {b.Emph: "em", b.Strong: "strong", b.Under: "u"}
_SIDE = {"l": "", "r": ' class="r"', "c": ' class="c"'}


def html(document: b.Document) -> str:
    """The page as text.

    >>> page = html(b.Document("A <case>", ()))
    >>> "<h1>A &lt;case&gt;</h1>" in page and "http-equiv" in page
    True
    """
    writer = _Html(document)
    sections = []
    for s, (target, section, blocks) in enumerate(writer.sections()):
        subs = [
            writer.index.at[s, place]
            for place, block in enumerate(section.blocks)
            if isinstance(block, b.Heading) and block.level <= 2
        ]
        sections.append({"target": target, "title": clean(section.title),
                         "key": "brief" if section.key == "brief" else "part",
                         "appendix": section.appendix,
                         "body": "\n".join(blocks), "subs": subs})  # fmt: skip
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


@cache
def _template() -> Any:
    import jinja2

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string((_HERE / "page.html.jinja").read_text(encoding="utf-8"))


class _Html(Writer):
    """Spans and blocks as HTML."""

    def literal(self, text: object) -> str:
        return escape(text)

    def stressed(self, span: b.Emph | b.Strong | b.Under) -> str:
        tag = _TAGS[type(span)]
        return f"<{tag}>{self.inline(span.text)}</{tag}>"

    def mono(self, span: b.Mono) -> str:
        return f"<code>{escape(span.text)}</code>"

    def tex(self, span: b.TeX) -> str:
        return _formula(span.tex, span.alt, display=False)

    def goto(self, anchor: str, shown: str) -> str:
        return f'<a href="#{anchor}">{shown}</a>'

    def source(self, source: Target) -> str:
        return f'<a href="#{source.anchor}" title="{escape(source.title)}">{source.number}</a>'

    def cited(self, sources: str) -> str:
        return f'<span class="cite">[{sources}]</span>'

    def link(self, text: str, url: str) -> str:
        return f'<a href="{escape(url)}" rel="noreferrer noopener">{escape(text)}</a>'

    def heading(self, text: str, level: int, target: Target) -> str:
        tag = "h3" if level <= 2 else "h4"
        number = f'<span class="number">{target.number}</span>'
        return f'<{tag} id="{target.anchor}">{number} {text}</{tag}>'

    def paragraph(self, text: str) -> str:
        return f"<p>{text}</p>"

    def math(self, block: b.Math, target: Target | None) -> str:
        body = _formula(block.tex, block.alt, display=True)
        if target is None:
            return f'<div class="math">{body}</div>'
        return (
            f'<div class="math" id="{target.anchor}">{body}<span class="eqno">({target.number})'
            "</span></div>"
        )

    def table(self, block: b.Table, target: Target) -> str:
        align = block.alignment()
        head = "".join(
            f'<th scope="col"{_SIDE[side]}>{cell}'
            + (f'<span class="unit">{escape(unit)}</span>' if unit else "")
            + "</th>"
            for (cell, unit), side in zip(self.heads(block), align)
        )
        names = [b.plain(cell) for cell in block.head]
        rows = []
        for place, row in enumerate(self.rows(block)):
            classes = " ".join(
                name
                for name, where in (("strong", block.strong), ("ruled", block.rules))
                if place in where
            )
            cells = []
            for column, (cell, side) in enumerate(zip(row, align)):
                tag, scope = ("th", ' scope="row"') if column == 0 else ("td", "")
                said = f' data-label="{escape(names[column])}"' if column else ""
                cells.append(f"<{tag}{scope}{said}{_SIDE[side]}>{cell}</{tag}>")
            rows.append(f"<tr{f' class={chr(34)}{classes}{chr(34)}' if classes else ''}>"
                        f"{''.join(cells)}</tr>")  # fmt: skip
        small = f'<p class="tnote">{self.inline(block.note)}</p>' if block.note else ""
        label = f"Table {target.number}"
        dense = " dense" if len(align) > 7 else ""
        if all(len(b.plain(block.cells(row)[0])) <= 28 for row in block.rows):
            dense += " nw"
        return (
            f'<figure class="table{dense}" id="{target.anchor}"><figcaption><b>{label}.</b> '
            f'{self.inline(block.caption)}</figcaption><div class="scroll" tabindex="0" '
            f'role="region" aria-label="{label}: {escape(b.plain(block.caption))}">'
            f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
            f"{small}</figure>"
        )

    def figure(self, block: b.Figure, target: Target) -> str:
        drawing = _figures.inline(block.svg, f"{target.anchor}-", block.alt)
        return (
            f'<figure class="picture" id="{target.anchor}"><div class="scroll">{drawing}'
            f"</div><figcaption><b>Figure {target.number}.</b> "
            f"{self.inline(block.caption)}</figcaption></figure>"
        )

    def bullets(self, items: Sequence[str], *, ordered: bool) -> str:
        tag = "ol" if ordered else "ul"
        return f"<{tag}>{''.join(f'<li>{item}</li>' for item in items)}</{tag}>"

    def callout(self, kind: str, title: str, body: Sequence[str]) -> str:
        return (
            f'<aside class="callout {kind}" role="note"><p class="ctitle">{title}</p>'
            f"{''.join(body)}</aside>"
        )

    def code(self, block: b.Code) -> str:
        return f'<pre tabindex="0"><code>{escape_lines(block.text)}</code></pre>'

    def definitions(self, items: Sequence[tuple[str, str]]) -> str:
        rows = "".join(f"<dt>{term}</dt><dd>{meaning}</dd>" for term, meaning in items)
        return f"<dl>{rows}</dl>"

    def reference(self, source: Target, text: str, key: str) -> str:
        return (
            f'<li id="{source.anchor}" value="{source.number}">{text} '
            f'<code class="key">{escape(key)}</code></li>'
        )

    def references(self, items: Sequence[str]) -> str:
        return f'<ol class="references">{"".join(items)}</ol>'


def _formula(tex: str, alt: str, *, display: bool) -> str:
    made = _math.mathml(tex, alt, display=display)
    return made if made is not None else f"<code>{escape(tex)}</code>"
