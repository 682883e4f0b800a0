"""Games over time against plain, slow definitions: units, borders, being left, patience 0 and 1."""

from fractions import Fraction as F
from itertools import pairwise, product

import numpy as np
import pytest

import negotiate
from negotiate.dynamic.alternating_offers import alternating_offers, nash_limit
from negotiate.dynamic.arithmetic.stochastic_zero_sum import matrix_game
from negotiate.dynamic.durability import from_case as durability
from negotiate.dynamic.enforcement import GRIM, enforcement, limited
from negotiate.dynamic.enforcement import from_case as enforced
from negotiate.dynamic.markov_perfect import markov_perfect
from negotiate.dynamic.stochastic import build, repeated
from negotiate.errors import InputError
from negotiate.strategic.game import StrategicGame
from negotiate.whatif import metric

RNG = np.random.default_rng(7)


def total_gain(gain, loss, caught, noise, d, periods):
    """Discounted gain of one violation over keeping the deal, from the two value equations.

    V = L + d [(1 - f) V + f W], W = d^n V (suspended periods pay 0); a violation changes the first
    period's payoff by ``gain`` and its chance of an alarm by ``caught``.
    """
    back = d**periods if periods is not None else 0
    value = loss / (1 - d * (1 - noise) - d * noise * back)
    return gain + d * caught * (back * value - value)


def test_critical_discount_is_the_least_patience_that_deters():
    grid = [F(k, 200) for k in range(200)]
    for k in range(120):
        gain = F(int(RNG.integers(-3, 8)), 10)
        loss = F(int(RNG.integers(-8, 12)), 10)
        seen = F(int(RNG.integers(3, 11)), 10)
        noise = F(int(RNG.integers(0, 3)), 10)
        periods = [None, 1, 3][k % 3]
        rule = GRIM if periods is None else limited(periods)
        game = enforcement(
            ("a", "b"),
            temptation=gain,
            surplus=loss,
            discount=F(9, 10),
            detection=seen,
            false_alarm=noise,
            punishment=rule,
        )
        quiet = 1 - (1 - noise) ** 2
        caught = (1 - noise) - (1 - seen) * (1 - noise)  # the other side's alarm stays as it is
        holds = [
            d
            for d in grid
            if total_gain(gain, loss, caught - noise * (1 - noise), quiet, d, periods) <= 0
        ]
        critical = float(game.critical()[0])
        lasting = [d for d in grid if all(x in holds for x in grid if x >= d)]
        if lasting:
            assert critical <= float(min(lasting)) + 1e-12
            assert critical >= float(min(lasting)) - 1 / 200 - 1e-12
        else:
            assert critical > float(grid[-1])


def test_a_deal_worth_less_than_none_keeps_itself_at_no_patience():
    for edge, want in ((F(0), float("inf")), (-F(1, 10**9), float("inf")), (F(1), None)):
        game = enforcement(
            ("a", "b"), temptation=edge, surplus=-1, discount=F(9, 10), detection=F(1, 2)
        )
        found = game.critical()[0]
        assert found == (float("inf") if want is None else want)
        assert game.margin()[0] < 0
    assert enforcement(
        ("a", "b"), temptation=0, surplus=-1, discount=F(9, 10), detection=F(1, 2)
    ).margin()[0] == F(-9, 20)
    calm = enforcement(("a", "b"), temptation=0, surplus=1, discount=0, detection=F(1, 2))
    assert calm.critical()[0] == 0


def test_a_punisher_is_not_spared_the_war():
    """d^6 V - cost - d x what the other side's levers cost; the war of no deal goes on."""
    game = enforced(negotiate.load("idlib-2020").with_values({}), punishment=limited(6))
    value, d = game.value().astype(float), game.discount.astype(float)
    cost, loss = game.lever_cost.astype(float), game.lever_loss.astype(float)
    np.testing.assert_allclose(game.punisher_margin().astype(float), d**6 * value - cost - d * loss)
    # the worths of the reference case: V does not depend on what a violation brings
    np.testing.assert_allclose(game.punisher_margin().astype(float)[1], -0.0253986306, atol=1e-8)
    np.testing.assert_allclose(game.punisher_margin().astype(float)[0], -0.0200006239, atol=1e-8)


def test_patience_raises_what_keeping_is_worth_in_all_not_per_period():
    """Times 1 / (1 - d) the margin rises with d where the deal is worth having, not by itself."""
    per_period, in_all = [], []
    for d in (0.8, 0.9, 0.99):
        game = enforcement(
            ("a", "b"),
            temptation=0.1,
            surplus=0.1,
            discount=d,
            detection=0.9,
            false_alarm=0.05,
            punishment=limited(6),
        )
        per_period.append(float(game.margin()[0]))
        in_all.append(per_period[-1] / (1 - d))
    assert in_all == sorted(in_all) and per_period == sorted(per_period, reverse=True)
    for _ in range(100):
        t, s, q = RNG.uniform(0, 1), RNG.uniform(0, 1), RNG.uniform(0.3, 1)
        f = RNG.uniform(0, 0.3)
        rows = [
            float(
                enforcement(
                    ("a", "b"),
                    temptation=t,
                    surplus=s,
                    discount=d,
                    detection=q,
                    false_alarm=f,
                    punishment=limited(4),
                ).margin()[0]
            )
            / (1 - d)
            for d in (0.1, 0.5, 0.9, 0.99)
        ]
        assert rows == sorted(rows)


