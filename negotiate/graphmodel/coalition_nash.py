r"""Coalition Nash stability: no coalition can improve for all its members by its own moves.

State s is coalition Nash stable for H if no state that H reaches from s by its members' legal
sequences is preferred to s by every member; it is an equilibrium if it is so for every coalition.

Kilgour, Hipel, Fang and Peng 2001, Group Decision and Negotiation 10:159-175; Inohara and Hipel
2008, Systems Engineering 11:343-359. Conventions: `negotiate.graphmodel._coalitions`.
"""

from __future__ import annotations

from collections.abc import Iterable

from negotiate.declare import concept
from negotiate.graphmodel._coalitions import (
    coalition_evidence,
    solve_coalitions,
    tell,
)
from negotiate.graphmodel._definition import Rules, judge_coalition
from negotiate.graphmodel._metrics import STABILITY
from negotiate.graphmodel.model import GraphModel
from negotiate.solution import Evidence, Point, Solution


@concept(
    "coalition_nash",
    title="Coalition Nash stability",
    short="coalition Nash",
    games=("graph",),
    field="rational",
    cites=(
        "KilgourHipelFangPeng2001",
        "InoharaHipel2008",
    ),
    metrics=STABILITY,
)
def coalition_nash(
    model: GraphModel,
    *,
    coalitions: Iterable[Iterable[str]] | None = None,
    unknown: str = "a",
) -> Solution:
    """States that are coalition Nash stable for every coalition asked about.

    Parameters
    ----------
    model
        The model.
    coalitions
        Lists of decision makers; all coalitions if not given.
    unknown
        Attitude to unknown preferences, "a" to "d"; see `negotiate.graphmodel._definition`.

    Returns
    -------
    Solution
        One point for each equilibrium; ``settings["stable"]`` holds the stable states of each
        coalition.

    Examples
    --------
    In the prisoners' dilemma the two together leave mutual defection:

    >>> from negotiate.graphmodel.build import payoff_model
    >>> dilemma = payoff_model([[[3, 1], [4, 2]], [[3, 4], [1, 2]]])
    >>> [point.label for point in coalition_nash(dilemma).points]
    []
    """
    return solve_coalitions(
        model,
        Rules("none", unknown=unknown),
        concept="coalition_nash",
        coalitions=coalitions,
        reading="individual",
        judge=lambda point: holds(model, point, coalitions=coalitions, unknown=unknown),
    )


@coalition_nash.checked_by
def holds(
    model: GraphModel,
    point: Point,
    *,
    coalitions: Iterable[Iterable[str]] | None = None,
    unknown: str = "a",
) -> Evidence:
    """Judge a state by the definition, coalition by coalition.

    Parameters
    ----------
    model
        The model.
    point
        Its ``label`` names the state.
    coalitions
        Lists of decision makers; all coalitions if not given.
    unknown
        Attitude to unknown preferences, "a" to "d"; see `negotiate.graphmodel._definition`.

    Returns
    -------
    Evidence
        ``value`` is the number of coalition improvements that nothing deters.
    """
    return coalition_evidence(
        model,
        point,
        Rules("none", unknown=unknown),
        coalitions=coalitions,
        reading="individual",
        words="coalition Nash",
    )


@coalition_nash.explained_by
def explain(
    model: GraphModel,
    *,
    coalitions: Iterable[Iterable[str]] | None = None,
    unknown: str = "a",
) -> str:
    """Say of every state which coalitions could leave it, and what deters them.

    Parameters
    ----------
    model
        The model.
    coalitions
        Lists of decision makers; all coalitions if not given.
    unknown
        Attitude to unknown preferences, "a" to "d"; see `negotiate.graphmodel._definition`.

    Returns
    -------
    str
        Markdown.
    """
    rules = Rules("none", unknown=unknown)
    return tell(
        model,
        lambda members, s: judge_coalition(model, members, s, rules),
        coalitions=coalitions,
        words="coalition Nash",
    )
