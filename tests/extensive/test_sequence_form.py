"""Lemke's algorithm on the sequence form, judged by the definition of equilibrium."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from negotiate.errors import NotConvergedError, TooLargeError
from negotiate.extensive import _subgames
from negotiate.extensive.arithmetic import sequence_form
from negotiate.extensive.game import from_dict
from negotiate.extensive.subgame_perfect import subgame_perfect
from tests.extensive import _tree_oracle as oracle


@pytest.mark.parametrize("seed", range(6))
def test_bimatrix_games_ties_and_all(seed):
    rng = np.random.default_rng(seed)
    for _ in range(25):
        m, n = rng.integers(1, 6, 2)
        a, b, paid = np.zeros((3, m + 1, n + 1), dtype=int)
        a[1:, 1:], b[1:, 1:] = rng.integers(-2, 3, (2, m, n))
        paid[1:, 1:] = 1
        x, y = sequence_form.equilibrium(
            a, b, [(0, tuple(range(1, m + 1)))], [(0, tuple(range(1, n + 1)))], paid=paid
        )
        row, column = np.array(x[1:], dtype=object), np.array(y[1:], dtype=object)
        assert row.sum() == 1 == column.sum() and min(*x, *y) >= 0
        assert max(a[1:, 1:] @ column) == row @ a[1:, 1:] @ column
        assert max(row @ b[1:, 1:]) == row @ b[1:, 1:] @ column


@pytest.mark.parametrize("seed", range(12))
def test_trees_of_two_movers(seed, monkeypatch):
    """With the normal form out of bounds one equilibrium is found, of no regret anywhere."""
    rng = np.random.default_rng(seed)
    names, tree = oracle.random_tree(rng, players=2, depth=4, sets=1, spread=5, chance=0.3)
    game = from_dict(oracle.to_data(names, tree))
    monkeypatch.setattr(_subgames, "PURE_CELLS", 16)
    answer = subgame_perfect(game)
    assert len(answer)
    for point in answer:
        assert point.regret == 0
        assert subgame_perfect.holds(game, point).holds
    if any("Lemke" in note for note in answer.notes):
        assert not answer.complete


def test_bounds_and_rays():
    big = [(0, tuple(range(1, 200)))]
    zero = np.zeros((200, 200), dtype=int)
    with pytest.raises(TooLargeError, match="variables"):
        sequence_form.equilibrium(zero, zero, big, big, paid=zero)
    # w = -1 - z < 0 for every z: no solution, and the path says so.
    with pytest.raises(NotConvergedError, match="ray"):
        sequence_form.lemke(np.array([[-1]], dtype=object), np.array([-1], dtype=object))
    assert sequence_form.lemke(np.array([[2]], dtype=object), np.array([-1], dtype=object)) == [
        Fraction(1, 2)
    ]
