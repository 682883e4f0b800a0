import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.errors import InputError, TooLargeError
from negotiate.strategic.arithmetic import equilibria_batch as batch
from negotiate.strategic.arithmetic.equilibria_exact import extreme_equilibria
from negotiate.tolerance import PROBABILITY
from tests.strategic import _bimatrix_oracle as oracle


def engines():
    yield "numpy", batch._by_numpy
    if batch._compiled() is not None:
        walker = batch._compiled()
        yield "compiled", lambda a, b: batch._by_walk(walker, a, b)


def rows(found, g):
    k = int(found.count[g])
    return np.concatenate([found.x[g, :k], found.y[g, :k]], axis=1)


def same_sets(left, right):
    """Two lists of points are the same set up to rounding, one to one."""
    if len(left) != len(right):
        return False
    near = np.abs(left[:, None] - right[None]).max(axis=2) < 1e-7
    return bool((near.sum(axis=0) == 1).all() and (near.sum(axis=1) == 1).all())


def check(found, a, b):
    for g in range(len(a)):
        exact = extreme_equilibria(a[g], b[g])
        expected = np.array([[float(v) for v in x + y] for x, y in exact.points])
        assert same_sets(rows(found, g), expected), (a[g].tolist(), b[g].tolist())
        assert found.degenerate[g] == exact.degenerate, (a[g].tolist(), b[g].tolist())
        assert np.isnan(found.x[g, found.count[g] :]).all()
    assert np.nanmax(found.regret) <= 1e-12 * max(1, np.abs(a).max(), np.abs(b).max())


SHAPES = [(1, 1), (1, 4), (2, 2), (2, 3), (3, 2), (3, 3), (4, 4), (2, 5), (4, 3), (5, 5)]
"""Closed forms serve the 2 x 2 and, with four strategies or fewer on a side, all bases in blocks;
the 5 x 5 are walked."""


