"""Building models: statements, preferences, options; what is refused, and how."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.errors import InputError, TooLargeError, UnknownNameError
from negotiate.graphmodel.build import graph_model, option_model, payoff_model, preference_of
from negotiate.graphmodel.model import Option, words
from negotiate.graphmodel.preference import from_pairs, from_statements, from_text, from_utilities
from negotiate.graphmodel.statements import true_of

TABLE = np.array([[bool(k >> j & 1) for j in range(3)] for k in range(8)])
IDS = ["a", "b", "c"]


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("a", lambda a, b, c: a),
        ("not a and b", lambda a, b, c: not a and b),
        ("not (a and b)", lambda a, b, c: not (a and b)),
        ("a or b and c", lambda a, b, c: a or (b and c)),
        ("a if b or c", lambda a, b, c: a or not (b or c)),
        ("a only if b", lambda a, b, c: b or not a),
        ("a iff not b", lambda a, b, c: a != b),
        ("!a & (b | c)", lambda a, b, c: not a and (b or c)),
        ("a IF b", lambda a, b, c: a or not b),
        ("Y-N", lambda a, b, c: a and not c),
        ("'a' and 'b'", lambda a, b, c: a and b),
    ],
)
def test_statements_mean_what_they_say(text, meaning):
    assert true_of(text, TABLE, IDS).tolist() == [bool(meaning(*row)) for row in TABLE.tolist()]


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("", "is empty"),
        ("a and", "breaks off"),
        ("(a", "open bracket"),
        ("a b", "goes on"),
        ("a only b", "without 'if'"),
        ("and a", "where an option should stand"),
        ("a and 'b", "cannot be read"),
        ("(" * 100 + "a" + ")" * 100, "nested"),
        ("__import__('os')", "goes on|no option"),
    ],
)
def test_statements_that_cannot_be_read(text, match):
    with pytest.raises((InputError, UnknownNameError), match=match):
        true_of(text, TABLE, IDS)


def test_an_unknown_option_is_named():
    with pytest.raises(UnknownNameError, match="option 'd'"):
        true_of("a and d", TABLE, IDS)
    with pytest.raises(TooLargeError, match="characters"):
        true_of("a and " * 5000 + "a", TABLE, IDS)


@given(st.lists(st.sampled_from(["a", "not b", "a iff c", "b or c", "not a and c"]), max_size=4))
@settings(max_examples=50, deadline=None)
def test_option_prioritisation_is_a_sum_of_powers_of_two(statements):
    """The score 2^(-1), 2^(-2), ... of Hipel and others gives the same order."""
    mine = from_statements(statements, TABLE, IDS)
    score = sum(
        (
            true_of(text, TABLE, IDS).astype(object) * Fraction(1, 2**k)
            for k, text in enumerate(statements, 1)
        ),
        np.array([Fraction(0)] * 8, dtype=object),
    )
    for s in range(8):
        for q in range(8):
            assert mine.prefers(s, q) == (score[q] > score[s])


def test_a_circle_is_shown():
    with pytest.raises(InputError, match="a > b ~ c > a is a circle"):
        from_pairs(["a > b", "b ~ c", "c > a"], ["a", "b", "c"])
    kept = from_pairs(["a > b", "b > c", "c > a"], ["a", "b", "c"], circular=True)
    assert not kept.is_ranking and kept.prefers(1, 0) and kept.prefers(0, 2)


def test_pairs_follow_from_pairs():
    mine = from_pairs(["a >> b", "b ~ c", "c > d"], list("abcd"))
    assert mine.is_ranking and mine.rank.tolist() == [3, 2, 2, 1]
    assert mine.strongly(3, 0) and mine.strongly(2, 0) and not mine.strongly(3, 1)


def test_pairs_that_contradict_or_lack():
    with pytest.raises(InputError, match="contradicted between a and b"):
        from_pairs(["a > b", "a ? b"], ["a", "b"])
    with pytest.raises(InputError, match="no preference between a and c"):
        from_pairs(["a > b"], ["a", "b", "c"])
    assert from_pairs(["a > b"], ["a", "b", "c"], rest_unknown=True).unsure(0, 2)


def test_strength_of_a_ranking_and_of_utilities():
    text = from_text("a > b >> c", ["a", "b", "c"])
    assert text.strongly(2, 1) and text.strongly(2, 0) and not text.strongly(1, 0)
    cardinal = from_utilities(["0", "0.4", "0.9"], strong="0.5")
    assert cardinal.strongly(0, 2) and cardinal.strongly(1, 2) and not cardinal.strongly(0, 1)


@pytest.mark.parametrize(
    ("given_", "match"),
    [
        (None, "no preference"),
        ({}, "nothing given"),
        ({"ranking": ["a"], "pairs": []}, "ranking and pairs"),
        ({"ranking": ["a", "a", "b"]}, "a named twice"),
        ({"ranking": ["a"]}, "no preference for b"),
        ({"ranking": ["a", "b", "z"]}, "state 'z'"),
        ({"ranking": "a > > b"}, "cannot be read"),
        ({"ranking": "a ? b"}, "unknown"),
        ({"statements": ["x"]}, "without options"),
        ({"utilities": {"a": 1}}, "no utility of b"),
        ({"utilities": {"a": 1, "b": "x"}}, "is no number"),
        ({"utilities": {"a": 1, "b": float("nan")}}, "nan"),
    ],
)
def test_preferences_that_are_refused(given_, match):
    with pytest.raises((InputError, UnknownNameError), match=match):
        preference_of(given_, "A", ["a", "b"])


def test_options_without_owner_and_with_a_strange_direction_together():
    with pytest.raises(InputError, match=r"option x has no owner; option y goes 'sideways'"):
        option_model(
            ["A"],
            [Option("x", ""), Option("y", "A", direction="sideways")],
            preferences={"A": {"ranking": []}},
        )


def test_bounds_come_before_work():
    many = [Option(f"o{k}", "A") for k in range(30)]
    with pytest.raises(TooLargeError, match="1,073,741,824 combinations"):
        option_model(["A"], many, preferences={})
    with pytest.raises(TooLargeError, match="moves of one decision maker"):
        option_model(["A"], many[:14], preferences={"A": {"weights": {}}})
    with pytest.raises(TooLargeError, match="states"):
        option_model(["A", "B"], [Option(f"o{k}", "AB"[k % 2]) for k in range(18)], preferences={})


def test_moves_follow_options_and_directions():
    model = option_model(
        ["A", "B"],
        [Option("x", "A", direction="forward"), Option("y", "A"), Option("z", "B")],
        infeasible=["x and z"],
        forbidden=[{"from": "not y", "to": "y", "by": "A"}],
        preferences={"A": {"statements": ["x"]}, "B": {"statements": ["z"]}},
    )
    for i, owned in enumerate((("x", "y"), ("z",))):
        for s in range(len(model.states)):
            for q in range(len(model.states)):
                a, b = model.taken(s), model.taken(q)
                changed = {o.id for o, p, r in zip(model.options, a, b) if p != r}
                legal = bool(changed) and changed <= set(owned)
                legal = legal and not (a[0] and not b[0])  # x is never given up
                legal = legal and not (i == 0 and not a[1] and b[1])  # A may not take y
                assert (q in model.moves[i].of(s)) == legal


def test_states_that_are_one():
    """Elmira in option form: with abandonment one state, the nine of the published table."""
    model = option_model(
        ["MoE", "Uniroyal", "Local government"],
        [
            Option("modify", "MoE", direction="forward"),
            Option("delay", "Uniroyal", direction="back"),
            Option("accept", "Uniroyal"),
            Option("abandon", "Uniroyal", direction="forward"),
            Option("insist", "Local government"),
        ],
        infeasible=["delay and accept", "delay and abandon", "accept and abandon",
                    "not delay and not accept and not abandon"],
        same=[{"when": "abandon", "label": "9"}],
        labels={
            "1": "NYNNN", "2": "YYNNN", "3": "NNYNN", "4": "YNYNN",
            "5": "NYNNY", "6": "YYNNY", "7": "NNYNY", "8": "YNYNY",
        },
        preferences={
            "MoE": {"ranking": list("734851269")},
            "Uniroyal": {"ranking": list("148592376")},
            "Local government": {"ranking": list("735186429")},
        },
        status_quo="delay and not modify and not insist",
    )  # fmt: skip
    from tests.graphmodel.test_stability import ELMIRA

    assert model.status_quo == "1" and sorted(model.states) == list("123456789")
    for i in range(3):
        for s in model.states:
            theirs = {ELMIRA.states[q] for q in ELMIRA.moves[i].of(ELMIRA.state(s))}
            assert {model.states[q] for q in model.moves[i].of(model.state(s))} == theirs
    assert model.taken(model.state("9")) == (None, False, False, True, None)
    assert words(model, "8") == "modify, accept, insist"


def test_merged_states_must_tie_by_statements():
    with pytest.raises(InputError, match="not equally preferred"):
        option_model(
            ["A"],
            [Option("x", "A"), Option("y", "A")],
            same=[{"when": "x", "label": "both"}],
            preferences={"A": {"statements": ["y"]}},
        )


def test_labels_must_fit_one_state_each():
    with pytest.raises(InputError, match="fits 2 states"):
        option_model(
            ["A"],
            [Option("x", "A"), Option("y", "A")],
            labels={"l": "x"},
            preferences={"A": {"statements": ["y"]}},
        )
    model = payoff_model([[[1, 2]], [[2, 1]]])
    with pytest.raises(UnknownNameError, match="state 'r9c9'"):
        model.state("r9c9")


def test_a_graph_that_names_strangers():
    for moves, match in (
        ({"B": {}}, "decision maker 'B'"),
        ({"A": {"a": ["c"]}}, "state 'c'"),
        ({"A": {"a": ["a"]}}, "to itself"),
    ):
        with pytest.raises((UnknownNameError, InputError), match=match):
            graph_model(["A"], ["a", "b"], moves, preferences={"A": {"ranking": ["a", "b"]}})
