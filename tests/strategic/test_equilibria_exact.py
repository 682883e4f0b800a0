import io
import warnings
from fractions import Fraction as F
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.errors import InputError, TooLargeError
from negotiate.strategic.arithmetic.components import nash_subsets
from negotiate.strategic.arithmetic.equilibria_exact import as_integers, extreme_equilibria
from negotiate.strategic.arithmetic.polytope_vertices import most_vertices, vertices
from tests.strategic import _bimatrix_oracle as oracle


def found(a, b):
    answer = extreme_equilibria(a, b)
    assert len(set(answer.points)) == len(answer.points), "an equilibrium twice"
    return set(answer.points)


def random_games(count, seed, sizes, high):
    rng = np.random.default_rng(seed)
    for k in range(count):
        m, n = rng.choice(sizes, 2)
        top = high[k % len(high)]
        yield rng.integers(0, top + 1, (m, n)).tolist(), rng.integers(0, top + 1, (m, n)).tolist()


def test_against_brute_force_degenerate_and_generic():
    degenerate = 0
    for a, b in random_games(220, 3, (1, 2, 3, 4), (1, 2, 3, 1000)):
        expected, verdict = oracle.brute_force(a, b)
        answer = extreme_equilibria(a, b)
        assert set(answer.points) == expected, (a, b)
        assert answer.degenerate == verdict, (a, b)
        assert all(value == 0 for value in answer.regrets)
        degenerate += verdict
    assert degenerate > 80, "the sample should test degenerate games"


def gambit_game(gambit, a, b):
    """The game through `.nfg` text, which every version of pygambit reads."""
    m, n = len(a), len(a[0])
    cells = " ".join(f"{a[i][j]} {b[i][j]}" for j in range(n) for i in range(m))
    text = f'NFG 1 R "" {{ "Row" "Column" }} {{ {m} {n} }}\n\n{cells}\n'
    return gambit.read_nfg(io.BytesIO(text.encode()))


def gambit_rows(profile):
    """Probabilities per player, from a profile of pygambit 16 or 17."""
    players = list(profile.game.players)
    if hasattr(players[0], "strategies"):
        rows = [[profile[s] for s in player.strategies] for player in players]
    else:
        rows = [
            [row[s] for s in profile.game.get_strategies(p)] for p, row in zip(players, profile)
        ]
    return tuple(tuple(F(str(value)) for value in row) for row in rows)


@pytest.mark.gambit
@pytest.mark.parametrize("count", [200, pytest.param(2_000, marks=pytest.mark.slow)])
def test_against_gambit_on_random_games_half_of_them_degenerate(count):
    gambit = pytest.importorskip("pygambit")
    for a, b in random_games(count, 11, (1, 2, 2, 3, 3, 3, 4, 5), (2, 1_000)):
        answer = gambit.nash.enummixed_solve(gambit_game(gambit, a, b), rational=True)
        assert found(a, b) == {gambit_rows(profile) for profile in answer.equilibria}, (a, b)


def test_against_nashpy_and_quantecon_on_generic_games():
    nashpy = pytest.importorskip("nashpy")
    quantecon = pytest.importorskip("quantecon.game_theory")
    for a, b in random_games(40, 5, (2, 3, 4), (10**6,)):
        ours = sorted(tuple(map(float, x + y)) for x, y in extreme_equilibria(a, b).points)
        left, right = np.array(a, dtype=float), np.array(b, dtype=float)
        game = quantecon.NormalFormGame(
            (quantecon.Player(left), quantecon.Player(np.ascontiguousarray(right.T)))
        )
        theirs = sorted(tuple(np.concatenate(p)) for p in quantecon.support_enumeration(game))
        assert np.allclose(ours, theirs, atol=1e-9)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            few = [np.concatenate(p) for p in nashpy.Game(left, right).support_enumeration()]
        for point in few:  # Nashpy may lose some, but must not find others
            assert any(np.allclose(point, own, atol=1e-7) for own in ours)


def test_all_zero_two_by_two_is_a_square():
    # Every profile is an equilibrium; support enumeration reports four of a continuum, or one.
    answer = extreme_equilibria([[0, 0], [0, 0]], [[0, 0], [0, 0]])
    corner = ((F(1), F(0)), (F(0), F(1)))
    assert set(answer.points) == set(product(corner, corner))
    assert answer.degenerate
    assert len(nash_subsets(answer.pairs)) == 1


def test_von_stengel_six_by_six_has_75():
    # The game that refuted the conjecture of 2^n - 1; with ties of large numbers, floats lose some.
    answer = extreme_equilibria(oracle.STENGEL_A, oracle.STENGEL_B)
    assert len(answer) == 75
    assert not answer.degenerate
    assert set(answer.regrets) == {0}


