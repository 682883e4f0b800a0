"""Durability: closed forms by hand, simulation of the chain, base rates, paired devices."""

from fractions import Fraction
from importlib import import_module

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import negotiate
from negotiate.case import read as casefile
from negotiate.dynamic.arithmetic import markov
from negotiate.dynamic.durability import (
    Durability,
    evaluate_game,
    from_hazard,
    from_stages,
    worth_of,
)
from negotiate.dynamic.durability import from_case as durability
from negotiate.dynamic.markov_perfect import markov_perfect
from negotiate.errors import InputError, MissingQuantityError, UnknownNameError
from tests.measured import measured

durability_file = import_module("negotiate.dynamic.durability")

F = Fraction
chance = st.fractions(min_value=F(1, 20), max_value=F(19, 20), max_denominator=20)


def test_constant_hazard_is_geometric():
    game = from_hazard(F(1, 20))
    assert game.exact and game.expected_time() == 20
    assert game.survival(24) == pytest.approx(0.95 ** np.arange(25))
    assert game.long_run_hazard() == pytest.approx(0.05)
    assert markov.hazard(game.survival(24)) == pytest.approx(np.full(24, 0.05))


def test_competing_risks():
    """Two independent risks: 1 - 0.9 * 0.8 = 0.28 a period."""
    assert from_hazard(F(1, 10), F(1, 5)).expected_time() == F(25, 7)


