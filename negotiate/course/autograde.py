"""What the hidden tests of exported notebooks call: the share of the points an answer earns.

>>> from negotiate.course import drawing, export, reader
>>> path = reader.resolve("chicken-commitment")
>>> text = path.read_text(encoding="utf-8")
>>> variant = drawing.first(reader.loads(text), "everybody", b"a key of at least 16 bytes")
>>> word = export.payload(text, variant)
>>> share("press", str(variant.world["p"]), word), share("press", "2", word)
(1.0, 0.0)
"""

from __future__ import annotations

import base64
import json
import zlib
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

from negotiate.case.findings import parse_toml
from negotiate.course.exercise import Exercise
from negotiate.course.marking import mark
from negotiate.course.submission import simple
from negotiate.course.world import World

POINTS_KEY = b"points of exported notebooks"
"""Students' expressions are compared at points from this key: exported tests hold no secret."""


@lru_cache(maxsize=32)
def _world(word: str) -> World:
    document = json.loads(zlib.decompress(base64.b64decode(word)))
    exercise = Exercise.model_validate(parse_toml(document["exercise"], "exercise.toml"))
    return World(exercise, {name: Fraction(v) for name, v in document["numbers"].items()})


def share(question: str, entry: Any, word: str) -> float:
    """Share of the points that an entry earns, from 0 to 1."""
    world = _world(word)
    found = next(q for q in world.exercise.question if q.id == question)
    got, _ = mark(found, plain(entry), world, key=POINTS_KEY, seed=question, folder=Path())
    return float(got.share)


def points(question: str, entry: Any, word: str) -> float:
    """Points that an entry earns."""
    world = _world(word)
    found = next(q for q in world.exercise.question if q.id == question)
    return share(question, entry, word) * float(found.points)


def plain(entry: Any) -> Any:
    """A value of a running notebook as plain data: tuples as lists, NumPy numbers as numbers."""
    if isinstance(entry, dict):
        return {str(key): plain(value) for key, value in entry.items()}
    if isinstance(entry, (list, tuple, set, frozenset)):
        return [plain(value) for value in entry]
    if hasattr(entry, "item") and not isinstance(entry, (str, bytes)):
        return plain(entry.item())
    if isinstance(entry, float):
        if entry != entry or abs(entry) == float("inf"):
            return None
        return near if (near := simple(entry)) is not None else entry
    return entry
