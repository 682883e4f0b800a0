"""Enforcement: published factors, the definition by an explicit chain, comparative statics."""

import dataclasses
import json
from fractions import Fraction
from importlib import import_module
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import negotiate
from negotiate.case import read as casefile
from negotiate.dynamic.arithmetic import repeated
from negotiate.dynamic.critical_discount import critical_discount, holds
from negotiate.dynamic.enforcement import (
    GRIM,
    Punishment,
    enforcement,
    evaluate_game,
    from_dilemma,
    limited,
    proportional,
    with_monitoring,
)
from negotiate.dynamic.enforcement import from_case as compile_case
from negotiate.errors import (
    InputError,
    MissingQuantityError,
    NotApplicableError,
    TooLargeError,
    UnknownNameError,
)
from negotiate.whatif.study import design
from tests.measured import measured

evaluate = measured("enforcement")

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
    assert critical_discount(game).exact


def brute_gain(game, party, chosen):
    """Gain of one violation by an explicit chain of suspension counters, solved numerically."""
    n = game.punishment.periods
    horizon = 1 if n is None else n  # for ever: one state that is never left
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
    assert holds(game, critical_discount(game)[0]).holds


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
            # K <= 0 never deters, by however much: where false alarms are so dear that the deal is
            # worth less than its suspension, seeing more only suspends it more often
            assert after >= before or max(before, after) <= 0
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
    assert critical_discount(apart)[0].facts["weakest clause"]["a"] == "weak"


def test_certain_false_alarms_deter_nobody():
    game = enforcement(AB, temptation=1, surplus=1, discount=F(1, 2), false_alarm=1)
    assert game.critical().tolist() == [float("inf")] * 2
    assert "No patience is enough" in critical_discount(game).notes[1]
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
    point = critical_discount(game)[0]
    assert point.marks == ("not self-enforcing",)
    lie = dataclasses.replace(point, marks=("self-enforcing",))
    verdict = holds(game, lie)
    assert not verdict.holds and "violates" in verdict.witness
    json.dumps(critical_discount(game).to_dict())


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


# ---- from a case ------------------------------------------------------------------------------

CASE = """
format = 1
kind = "negotiation"
id = "two-clauses"
title = "Two clauses"
[[issue]]
id = "line"
name = "The line"
[[issue]]
id = "trade"
name = "Trade, which both want"
[[issue]]
id = "post"
name = "The post"
options = ["stays", "goes"]
[[party]]
id = "north"
name = "North"
role = "principal"
foresight = 0.9
weights = { line = 0.5, trade = 0.3, post = 0.2 }
values.line = { form = "linear", ideal = 1 }
values.trade = { form = "linear", ideal = 1 }
values.post = { form = "table", table = { stays = 0, goes = 1 } }
[[party]]
id = "south"
name = "South"
role = "principal"
discount = 0.8
weights = { line = 0.6, trade = 0.2, post = 0.2 }
values.line = { form = "linear", ideal = 0 }
values.trade = { form = "linear", ideal = 1 }
values.post = { form = "table", table = { stays = 1, goes = 0 } }
[[branch]]
id = "war"
name = "War"
probability = 1
terms = { line = 0.75, trade = 0, post = "goes" }
war_cost = { north = 0.4, south = 0.8 }
[[lever]]
id = "guns"
name = "Guns"
holder = "north"
enters = ["punishment"]
cost = { north = 0.12, south = 0.36 }
credibility = { war = 0.5 }
[[lever]]
id = "patrols"
name = "Patrols"
holder = "south"
enters = ["monitoring"]
cost = { north = 0, south = 0 }
[[deal]]
id = "signed"
name = "The deal"
signed = true
terms = { line = 0.5, trade = 0.5, post = "stays" }
[[deal]]
id = "other"
name = "Another"
terms = { line = 0.5, trade = 0.5, post = "goes" }
[quantity]
horizon = 12
temptation_north = 0.0075
detection = 0.75
detection_without_patrols = 0.5
false_alarm = 0.03
[model.enforcement]
punishment = "limited"
length = 6
"""


@pytest.fixture(scope="module")
def two():
    return casefile.loads(CASE)


def test_a_case_is_compiled_by_hand(two):
    game = compile_case(two)
    assert game.exact and game.clauses == ("line", "trade", "post")
    north, south = game.surplus.tolist()
    # w (v(deal) - v(war)) / 12: the line 1/2 against 3/4, trade 1/2 against 0, the post
    assert north == [F(-1, 8) / 12, F(15, 100) / 12, F(-1, 5) / 12]
    assert south == [F(15, 100) / 12, F(1, 10) / 12, F(1, 5) / 12]
    # what is left to take: north 1/2 x 1/2 and 1/5, trade tempts nobody; 0.0075 spread over 0.45
    assert game.temptation.tolist()[0] == [F(3, 400) * F(25, 45), 0, F(3, 400) * F(20, 45)]
    # south has no temptation in the file: a period at its ideal, a twelfth of all that is left
    assert game.temptation.tolist()[1] == [F(3, 10) / 12, 0, 0]
    assert game.discount.tolist() == [F(9, 10), F(4, 5)]
    # war costs over the horizon; the guns once a suspension, half believed
    assert game.fighting.tolist() == [F(4, 10) / 12, F(8, 10) / 12]
    assert game.lever_loss.tolist() == [0, F(18, 100) / 6]
    assert game.lever_cost.tolist() == [F(6, 100) / 6, 0]
    assert (game.false_alarm == F(1, 100)).all() and (game.detection == F(3, 4)).all()
    assert compile_case(two, commitment="full").lever_cost.tolist() == [F(12, 100) / 6, 0]
    assert compile_case(two, punishment=GRIM).lever_cost.tolist() == [F(6, 100) / 12, 0]
    assert compile_case(two, deal="other").temptation.tolist()[0] == [F(3, 400), 0, 0]


