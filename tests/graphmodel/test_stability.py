"""Stability: published answers, the plain transcription, inclusions, arrays against definitions."""

from __future__ import annotations

import json
import os
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.errors import InputError, NotApplicableError
from negotiate.graphmodel import (
    coalition_general_metarational,
    coalition_limited_move,
    coalition_nash,
    coalition_non_myopic,
    coalition_sequential,
    coalition_simultaneous,
    coalition_symmetric_metarational,
    coalition_symmetric_sequential,
    general_metarational,
    limited_move,
    nash_stability,
    non_myopic,
    sequential_stability,
    simultaneous,
    symmetric_metarational,
    symmetric_sequential,
)
from negotiate.graphmodel._coalitions import coalition_table, coalitions_of
from negotiate.graphmodel._definition import Rules, judge, judge_coalition
from negotiate.graphmodel._engine import _related, table
from negotiate.graphmodel.build import graph_model, payoff_model
from negotiate.graphmodel.limited_move import holds as limited_holds
from negotiate.graphmodel.non_myopic import horizons
from negotiate.graphmodel.simultaneous import group_verdict, stable_for, verdict
from tests.graphmodel import oracle
from tests.graphmodel.models import graphs, option_models, plain

SHARED = Path(os.environ.get("NEGOTIATE_SHARED", Path(__file__).parents[3] / "shared"))

RULES = {
    "nash": Rules("none"),
    "gmr": Rules("moves"),
    "smr": Rules("moves", counter=True),
    "seq": Rules("improvements"),
    "sseq": Rules("improvements", counter=True),
}

ELMIRA = graph_model(
    ["MoE", "Uniroyal", "Local government"],
    [str(k) for k in range(1, 10)],
    {
        "MoE": {"1": ["2"], "3": ["4"], "5": ["6"], "7": ["8"]},
        "Uniroyal": {
            "1": ["3", "9"], "2": ["4", "9"], "3": ["9"], "4": ["9"],
            "5": ["7", "9"], "6": ["8", "9"], "7": ["9"], "8": ["9"],
        },
        "Local government": {
            "1": ["5"], "2": ["6"], "3": ["7"], "4": ["8"],
            "5": ["1"], "6": ["2"], "7": ["3"], "8": ["4"],
        },
    },
    preferences={
        "MoE": {"ranking": list("734851269")},
        "Uniroyal": {"ranking": list("148592376")},
        "Local government": {"ranking": list("735186429")},
    },
    status_quo="1",
)  # fmt: skip
"""Hipel, Fang, Kilgour and Peng 1993; Kilgour and Hipel 2005, Group Decision and Negotiation 14."""


def labels(solution):
    return [point.label for point in solution.points]


def test_elmira_as_published():
    """States 5, 8, 9 stable in all four senses, 1 and 4 only general and symmetric metarational."""
    assert labels(nash_stability(ELMIRA)) == ["5", "8", "9"]
    assert labels(sequential_stability(ELMIRA)) == ["5", "8", "9"]
    for concept in (
        general_metarational,
        symmetric_metarational,
    ):
        assert labels(concept(ELMIRA)) == ["1", "4", "5", "8", "9"]


def test_elmira_the_coalition_moves_from_5_to_8():
    """The ministry and Uniroyal together leave 5 for 8, as they did in October 1991."""
    verdict = judge_coalition(ELMIRA, (0, 1), ELMIRA.state("5"), RULES["nash"])
    assert [ELMIRA.states[q] for q in verdict.open] == ["8"]
    pair = [["MoE", "Uniroyal"]]
    assert "5" not in labels(coalition_nash(ELMIRA, coalitions=pair))
    assert "8" in labels(coalition_nash(ELMIRA, coalitions=pair))


