"""Sensitivity against analytic values and SALib."""

import json

import numpy as np
import pytest

from negotiate.errors import InputError, NoSolutionError, TooLargeError
from negotiate.whatif.measures import moment_free, sobol_indices
from negotiate.whatif.questions.sensitivity import ALL_LABELS, borgonovo, morris, pawn, sobol
from negotiate.whatif.questions.shapley_effects import shapley_effects
from negotiate.whatif.study.design import Random
from negotiate.whatif.study.groups import Correlated, Dirichlet
from negotiate.whatif.study.marginal import fitted, uniform
from negotiate.whatif.study.run import run_study
from negotiate.whatif.study.space import Space

UNIT = uniform(0.0, 1.0)
ANGLES = Space({name: uniform(-np.pi, np.pi) for name in ("x1", "x2", "x3")})
# Ishigami, a = 7, b = 0.1. V = a^2/8 + b pi^4/5 + b^2 pi^8/18 + 1/2; Saltelli et al. 2008, p. 196
FIRST, TOTAL = (0.3139, 0.4424, 0.0), (0.5576, 0.4424, 0.2437)
NORMAL = fitted("normal", value=0.0, low=-1.6448536269514722, high=1.6448536269514722)


def ishigami(v):
    x1, x2, x3 = v["x1"], v["x2"], v["x3"]
    return {"y": np.sin(x1) + 7 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1)}


@pytest.mark.parametrize("intervals", [sobol_indices.delta, sobol_indices.bootstrap])
def test_ishigami(intervals):
    answer = sobol(ANGLES, ishigami, 2**14, seed=3, intervals=intervals)["y"]
    assert answer.column("first") == pytest.approx(FIRST, abs=0.01)
    assert answer.column("total") == pytest.approx(TOTAL, abs=0.01)
    for name, truth in (("first", FIRST), ("total", TOTAL)):
        low, high = answer.column(f"{name}_low"), answer.column(f"{name}_high")
        assert ((low <= truth) & (truth <= high)).all()
        assert ((high - low) < 0.08).all()


def test_sobol_g():
    a = np.array([0.0, 1.0, 4.5, 9.0, 99.0])
    space = Space({f"x{i}": UNIT for i in range(5)})

    def g(v):
        return {"y": np.prod([(abs(4 * v[f"x{i}"] - 2) + a[i]) / (1 + a[i]) for i in range(5)], 0)}

    part = 1 / (3 * (1 + a) ** 2)
    variance = np.prod(1 + part) - 1
    answer = sobol(space, g, 2**14, seed=1)["y"]
    assert answer.column("first") == pytest.approx(part / variance, abs=0.01)
    total = part / variance * np.prod(1 + part) / (1 + part)
    assert answer.column("total") == pytest.approx(total, abs=0.015)
    assert [r["factor"] for r in answer.records()] == [f"x{i}" for i in range(5)]
    assert answer.sentence().startswith("y is driven most by x0 (")


def test_both_intervals_agree_and_cover():
    rng = np.random.default_rng(5)
    covered = np.zeros((2, 3))
    runs, n = 60, 512
    for _ in range(runs):
        a, b = rng.uniform(-np.pi, np.pi, (2, n, 3))
        ab = np.repeat(a[None], 3, 0)
        for k in range(3):
            ab[k, :, k] = b[:, k]
        f = [ishigami(dict(zip(("x1", "x2", "x3"), x.reshape(-1, 3).T)))["y"] for x in (a, b, ab)]
        f[2] = f[2].reshape(3, n)
        one, two = sobol_indices.delta(*f), sobol_indices.bootstrap(*f, copies=200)
        for row, found in enumerate((one, two)):
            covered[row] += np.abs(found.total - TOTAL) < 1.96 * found.total_error
        assert one.first_error == pytest.approx(two.first_error, rel=0.35)
        assert one.total_error == pytest.approx(two.total_error, rel=0.35)
    # independent rows: the nominal 95 % within what 60 runs can tell
    assert (covered / runs > 0.84).all()


