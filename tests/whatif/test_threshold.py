from fractions import Fraction as F

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

import negotiate as ng
from negotiate.errors import InputError, NoSolutionError, NotApplicableError, UnknownNameError
from negotiate.whatif.questions.cells import cells
from negotiate.whatif.questions.condition import read
from negotiate.whatif.questions.threshold import bisect, exact_threshold, threshold
from negotiate.whatif.study.groups import Dirichlet
from negotiate.whatif.study.marginal import uniform
from negotiate.whatif.study.space import Space

SPACE = Space({"cost": uniform(0.0, 1.0), "stake": uniform(1.0, 2.0)}, units={"cost": "stake"})


def worth(v):
    return {"margin": v["cost"] * v["stake"] - 0.6, "deal": np.where(v["cost"] > 0.3, "yes", "no")}


def test_threshold_has_the_distribution_it_must():
    found = threshold(SPACE, worth, "cost", "margin", "> 0", draws=2048)
    # cost* = 0.6 / stake, stake uniform on [1, 2]
    stake = np.quantile(found.values, [0.05, 0.5, 0.95])
    assert stake == pytest.approx([0.6 / 1.95, 0.6 / 1.5, 0.6 / 1.05], abs=1e-3)
    assert found.bracket.max() <= 1e-9 and found.rises.all()
    assert found.sentence() == "For margin > 0, cost must be at least 0.4 [0.308, 0.571] stake."
    assert found.figure().startswith("<svg")


def test_one_draw_is_the_base_case():
    found = threshold(SPACE, worth, "cost", "margin", "> 0", draws=1)
    assert found.values == pytest.approx([0.4], abs=1e-8)


def test_labels_have_thresholds():
    found = threshold(SPACE, worth, "cost", "deal", '== "no"', draws=16)
    assert found.values == pytest.approx(np.full(16, 0.3), abs=1e-8)
    assert not found.rises.any() and "at most 0.3" in found.sentence()


def test_draws_without_a_threshold_are_counted():
    found = threshold(SPACE, worth, "cost", "margin", "> 0", low=0.0, high=0.4, draws=1024)
    assert found.never == pytest.approx(512, abs=2) and found.always == 0
    assert "in 50 % no value between 0 and 0.4 brings it about" in found.sentence()
    none = threshold(SPACE, worth, "cost", "margin", "> -5", draws=64)
    assert none.always == 64 and "holds throughout in 100 % of draws" in none.sentence()


def test_failures_and_several_changes():
    def failing(v):
        if (v["stake"] > 1.5).any():
            raise NoSolutionError("no zone")
        return worth(v)

    found = threshold(SPACE, failing, "cost", "margin", "> 0", draws=256)
    assert found.failed == 128 and len(found.found) == 128
    wave = threshold(SPACE, lambda v: {"y": np.sin(20 * v["cost"])}, "cost", "y", "< 0", draws=4)
    assert wave.several == 4
    assert wave.values == pytest.approx(np.full(4, np.pi / 20), abs=1e-8)


def test_groups_follow():
    space = Space({}, {"w": Dirichlet(("w1", "w2", "w3"), (1.0, 1.0, 2.0))})
    # w3 is worth 1/2 at base and keeps twice w2: 2/3 (1 - w1) = 0.2 at w1 = 0.7
    found = threshold(space, lambda v: {"y": v["w3"]}, "w1", "y", "< 0.2", draws=1, low=0, high=1)
    assert found.values == pytest.approx([0.7], abs=1e-8)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-0.99, 0.99), min_size=1, max_size=20))
def test_bisection_brackets_the_root(roots):
    truth = np.array(roots)
    values, width, _, counts = bisect(
        lambda x, rows: x - truth[rows], len(truth), -1.0, 1.0, points=5
    )
    assert (np.abs(values - truth) <= width).all() and counts["failed"] == 0
    assert (width <= 2e-12).all()


def test_bad_questions():
    with pytest.raises(UnknownNameError, match="did you mean 'cost'"):
        threshold(SPACE, worth, "cots", "margin", "> 0")
    with pytest.raises(UnknownNameError, match="did you mean 'margin'"):
        threshold(SPACE, worth, "cost", "margn", "> 0")
    with pytest.raises(InputError, match="such as"):
        threshold(SPACE, worth, "cost", "margin", "__import__('os')")
    with pytest.raises(InputError, match="labels"):
        threshold(SPACE, worth, "cost", "deal", "> 0")
    with pytest.raises(InputError):
        threshold(SPACE, worth, "cost", "margin", "> 0", low=1, high=0)


