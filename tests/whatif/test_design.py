import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.errors import InputError, TooLargeError, UnknownNameError
from negotiate.numbers import sampling
from negotiate.whatif.study import design as designs
from negotiate.whatif.study.groups import Correlated, Dirichlet, Ordered
from negotiate.whatif.study.marginal import discrete, fitted, point, uniform
from negotiate.whatif.study.space import Space

UNIT = uniform(0.0, 1.0)
SPACE = Space(
    {
        "x": UNIT,
        "known": point(2.0),
        "n": fitted("normal", value=0.0, low=-1.0, high=1.0),
        "label": discrete(["a", "b"]),
    },
    {
        "weights": Dirichlet(("w1", "w2", "w3"), (2.0, 1.0, 1.0)),
        "pair": Correlated(
            ("p", "q"), (UNIT, fitted("gamma", value=2.0, low=1.0, high=4.0)), ((1, 0.6), (0.6, 1))
        ),
        "ladder": Ordered(("a1", "a2"), (UNIT, UNIT)),
    },
)
ALL = [
    designs.Random(20_000, 3),
    designs.LatinHypercube(20_000, 3),
    designs.Sobol(20_000, 3),
    designs.Saltelli(1_500, 3),
    designs.Morris(1_500, 3),
    designs.Grid({"x": 30, "w1": [0.1, 0.5], "label": 2}),
    designs.OneAtATime(9),
]


@pytest.mark.parametrize("design", ALL, ids=lambda d: type(d).__name__)
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_rows_do_not_depend_on_the_chunking(design, data):
    rows = design.size(SPACE)
    whole = design.values(SPACE, 0, rows)
    start = data.draw(st.integers(0, rows - 1))
    stop = data.draw(st.integers(start + 1, rows))
    part = design.values(SPACE, start, stop)
    for path, value in whole.items():
        assert np.array_equal(value[start:stop], part[path])


@pytest.mark.parametrize("design", ALL[:3], ids=lambda d: type(d).__name__)
def test_joint_distribution(design):
    from scipy.stats import spearmanr

    values = design.values(SPACE, 0, 20_000)
    assert spearmanr(values["p"], values["q"])[0] == pytest.approx(0.6, abs=0.02)
    assert values["w1"] + values["w2"] + values["w3"] == pytest.approx(np.ones(20_000))
    # Dirichlet (2, 1, 1): mean 1/2, variance a (s - a) / (s^2 (s + 1)) = 4 / 80
    assert values["w1"].mean() == pytest.approx(0.5, abs=0.01)
    assert values["w1"].var() == pytest.approx(4 / 80, abs=0.002)
    assert (values["a1"] <= values["a2"]).all()
    # the lower of two uniforms has mean 1/3
    assert values["a1"].mean() == pytest.approx(1 / 3, abs=0.01)
    assert (values["known"] == 2.0).all()


def test_latin_hypercube_hits_every_stratum_once():
    for size in (1, 2, 7, 1000):
        points = sampling.latin_hypercube_points(0, size, 3, size=size, seed=5)
        for column in points.T:
            assert sorted(np.floor(column * size).astype(int)) == list(range(size))
    points = sampling.latin_hypercube_points(0, 1000, 2, size=1000, seed=5)
    assert abs(np.corrcoef(points.T)[0, 1]) < 0.1


def test_seeds_differ():
    for make in (designs.Random, designs.LatinHypercube, designs.Sobol):
        first, second = make(100, 0).values(SPACE, 0, 100), make(100, 1).values(SPACE, 0, 100)
        assert not np.array_equal(first["x"], second["x"])


def test_saltelli_rows_swap_whole_factors():
    design = designs.Saltelli(4, 1)
    values = design.values(SPACE, 0, design.size(SPACE))
    factors = SPACE.factors
    w = np.stack([values[name] for name in ("w1", "w2", "w3")], -1).reshape(4, -1, 3)
    swapped = 2 + factors.index("weights")
    assert np.allclose(w[:, swapped], w[:, 1])
    assert np.allclose(w[:, 2 + factors.index("x")], w[:, 0])