@pytest.mark.parametrize(
    "name", ["gmcr_elmira9_repo", "gmcr_2x2_chicken", "gmcr_2x2_prisoners_dilemma"]
)
def test_reference_tables(name):
    path = SHARED / "reference" / f"{name}.json"
    if not path.exists():
        pytest.skip("no shared reference")
    case = json.loads(path.read_text())
    given_ = case["input"]
    if "row_payoffs" in given_:
        model = payoff_model([given_["row_payoffs"], given_["col_payoffs"]])
    else:
        model = graph_model(
            given_["decision_makers"],
            list(given_["states"]),
            {
                who: {s: [str(q) for q in ends] for s, ends in moves.items()}
                for who, moves in given_["moves"].items()
            },
            preferences={
                who: {"ranking": [str(s) for s in order]}
                for who, order in given_["preference_most_to_least"].items()
            },
        )
    expected = case["expected"].get("stability", case["expected"])
    for concept in ("nash", "gmr", "smr", "seq"):
        found = table(model, RULES[concept])
        assert found.stable.astype(int).tolist() == expected[concept]["by_dm"]
        assert (found.equilibria + 1).tolist() == expected[concept]["equilibria"]


@given(graphs(), st.booleans())
@settings(max_examples=120, deadline=None)
def test_rankings_agree_with_the_transcription(model, strong):
    g = plain(model)
    for rules in RULES.values():
        rules = Rules(rules.answers, rules.counter, strong)
        found = table(model, rules).stable
        for i in range(len(model.players)):
            for s in range(len(model.states)):
                expected = oracle.stable(
                    g, (i,), s, answers=rules.answers, counter=rules.counter, strong=strong
                )
                # an individual's own list is one move, not a sequence: the same for one mover
                assert found[i, s] == expected
                assert judge(model, i, s, rules).stable == expected


@given(graphs(relations=True), st.booleans(), st.sampled_from("abcd"))
@settings(max_examples=120, deadline=None)
def test_relations_agree_with_the_transcription(model, strong, unknown):
    g = plain(model)
    for base in RULES.values():
        rules = Rules(base.answers, base.counter, strong, unknown)
        found = table(model, rules).stable
        for i in range(len(model.players)):
            for s in range(len(model.states)):
                expected = oracle.stable(
                    g,
                    (i,),
                    s,
                    answers=rules.answers,
                    counter=rules.counter,
                    strong=strong,
                    unknown=unknown,
                )
                assert found[i, s] == expected
                assert judge(model, i, s, rules).stable == expected


@given(graphs(most_players=3, most_states=5), st.booleans(), st.sampled_from("abcd"), st.data())
@settings(max_examples=60, deadline=None)
def test_coalitions_agree_with_the_transcription(model, joint, unknown, data):
    if data.draw(st.booleans()):
        model = data.draw(graphs(relations=True, most_players=3, most_states=5))
    g = plain(model)
    coalitions = coalitions_of(model, None)
    for base in RULES.values():
        rules = Rules(base.answers, base.counter, unknown=unknown)
        found = coalition_table(
            model, rules, coalitions, reading="coalition" if joint else "individual"
        ).stable
        for row, members in enumerate(coalitions):
            for s in range(len(model.states)):
                expected = oracle.stable(
                    g,
                    members,
                    s,
                    answers=rules.answers,
                    counter=rules.counter,
                    joint=joint,
                    unknown=unknown,
                )
                assert found[row, s] == expected
                assert judge_coalition(model, members, s, rules, joint=joint).stable == expected