def test_against_salib_on_its_own_sample():
    analyze = pytest.importorskip("SALib.analyze.sobol")
    sample = pytest.importorskip("SALib.sample.sobol")
    problem = {
        "num_vars": 3, "names": ["x1", "x2", "x3"], "bounds": [[-np.pi, np.pi]] * 3,
    }  # fmt: skip
    x = sample.sample(problem, 1024, calc_second_order=False, seed=1)
    y = ishigami(dict(zip(problem["names"], x.T)))["y"]
    theirs = analyze.analyze(problem, y, calc_second_order=False, seed=1)
    table = y.reshape(-1, 5)  # A, AB1, AB2, AB3, B
    ours = sobol_indices.delta(table[:, 0], table[:, 4], table[:, 1:4].T)
    assert ours.first == pytest.approx(theirs["S1"], abs=0.002)
    assert ours.total == pytest.approx(theirs["ST"], abs=0.002)
    assert 1.96 * ours.first_error == pytest.approx(theirs["S1_conf"], rel=0.3)
    assert 1.96 * ours.total_error == pytest.approx(theirs["ST_conf"], rel=0.3)


def test_morris_ranks_as_the_derivatives():
    space = Space(dict.fromkeys("abc", UNIT))
    answer = morris(space, lambda v: {"y": 5 * v["a"] - 2 * v["b"]}, 50, edge=0.0)["y"]
    assert answer.column("mu_star") == pytest.approx([5, 2, 0])
    assert answer.column("mu") == pytest.approx([5, -2, 0])
    assert answer.column("sigma") == pytest.approx([0, 0, 0], abs=1e-9)
    curved = morris(space, lambda v: {"y": v["a"] * v["b"]}, 200, edge=0.0)["y"]
    assert curved.column("sigma")[0] > 0.1 and curved.column("mu_star")[2] == 0


def test_morris_against_salib():
    analyze = pytest.importorskip("SALib.analyze.morris")
    sample = pytest.importorskip("SALib.sample.morris")
    problem = {"num_vars": 3, "names": ["x1", "x2", "x3"], "bounds": [[0, 1]] * 3}
    space = Space(dict.fromkeys(problem["names"], UNIT))

    def f(v):
        return {"y": np.exp(v["x1"]) + v["x2"] * v["x3"]}

    x = sample.sample(problem, 2000, num_levels=8, seed=1)
    theirs = analyze.analyze(
        problem, x, f(dict(zip(problem["names"], x.T)))["y"], num_levels=8, seed=1
    )
    ours = morris(space, f, 2000, edge=0.0)["y"]
    assert ours.column("mu_star") == pytest.approx(np.asarray(theirs["mu_star"]), abs=0.03)
    assert ours.column("sigma") == pytest.approx(np.asarray(theirs["sigma"]), abs=0.03)


def test_a_group_is_one_factor():
    space = Space({"x": UNIT}, {"w": Dirichlet(("w1", "w2"), (2.0, 2.0))})
    answer = sobol(space, lambda v: {"y": v["x"] + v["w1"] - v["w2"]}, 4096)["y"]
    assert answer.factors == ("x", "w")
    # Var x = 1/12; w1 - w2 = 2 w1 - 1 with w1 ~ Beta(2, 2): variance 4/20
    share = (1 / 12) / (1 / 12 + 4 / 20)
    assert answer.column("first") == pytest.approx([share, 1 - share], abs=0.01)


def test_labels_through_indicators():
    space = Space({"x": UNIT, "y": UNIT, "z": UNIT})

    def f(v):
        return {"deal": np.where(v["x"] > 0.7, "none", np.where(v["y"] > 0.5, "high", "low"))}

    answers = sobol(space, f, 2**13)
    none = answers["deal == none"]
    assert none.column("total") == pytest.approx([1, 0, 0], abs=0.03)
    # indicator of 'high' is (1 - A) B, P(A) = 0.3, P(B) = 0.5: V = 0.35 * 0.65
    first = [0.21 * 0.25 / 0.2275, 0.25 * 0.49 / 0.2275, 0]
    assert answers["deal == high"].column("first") == pytest.approx(first, abs=0.03)
    assert set(answers) == {"deal == none", "deal == high", "deal == low", f"deal {ALL_LABELS}"}
    assert "being 'none'" in none.sentence()


def test_constant_output_in_words():
    answer = sobol(ANGLES, lambda v: {"y": 0 * v["x1"] + 3}, 64)["y"]
    assert answer.constant == "3" and np.isnan(answer.column("total")).all()
    assert "nothing moves it" in answer.sentence()
    study = run_study(ANGLES, lambda v: {"l": np.full(len(v["x1"]), "same")}, Random(100, 1))
    for method in (borgonovo, pawn):
        assert "same" in method(study, "l")["l"].sentence()
    assert "nothing moves it" in morris(ANGLES, lambda v: {"y": 1.0}, 10)["y"].sentence()


