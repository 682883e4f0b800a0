"""Crisis games against plain, slow definitions: random numbers, borders, ties, no costs."""

from fractions import Fraction as F
from itertools import product

import numpy as np
import pytest

from negotiate.crisis.audience_costs import AudienceCosts
from negotiate.crisis.commitment import LongShift, ShiftingPower, ThirdPartyGuarantee
from negotiate.crisis.crisis_bargaining import CostlyLottery, RiskReturn, Screening
from negotiate.crisis.deterrence import UnilateralDeterrence
from negotiate.crisis.mediation import Mediation
from negotiate.crisis.sanctions_game import CoercedThirdParty, Inspection, SanctionsThreat
from negotiate.crisis.two_level import ratification_minimum

EDGE = (0, F(1, 10**9), -F(1, 10**9))
RNG = np.random.default_rng(20261201)


def draw(low, high, digits=3):
    return F(str(round(float(RNG.uniform(low, high)), digits)))


def test_the_bargaining_range_is_that_of_its_definition():
    """{x in [0, 1]: p - c_A <= x <= p + c_B} by a grid of thousandths (Fearon 1995, 386-390)."""
    for _ in range(300):
        p, a, b = draw(0, 1), draw(-0.6, 0.6), draw(-0.6, 0.6)
        war = CostlyLottery(p, a, b)
        inside = [x for x in (F(k, 1000) for k in range(1001)) if p - a <= x <= p + b]
        assert (war.width >= 0) == bool(inside)
        assert len(war.equilibria()) == (2 if inside else 0)
        if inside:
            assert (war.low, war.high) == (inside[0], inside[-1])
            best = max(inside, key=lambda x: (x - p + a) * (p + b - x))
            assert abs(war.nash - best) <= F(1, 1000)
            assert all(war.holds(point).holds for point in war.equilibria())
    lost = CostlyLottery(F(9, 10), F(-1, 2), F(6, 10))  # A needs 1.4 of a pie of one
    assert lost.width == F(-2, 5) and len(lost.equilibria()) == 0 and np.isnan(lost.nash)


def acceptance(x, war):
    """A type accepts where its share is at least its war payoff."""
    return 1 - x >= war


def test_screening_pays_the_best_of_all_demands():
    """Every demand of a grid priced from the two types' acceptance; war itself among them."""
    cases = [(F(1, 2), F(-1, 2), F(1, 10), F(1, 5), F(1, 2))]
    for _ in range(200):
        tough = draw(-0.3, 0.4)
        cases.append((draw(0, 1), draw(-0.5, 0.5), tough, tough + draw(0.001, 0.5), draw(0, 1)))
    for p, a, tough, weak, q in cases:
        game = Screening(p, a, tough, weak, q)
        grid = {F(k, 1000) for k in range(1001)} | {p + tough, p + weak}
        best = max(
            sum(
                chance * (x if acceptance(x, 1 - p - cost) else p - a)
                for chance, cost in ((q, weak), (1 - q, tough))
            )
            for x in grid
            if 0 <= x <= 1
        )
        assert game.payoff == best, (p, a, tough, weak, q)
        assert all(game.holds(point).holds for point in game.equilibria())
    assert Screening(*cases[0]).payoff == 1  # not 0.85: A would rather be refused


def test_hidden_costs_by_a_grid():
    for _ in range(100):
        low = draw(0, 0.5)
        p, a, high = draw(0, 1), draw(-0.2, 0.6), low + draw(0.01, 0.8)
        game = RiskReturn(p, a, high, low)
        x = np.linspace(0, 1, 4001)
        risk = np.clip((x - float(p) - float(low)) / float(high - low), 0, 1)
        worth = x * (1 - risk) + float(p - a) * risk
        assert float(game.payoff) == pytest.approx(worth.max(), abs=2e-4)
        assert float(game.payoff) >= worth.max() - 1e-12


