r"""Coalition simultaneous stability: a joint improvement is deterred if outsiders improve with it.

A coalition H improves from s to a state that legal sequences of its members reach, that differs
from s in their own choices only, and that every member prefers. State s is coalition simultaneously
stable for H if to every such improvement there is a combination of improvements by some of the
others, each its own move from s, that made together with H's change leads to a feasible state which
some member of H does not prefer to s. With one member this is simultaneous stability
(`negotiate.graphmodel.simultaneous`), so what is stable for all coalitions is so for all decision
makers; H of everybody meets nobody, and is stable only where all cannot improve together.

Fraser and Hipel 1979 for simultaneous sanctions; the coalition form joins them to the coalition
improvements of Kilgour, Hipel, Fang and Peng 2001; conventions stand in
`negotiate.graphmodel._coalitions`. Each of the others improves for itself: a second coalition that
moves at the same moment is not reckoned with.

In the prisoners' dilemma nobody leaves mutual defection alone, but both together do; nothing that
both prefer to mutual co-operation is there, so it stays as it was:

>>> from negotiate.graphmodel.build import payoff_model
>>> dilemma = payoff_model([[[3, 1], [4, 2]], [[3, 4], [1, 2]]])
>>> [point.label for point in coalition_simultaneous(dilemma).points]
['r1c1']
"""

from __future__ import annotations

from collections.abc import Iterable

from negotiate.declare import concept
from negotiate.graphmodel._coalitions import (
    check_work,
    coalitions_of,
    evidence_for,
    joint_solution,
    name_of,
    tell,
)
from negotiate.graphmodel._engine import EQUAL, Table
from negotiate.graphmodel.model import GraphModel
from negotiate.graphmodel.simultaneous import group_verdict, stable_for
from negotiate.solution import Evidence, Point, Solution

WORDS = "coalition simultaneous"


@concept(
    "coalition_simultaneous",
    title="Coalition simultaneous stability",
    short="coalition SIM",
    games=("graph",),
    field="rational",
    cites=("FraserHipel1979", "KilgourHipelFangPeng2001"),
)
def coalition_simultaneous(
    model: GraphModel, *, coalitions: Iterable[Iterable[str]] | None = None
) -> Solution:
    """States that are coalition simultaneously stable for every coalition asked about.

    Parameters
    ----------
    model
        In option form, or a strategic game.
    coalitions
        Lists of decision makers; all coalitions if not given.

    Returns
    -------
    Solution
        One point for each equilibrium; ``settings["stable"]`` holds the stable states of each
        coalition.

    Raises
    ------
    NotApplicableError
        Where states are not made of choices.
    TooLargeError
        With the number of combinations.

    Examples
    --------
    >>> from negotiate.graphmodel.build import payoff_model
    >>> chicken = payoff_model([[[3, 2], [4, 1]], [[3, 4], [2, 1]]])
    >>> coalition_simultaneous(chicken, coalitions=[["Player 1", "Player 2"]]).settings["stable"]
    {'Player 1 + Player 2': ['r1c1', 'r1c2', 'r2c1']}
    """
    asked = coalitions_of(model, coalitions)
    check_work(model, asked)
    return joint_solution(
        model,
        lambda one: Table(
            tuple(name_of(one, members) for members in asked), stable_for(one, asked)
        ),
        concept="coalition_simultaneous",
        settings={},
        judge=lambda point: holds(model, point, coalitions=coalitions),
        notes=(
            "everybody's improvements from the state itself, made at once",
            "each of the others improves for itself",
            "a combination that is not feasible deters nobody",
            EQUAL,
        ),
    )


@coalition_simultaneous.checked_by
def holds(
    model: GraphModel, point: Point, *, coalitions: Iterable[Iterable[str]] | None = None
) -> Evidence:
    """Judge a state by the definition, coalition by coalition and combination by combination.

    Parameters
    ----------
    model
        The model.
    point
        Its ``label`` names the state.
    coalitions
        Lists of decision makers; all coalitions if not given.

    Returns
    -------
    Evidence
        ``value`` is the number of coalition improvements that nothing deters.
    """
    return evidence_for(
        model,
        point,
        lambda members, s: group_verdict(model, members, s),
        coalitions=coalitions,
        words=WORDS,
    )


@coalition_simultaneous.explained_by
def explain(model: GraphModel, *, coalitions: Iterable[Iterable[str]] | None = None) -> str:
    """Say of every state which coalitions could leave it, and what deters them.

    Parameters
    ----------
    model
        The model.
    coalitions
        Lists of decision makers; all coalitions if not given.

    Returns
    -------
    str
        Markdown.
    """
    return tell(
        model,
        lambda members, s: group_verdict(model, members, s),
        coalitions=coalitions,
        words=WORDS,
    )