def test_failed_rows_are_left_out_and_counted():
    def f(v):
        return {"y": np.where(v["x3"] > 3.0, np.nan, ishigami(v)["y"])}

    answer = sobol(ANGLES, f, 4096)["y"]
    assert answer.failed > 0 and "left out" in answer.notes[0]
    with pytest.raises(NoSolutionError, match="0 of 64"):
        sobol(ANGLES, lambda v: {"y": v["x1"] * np.nan}, 64)
    with pytest.raises(InputError, match="nothing is uncertain"):
        sobol(Space({}), ishigami, 64)


def test_engine_changes_nothing():
    one = sobol(ANGLES, ishigami, 1024)["y"]
    two = sobol(ANGLES, ishigami, 1024, engine="threads", chunk=333)["y"]
    assert one.records() == two.records()


def test_delta_of_a_linear_model_by_integration():
    # Y = X1 + 2 X2 + 3 X3, standard normal: Y | X1 = x is N(x, 13), Y is N(0, 14)
    from scipy.stats import norm

    coefficients = np.array([1.0, 2.0, 3.0])
    space = Space({f"x{i}": NORMAL for i in range(3)})
    study = run_study(
        space, lambda v: {"y": sum(c * v[f"x{i}"] for i, c in enumerate(coefficients))},
        Random(40_000, 2),
    )  # fmt: skip
    answer = borgonovo(study, "y")["y"]
    y = np.linspace(-25, 25, 2001)
    x = norm.ppf((np.arange(200) + 0.5) / 200)
    for i, c in enumerate(coefficients):
        given = norm.pdf(y, c * x[:, None], np.sqrt(14 - c * c))
        gap = np.abs(given - norm.pdf(y, 0, np.sqrt(14))).sum(1) * (y[1] - y[0])
        assert answer.column("delta")[i] == pytest.approx(0.5 * gap.mean(), abs=0.015)


def test_delta_and_pawn_against_salib():
    delta = pytest.importorskip("SALib.analyze.delta")
    theirs_pawn = pytest.importorskip("SALib.analyze.pawn")
    study = run_study(ANGLES, ishigami, Random(1500, 1))
    inputs, y = study.inputs(), study.metric("y")
    problem = {"num_vars": 3, "names": list(inputs), "bounds": [[-np.pi, np.pi]] * 3}
    x = np.stack(list(inputs.values()), -1)
    theirs = delta.analyze(problem, x, y, num_resamples=2, seed=1)
    theirs = next(theirs[key] for key in ("delta_raw", "delta") if key in theirs)  # by version
    ours = borgonovo(study, "y")["y"]
    assert ours.column("delta") == pytest.approx(np.asarray(theirs), abs=0.06)
    theirs = theirs_pawn.analyze(problem, x, y, S=10, seed=1)
    ours = pawn(study, "y")["y"]
    assert ours.column("median") == pytest.approx(np.asarray(theirs["median"]), abs=0.01)
    assert ours.column("largest") == pytest.approx(np.asarray(theirs["maximum"]), abs=0.01)


def test_a_factor_without_influence():
    rng = np.random.default_rng(1)
    x, y = rng.random(5000), rng.random(5000)
    value, error = moment_free.borgonovo(x, y)
    assert value < 0.05 and error < 0.02
    assert moment_free.borgonovo(x, x)[0] > 0.9
    assert np.median(moment_free.kolmogorov(x, y)[0]) < moment_free.pawn_noise(5000)


def test_shapley_effects_independent():
    # independent: first-order index and half of the interaction of x1 with x3
    answer = shapley_effects(ANGLES, ishigami, outer=4000, seed=1)["y"]
    truth = [0.3139 + 0.2437 / 2, 0.4424, 0.2437 / 2]
    assert answer.column("effect") == pytest.approx(truth, abs=0.02)
    assert answer.column("effect").sum() == pytest.approx(1.0)
    low, high = answer.column("effect_low"), answer.column("effect_high")
    assert ((low <= truth) & (truth <= high)).all()


def test_shapley_effects_correlated():
    # Owen and Prieur 2017, doi:10.1137/16M1097717, eq. 11: two jointly normal inputs
    pair = Correlated(("a", "b"), (NORMAL, NORMAL), ((1.0, 0.6), (0.6, 1.0)))
    rho, b1, b2 = 2 * np.sin(np.pi / 6 * 0.6), 1.0, 2.0
    variance = b1**2 + b2**2 + 2 * rho * b1 * b2
    first = (b1**2 * (1 - rho**2 / 2) + rho * b1 * b2 + b2**2 * rho**2 / 2) / variance
    space = Space({}, {"pair": pair})
    answer = shapley_effects(space, lambda v: {"y": v["a"] + 2 * v["b"]}, outer=20_000)["y"]
    assert answer.column("effect") == pytest.approx([first, 1 - first], abs=0.015)


