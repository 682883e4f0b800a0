"""What is asked of a fit: recovery, intervals, resampling, forecasts, tests, quantities, games."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from negotiate import extensive
from negotiate.case.quantity import exact
from negotiate.errors import InputError, NoSolutionError, UnknownNameError
from negotiate.estimation import CrisisSignalling, Fit, Prior, fit, simulate, tree
from negotiate.estimation.comparison import comparison
from negotiate.estimation.games import precision_of
from negotiate.estimation.maximise import ascend
from negotiate.estimation.multinomial import benchmark

DETER = tree("egame12", actions=("attack", "resist"))
FORMULA = "attack + resist ~ x | 0 | 1 | z + side"
TRUTH = np.array([0.2, 0.7, -0.4, 0.3, -0.6, 0.5])


def sample(seed: int, *, rows: int = 600, link: str = "probit") -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "x": rng.normal(size=rows),
            "z": rng.normal(size=rows),
            "side": rng.choice(["east", "west"], rows),
            "dyad": rng.integers(0, rows // 5, rows),
        }
    )
    model = tree("egame12", actions=("attack", "resist"), link=link)
    return simulate(
        model,
        table,
        parts=("x", "0", "1", "z + side"),
        outcome=("attack", "resist"),
        beta=TRUTH,
        rng=rng,
    )


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return sample(1)


@pytest.fixture(scope="module")
def found(table: pd.DataFrame) -> Fit:
    return fit(DETER, table, formula=FORMULA, cluster="dyad")


@pytest.mark.slow
def test_monte_carlo_recovers_the_truth_with_its_coverage() -> None:
    """Mean error within 4 of its own standard errors; 90 % intervals cover in 78 to 99 of 100."""
    errors, hits = [], []
    for seed in range(60):
        one = fit(DETER, sample(seed, rows=400), formula=FORMULA, starts=1)
        se = np.array(list(one.standard_errors().values()))
        errors.append(one.beta - TRUTH)
        hits.append(np.abs(one.beta - TRUTH) < 1.645 * se)
    spread = np.std(errors, axis=0) / 60**0.5
    assert (np.abs(np.mean(errors, axis=0)) < 4 * spread + 0.03).all()
    cover = np.mean(hits, axis=0)
    assert (cover > 0.78).all() and (cover < 0.99).all()


def test_several_starts_and_words(found: Fit) -> None:
    assert found.trusted and found.maximum.agreeing >= 6
    assert "8 of 8 starts ended here" in found.status or "starts ended here" in found.status[1]
    again = fit(DETER, sample(1), formula=FORMULA, cluster="dyad")
    assert np.array_equal(again.beta, found.beta)
    assert again.sheet is not None and found.sheet is not None
    assert again.sheet.hash == found.sheet.hash


def test_standard_errors(found: Fit) -> None:
    hessian = found.covariance("hessian")
    assert np.allclose(hessian, np.linalg.inv(-found.maximum.hessian))
    scores = found.problem.scores(found.beta)
    assert np.allclose(found.covariance("opg"), np.linalg.inv(scores.T @ scores))
    robust = hessian @ scores.T @ scores @ hessian
    assert np.allclose(found.covariance("robust"), robust)
    groups = pd.DataFrame(scores).groupby(found.cluster).sum().to_numpy()
    count = len(groups)
    clustered = hessian @ groups.T @ groups @ hessian * count / (count - 1)
    assert np.allclose(found.covariance("cluster"), clustered)
    with pytest.raises(UnknownNameError, match="kind of standard error"):
        found.covariance("bayes")  # type: ignore[arg-type]


def test_profile_is_near_wald_where_the_likelihood_is_quadratic(found: Fit) -> None:
    name = "u1(~attack):x"
    ends = found.profile(name)
    se = found.standard_errors("hessian")[name]
    assert ends.low == pytest.approx(ends.estimate - 1.645 * se, abs=0.15 * se)
    assert ends.high == pytest.approx(ends.estimate + 1.645 * se, abs=0.15 * se)
    assert ends.better is None
    held = found.problem.holding({found.names.index(name): ends.high})
    drop = found.maximum.value - ascend(held, found.beta).at.value
    assert 2 * drop == pytest.approx(2.705543, rel=2e-3)  # chi-square of one, ninety percent


def test_a_profile_meets_a_maximum_that_was_missed(
    shared: Callable[[str], str],
) -> None:
    """From the local maximum of the currency attacks the profile of the defence finds more."""
    model = tree("egame12", errors="private", outcomes=("no attack", "devaluation", "defense"))
    formula = (
        "outcome ~ capcont + lreserves + overval + creditgrow + USinterest + service + contagion"
        " + prioratt - 1 | 1 | 1 | unifgov + lexports + preelec + postelec + rightgov"
        " + realinterest + capcont + lreserves"
    )
    best = fit(model, shared("leblang2003.csv"), formula=formula, starts=1)
    place = best.names.index("u1(defense):constant")
    start = best.beta.copy()
    start[place] = -49.0
    held = best.problem.holding({place: -49.0})
    stuck = ascend(best.problem, ascend(held, start).beta)
    if stuck.at.value > -487.0:
        pytest.skip("Newton's method does not stop at the local maximum")
    assert stuck.at.value == pytest.approx(-487.8676, abs=1e-3)
    assert np.linalg.eigvalsh(stuck.at.hessian).max() < 0  # a true local maximum


def test_bootstrap_counts_and_agrees(found: Fit) -> None:
    rows = found.bootstrap(60, seed=3, by_cluster=False)
    assert rows.kind == "bootstrap" and "60 of 60 resamples used" in rows.notes[0]
    se = np.sqrt(np.diag(found.covariance("hessian")))
    assert np.allclose(rows.beta.std(axis=0), se, rtol=0.35)
    clusters = found.bootstrap(5, seed=3)
    assert clusters.kind == "bootstrap by cluster"
    again = found.bootstrap(5, seed=3)
    assert np.array_equal(clusters.beta, again.beta)


@pytest.mark.slow
def test_posterior_draws_agree_with_normal_ones_in_a_large_sample(found: Fit) -> None:
    normal, posterior = found.normal(2000), found.posterior(2000)
    assert posterior.effective > 500
    for one, two in zip(normal.table(), posterior.table()):
        width = one[3] - one[2]
        assert abs(one[1] - two[1]) < 0.15 * width
        assert (two[3] - two[2]) == pytest.approx(width, rel=0.25)
    dataset = posterior.resampled(np.random.default_rng(0), 100).to_xarray()
    assert dict(dataset.sizes) == {"chain": 1, "draw": 100}


@pytest.mark.slow
def test_emcee_agrees_with_the_curvature(found: Fit) -> None:
    pytest.importorskip("emcee")
    sampled = found.sampled(240, seed=1)
    se = np.sqrt(np.diag(found.covariance("hessian")))
    assert np.allclose(sampled.beta.mean(axis=0), found.beta, atol=0.6 * se.max())


def test_a_prior_shrinks(table: pd.DataFrame, found: Fit) -> None:
    tight = fit(DETER, table, formula=FORMULA, prior=Prior(scale=0.05))
    slopes = [k for k, name in enumerate(found.names) if "constant" not in name]
    assert (np.abs(tight.beta[slopes]) < np.abs(found.beta[slopes])).all()
    wide = fit(DETER, table, formula=FORMULA, prior=Prior(scale=1e6))
    assert np.allclose(wide.beta, found.beta, atol=1e-6)
    assert tight.log_likelihood < found.log_likelihood


def test_predictions_and_their_intervals(found: Fit) -> None:
    row = {"x": 0.3, "z": -0.2, "side": "east"}
    (delta,) = found.predict(row, events=["resist | attack"])
    (drawn,) = found.predict(row, events=["resist|attack"], given=found.normal(2000))
    assert delta.value == drawn.value and drawn.low < drawn.value < drawn.high
    assert delta.low == pytest.approx(drawn.low, abs=0.02)
    assert delta.high == pytest.approx(drawn.high, abs=0.02)
    everything = found.predict(row)
    outcomes = {p.event: p.value for p in everything}
    assert sum(outcomes[name] for name in found.model.outcomes) == pytest.approx(1.0)
    curve = found.along("z", event="resist | attack")
    assert len(curve) == 25
    slope = np.sign(found.beta[found.names.index("u2(attack,resist):z")])
    assert all(np.sign(b[1].value - a[1].value) == slope for a, b in pairwise(curve))
    assert [x for x, _ in found.along("side", event="attack")] == ["east", "west"]


def test_marginal_effects_against_differences(found: Fit) -> None:
    assert found.sheet is not None
    frame = found.sheet.frame
    (slope,) = found.effects("x", event="attack")
    ends = [
        np.mean([p.value for p in found.predict(frame.assign(x=frame.x + h), events=["attack"])])
        for h in (1e-3, -1e-3)
    ]
    assert slope.value == pytest.approx((ends[0] - ends[1]) / 2e-3, rel=1e-4)
    (west,) = found.effects("side", event="resist | attack")
    assert west.contrast == "west - east" and west.low < west.value < west.high


def test_vuong_and_clarke(table: pd.DataFrame, found: Fit) -> None:
    rival = fit(DETER, table, formula="attack + resist ~ 1 | 0 | 1 | 1")
    against = found.compare(rival)
    assert against.better == "first" and against.z > 0
    back = rival.compare(found)
    assert back.z == pytest.approx(-against.z) and back.ahead == against.rows - against.ahead
    m = np.array([0.5, -0.1, 0.3, 0.2])
    by_hand = comparison(m, np.zeros(4), 1, 1)
    assert by_hand.z == pytest.approx(m.sum() / (m.std() * 2))
    assert by_hand.clarke_p_value == pytest.approx(2 * 5 / 16)  # 3 of 4 or more, both sides


def test_scores_stand_beside_plain_models(found: Fit) -> None:
    scores = found.scores(folds=4)
    names = [score.model for score in scores.table]
    assert names[1:] == ["base rate", "multinomial logit", "ridge multinomial logit"]
    assert scores.table[0].log > scores.table[1].log
    assert scores.table[1].against_base == 0.0 and "beats the base rate" in scores.words
    assert all(0 < score.brier < 1 for score in scores.table)


def test_plain_logit_against_statsmodels(table: pd.DataFrame) -> None:
    api = pytest.importorskip("statsmodels.api")
    x = table[["x", "z"]].to_numpy()
    code = np.where(table.attack == 0, 0, 1 + table.resist)
    standard = (x - x.mean(0)) / x.std(0)
    peer = api.MNLogit(code, api.add_constant(standard)).fit(disp=False)
    ours = benchmark(("a", "b", "c"), standard, np.eye(3)[code])
    run = ascend(ours, np.zeros(ours.size))
    assert run.at.value == pytest.approx(peer.llf, abs=1e-8)
    assert np.allclose(run.beta, peer.params.T.ravel(), atol=1e-6)


def test_ridge_logit_against_another_program(table: pd.DataFrame) -> None:
    linear = pytest.importorskip("sklearn.linear_model")
    x = table[["x", "z"]].to_numpy()
    code = np.where(table.attack == 0, 0, 1 + table.resist)
    standard = (x - x.mean(0)) / x.std(0)
    peer = linear.LogisticRegression(C=1.0, tol=1e-10, max_iter=2000).fit(standard, code)
    ours = benchmark(("a", "b", "c"), standard, np.eye(3)[code], ridge=1.0)
    run = ascend(ours, np.zeros(ours.size))
    shares = ours.model.events(ours.indices_at(run.beta))
    theirs = peer.predict_proba(standard)
    assert np.allclose(np.column_stack(list(shares.values())), theirs, atol=1e-4)


def test_a_fit_becomes_a_game_whose_quantal_response_is_the_forecast() -> None:
    model = tree("egame12", actions=("attack", "resist"), link="logit")
    one = fit(model, sample(4, link="logit"), formula=FORMULA)
    row = {"x": 0.3, "z": -0.2, "side": "west"}
    game = one.game(row)
    precision = precision_of(model, one.at_row(row))
    assert precision == pytest.approx(1 / np.sqrt(2))
    answer = extensive.agent_quantal_response(game, precision=precision)[0]
    moves = {
        action: float(p)
        for sets in answer.strategies.values()
        for actions in sets.values()
        for action, p in actions.items()
    }
    told = {p.event: p.value for p in one.predict(row)}
    assert moves["attack"] == pytest.approx(told["attack"], abs=1e-6)
    assert moves["resist"] == pytest.approx(told["resist | attack"], abs=1e-6)


@pytest.mark.slow
def test_the_crisis_game_of_a_fit_has_the_same_equilibria(shared: Callable[[str], str]) -> None:
    formula = "sq + cd + sf + bd ~ contig - 1 | 1 | 1 | lncaprat | lncaprat | 1 | 0"
    one = fit(CrisisSignalling(), shared("sanctions.csv"), formula=formula, starts=1)
    row = {"contig": 6.0, "lncaprat": 1.4}
    known = one.equilibria(row)
    solved = one.game(row).equilibria()
    assert [float(point.facts["resist"]) for point in solved] == pytest.approx(
        [each["resist | challenge"] for each in known], abs=1e-6
    )


def test_a_quantity_for_a_case(found: Fit) -> None:
    import tomllib

    row = {"x": 9.0, "z": -0.2, "side": "east"}
    text = found.quantity("P(resist | attack)", row, name="resist", judged=True, note="a guess")
    read = tomllib.loads(text)
    own, record = read["quantity"]["resist"], read["estimate"]["E1"]
    assert own["low"] < own["value"] < own["high"] and own["unit"] == "probability"
    assert own["source"] == ["E1"] and own["judgement"] is True
    assert "x: 9 outside" in own["note"]
    assert record["rows"] == 600 and record["row"] == row
    assert record["data_hash"] == found.sheet.hash  # type: ignore[union-attr]
    assert record["range"]["x"][1] < 9.0
    assert exact(own["value"]) > 0
    ratio = found.estimate("(u1(attack,resist) - u1(~attack)) / (1 + 0 * u1(~attack))", row)
    direct = found.at_row(row)
    assert ratio.value == pytest.approx(direct["u1(attack,resist)"] - direct["u1(~attack)"])
    with pytest.raises(UnknownNameError, match="event"):
        found.estimate("P(surrender)", row)


def test_what_the_data_do_not_tell_is_not_written(found: Fit) -> None:
    row = {"x": 0.0, "z": 0.0, "side": "east"}
    vague = found.estimate("u1(attack,resist) * 0 + u1(~attack) * 0.00001 - 0.000002", row)
    assert not vague.identified
    with pytest.raises(NoSolutionError, match="not identified"):
        vague.lines("cost")


def test_views(found: Fit) -> None:
    assert "u1(~attack):x" in found.text() and "log-likelihood" in found.text()
    assert "<table" in found.html() and "&lt;" not in found.summary()
    assert found.figure().startswith("<svg")
    assert r"\begin{tabular}" in found.to_latex() and r"\textasciitilde{}" in found.to_latex()
    assert len(repr(found)) < 140
    assert found.to_dict()["status"]


def test_simulated_outcomes_are_fitted_again(found: Fit) -> None:
    drawn = found.simulate(seed=2)
    assert set(drawn) == {"attack", "resist"} and len(drawn["attack"]) == found.rows
    assert abs(drawn["attack"].mean() - sample(1)["attack"].mean()) < 0.08


def test_chance_of_an_odd_formula_is_an_error(table: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="parts for"):
        fit(DETER, table, formula="attack + resist ~ x | 0 | 1 | z | x")
