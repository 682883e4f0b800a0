"""Enforcement: published factors, the definition by an explicit chain, comparative statics."""

import dataclasses
import json
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.errors import InputError, TooLargeError, UnknownNameError
from negotiate.forms.enforcement import (
    GRIM,
    Punishment,
    enforcement,
    evaluate_game,
    from_dilemma,
    limited,
    proportional,
    with_monitoring,
)
from negotiate.kernels import repeated
from negotiate.solutions.critical_discount import holds, solve

F = Fraction
AB = ("a", "b")
chance = st.fractions(min_value=0, max_value=1, max_denominator=20)
amount = st.fractions(min_value=F(1, 20), max_value=3, max_denominator=20)
patience = st.fractions(min_value=F(1, 20), max_value=F(19, 20), max_denominator=20)
rules = st.sampled_from([GRIM, limited(1), limited(2), limited(5), proportional(), proportional(3)])


@pytest.mark.parametrize(
    "T, R, P, grim",
    [(5, 3, 1, F(1, 2)), (4, 3, 2, F(1, 2)), (10, 9, 3, F(1, 7)), (3, 2, 1, F(1, 2))],
)
def test_friedman(T, R, P, grim):
    """Friedman (1971): (T - R) / (T - P)."""
    assert from_dilemma(AB, T=T, R=R, P=P, discount=0).critical().tolist() == [grim, grim]


@pytest.mark.parametrize(
    "q, s, factor",
    [  # g / (g + q (R - P)) with g = T - R - q s, T, R, P = 5, 3, 1, by hand
        (F(1), 0, F(1, 2)),
        (F(1), 1, F(1, 3)),
        (F(1), 3, F(0)),
        (F(1, 2), 0, F(2, 3)),
        (F(1, 2), 1, F(3, 5)),
        (F(1, 2), 3, F(1, 3)),
        (F(1, 4), 0, F(4, 5)),
        (F(1, 4), 1, F(7, 9)),
        (F(1, 4), 3, F(5, 7)),
    ],
)
def test_monitoring_and_sanctions(q, s, factor):
    game = from_dilemma(AB, T=5, R=3, P=1, discount=F(1, 2), detection=q, sanction=s)
    assert game.critical()[0] == factor
    rounded = from_dilemma(
        AB, T=5.0, R=3.0, P=1.0, discount=0.5, detection=float(q), sanction=float(s)
    )
    assert rounded.critical()[0] == pytest.approx(float(factor), abs=1e-12)
    assert (game.margin()[0] >= 0) == (factor <= F(1, 2))


def test_one_period_suspension_is_the_ratio_of_gain_to_loss():
    """Deviate once, suspended once: d (R - P) >= T - R."""
    game = from_dilemma(AB, T=5, R=4, P=1, discount=F(1, 2), punishment=limited(1))
    assert game.critical()[0] == F(1, 3)


def test_exact_algebraic_factor():
    """d + d^2 = (T - R) / (R - P) = 3/2: the root is (sqrt(7) - 1) / 2."""
    game = from_dilemma(AB, T=F(9, 2), R=3, P=2, discount=0, punishment=limited(2))
    value = game.critical()[0]
    assert float(value) == pytest.approx((np.sqrt(7) - 1) / 2, abs=1e-15)
    assert solve(game).exact


def brute_gain(game, party, chosen):
    """Gain of one violation by an explicit chain of suspension counters, solved numerically."""
    n = game.punishment.periods
    horizon = 400 if n is None else n
    t, loss, q, f, s = (
        np.asarray(getattr(game, name), float)
        for name in ("temptation", "surplus", "detection", "false_alarm", "sanction")
    )
    d = float(game.discount[party])
    scope = chosen if game.punishment.in_kind else range(len(game.clauses))
    hit = 1 - np.prod([1 - f[i, k] for i in range(len(game.players)) for k in scope])
    caught = 1 - np.prod(
        [
            1 - (q if i == party and k in chosen else f)[i, k]
            for i in range(len(game.players))
            for k in scope
        ]
    )
    levers = float(game.lever_loss[party] + game.lever_cost[party])
    if game.punishment.in_kind:
        levers *= len(chosen) / len(game.clauses)
    flow = levers + sum(loss[party, k] - f[party, k] * s[party, k] for k in scope)
    step = np.zeros((horizon + 1, horizon + 1))  # state 0 is peace, m is m periods suspended
    step[0, 0], step[0, horizon] = 1 - hit, hit
    for m in range(1, horizon + 1):
        step[m, m - 1] = 1
    if n is None:
        step[1, 0], step[1, 1] = 0, 1
    pay = np.zeros(horizon + 1)
    pay[0] = flow
    value = np.linalg.solve(np.eye(horizon + 1) - d * step, (1 - d) * pay)
    now = flow + sum(t[party, k] - (q - f)[party, k] * s[party, k] for k in chosen)
    later = (1 - caught) * value[0] + caught * value[horizon]
    return (1 - d) * now + d * later - value[0]


