"""Compromise, medians, procedures, plain forecasts and scores."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction as F

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.errors import (
    CaseError,
    InputError,
    NotApplicableError,
    TooLargeError,
    UnknownNameError,
)
from negotiate.spatial import tables
from negotiate.spatial.arithmetic.aggregate import weighted_mean, weighted_median
from negotiate.spatial.baselines import baseline, baselines
from negotiate.spatial.compromise import compromise, nash
from negotiate.spatial.exchange import exchange
from negotiate.spatial.median import median
from negotiate.spatial.positions import Scale, SpatialModel, model
from negotiate.spatial.procedure import procedure
from negotiate.spatial.score import compare, score

numbers = st.integers(0, 20).map(lambda k: F(k, 20))
rows = st.lists(
    st.tuples(st.integers(0, 10), numbers, st.integers(0, 9)), min_size=1, max_size=7
).filter(lambda r: sum(s * c for _, s, c in r) > 0)


def of(cells, **more):
    names = [f"p{i}" for i in range(len(cells))]
    return model(
        {n: {"k": x} for n, (x, _, _) in zip(names, cells)},
        salience={n: s for n, (_, s, _) in zip(names, cells)},
        capability={n: c for n, (_, _, c) in zip(names, cells)},
        scales=[Scale("k", 0, 10, **more)],
    )


def at(point, level):
    return replace(point, terms={"k": level})


@settings(max_examples=60, deadline=None)
@given(rows)
def test_mean_and_median_are_exact_and_hold(cells):
    m = of(cells)
    mean, middle = compromise(m), median(m)
    assert mean.exact and isinstance(mean[0].terms["k"], F)
    total = sum(s * c for _, s, c in cells)
    assert mean[0].terms["k"] == sum(s * c * x for x, s, c in cells) / total
    # no level beats the median: Condorcet, over all levels that could change a vote
    level = middle[0].terms["k"]
    for other in {x for x, _, _ in cells} | {x + F(1, 7) for x, _, _ in cells}:
        against = sum(s * c for x, s, c in cells if abs(x - other) < abs(x - level))
        for_it = sum(s * c for x, s, c in cells if abs(x - other) > abs(x - level))
        assert against <= for_it or 2 * against <= total
    assert not compromise.holds(m, at(mean[0], mean[0].terms["k"] + F(1, 1000))).holds
    low, high = middle[0].facts.get("interval", {}).get("k", (level, level))
    assert not median.holds(m, at(middle[0], high + F(1, 3))).holds
    assert not median.holds(m, at(middle[0], low - F(1, 3))).holds


@settings(max_examples=40, deadline=None)
@given(rows)
def test_floats_agree_with_fractions(cells):
    m = of(cells)
    for rule in (compromise, median, lambda x: baseline(x, rule="plain_median")):
        a, b = rule(m)[0].terms["k"], rule(m.floats())[0].terms["k"]
        assert b == pytest.approx(float(a), abs=1e-9)


def test_draws_of_the_mean_and_median():
    rng = np.random.default_rng(0)
    x, w = rng.uniform(size=(5, 4, 3)), rng.uniform(size=(5, 4, 3))
    low, high = weighted_median(x, w)
    for d in range(5):
        assert weighted_mean(x, w)[d] == pytest.approx(np.average(x[d], axis=0, weights=w[d]))
        one = weighted_median(x[d], w[d])
        assert np.array_equal(low[d], one[0]) and np.array_equal(high[d], one[1])


def test_missing_positions_are_left_out():
    m = model({"a": {"p": 0, "q": 10}, "b": {"p": 100}, "c": {"q": 30}}, salience="0.5")
    assert compromise(m)[0].terms == {"p": 50, "q": 20}
    assert median(m, tie="upper")[0].terms == {"p": 100, "q": 30}
    # a party's loss counts only the issues on which it has a position
    assert compromise(m)[0].payoffs == {"a": -F(3, 10), "b": -F(1, 4), "c": -F(1, 20)}


def test_nash_tends_to_the_compromise():
    """The gap falls as 1/D (Achen 2006): ten times the stake, about a tenth of the gap."""
    m = of([(0, F(1), 3), (4, F(1, 2), 1), (10, F(9, 10), 2)])
    gaps = [nash(m, stake=d)[0].facts["from_compromise"]["k"] for d in (10, 100, 1000)]
    assert gaps[0] / gaps[1] == pytest.approx(10, rel=0.1)
    assert gaps[1] / gaps[2] == pytest.approx(10, rel=0.01)


def test_nash_against_a_grid():
    cells = [(0, F(1), 3), (4, F(1, 2), 1), (10, F(9, 10), 2)]
    found = nash(of(cells), stake=1.2)
    level = found[0].terms["k"]
    grid = np.linspace(0, 10, 200_001)
    product = sum(c * np.log(1.2 - float(s) * ((grid - x) / 10) ** 2) for x, s, c in cells)
    assert level == pytest.approx(grid[product.argmax()], abs=1e-4)
    assert not nash.holds(of(cells), at(found[0], level + 0.05)).holds
    with pytest.raises(InputError, match="above 1"):
        nash(of(cells), stake=0.9)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 40), min_size=1, max_size=7),
    st.integers(0, 40),
    st.sampled_from([F(1, 2), F(2, 3), F(3, 4), F(1)]),
    st.booleans(),
)
def test_procedures_against_a_search(positions, quo, quota, proposes):
    """All levels in steps of a quarter: which pass, and which the rule should give."""
    m = model(
        {f"p{i}": {"k": x} for i, x in enumerate(positions)},
        scales=[Scale("k", -40, 80, status_quo=quo)],
    )
    found = procedure(m, setter="p0" if proposes else None, quota=quota)
    level = found[0].terms["k"]
    n = len(positions)

    def enough(count):
        return 2 * count > n if quota == F(1, 2) else count >= quota * n

    grid = [F(k, 4) for k in range(-160, 321)]
    if proposes:
        able = [
            y
            for y in grid
            if y == quo or enough(sum(abs(x - y) <= abs(x - quo) for x in positions))
        ]
        assert level == min(able, key=lambda y: abs(y - positions[0]))
    else:
        beaten = [y for y in grid if enough(sum(abs(x - y) < abs(x - level) for x in positions))]
        assert beaten == []
        stays = not any(enough(sum(abs(x - y) < abs(x - quo) for x in positions)) for y in grid)
        assert (level == quo) == stays
    assert found.evidence[0].holds
    if not proposes:
        assert not procedure.holds(m, at(found[0], max(positions) + 1)).holds


def test_procedure_refuses():
    m = of([(1, F(1), 1), (2, F(1), 1)])
    with pytest.raises(NotApplicableError, match="no status quo of k"):
        procedure(m)
    m = of([(1, F(1), 1), (2, F(1), 1)], status_quo=3)
    with pytest.raises(InputError, match="more than one half"):
        procedure(m, quota=F(1, 3))
    with pytest.raises(UnknownNameError, match="p0"):
        procedure(m, setter="p9")


def paris(shared):
    case = json.loads((shared / "reference/public_cop21_outcome.json").read_text())
    data, given = tables.read(shared / "spatial/cop21.tsv"), case["input"]
    issues = tuple(
        replace(
            i,
            outcome=F(given["outcome"][i.name]),
            outcome_range=tuple(map(F, given["outcome_range"][i.name])),
        )
        for i in data.issues
    )
    return replace(data, issues=issues), case


def test_backtest_of_paris(shared):
    m, case = paris(shared)
    expected = case["expected"]
    plain = baselines(m)
    rows = {
        "weighted mean (salience x power)": compromise(m)[0].terms,
        "salience mean": plain["salience_mean"],
        "plain mean": plain["plain_mean"],
        "median": plain["plain_median"],
        "weighted median": median(m)[0].terms,
        "midpoint 50": plain["midpoint"],
    }
    for name, terms in rows.items():
        found = score(m, terms)
        assert found.mean_absolute == pytest.approx(expected["mean_absolute_error"][name], abs=0.01)
        assert found.root_mean_square == pytest.approx(
            expected["root_mean_square_error"][name], abs=0.01
        )
        assert found.to_range == pytest.approx(expected["mean_distance_to_range"][name], abs=0.01)
    for key in ("weighted_mean", "plain_mean", "median", "weighted_median"):
        name = {
            "weighted_mean": "weighted mean (salience x power)",
            "plain_mean": "plain mean",
            "median": "median",
            "weighted_median": "weighted median",
        }[key]
        assert {k: float(v) for k, v in rows[name].items()} == pytest.approx(
            expected[key], abs=1e-4
        )
    # multiparty.md, 1: the gap of 2.1 between mean and midpoint has a standard error of 3.1
    gap = compare(m, compromise(m)[0].terms, plain["midpoint"])
    assert -gap.mean == pytest.approx(2.1, abs=0.05)
    assert gap.standard_error == pytest.approx(3.1, abs=0.05)


def test_every_forecast_shows_what_it_must_beat(shared):
    m, _ = paris(shared)
    facts = exchange(m, rounds=1)[0].facts
    assert set(facts["beside"]) == {"compromise", "median", "midpoint"}
    assert facts["score_beside"]["midpoint"]["mean_absolute_error"] == pytest.approx(
        21.15, abs=0.01
    )
    # multiparty.md 1.2: exchange, original program, round 1: 20.24 (ties apart)
    assert facts["score"]["mean_absolute_error"] == pytest.approx(20.24, abs=0.5)


def test_compromise_of_copenhagen(shared):
    case = json.loads((shared / "reference/spatial_copenhagen_exchange.json").read_text())
    m = tables.read(shared / "spatial/copenhagen.tsv")
    terms = {k: float(v) for k, v in compromise(m)[0].terms.items()}
    assert terms == pytest.approx(case["expected"]["compromise"], abs=1e-4)


def test_bad_models_say_everything_at_once():
    with pytest.raises(CaseError) as caught:
        model(
            {"a": {"p": 120}, "b": {"p": 5}},
            salience={"a": "1.5", "b": 1},
            capability={"a": -1, "b": 1},
        )
    text = str(caught.value)
    assert "3 errors" in text
    assert "position of a on p is 120; allowed: 0 to 100" in text
    assert "salience of a on p is 1.5; allowed: 0 to 1" in text
    assert "capability of a on p is -1; allowed: 0 and above" in text
    with pytest.raises(CaseError, match="no party with a position has salience and capability"):
        model({"a": {"p": 1}}, salience=0)
    with pytest.raises(CaseError, match="there is no such party"):
        model({"a": {"p": 1}}, salience={"a": 1, "z": 1})
    with pytest.raises(CaseError, match="salience of b on p is missing"):
        model({"a": {"p": 1}, "b": {"p": 1}}, salience={"a": 1})
    with pytest.raises(CaseError, match="the scale runs from 5 to 5"):
        model({"a": {"p": 5}}, scales=[Scale("p", 5, 5)])
    with pytest.raises(CaseError, match="outcome 11 is outside"):
        of([(1, F(1), 1)], outcome=11)
    with pytest.raises(TooLargeError, match="401 parties"):
        model({str(i): {"p": 1} for i in range(401)})


def test_models_are_frozen_and_small_to_look_at():
    m = of([(1, F(1), 1), (2, F(1), 1)])
    with pytest.raises(ValueError, match="read-only"):
        m.position[0, 0] = 3
    assert len(repr(m)) < 80
    assert m.only(parties=["p1"]).parties == ("p1",)
    with pytest.raises(UnknownNameError, match="p0"):
        m.only(parties=["p7"])


def test_nan_is_refused_in_arrays():
    with pytest.raises(CaseError, match="position of a on p is nan"):
        SpatialModel(
            ("a",),
            (Scale("p"),),
            np.array([[np.nan]]),
            np.ones((1, 1)),
            np.ones((1, 1)),
            np.ones((1, 1), dtype=bool),
        )
