"""Findings in a parameter file: where, what, what is allowed, how to mend it, with a caret.

Positions come from a second parse that keeps spans, made only when there is something to report.
"""

from __future__ import annotations

import bisect
from dataclasses import dataclass
from typing import Any

Location = tuple[str | int, ...]


@dataclass(frozen=True)
class Finding:
    """One finding at one place of a file.

    Attributes
    ----------
    at
        Keys and indices from the root of the document to the place.
    what
        What is wrong, with the value found.
    allowed
        What is allowed there.
    remedy
        How to mend it ("did you mean ...?").
    severity
        ``error`` or ``warning``.
    on_key
        Whether the caret belongs under the key rather than under the value.
    """

    at: Location
    what: str
    allowed: str = ""
    remedy: str = ""
    severity: str = "error"
    on_key: bool = False
    path: str = ""
    line: int = 0
    column: int = 0
    width: int = 1
    text: str = ""
    label: str = ""

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}:{self.column}" if self.path else self.label
        head = f"{place}: {self.severity}: {self.label + ': ' if self.label else ''}{self.what}"
        lines = [head]
        if self.line:
            text, column, width = _window(self.text, self.column, self.width)
            lines += [
                f"  {self.line:>5} | {text}",
                f"        | {' ' * (column - 1)}{'^' * width}",
            ]
        if self.allowed:
            lines.append(f"        = allowed: {self.allowed}")
        if self.remedy:
            lines.append(f"        = {self.remedy}")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "severity": self.severity,
            "path": self.path,
            "line": self.line,
            "column": self.column,
            "at": self.label,
            "what": self.what,
            "allowed": self.allowed,
            "remedy": self.remedy,
        }


def _window(text: str, column: int, width: int, size: int = 96) -> tuple[str, int, int]:
    """Cut a long line around the caret; tabs become spaces so that the caret stays under it."""
    text = "".join(c if c.isprintable() else " " for c in text)
    start = max(0, min(column - 1 - 40, len(text) - size))
    cut = text[start : start + size]
    column -= start
    return (
        ("..." + cut[3:] if start > 3 else cut),
        column,
        max(1, min(width, len(cut) - column + 1)),
    )


def label(data: Any, at: Location) -> str:
    """Readable path: ids instead of indices, as in ``lever[straits].cost.russia``.

    >>> label({"lever": [{"id": "straits", "cost": {}}]}, ("lever", 0, "cost"))
    'lever[straits].cost'
    """
    out, current = "", data
    for step in at:
        try:
            current = current[step]
        except (KeyError, IndexError, TypeError):
            current = None
        if isinstance(step, int):
            name = current.get("id") if isinstance(current, dict) else None
            out += f"[{name if isinstance(name, str) else step + 1}]"
        else:
            out += ("." if out else "") + step
    return out


def place(findings: list[Finding], source: str, data: Any, path: str) -> list[Finding]:
    """Give every finding its line, column and line of text, in order of the file."""
    import spanned_toml

    tree = spanned_toml.loads(source)
    starts = [0, *(i + 1 for i, char in enumerate(source) if char == "\n")]
    lines = source.split("\n")
    out = []
    for finding in findings:
        start, stop = _locate(tree, finding.at, on_key=finding.on_key)
        line = bisect.bisect_right(starts, start)
        column = start - starts[line - 1] + 1
        text = lines[line - 1].rstrip("\r") if line <= len(lines) else ""
        out.append(
            Finding(
                at=finding.at,
                what=finding.what,
                allowed=finding.allowed,
                remedy=finding.remedy,
                severity=finding.severity,
                on_key=finding.on_key,
                path=path,
                line=line,
                column=column,
                width=max(1, min(stop - start, len(text) - column + 1)),
                text=text,
                label=label(data, finding.at),
            )
        )
    return sorted(out, key=lambda f: (f.line, f.column, f.what))


def _locate(root: Any, at: Location, *, on_key: bool) -> tuple[int, int]:
    """Span of the deepest node on the way to ``at`` that stands in the file."""
    node, span = root, (0, 1)
    for depth, step in enumerate(at):
        inner = node.inner() if hasattr(node, "inner") else node
        if isinstance(inner, dict):
            hit = next(((k, v) for k, v in inner.items() if _plain(k) == step), None)
            if hit is None:
                break
            key, node = hit
            last = depth == len(at) - 1
            chosen = key if (last and on_key) or _empty(node) else node
            span = _span(chosen, span)
            if not last and _empty(node):
                span = _span(key, span)
        elif isinstance(inner, list) and isinstance(step, int) and step < len(inner):
            node = inner[step]
            if _empty(node):
                content = node.inner() if hasattr(node, "inner") else node
                if isinstance(content, dict) and content:
                    first = next(iter(content))
                    named = next((k for k in content if _plain(k) == "id"), first)
                    span = _span(named, span)
            else:
                span = _span(node, span)
        else:
            break
    return span


def _plain(key: Any) -> Any:
    return key.inner() if hasattr(key, "inner") else key


def _empty(node: Any) -> bool:
    """Tables opened by a header have no span of their own."""
    if not hasattr(node, "span"):
        return True
    found = node.span()
    return bool(found.start == found.stop)


def _span(node: Any, default: tuple[int, int]) -> tuple[int, int]:
    if not hasattr(node, "span"):
        return default
    found = node.span()
    return (found.start, found.stop) if found.stop > found.start else default