@st.composite
def games(draw, clauses=3):
    labels = tuple(f"c{k}" for k in range(draw(st.integers(1, clauses))))

    def grid(leaf):
        return {p: {c: draw(leaf) for c in labels} for p in AB}

    q, f = grid(chance), grid(chance)
    for p in AB:
        for c in labels:
            q[p][c], f[p][c] = max(q[p][c], f[p][c]), min(q[p][c], f[p][c])
    return enforcement(
        AB,
        clauses=labels,
        temptation=grid(amount),
        surplus=grid(amount),
        detection=q,
        false_alarm=f,
        sanction=grid(chance),
        lever_loss=draw(chance),
        lever_cost=draw(chance),
        discount={p: draw(patience) for p in AB},
        punishment=draw(rules),
    )


@settings(max_examples=60, deadline=None)
@given(games())
def test_margins_are_the_definition(game):
    """The margin is minus the gain of one violation, for every set of clauses and both parties."""
    margins = game.margins()
    for i in range(2):
        for v, names in enumerate(game.violations()):
            chosen = [game.clauses.index(c) for c in names]
            gain = brute_gain(game, i, chosen)
            assert float(margins[i, v]) == pytest.approx(-gain, abs=1e-9)
    assert holds(game, solve(game)[0]).holds


@settings(max_examples=60, deadline=None)
@given(games())
def test_margin_changes_sign_at_the_critical_factor(game):
    critical = [float(v) for v in game.critical()]
    for i, edge in enumerate(critical):
        for factor, sign in ((edge - 1e-6, -1), (edge + 1e-6, 1)):
            if 0 < factor < 1:
                there = np.array([0.5, 0.5])
                there[i] = factor
                shifted = dataclasses.replace(game, discount=there)
                margin = float(shifted.margin()[i])
                assert sign * margin >= -1e-12
    rounded = evaluate_game(game, ["critical_discount.a", "critical_discount.b"])
    assert [float(v) for v in rounded.values()] == pytest.approx(critical)


@settings(max_examples=80, deadline=None)
@given(games(), chance)
def test_better_monitoring_never_raises_the_critical_factor(game, better):
    """Fewer missed violations, or fewer false alarms, for anybody and any clause."""
    sharper = dataclasses.replace(
        game, detection=np.where(game.detection > better, game.detection, better)
    )
    calmer = dataclasses.replace(
        game, false_alarm=np.where(game.false_alarm < better, game.false_alarm, better)
    )
    for other in (sharper, calmer):
        for before, after in zip(
            game.deterrence().min(-1), other.deterrence().min(-1), strict=True
        ):
            assert after >= before
        for before, after in zip(game.critical(), other.critical(), strict=True):
            assert float(after) <= float(before) + 1e-12


@settings(max_examples=40, deadline=None)
@given(games(), patience)
def test_longer_suspension_and_pooled_clauses_deter_more(game, _):
    short = dataclasses.replace(game, punishment=limited(2))
    long = dataclasses.replace(game, punishment=limited(6))
    for i in range(2):
        assert float(long.critical()[i]) <= float(short.critical()[i]) + 1e-12


def test_pooling_helps_a_weak_clause_without_false_alarms():
    """Bernheim and Whinston (1990): slack on one clause is lent to another."""
    values = {
        "clauses": ("strong", "weak"),
        "temptation": {p: {"strong": F(1, 10), "weak": F(1)} for p in AB},
        "surplus": {p: {"strong": F(2), "weak": F(1, 4)} for p in AB},
        "discount": F(1, 2),
    }
    apart = enforcement(AB, punishment=proportional(), **values)
    pooled = enforcement(AB, punishment=GRIM, **values)
    assert apart.margin()[0] < 0 <= pooled.margin()[0]
    # apart: 1 / (1 + 1/4) = 4/5; pooled, both violated: g = 11/10, L = 9/4, 22/67
    assert apart.critical()[0] == F(4, 5) and pooled.critical()[0] == F(22, 67)
    assert solve(apart)[0].facts["weakest clause"]["a"] == "weak"


