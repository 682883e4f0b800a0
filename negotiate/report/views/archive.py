"""A replication archive: what is in it, with digests."""

from __future__ import annotations

from typing import Any

from negotiate.drawing import tables
from negotiate.drawing.text import clean, escape

HEAD = ("file", "bytes", "SHA-256")


def rows(item: Any) -> list[list[Any]]:
    """One row a file; the first twelve digits of each digest."""
    return [[name, f"{size:,}", digest[:12]] for name, (digest, size) in item.entries.items()]


def sentence(item: Any) -> str:
    """Name, number of files, digest of the whole."""
    s = item.settings
    return (
        f"{item.path.name}: {len(item.entries)} files, {s['draws']:,} draws, seed {s['seed']}. "
        f"SHA-256 {item.sha256}."
    )


def text(item: Any) -> str:
    """Sentence and table."""
    return clean(sentence(item)) + "\n" + tables.text(HEAD, rows(item))


def html(item: Any) -> str:
    """Sentence and table."""
    return f"<p>{escape(sentence(item))}</p>" + tables.html(HEAD, rows(item), caption="Archive")
