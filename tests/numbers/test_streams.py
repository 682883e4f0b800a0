"""Discounted streams against the plain sum, in three arithmetics."""

from fractions import Fraction as F

import numpy as np
import pytest
import sympy

from negotiate.errors import InputError
from negotiate.numbers.streams import MAX_PERIODS, annuity, holding_share


@pytest.mark.parametrize("delta", [F(0), F(1, 3), F(9, 10), F(1)])
@pytest.mark.parametrize("periods", [0, 1, 2, 7, 40])
def test_annuity_is_the_plain_sum(delta, periods):
    total = sum((delta**t for t in range(periods)), start=F(0))
    found = annuity(delta, periods)
    assert found == total and isinstance(found, F)
    assert float(annuity(float(delta), float(periods))) == pytest.approx(float(total), rel=1e-12)
    over_draws = annuity(np.array([float(delta), 0.5]), periods)
    assert over_draws[0] == pytest.approx(float(total), rel=1e-12)
    assert over_draws[1] == pytest.approx(2 * (1 - 0.5**periods))
    symbol = sympy.Symbol("d", real=True)
    value = sympy.sympify(annuity(symbol, periods)).subs(symbol, sympy.Rational(str(delta)))
    assert value == sympy.Rational(str(total))


def test_delta_of_one_among_draws_gives_the_number_of_periods():
    found = annuity(np.array([1.0, 0.5, 1.0, 0.0]), np.array([3.0, 3.0, 0.0, 5.0]))
    assert found == pytest.approx([3, 1.75, 0, 1])


@pytest.mark.parametrize("periods", [-1, F(1, 2), MAX_PERIODS + 1, 10**12, 2.5])
def test_exact_arithmetic_takes_whole_bounded_periods(periods):
    with pytest.raises(InputError, match="whole number"):
        annuity(F(1, 2), periods)


@pytest.mark.parametrize(
    ("delta", "hazard", "periods"),
    [(F(1), F(1, 2), 2), (F(9, 10), F(1, 10), 12), (F(1, 2), F(1), 3)],
)
def test_holding_share_from_its_definition(delta, hazard, periods):
    # worth enjoyed: in period t the deal still holds with probability (1 - h)^t
    enjoyed = sum(delta**t * (1 - hazard) ** t for t in range(periods))
    whole = sum(delta**t for t in range(periods))
    assert holding_share(delta, hazard, periods) == F(enjoyed) / whole
    floats = holding_share(np.array([float(delta)]), float(hazard), float(periods))
    assert floats[0] == pytest.approx(float(F(enjoyed) / whole), rel=1e-12)


def test_holding_share_is_one_without_hazard_and_falls_with_it():
    hazards = np.linspace(0, 1, 21)
    shares = holding_share(np.full(21, 0.97), hazards, 24.0)
    assert shares[0] == pytest.approx(1) and (np.diff(shares) < 0).all()
