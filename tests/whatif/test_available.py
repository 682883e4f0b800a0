"""Which metrics a case is said to have, and what is said of one it has not."""

import pytest

import negotiate as ng
from negotiate.cli import main
from negotiate.errors import MissingQuantityError, NotApplicableError, UnknownNameError
from negotiate.whatif.metric import available, evaluate, listed
from negotiate.whatif.study import chunks
from negotiate.whatif.study.design import Sobol


@pytest.mark.parametrize("name", ["idlib-2020", "jet-crisis-2015"])
def test_what_is_available_can_be_computed(name):
    case = ng.load(name)
    known = {metric for metric in available(case) if "<" not in metric}
    assert known
    for metric in known:
        assert metric in evaluate(case.floats(), [metric])
    for metric in set(listed(case)) - set(available(case)):
        with pytest.raises((MissingQuantityError, TypeError)):  # NotApplicableError is a TypeError
            evaluate(case.floats(), [metric])


def test_what_three_principals_are_offered_can_be_computed():
    """A model of two sides is offered where its two are named, and refused with that remedy."""
    case = ng.load("nile-dam-2020")
    for metric in available(case):
        if "<" not in metric:
            evaluate(case.floats(), [metric])
    with pytest.raises(NotApplicableError, match=r"sides = \["):
        evaluate(case.floats(), ["escalation.war"])


def test_idlib_has_no_council():
    case = ng.load("idlib-2020")
    assert "baron_ferejohn.proposer" in listed(case)
    assert "baron_ferejohn.proposer" not in available(case)


@pytest.mark.parametrize(
    ("metric", "error", "says"),
    [
        ("baron_ferejohn.proposer", MissingQuantityError, "quantity.members"),
        ("deal.margin.leas", UnknownNameError, "did you mean 'deal.margin.least'"),
        ("durability.survival.soon", UnknownNameError, "survival"),
    ],
)
def test_one_clear_error_before_the_work_starts(capsys, monkeypatch, metric, error, says):
    def worked(*_):
        raise AssertionError("rows were drawn")

    monkeypatch.setattr(chunks, "evaluate_rows", worked)
    with pytest.raises(error, match=says):
        ng.study("idlib-2020", [metric], Sobol(16))
    code = main(["sweep", "idlib-2020", "--metric", metric, "--draws", "16"])
    out, err = capsys.readouterr()
    assert code == 2 and out == "" and says in err
    assert err.count("error:") == 1 and "internal" not in err
