"""The graph model of a case: its states and worths by hand, draws, questions asked of it."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import negotiate as ng
from negotiate.declare import concept_named
from negotiate.errors import NotApplicableError, TooLargeError
from negotiate.graphmodel._definition import Rules
from negotiate.graphmodel._engine import each_draw, margins_over, ranks_within, table
from negotiate.graphmodel.case import applies, graph, key_states, levers_of
from negotiate.whatif import metric

IDLIB = ng.load("idlib-2020")


def test_states_are_levers_and_signatures():
    model = graph(IDLIB)
    levers = levers_of(IDLIB)
    assert set(levers) == {
        "sanctions",
        "air_power",
        "settlement_exit",
        "force",
        "straits",
        "migrants",
        "nato",
    }
    assert len(model.states) == 2 ** len(levers) * 3 + 1
    assert model.status_quo == "no deal" and set(key_states(IDLIB)) <= set(model.states)


def test_worth_by_hand():
    """No deal: the average over branches, less what each lever in use costs in full."""
    model = graph(IDLIB, levers=["sanctions", "force"])
    for party, mine in zip(model.players, model.preferences):
        base = sum(
            (
                IDLIB.value(f"branch.{b}.probability")
                * (
                    IDLIB.utility(party, IDLIB.branch_terms(b))
                    - IDLIB.get(f"branch.{b}.war_cost.{party}", 0)
                )
                for b in IDLIB.branches
                if not IDLIB.has(f"branch.{b}.war_cost_per_period.{party}")
            ),
            Fraction(0),
        )
        nothing = mine.value[model.state("no deal")]
        if all(not IDLIB.has(f"branch.{b}.war_cost_per_period.{party}") for b in IDLIB.branches):
            assert nothing == base
        for lever in ("sanctions", "force"):
            cost = IDLIB.get(f"lever.{lever}.cost.{party}", 0)
            announced = (
                IDLIB.get(f"lever.{lever}.announce", 0)
                if IDLIB.levers[lever].holder == party
                else 0
            )
            assert mine.value[model.state(lever)] == nothing - cost - announced
        one_signed = model.state(f"{model.players[0]} signs")
        assert mine.value[one_signed] == nothing


def test_leaving_the_deal_and_signing_it():
    model = graph(IDLIB, levers=["sanctions", "force"])
    deal = model.state("deal")
    russia, turkey = model.moves
    assert {model.states[q] for q in russia.of(deal)} == {
        "turkey signs",
        "sanctions+turkey signs",
    }
    assert deal in turkey.of(model.state("russia signs"))
    assert deal not in turkey.of(model.state("sanctions+russia signs"))


def test_draws_agree_with_a_loop():
    rng = np.random.default_rng(3)
    path = "lever.sanctions.cost.turkey"
    drawn = IDLIB.floats().with_draws(
        {path: rng.uniform(0, 0.6, 5), "lever.force.cost.turkey": rng.uniform(0, 0.4, 5)}
    )
    model = graph(drawn, levers=["sanctions", "force", "migrants"])
    for name in (
        "nash_stability",
        "sequential_stability",
        "symmetric_metarational",
        "limited_move",
        "coalition_nash",
        "non_myopic",
        "simultaneous",
    ):
        together = concept_named(name)(model).table.stable
        for k in range(5):
            one = IDLIB.floats().with_values(
                {p: float(drawn.value(p)[k]) for p in (path, "lever.force.cost.turkey")}
            )
            alone = concept_named(name)(graph(one, levers=["sanctions", "force", "migrants"]))
            assert np.array_equal(together[k], alone.table.stable), name


def test_exact_and_float_agree():
    exact, floats = graph(IDLIB), graph(IDLIB.floats())
    for name in ("nash_stability", "general_metarational", "sequential_stability"):
        a, b = concept_named(name)(exact), concept_named(name)(floats)
        assert np.array_equal(a.table.stable, b.table.stable)
        assert a.exact and not b.exact
        finite = a.table.margins != float("inf")
        assert np.allclose(a.table.margins[finite].astype(float), b.table.margins[finite])


def test_metrics_answer_to_what_ifs():
    names = [f"graph.nash_stability.{what}.deal" for what in ("state", "margin", "equilibrium")]
    now = metric.evaluate(IDLIB, names)
    assert str(now[names[0]]) == "stable" and float(now[names[2]]) == 1
    bargain = IDLIB.with_value("lever.migrants.cost.turkey", 0)
    gift = bargain.with_value("lever.migrants.worth.turkey", 1)
    changed = metric.evaluate(gift, names)
    assert float(changed[names[1]]) != float(now[names[1]])
    found = ng.threshold(
        IDLIB, "lever.sanctions.cost.russia", "graph.nash_stability.margin.no deal", "< 0"
    )
    assert found is not None


def test_metrics_over_draws():
    drawn = IDLIB.floats().with_draws({"lever.air_power.cost.russia": np.linspace(0, 1, 7)})
    names = [
        "graph.sequential_stability.state.deal",
        "graph.sequential_stability.margin.deal",
        "graph.sequential_stability.count",
    ]
    found = metric.evaluate(drawn, names)
    assert all(found[name].shape == (7,) for name in names)
    stable = found[names[0]] == "stable"
    assert np.array_equal(stable, found[names[1]] >= -1e-9)


def test_what_a_case_must_have():
    assert applies(IDLIB)
    chicken = ng.open("chicken")
    with pytest.raises(NotApplicableError):
        graph(chicken)
    with pytest.raises(TooLargeError, match="states"):
        graph(IDLIB, levers=list(levers_of(IDLIB)) * 2)


def test_ranks_within_a_slack():
    values = np.array([[0.3, 0.1 + 0.2, 0.5], [3.0, 1.0, 2.0]])
    assert ranks_within(values, 1e-9).tolist() == [[1, 1, 2], [3, 1, 2]]


def test_each_draw_solves_each_set_of_rankings_once():
    model = graph(
        IDLIB.floats().with_draws({"lever.force.cost.turkey": np.zeros(50)}),
        levers=["sanctions", "force"],
    )
    calls = []

    def make(one):
        calls.append(one)
        return table(one, Rules("none"))

    found = each_draw(model, make)
    assert len(calls) == 1 and found.stable.shape[0] == 50
    whole = margins_over(model.utilities, model, Rules("none"), slack=model.slack)
    assert np.array_equal(found.stable, whole >= -model.slack)


FILE = """
format = 1
kind = "graph"
id = "border"
title = "A border"
players = ["North", "South"]
[[option]]
id = "march"
owner = "North"
[[option]]
id = "fortify"
owner = "South"
[quantity]
prize = { value = 2, low = 0, high = 4 }
walls = 1
[preferences.North]
utilities = { none = 1, march = "prize", fortify = 1, "march+fortify" = "prize - 3" }
[preferences.South]
weights = { march = -2, fortify = "-walls" }
"""


def test_a_file_is_a_case_of_its_quantities(tmp_path):
    """North marches where the prize exceeds the peace, 1: a threshold found by the what-if."""
    path = tmp_path / "border.toml"
    path.write_text(FILE, encoding="utf-8")
    case = ng.open(path).as_case()
    assert case.principals == ("North", "South") and not case.issues
    names = ["graph.nash_stability.state.none", "graph.nash_stability.margin.none"]
    drawn = case.floats().with_draws({"quantity.prize": np.array([0.5, 1.0, 2.0])})
    found = metric.evaluate(drawn, names)
    assert found[names[0]].tolist() == ["stable", "stable", "not for North"]
    assert found[names[1]].tolist() == [0.5, 0.0, -1.0]
    changed = graph(case.with_value("quantity.prize", "1/2"))
    assert changed.preferences[0].value[changed.state("march")] == Fraction(1, 2)
    assert concept_named("nash_stability")(changed).exact


def test_the_command_line_moves_a_quantity(tmp_path):
    import json
    import subprocess
    import sys

    path = tmp_path / "border.toml"
    path.write_text(FILE, encoding="utf-8")
    words = ["solve", str(path), "--concept", "nash_stability", "--set", "quantity.prize=0.5"]
    done = subprocess.run(
        [sys.executable, "-m", "negotiate", *words, "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    (found,) = json.loads(done.stdout)["solutions"]
    assert [point["label"] for point in found["points"]] == ["none"]
