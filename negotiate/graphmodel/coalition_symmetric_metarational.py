r"""Coalition symmetric metarational stability: joint improvements can be taken back for good.

State s is coalition symmetric metarational for H if from every coalition improvement of H the
others have a legal sequence of moves to a state r that some member of H does not prefer to s, and
so does some member find every state that H reaches from r.

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
from negotiate.graphmodel.model import GraphModel
from negotiate.solution import Evidence, Point, Solution


@concept(
    "coalition_symmetric_metarational",
    title="Coalition symmetric metarational stability",
    short="coalition SMR",
    games=("graph",),
    field="rational",
    cites=(
        "KilgourHipelFangPeng2001",
        "InoharaHipel2008",
    ),
)
def coalition_symmetric_metarational(
    model: GraphModel,
    *,
    coalitions: Iterable[Iterable[str]] | None = None,
    strong: bool = False,
    unknown: str = "a",
) -> Solution:
    """States that are coalition symmetric metarationally stable for every coalition asked about.

    Parameters
    ----------
    model
        The model.
    coalitions
        Lists of decision makers; all coalitions if not given.
    strong
        Only a strongly less preferred state deters.
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
    >>> [point.label for point in coalition_symmetric_metarational(dilemma).points]
    ['r1c1']
    """
    return solve_coalitions(
        model,
        Rules("moves", counter=True, strong=strong, unknown=unknown),
        concept="coalition_symmetric_metarational",
        coalitions=coalitions,
        reading="individual",
        judge=lambda point: holds(
            model, point, coalitions=coalitions, strong=strong, unknown=unknown
        ),
    )


@coalition_symmetric_metarational.checked_by
def holds(
    model: GraphModel,
    point: Point,
    *,
    coalitions: Iterable[Iterable[str]] | None = None,
    strong: bool = False,
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
    strong
        Only a strongly less preferred state deters.
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
        Rules("moves", counter=True, strong=strong, unknown=unknown),
        coalitions=coalitions,
        reading="individual",
        words="coalition symmetric metarational",
    )


@coalition_symmetric_metarational.explained_by
def explain(
    model: GraphModel,
    *,
    coalitions: Iterable[Iterable[str]] | None = None,
    strong: bool = False,
    unknown: str = "a",
) -> str:
    """Say of every state which coalitions could leave it, and what deters them.

    Parameters
    ----------
    model
        The model.
    coalitions
        Lists of decision makers; all coalitions if not given.
    strong
        Only a strongly less preferred state deters.
    unknown
        Attitude to unknown preferences, "a" to "d"; see `negotiate.graphmodel._definition`.

    Returns
    -------
    str
        Markdown.
    """
    rules = Rules("moves", counter=True, strong=strong, unknown=unknown)
    return tell(
        model,
        lambda members, s: judge_coalition(model, members, s, rules),
        coalitions=coalitions,
        words="coalition symmetric metarational",
    )