def test_beliefs_at_the_borders_of_risk():
    """Zero margin: safe; a billionth more: risk (Fearon 1995, appendix, claim 2)."""
    for edge in EDGE:
        game = RiskReturn(F(1, 2), F(1, 10), F(3, 10) + edge, F(1, 10))
        assert (game.pr_war > 0) == (edge > 0) and (game.risk_margin > 0) == (edge > 0)


def audience_breaks(value, loss, a, wb, low, high, r, bluff, cut):
    """Largest gain in a profile of the one-sided crisis, over a grid of types, by the definition.

    B resists with r; a type that would back down challenges with ``bluff``; fighters from ``cut``.
    """
    gaps = []
    types = [low + (high - low) * F(k, 400) for k in range(401)]
    fights = F(0)
    timid = F(0)
    span = high - low
    fights = max(F(0), high - max(cut, -a, low)) / span
    timid = max(F(0), min(high, -a) - low) / span * bluff
    for w in types:
        stand = max(w, -a)
        gain = (1 - r) * value + r * stand
        if w < -a:
            gaps += [gain * (1 - bluff), -gain * bluff]
        elif w > -a:
            gaps.append(-gain if w > cut else (gain if w < cut else F(0)))
    if fights + timid > 0:
        q = fights / (fights + timid)
        resist, concede = q * wb, -loss
        gaps += [(concede - resist) * r, (resist - concede) * (1 - r)]
    return max(gaps)


def test_audience_costs_points_survive_the_definition_and_ties_are_joined():
    tried = 0
    for _ in range(150):
        value, loss, a = draw(0.1, 2), draw(0.1, 2), draw(0, 1)
        wb, low = draw(-3, 0.5), draw(-2, 0.5)
        high = low + draw(0.1, 2)
        found = AudienceCosts(value, loss, a, wb, low, high).equilibria()
        assert len(found) >= 1
        for point in found:
            facts = point.facts
            broken = audience_breaks(
                value,
                loss,
                a,
                wb,
                low,
                high,
                facts["resist"],
                facts["bluff"],
                facts["challenge_from"],
            )
            assert broken <= 0, (point.label, broken)
            tried += 1
    assert tried >= 150
    for numbers, joined, count in (
        ((1, 1, 1, -1, -2, F(-1, 5)), {"bluffing", "deterred"}, 2),
        ((1, 1, 0, F(-1, 2), -1, 1), {"no bluffing", "free bluffing"}, 2),
        ((1, 1, 0, -2, -2, -1), {"deterred", "free bluffing"}, 2),
    ):
        found = AudienceCosts(*numbers).equilibria()
        labels = [point.label for point in found]
        assert found.degenerate and len(found) == count
        assert {labels[i] for part in found.components for i in part} >= joined
    # in between, at t = 1: any resistance from V / (V + a) to one, the cut-off moving along
    for r in (F(1, 2), F(3, 5), F(5, 6), F(1)):
        cut = max(F(-1), -(1 - r) / r)
        assert audience_breaks(F(1), F(1), F(1), F(-1), F(-2), F(-1, 5), r, F(0), cut) <= 0


def test_more_audience_costs_more_bluffs_and_more_war_below_the_threshold():
    """Bluffs are beta (1 - t)/t and rise with beta; so does war, until all challenge."""
    rows = []
    for a in (F(0), F(3, 10), F(7, 10)):
        game = AudienceCosts(1, 1, a, F(-4, 3), F(-2), F(1, 2))
        assert game.concession_margin < 0
        beta, t = game.fighters, game.threshold
        bluffs = game.bluff * (1 - beta)
        assert bluffs == beta * (1 - t) / t
        rows.append((float(bluffs), float(game.pr_war)))
    assert rows == sorted(rows)
    want = [(0.066667, 0.2), (0.106667, 0.246154), (0.16, 0.282353)]
    np.testing.assert_allclose(rows, want, atol=1e-6)


