"""Placebos of "the deal beats no deal": deals that pass the same test without any theory.

A deal stands where no party prefers no deal, u_i >= d_i. The test says little where giving in to
the other side passes it too, or most deals drawn blindly do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from negotiate import tolerance
from negotiate.bargaining.arithmetic.convex import best_response, level_worth

DEALS = 2000
"""Deals drawn blindly: a share is then known to some 0.02."""


@dataclass(frozen=True)
class Placebo:
    """How often the test is passed by deals that no theory chose.

    Attributes
    ----------
    blind
        Share of deals drawn uniformly, each issue by itself, that no party would refuse.
    giving_in
        Party to whether no party would refuse the deal that gives every other all it wants.
    """

    blind: float
    giving_in: Mapping[str, bool]


def placebo(problem: Any, *, seed: int = 0, deals: int = DEALS) -> Placebo:
    """Put capitulation and blind deals to the test of a bargaining problem.

    >>> from negotiate import bargaining
    >>> found = placebo(bargaining.divide(1, (0.25, 0.25)), deals=4000)
    >>> abs(found.blind - 0.5) < 0.05  # a level between 0.25 and 0.75
    True
    """
    program = problem.program
    d = np.array([float(problem.no_deal(party)) for party in problem.parties])
    slack = tolerance.UTILITY
    rng = np.random.default_rng(seed)
    worth = np.tile(np.asarray(program.base, dtype=np.float64), (deals, 1))
    for issue in program.issues:
        if issue.options is not None:
            worth += issue.options.T[rng.integers(issue.options.shape[1], size=deals)]
        else:
            worth += np.array([level_worth(issue, x) for x in rng.random(deals)])
    giving_in = {}
    for i, party in enumerate(problem.parties):
        others = np.ones(len(d))
        others[i] = 1e-6  # what the others do not care about goes to the one who gives in
        giving_in[party] = bool((best_response(program, others)[0] >= d - slack).all())
    return Placebo(float((worth >= d - slack).all(axis=1).mean()), giving_in)