def test_long_lemke_howson_paths_have_one_equilibrium():
    # Path followers need exponentially many steps here; enumeration does not mind.
    answer = extreme_equilibria(oracle.LONG_A, oracle.LONG_B)
    assert len(answer) == 1
    x, y = answer.points[0]
    assert min(x) > 0 and min(y) > 0


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_coordination_games_have_all_uniform_mixtures(n):
    # Identity payoffs: each non-empty support, uniformly mixed, is one (Quint and Shubik 1997).
    unit = np.eye(n, dtype=int)
    assert len(found(unit, unit)) == 2**n - 1


def test_continuum_in_a_three_by_three():
    # Rows 1 and 2 are duplicates, and so are the columns. With weight p on {1, 2} the opponent
    # gets p there and 2(1 - p) on 3: equal at p = 2/3. Hence {1,2} x {1,2}, (3, 3), and the mixed
    # square, each duplicate standing in for the other: 4 + 1 + 4 extreme points, 3 components.
    a = [[1, 1, 0], [1, 1, 0], [0, 0, 2]]
    one, two, three = (F(1), F(0), F(0)), (F(0), F(1), F(0)), (F(0), F(0), F(1))
    low, high = (F(2, 3), F(0), F(1, 3)), (F(0), F(2, 3), F(1, 3))
    expected = {*product((one, two), (one, two)), (three, three), *product((low, high), repeat=2)}
    answer = extreme_equilibria(a, a)
    assert set(answer.points) == expected
    assert sorted(len(s.points) for s in nash_subsets(answer.pairs)) == [1, 4, 4]


def test_extreme_equilibrium_with_unequal_supports():
    # von Stengel (2002), Handbook 3, the degenerate 3 x 2: row 1 leaves the columns indifferent,
    # and row 1 is best while y_2 <= 1/3. So (row 1, (2/3, 1/3)) is extreme with supports 1 and 2,
    # which equal-support enumeration cannot see.
    answer = found([[3, 3], [2, 5], [0, 6]], [[3, 3], [2, 6], [3, 1]])
    top = (F(1), F(0), F(0))
    assert answer == {
        (top, (F(1), F(0))),
        (top, (F(2, 3), F(1, 3))),
        ((F(0), F(1, 3), F(2, 3)), (F(1, 3), F(2, 3))),
    }


def test_nashpy_issue_222():
    # Column 1 leaves the row player indifferent; it is best while 2/7 or less is on row 1. Solvers
    # that insist on equal supports report one equilibrium, a corner of this segment, or warn.
    answer = found([[-3, 3], [-3, 5]], [[2, 7], [4, 2]])
    assert answer == {((F(0), F(1)), (F(1), F(0))), ((F(2, 7), F(5, 7)), (F(1), F(0)))}


def test_entry_deterrence_keeps_the_incredible_threat():
    # In/Out against Accommodate/Fight: stay out is an equilibrium while fighting has 1/2 or more.
    answer = found([[1, -1], [0, 0]], [[1, -1], [2, 2]])
    out, enter = (F(0), F(1)), (F(1), F(0))
    assert answer == {(enter, (F(1), F(0))), (out, (F(0), F(1))), (out, (F(1, 2), F(1, 2)))}


@pytest.mark.parametrize(
    ("t", "count", "degenerate"),
    [(F(3) - F(1, 10**9), 3, False), (F(3), 2, True), (F(3) + F(1, 10**9), 1, False)],
)
def test_one_or_three_equilibria_around_a_narrow_value(t, count, degenerate):
    # A stag hunt whose temptation passes the reward 3: a billionth decides. At t = 3 the mixed
    # equilibrium has merged with (stag, stag), which is weakly dominated and still an equilibrium.
    a = [[F(3), F(0)], [t, F(1)]]
    answer = extreme_equilibria(a, [list(column) for column in zip(*a)])
    assert (len(answer), answer.degenerate) == (count, degenerate)


def test_six_by_six_tournament():
    # Nashpy issue 231: a zero-sum tournament; the value is 0 and every equilibrium gives it.
    a = [[0, -1, -1, -1, 1, -1], [1, 0, 1, -1, -1, -1], [1, -1, 0, -1, -1, 1],
         [1, 1, 1, 0, -1, -1], [-1, 1, 1, 1, 0, -1], [1, 1, -1, 1, 1, 0]]  # fmt: skip
    answer = extreme_equilibria(a, [[-v for v in row] for row in a])
    assert len(answer) >= 1
    assert all(pay == (0, 0) for pay in answer.payoffs)


payoff = st.integers(-3, 3)


@st.composite
def games(draw, low=1, high=4):
    m, n = draw(st.integers(low, high)), draw(st.integers(low, high))
    table = st.lists(st.lists(payoff, min_size=n, max_size=n), min_size=m, max_size=m)
    return draw(table), draw(table)


