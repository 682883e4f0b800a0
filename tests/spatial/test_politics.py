"""The spatial model of politics against the published run of KTAB."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from negotiate.errors import InputError, NotApplicableError, TooLargeError, UnknownNameError
from negotiate.spatial.arithmetic import politics as arithmetic
from negotiate.spatial.politics import politics, run
from negotiate.spatial.positions import Scale, model

# KTAB (github lsyaseen/KTAB, MIT), examples/smp/doc/20170530_ref-dummyData_3Dim.txt: seven parties
# with power, then position and salience of three dimensions; printed with Linear victory,
# Proportional voting, Conditional election, Deterministic choice, BigRRange Mid, BigRAdjust
# OneThird, SemiCommit, S2P2, InitOnlyInterp. The log prints 5.910 for the second salience of party
# 0, so that is what was run; powers are those of the table beside it.
PARTIES = [
    (102.543, 75.79, 49.53, 6.37, 5.91, 70.45, 28.15),
    (53.393, 82.72, 30.33, 73.50, 21.22, 64.00, 24.79),
    (129.643, 82.45, 48.47, 90.89, 13.55, 0.07, 34.62),
    (75.920, 62.52, 20.76, 50.82, 39.24, 62.33, 22.21),
    (63.224, 82.34, 40.96, 45.77, 25.43, 73.31, 22.59),
    (120.048, 84.48, 22.92, 33.70, 39.35, 88.11, 15.42),
    (54.178, 70.96, 31.75, 33.46, 27.93, 90.36, 26.03),
]
# "History of actor positions over time", party by dimension, states 0 to 10
HISTORY = """
75.8 79.5 80.6 80.6 78.5 78.5 78.5 78.5 78.6 78.6 78.6
6.4 44.7 34.2 35.0 30.5 30.5 31.2 31.2 31.5 31.8 31.8
70.5 72.0 75.9 76.1 74.0 74.0 74.0 74.0 74.0 74.1 74.1
82.7 78.9 76.0 78.3 79.0 79.0 79.1 78.5 79.9 78.6 78.6
73.5 56.3 27.5 30.5 30.6 30.6 30.9 31.2 34.4 31.8 31.8
64.0 72.5 72.0 73.8 74.2 74.2 74.3 74.0 75.2 74.1 74.1
82.5 82.5 82.5 82.5 82.5 82.5 82.5 82.5 82.5 82.5 82.5
90.9 90.9 90.9 90.9 90.9 90.9 90.9 90.9 90.9 90.9 90.9
0.1 0.1 0.1 0.1 0.1 0.1 0.1 0.1 0.1 0.1 0.1
62.5 65.8 66.7 66.7 66.7 66.7 67.1 67.1 67.1 67.1 67.1
50.8 50.8 50.2 50.2 50.2 50.2 50.1 50.1 50.1 50.1 50.1
62.3 63.0 63.5 63.5 63.5 63.5 63.7 63.7 63.7 63.7 63.7
82.3 79.5 81.5 78.3 78.5 78.5 78.6 80.5 78.6 78.6 78.6
45.8 44.7 35.8 30.5 30.5 30.5 30.6 34.6 31.6 31.6 31.6
73.3 72.0 79.1 73.8 74.0 74.0 74.1 75.9 74.0 74.1 74.1
84.5 84.4 80.6 80.7 80.6 80.5 80.5 80.5 79.9 79.9 79.9
33.7 34.1 34.2 34.3 34.7 34.6 34.6 34.6 34.4 34.4 34.4
88.1 86.3 75.9 76.3 76.1 75.9 75.9 75.9 75.2 75.2 75.2
71.0 75.6 76.0 77.4 77.4 80.5 78.5 78.5 78.7 78.7 78.6
33.5 24.8 27.5 28.7 28.7 34.6 31.2 31.2 31.3 31.3 31.6
90.4 72.0 72.0 73.0 73.0 75.9 74.0 74.0 74.1 74.1 74.1
"""
# "History of actors' winning probabilities", states 0 and 10
CHANCES_FIRST = [0.0047, 0.0302, 0.0054, 0.1492, 0.6001, 0.1447, 0.0656]


def ktab():
    names = [f"SActor-0{i}" for i in range(len(PARTIES))]
    issues = ["Pstn1", "Pstn2", "Pstn3"]
    return model(
        {n: dict(zip(issues, map(str, row[1::2]))) for n, row in zip(names, PARTIES)},
        salience={n: dict(zip(issues, map(str, row[2::2]))) for n, row in zip(names, PARTIES)},
        capability={n: str(row[0]) for n, row in zip(names, PARTIES)},
        salience_of=100,
    )


def test_first_round_of_ktab():
    found = run(ktab(), rounds=1)
    step = found.steps[0]
    # "Inferred risk attitudes", "most advantageous target ... worth", "Est by i of prob"
    assert step.risk == pytest.approx(
        [-0.500, -0.459, -0.499, -0.274, 1.000, -0.232, -0.430], abs=5e-4
    )
    assert step.target.tolist() == [6, 0, 6, 0, 0, 1, 1]
    assert step.gain == pytest.approx(
        [0.0947, 0.2810, 0.4711, 0.2839, 0.0116, 0.2986, 0.0286], abs=5e-5
    )
    assert step.chance == pytest.approx(
        [0.7643, 0.7964, 0.8334, 0.8056, 0.5836, 0.8510, 0.3970], abs=5e-5
    )
    assert 100 * step.bargain[5] == pytest.approx([84.39, 34.05, 86.34], abs=1e-9)
    assert step.win == pytest.approx(CHANCES_FIRST, abs=5e-5)
    # who takes whose bargain: 1022 is 4's, 1015 6's, 1018 to stay, 1025 3's, 1009 5's, 1006 0's
    assert step.taken.tolist() == [4, 6, -1, 3, 4, 5, 0]


def test_whole_run_of_ktab():
    found = run(ktab())
    assert found.settled and len(found.steps) == 10
    path = np.stack([s.position for s in found.steps] + [found.steps[-1].after])
    printed = np.array([[float(x) for x in line.split()] for line in HISTORY.split("\n") if line])
    ours = 100 * path.reshape(11, 21).T
    assert np.abs(ours - printed).max() <= 0.0501
    assert politics(ktab()).evidence[0].holds


def test_rounding_decides_where_the_run_ends():
    """What the fourth decimal does to KTAB's own example (said in the head of the file)."""
    rough, fine = politics(ktab())[0].terms, politics(ktab(), decimals=9)[0].terms
    assert max(abs(rough[k] - fine[k]) for k in rough) > 0.5