def test_preventive_war_by_every_offer():
    """A fights exactly where no offer today, with what B must give later, matches war."""
    for _ in range(300):
        now, later, a, g, d = draw(0, 1), draw(0, 1), draw(0, 0.4), draw(0, 1), draw(0, 1, 2)
        game = ShiftingPower(now, later, a, F(1, 10), d, g)
        later_least = max(later - a, g, F(0))
        best = max(x + d * later_least for x in (F(k, 20) for k in range(21)))
        assert (game.commitment_margin > 0) == ((1 + d) * now - a > best)
        critical = game.critical_later
        levels = [F(k, 200) for k in range(201)]
        fights = [x for x in levels if (1 + d) * now - a > 1 + d * max(x - a, g, F(0))]
        if np.isnan(float(critical)):
            assert not fights
        else:
            assert {x for x in levels if x < critical} == set(fights) - {F(1)} | (
                {x for x in fights if x < critical}
            )
    for numbers in (
        (F(11, 20), F(1, 5), F(1, 10), F(1, 10), F(9, 10), F(0)),
        (F(4, 5), F(1, 5), F(1, 10), F(1, 10), F(9, 10), F(9, 10)),
    ):
        assert np.isnan(ShiftingPower(*numbers).critical_later)


def test_a_lasting_shift_by_a_long_horizon():
    """Both conditions against sums over many periods; Powell's implies the other."""
    for _ in range(200):
        now, later, loss, d = draw(0, 1), draw(0, 1), draw(0, 0.9), draw(0.01, 0.95, 2)
        game = LongShift(now, later, loss, d)
        stream = [float(d) ** t for t in range(2000)]
        prize, rest = sum(stream), sum(stream[1:])
        war = float(now * (1 - loss)) * prize
        offered = 1 + float(later * (1 - loss)) * rest
        if abs(war - offered) > 1e-6:
            assert (game.commitment_margin > 0) == (war > offered)
        most = prize - float((1 - later) * (1 - loss)) * rest  # B gets its war value tomorrow
        if abs(war - most) > 1e-6:
            assert (game.powell_margin > 0) == (war > most)
        assert game.powell_margin <= game.commitment_margin
        assert all(game.holds(point).holds for point in game.equilibria())
    for edge in EDGE:  # p (1 - l) = (1 - d) + d p' (1 - l) exactly, and a billionth beside it
        game = LongShift(F(3, 4) + edge, F(1, 2), F(0), F(1, 2))
        assert (game.commitment_margin > 0) == (edge > 0)
    assert LongShift(F(3, 4), F(1, 2), F(0), F(1)).commitment_margin > 0
    assert LongShift(F(3, 4), F(1, 2), F(0), F(0)).commitment_margin < 0


def test_an_empty_guarantee_keeps_no_peace():
    firm = {"now": F(4, 5), "later": F(1, 5), "cost_a": F(1, 10), "cost_b": F(1, 10)}
    firm |= {"discount": F(9, 10), "guarantee": F(1, 2), "enforcement_cost": F(1, 5)}
    for edge in EDGE:
        game = ThirdPartyGuarantee(**firm, interest=F(1, 5) + edge)
        assert (game.solve()[0].label == "peace") == (edge >= 0)


def deterrence_profiles(game):
    """Pure profiles of the soft Defender and both Challengers that survive every deviation."""
    x = {k: F(v) for k, v in game.numbers().items() if not isinstance(v, tuple)}
    p, q = x["pr_challenger_hard"], x["pr_defender_hard"]
    out = []
    for hard, soft, resist in product((0, 1), repeat=3):
        total = q + (1 - q) * resist
        gain = {
            "hard": (1 - total) * x["c_dc"] + total * x["c_dd_hard"] - x["c_sq"],
            "soft": (1 - total) * x["c_dc"] + total * x["c_cd"] - x["c_sq"],
        }
        fine = all(
            chance == 0 or (gain[t] >= 0 if act else gain[t] <= 0)
            for t, chance, act in (("hard", p, hard), ("soft", 1 - p, soft))
        )
        reach = p * hard + (1 - p) * soft
        beliefs = (
            [p * hard / reach]
            if reach
            else [b for b in (F(0), F(1)) if not ((b == 1 and p == 0) or (b == 0 and p == 1))]
        )
        keeps = [b * x["d_dd_soft"] + (1 - b) * x["d_cd"] - x["d_dc"] for b in beliefs]
        if fine and (q == 1 or any(k >= 0 if resist else k <= 0 for k in keeps)):
            out.append((hard, soft, resist))
    return out


