import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.errors import InputError, NoSolutionError
from negotiate.whatif.measures import cart
from negotiate.whatif.measures import prim as kernel
from negotiate.whatif.questions import discovery
from negotiate.whatif.study.design import Random
from negotiate.whatif.study.marginal import uniform
from negotiate.whatif.study.run import run_study
from negotiate.whatif.study.space import Space

NAMES = list("abcdefgh")


def planted(n, seed=1, columns=8):
    rng = np.random.default_rng(seed)
    x = rng.random((n, columns))
    chance = np.where((x[:, 0] > 0.6) & (x[:, 1] < 0.5) & (x[:, 2] > 0.3), 0.9, 0.05)
    return x, (rng.random(n) < chance).astype(float)


def box_of(data):
    x, y = data
    return {name: x[:, j] for j, name in enumerate(NAMES[: x.shape[1]])}, y


def test_finds_the_planted_box_and_says_it():
    found = discovery.prim(*box_of(planted(20_000)), what="the deal fails")
    region = found.box()
    limits = {limit.path: limit for limit in region.limits}
    assert limits["a"].low == pytest.approx(0.6, abs=0.03)
    assert limits["b"].high == pytest.approx(0.5, abs=0.03)
    assert limits["c"].low == pytest.approx(0.3, abs=0.03)
    # the planted box holds 0.14 x 0.9 of 0.14 x 0.9 + 0.86 x 0.05 hits: 75 %
    assert region.density > 0.85 and region.coverage == pytest.approx(0.745, abs=0.03)
    text = found.sentence()
    assert text.startswith("the deal fails when a is ") and "b is " in text and "covers" in text
    json.dumps(found.to_dict())
    assert found.figure().startswith("<svg") and "<table>" in found.html()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([40, 300, 1500]), st.integers(2, 30))
def test_every_box_is_what_it_says(seed, n, levels):
    """Counts recomputed from the limits alone, with ties from coarse values."""
    rng = np.random.default_rng(seed)
    x = np.floor(rng.random((n, 4)) * levels) / levels
    y = (rng.random(n) < np.where(x[:, 0] > 0.5, 0.7, 0.2)).astype(float)
    path = kernel.peel(x, y)
    path += kernel.paste(x, y, path[-1])
    for box in path:
        member = kernel.inside(x, box.low, box.high)
        assert member.sum() == box.points >= 0.05 * n
        assert y[member].sum() == pytest.approx(box.total)
        assert box.mean == pytest.approx(y[member].mean())


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("n", "seed"), [(1000, 2), (5000, 3)])
def test_same_boxes_as_the_workbench(n, seed):
    prim = pytest.importorskip("ema_workbench.analysis.prim", exc_type=ImportError)
    pandas = pytest.importorskip("pandas")
    x, y = planted(n, seed, columns=5)
    frame = pandas.DataFrame(x, columns=NAMES[:5])
    theirs = prim.Prim(frame, y.astype(int), threshold=0.2)
    box = theirs.find_box()
    ours = kernel.peel(x, y)
    trajectory = box.peeling_trajectory
    peeled = 1 + int((np.diff(trajectory["n"]) < 0).sum())  # then it pastes
    assert peeled > 25
    for index, mine in enumerate(ours[:peeled]):
        assert mine.points == trajectory["n"][index]
        assert mine.total == trajectory["k"][index]
        limits = box.box_lims[index].to_numpy()
        limits = limits.astype(float)
        for j in range(5):
            if np.isfinite(mine.low[j]):
                assert mine.low[j] == pytest.approx(limits[0, j])
            if np.isfinite(mine.high[j]):
                assert mine.high[j] == pytest.approx(limits[1, j])
    last = ours[peeled - 1]
    restricted = [
        name
        for j, name in enumerate(NAMES[:5])
        if np.isfinite(last.low[j]) or np.isfinite(last.high[j])
    ]
    quasi = box._calculate_quasi_p(peeled - 1, restricted)
    mine = kernel.quasi_p(x, y, last)
    for name in restricted:
        pair = mine[NAMES.index(name)]
        assert np.nan_to_num(pair, nan=-1.0) == pytest.approx(quasi[name], rel=1e-6, abs=1e-12)


def test_quasi_p_by_the_binomial_sum():
    from math import comb

    x, y = planted(200, 3, columns=3)
    box = kernel.peel(x, y)[-1]
    low = box.low.copy()
    low[0] = -np.inf
    share = y[kernel.inside(x, low, box.high)].mean()
    hits, size = int(box.total), box.points
    tail = sum(comb(size, i) * share**i * (1 - share) ** (size - i) for i in range(hits, size + 1))
    assert kernel.quasi_p(x, y, box)[0, 0] == pytest.approx(tail, rel=1e-9)


