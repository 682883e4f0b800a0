from fractions import Fraction as F
from itertools import product

import numpy as np
import pytest

from negotiate.errors import InputError
from negotiate.strategic.arithmetic.pure import pure_equilibria, pure_regret


def by_definition(payoffs):
    n, shape = payoffs.ndim - 1, payoffs.shape[1:]
    mask = np.zeros(shape, dtype=bool)
    for cell in product(*map(range, shape)):
        mask[cell] = all(
            payoffs[(i, *cell)] >= payoffs[(i, *cell[:i], s, *cell[i + 1 :])]
            for i in range(n)
            for s in range(shape[i])
        )
    return mask


@pytest.mark.parametrize("shape", [(3,), (2, 2), (2, 5), (3, 2, 4), (2, 2, 2, 2), (2, 3, 1, 2, 2)])
def test_against_the_definition(shape):
    rng = np.random.default_rng(len(shape))
    batch = rng.integers(0, 3, (20, len(shape), *shape))
    mask = pure_equilibria(batch, players=len(shape))
    assert mask.shape == (20, *shape)
    for payoffs, found in zip(batch, mask):
        assert (found == by_definition(payoffs)).all()
        assert (pure_equilibria(payoffs) == found).all()
    assert ((pure_regret(batch, players=len(shape)) == 0) == mask).all()


def test_against_quantecon():
    quantecon = pytest.importorskip("quantecon.game_theory")
    rng = np.random.default_rng(4)
    for _ in range(20):
        payoffs = rng.integers(0, 6, (3, 3, 4, 2)).astype(float)
        game = quantecon.NormalFormGame(
            [
                quantecon.Player(
                    np.ascontiguousarray(np.transpose(payoffs[i], [(i + k) % 3 for k in range(3)]))
                )
                for i in range(3)
            ]
        )
        theirs = sorted(tuple(map(int, cell)) for cell in quantecon.pure_nash_brute(game))
        assert sorted(map(tuple, np.argwhere(pure_equilibria(payoffs)).tolist())) == theirs


def test_fractions_are_compared_exactly():
    third = F(1, 3)
    payoffs = np.array([[[third, 0], [third + F(1, 10**30), 0]], [[1, 0], [1, 0]]], dtype=object)
    assert np.argwhere(pure_equilibria(payoffs)).tolist() == [[1, 0]]


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="players=n"):
        pure_equilibria(np.zeros((7, 2, 3, 3)))
    with pytest.raises(InputError, match="no strategy"):
        pure_equilibria(np.zeros((2, 0, 3)))