def test_conditional_election_by_hand():
    # three options, P(a > b) = 0.6, P(a > c) = 0.5, P(b > c) = 0.9
    win = np.array([[0.5, 0.6, 0.5], [0.4, 0.5, 0.9], [0.5, 0.1, 0.5]])
    beats = np.array([0.5 * 0.6 * 0.5, 0.4 * 0.5 * 0.9, 0.5 * 0.1 * 0.5])
    everyone = np.ones(3, dtype=bool)
    assert arithmetic.conditional(win, win, everyone) == pytest.approx(beats / beats.sum())
    two = np.array([True, False, True])
    assert arithmetic.conditional(win, win, two) == pytest.approx([0.5, 0, 0.5])


def test_markov_election_is_stationary():
    rng = np.random.default_rng(5)
    strength = rng.uniform(0.1, 1, size=(4, 4))
    win = arithmetic.victory(strength, lambda c: c)
    everyone = np.ones(4, dtype=bool)
    p = arithmetic.markov_uniform(win, strength, everyone)
    # p_i = sum_j P_ij (p_i + p_j) / n: a challenger is drawn evenly, the winner holds the floor
    assert p == pytest.approx((win * (p[:, None] + p)).sum(axis=1) / 4, abs=1e-9)
    q = arithmetic.markov_incentive(win, strength, everyone)
    assert q.sum() == pytest.approx(1)
    drive = strength * win
    step = win * drive / drive.sum(axis=0)
    np.fill_diagonal(step, 0)
    assert step @ q == pytest.approx(step.sum(axis=0) * q, abs=1e-9)


