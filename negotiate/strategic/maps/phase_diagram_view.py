"""Phase diagrams: regions of equilibria over two quantities, bounded by exact curves."""

from __future__ import annotations

from typing import Any

from negotiate.drawing import tables
from negotiate.drawing.plot import below, x_axis, y_axis
from negotiate.drawing.svg import DASHES, SERIES, WIDTH, Canvas, Scale, wrap
from negotiate.drawing.text import clean, escape, percent
from negotiate.strategic.maps._equilibrium_figure import letter
from negotiate.strategic.maps.equilibrium_map_view import formula

MAX_REGIONS = 24
"""Regions written out; the rest is counted."""
MAX_LABELS = 6
"""Equilibria of a region written out."""
_LEFT, _RIGHT, _TALL = 76.0, WIDTH - 16.0, 420.0


def title(item: Any) -> str:
    """What is mapped."""
    return f"{clean(item.title)}: equilibria over {clean(item.names[0])} and {clean(item.names[1])}"


def sentence(item: Any) -> str:
    """Regions, curves, and where the file's values lie."""
    count, cuts = len(item.regions), len(item.boundaries)
    told = (
        f"{count} region{'s' if count != 1 else ''} with different equilibria, bounded by "
        f"{cuts} curve{'s' if cuts != 1 else ''}."
        if cuts
        else "The equilibria are the same in the whole rectangle."
    )
    if None in item.bases:
        return told
    at = ", ".join(f"{clean(n)} = {formula(b)}" for n, b in zip(item.names, item.bases))
    return f"{told} At the values of the file ({at}): {_labels(item.region(*item.bases))}."


def _labels(labels: tuple[str, ...]) -> str:
    more = f" and {len(labels) - MAX_LABELS} more" if len(labels) > MAX_LABELS else ""
    return "; ".join(map(clean, labels[:MAX_LABELS])) + more


HEAD = ("region", "share of the grid", "extreme equilibria", "example")
CURVES = ("curve", "between", "only on it")


def rows(item: Any) -> list[list[str]]:
    """One row a region."""
    return [
        [
            letter(k),
            percent(region.share, 1),
            f"{len(region.labels)}: {_labels(region.labels)}",
            ", ".join(f"{clean(n)} = {formula(v)}" for n, v in zip(item.names, region.sample)),
        ]
        for k, region in enumerate(item.regions[:MAX_REGIONS])
    ]


def curve_rows(item: Any) -> list[list[str]]:
    """One row a boundary: its polynomial, the regions it parts."""
    out = []
    for boundary in item.boundaries:
        pairs = [
            f"{letter(a)}|{letter(b)}" if a >= 0 else "finer than the grid"
            for a, b in boundary.between
            if a != b
        ]
        out.append(
            [
                f"{formula(boundary.text)} = 0",
                ", ".join(dict.fromkeys(pairs)) or "–",
                _labels(boundary.on) or "–",
            ]
        )
    return out


def text(item: Any) -> str:
    """Heading, sentence, regions, curves, notes."""
    lines = [title(item), sentence(item), "", tables.text(HEAD, rows(item), align="lrll")]
    hidden = len(item.regions) - MAX_REGIONS
    if hidden > 0:
        lines.append(f"{hidden} further regions")
    if item.boundaries:
        lines += ["", tables.text(CURVES, curve_rows(item), align="lll")]
    return "\n".join([*lines, "", *map(clean, item.notes)])


def html(item: Any) -> str:
    """The same with the figure, every label escaped."""
    parts = [
        f'<div class="ng-map"><p><strong>{escape(title(item))}</strong></p>',
        f"<p>{escape(sentence(item))}</p>",
        figure(item),
        tables.html(HEAD, rows(item), caption="Regions", align="lrll"),
    ]
    if item.boundaries:
        parts.append(tables.html(CURVES, curve_rows(item), caption="Curves", align="lll"))
    parts += [f"<p>{escape(note)}</p>" for note in item.notes]
    return "".join(parts) + "</div>"


