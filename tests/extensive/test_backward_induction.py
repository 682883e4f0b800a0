"""Backward induction as a concept: draws, ties, refusals."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from negotiate.errors import NotApplicableError
from negotiate.extensive.backward_induction import backward_induction
from negotiate.extensive.game import from_dict
from negotiate.extensive.subgame_perfect import subgame_perfect
from negotiate.solution import Point
from tests.extensive import _tree_oracle as oracle


def entry(fight):
    return {
        "players": ["E", "I"],
        "quantity": {"fight": 0},
        "tree": {
            "player": "E",
            "actions": {
                "out": {"payoffs": [1, 5]},
                "in": {
                    "player": "I",
                    "actions": {"yield": {"payoffs": [2, 2]}, "fight": {"payoffs": [0, fight]}},
                },
            },
        },
    }


@pytest.mark.parametrize("seed", range(20))
def test_it_is_one_of_all_the_subgame_perfect_equilibria(seed):
    names, tree = oracle.random_tree(
        np.random.default_rng(seed), players=2, depth=3, sets=0, spread=4
    )
    game = from_dict(oracle.to_data(names, tree))
    answer = backward_induction(game)
    everything = subgame_perfect(game)
    assert answer[0].strategies in [point.strategies for point in everything]
    assert answer.complete == (len(oracle.pure_subgame_perfect(names, tree)) == 1)
    assert backward_induction.holds(game, answer[0]).holds


def test_every_draw_has_its_own_answer():
    """The incumbent fights where fighting pays over 2; the entrant then stays out."""
    value = np.array([0.0, 1.0, 3.0, 4.0])
    game = from_dict(entry("fight"), quantities={"fight": value})
    answer = backward_induction(game)
    assert answer[0].payoffs["E"].tolist() == [2, 2, 1, 1]
    assert answer[0].payoffs["I"].tolist() == [2, 2, 5, 5]
    assert answer[0].strategies["I"]["in"]["fight"].tolist() == [0, 0, 1, 1]
    assert backward_induction.holds(game, answer[0]).holds
    turned = {
        "E": answer[0].strategies["E"],
        "I": {"in": {"yield": np.ones(4), "fight": np.zeros(4)}},
    }
    evidence = backward_induction.holds(game, Point(payoffs={}, strategies=turned))
    assert not evidence.holds and evidence.value == 2 and "I gains after (in)" in evidence.witness


def test_ties_are_named():
    answer = backward_induction(from_dict(entry(2)))
    assert not answer.complete and "in" in answer.notes[0] and answer[0].marks == ("ties",)
    assert answer[0].payoffs == {"E": Fraction(2), "I": Fraction(2)}


def test_it_needs_perfect_information():
    move = {
        a: {"player": "B", "information_set": "b", "actions": {"x": {"payoffs": [0, 0]}}}
        for a in "lr"
    }
    game = from_dict({"players": ["A", "B"], "tree": {"player": "A", "actions": move}})
    with pytest.raises(NotApplicableError, match="'b' has 2 nodes"):
        backward_induction(game)