def test_conditions():
    x = np.array([0.1, 0.5, np.nan])
    assert read("in [0.2, 0.6]").holds(x).tolist() == [False, True, False]
    assert read("!= 0.5").holds(x).tolist() == [True, False, False]
    assert read(">= -1e-3").margin(x)[:2] == pytest.approx([0.101, 0.501])
    labels = np.array(["none", "a b", ""])
    assert read("!= 'none'").holds(labels).tolist() == [False, True, False]
    assert read("== a b").holds(labels).tolist() == [False, True, False]
    for bad in ("", "0.5", "> x > 1", "> 1 or 1", "in [2, 1]", "> " + "1" * 300):
        with pytest.raises(InputError):
            read(bad)


def test_exact_polynomial():
    found = exact_threshold(lambda x: (x - F(1, 3)) * (x - F(5, 7)) * (x + 2), 0, 1)
    assert found.roots == (F(1, 3), F(5, 7)) and found.poles == ()
    assert exact_threshold(lambda x: (x - F(1, 3)) ** 2, 0, 1).roots == ()
    assert exact_threshold(lambda x: F(2), 0, 1).roots == ()


def test_exact_algebraic():
    found = exact_threshold(lambda x: x * x - 2, 0, 2)
    assert found.roots == (sympy.sqrt(2),)
    root = exact_threshold(lambda x: x**5 - x - 1, 0, 2).roots[0]
    assert float(root) == pytest.approx(1.1673039782614187)


def test_exact_quotient():
    found = exact_threshold(lambda x: (2 * x - F(1, 2)) / (x + 1) - F(1, 10), 0, 1)
    # (2x - 1/2) = (x + 1)/10
    assert found.roots == (F(6, 19),)
    poled = exact_threshold(lambda x: (x - F(1, 4)) / (x - F(1, 2)), 0, 1)
    assert poled.roots == (F(1, 4),) and poled.poles == (F(1, 2),)


@pytest.mark.parametrize(
    ("margin", "roots"),
    [
        (lambda x: max(x - F(1, 2), 0) - F(1, 10), (F(3, 5),)),
        # the two of the review of 30 November 2026: what changes in the last quarter is seen
        (lambda x: F(1, 2) if x <= F(3, 4) else F(1, 2) - 4 * (x - F(3, 4)), (F(7, 8),)),
        (lambda x: min(1 - x, F(13, 4) - 4 * x), (F(13, 16),)),
        # a jump within a hair of the end, and one within a hair of the other
        (lambda x: 1 if x < 1 - F(1, 10**9) else -1, (1 - F(1, 10**9),)),
        (lambda x: -1 if x * 10**9 < 1 else 1, (F(1, 10**9),)),
        (lambda x: 1 if x * x < F(1, 2) else -1, (1 / sympy.sqrt(2),)),
    ],
)
def test_pieces_are_covered(margin, roots):
    found = exact_threshold(margin, 0, 1)
    assert [sympy.simplify(a - b) for a, b in zip(found.roots, roots, strict=True)] == [0] * len(
        roots
    )


def test_what_leaves_exact_arithmetic_is_refused():
    for margin in (
        lambda x: F(float(x)) - F(1, 2),
        lambda x: F(str(x)) - F(1, 2),
        lambda x: F(round(x)) - F(1, 2),
        lambda x: F(x.numerator, 7),
        lambda x: x + 0.5,
        lambda x: {F(1, 2): 1}.get(x, -1),
        lambda x: F(x.limit_denominator(10)),
    ):
        with pytest.raises(NotApplicableError):
            exact_threshold(margin, 0, 1)


def test_the_eu_concedes_up_to_what_conceding_costs():
    """0.87 x 0.3 = 0.261: the credibility times the cost to the EU of letting the lever be used."""
    idlib = ng.load("idlib-2020")
    path = "lever.migrants.concession_cost"
    found = cells(idlib, path, "deal.margin.turkey", condition=">= 0.8", low=0, high=0.3)
    assert found.exact and [change.exact for change in found.changes] == ["261/1000"]
    assert found.answers == ("no", "yes")


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.fractions(-1, 1, max_denominator=20), min_size=1, max_size=4, unique=True),
    st.fractions(2, 3, max_denominator=9),
)
def test_exact_roots_are_roots(roots, far):
    def margin(x):
        out = F(1)
        for root in roots:
            out *= x - root
        return out / (x + far)

    inside = sorted(root for root in roots if -1 < root < 1)
    assert exact_threshold(margin, -1, 1).roots == tuple(inside)
