r"""Nash stability: nobody can improve by moving alone.

State s is Nash stable for decision maker i if :math:`R_i^+(s) = \emptyset`: no move of i from s
leads to a state that i prefers. It is an equilibrium if it is so for every i. The mover thinks one
move ahead and fears no answer.

Nash 1951, Annals of Mathematics 54:286-295; in graph form Fang, Hipel and Kilgour 1993, Interactive
Decision Making, ch. 3. Under unknown preferences extensions a and c count an unknown state as a
temptation, b and d do not (Li, Hipel, Kilgour and Fang 2004).

In the prisoners' dilemma only mutual defection is Nash stable for both:

>>> from negotiate.graphmodel.build import payoff_model
>>> dilemma = payoff_model([[[3, 1], [4, 2]], [[3, 4], [1, 2]]])
>>> [point.label for point in nash_stability(dilemma).points]
['r2c2']
"""

from __future__ import annotations

from negotiate.declare import concept
from negotiate.graphmodel._definition import Rules, judge
from negotiate.graphmodel._engine import evidence, solution, table
from negotiate.graphmodel._metrics import METRICS
from negotiate.graphmodel._narration import narrate
from negotiate.graphmodel.model import GraphModel
from negotiate.solution import Evidence, Point, Solution


@concept(
    "nash_stability",
    title="Nash stability",
    short="Nash",
    games=("graph",),
    field="rational",
    cites=(
        "Nash1951",
        "FangHipelKilgour1993",
    ),
    metrics=METRICS,
)
def nash_stability(model: GraphModel, *, unknown: str = "a") -> Solution:
    """States that are Nash stable for everybody.

    Parameters
    ----------
    model
        The model.
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
    >>> [point.label for point in nash_stability(chicken).points]
    ['r1c2', 'r2c1']
    """
    rules = Rules("none", unknown=unknown)
    return solution(
        model,
        table(model, rules),
        concept="nash_stability",
        settings={"unknown": unknown},
        judge=lambda point: holds(model, point, unknown=unknown),
        notes=("one move, no answer",),
    )


@nash_stability.checked_by
def holds(model: GraphModel, point: Point, *, unknown: str = "a") -> Evidence:
    """Judge a state by the definition, one decision maker and one move after another.

    Parameters
    ----------
    model
        The model.
    point
        Its ``label`` names the state.
    unknown
        Attitude to unknown preferences, "a" to "d"; see `negotiate.graphmodel._definition`.

    Returns
    -------
    Evidence
        ``value`` is the number of improvements that nothing deters.
    """
    return evidence(model, point.label, Rules("none", unknown=unknown), "Nash")


@nash_stability.explained_by
def explain(model: GraphModel, *, unknown: str = "a") -> str:
    """Say of every state why it is or is not stable, decision maker by decision maker.

    Parameters
    ----------
    model
        The model.
    unknown
        Attitude to unknown preferences, "a" to "d"; see `negotiate.graphmodel._definition`.

    Returns
    -------
    str
        Markdown.
    """
    rules = Rules("none", unknown=unknown)
    return narrate(model, lambda i, s: judge(model, i, s, rules), "Nash")
