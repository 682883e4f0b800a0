r"""General metarational stability: every improvement can be taken back by the others.

State s is general metarational (GMR) for i if for every improvement :math:`q \in R_i^+(s)` the
opponents have a legal sequence of moves from q to some r that i does not prefer to s:
:math:`R_{N \setminus i}(q) \cap \{r : r \preceq_i s\} \ne \emptyset`. The mover is cautious: it
fears any answer, even one that hurts those who give it. The strong form asks that r be strongly
less preferred.

Howard 1971, Paradoxes of Rationality, MIT Press; in graph form Fang, Hipel and Kilgour 1993; strong
form Hamouda, Kilgour and Hipel 2004, Group Decision and Negotiation 13:449-462.

In the prisoners' dilemma mutual co-operation is general metarational:

>>> from negotiate.graphmodel.build import payoff_model
>>> dilemma = payoff_model([[[3, 1], [4, 2]], [[3, 4], [1, 2]]])
>>> [point.label for point in general_metarational(dilemma).points]
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
    "general_metarational",
    title="General metarational stability",
    short="GMR",
    games=("graph",),
    field="rational",
    cites=(
        "Howard1971",
        "FangHipelKilgour1993",
    ),
    metrics=METRICS,
)
def general_metarational(
    model: GraphModel, *, strong: bool = False, unknown: str = "a"
) -> Solution:
    """States that are general metarationally stable for everybody.

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
    >>> [point.label for point in general_metarational(chicken).points]
    ['r1c1', 'r1c2', 'r2c1']
    """
    rules = Rules("moves", strong=strong, unknown=unknown)
    return solution(
        model,
        table(model, rules),
        concept="general_metarational",
        settings={"strong": strong, "unknown": unknown},
        judge=lambda point: holds(model, point, strong=strong, unknown=unknown),
        notes=(SANCTION, LOOP, EQUAL),
    )


@general_metarational.checked_by
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
        model, point.label, Rules("moves", strong=strong, unknown=unknown), "general metarational"
    )


@general_metarational.explained_by
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
    rules = Rules("moves", strong=strong, unknown=unknown)
    return narrate(model, lambda i, s: judge(model, i, s, rules), "general metarational")
