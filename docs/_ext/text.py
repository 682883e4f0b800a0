"""Plain text to Markdown that means the same: nothing in it is markup by accident."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_CODE = re.compile(r"(`+)(.+?)\1|(?<![\w*])\*[\w][\w -]*\*(?![\w*])")
_SPECIAL = re.compile(r"([\\*_<>\[\]$#|{}~])")


def escaped(text: str) -> str:
    r"""Text with Markdown's characters escaped, except inside backticks and *emphasis*.

    >>> print(escaped("a_b is `a_b` and <p>"))
    a\_b is `a_b` and \<p\>
    """
    out, at = [], 0
    for match in _CODE.finditer(text):
        out.append(_SPECIAL.sub(r"\\\1", text[at : match.start()]))
        out.append(match.group(0))
        at = match.end()
    return "".join([*out, _SPECIAL.sub(r"\\\1", text[at:])])


def cell(text: object) -> str:
    """One cell of a table: one line, bars escaped (also inside code)."""
    return " ".join(escaped(str(text)).split()).replace("|", "\\|").replace("\\\\|", "\\|")


def table(head: Sequence[str], rows: Iterable[Sequence[object]], *, raw: bool = False) -> str:
    """A Markdown table; ``raw`` cells are Markdown already."""
    put = (lambda x: str(x).replace("\n", " ")) if raw else cell
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(put(item) for item in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def fence(text: str, language: str = "text") -> str:
    """A block of code, however many backticks it holds."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    ticks = "`" * (longest + 1)
    return f"{ticks}{language}\n{text.rstrip()}\n{ticks}\n"


def prose(text: str) -> str:
    """The body of a docstring as Markdown.

    Examples become Python blocks, tables of equal signs and indented text become literal blocks,
    lists stay lists; everything else is a paragraph with its characters escaped.
    """
    out: list[str] = []
    literal = False
    for block in re.split(r"\n\s*\n", text.strip("\n")):
        lines = block.splitlines()
        if not block.strip():
            continue
        first = lines[0]
        if first.lstrip().startswith(">>>"):
            out.append(fence(_dedented(lines), "python"))
            literal = False
            continue
        if first.startswith("    ") or (literal and first.startswith(" ")):
            out.append(fence(_dedented(lines)))
            continue
        if re.match(r"\s*={3,}(\s+={3,})+\s*$", first) or "---" in first[:3]:
            out.append(fence(_dedented(lines)))
            continue
        literal = block.rstrip().endswith("::")
        shown = block.rstrip()
        if literal:
            shown = shown[:-2].rstrip() if shown.strip() == "::" else shown[:-1]
        if re.match(r"\s*([-*]|\d+\.)\s", shown):
            out.append(_items(shown.splitlines()))
        elif shown.strip():
            example = shown.find("\n>>>")
            if example > 0:
                out.append(escaped(shown[:example]))
                out.append(fence(shown[example + 1 :], "python"))
            elif (cut := re.search(r"\n {2,}\S", shown)) and cut.start() > 0:
                out.append(escaped(shown[: cut.start()]))
                out.append(fence(_dedented(shown[cut.start() + 1 :].splitlines())))
            else:
                out.append(escaped(shown))
    return "\n\n".join(out) + "\n"


def _items(lines: list[str]) -> str:
    """A list; a line that continues an item is joined to it."""
    items: list[str] = []
    for line in lines:
        match = re.match(r"\s*([-*]|\d+\.)\s+(.*)", line)
        if match:
            items.append(match.group(2))
        elif items:
            items[-1] += " " + line.strip()
    return "\n".join(f"- {escaped(item)}" for item in items)


def _dedented(lines: list[str]) -> str:
    import textwrap

    return textwrap.dedent("\n".join(lines))