def test_pasting_raises_the_mean_only():
    x = np.linspace(0, 1, 1001)[:, None]
    y = ((x[:, 0] > 0.3) & (x[:, 0] < 0.7)).astype(float)
    y[::50] = 0.0
    start = kernel.Box(np.array([0.4]), np.array([0.6]), 201, 197.0, 0.0)
    member = kernel.inside(x, start.low, start.high)
    start = start._replace(total=float(y[member].sum()), mean=float(y[member].mean()))
    for box in kernel.paste(x, y, start):
        assert box.mean > start.mean and box.points > start.points
        start = box


def test_several_boxes_are_disjoint_finds():
    rng = np.random.default_rng(4)
    x = rng.random((8000, 2))
    y = ((x[:, 0] < 0.2) & (x[:, 1] < 0.5)) | ((x[:, 0] > 0.7) & (x[:, 1] > 0.6))
    found = discovery.boxes({"p": x[:, 0], "q": x[:, 1]}, y, what="war")
    assert len(found) >= 2
    first, second = (answer.box() for answer in found[:2])
    assert min(first.density, second.density) > 0.8
    left = y & ~kernel.inside(
        x, found[0].path[found[0].chosen].low, found[0].path[found[0].chosen].high
    )
    assert second.coverage * left.sum() == found[1].path[found[1].chosen].total
    assert second.notes == ("among the draws outside the 1 boxes before",)


def test_labels_as_inputs():
    rng = np.random.default_rng(5)
    form = rng.choice(["linear", "power", "quadratic"], 5000)
    inputs = {"form": form, "x": rng.random(5000)}
    found = discovery.prim(inputs, (form == "quadratic") & (inputs["x"] > 0.5))
    assert "form is quadratic" in found.sentence()


def test_tree_splits_where_it_must():
    x, _ = planted(4000, 6, columns=4)
    happened = (x[:, 1] > 0.35) & (x[:, 3] <= 0.8)
    answer = discovery.tree(*box_of((x, happened)), what="talks fail")
    top = answer.leaves[0]
    assert top.density == 1.0 and top.coverage == pytest.approx(1.0)
    limits = {limit.path: limit for limit in top.limits}
    assert limits["b"].low == pytest.approx(0.35, abs=2e-3)
    assert limits["d"].high == pytest.approx(0.8, abs=2e-3)
    assert sum(leaf.support for leaf in answer.leaves) == pytest.approx(1.0)
    assert answer.sentence().startswith("talks fail when ")
    json.dumps(answer.to_dict())


def test_best_split_by_brute_force_and_sklearn():
    x, y = planted(150, 7, columns=3)
    gain, column, place = cart.best_split(x, y, 5)

    def gini(part):
        return 2 * part.mean() * (1 - part.mean()) * len(part) / len(y)

    best = max(
        gini(y) - gini(y[x[:, j] <= t]) - gini(y[x[:, j] > t])
        for j in range(3)
        for t in x[:, j]
        if 5 <= (x[:, j] <= t).sum() <= 145
    )
    assert gain == pytest.approx(best)
    below = x[:, column] <= place
    assert gini(y) - gini(y[below]) - gini(y[~below]) == pytest.approx(gain)
    sklearn = pytest.importorskip("sklearn.tree")
    theirs = sklearn.DecisionTreeClassifier(max_depth=3, min_samples_leaf=3).fit(x, y)
    ours = cart.grow(x, y > 0, depth=3, smallest=3 / 150)
    assert sorted(leaf.points for leaf in ours) == sorted(
        np.unique(theirs.apply(x), return_counts=True)[1].tolist()
    )


def test_from_a_study():
    space = Space({"x": uniform(0.0, 1.0), "y": uniform(0.0, 1.0)})
    study = run_study(
        space, lambda v: {"u": np.where(v["y"] > 0.9, np.nan, v["x"])}, Random(5000, 1)
    )
    inputs, happened, what = discovery.of_study(study, "u", "> 0.8")
    found = discovery.prim(inputs, happened, what=what)
    assert found.sentence().startswith("u > 0.8 when x is above 0.") and len(happened) < 5000


def test_nothing_to_find():
    inputs, y = box_of(planted(100))
    with pytest.raises(NoSolutionError, match="in none of 100 draws"):
        discovery.prim(inputs, y * 0)
    with pytest.raises(NoSolutionError, match="in all of 100 draws"):
        discovery.tree(inputs, y * 0 + 1)
    with pytest.raises(InputError, match="one value for each draw"):
        discovery.prim({"a": np.zeros(5)}, y)
    with pytest.raises(InputError, match="alpha above 0"):
        discovery.prim(inputs, y, alpha=0.7)