def test_morris_moves_one_factor_at_a_time():
    space = Space(dict.fromkeys("abcd", UNIT))
    design = designs.Morris(50, 2)
    values = design.values(space, 0, design.size(space))
    x = np.stack([values[name] for name in "abcd"], -1).reshape(50, 5, 4)
    moved = np.abs(np.diff(x, axis=1)) > 1e-12
    assert (moved.sum(-1) == 1).all() and (moved.sum(1) == 1).all()
    sizes = np.abs(np.diff(x, axis=1)).max(-1)
    assert sizes == pytest.approx(np.full((50, 4), design.step * (1 - 2 * design.edge)))
    assert x.min() >= 0 and x.max() <= 1


def test_one_at_a_time_moves_groups_by_their_rule():
    design = designs.OneAtATime(5, ("w1", "x"))
    values = design.values(SPACE, 0, 10)
    total = values["w1"] + values["w2"] + values["w3"]
    assert total == pytest.approx(np.ones(10))
    # the others keep their proportions, 1 to 1
    assert values["w2"][:5] == pytest.approx(values["w3"][:5])
    assert len(set(values["x"][:5])) == 1 and len(set(values["x"][5:])) == 5


def test_move_rules():
    group = Dirichlet(("a", "b", "c"), (1.0, 1.0, 1.0))
    moved = group.move({"a": 0.2, "b": 0.2, "c": 0.6}, "a", 0.6)
    assert [moved[k] for k in "abc"] == pytest.approx([0.6, 0.1, 0.3])
    moved = group.move({"a": 1.0, "b": 0.0, "c": 0.0}, "a", 0.5)
    assert moved["b"] == moved["c"] == pytest.approx(0.25)
    pushed = SPACE.move({"a1": 0.2, "a2": 0.4}, "a1", 0.7)
    assert pushed["a2"] == 0.7


def test_conditional_redraw_of_a_correlated_group():
    group = Correlated(("p", "q"), (UNIT, UNIT), ((1.0, 0.8), (0.8, 1.0)))
    latent = np.zeros((40_000, 2))
    latent[:, 0] = 1.5
    u = sampling.random_points(0, 40_000, 2, seed=1)
    again = group.redraw(latent, (True, False), u)
    rho = 2 * np.sin(np.pi / 6 * 0.8)
    assert (again[:, 0] == 1.5).all()
    assert again[:, 1].mean() == pytest.approx(1.5 * rho, abs=0.02)
    assert again[:, 1].var() == pytest.approx(1 - rho**2, abs=0.02)


def test_matrix_that_is_not_positive_definite_names_its_eigenvalue():
    bad = ((1.0, 0.9, -0.9), (0.9, 1.0, 0.9), (-0.9, 0.9, 1.0))
    lowest = np.linalg.eigvalsh(np.array(bad))[0]
    with pytest.raises(InputError, match=f"smallest eigenvalue is {lowest:.4g}"):
        Correlated(("a", "b", "c"), (UNIT, UNIT, UNIT), bad)
    with pytest.raises(InputError, match="symmetric"):
        Correlated(("a", "b"), (UNIT, UNIT), ((1.0, 0.2), (0.3, 1.0)))


def test_impossible_sizes():
    with pytest.raises(InputError, match="0 draws"):
        designs.Random(0)
    with pytest.raises(TooLargeError, match=r"1,000,000,000,000 draws x 5 .*36.4 TiB"):
        designs.check_size(10**12, columns=5)
    designs.check_size(10**9, columns=5, confirmed_rows=10**9)
    with pytest.raises(TooLargeError):
        designs.Sobol(2**40)


def test_unknown_path_suggests():
    with pytest.raises(UnknownNameError, match="did you mean 'known'"):
        designs.Grid({"knwon": 3}).size(SPACE)


def test_a_quantity_is_in_one_group_only():
    with pytest.raises(InputError, match="w1"):
        Space({"w1": UNIT}, {"g": Dirichlet(("w1", "w2"), (1.0, 1.0))})


def test_correlated_rows_are_the_same_alone():
    """A library product of one row rounds otherwise than one of thousands; no row may."""
    group = SPACE.groups["pair"]
    u = np.random.default_rng(0).random((4096, 2))
    whole = group.latent(u)
    for size in (1, 2, 3, 5, 64, 1000):
        assert np.array_equal(
            np.vstack([group.latent(u[i : i + size]) for i in range(0, 4096, size)]), whole
        )