def test_draws_against_a_loop():
    rng = np.random.default_rng(1)
    n, m, draws = 5, 2, 4
    position = rng.uniform(0, 100, size=(draws, n, m))
    salience = rng.uniform(0.1, 0.5, size=(draws, n, m))
    capability = np.repeat(rng.uniform(1, 9, size=(draws, n, 1)), m, axis=-1)
    from negotiate.spatial.positions import SpatialModel

    def of(index):
        return SpatialModel(
            tuple("abcde"),
            (Scale("p"), Scale("q")),
            position[index],
            salience[index],
            capability[index],
            np.ones((n, m), dtype=bool),
        )

    together = politics(of(slice(None)))[0].terms
    for k in range(draws):
        alone = politics(of(k))[0].terms
        for issue in ("p", "q"):
            assert together[issue][k] == pytest.approx(alone[issue], abs=1e-9)


@pytest.mark.parametrize(
    "setting",
    [
        {"voting": v}
        for v in ("binary", "cubic", "binary_proportional", "proportional_cubic", "prospect")
    ]
    + [{"victory": v} for v in ("square", "quartic", "octic")]
    + [{"election": e} for e in ("markov_uniform", "markov_incentive")]
    + [{"commitment": c} for c in ("full", "none")]
    + [{"risk_range": r} for r in ("min", "max")]
    + [{"risk_view": r} for r in ("own", "half", "two_thirds", "true")]
    + [{"weighting": "products"}, {"bargain": "weighted"}, {"forecast_by": "likeliest"}],
    ids=lambda s: "-".join(map(str, next(iter(s.items())))),
)
def test_every_convention_runs_and_holds(setting):
    found = politics(ktab(), rounds=5, **setting)
    assert all(0 <= level <= 100 for level in found[0].terms.values())
    assert found.evidence[0].holds


def test_refusals():
    some = {"a": {"p": 1, "q": 2}, "b": {"p": 3}}
    with pytest.raises(NotApplicableError, match="b has no position on q"):
        politics(model(some, salience="0.4"))
    full = {"a": {"p": 1, "q": 2}, "b": {"p": 3, "q": 4}}
    with pytest.raises(InputError, match="sum to more than 1"):
        politics(model(full, salience="0.9"))
    with pytest.raises(NotApplicableError, match="different capabilities"):
        politics(model(full, salience="0.4", capability={"a": {"p": 1, "q": 2}, "b": 1}))
    with pytest.raises(UnknownNameError, match="proportional"):
        politics(model(full, salience="0.4"), voting="propotional")
    many = {f"p{i}": {"x": i % 100} for i in range(80)}
    with pytest.raises(TooLargeError, match="40,960,000"):
        politics(model(many, salience="0.4"))


def test_a_false_run_is_refuted():
    m = ktab()
    point = politics(m, rounds=1)[0]
    assert politics.holds(m, point).holds

    def refuted(**facts):
        return not politics.holds(m, replace(point, facts={**point.facts, **facts})).holds

    first, *rest = point.facts["bargains"]
    far = {**first, "meet_at": {**first["meet_at"], "Pstn1": 5.0}}
    assert refuted(bargains=[far, *rest])
    assert refuted(bargains=rest)
    foreign = {**first, "taken_by": [*first["taken_by"], "SActor-03"]}
    assert refuted(bargains=[foreign, *rest])
    assert refuted(chances={**point.facts["chances"], "SActor-00": 0.5})
    moved = {**point.terms, "Pstn2": point.terms["Pstn2"] + 1}
    assert not politics.holds(m, replace(point, terms=moved)).holds
