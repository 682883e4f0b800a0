r"""Sequential stability: every improvement meets a credible answer.

State s is sequentially stable (SEQ) for i if for every improvement :math:`q \in R_i^+(s)` the
opponents have a legal sequence of improvements, each for the one who makes it and from the state
in which it is made, to some r with :math:`r \preceq_i s`:
:math:`R_{N \setminus i}^+(q) \cap \{r : r \preceq_i s\} \ne \emptyset`. Threats that hurt those who
carry them out do not count. The strong form asks that r be strongly less preferred.

Fraser and Hipel 1979, IEEE Transactions on Systems, Man and Cybernetics 9:805-816; in graph form
Fang, Hipel and Kilgour 1993; strong form Hamouda, Kilgour and Hipel 2004.

In the prisoners' dilemma co-operation is sequentially stable, in chicken it is not:

>>> from negotiate.graphmodel.build import payoff_model
>>> dilemma = payoff_model([[[3, 1], [4, 2]], [[3, 4], [1, 2]]])
>>> [point.label for point in sequential_stability(dilemma).points]
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
    "sequential_stability",
    title="Sequential stability",
    short="SEQ",
    games=("graph",),
    field="rational",
    cites=(
        "FraserHipel1979",
        "FangHipelKilgour1993",
    ),
    metrics=METRICS,
)
def sequential_stability(
    model: GraphModel, *, strong: bool = False, unknown: str = "a"
) -> Solution:
    """States that are sequentially stable for everybody.

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
    >>> [point.label for point in sequential_stability(chicken).points]
    ['r1c2', 'r2c1']
    """
    rules = Rules("improvements", strong=strong, unknown=unknown)
    return solution(
        model,
        table(model, rules),
        concept="sequential_stability",
        settings={"strong": strong, "unknown": unknown},
        judge=lambda point: holds(model, point, strong=strong, unknown=unknown),
        notes=(
            SANCTION,
            "each of its moves improves (or might) for the one who makes it",
            LOOP,
            EQUAL,
        ),
    )


@sequential_stability.checked_by
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
        model, point.label, Rules("improvements", strong=strong, unknown=unknown), "sequential"
    )


@sequential_stability.explained_by
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
    rules = Rules("improvements", strong=strong, unknown=unknown)
    return narrate(model, lambda i, s: judge(model, i, s, rules), "sequential")