def figure(item: Any) -> str:
    """Boxes in the colour of their region, curves drawn over them, letters in the middle."""
    columns, key_width = 2, (WIDTH - 48) / 2
    shown = item.regions[: min(MAX_REGIONS, 12)]
    keys = [
        wrap(f"{len(r.labels)}: {_labels(r.labels)}", key_width - 40, 12, lines=2) for r in shown
    ]
    top = 18.0 + 34 * -(-len(shown) // columns)
    bottom = top + _TALL
    labels = [f"{clean(n)}{f' ({clean(u)})' if u else ''}" for n, u in zip(item.names, item.units)]
    board = Canvas(
        WIDTH,
        bottom + below(labels[0], _RIGHT - _LEFT),
        title=title(item),
        desc=sentence(item) + " " + "; ".join(row[0] for row in curve_rows(item)),
    )
    sx = Scale(float(item.x_range[0]), float(item.x_range[1]), _LEFT, _RIGHT)
    sy = Scale(float(item.y_range[0]), float(item.y_range[1]), bottom, top)
    for k, lines in enumerate(keys):
        x, y = 24.0 + key_width * (k % columns), 10.0 + 34 * (k // columns)
        board.rect(x, y, 18, 16, fill=_colour(k), opacity=_opacity(k))
        board.text(x + 9, y + 12.5, letter(k), size=11.5, anchor="middle", bold=True)
        for index, line in enumerate(lines):
            board.text(x + 26, y + 12 + 14 * index, line, size=12)
    _boxes(board, item, sx, sy)
    for index, boundary in enumerate(item.boundaries):
        for line in boundary.lines:
            board.polyline(
                [(sx(a), sy(b)) for a, b in line],
                stroke="ink",
                width=1.8,
                dash=DASHES[index % len(DASHES)] if index else "",
            )
    _letters(board, item, sx, sy)
    if None not in item.bases:
        x, y = (float(b) for b in item.bases)
        if sx.low <= x <= sx.high and sy.low <= y <= sy.high:
            board.marker(sx(x), sy(y), "diamond", colour="ink", size=6)
            board.text(sx(x) + 10, sy(y) + 4, "file", size=12, halo=True)
    y_axis(board, sy, _LEFT, labels[1])
    x_axis(board, sx, bottom, labels[0])
    return board.render()


def _colour(k: int) -> str:
    return SERIES[k % len(SERIES)]


def _opacity(k: int) -> float:
    return (0.42, 0.2, 0.62)[(k // len(SERIES)) % 3]


def _filled(item: Any) -> Any:
    """The grid with points on a boundary given to a neighbour, for the colour only."""
    grid = item.grid.copy()
    for _ in range(3):
        for j, i in zip(*(grid < 0).nonzero()):
            near = [
                grid[b, a]
                for b, a in ((j - 1, i), (j + 1, i), (j, i - 1), (j, i + 1))
                if 0 <= b < grid.shape[0] and 0 <= a < grid.shape[1] and grid[b, a] >= 0
            ]
            if near:
                grid[j, i] = near[0]
    return grid


def _boxes(board: Canvas, item: Any, sx: Scale, sy: Scale) -> None:
    """Boxes of one region in a row drawn as one rectangle."""
    grid = _filled(item)
    ny, nx = grid.shape
    xs = [sx.start + (sx.end - sx.start) * k / nx for k in range(nx + 1)]
    ys = [sy.start + (sy.end - sy.start) * k / ny for k in range(ny + 1)]
    for j in range(ny):
        start = 0
        for i in range(1, nx + 1):
            if i < nx and grid[j, i] == grid[j, start]:
                continue
            k = int(grid[j, start])
            if k >= 0:
                board.rect(
                    xs[start],
                    ys[j + 1],
                    xs[i] - xs[start],
                    ys[j] - ys[j + 1],
                    fill=_colour(k),
                    opacity=_opacity(k),
                )
            start = i


def _letters(board: Canvas, item: Any, sx: Scale, sy: Scale) -> None:
    """Each region's letter at the point of the grid that lies deepest in it."""
    grid = _filled(item)
    for k in range(min(len(item.regions), 26)):
        mask = grid == k
        depth = mask.astype(int)
        while True:  # peel the region until nothing is left
            core = mask.copy()
            core[1:-1, 1:-1] = (
                mask[1:-1, 1:-1]
                & mask[:-2, 1:-1]
                & mask[2:, 1:-1]
                & mask[1:-1, :-2]
                & mask[1:-1, 2:]
            )
            core[0, :] = core[-1, :] = core[:, 0] = core[:, -1] = False
            if not core.any():
                break
            mask = core
            depth += mask
        j, i = divmod(int(depth.argmax()), grid.shape[1])
        if depth.max() == 0:
            continue
        x, y = sx(float(item.xs[i])), sy(float(item.ys[j]))
        name = letter(k)
        board.text(x, y + 5, name, size=15, anchor="middle", bold=True, halo=depth.max() < 3)
