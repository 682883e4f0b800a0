r"""Coalition symmetric sequential stability: a credible answer that the coalition cannot escape.

State s is coalition symmetric sequentially stable for H if from every coalition improvement of H
the others have a sequence of improvements to a state r that some member of H does not prefer to s,
and so does some member find every state that H reaches from r.

The coalition form of `negotiate.graphmodel.symmetric_sequential`, by the pattern of the others.
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
    "coalition_symmetric_sequential",
    title="Coalition symmetric sequential stability",
    short="coalition SSEQ",
    games=("graph",),
    field="rational",
    cites=(
        "KilgourHipelFangPeng2001",
        "InoharaHipel2008",
    ),
)
def coalition_symmetric_sequential(
    model: GraphModel,
    *,
    coalitions: Iterable[Iterable[str]] | None = None,
    strong: bool = False,
    unknown: str = "a",
    reading: str = "individual",
) -> Solution:
    """States that are coalition symmetric sequentially stable for every coalition asked about.

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
    reading
        "individual": each of the others improves for itself; "coalition": any part of them
        improves together.

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
    >>> [point.label for point in coalition_symmetric_sequential(dilemma).points]
    ['r1c1']
    """
    return solve_coalitions(
        model,
        Rules("improvements", counter=True, strong=strong, unknown=unknown),
        concept="coalition_symmetric_sequential",
        coalitions=coalitions,
        reading=reading,
        judge=lambda point: holds(
            model, point, coalitions=coalitions, strong=strong, unknown=unknown, reading=reading
        ),
    )


@coalition_symmetric_sequential.checked_by
def holds(
    model: GraphModel,
    point: Point,
    *,
    coalitions: Iterable[Iterable[str]] | None = None,
    strong: bool = False,
    unknown: str = "a",
    reading: str = "individual",
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
    reading
        "individual": each of the others improves for itself; "coalition": any part of them
        improves together.

    Returns
    -------
    Evidence
        ``value`` is the number of coalition improvements that nothing deters.
    """
    return coalition_evidence(
        model,
        point,
        Rules("improvements", counter=True, strong=strong, unknown=unknown),
        coalitions=coalitions,
        reading=reading,
        words="coalition symmetric sequential",
    )


@coalition_symmetric_sequential.explained_by
def explain(
    model: GraphModel,
    *,
    coalitions: Iterable[Iterable[str]] | None = None,
    strong: bool = False,
    unknown: str = "a",
    reading: str = "individual",
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
    reading
        "individual": each of the others improves for itself; "coalition": any part of them
        improves together.

    Returns
    -------
    str
        Markdown.
    """
    rules = Rules("improvements", counter=True, strong=strong, unknown=unknown)
    return tell(
        model,
        lambda members, s: judge_coalition(model, members, s, rules, joint=reading == "coalition"),
        coalitions=coalitions,
        words="coalition symmetric sequential",
    )
