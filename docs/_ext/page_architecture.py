"""The picture of the house, drawn from the imports of the package."""

from __future__ import annotations

import ast
from collections import Counter
from math import log1p
from pathlib import Path

from page_api import ROOMS

ROOT = Path(__file__).parents[2] / "negotiate"
STEP, BASE, TOP = 58, 300, 12


def imports() -> Counter[tuple[str, str]]:
    """Number of imports by pair of rooms, within a room included."""
    found: Counter[tuple[str, str]] = Counter()
    rooms = [*ROOMS, "cli"]
    for room in rooms:
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("negotiate"):
                    for alias in node.names:
                        other = f"{node.module}.{alias.name}".split(".")[1]
                        if other in rooms:
                            found[room, other] += 1
    return found


def page() -> str:
    """An SVG of rooms and arcs, and the share of imports inside one room."""
    found = imports()
    rooms = [room for room in (*ROOMS, "cli") if (ROOT / room).is_dir()]
    place = {room: 40 + STEP * index for index, room in enumerate(rooms)}
    width = 40 + STEP * len(rooms)
    out = [
        f'<svg viewBox="0 0 {width} {BASE + 110}" role="img" '
        'aria-label="Rooms in their order and the imports between them" '
        'font-family="sans-serif" font-size="12">'
    ]
    for (later, earlier), count in sorted(found.items()):
        if later == earlier:
            continue
        a, b = place[earlier], place[later]
        height = max(TOP, BASE - (b - a) * 0.32)
        out.append(
            f'<path d="M {b} {BASE} C {b} {height:.0f}, {a} {height:.0f}, {a} {BASE}" fill="none" '
            f'stroke="currentColor" stroke-opacity="0.35" stroke-width="{log1p(count):.1f}">'
            f"<title>{later} imports {earlier}: {count}</title></path>"
        )
    for room, x in place.items():
        inside = found[room, room]
        size = 4 + log1p(inside)
        out.append(
            f'<circle cx="{x}" cy="{BASE}" r="{size:.1f}" fill="#2a6f97">'
            f"<title>{room}: {inside} imports inside</title></circle>"
            f'<text transform="translate({x},{BASE + 16}) rotate(55)" fill="currentColor">'
            f"{room}</text>"
        )
    out.append("</svg>")
    total, own = sum(found.values()), sum(n for (a, b), n in found.items() if a == b)
    share = f"Of {total:,} imports between files of rooms {own / total:.0%} stay inside one room."
    return "\n".join([*out, "", share, ""])