def test_stakes_per_period_on_both_sides():
    """No violation brings more than a month at one's ideal on every clause, in no draw either."""
    from negotiate.dynamic import _deal_in_time
    from negotiate.whatif.study.case import draw

    idlib = negotiate.load("idlib-2020")
    whole = idlib.with_values(
        {"quantity.violation_share_russia": 1, "quantity.violation_share_turkey": 1}
    )
    most = _deal_in_time.read(whole, "enforcement", commitment="stated")
    # the sums of G over 24 months, and what they take, computed apart in the review
    assert float(most.gain("russia")) == pytest.approx(0.00583, abs=1e-5)
    assert float(most.gain("turkey")) == pytest.approx(0.00921, abs=1e-5)
    assert float(most.harm["russia"]) <= 0.01196 + 1e-5
    assert float(most.harm["turkey"]) <= 0.01569 + 1e-5
    drawn = draw(idlib, 256, seed=3)
    used = _deal_in_time.read(drawn, "enforcement", commitment="stated")
    ends = {f"quantity.violation_share_{p}": np.ones(256) for p in used.parties}
    limit = _deal_in_time.read(drawn.with_draws(ends), "enforcement", commitment="stated")
    for party in used.parties:
        assert (np.asarray(used.gain(party)) <= np.asarray(limit.gain(party)) + 1e-12).all()


def test_a_temptation_above_the_most_is_refused():
    from negotiate.case import read as casefile
    from tests.dynamic.test_durability import TEXT

    case = casefile.loads(TEXT)  # half of the line is left to take, over ten months
    for edge, refused in ((F(0), False), (F(1, 10**9), True), (-F(1, 10**9), False)):
        moved = case.with_value("quantity.temptation_north", F(1, 20) + edge)
        if refused:
            with pytest.raises(InputError, match="a period at north's own ideal"):
                durability(moved)
        else:
            durability(moved)
    drawn = case.with_draws({"quantity.temptation_north": np.array([0.04, 0.06])})
    with pytest.raises(InputError, match=r"in draw 1 \(1 of 2 draws\)"):
        metric.evaluate(drawn, ["enforcement.margin.north"])


def test_two_times_to_war_and_while_both_honour():
    """By simulation of the chain, month by month."""
    from negotiate.case import read as casefile
    from tests.dynamic.test_durability import TEXT

    chain = durability(casefile.loads(TEXT))
    assert chain.play["honours.north"] == chain.play["honours.south"] == 1
    step = chain.step.astype(float)
    war, peace = chain.states.index("war"), chain.states.index("peace")
    months, kept, at = 0.0, 0.0, np.eye(len(step))[peace]
    alive = 1.0
    for _ in range(20_000):
        months += 1 - at[war]
        kept += alive
        alive *= step[peace, peace]
        at = at @ step
    assert float(chain.expected_time()) == pytest.approx(months, rel=1e-9)
    assert float(chain.kept_time) == pytest.approx(kept, rel=1e-9)
    idlib = durability(negotiate.load("idlib-2020"))
    assert float(idlib.kept_time) <= float(idlib.expected_time())


def zero_sum(table):
    from scipy.optimize import linprog

    rows, columns = table.shape
    found = linprog(
        np.append(np.zeros(rows), -1.0),
        A_ub=np.hstack([-table.T, np.ones((columns, 1))]),
        b_ub=np.zeros(columns),
        A_eq=[np.append(np.ones(rows), 0.0)],
        b_eq=[1.0],
        bounds=[(0, None)] * rows + [(None, None)],
    )
    return -found.fun


@pytest.mark.parametrize("factor", [1e-9, 1e-3, 1.0, 1e6, 1e9])
def test_matrix_games_in_every_unit(factor):
    table = np.array([[3.0, -1, 2], [-2, 4, 0], [1, 0, -3]])
    value, x, _ = matrix_game(table * factor)
    assert value / factor == pytest.approx(1, abs=1e-9)
    np.testing.assert_allclose(x, [0.6, 0.4, 0], atol=1e-9)
    for _ in range(40):
        table = RNG.normal(size=(int(RNG.integers(2, 6)), int(RNG.integers(2, 6))))
        value, x, y = matrix_game(table * factor + factor)
        assert value / factor - 1 == pytest.approx(zero_sum(table), abs=1e-7)
        assert (x @ table).min() >= (table @ y).max() - 1e-7


