"""What is rounding next to a solution's other numbers is shown as zero; what is small is not."""

from fractions import Fraction as F

import pytest

from negotiate.solution import Evidence, Point, Solution


def solution(unit, exact=False):
    noise = F(1, 2**53) if exact else 2.0**-53  # half a unit in the last place of 1
    points = tuple(
        Point({"a": unit, "b": noise * k}, facts={"gains": {"a": -noise}}, regret=noise)
        for k in (1, 2)
    )
    proof = Evidence(holds=True, value=noise, what="gain left", witness="")
    return Solution(
        "nash_bargaining", ("a", "b"), points, complete=True, exact=exact, evidence=(proof,)
    )


@pytest.mark.parametrize("view", ["text", "html"])
def test_rounding_is_zero(view):
    shown = getattr(solution(1.0), view)()
    assert "e−1" not in shown and "gain left: 0.000" in shown
    assert "e−1" not in getattr(solution(1.0).points[0], view)()


def test_small_numbers_of_a_small_game_and_exact_ones_stay():
    assert "1.11e−16" in solution(2.0**-50).text()
    assert "1.11e−16" in solution(F(1), exact=True).text()
