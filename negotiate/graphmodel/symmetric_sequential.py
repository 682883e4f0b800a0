r"""Symmetric sequential stability: a credible answer from which the mover cannot escape.

State s is symmetric sequentially stable (SSEQ) for i if for every improvement
:math:`q \in R_i^+(s)` there is :math:`r \in R_{N \setminus i}^+(q)` with :math:`r \preceq_i s`, and
:math:`t \preceq_i s` for every :math:`t \in R_i(r)`: the sanction is credible, as in sequential
stability, and final, as in symmetric metarationality. It is at least as hard to meet as either.

Rêgo and Vieira 2017, Group Decision and Negotiation 26:775-792, doi:10.1007/s10726-016-9520-8.

In the prisoners' dilemma co-operation passes even this test:

>>> from negotiate.graphmodel.build import payoff_model
>>> dilemma = payoff_model([[[3, 1], [4, 2]], [[3, 4], [1, 2]]])
>>> [point.label for point in symmetric_sequential(dilemma).points]
['r1c1', 'r2c2']
"""

from __future__ import annotations

from negotiate.declare import concept
from negotiate.graphmodel._definition import Rules, judge
from negotiate.graphmodel._engine import EQUAL, LOOP, SANCTION, evidence, solution, table
from negotiate.graphmodel._metrics import METRICS
from negotiate.graphmodel._narration import narrate
from negotiate.graphmodel.model import GraphModel
from negotiate.solution import Evidence, Point, Solution


@concept(
    "symmetric_sequential",
    title="Symmetric sequential stability",
    short="SSEQ",
    games=("graph",),
    field="rational",
    cites=("RegoVieira2017",),
    metrics=METRICS,
)
def symmetric_sequential(
    model: GraphModel, *, strong: bool = False, unknown: str = "a"
) -> Solution:
    """States that are symmetric sequentially stable for everybody.

    Parameters
    ----------
    model
        The model.
    strong
        Only a strongly less preferred state deters (strength of preference).
    unknown
        Attitude to unknown preferences, "a" to "d"; see `negotiate.graphmodel._definition`.

    Returns
    -------
    Solution
        One point for each equilibrium; ``settings["stable"]`` holds the stable states of each
        decision maker; margins where preferences are cardinal.

    Examples
    --------
    >>> from negotiate.graphmodel.build import payoff_model
    >>> chicken = payoff_model([[[3, 2], [4, 1]], [[3, 4], [2, 1]]])
    >>> [point.label for point in symmetric_sequential(chicken).points]
    ['r1c2', 'r2c1']
    """
    rules = Rules("improvements", counter=True, strong=strong, unknown=unknown)
    return solution(
        model,
        table(model, rules),
        concept="symmetric_sequential",
        settings={"strong": strong, "unknown": unknown},
        judge=lambda point: holds(model, point, strong=strong, unknown=unknown),
        notes=(
            SANCTION,
            "each of its moves improves (or might) for the one who makes it",
            LOOP,
            EQUAL,
        ),
    )


@symmetric_sequential.checked_by
def holds(model: GraphModel, point: Point, *, strong: bool = False, unknown: str = "a") -> Evidence:
    """Judge a state by the definition, one decision maker and one move after another.

    Parameters
    ----------
    model
        The model.
    point
        Its ``label`` names the state.
    strong
        Only a strongly less preferred state deters (strength of preference).
    unknown
        Attitude to unknown preferences, "a" to "d"; see `negotiate.graphmodel._definition`.

    Returns
    -------
    Evidence
        ``value`` is the number of improvements that nothing deters.
    """
    return evidence(
        model,
        point.label,
        Rules("improvements", counter=True, strong=strong, unknown=unknown),
        "symmetric sequential",
    )


@symmetric_sequential.explained_by
def explain(model: GraphModel, *, strong: bool = False, unknown: str = "a") -> str:
    """Say of every state why it is or is not stable, decision maker by decision maker.

    Parameters
    ----------
    model
        The model.
    strong
        Only a strongly less preferred state deters (strength of preference).
    unknown
        Attitude to unknown preferences, "a" to "d"; see `negotiate.graphmodel._definition`.

    Returns
    -------
    str
        Markdown.
    """
    rules = Rules("improvements", counter=True, strong=strong, unknown=unknown)
    return narrate(model, lambda i, s: judge(model, i, s, rules), "symmetric sequential")