@given(graphs(most_states=5), st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_limited_moves_agree_with_the_transcription(model, horizon):
    g = plain(model)
    rank = [np.asarray(p.rank).tolist() for p in model.preferences]
    found = limited_move(model, horizon=horizon)
    for i, who in enumerate(model.players):
        stable = set(found.settings["stable"][who])
        for s, label in enumerate(model.states):
            expected = oracle.anticipated(g, rank, i, s, horizon) == {s}
            if not expected and s in oracle.anticipated(g, rank, i, s, horizon):
                continue  # it may come back to s: it does not stay
            assert (label in stable) == expected
    for point in found.points:
        assert limited_holds(model, point, horizon=horizon).holds


@given(graphs(most_states=5))
@settings(max_examples=40, deadline=None)
def test_one_move_ahead_is_nash(model):
    assert labels(limited_move(model, horizon=1)) == labels(nash_stability(model))


@given(graphs(most_states=5))
@settings(max_examples=40, deadline=None)
def test_non_myopic_is_the_tail_of_limited_moves(model):
    begin, cycle, stable = horizons(model)
    tails = []
    for h in range(begin + 1, begin + 2 * cycle + 1):
        found = limited_move(model, horizon=h).settings["stable"]
        tails.append([[s in set(found[who]) for s in model.states] for who in model.players])
    assert np.array_equal(np.all(tails, axis=0), stable)
    for point in non_myopic(model).points:
        assert non_myopic.holds(model, point).holds


@given(option_models())
@settings(max_examples=80, deadline=None)
def test_simultaneous_agrees_with_the_transcription(model):
    g = plain(model)
    rank = [np.asarray(p.rank).tolist() for p in model.preferences]
    choice = [tuple(row) for row in np.asarray(model.choices)[np.argsort(model.member)].tolist()]
    found = stable_for(model, [(i,) for i in range(len(model.players))])
    for i in range(len(model.players)):
        for s in range(len(model.states)):
            assert found[i, s] == oracle.simultaneous(g, choice, rank, i, s)
            assert found[i, s] == verdict(model, i, s).stable


@given(option_models())
@settings(max_examples=60, deadline=None)
def test_coalition_simultaneous_agrees_with_the_transcription(model):
    g = plain(model)
    rank = [np.asarray(p.rank).tolist() for p in model.preferences]
    choice = [tuple(row) for row in np.asarray(model.choices)[np.argsort(model.member)].tolist()]
    coalitions = coalitions_of(model, None)
    found = stable_for(model, coalitions)
    for row, members in enumerate(coalitions):
        for s in range(len(model.states)):
            assert found[row, s] == oracle.simultaneous_together(g, choice, rank, members, s)
            assert found[row, s] == group_verdict(model, members, s).stable
    assert set(labels(coalition_simultaneous(model))) <= set(labels(simultaneous(model)))


@given(graphs(most_players=3, most_states=5), st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_coalition_limited_moves_agree_with_the_transcription(model, horizon):
    g = plain(model)
    rank = [np.asarray(p.rank).tolist() for p in model.preferences]
    found = coalition_limited_move(model, horizon=horizon)
    for members in coalitions_of(model, None):
        stable = found.settings["stable"][" + ".join(model.players[i] for i in members)]
        for s, label in enumerate(model.states):
            assert (label in stable) == oracle.stays_together(g, rank, members, s, horizon)
    assert set(labels(found)) <= set(labels(limited_move(model, horizon=horizon)))


@given(graphs(most_players=3, most_states=5))
@settings(max_examples=40, deadline=None)
def test_coalitions_one_move_ahead_and_far_ahead(model):
    """One move ahead is coalition Nash stability; far ahead is the tail of longer horizons."""
    assert labels(coalition_limited_move(model, horizon=1)) == labels(coalition_nash(model))
    begin, cycle, _ = horizons(model)
    tails = [
        coalition_limited_move(model, horizon=h).settings["stable"]
        for h in range(begin + 1, begin + 2 * cycle + 1)
    ]
    found = coalition_non_myopic(model)
    for who, stable in found.settings["stable"].items():
        assert stable == [s for s in model.states if all(s in tail[who] for tail in tails)]
    assert set(labels(found)) <= set(labels(non_myopic(model)))


def test_elmira_coalitions_that_look_ahead():
    """The ministry and Uniroyal leave 5 for 8, and nobody undoes it: 8 is the state of 1991."""
    pair = [["MoE", "Uniroyal"]]
    for found in (
        coalition_limited_move(ELMIRA, horizon=2, coalitions=pair),
        coalition_limited_move(ELMIRA, horizon=3, coalitions=pair),
        coalition_non_myopic(ELMIRA, coalitions=pair),
    ):
        assert "8" in labels(found) and "5" not in labels(found)


def test_coalition_concepts_refute_and_tell():
    """Mutual defection is left together: the check says so, and the words name both."""
    from negotiate.solution import Point

    dilemma = payoff_model([[[3, 1], [4, 2]], [[3, 4], [1, 2]]])
    there = Point(payoffs={}, label="r2c2")
    for concept in (coalition_simultaneous, coalition_limited_move, coalition_non_myopic):
        evidence = concept.holds(dilemma, there)
        assert not evidence.holds and "Player 1 + Player 2" in evidence.witness, concept
    told = coalition_limited_move.explain(dilemma, horizon=2)
    assert "r2c2 is not stable for Player 1 + Player 2 (looking 2 moves ahead)" in told


@given(graphs(), st.booleans())
@settings(max_examples=80, deadline=None)
def test_inclusions(model, strong):
    """Nash in SSEQ in SEQ in GMR, Nash in SSEQ in SMR in GMR; strong within general."""
    by = {
        name: table(model, Rules(rules.answers, rules.counter, strong)).stable
        for name, rules in RULES.items()
    }
    for inner, outer in (
        ("nash", "sseq"),
        ("sseq", "seq"),
        ("sseq", "smr"),
        ("seq", "gmr"),
        ("smr", "gmr"),
    ):
        assert not (by[inner] & ~by[outer]).any(), (inner, outer)
    for name, rules in RULES.items():
        general = table(model, Rules(rules.answers, rules.counter)).stable
        tough = table(model, Rules(rules.answers, rules.counter, True)).stable
        assert not (tough & ~general).any(), name


@given(graphs(most_players=3, most_states=6))
@settings(max_examples=60, deadline=None)
def test_coalition_concepts_lie_within_individual_ones(model):
    pairs = [
        (coalition_nash, nash_stability),
        (
            coalition_general_metarational,
            general_metarational,
        ),
        (
            coalition_symmetric_metarational,
            symmetric_metarational,
        ),
        (coalition_sequential, sequential_stability),
        (
            coalition_symmetric_sequential,
            symmetric_sequential,
        ),
    ]
    for together, alone in pairs:
        assert set(labels(together(model))) <= set(labels(alone(model)))


@given(graphs(most_players=3, most_states=6), st.booleans())
@settings(max_examples=60, deadline=None)
def test_matrices_agree_with_margins(model, strong):
    for rules in RULES.values():
        rules = Rules(rules.answers, rules.counter, strong)
        assert np.array_equal(table(model, rules).stable, _related(model, rules).stable)


@given(graphs(most_players=3, most_states=6))
@settings(max_examples=60, deadline=None)
def test_margins_have_the_sign_of_stability_and_scale(model):
    """m >= 0 if and only if stable; doubling utilities doubles every finite margin."""
    for rules in RULES.values():
        found = table(model, rules)
        signs = np.array([[m >= 0 for m in row] for row in found.margins])
        assert np.array_equal(signs, found.stable)


def test_margins_are_exact():
    """Row would lose 1/3 of a stake by leaving the better of two states, and nobody answers."""
    model = graph_model(
        ["Row", "Column"],
        ["a", "b"],
        {"Row": {"a": ["b"]}},
        preferences={
            "Row": {"utilities": {"a": "2/3", "b": "1/3"}},
            "Column": {"utilities": {"a": 0, "b": 1}},
        },
    )
    point = nash_stability(model).points[0]
    assert point.facts["margin"] == {"Row": Fraction(1, 3), "Column": float("inf")}


def test_holds_refutes_what_is_no_equilibrium():
    from negotiate.solution import Point

    evidence = nash_stability.holds(ELMIRA, Point(payoffs={}, label="1"))
    assert not evidence.holds and evidence.value == 1
    assert "Local government" in evidence.witness


def test_words_name_the_sanction():
    text = sequential_stability.explain(ELMIRA)
    assert "**5**: an equilibrium" in text
    assert "The move to 5 is" in text or "Nothing deters the move to 5" in text


def test_relations_have_no_best_move():
    model = graph_model(
        ["A"],
        ["a", "b", "c"],
        {},
        preferences={"A": {"pairs": ["a > b", "b > c", "c > a"], "circular": True}},
    )
    with pytest.raises(NotApplicableError, match="no ranking"):
        limited_move(model)
    with pytest.raises(NotApplicableError, match="option form"):
        simultaneous(model)
    with pytest.raises(InputError, match="horizon 0"):
        limited_move(ELMIRA, horizon=0)