def test_certain_false_alarms_deter_nobody():
    game = enforcement(AB, temptation=1, surplus=1, discount=F(1, 2), false_alarm=1)
    assert game.critical().tolist() == [float("inf")] * 2
    assert "No patience is enough" in solve(game).notes[1]
    assert game.margin()[0] < 0


def test_costly_levers_for_ever_are_not_credible():
    game = enforcement(
        AB, temptation=1, surplus=2, discount=F(9, 10), lever_cost=F(1, 10), lever_loss=F(1, 2)
    )
    assert (game.punisher_margin() < 0).all()
    short = dataclasses.replace(game, punishment=limited(2))
    # V = 2.6; 0.81 * 2.6 - 0.1 - 0.9 * 0.5
    assert short.punisher_margin()[0] == F(81, 100) * F(26, 10) - F(1, 10) - F(45, 100)


def test_patrols_paired_over_draws():
    rng = np.random.default_rng(3)
    game = enforcement(
        AB,
        temptation=rng.uniform(0.1, 1, 500),
        surplus=rng.uniform(0.1, 2, 500),
        detection=0.4,
        false_alarm=0.05,
        discount=rng.uniform(0.5, 0.99, 500),
        punishment=limited(6),
    )
    watched = with_monitoring(game, detection=0.8)
    gain = evaluate_game(watched, ["margin"])["margin"] - evaluate_game(game, ["margin"])["margin"]
    assert gain.shape == (500,) and (gain > 0).all()


def test_float_roots_over_lengths():
    k = np.array([0.05, 0.3, 1.0, 7.0])
    for n in (1, 2, 3, 40, 65, 500):
        root = repeated.critical(k, n)
        total = sum(root**m for m in range(1, n + 1))
        assert total == pytest.approx(1 / k, rel=1e-9)


def test_relabelling_permutes_the_answer():
    game = enforcement(AB, temptation={"a": 1, "b": 2}, surplus={"a": 3, "b": 5}, discount=F(1, 2))
    other = enforcement(
        ("b", "a"), temptation={"a": 1, "b": 2}, surplus={"a": 3, "b": 5}, discount=F(1, 2)
    )
    assert game.critical().tolist() == other.critical().tolist()[::-1]


def test_wrong_claim_is_refuted():
    game = from_dilemma(AB, T=5, R=3, P=1, discount=F(1, 3))
    point = solve(game)[0]
    assert point.marks == ("not self-enforcing",)
    lie = dataclasses.replace(point, marks=("self-enforcing",))
    verdict = holds(game, lie)
    assert not verdict.holds and "violates" in verdict.witness
    json.dumps(solve(game).to_dict())


@pytest.mark.parametrize(
    "change, words",
    [
        ({"detection": F(1, 4), "false_alarm": F(1, 2)}, "likelier without"),
        ({"discount": 1}, "limit"),
        ({"detection": 2}, "detection"),
        ({"sanction": -1}, "sanction"),
        ({"temptation": {"a": 1}}, "no value for party 'b'"),
        ({"temptation": float("nan")}, "not finite"),
    ],
)
def test_bad_input(change, words):
    with pytest.raises(InputError, match=words):
        enforcement(AB, **{"temptation": 1, "surplus": 1, "discount": F(1, 2), **change})


def test_bounds_and_names():
    with pytest.raises(InputError, match="periods"):
        Punishment(0)
    with pytest.raises(UnknownNameError, match="did you mean"):
        enforcement(AB, temptation={"aa": 1, "b": 1}, surplus=1, discount=0)
    many = tuple(f"c{k}" for k in range(11))
    with pytest.raises(TooLargeError, match="2,047"):
        enforcement(AB, clauses=many, temptation=1, surplus=1, discount=0).critical()


def test_subsets_are_all_of_them_singles_first():
    rows = repeated.subsets(4)
    assert rows[:4].sum(-1).tolist() == [1, 1, 1, 1] and rows[:4].argmax(-1).tolist() == [
        0,
        1,
        2,
        3,
    ]
    wanted = {c for r in range(1, 5) for c in combinations(range(4), r)}
    assert {tuple(np.flatnonzero(row)) for row in rows} == wanted
