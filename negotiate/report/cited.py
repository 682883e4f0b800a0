"""References that a text cites: a shorter report lists those alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

from negotiate.report.blocks import References, Section
from negotiate.report.inline import Cite


def cited(item: Any) -> Iterator[str]:
    """Keys cited anywhere in blocks, sections or texts.

    >>> from negotiate.report.blocks import Paragraph
    >>> list(cited([Paragraph(("So it was.", Cite("F1", "F2")))]))
    ['F1', 'F2']
    """
    if isinstance(item, Cite):
        yield from item.keys
    elif isinstance(item, (list, tuple)):
        for part in item:
            yield from cited(part)
    elif is_dataclass(item) and not isinstance(item, type):
        for field in fields(item):
            yield from cited(getattr(item, field.name))


def only_cited(sections: Sequence[Section]) -> tuple[Section, ...]:
    """The sections, their lists of references cut to what is cited, what those cite included.

    A section whose list is left empty is left out.
    """
    lists = [b for s in sections for b in s.blocks if isinstance(b, References)]
    by_key = {item.key: item for block in lists for item in block.items}
    wanted = [
        key for s in sections for b in s.blocks if not isinstance(b, References) for key in cited(b)
    ]
    kept: set[str] = set()
    while wanted:
        key = wanted.pop()
        if key in by_key and key not in kept:
            kept.add(key)
            wanted += cited(by_key[key])
    out = []
    for section in sections:
        blocks = tuple(
            replace(b, items=tuple(i for i in b.items if i.key in kept))
            if isinstance(b, References)
            else b
            for b in section.blocks
        )
        left = tuple(b for b in blocks if not isinstance(b, References) or b.items)
        if left or not section.blocks:
            out.append(replace(section, blocks=left))
    return tuple(out)