def test_the_weakest_clause_is_the_one_whose_violation_pays_most(two):
    found = evaluate(
        two,
        [
            "weakest_clause",
            "weakest_clause.north",
            "clause_margin.line",
            "clause_margin.trade",
            "clause_margin.post",
            "margin",
        ],
    )
    alone = {c: float(found[f"clause_margin.{c}"]) for c in ("line", "trade", "post")}
    assert str(found["weakest_clause"]) == min(alone, key=alone.get) == "line"
    assert float(found["margin"]) <= min(alone.values())


def test_patrols_and_patience_and_levers_move_it_as_theory_says(two):
    names = [
        "critical_discount.north",
        "critical_discount.south",
        "margin.south",
        "patience.south",
        "grim.critical_discount.south",
    ]
    base = evaluate(two, names)
    unwatched = evaluate(two.with_value("lever.patrols.available", False), names)
    for party in ("north", "south"):
        assert unwatched[f"critical_discount.{party}"] > base[f"critical_discount.{party}"]
    unarmed = evaluate(two.with_value("lever.guns.available", False), names)
    assert unarmed["critical_discount.south"] > base["critical_discount.south"]
    patient = evaluate(two.with_value("party.south.discount", 0.9), names)
    assert patient["patience.south"] - base["patience.south"] == pytest.approx(0.1)
    # per period of all time the margin may fall; in all, times 1 / (1 - discount), it rises
    assert patient["margin.south"] / 0.1 > base["margin.south"] / 0.2


def test_draws_agree_with_single_values_and_blocks_with_the_whole(two, monkeypatch):
    module_file = import_module("negotiate.dynamic.enforcement")

    rng = np.random.default_rng(2)
    values = {
        "quantity.detection": rng.uniform(0.6, 1, 9),
        "quantity.temptation_north": rng.uniform(0.0008, 0.02, 9),
        "weight.south.line": rng.uniform(0.3, 0.7, 9),
    }
    names = [
        m.name.replace("<party>", "north") for m in module_file.METRICS if "<issue>" not in m.name
    ]
    drawn = evaluate(two.with_draws(values), names)
    monkeypatch.setattr(module_file, "BLOCK", 4)
    blocks = evaluate(two.with_draws(values), names)
    for k in range(9):
        single = evaluate(
            two.floats().with_values({p: float(v[k]) for p, v in values.items()}), names
        )
        for name in names:
            if drawn[name].dtype.kind == "U":
                assert drawn[name][k] == blocks[name][k] == single[name]
            else:
                assert drawn[name][k] == pytest.approx(float(single[name]), rel=1e-9), name
                assert drawn[name][k] == pytest.approx(float(blocks[name][k]), rel=1e-12)


def test_study_and_threshold_reach_it(two):
    idlib = negotiate.load("idlib-2020")
    found = negotiate.study(
        idlib,
        metrics=[
            "enforcement.critical_discount.turkey",
            "enforcement.weakest_clause",
            "durability.expected_time",
        ],
        design=design.Sobol(64),
    )
    assert found.dataset["enforcement.critical_discount.turkey"].shape == (64,)
    assert (found.dataset["durability.expected_time"] > 0).all()
    clean, watched = (
        evaluate(idlib.scenario(s) if s else idlib, ["critical_discount.russia"])
        for s in ("no-patrols", "")
    )
    assert clean["critical_discount.russia"] > watched["critical_discount.russia"]


def test_a_case_without_a_deal_or_a_rule_says_so(two):
    with pytest.raises(NotApplicableError, match="no deal to hold"):
        compile_case(casefile.loads(CASE.partition("[[deal]]")[0] + "[quantity]" +
                                    CASE.partition("[quantity]")[2]))  # fmt: skip
    with pytest.raises(InputError, match="no length"):
        compile_case(casefile.loads(CASE.replace("length = 6", "")))
    with pytest.raises(UnknownNameError, match="limited"):
        compile_case(casefile.loads(CASE.replace('"limited"', '"limitd"')))
    with pytest.raises(MissingQuantityError, match="foresight"):
        compile_case(casefile.loads(CASE.replace("discount = 0.8\n", "")))


def test_patrols_never_raise_the_patience_that_idlib_needs():
    """In every draw: watching means no fewer violations seen and no more false alarms."""
    from negotiate.case.slots import monitoring
    from negotiate.whatif.study.case import draw

    case = draw(negotiate.load("idlib-2020"), 1000, seed=4)
    off = monitoring.unwatched(case)
    names = ["critical_discount.russia", "critical_discount.turkey"]
    with_them, without = evaluate(case, names), evaluate(off, names)
    for name in names:
        gap = np.minimum(without[name], 9.0) - np.minimum(with_them[name], 9.0)
        assert (gap >= -1e-12).all()
        assert gap.max() > 0
    seen, noise = monitoring.chances(case)
    bare_seen, bare_noise = monitoring.chances(off)
    assert (seen >= bare_seen).all() and (noise <= bare_noise).all() and (seen >= noise).all()


def test_more_patience_never_loses_a_kept_deal():
    rng = np.random.default_rng(9)
    game = enforcement(
        AB,
        clauses=("x", "y"),
        temptation=rng.uniform(0.1, 1, 300),
        surplus=rng.uniform(0.1, 1, 300),
        discount=rng.uniform(0.2, 0.9, 300),
        detection=0.8,
        false_alarm=0.02,
        punishment=limited(4),
    )
    keeps = game.margin() >= 0
    patient = dataclasses.replace(game, discount=game.discount + 0.05)
    assert (patient.margin()[keeps] >= -1e-12).all()
    assert (patient.margin() >= 0).sum() > keeps.sum()