@pytest.mark.parametrize("factor", [1e-9, 1.0, 1e6, 1e9])
def test_zero_sum_stochastic_games_by_value_iteration(factor):
    for _ in range(3):
        pay = RNG.normal(size=(2, 3, 3)) * factor
        move = RNG.dirichlet([1, 1], size=(2, 3, 3)) * 0.9
        states = ["one", "two"]

        def outcome(state, play, pay=pay, move=move, states=states):
            s = states.index(state)
            a, b = int(play["max"]), int(play["min"])
            gain = pay[s, a, b]
            return {"max": gain, "min": -gain}, dict(zip(states, move[s, a, b]))

        game = build(
            ["max", "min"],
            states=states,
            start="one",
            discount=0.8,
            outcome=outcome,
            actions={s: {p: ["0", "1", "2"] for p in ("max", "min")} for s in states},
        )
        point = markov_perfect(game, plans="mixed")[0]
        value = np.zeros(2)
        for _ in range(90):
            value = np.array(
                [zero_sum((pay[s] + 0.8 * move[s] @ value) / factor) * factor for s in (0, 1)]
            )
        assert point.payoffs["max"] / factor == pytest.approx(value[0] / factor, abs=1e-5)


@pytest.mark.parametrize("factor", [1e-10, 1e-9, 1e9])
@pytest.mark.parametrize("start", [0.0, 1e9])
def test_a_dilemma_has_one_equilibrium_in_every_unit_and_from_every_zero(factor, start):
    table = np.array([[[3.0, 0], [5, 1]], [[3, 5], [0, 1]]])
    if start and factor < 1:
        factor = 1.0
    stage = StrategicGame.from_arrays(
        list(table * factor + start), players=("a", "b"), strategies=[("c", "d")] * 2
    )
    found = markov_perfect(repeated(stage, 0.5), plans="pure")
    assert [point.label for point in found] == ["stage: a d, b d"]


def test_being_left_is_read_where_there_is_a_zone():
    """One-shot deviations by hand: a would rather be left with 0.9 than agree on 0.5."""
    game = alternating_offers(
        ("a", "b"), discount=(F(9, 10),) * 2, outside=(None, F(1, 2)), left=(F(9, 10), 0)
    )
    found = game.solve()
    assert not found.complete and all(item.holds for item in found.evidence)
    assert float(found[0].payoffs["a"]) == pytest.approx(0.9)
    assert "walk out" in found[0].marks
    for left, agreed in ((0.49, True), (0.5, True), (0.500001, False)):
        found = alternating_offers(
            ("a", "b"), discount=(0.9, 0.9), outside=(None, 0.5), left=(left, 0)
        ).solve()
        assert ("agreement" in found[0].marks) == agreed and found.complete == agreed
    frontier = ((-2, 4), (2, 1), (3, -1))  # the default of being left, 0, on a frontier below zero
    game = alternating_offers(
        ("a", "b"),
        frontier=frontier,
        discount=(0, 0.7),
        breakdown=1,
        breakdown_payoff=(-1, -1),
        outside=(None, 3),
    )
    assert all(item.holds for item in game.solve().evidence)


def weighted_nash(frontier, d, weight):
    """The product on a fine grid of each edge, only where neither gets less than d."""
    best = None
    for (x0, y0), (x1, y1) in pairwise(frontier):
        for t in np.linspace(0, 1, 20001):
            u = (x0 + t * (x1 - x0), y0 + t * (y1 - y0))
            g = (u[0] - d[0], u[1] - d[1])
            if min(g) < -1e-12:
                continue
            value = max(g[0], 0) ** weight * max(g[1], 0) ** (1 - weight)
            if best is None or value > best[0]:
                best = (value, u)
    return best[1]


def test_the_limit_where_a_side_does_not_discount():
    bent = ((0, 1), (0.6, 0.6), (1, 0))
    game = alternating_offers(("a", "b"), discount=(1, 0.9), inside=(0, 0.08), frontier=bent)
    np.testing.assert_allclose(nash_limit(game), [0.3, 0.8], atol=1e-12)
    np.testing.assert_allclose(nash_limit(game), weighted_nash(bent, (0, 0.8), 1), atol=1e-3)
    for d1, d2 in product((0, 0.5, 0.9, 1 - 1e-9), (0.3, 0.9)):
        game = alternating_offers(("a", "b"), discount=(d1, d2), frontier=bent)
        rate = [-np.log(x) if x else np.inf for x in (d1, d2)]
        weight = 0.0 if np.isinf(rate[0]) else rate[1] / sum(rate)
        want = weighted_nash(bent, (0, 0), weight)
        np.testing.assert_allclose(nash_limit(game), want, atol=1e-3)


def test_patience_raises_ones_payoff_where_waiting_pays_nothing_and_may_not_elsewhere():
    """Rubinstein's game: always. With pay while talking that falls with patience: not."""
    for other in (0.3, 0.9):
        rows = [
            float(alternating_offers(("a", "b"), discount=(d, other)).first_payoffs()[0])
            for d in (0, 0.3, 0.6, 0.9, 0.99)
        ]
        assert rows == sorted(rows)
    rows = [
        float(
            alternating_offers(
                ("a", "b"), discount=(d, 0.9), breakdown=0.5, inside=((1 - d) * 0.9, 0)
            ).first_payoffs()[0]
        )
        for d in (0, 0.6, 0.99)
    ]
    np.testing.assert_allclose(rows, [0.7525, 0.7295, 0.7102], atol=1e-4)