def test_shapley_effects_of_shares_are_symmetric():
    space = Space({}, {"w": Dirichlet(("w1", "w2", "w3"), (1.0, 1.0, 1.0))})
    answer = shapley_effects(space, lambda v: {"y": v["w1"] * v["w2"] * v["w3"]}, outer=4000)["y"]
    assert answer.column("effect") == pytest.approx([1 / 3] * 3, abs=0.03)


def test_too_many_inputs_for_shapley_effects():
    with pytest.raises(TooLargeError, match="8,192 subsets"):
        shapley_effects(Space({f"x{i}": UNIT for i in range(13)}), lambda v: {"y": v["x0"]})


def test_answers_show_themselves():
    answer = sobol(ANGLES, ishigami, 256)["y"]
    json.dumps(answer.to_dict())
    assert "<table>" in answer.html() and "x2" in answer.text()
    assert answer.figure().startswith("<svg") and answer.figure() == answer.figure()


def test_interactions_carry_an_interval_that_holds():
    # Ishigami: x1 with x3 is all there is, 0.2437 of the variance; an additive function has none,
    # although forty first-order errors read off the same rows are far from independent
    hits = []
    for seed in range(24):
        _, low, high = sobol(ANGLES, ishigami, 512, seed=seed)["y"].interactions
        hits.append(low <= 0.2437 <= high)
        many = Space({f"x{i}": UNIT for i in range(40)})
        added = sobol(many, lambda v: {"y": sum(v.values())}, 256, seed=seed)["y"]
        _, low, high = added.interactions
        hits.append(low <= 0 <= high)
        assert "interactions" not in added.sentence() or low > 0.01
    assert np.mean(hits) > 0.9
    few = sobol(ANGLES, ishigami, 64)["y"]
    assert "too narrow" in few.text()


def test_both_errors_of_the_sum_agree():
    from negotiate.whatif.measures import sobol_indices

    rng = np.random.default_rng(0)
    fa, fb, fab = rng.normal(size=4000), rng.normal(size=4000), rng.normal(size=(5, 4000))
    by_delta = sobol_indices.delta(fa, fb, fab).sum_error
    by_copies = sobol_indices.bootstrap(fa, fb, fab, copies=400).sum_error
    assert by_copies == pytest.approx(by_delta, rel=0.15)


SQUARE = Space({name: uniform(0.0, 1.0) for name in ("a", "b")})


def half(v):
    """a + b where b >= a, nothing elsewhere: additive, and half of the draws have no value."""
    return {"y": np.where(v["b"] >= v["a"], v["a"] + v["b"], np.nan)}


@pytest.mark.parametrize("method", [sobol, morris])
def test_shares_are_refused_where_half_of_the_draws_have_no_value(method):
    found = method(SQUARE, half, 1024)["y"]
    assert found.undefined == pytest.approx(0.5, abs=0.06) and found.interactions is None
    assert np.isnan(found.column(found.main)).all()
    assert "have no value" in found.sentence() and found.notes


def test_a_variance_that_does_not_exist_is_not_shared_out():
    """E[a / b] and its variance are infinite for a, b uniform on [0, 1]."""
    for seed in range(4):
        found = sobol(SQUARE, lambda v: {"y": v["a"] / v["b"]}, 4096, seed=seed)["y"]
        assert found.refused and np.isnan(found.column("total")).all()
        assert "may be infinite" in found.sentence()


def test_a_large_finite_variance_is():
    """b from 0.01: E[1/b] = ln(100)/0.99, E[1/b^2] = 100, E[a] = 1/2, E[a^2] = 1/3."""
    space = Space({"a": uniform(0.0, 1.0), "b": uniform(0.01, 1.0)})
    found = sobol(space, lambda v: {"y": v["a"] / v["b"]}, 2**15)["y"]
    mean, square = np.log(100) / 0.99, 100.0
    variance = square / 3 - (mean / 2) ** 2
    first = ((1 / 12) * mean**2 / variance, (square - mean**2) / 4 / variance)
    assert not found.refused
    assert found.column("first") == pytest.approx(first, abs=0.02)
