"""Sequential equilibrium: sequential rationality with consistent beliefs.

A pair of strategies and beliefs that is sequentially rational and the limit of completely mixed
strategies with their Bayesian beliefs (Kreps and Wilson 1982, Econometrica 50:863-894).

Signalling games: with finitely many types every perfect Bayesian equilibrium is sequential. Let
the belief at an unsent message be mu; trembles by which type t sends it with probability
e mu(t)/p(t) (and e^2 where mu(t) = 0) give posteriors that converge to mu as e falls to zero, and
the messages do not constrain each other (Fudenberg and Tirole 1991, JET 53:236-260, prop. 1). So
the answer is that of `perfect_bayesian`, with the trembles as evidence.

Other trees: pure equilibria by enumeration, mixed ones support by support; consistency is decided
exactly by orders and factors of trembles (`negotiate.extensive._consistency`; Kohlberg and Reny
1997, Journal of Economic Theory 75:280-313). Selten's horse (1975, figure 1) keeps the equilibrium
in which nobody leaves the path, and the mixtures of the third player that deter as well:

>>> from negotiate.loading import load
>>> horse = sequential_equilibrium(load("selten-horse"))
>>> horse.complete, [str(point.strategies["Player 3"]["3"]["L"]) for point in horse]
(True, ['1', '3/4'])

>>> from fractions import Fraction
>>> from negotiate.extensive.signalling import beer_quiche
>>> [point.label for point in sequential_equilibrium(beer_quiche(Fraction(1, 10)))]
['pooling on beer', 'pooling on quiche']
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from negotiate.declare import concept
from negotiate.extensive import _assessments
from negotiate.extensive.game import ExtensiveGame
from negotiate.extensive.perfect_bayesian import perfect_bayesian, solve_tree
from negotiate.extensive.signalling import Signalling
from negotiate.numbers.fractions import exact
from negotiate.solution import Evidence, Point, Solution

TREMBLES = (Fraction(1, 10**6), Fraction(1, 10**9))


@concept(
    "sequential_equilibrium",
    title="Sequential equilibrium",
    short="sequential",
    games=("signalling", "extensive"),
    field="rational",
    axioms=("no profitable deviation",),
)
def sequential_equilibrium(form: Any) -> Solution:
    """All sequential equilibria of a signalling game or of a tree of perfect recall.

    ``complete`` is false, with the reason in the notes, where the equations of some mixed supports
    could not be solved in fractions or were too many; pure equilibria are then still all listed.
    """
    if isinstance(form, ExtensiveGame):
        return solve_tree(form, "sequential_equilibrium", condition="consistent")
    return replace(perfect_bayesian(form), concept="sequential_equilibrium")


@sequential_equilibrium.checked_by
def holds(form: Any, point: Point) -> Evidence:
    """Sequential rationality, and beliefs as the limit of two stages of trembles.

    The value is the greater of the regret and the distance of the belief under the smaller
    trembles, which must shrink in proportion to the tremble.
    """
    if isinstance(form, ExtensiveGame):
        return _assessments.holds(form, point, condition="consistent")
    first = perfect_bayesian.holds(form, point)
    if not first.holds:
        return first
    coarse, fine = (distance(form, point, tremble) for tremble in TREMBLES)
    shrinks = fine <= coarse * TREMBLES[1] / TREMBLES[0] * 2
    return Evidence(
        shrinks,
        Fraction(0) if shrinks else fine,
        "distance of beliefs from the limit of trembles",
        "" if shrinks else "beliefs are not the limit of the trembles built from them",
    )


def distance(form: Signalling, point: Point, tremble: Fraction) -> Fraction:
    """Largest gap between the stated beliefs and the posteriors of trembling strategies."""
    sender = point.strategies[form.players[0]]
    worst = Fraction(0)
    for m in form.messages:
        belief = {t: exact(point.beliefs[m][t]) for t in form.live_types}
        sent = any(exact(sender[t][m]) > 0 for t in form.live_types)
        joint: dict[str, Fraction] = {}
        for t in form.live_types:
            prior = exact(form.prior[t])
            # A sent message trembles at order e^2, so that no order-e error moves its belief.
            noise = tremble * belief[t] / prior if not sent and belief[t] > 0 else tremble**2
            joint[t] = prior * (exact(sender[t][m]) + noise)
        total = sum(joint.values())
        worst = max(worst, *(abs(joint[t] / total - belief[t]) for t in form.live_types))
    return worst