@pytest.mark.parametrize("games", [1_600, pytest.param(10_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", ["numpy", "compiled"])
def test_against_the_exact_path(name, games):
    engine = dict(engines()).get(name)
    if engine is None:
        pytest.skip("numba is not installed")
    rng = np.random.default_rng(17)
    for m, n in SHAPES:
        # The exact path takes most of a second for a hundred 5 x 5 games.
        count = -(-games // (4 * (len(SHAPES) - 1))) if m * n < 25 else games // 400
        for top in (1, 2, 5, 10**6):
            a, b = rng.integers(0, top + 1, (2, count, m, n)).astype(float)
            found, doubtful = engine(a, b)
            check(batch._resolve(a, b, found, np.flatnonzero(doubtful)), a, b)


def test_engines_give_the_same_arrays():
    if batch._compiled() is None:
        pytest.skip("numba is not installed")
    rng = np.random.default_rng(23)
    for m, n in [*SHAPES, (3, 7), (7, 4), (2, 12)]:
        parts = [rng.integers(0, 3, (2, 300, m, n)), rng.normal(size=(2, 300, m, n))]
        a, b = np.concatenate(parts, axis=1)
        (left, one), (right, two) = (engine(a, b) for _, engine in engines())
        assert not one.any() and not two.any()
        for name in left.__dataclass_fields__:
            assert np.allclose(
                getattr(left, name), getattr(right, name), rtol=0, atol=1e-9, equal_nan=True
            ), name


def test_ties_spoilt_by_rounding_are_still_ties():
    # 0.1 + 0.2 is not 0.3 in floats; the game is the all-equal one a person wrote down.
    a = np.array([[0.1 + 0.2, 0.3], [0.3, 0.1 + 0.2]])
    found = batch.all_equilibria(a, a)
    assert int(found.count) == 4 and bool(found.degenerate)


def test_differences_in_doubt_are_solved_again_exactly():
    # 1e-10 of the payoff range might be rounding or not; here it is meant, and decides.
    a = np.array([[3.0, 0.0], [3.0 - 1e-9, 1.0]])
    for _, engine in engines():
        found, doubtful = engine(a[None], a.T[None])
        assert doubtful.all()
    found = batch.all_equilibria(a, a.T)
    assert int(found.status) == batch.RESOLVED and bool(found.complete)
    assert int(found.count) == len(extreme_equilibria(a, a.T)) == 3


def test_hard_games_in_one_batch():
    a = np.array([oracle.STENGEL_A, oracle.LONG_A, np.eye(6), np.zeros((6, 6))], dtype=float)
    b = np.array([oracle.STENGEL_B, oracle.LONG_B, np.eye(6), np.zeros((6, 6))], dtype=float)
    found = batch.all_equilibria(a, b)
    assert found.count.tolist() == [75, 1, 63, 36]
    assert found.degenerate.tolist() == [False, False, False, True]
    assert found.complete.all()


def test_draw_axes_broadcast_and_come_back():
    rng = np.random.default_rng(2)
    a, b = rng.normal(size=(3, 1, 2, 4)), rng.normal(size=(5, 2, 4))
    found = batch.all_equilibria(a, b)
    assert found.count.shape == (3, 5)
    assert found.x.shape[:2] == (3, 5) and found.y.shape[-1] == 4
    single = batch.all_equilibria(a[1, 0], b[2])
    k = int(single.count)
    assert k == found.count[1, 2]
    assert np.allclose(single.x[:k], found.x[1, 2, :k])
    assert found[1].count.shape == (5,)


def test_draws_that_are_not_numbers_are_kept_with_their_reason():
    a = np.zeros((3, 2, 2))
    a[1, 0, 0] = np.nan
    found = batch.all_equilibria(a, np.zeros((2, 2)))
    assert found.count.tolist() == [4, 0, 4]
    assert batch.STATUS[int(found.status[1])].startswith("not solved")
    assert np.isnan(found.x[1]).all() and not found.complete[1]


@pytest.mark.parametrize("name", ["numpy", "compiled"])
@pytest.mark.parametrize("scale", [1e-200, 1e-12, 1e12, 1e140])
def test_payoffs_of_any_size(name, scale):
    # Products of differences would vanish or overflow; both engines work on the scaled game.
    engine = dict(engines()).get(name)
    if engine is None:
        pytest.skip("numba is not installed")
    for unit in (np.eye(2), np.eye(3)):
        found, doubtful = engine(scale * unit[None], scale * unit[None])
        assert found.count.tolist() == [2 ** len(unit) - 1] and not doubtful.any()
    assert batch.all_equilibria(1e160 * unit, unit).status == batch.NOT_FINITE


def test_empty_batch_and_many_equilibria():
    assert batch.all_equilibria(np.zeros((0, 3, 3)), np.zeros((0, 3, 3))).count.shape == (0,)
    zeros = np.zeros((batch.COMPILED_FROM // batch.bases(3, 5) + 1, 3, 5))
    assert (batch.all_equilibria(zeros, zeros).count == 15).all()


def test_bad_shapes_and_sizes_are_refused():
    with pytest.raises(InputError, match="m, n"):
        batch.all_equilibria(np.zeros((2, 3)), np.zeros((3, 2)))
    with pytest.raises(InputError, match="no strategy"):
        batch.all_equilibria(np.zeros((0, 3)), np.zeros((0, 3)))
    with pytest.raises(TooLargeError, match="equilibria_large"):
        batch.all_equilibria(np.zeros((20, 20)), np.zeros((20, 20)))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.01, 1e6), st.floats(-1e3, 1e3))
def test_positive_affine_changes_do_nothing(seed, slope, shift):
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 4, (2, 8, 3, 3)).astype(float)
    one, two = batch.all_equilibria(a, b), batch.all_equilibria(slope * a + shift, b)
    assert (one.count == two.count).all() and (one.degenerate == two.degenerate).all()
    assert np.allclose(one.x, two.x, atol=PROBABILITY, equal_nan=True)
