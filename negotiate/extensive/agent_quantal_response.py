r"""Agent quantal response equilibrium (logit): players who err, less often the more it costs.

At each information set h an agent of the mover chooses action a with

    p(a | h) = exp(lambda u(a | h)) / sum over b of exp(lambda u(b | h)),

u(a | h) the mover's expected payoff from a given that h is reached and that everyone, later agents
of the same player included, goes on as the equilibrium says. lambda = 0 is pure chance; as lambda
grows the principal branch approaches a sequential equilibrium.

With perfect information u(a | h) needs only what follows, so one pass from the leaves solves any
number of draws (Signorino's strategic model). Otherwise the branch that starts at lambda = 0 is
followed by arc length: predictor along the tangent, Newton corrector on

    F(x, lambda) = x_a - x_b - lambda (u(a | h) - u(b | h)),  x = log p, b the first action.

Sources: R. McKelvey and T. Palfrey, Experimental Economics 1 (1998), 9-41, definition 1 and
theorem 4; T. Turocy, Games and Economic Behavior 51 (2005), 243-263 (path following); C.
Signorino, American Political Science Review 93 (1999), 279-297 (crisis models).

>>> from negotiate.extensive.game import from_dict
>>> choice = {"players": ["A"], "tree": {"player": "A", "actions": {
...     "a": {"payoffs": [1]}, "b": {"payoffs": [0]}}}}
>>> answer = agent_quantal_response(from_dict(choice), precision=1.0)
>>> round(answer[0].strategies["A"]["start"]["a"], 6)
0.731059
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate import tolerance
from negotiate.declare import concept
from negotiate.errors import InputError, NotApplicableError, NotConvergedError, TooLargeError
from negotiate.extensive import profile as _tree_profile
from negotiate.extensive.arithmetic import agent_logit as kernel
from negotiate.extensive.game import ExtensiveGame
from negotiate.solution import Evidence, Point, Solution

ACTION_BOUND = 400
"""Actions in all information sets of a game that needs path following (dense Newton steps)."""


@concept(
    "agent_quantal_response",
    title="Agent quantal response equilibrium",
    short="agent QRE",
    games=("extensive",),
    field="transcendental",
)
def agent_quantal_response(form: ExtensiveGame, *, precision: Any = 1.0) -> Solution:
    """The agent quantal response equilibrium on the principal branch.

    Parameters
    ----------
    form
        A game of perfect recall; over draws if it has perfect information.
    precision
        lambda, not negative, in 1 / (unit of payoff); with perfect information an array over
        draws will do.
    """
    lam = _admit(form, precision)
    if form.perfect_information:
        move = kernel.by_induction(
            form.parent,
            form.mover,
            form.node_payoffs().astype(np.float64),
            lam,
            chance=form.chance.astype(np.float64),
        )
        steps = 0
    else:
        move, steps = _follow(form, float(lam))
    tree = kernel.Tree.of(
        form.parent, form.mover, form.information_set, form.node_payoffs().astype(np.float64)
    )
    worth = kernel.worth(tree, move)[..., 0, :]
    error = kernel.residual(tree, move, lam)
    largest = float(np.max(error)) if np.size(error) else 0.0
    number = (lambda value: value) if np.ndim(worth) > 1 else float
    point = Point(
        payoffs={p: number(worth[..., k]) for k, p in enumerate(form.players)},
        strategies=_strategies(form, move),
        label="principal branch",
        facts={"precision": precision},
    )
    notes = (
        ()
        if form.perfect_information
        else (
            "The equilibrium on the branch that starts where all actions are equally likely; at "
            "high precision there may be others.",
        )
    )
    return Solution(
        concept="agent_quantal_response",
        players=form.players,
        points=(point,),
        # Of perfect information the equilibrium is the only one: each step has one answer.
        complete=form.perfect_information,
        exact=False,
        evidence=(Evidence(largest <= tolerance.REGRET, largest, "error of the logit equations"),),
        settings={"precision": precision, "steps": steps},
        notes=notes,
        form=form,
    )


def _admit(form: Any, precision: Any) -> NDArray[np.float64]:
    if not isinstance(form, ExtensiveGame):
        raise NotApplicableError(
            f"is a {type(form).__name__}",
            where="agent_quantal_response",
            allowed="an extensive game",
        )
    if form.symbolic:
        raise NotApplicableError(
            "payoffs contain symbols",
            where="agent_quantal_response",
            remedy="give every symbol a value",
        )
    _tree_profile.need_recall(form, "quantal response")
    lam = np.asarray(precision, dtype=np.float64)
    if not np.isfinite(lam).all() or (lam < 0).any():
        raise InputError(
            f"precision is {precision}", where="agent_quantal_response", allowed="0 or more, finite"
        )
    if not form.perfect_information:
        if form.draws or lam.ndim:
            raise NotApplicableError(
                "draws of a game with information sets of several nodes",
                where="agent_quantal_response",
                allowed="draws with perfect information, or one game",
            )
        size = sum(len(a) for a, who in zip(form.set_actions, form.owner.tolist()) if who >= 0)
        if size > ACTION_BOUND:
            raise TooLargeError(
                f"{size:,} actions to follow",
                where="agent_quantal_response",
                allowed=f"at most {ACTION_BOUND:,}",
            )
    return lam


def _follow(form: ExtensiveGame, lam: float) -> tuple[NDArray[np.float64], int]:
    tree = kernel.Tree.of(
        form.parent, form.mover, form.information_set, form.node_payoffs().astype(np.float64)
    )
    move, steps, error = kernel.by_continuation(tree, form.chance.astype(np.float64), lam)
    if error > tolerance.REGRET:
        raise NotConvergedError(
            f"the branch was followed for {steps} steps without reaching precision {lam}",
            residual=error,
            where="agent_quantal_response",
            remedy="ask for a lower precision, or scale the payoffs",
        )
    return move, steps


def _strategies(form: ExtensiveGame, move: NDArray[np.float64]) -> dict[str, Any]:
    rows = {}
    for index, members in enumerate(form.members):
        if form.owner[index] >= 0:
            row = [move[..., child] for child in form.children[members[0]]]
            rows[index] = row if move.ndim > 1 else [float(value) for value in row]
    return _tree_profile.named(form, rows)


@agent_quantal_response.checked_by
def holds(form: ExtensiveGame, point: Point) -> Evidence:
    """Whether every choice is the logit reply to what it is worth, recomputed from the tree."""
    lam = np.asarray(point.facts.get("precision", 1.0), dtype=np.float64)
    what = "error of the logit equations"
    move = _tree_profile.move_probabilities(form, point.strategies)
    shape = np.broadcast_shapes(*{np.shape(value) for value in move})
    table = np.stack([np.broadcast_to(np.asarray(v, dtype=float), shape) for v in move], axis=-1)
    tree = kernel.Tree.of(
        form.parent, form.mover, form.information_set, form.node_payoffs().astype(np.float64)
    )
    error = kernel.residual(tree, table, lam)
    worst = float(np.max(error)) if np.size(error) else 0.0
    kept = worst <= tolerance.REGRET
    return Evidence(kept, worst, what, witness="" if kept else "a choice is no logit reply")
