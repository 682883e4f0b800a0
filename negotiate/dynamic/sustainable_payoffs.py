r"""Sustainable payoffs: all subgame perfect payoffs of a repeated game of two players.

Definition: average payoffs of subgame perfect equilibria in pure strategies with perfect
monitoring, a common discount factor and public randomisation; a convex polygon, given by its
vertices. Each vertex carries the action pair that starts it and the continuation that rewards it.

Source: Abreu and Sannikov (2014), Theoretical Economics 9:313-338, doi:10.3982/TE1302.

>>> from fractions import Fraction
>>> from negotiate.dynamic.repeated import Repeated
>>> from negotiate.strategic.game import StrategicGame
>>> stage = StrategicGame.from_arrays([[[9, 1], [10, 3]], [[9, 10], [1, 3]]],
...     players=("a", "b"), strategies=[("keep", "break")] * 2)
>>> for point in sustainable_payoffs(Repeated(stage, Fraction(3, 10))):
...     print(*point.payoffs.values())
3 3
39/4 3
9 9
3 39/4
"""

from __future__ import annotations

from typing import Any

from negotiate.declare import concept
from negotiate.dynamic.arithmetic.abreu_sannikov import cross, deviation_gains, payoff_set
from negotiate.dynamic.repeated import Repeated
from negotiate.errors import NotApplicableError
from negotiate.solution import Evidence, Point, Solution
from negotiate.tolerance import UTILITY


@concept(
    "sustainable_payoffs",
    title="Sustainable payoffs",
    short="sustainable payoffs",
    games=("repeated",),
    field="rational",
    axioms=("no profitable deviation",),
)
def sustainable_payoffs(form: Repeated) -> Solution:
    """Vertices of the payoff set, counter-clockwise; no points if no pure equilibrium exists."""
    tables, delta = _problem(form)
    result = payoff_set(tables, delta)
    exact = form.exact and result.residual == 0
    points = tuple(_point(form, result.vertices, v) for v in result.vertices)
    notes = []
    if not points:
        notes.append("No subgame perfect equilibrium in pure strategies exists.")
    elif not exact and form.exact:
        notes.append(
            "The iteration only converges to the set, so the vertices are floats, within "
            f"{float(result.residual):.1g}."
        )
    solution = Solution(
        concept="sustainable_payoffs",
        players=form.players,
        points=points,
        complete=True,
        exact=exact,
        settings={"discount": delta, "rounds": result.rounds},
        notes=tuple(notes),
        form=form,
        evidence=tuple(_evidence(form, result.vertices, v) for v in result.vertices),
    )
    return solution


def _problem(form: Repeated) -> tuple[Any, Any]:
    if not isinstance(form, Repeated):
        raise NotApplicableError(
            f"sustainable_payoffs is not defined on {type(form).__name__}",
            allowed="the form repeated",
        )
    form.single()
    if len(form.players) != 2:
        raise NotApplicableError(
            f"sustainable_payoffs of {len(form.players)} players", allowed="two players"
        )
    factors = set(form.discount.values())
    if len(factors) != 1:
        raise NotApplicableError(
            "the players discount differently",
            where="sustainable_payoffs",
            allowed="a common discount factor",
            remedy="with unequal patience trading over time reaches payoffs outside the polygon; "
            "forms.repeated.at_common_discount gives the game at the lowest factor",
        )
    stage = form.stage if form.exact else form.stage.floats()
    delta = next(iter(factors))
    return tuple(stage.table(p).tolist() for p in form.players), (
        delta if form.exact else float(delta)
    )


def enforced_by(form: Repeated, vertices: Any, value: Any) -> tuple[Any, Any, Any]:
    """The action pair and continuation that enforce ``value`` with least violation.

    Returns (violation, pair of labels, continuation); a violation of zero proves the claim.
    """
    tables, delta = _problem(form)
    gains = deviation_gains(tables)
    lowest = [min(v[i] for v in vertices) for i in (0, 1)]
    rows, columns = (form.stage.strategies[p] for p in form.players)
    best: tuple[Any, Any, Any] | None = None
    for r, row in enumerate(rows):
        for c, column in enumerate(columns):
            later = [(value[i] - (1 - delta) * tables[i][r][c]) / delta for i in (0, 1)]
            short = max(lowest[i] + (1 - delta) / delta * gains[r][c][i] - later[i] for i in (0, 1))
            bad = max(short, _outside(vertices, later), 0 * short)
            if best is None or bad < best[0]:
                best = (bad, (row, column), later)
    assert best is not None
    return best


def _outside(vertices: Any, point: Any) -> Any:
    """Distance by which ``point`` lies outside the polygon, in the largest coordinate or edge."""
    box = max(
        max(min(v[i] for v in vertices) - point[i], point[i] - max(v[i] for v in vertices))
        for i in (0, 1)
    )
    if len(vertices) < 2:
        return box
    worst = box
    for k, a in enumerate(vertices):
        b = vertices[(k + 1) % len(vertices)]
        length = max(abs(b[0] - a[0]), abs(b[1] - a[1]))
        worst = max(worst, -cross(a, b, point) / length)
    return worst


def _point(form: Repeated, vertices: Any, value: Any) -> Point:
    _, pair, later = enforced_by(form, vertices, value)
    return Point(
        payoffs=dict(zip(form.players, value, strict=True)),
        label=f"{pair[0]}, {pair[1]} first",
        facts={
            "first actions": dict(zip(form.players, pair, strict=True)),
            "continuation": dict(zip(form.players, later, strict=True)),
        },
    )


def _evidence(form: Repeated, vertices: Any, value: Any) -> Evidence:
    bad, pair, _ = enforced_by(form, vertices, value)
    good = bad <= (0 if form.exact and not isinstance(bad, float) else 100 * UTILITY)
    return Evidence(
        holds=bool(good),
        value=bad,
        what="shortfall of the best continuation (the set generates itself)",
        witness="" if good else f"starting with {pair[0]}, {pair[1]}",
    )


@sustainable_payoffs.checked_by
def holds(form: Repeated, point: Point) -> Evidence:
    """Whether the point is enforced with continuations in the payoff set, solved again."""
    vertices = payoff_set(*_problem(form)).vertices
    value = tuple(point.payoffs[p] for p in form.players)
    if not vertices:
        return Evidence(False, float("inf"), "shortfall of the best continuation", "no equilibrium")
    return _evidence(form, vertices, value)
