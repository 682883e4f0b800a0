"""Exact linear programmes against certificates and an independent solver."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.errors import NoSolutionError, TooLargeError
from negotiate.numbers.exact_lp import maximise


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 10**6))
def test_optimum_is_feasible_and_a_dual_point_proves_it(seed):
    rng = np.random.default_rng(seed)
    n, m, e = rng.integers(1, 6), rng.integers(1, 6), rng.integers(0, 3)
    a, b = rng.integers(-3, 4, (m, n)).tolist(), rng.integers(-3, 6, m).tolist()
    q, f = rng.integers(-2, 3, (e, n)).tolist(), rng.integers(-2, 4, e).tolist()
    c = rng.integers(-3, 4, n).tolist()
    box = [([int(j == k) for j in range(n)], 5) for k in range(n)]  # so that it is bounded
    below = [*zip(a, b), *box]
    best = maximise(c, at_most=below, equal=list(zip(q, f)))
    # dual: min b.y + f.(z - w) with A'y + E'(z - w) >= c; infeasible primal, unbounded dual
    rows = [row for row, _ in below]
    values = [v for _, v in below]
    flip = [
        [-row[j] for row in rows] + [-row[j] for row in q] + [row[j] for row in q] for j in range(n)
    ]
    goal = [-v for v in values] + [-v for v in f] + list(f)
    if best is None:
        with pytest.raises(NoSolutionError):
            maximise(goal, at_most=[(r, -v) for r, v in zip(flip, c)])
        return
    assert all(x >= 0 for x in best.x)
    assert all(sum(r * x for r, x in zip(row, best.x)) <= v for row, v in below)
    assert all(sum(r * x for r, x in zip(row, best.x)) == v for row, v in zip(q, f))
    dual = maximise(goal, at_most=[(r, -v) for r, v in zip(flip, c)])
    assert dual is not None and -dual.value == best.value


def test_cycling_example_of_beale():
    # Beale (1955); Dantzig's rule without care cycles on it. The maximum is 1/20.
    c = (Fraction(3, 4), -150, Fraction(1, 50), -6)
    rows = [
        ((Fraction(1, 4), -60, Fraction(-1, 25), 9), 0),
        ((Fraction(1, 2), -90, Fraction(-1, 50), 3), 0),
        ((0, 0, 1, 0), 1),
    ]
    best = maximise(c, at_most=rows)
    assert best is not None and best.value == Fraction(1, 20)


def test_unbounded_and_too_large_are_said():
    with pytest.raises(NoSolutionError, match="no bound"):
        maximise((1, 0), at_most=[((-1, 1), 0)])
    with pytest.raises(TooLargeError, match="constraints"):
        maximise([0] * 1000, at_most=[([0] * 1000, 1)] * 1000)
