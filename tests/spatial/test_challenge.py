"""The expected-utility model against printed figures and one contest at a time."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.errors import InputError, UnknownNameError
from negotiate.spatial.arithmetic import challenge as arithmetic
from negotiate.spatial.challenge import challenge, run
from negotiate.spatial.positions import Scale, SpatialModel, model

# Emission standards of the European Community (Bueno de Mesquita and Stokman 1994, ch. 4), as in
# dmasad/BDM_DecisionModel_Replication, whose notebook prints the risk exponents below.
EC = {
    "Netherlands": ("0.08", 4, 80),
    "Belgium": ("0.08", 7, 40),
    "Luxembourg": ("0.03", 4, 20),
    "Germany": ("0.16", 4, 80),
    "France": ("0.16", 10, 60),
    "Italy": ("0.16", 10, 60),
    "UK": ("0.16", 10, 90),
    "Ireland": ("0.05", 7, 10),
    "Denmark": ("0.05", 4, 100),
    "Greece": ("0.08", 7, 70),
}
PRINTED = {
    "Netherlands": 1.1271980463,
    "Belgium": 0.780917839132,
    "Luxembourg": 0.5,
    "Germany": 1.1271980463,
    "France": 1.07789229892,
    "Italy": 1.07789229892,
    "UK": 2.0,
    "Ireland": 0.524782172174,
    "Denmark": 1.47169654498,
    "Greece": 1.14047944802,
}


def ec():
    return model(
        {name: {"delay": x} for name, (_, x, _) in EC.items()},
        salience={name: s for name, (_, _, s) in EC.items()},
        capability={name: c for name, (c, _, _) in EC.items()},
        scales=[Scale("delay", 4, 10, unit="years")],
        salience_of=100,
    )


def test_risk_exponents_of_the_replication():
    found = challenge(ec(), probability="net", rounds=1)
    assert found[0].facts["risk_exponents"]["delay"] == pytest.approx(PRINTED, abs=1e-9)
    beside = found[0].facts["beside"]
    assert float(beside["compromise"]["delay"]) == pytest.approx(7.389955686853766, abs=1e-12)
    assert beside["median"]["delay"] == 7


def test_retyped_table_is_the_reference(shared):
    case = json.loads((shared / "reference/eum_bdm_ec_emissions.json").read_text())
    typed = {
        a["name"]: (a["capability"], a["position"], a["salience"]) for a in case["input"]["actors"]
    }
    assert typed == {k: (float(c), x, s) for k, (c, x, s) in EC.items()}
    assert case["expected"]["risk_exponent_round0"] == PRINTED


def test_expected_utilities_of_the_replication():
    """The notebook prints what Belgium and the UK expect after the risk exponents are set.

    There the challenger's side is that of exponents and votes above, T and Q are 1.
    """
    m = ec()
    step = run(m, probability="net", rounds=1).steps[0][0]
    belgium, uk = m.party("Belgium"), m.party("UK")
    printed = {
        "Denmark": -0.3751669542544107,
        "France": -0.12290936745034992,
        "Germany": -0.1055122924983457,
        "Greece": 0.0,
        "Luxembourg": 0.7034516927698495,
        "UK": -0.6709172284384823,
    }
    for name, value in printed.items():
        assert step.expected[belgium, m.party(name)] == pytest.approx(value, abs=1e-12)
    printed = {
        "Belgium": -0.05,
        "Denmark": -2.397260273972604,
        "Germany": -1.7178082191780832,
        "Greece": -0.65,
        "Ireland": 0.55,
        "Luxembourg": 0.3205479452054789,
    }
    for name, value in printed.items():
        assert step.expected[uk, m.party(name)] == pytest.approx(value, abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 10**6),
    st.sampled_from(["supporters", "net", "all_contests"]),
    st.sampled_from(["security", "neutral"]),
    st.sampled_from(["least_move", "strongest"]),
    st.sampled_from([1.0, 0.5]),
)
def test_moves_follow_from_the_definition(seed, probability, risk, choice, stay):
    rng = np.random.default_rng(seed)
    n = 5
    m = SpatialModel(
        tuple("abcde"),
        (Scale("p"),),
        rng.uniform(0, 100, (n, 1)),
        rng.uniform(0.05, 1, (n, 1)),
        rng.uniform(0.1, 1, (n, 1)),
        np.ones((n, 1), dtype=bool),
    )
    has = np.ones((n, 1), dtype=bool)
    has[seed % n] = seed % 2 == 0  # in half of the cases one party has no position
    m = replace(m, has=has)
    found = challenge(
        m, probability=probability, risk=risk, choice=choice, stay=stay, better=0.7, rounds=3
    )
    assert found.evidence[0].holds, found.evidence
    moved = replace(found[0], terms={"p": found[0].terms["p"] + 1})
    assert not challenge.holds(m, moved).holds


def test_draws_against_a_loop():
    rng = np.random.default_rng(2)
    arrays = [rng.uniform(0.05, 1, size=(6, 5, 2)) for _ in range(3)]
    has = np.array([[True, True], [True, False], [True, True], [True, True], [True, True]])

    def of(at):
        return SpatialModel(
            tuple("abcde"),
            (Scale("p", 0, 1), Scale("q", 0, 1)),
            arrays[0][at],
            arrays[1][at],
            arrays[2][at],
            has,
        )

    together = challenge(of(slice(None)))[0].terms
    for k in range(6):
        alone = challenge(of(k))[0].terms
        assert [together[i][k] for i in "pq"] == pytest.approx([alone[i] for i in "pq"], abs=1e-9)


def test_equals_do_not_lose_to_rounding():
    """Two parties alike but for the side they are on: neither can lose to the other."""
    m = model({"a": {"p": 10}, "b": {"p": 90}}, salience="0.7", capability="0.3")
    assert challenge(m)[0].facts["events"] == []


def test_probabilities_by_hand():
    # votes for i over j: 3 against 1
    favour, against = np.array([[0.0, 3.0], [1.0, 0.0]]), np.array([[0.0, 1.0], [3.0, 0.0]])
    assert arithmetic.supporters(favour, against)[0, 1] == 0.75
    assert arithmetic.net(favour, against)[0, 1] == 0.5
    assert arithmetic.net(favour, against)[1, 0] == 0
    assert arithmetic.all_contests(favour, against)[0, 1] == 3 / 8


def test_given_risk_and_refusals():
    m = ec()
    with pytest.raises(InputError, match="no risk exponents"):
        challenge(m, risk="given")
    with pytest.raises(UnknownNameError, match="supporters"):
        challenge(m, probability="support")
    with pytest.raises(InputError, match="stay is 2"):
        challenge(m, stay=2)
    risky = model({"a": {"p": 0}, "b": {"p": 100}}, risk={"a": 0.5, "b": 2})
    assert challenge(risky, risk="given")[0].facts["risk_exponents"]["p"] == {"a": 0.5, "b": 2.0}


def test_a_false_move_is_refuted():
    m = ec()
    point = challenge(m, rounds=1)[0]
    event = {**point.facts["events"][0], "to": 5.5}
    for events in (point.facts["events"][1:], [event, *point.facts["events"][1:]]):
        bad = replace(point, facts={**point.facts, "events": events})
        assert not challenge.holds(m, bad).holds
    extra = {**event, "party": "Germany", "round": 1, "to": 9.0}
    bad = replace(point, facts={**point.facts, "events": [*point.facts["events"], extra]})
    assert not challenge.holds(m, bad).holds
