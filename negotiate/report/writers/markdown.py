"""The Markdown writer: GitHub's dialect, with the figures as files beside it.

GitHub and most readers drop images given as data in the text, so each figure is a file of its
own, ``<stem>_figures/figure-1.svg``, and the text links to it. Names and labels are escaped
character by character: ASCII punctuation with a meaning anywhere in a line gets a backslash, and
what has a meaning only at the start of a line gets one there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from negotiate.drawing.text import clean, clean_lines
from negotiate.report import blocks as b
from negotiate.report.writers import figures as _figures
from negotiate.report.writers.numbering import Target
from negotiate.report.writers.writer import Writer, stamp

_ANYWHERE = re.compile(r"([\\`*_\[\]<>#|~$&@^{}])")
_LINE_START = re.compile(r"^(\s*)([-+=:!]|\d+(?=[.)]))")
_MARKS: dict[type, tuple[str, str]] = {
    b.Emph: ("*", "em"),
    b.Strong: ("**", "strong"),
    b.Under: ("", "ins"),
}
_AUTOLINK = re.compile(r"(?i)(https?|ftp|mailto|xmpp)(:)|(www)(\.)")


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


def markdown(document: b.Document, figures: str) -> tuple[str, dict[str, str]]:
    """The text, and the figure files by name; ``figures`` is the folder the text links to."""
    writer = _Markdown(document, figures)
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
                for target in writer.index.sections
            )
        )
    for target, section, blocks in writer.sections():
        out.append(_anchor(target))
        out.append(f"## {target.number} {literal(section.title)}")
        out.extend(blocks)
    out.append("---")
    out.append(f"Made with `negotiate`. Time of computation: {stamp(document.computed)}.")
    return "\n\n".join(part for part in out if part) + "\n", writer.files


class _Markdown(Writer):
    """Spans and blocks as Markdown; the text links to the figures in the folder ``figures``."""

    def __init__(self, document: b.Document, figures: str) -> None:
        super().__init__(document)
        self.figures = figures

    def literal(self, text: object) -> str:
        return literal(text)

    def stressed(self, span: b.Emph | b.Strong | b.Under) -> str:
        mark, tag = _MARKS[type(span)]
        return _dressed(self.inline(span.text), mark, tag)

    def mono(self, span: b.Mono) -> str:
        text = clean(span.text)
        if text.strip() == text and text and not set(text) & set("`|"):
            return f"`{text}`"
        return f"<code>{literal(text)}</code>"

    def tex(self, span: b.TeX) -> str:
        return _formula(span.tex, "$")

    def goto(self, anchor: str, shown: str) -> str:
        return f"[{shown}](#{anchor})"

    def cited(self, sources: str) -> str:
        return f"\\[{sources}\\]"

    def link(self, text: str, url: str) -> str:
        """The address is percent-encoded where Markdown would break."""
        quoted = re.sub(
            r"[\s<>()\[\]\\|`*_\"'{}^~$&]",
            lambda found: found[0] if found[0] in "_&~'" else f"%{ord(found[0]):02X}",
            url,
        )
        return f"[{literal(text)}](<{quoted}>)"

    def heading(self, text: str, level: int, target: Target) -> str:
        marks = "###" if level <= 2 else "####"
        return f"{_anchor(target)}\n\n{marks} {target.number} {text}"

    def paragraph(self, text: str) -> str:
        return line(text)

    def math(self, block: b.Math, target: Target | None) -> str:
        made = _formula(block.tex, "$$")
        return made if target is None else f"{_anchor(target)}\n\n{made}\n\n({target.number})"

    def table(self, block: b.Table, target: Target) -> str:
        head = [cell + (f" ({literal(unit)})" if unit else "") for cell, unit in self.heads(block)]
        rule = [{"l": ":--", "r": "--:", "c": ":-:"}[side] for side in block.alignment()]
        rows = [
            [_strong(cell) for cell in row] if place in block.strong else row
            for place, row in enumerate(self.rows(block))
        ]
        lines = ["| " + " | ".join(cells) + " |" for cells in [head, rule, *rows]]
        caption = f"**Table {target.number}.** {self.inline(block.caption)}"
        parts = [_anchor(target), caption, "\n".join(lines)]
        if block.note:
            parts.append(line(self.inline(block.note)))
        return "\n\n".join(parts)

    def figure(self, block: b.Figure, target: Target) -> str:
        name = f"{target.anchor}.svg"
        self.files[name] = _figures.standalone(block.svg, f"{target.anchor}-")
        return (
            f"{_anchor(target)}\n\n![{literal(block.alt)}](<{self.figures}/{name}>)\n\n"
            f"**Figure {target.number}.** {self.inline(block.caption)}"
        )

    def bullets(self, items: Sequence[str], *, ordered: bool) -> str:
        return "\n".join(
            f"{f'{place}.' if ordered else '-'} {line(item)}" for place, item in enumerate(items, 1)
        )

    def callout(self, kind: str, title: str, body: Sequence[str]) -> str:
        text = "\n\n".join([_strong(title), *body])
        return "\n".join(f"> {row}".rstrip() for row in text.split("\n"))

    def code(self, block: b.Code) -> str:
        text = clean_lines(block.text).rstrip("\n")
        longest = max((len(run) for run in re.findall("`+", text)), default=0)
        fence = "`" * max(3, longest + 1)
        return f"{fence}{re.sub('[^a-z0-9-]', '', block.language.lower())}\n{text}\n{fence}"

    def definitions(self, items: Sequence[tuple[str, str]]) -> str:
        return "\n".join(f"- {_strong(term)}: {meaning}" for term, meaning in items)

    def reference(self, source: Target, text: str, key: str) -> str:
        return f"{source.number}. {_anchor(source)}{text} ({self.mono(b.Mono(key))})"

    def references(self, items: Sequence[str]) -> str:
        return "\n".join(items)


def _anchor(target: Target) -> str:
    return f'<a id="{target.anchor}"></a>'


def _strong(text: str) -> str:
    return _dressed(text, "**", "strong")


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
