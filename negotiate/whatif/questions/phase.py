"""Phase diagrams: which answer holds where in the plane of two quantities.

An answer is a label (the pair of threats) or whether a condition on a number holds (is the deal
acceptable to both). The plane is looked at on a grid; wherever two neighbouring grid points have
different answers the change between them is bisected to the last float, and the boundary of each
phase is drawn through the points found (marching squares; Lorensen and Cline 1987,
doi:10.1145/37402.37422, in the plane). What is smaller than a cell of the grid and touches none of
its edges is not seen: the grid is stated.

Where the game computes the number in fractions and it is one quotient of polynomials in the two
quantities all over the plane, the boundary is an algebraic curve and its equation is given exactly:
the computation itself is traced, and every comparison it makes is proved to turn out alike
everywhere in the plane.

>>> import negotiate as ng
>>> found = phase(ng.load("idlib-2020"), "lever.force.cost.russia", "lever.sanctions.cost.turkey",
...               "deal.margin.least", "> 0.5", grid=17)
>>> found.exact, len(found.labels)
(True, 2)
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate.case.negotiation import Negotiation
from negotiate.errors import InputError, NegotiateError, UnknownNameError
from negotiate.numbers.traced import one_function, sign_on_box
from negotiate.view import Viewable
from negotiate.whatif import metric
from negotiate.whatif.questions import condition as conditions
from negotiate.whatif.questions.oneway import span
from negotiate.whatif.study.case import BLOCK
from negotiate.whatif.study.world import of_case
from negotiate.whatif.words import words

Floats = NDArray[np.float64]
Labels = NDArray[np.str_]
MOST_GRID = 513
HALVINGS = 60


Point = tuple[float, float]
Edge = tuple[str, int, int]
"""An edge of the grid: ``-`` from (row, column) to the next column, ``|`` to the next row."""


@dataclass(frozen=True)
class Phase(Viewable):
    """Answers over the plane of two quantities.

    Attributes
    ----------
    x, y
        Paths of the quantities; ``x_range`` and ``y_range`` are their ranges, ``base`` the
        values of the case.
    question
        Metric, with the condition where there is one.
    labels
        Answers that occur, most frequent on the grid first.
    map
        Index into ``labels`` at each grid point, ``(rows of y, columns of x)``.
    crossings
        Edge of the grid to the point on it at which the answer changes, bisected to the last float.
    curves
        Equations ``polynomial = 0`` of the boundaries in X and Y, where those are exact.
    """

    case: Negotiation
    x: str
    y: str
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    base: tuple[float, float]
    question: str
    labels: tuple[str, ...]
    map: NDArray[np.int64]
    crossings: Mapping[Edge, Point]
    curves: tuple[str, ...] = ()

    _view = "negotiate.whatif.views.phase"

    @property
    def exact(self) -> bool:
        """Whether the boundary is given by its equation."""
        return bool(self.curves)

    @property
    def grid(self) -> int:
        """Grid points along each quantity."""
        return int(self.map.shape[0])

    @property
    def shares(self) -> tuple[float, ...]:
        """Share of the plane that each answer takes, by grid points."""
        return tuple(float((self.map == i).mean()) for i in range(len(self.labels)))

    def _cells(self) -> Iterator[tuple[list[tuple[int, Point]], list[Point]]]:
        """Cells that a boundary passes through: corners and crossings in order, crossings alone.

        A corner carries its label, a crossing -1.
        """
        xs, ys = np.linspace(*self.x_range, self.grid), np.linspace(*self.y_range, self.grid)
        touched = {(i + a, j) for kind, i, j in self.crossings if kind == "-" for a in (0, -1)}
        touched |= {(i, j + a) for kind, i, j in self.crossings if kind == "|" for a in (0, -1)}
        last = self.grid - 1
        for i, j in sorted(touched):
            if not (0 <= i < last and 0 <= j < last):
                continue
            around: list[tuple[int, Point]] = []
            corners = ((i, j), (i, j + 1), (i + 1, j + 1), (i + 1, j))
            edges: tuple[Edge, ...] = (("-", i, j), ("|", i, j + 1), ("-", i + 1, j), ("|", i, j))
            for (row, column), edge in zip(corners, edges):
                around.append((int(self.map[row, column]), (float(xs[column]), float(ys[row]))))
                if edge in self.crossings:
                    around.append((-1, self.crossings[edge]))
            yield around, [self.crossings[edge] for edge in edges if edge in self.crossings]

    @cached_property
    def boundary(self) -> tuple[tuple[Point, Point], ...]:
        """Segments between answers; where more than two crossings share a cell they all meet."""
        out: list[tuple[Point, Point]] = []
        for _, found in self._cells():
            if len(found) == 2:
                out.append((found[0], found[1]))
            else:
                out += [(point, _mean(found)) for point in found]
        return tuple(out)

    def pieces(self) -> Iterator[tuple[int, list[Point]]]:
        """Label and corners of the polygons that fill the plane, row by row."""
        xs, ys = np.linspace(*self.x_range, self.grid), np.linspace(*self.y_range, self.grid)
        one = (
            (self.map[:-1, :-1] == self.map[:-1, 1:])
            & (self.map[:-1, :-1] == self.map[1:, :-1])
            & (self.map[:-1, :-1] == self.map[1:, 1:])
        )
        for i in range(self.grid - 1):
            labels = np.where(one[i], self.map[i, :-1], -1)
            cuts = [0, *(np.flatnonzero(labels[1:] != labels[:-1]) + 1).tolist(), len(labels)]
            for a, b in itertools.pairwise(cuts):
                if labels[a] >= 0:
                    low, high = float(ys[i]), float(ys[i + 1])
                    left, right = float(xs[a]), float(xs[b])
                    yield int(labels[a]), [(left, low), (right, low), (right, high), (left, high)]
        for around, found in self._cells():
            first = next(k for k, (label, _) in enumerate(around) if label < 0)
            turned = around[first:] + around[: first + 1]
            run: list[Point] = []
            label = -1
            for kind, point in turned:
                run.append(point)
                if kind >= 0:
                    label = kind
                elif label >= 0:
                    yield label, run if len(found) == 2 else [*run, _mean(found)]
                    run, label = [point], -1

    def at_base(self) -> str:
        """The answer at the grid point nearest to the case."""
        i = np.abs(np.linspace(*self.y_range, self.grid) - self.base[1]).argmin()
        j = np.abs(np.linspace(*self.x_range, self.grid) - self.base[0]).argmin()
        return self.labels[int(self.map[i, j])]

    def nearest(self) -> tuple[float, float, float] | None:
        """Nearest boundary point to the case, and its distance as a share of the two ranges."""
        if not self.boundary:
            return None
        points = np.array([p for segment in self.boundary for p in segment])
        size = np.array([self.x_range[1] - self.x_range[0], self.y_range[1] - self.y_range[0]])
        far = np.sqrt((((points - np.array(self.base)) / size) ** 2).sum(1))
        best = int(far.argmin())
        return float(points[best, 0]), float(points[best, 1]), float(far[best])

    def sentence(self) -> str:
        """Which answers share the plane, which holds in the case, how far the boundary is."""
        from negotiate.whatif.questions.answer import listed, percent, shown

        across, up = words(self.case, self.x), words(self.case, self.y)
        plane = f"Over {across} ({shown(self.x_range[0])} to {shown(self.x_range[1])}) and {up} "
        plane += f"({shown(self.y_range[0])} to {shown(self.y_range[1])})"
        question = self.question
        head = question.split(" ")[0]
        question = question.replace(head, words(self.case, head), 1)
        if len(self.labels) == 1:
            return f"{plane} the answer to “{question}” is always “{self.labels[0]}”."
        parts = [f"“{label}” in {percent(share)}" for label, share in
                 list(zip(self.labels, self.shares))[:4]]  # fmt: skip
        more = len(self.labels) - 4
        if more > 0:
            parts.append(f"{more} others in the rest")
        text = f"{plane} the answer to “{question}” is {listed(parts)} of the plane; in the case "
        text += f"it is “{self.at_base()}”"
        near = self.nearest()
        if near is not None:
            text += f", and the boundary comes nearest at ({shown(near[0])}, {shown(near[1])})"
        how = (
            "The boundary is exact." if self.exact
            else f"Found on a grid of {self.grid} by {self.grid} points, its boundary bisected."
        )  # fmt: skip
        return f"{text}. {how}"

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "answer": "phase", "case": self.case.id, "question": self.question,
            "sentence": self.sentence(),
            "x": {"path": self.x, "low": self.x_range[0], "high": self.x_range[1],
                  "base": self.base[0]},
            "y": {"path": self.y, "low": self.y_range[0], "high": self.y_range[1],
                  "base": self.base[1]},
            "labels": [
                {"label": name, "share": share} for name, share in zip(self.labels, self.shares)
            ],
            "map": self.map.tolist(), "exact": self.exact, "equations": list(self.curves),
            "boundary": [[*a, *b] for a, b in self.boundary],
        }  # fmt: skip


@of_case
def phase(
    case: Negotiation,
    x: str,
    y: str,
    name: str,
    condition: str = "",
    *,
    x_range: tuple[float, float] | None = None,
    y_range: tuple[float, float] | None = None,
    grid: int = 65,
    halvings: int = HALVINGS,
) -> Phase:
    """Phase diagram of a metric over two quantities, everything else at the case's values.

    Parameters
    ----------
    x, y
        Paths of the quantities; their groups follow their move rules.
    name
        Metric; ``condition`` on it (``> 0`` by default where it is a number).
    x_range, y_range
        Ranges; those of the file by default.
    grid
        Grid points along each quantity.
    halvings
        Bisections of each crossing of the boundary; 60 reach the last float.
    """
    if x == y:
        raise InputError(f"{x} twice", where="phase diagram", allowed="two different quantities")
    if not 3 <= grid <= MOST_GRID:
        raise InputError(f"a grid of {grid}", where="phase diagram", allowed=f"3 to {MOST_GRID}")
    for path in (x, y):
        if not case.has(path):
            raise UnknownNameError("path", path, case.paths, where=f"phase diagram of {case.id}")
    first, second = span(case, x, *(x_range or (None, None))), span(case, y, *(y_range or ()))
    start = {x: np.array([first[0]]), y: np.array([second[0]])}
    corner = metric.evaluate(case.with_draws(start), [name])[name]
    label = np.asarray(corner).dtype.kind in "UO"
    asked = None if label and not condition else conditions.read(condition or "> 0")
    question = name if asked is None else f"{name} {asked.text.strip()}"

    def answer(across: Floats, up: Floats) -> Labels:
        parts = []
        for start in range(0, len(across), BLOCK):
            here = {x: across[start : start + BLOCK], y: up[start : start + BLOCK]}
            found = np.asarray(metric.evaluate(case.with_draws(here), [name])[name])
            parts.append(np.broadcast_to(found, here[x].shape))
        whole = np.concatenate([part.astype(str) if label else part for part in parts])
        if asked is None:
            return np.asarray(whole.astype(str))
        return np.where(asked.holds(whole), "yes", "no")

    xs, ys = np.linspace(*first, grid), np.linspace(*second, grid)
    seen = answer(np.tile(xs, grid), np.repeat(ys, grid)).reshape(grid, grid)
    kinds, index, counts = np.unique(seen, return_inverse=True, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    curves: tuple[str, ...] = ()
    if asked is not None and not label and asked.sign in ("<", "<=", ">", ">="):
        curves = _equations(case, x, y, name, asked, first, second) if len(kinds) > 1 else ()
    return Phase(
        case, x, y, first, second, (float(case.value(x)), float(case.value(y))), question,
        tuple(str(kinds[i]) for i in order), rank[index.reshape(grid, grid)],
        _crossings(answer, xs, ys, seen, halvings), curves,
    )  # fmt: skip


def _crossings(
    answer: Callable[[Floats, Floats], Labels], xs: Floats, ys: Floats, seen: Labels, halvings: int
) -> dict[Edge, Point]:
    """Where the answer changes along the edges of the grid, all bisected at once."""
    along = np.argwhere(seen[:, 1:] != seen[:, :-1])  # edge from (i, j) to (i, j + 1)
    up = np.argwhere(seen[1:, :] != seen[:-1, :])
    if not len(along) and not len(up):
        return {}
    ax, ay = xs[along[:, 1]], ys[along[:, 0]]
    bx, by = xs[along[:, 1] + 1], ay
    cx, cy = xs[up[:, 1]], ys[up[:, 0]]
    dx, dy = cx, ys[up[:, 0] + 1]
    left = np.stack([np.concatenate([ax, cx]), np.concatenate([ay, cy])], -1)
    right = np.stack([np.concatenate([bx, dx]), np.concatenate([by, dy])], -1)
    first = np.concatenate([seen[along[:, 0], along[:, 1]], seen[up[:, 0], up[:, 1]]])
    for _ in range(halvings):
        middle = 0.5 * (left + right)
        if ((middle == left) | (middle == right)).all():
            break
        same = (answer(middle[:, 0], middle[:, 1]) == first)[:, None]
        left, right = np.where(same, middle, left), np.where(same, right, middle)
    at = 0.5 * (left + right)
    crossing: dict[Edge, Point] = {}
    for k, (i, j) in enumerate(along.tolist()):
        crossing["-", i, j] = (float(at[k, 0]), float(at[k, 1]))
    for k, (i, j) in enumerate(up.tolist(), start=len(along)):
        crossing["|", i, j] = (float(at[k, 0]), float(at[k, 1]))
    return crossing


def _mean(points: list[Point]) -> Point:
    return (
        sum(p[0] for p in points) / len(points),
        sum(p[1] for p in points) / len(points),
    )


def _equations(
    case: Negotiation, x: str, y: str, name: str, asked: conditions.Condition,
    x_range: tuple[float, float], y_range: tuple[float, float],
) -> tuple[str, ...]:  # fmt: skip
    """Exact equations of the boundary, or nothing where none is proved.

    The least of several numbers is at its bound where one of them is: an equation for each whose
    curve passes through the plane.
    """
    form, rest = metric.split(name, case)
    compute = metric.exactly(form)
    if compute is None:
        return ()
    head, _, last = rest.rpartition(".")
    parts = [f"{head}.{party}" for party in case.principals] if last == "least" else [rest]
    number = Fraction(str(asked.number))
    low = [Fraction(str(x_range[0])), Fraction(str(y_range[0]))]
    high = [Fraction(str(x_range[1])), Fraction(str(y_range[1]))]
    out = []
    for part in parts:

        def margin(a: Fraction, b: Fraction, part: str = part) -> Any:
            value = compute(case.with_value(x, a).with_value(y, b), part)
            return (value.item() if isinstance(value, np.ndarray) else value) - number

        try:
            text = _curve(margin, low, high)
        except (NegotiateError, TypeError, ValueError, ZeroDivisionError):
            return ()
        if text is None:
            return ()
        out.append(text)
    return tuple(text for text in out if text)


def _curve(
    margin: Callable[[Fraction, Fraction], Any], low: list[Fraction], high: list[Fraction]
) -> str | None:
    """Numerator of a quotient of polynomials in two quantities; empty where it keeps its sign.

    None where the computation is not proved to be one such quotient all over the plane.
    """
    import sympy

    found = one_function(margin, low, high, "X,Y")
    if found is None:
        return None
    if found.numer.is_ground or sign_on_box(found.numer, low, high) is not None:
        return ""
    _, primitive = sympy.Poly(found.numer.as_expr(), *sympy.symbols("X Y")).primitive()
    return f"{primitive.as_expr()} = 0"
