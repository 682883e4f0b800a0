"""Numbers that an exercise reads off a form, exact where the game is."""

from fractions import Fraction as F

import pytest

from negotiate.course.metrics import measure
from negotiate.dynamic.enforcement import enforcement
from negotiate.errors import UnknownNameError


@pytest.fixture
def police():
    # T - R = 3 and R - P = 2 for A, 1 and 2 for B; a violation is seen with chance 4/5.
    return enforcement(
        ("A", "B"), temptation={"A": 3, "B": 1}, surplus=2, discount=F(2, 3), detection=F(4, 5)
    )


def test_critical_discount_factors_of_enforcement_are_fractions(police):
    # (1 - d) t = d q s at the critical factor: d = t / (t + q s)
    assert measure(police, "critical_discount.A", {}, "question") == F(3) / (3 + F(8, 5))
    assert measure(police, "critical_discount.B", {}, "question") == F(1) / (1 + F(8, 5))
    whole = measure(police, "critical_discount", {}, "question")
    assert whole == F(15, 23) and isinstance(whole, F)


def test_margins_of_enforcement_are_fractions(police):
    # worth of keeping minus violating per period: d q s - (1 - d) t
    a, b = F(2, 3) * F(8, 5) - F(1, 3) * 3, F(2, 3) * F(8, 5) - F(1, 3)
    assert measure(police, "margin.A", {}, "question") == a
    assert measure(police, "margin", {}, "question") == min(a, b)


def test_a_game_in_floats_and_other_names_go_the_other_way(police):
    loose = enforcement(("A", "B"), temptation=3.0, surplus=2, discount=0.5, detection=0.8)
    assert float(measure(loose, "critical_discount.A", {}, "q")) == pytest.approx(15 / 23)
    assert measure(police, "weakest_clause.A", {}, "q") is not None
    with pytest.raises(UnknownNameError):
        measure(police, "critical_discount.C", {}, "q")
