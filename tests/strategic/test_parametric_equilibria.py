"""Equilibria along one quantity against an oracle that solves the definition at points."""

import itertools
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.errors import TooLargeError
from negotiate.strategic.arithmetic.equilibria_exact import extreme_equilibria
from negotiate.strategic.maps.parametric_equilibria import ParametricGame, at, check_size
from negotiate.strategic.maps.parametric_minors import count
from negotiate.strategic.maps.parametric_roots import RealRoot
from tests.strategic._bimatrix_oracle import brute_force

F = Fraction


@st.composite
def games(draw, most=4, degree=3):
    """Two tables of polynomials; half of the draws are full of ties (payoffs 0 to 2)."""
    m, n = draw(st.integers(1, most)), draw(st.integers(1, most))
    low, high = draw(st.sampled_from([(0, 1), (0, 2), (-9, 9)]))
    powers = draw(st.integers(0, degree))
    entry = st.lists(st.integers(low, high), min_size=1, max_size=powers + 1).map(
        lambda c: [F(x) for x in c]
    )
    if draw(st.booleans()):  # theta in few places only
        entry = st.one_of(st.integers(0, 2).map(lambda c: [F(c)]), entry)
    table = st.lists(st.lists(entry, min_size=n, max_size=n), min_size=m, max_size=m)
    return draw(table), draw(table)


RANGES = st.sampled_from([(None, None), (F(0), F(1)), (F(-1), F(1)), (F(-2), None), (None, F(2))])


def evaluated(table, x):
    return [[at(p, x) for p in row] for row in table]


def of_piece(game, piece, x):
    return {
        (tuple(game.probabilities(0, p, x)), tuple(game.probabilities(1, q, x)))
        for p, q in piece.structure
    }


def regret(a, b, x, y):
    rows = [sum((v * q for v, q in zip(row, y)), F(0)) for row in a]
    columns = [sum((row[j] * p for row, p in zip(b, x)), F(0)) for j in range(len(y))]
    one = sum((v * p for v, p in zip(rows, x)), F(0))
    two = sum((v * q for v, q in zip(columns, y)), F(0))
    return max(*(v - one for v in rows), *(v - two for v in columns))


@settings(max_examples=60, deadline=None)
@given(games(), RANGES, st.lists(st.fractions(0, 1, max_denominator=50), min_size=1, max_size=2))
def test_every_piece_is_what_enumeration_finds(pair, span, shares):
    a, b = pair
    game = ParametricGame(a, b)
    pieces = game.pieces(*span)
    assert not any(p.single and q.single for p, q in itertools.pairwise(pieces))
    for piece in pieces:
        x = piece.sample
        if isinstance(x, RealRoot) and x.rational is None:
            here = evaluated(a, x), evaluated(b, x)
            points = of_piece(game, piece, x)
            assert len(points) == len(piece.structure)
            for p, q in points:
                assert sum(p) == 1 and sum(q) == 1 and min(*p, *q) >= 0
                assert regret(*here, p, q) == 0
            continue
        tried = [x.rational if isinstance(x, RealRoot) else x]
        if not piece.single and isinstance(piece.low, F) and isinstance(piece.high, F):
            tried += [piece.low + (piece.high - piece.low) * s for s in shares if 0 < s < 1]
        for value in tried:
            found = extreme_equilibria(evaluated(a, value), evaluated(b, value))
            assert of_piece(game, piece, value) == set(found.points)
            if piece.degenerate is not None:
                assert piece.degenerate == found.degenerate


@settings(max_examples=25, deadline=None)
@given(games(most=3, degree=2))
def test_against_systems_of_equations_close_to_critical_values(pair):
    """The oracle shares nothing with the kernels; points are taken 10^-9 beside the cuts."""
    a, b = pair
    game = ParametricGame(a, b)
    pieces = game.pieces(F(-2), F(2))
    for piece in pieces:
        if not piece.single:
            continue
        if not isinstance(piece.low, RealRoot):
            continue
        low, high = piece.low.interval(60)
        for x, k in ((low - F(1, 10**9), -1), (high + F(1, 10**9), 1)):
            if not -2 <= x <= 2:
                continue
            beside = pieces[pieces.index(piece) + k]
            ends = [end for end in (beside.low, beside.high) if end is not None]
            if not (ends[0] < x if isinstance(ends[0], RealRoot) else ends[0] <= x) or not (
                ends[1] > x if isinstance(ends[1], RealRoot) else ends[1] >= x
            ):
                continue  # the neighbour is narrower than that
            found, _ = brute_force(evaluated(a, x), evaluated(b, x))
            assert of_piece(game, beside, x) == found


@settings(max_examples=30, deadline=None)
@given(games(most=3, degree=2), st.integers(1, 5), st.integers(1, 5))
def test_affine_changes_of_payoffs_move_nothing(pair, scale, shift):
    """u -> scale u + f(opponent's strategy, theta) changes no comparison of a player."""
    a, b = pair
    extra = [[F(j - shift), F(j)] for j in range(len(a[0]))]

    def moved(p, add):
        out = [F(0)] * max(len(p), 2)
        for k, c in enumerate(p):
            out[k] += scale * c
        return [c + d for c, d in zip(out, [*add, *[F(0)] * (len(out) - 2)])]

    changed = [[moved(p, extra[j]) for j, p in enumerate(row)] for row in a]
    before = ParametricGame(a, b).pieces(None, None)
    after = ParametricGame(changed, b).pieces(None, None)
    assert [(p.low, p.high, p.structure) for p in before] == [
        (p.low, p.high, p.structure) for p in after
    ]


@settings(max_examples=30, deadline=None)
@given(games(), RANGES)
def test_flint_gives_the_same(pair, span):
    pytest.importorskip("flint")
    a, b = pair
    one, two = (ParametricGame(a, b, arithmetic=k) for k in ("python", "flint"))
    assert one.rows.minors == two.rows.minors and one.columns.minors == two.columns.minors
    assert one.pieces(*span) == two.pieces(*span)


def test_generic_games_have_an_odd_number_of_equilibria_in_every_cell():
    """Wilson (1971), SIAM Journal on Applied Mathematics 21, 80-87."""
    import random

    rng = random.Random(7)
    seen = set()
    for _ in range(20):
        a, b = (
            [[[F(rng.randint(-99, 99)) for _ in range(2)] for _ in range(3)] for _ in range(3)]
            for _ in "ab"
        )
        for piece in ParametricGame(a, b).pieces(None, None):
            if not piece.single and piece.degenerate is False:
                assert len(piece.structure) % 2 == 1
                seen.add(len(piece.structure))
    assert {1, 3} <= seen


def test_number_of_minors():
    # bordered minors by rows and columns: sum over k of C(s, k) C(o, k + 1), by Vandermonde
    from math import comb

    for s in range(1, 6):
        for o in range(1, 6):
            assert count(s, o) == sum(comb(s, k) * comb(o, k + 1) for k in range(s + 1))


def test_too_large_is_refused_with_the_count():
    # 2 C(20, 11) = 335,920 minors
    with pytest.raises(TooLargeError, match=r"10 x 10.*335,920 minors.*remove strategies"):
        check_size(10, 10, 1)
    zero = [[[F(0)] * 2 for _ in range(10)] for _ in range(10)]
    with pytest.raises(TooLargeError):
        ParametricGame(zero, zero)
