r"""Feedback as a page of HTML: the Markdown that the toolkit writes, with its mathematics.

Only what feedback uses is known: headings, lists, emphasis, code, links, tables left as text, and
TeX between dollar signs, which becomes MathML. Every other character is escaped, so what a student
wrote stays text.

>>> html("# Feedback\n\n- **1**: `x` is $\\frac{1}{2}$ and <b>", "Feedback").count("<b>")
0
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}"
    "code{background:#f2f2f2;padding:0 .2em}h2{border-top:1px solid #ccc;padding-top:1rem}"
)
_INLINE = re.compile(
    r"\\([\\`*_{}\[\]<>|#$])|`([^`\n]+)`|\$([^$\n]+)\$|\*\*(.+?)\*\*|\*([^*\n]+)\*|<(https?://[^\s<>]+)>"
)


def html(markdown: str, title: str) -> str:
    """A page that loads nothing from outside itself."""
    body: list[str] = []
    paragraph: list[str] = []
    depth = 0

    def close(to: int) -> None:
        nonlocal depth
        if paragraph:
            body.append(f"<p>{_inline(' '.join(paragraph))}</p>")
            paragraph.clear()
        while depth > to:
            body.append("</ul>")
            depth -= 1

    for line in markdown.splitlines():
        item = re.match(r"( *)- (.*)", line)
        heading = re.match(r"(#{1,6}) (.*)", line.strip())
        if item:
            level = len(item[1]) // 2 + 1
            close(min(level, depth))
            while depth < level:
                body.append("<ul>")
                depth += 1
            body.append(f"<li>{_inline(item[2])}</li>")
        elif heading:
            close(0)
            size = len(heading[1])
            body.append(f"<h{size}>{_inline(heading[2])}</h{size}>")
        elif not line.strip():
            close(depth)
        else:
            paragraph.append(line.strip())
    close(0)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">"
        f"<style>{STYLE}</style></head><body>{''.join(body)}</body></html>\n"
    )


def _inline(text: str) -> str:
    out, at = [], 0
    for found in _INLINE.finditer(text):
        out.append(escape(text[at : found.start()]))
        at = found.end()
        kinds: tuple[Callable[[str], str], ...] = (
            escape, lambda t: f"<code>{escape(t)}</code>", _mathematics,
            lambda t: f"<strong>{_inline(t)}</strong>", lambda t: f"<em>{_inline(t)}</em>",
            lambda t: f'<a href="{escape(t, quote=True)}">{escape(t)}</a>',
        )  # fmt: skip
        for group, made in zip(found.groups(), kinds, strict=True):
            if group is not None:
                out.append(made(group))
    return "".join([*out, escape(text[at:])])


def _mathematics(tex: str) -> str:
    """MathML of TeX; the TeX itself where it cannot be read."""
    from latex2mathml.converter import convert

    try:
        return str(convert(tex))
    except Exception:  # the library fails in ways of its own; the text is still there
        return f"<code>{escape(tex)}</code>"