def test_deterrence_has_every_pure_equilibrium_also_without_hard_challengers():
    for p, q in product((F(0), F(1, 10**9), F(1, 4), F(3, 5), F(1)), (F(1, 10), F(1, 2), F(9, 10))):
        for c_sq, c_dd in ((F(3), F(2)), (F(2), F(3))):
            game = UnilateralDeterrence(p, q, c_sq=c_sq, c_dd_hard=c_dd)
            found = game.equilibria()
            assert len(found) >= 1, (p, q, c_sq)
            assert all(game.holds(point).holds for point in found)
            outcomes = {(point.facts["pr_challenge"], point.facts["pr_war"]) for point in found}
            for hard, soft, resist in deterrence_profiles(game):
                total = q + (1 - q) * resist
                outcome = (p * hard + (1 - p) * soft, p * hard * total)
                assert outcome in outcomes or found.degenerate, (p, q, hard, soft, resist)
    calm = UnilateralDeterrence(0, F(1, 10), c_sq=2, c_dd_hard=3)
    assert [point.label for point in calm.equilibria()] == ["steadfast deterrence"]


def test_ties_are_not_called_complete():
    talk = Mediation(F(1, 2), F(1, 10), F(3, 10), F(0), F(1), F(1), F(1, 2), F(1, 10))
    assert talk.bold_margin == 0
    assert not talk.equilibria().complete and talk.equilibria().degenerate
    threat = SanctionsThreat(F(1, 2), F(1), F(1), F(1)).equilibria()
    assert not threat.complete and threat.degenerate
    even = CoercedThirdParty(1, F(1, 4), F(1, 4), F(1), F(1, 10))
    assert even.equilibria()[0].label == "concession"  # as the slot `disagreement` has it
    assert not even.equilibria().complete


def test_inspection_by_the_bimatrix():
    for _ in range(200):
        g, f, c, d, m = (draw(0.05, 2) for _ in range(5))
        m = min(m, F(1))
        point = Inspection(g, f, c, d, m).equilibria()[0]
        v = point.strategies["inspectee"]["violate"]
        i = point.strategies["inspector"]["inspect"]
        bad = {
            (0, 0): (0, 0),
            (0, 1): (0, -c),
            (1, 0): (g, -d),
            (1, 1): ((1 - m) * g - m * f, -c - (1 - m) * d),
        }

        def pay(v, i, k, bad=bad):
            return sum(
                (v if a else 1 - v) * (i if b else 1 - i) * cell[k] for (a, b), cell in bad.items()
            )

        assert pay(v, i, 0) == max(pay(0, i, 0), pay(1, i, 0))
        assert pay(v, i, 1) == max(pay(v, 0, 1), pay(v, 1, 1))


def test_a_majority_is_more_than_half():
    assert ratification_minimum([F(1, 5), F(1, 2)], [1, 1]) == F(1, 2)
    for _ in range(200):
        size = int(RNG.integers(1, 6))
        minima = [draw(0, 1) for _ in range(size)]
        weights = [F(int(w)) for w in RNG.integers(1, 5, size)]
        found = ratification_minimum(minima, weights)

        def passes(x):
            return 2 * sum(w for m, w in zip(minima, weights) if m <= x) > sum(weights)  # noqa: B023

        assert passes(found) and not any(passes(m) for m in minima if m < found)