@settings(max_examples=40, deadline=None)
@given(chance, chance, chance)
def test_stages_by_first_step_analysis(v, c, e):
    """m_P = 1/v + m_I, m_I = 1 + c m_P + (1-c) m_R, m_R = 1 + e m_P; solved by hand."""
    game = from_stages(violation=v, containment=c, calming=e)
    ends = (1 - c) * (1 - e)
    assert game.expected_time() == (1 / v + 1 + (1 - c)) / ends
    rough = from_stages(violation=float(v), containment=float(c), calming=float(e))
    assert float(rough.expected_time()) == pytest.approx(float(game.expected_time()), rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(chance, chance, chance, chance, chance)
def test_better_devices_never_shorten_a_deal(v, s, c, e, better):
    terms = {"violation": v, "spoiler": s, "containment": c, "calming": e}
    base = from_stages(**terms).expected_time()
    for name in ("containment", "calming"):
        assert from_stages(**{**terms, name: max(terms[name], better)}).expected_time() >= base
    for name in ("violation", "spoiler"):
        assert from_stages(**{**terms, name: min(terms[name], better)}).expected_time() >= base


def test_expected_time_is_the_area_under_the_survival_curve():
    rng = np.random.default_rng(2)
    game = from_stages(
        violation=rng.uniform(0.1, 0.5, 50),
        offensive=rng.uniform(0.01, 0.1, 50),
        containment=rng.uniform(0.1, 0.8, 50),
        calming=rng.uniform(0.1, 0.8, 50),
    )
    assert game.survival(5000).sum(-1) == pytest.approx(game.expected_time(), rel=1e-6)


def test_against_simulation():
    game = from_stages(violation=0.3, offensive=0.02, containment=0.4, calming=0.5)
    rng = np.random.default_rng(5)
    edges = np.cumsum(game.step, -1)
    at, alive = np.zeros(20_000, int), []
    for _ in range(13):
        alive.append((at != 3).mean())
        at = (rng.random(at.size)[:, None] > edges[at]).sum(-1).clip(max=3)
    assert game.survival(12) == pytest.approx(alive, abs=0.015)


def test_never_collapses_is_infinite_and_certain_ending_is_one():
    assert from_hazard(0).expected_time() == float("inf")
    assert np.isinf(from_hazard(0.0).expected_time())
    mixed = from_hazard(np.array([0.0, 0.5])).expected_time()
    assert np.isinf(mixed[0]) and mixed[1] == pytest.approx(2)
    step = np.array([[0.5, 0.3, 0.2], [0, 1, 0], [0, 0, 1.0]])
    assert markov.ending(step, [1, 2])[0] == pytest.approx([0.6, 0.4])


def test_beside_base_rates():
    """A monthly hazard with 26.7 % ended in a year meets that base rate and over-ends by year 5."""
    game = from_hazard(1 - (1 - 0.267) ** (1 / 12))
    rows = {row[0]: row for row in game.beside_base_rates()}
    shares = [float(row[2]) for row in rows.values()]
    assert shares[1] == pytest.approx(0.267, abs=1e-9)
    assert shares[3] == pytest.approx(1 - (1 - 0.267) ** 5, abs=1e-9)
    assert shares[3] > 0.369  # real hazards fall with time


def test_devices_are_worth_months_on_the_same_draws():
    assert worth_of(from_hazard(F(3, 100)), from_hazard(F(1, 20))) == F(40, 3)
    base = np.random.default_rng(0).uniform(0.02, 0.1, 300)
    assert (worth_of(from_hazard(0.6 * base), from_hazard(base)) > 0).all()


TEXT = """
format = 1
kind = "negotiation"
id = "border"
title = "A border"
[[issue]]
id = "line"
name = "The line"
[[party]]
id = "north"
name = "North"
role = "principal"
foresight = 0.9
weights = { line = 1 }
values.line = { form = "linear", ideal = 1 }
[[party]]
id = "south"
name = "South"
role = "principal"
foresight = 0.8
weights = { line = 1 }
values.line = { form = "linear", ideal = 0 }
[[branch]]
id = "war"
name = "War"
probability = 1
terms = { line = 0.5 }
war_cost = { north = 0.6, south = 0.4 }
[[lever]]
id = "guns"
name = "Guns"
holder = "north"
enters = ["punishment"]
cost = { north = 0.1, south = 0.3 }
credibility = { war = 1 }
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
terms = { line = 0.5 }
[quantity]
hazard = 0.03
horizon = 10
temptation_north = 0.05
temptation_south = 0.05
detection = 0.75
detection_without_patrols = 0.5
false_alarm = 0.1
false_alarm_without_patrols = 0.2
retaliation = 0.5
spoiler_rate = 0.02
calming = 0.5
escalation = 0.2
tripwire_holds = 0.25
audience_cost_north = 0.3
audience_cost_south = 0.3
"""


def border(**changes):
    case = casefile.loads(TEXT)
    return case.with_values({f"quantity.{name}": value for name, value in changes.items()})


def test_the_chain_of_a_kept_deal_by_hand():
    """Both honour, both retaliate: peace, retaliation and war, all chances from the text."""
    chain = durability(border())
    assert chain.exact and chain.play["honours.north"] == chain.play["honours.south"] == 1
    broken = F(2, 100) * F(3, 4)  # the spoiler, less what the tripwire stops
    alarm = (1 - F(9, 10) ** 2) * F(1, 2)  # a false alarm about either, answered on the spot
    lost = 1 - (1 - F(2, 10) * F(3, 4)) * (1 - broken)
    out, calm = (1 - broken) * alarm, (1 - lost) * F(1, 2)
    # m_P = 1 + (1 - b)(1 - a) m_P + (1 - b) a m_R; m_R = 1 + calm m_P + (1 - lost) / 2 m_R
    stay = 1 - (1 - lost) * F(1, 2)
    peace = (1 + out / stay) / (1 - (1 - broken) * (1 - alarm) - out * calm / stay)
    assert chain.expected_time() == peace
    assert evaluate_game(chain, ["hazard"])["hazard"] > 0


def test_the_margin_of_honour_by_the_bellman_equation():
    """No spoiler, no false alarm, no war: one violation against the stream of peace, by hand."""
    case = border(spoiler_rate=0, false_alarm=0, escalation=0)
    game = durability_file.game(case)
    kept = durability(case)
    # north: surplus 0.6 / 10 per month; violating brings 0.05; south's retaliation costs it nothing
    # south: 0.4 / 10 and 0.05, and north's guns cost it 0.3 once
    for party, flow, harm, d in (
        ("north", F(6, 100), 0, F(9, 10)),
        ("south", F(4, 100), F(3, 10), F(8, 10)),
    ):
        peace = flow / (1 - d)
        fighting = d * F(1, 2) * peace / (1 - d * F(1, 2))
        caught = -harm + d * fighting
        once = flow + F(5, 100) + d * (F(3, 4) * caught + F(1, 4) * peace)
        assert float(kept.play[f"honour_margin.{party}"]) == pytest.approx(float(peace - once))
    # what a violation takes: a tenth of the way, 0.05 of the 0.5 that is left, so 0.05 of south
    index = game.actions["peace"]["north"].index("violate"), 0
    assert game.payoffs["peace"][1][index] == F(4, 100) - F(5, 100)
    assert kept.expected_time() == float("inf")


def test_the_chain_is_the_play_of_a_markov_perfect_equilibrium():
    case = border()
    game = durability_file.game(case)
    found = markov_perfect(game, plans="pure")
    kept = durability(case)
    assert kept.play["equilibria"] == len(found)
    times = []
    for point in found:
        chain = durability_file.Durability(game.states, game.chain(point.strategies))
        times.append(chain.expected_time())
    assert kept.expected_time() == max(times)


def test_draws_agree_with_single_games_pure_or_mixed():
    rng = np.random.default_rng(5)
    size = 60
    values = {
        "temptation_north": rng.uniform(0.002, 0.05, size),
        "temptation_south": rng.uniform(0.002, 0.05, size),
        "escalation": rng.uniform(0.05, 0.9, size),
        "audience_cost_south": rng.uniform(0, 0.3, size),
        "audience_cost_north": rng.uniform(0, 0.3, size),
    }
    many = border().with_draws({f"quantity.{k}": v for k, v in values.items()})
    kept = durability(many)
    assert not np.isnan(kept.play["honours.north"]).any()
    assert kept.play["mixed"].sum() > 0 and kept.play["mixed"].mean() < 1
    game = durability_file.game(many)
    for k in range(0, size, 7):
        one = game.draw(k)
        plan = {}
        for party in one.players:
            other = next(p for p in one.players if p != party)
            there = durability_file.violation(other)
            for state, share, labels in (
                ("peace", "honours", ("honour", "violate")),
                (there, "retaliates", ("retaliate", "let pass")),
            ):
                weight = float(kept.play[f"{share}.{party}"][k])
                mix = {labels[0]: weight, labels[1]: 1 - weight}
                plan.setdefault(party, {})[state] = mix
        # the definition: no one-shot deviation gains
        assert max(one.deviations(plan).values()) < 1e-8
        chain = durability_file.Durability(one.states, one.chain(plan).astype(float))
        assert float(chain.expected_time()) == pytest.approx(float(kept.expected_time()[k]))


def test_a_stated_hazard_is_of_all_causes_and_the_game_needs_its_quantities():
    bare = casefile.loads(TEXT[: TEXT.index("[quantity]")] + "[quantity]\nhazard = 0.03\n")
    assert durability_file.source(bare) == "hazard"
    assert durability(bare).expected_time() == F(100, 3)
    staged = casefile.loads(
        TEXT[: TEXT.index("[quantity]")]
        + "[quantity]\nhazard = 0.5\nviolation_rate = 0.2\ncontainment = 0.5\n"
    )
    assert durability(staged).expected_time() == 13
    with pytest.raises(MissingQuantityError, match=r"spoiler_rate.*calming.*escalation"):
        durability_file.game(bare)
    unsigned = casefile.loads(TEXT.replace("signed = true", "signed = false"))
    # where nothing was signed the deal on the table is judged: failed talks have a case too
    assert (
        durability_file.game(unsigned).states == durability_file.game(casefile.loads(TEXT)).states
    )
    assert durability_file.source(unsigned) == "game"


def test_devices_of_a_case_are_paired_counterfactuals():
    case = border()
    found = measured("durability")(
        case, ["expected_time", "worth.monitoring", "worth.tripwire", "worth.no_spoiler"]
    )
    for device, path in (
        ("monitoring", "lever.patrols.available"),
        ("tripwire", "quantity.tripwire_holds"),
    ):
        other = case.with_value(path, False if device == "monitoring" else 0)
        gap = (
            found["expected_time"]
            - measured("durability")(other, ["expected_time"])["expected_time"]
        )
        assert found[f"worth.{device}"] == pytest.approx(gap) and gap > 0
    assert found["worth.no_spoiler"] > 0
    with pytest.raises(UnknownNameError, match="satellites"):
        measured("durability")(case, ["worth.satellites"])


def test_idlib_stands_beside_its_base_rates():
    idlib = negotiate.load("idlib-2020")
    found = measured("durability")(
        idlib, ["expected_time", "stated.expected_time", "survival.12", "ended_1_year_vs_ucdp"]
    )
    assert found["stated.expected_time"] == pytest.approx(1 / 0.03)
    assert found["ended_1_year_vs_ucdp"] == pytest.approx(1 - found["survival.12"] - 0.267)
    for scenario in ("no-patrols", "no-tripwire", "determined-spoiler"):
        other = measured("durability")(idlib.scenario(scenario), ["expected_time"])
        assert other["expected_time"] < found["expected_time"]


def test_metrics_views_and_refusals():
    game = from_hazard(np.array([0.03, 0.05]))
    values = evaluate_game(game, [])
    assert all(v.shape == (2,) for v in values.values())
    assert values["median_time"].tolist() == [23, 14]  # ln 2 / -ln(1 - h), rounded up
    assert "base rate" in game.text() and "<table>" in game.html()
    with pytest.raises(UnknownNameError):
        evaluate_game(game, ["survive.12"])
    with pytest.raises(InputError, match="hazard"):
        from_hazard(1.2)
    with pytest.raises(InputError, match="sum to 1"):
        Durability(("peace", "war"), np.array([[0.5, 0.4], [0, 1]]))


def test_no_device_shortens_a_deal_that_both_honour_all_the_same():
    """Fewer attacks, a stronger tripwire, calmer and less escalating fights, fewer false alarms."""
    rng = np.random.default_rng(11)
    size = 400
    draws = {
        "spoiler_rate": rng.uniform(0, 0.1, size),
        "tripwire_holds": rng.uniform(0, 0.8, size),
        "calming": rng.uniform(0.1, 0.9, size),
        "escalation": rng.uniform(0, 0.5, size),
        "false_alarm": rng.uniform(0, 0.5, size),
        "temptation_north": rng.uniform(0.01, 0.05, size),
    }
    paths = {f"quantity.{k}": v for k, v in draws.items()}
    before = durability(border().with_draws(paths))
    better = {
        "spoiler_rate": 0.5,
        "escalation": 0.5,
        "false_alarm": 0.5,
        "tripwire_holds": 1.2,
        "calming": 1.1,
    }
    kept = (before.play["honours.north"] == 1) & (before.play["honours.south"] == 1)
    for name, factor in better.items():
        after = durability(border().with_draws(paths | {f"quantity.{name}": draws[name] * factor}))
        both = kept & (after.play["honours.north"] == 1) & (after.play["honours.south"] == 1)
        assert both.sum() > 50
        gap = after.expected_time()[both] - before.expected_time()[both]
        assert (gap >= -1e-9 * before.expected_time()[both]).all(), name


def test_patience_and_detection_keep_a_deal_in_more_draws():
    rng = np.random.default_rng(12)
    temptation = {"quantity.temptation_north": rng.uniform(0.005, 0.05, 300)}
    shares = []
    for changes in ({"party.north.foresight": 0.5}, {}, {"party.north.foresight": 0.97}):
        kept = durability(border().with_values(changes).with_draws(temptation))
        shares.append(float((kept.play["honours.north"] == 1).mean()))
    assert shares[0] < shares[1] <= shares[2]
    small = {"quantity.temptation_north": rng.uniform(0.03, 0.05, 300)}
    watched, unwatched = (
        durability(case.with_draws(small)).play
        for case in (border(), durability_file.without(border(), "monitoring"))
    )
    kept = np.ones(300, dtype=bool)
    for play in (watched, unwatched):
        for choice in ("honours", "retaliates"):
            for party in ("north", "south"):
                kept &= play[f"{choice}.{party}"] == 1
    assert kept.sum() > 20
    for party in ("north", "south"):
        gap = watched[f"honour_margin.{party}"] - unwatched[f"honour_margin.{party}"]
        assert (gap[kept] > 0).all()


def test_a_stated_chain_has_nobody_who_honours():
    with pytest.raises(InputError, match="needs the stochastic game"):
        evaluate_game(from_hazard(F(1, 20)), ["honours.north"])
