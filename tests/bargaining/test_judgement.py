"""A deal against three no-deals; concepts side by side."""

import pytest

import negotiate as ng
from negotiate import bargaining
from negotiate.case.slots import disagreement
from negotiate.errors import NotApplicableError, UnknownNameError


def test_margins_are_worth_less_each_no_deal():
    case = ng.load("idlib-2020")
    found = ng.judge(case)
    for kind, levers in found.levers.items():
        d = disagreement.point(case, levers, parties=case.principals)
        for party in case.principals:
            expected = found.utility[party] - float(d[party])
            assert found.margins[kind][party] == pytest.approx(expected, abs=1e-12)
    assert found.meant == "threats of the solution" and set(found.room) == set(
        found.levers[found.meant]
    )
    assert found.to_dict()["deal"] == case.signed_deal and case.signed_deal in found.text()


def test_any_deal_can_be_judged():
    case = ng.load("idlib-2020")
    middle = ng.judge(case, dict.fromkeys(case.issues, 0.5))
    assert middle.margins[middle.meant] == pytest.approx(dict(middle.midpoint))
    with pytest.raises(UnknownNameError):
        ng.judge(case, "no such deal")
    with pytest.raises(UnknownNameError):
        ng.judge(case, {"no such issue": 1})


def test_concepts_side_by_side():
    found = ng.compare(bargaining.divide(100, {"a": 20, "b": 10}))
    # on a straight frontier every symmetric solution that looks at d halves the surplus of 70
    for name in ("nash_bargaining", "kalai_smorodinsky", "egalitarian", "perles_maschler"):
        assert [float(u) for u in found.solutions[name][0].payoffs.values()] == pytest.approx(
            [55, 45]
        )
    assert "Nash bargaining solution" in found.text() and not found.refused
    corner = {"x": (1, 0, 0), "y": (0, 1, 0), "z": (0, 0, 1)}
    three = bargaining.from_points(corner, (0, 0, 0), parties=("a", "b", "c"))
    assert "equal_area" in ng.compare(three).refused
    with pytest.raises(NotApplicableError):
        ng.compare(three.with_disagreement([[0.0, 0, 0], [0.1, 0, 0]]))