@settings(max_examples=60, deadline=None)
@given(games(), st.fractions(F(1, 9), 9, max_denominator=9), st.integers(-5, 5))
def test_positive_affine_changes_do_nothing(game, slope, shift):
    a, b = game
    moved = [[slope * v + shift + j for j, v in enumerate(row)] for row in a]
    assert found(moved, b) == found(a, b)  # a number per column changes no comparison


@settings(max_examples=60, deadline=None)
@given(games(), st.randoms(use_true_random=False))
def test_relabelling_permutes_the_answer(game, random):
    a, b = game
    rows, columns = list(range(len(a))), list(range(len(a[0])))
    random.shuffle(rows)
    random.shuffle(columns)
    answer = found(
        [[a[i][j] for j in columns] for i in rows], [[b[i][j] for j in columns] for i in rows]
    )
    expected = {(tuple(x[i] for i in rows), tuple(y[j] for j in columns)) for x, y in found(a, b)}
    assert answer == expected
    turned = found([list(r) for r in zip(*b)], [list(r) for r in zip(*a)])
    assert turned == {(y, x) for x, y in found(a, b)}


@settings(max_examples=40, deadline=None)
@given(games(high=3), st.integers(0, 2))
def test_a_strictly_dominated_row_changes_nothing(game, which):
    a, b = game
    worse = [v - 1 for v in a[which % len(a)]]
    extended = found([*a, worse], [*b, [0] * len(a[0])])
    assert extended == {((*x, F(0)), y) for x, y in found(a, b)}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(1, 5))
def test_nondegenerate_games_have_an_odd_number(seed, m, n):
    rng = np.random.default_rng(seed)
    answer = extreme_equilibria(*rng.integers(0, 60, (2, m, n)))
    if not answer.degenerate:
        assert len(answer) % 2 == 1  # Wilson (1971)
        assert len(nash_subsets(answer.pairs)) == len(answer)


@settings(max_examples=60, deadline=None)
@given(games(high=4), st.integers(0, 2**32 - 1))
def test_mixtures_inside_a_nash_subset_are_equilibria(game, seed):
    a, b = game
    rng = np.random.default_rng(seed)
    answer = extreme_equilibria(a, b)
    for subset in nash_subsets(answer.pairs):
        mixed = []
        for members, points in (
            (subset.rows, answer.row_strategies),
            (subset.columns, answer.column_strategies),
        ):
            weights = [F(int(w)) for w in rng.integers(1, 9, len(members))]
            total = sum(weights)
            mixed.append(
                [
                    sum(w * points[k][s] for w, k in zip(weights, members)) / total
                    for s in range(len(points[0]))
                ]
            )
        assert oracle.regret(a, b, *mixed) == 0


def test_floats_are_read_as_the_decimals_they_print():
    """One reader of numbers: 0.1 is 1/10, in a file, in a list and in an array alike."""
    assert as_integers(np.array([[0.1]])) == ([[1]], 10)
    one_third = extreme_equilibria([[2.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, 2.0]])
    assert ((F(2, 3), F(1, 3)), (F(1, 3), F(2, 3))) in one_third.points


def test_payoffs_of_very_different_size_stay_exact():
    tiny, huge = F(1, 10**40), F(10**40)
    answer = extreme_equilibria([[huge, 0], [huge - tiny, tiny]], [[1, 0], [0, 1]])
    assert len(answer) == 3
    assert answer.points[2][1] == (F(1, 2), F(1, 2))


def test_large_games_are_refused_before_work_starts():
    with pytest.raises(TooLargeError, match="5,589,126,007,740,660 bases"):
        extreme_equilibria(np.zeros((40, 40), dtype=int), np.zeros((40, 40), dtype=int))
    thin = extreme_equilibria([list(range(60))] * 2, [list(range(60))] * 2)
    assert len(thin) == 2  # 2 x 60 is small: the last column, either row


def test_bad_payoffs_are_named():
    with pytest.raises(InputError, match="row 1, column 2"):
        extreme_equilibria([[0.0, float("nan")]], [[0.0, 0.0]])
    with pytest.raises(InputError, match="differ in length"):
        extreme_equilibria([[0, 1], [2]], [[0, 1], [2, 3]])
    with pytest.raises(InputError, match="one shape"):
        extreme_equilibria([[0, 1]], [[0], [1]])
    with pytest.raises(InputError, match="inf"):
        extreme_equilibria([[float("inf")]], [[0]])


def test_vertices_of_the_cube():
    # {0 <= z <= 1}^3 scaled: three constraints 2 z_i + z_j + z_k <= 1 with eight vertices.
    points, bases = vertices([[2, 1, 1], [1, 2, 1], [1, 1, 2]], 3, 0)
    assert len(points) == 7  # all but the origin
    assert bases == 8 == most_vertices(3, 6)
