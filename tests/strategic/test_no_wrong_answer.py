"""Strategic games that were answered wrongly once, each with the derivation of the right answer."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from negotiate import strategic
from negotiate.errors import InputError
from negotiate.strategic.game import StrategicGame
from negotiate.strategic.theory_of_moves import theory_of_moves


def test_two_sidedness_leads_the_prisoners_dilemma_to_cooperation():
    # From (1, 4) the cooperator would move on to (2, 2) and nobody further; the defector's own
    # move leads to (3, 3), where its opponent stays (going on ends at 2 < 3). (3, 3) is better for
    # both than (2, 2), so the defector moves though it has 4 (Brams 1994, chapter 1).
    table = [[3, 1], [4, 2]], [[3, 4], [1, 2]]
    told = theory_of_moves(*table).settings["from"]
    assert told == {
        "1, 1": ("1, 1",),
        "1, 2": ("1, 1",),
        "2, 1": ("1, 1",),
        "2, 2": ("2, 2",),
    }
    without = theory_of_moves(*table, two_sided=False).settings["from"]
    assert without["1, 2"] == without["2, 1"] == ("2, 2",)
    for two_sided in (True, False):
        answer = theory_of_moves(*table, two_sided=two_sided)
        assert all(theory_of_moves.holds(answer.form, point).holds for point in answer)


def test_floats_that_differ_by_rounding_are_taken_as_equal_and_told():
    # As meant, the row player is indifferent against the first column: (1, 1), (2, 2) and the
    # mixture with the column player indifferent at 1/2: one continuum and one point.
    found = strategic.nash([[0.1 + 0.2, 0], [0.3, 1]], [[1, 0], [0, 1]])
    assert [p.label for p in found] == ["1, 1", "2, 2", "{1: 1/2, 2: 1/2}, 1"]
    assert found.components == ((0, 2), (1,)) and found.degenerate
    assert "differ in the last digits" in found.notes[0]
    # A small difference that is meant stays: decimals, fractions, and floats far enough apart.
    for near in ("0.30000000000000004", Fraction(3, 10) + Fraction(1, 10**17), 0.3000001):
        told = strategic.nash([[near, 0], [Fraction(3, 10), 1]], [[1, 0], [0, 1]])
        assert not told.degenerate and not any("last digits" in n for n in told.notes)


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_rounding_is_judged_in_the_units_of_the_payoffs(scale):
    a = np.array([[0.1 + 0.2, 0], [0.3, 1]]) * scale
    assert strategic.nash(a, np.eye(2) * scale).components == ((0, 2), (1,))


def test_a_large_zero_sum_game_gets_one_exact_equilibrium():
    # 16 x 22, a[i][j] = ((37 i i + 11 i j + 23 j + 5 i) mod 97) - 48: its value is -11/6 by a
    # linear programme, verified here by the two guarantees: max_i (A y)_i = v = min_j (x'A)_j.
    a = [
        [(37 * i * i + 11 * i * j + 23 * j + 5 * i) % 97 - 48 for j in range(1, 23)]
        for i in range(1, 17)
    ]
    found = strategic.nash(a)
    assert found.exact and not found.complete and "One equilibrium" in found.notes[0]
    x, y = (list(row.values()) for row in found[0].strategies.values())
    assert max(sum(v * w for v, w in zip(row, y)) for row in a) == Fraction(-11, 6)
    assert min(sum(a[i][j] * x[i] for i in range(16)) for j in range(22)) == Fraction(-11, 6)


def test_large_general_games_get_one_equilibrium_with_regret_zero():
    rng = np.random.default_rng(3)
    for m, n in ((16, 16), (18, 40), (30, 17)):
        a, b = rng.integers(-20, 21, (2, m, n))
        found = strategic.nash(a, b)
        assert len(found) == 1 and found.exact and not found.complete
        x, y = (list(row.values()) for row in found[0].strategies.values())
        rows = [sum(int(a[i, j]) * y[j] for j in range(n)) for i in range(m)]
        columns = [sum(int(b[i, j]) * x[i] for i in range(m)) for j in range(n)]
        assert sum(x) == sum(y) == 1 and min(*x, *y) >= 0
        assert max(rows) == sum(v * w for v, w in zip(rows, x))
        assert max(columns) == sum(v * w for v, w in zip(columns, y))


def test_profiles_whose_labels_hold_commas_stay_apart():
    # Aumann's chicken: welfare is greatest at (1/2, 1/4, 1/4) with 21/4 each.
    game = StrategicGame.from_arrays(
        [[[6, 2], [7, 0]], [[6, 7], [2, 0]]], strategies=[("a", "a, b"), ("b, c", "c")]
    )
    best = strategic.correlated(game, objective="welfare")[0]
    assert sorted(best.facts["distribution"].values()) == [
        Fraction(1, 4),
        Fraction(1, 4),
        Fraction(1, 2),
    ]
    assert set(best.payoffs.values()) == {Fraction(21, 4)}
    assert strategic.correlated.holds(game, best).holds
    labels = [p.label for p in strategic.nash(game)]
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("scale", [1e-10, 1e-3, 1e9])
def test_a_dilemma_is_one_in_any_unit(scale):
    a = np.array([[3.0, 0.0], [5.0, 1.0]]) * scale
    assert [p.label for p in strategic.nash(a, a.T)] == ["2, 2"]
    drawn = strategic.nash(StrategicGame.from_arrays([a[None], a.T[None]]))
    assert len(drawn) == 1 and drawn[0].strategies["Player 1"]["2"].tolist() == [1.0]


def test_tables_are_games():
    pennies = strategic.nash([[1, -1], [-1, 1]])
    assert dict(pennies[0].payoffs) == {"Player 1": 0, "Player 2": 0}
    with pytest.raises(InputError, match="beside a game"):
        strategic.nash(pennies.form, [[1]])
    with pytest.raises(InputError, match="rows of numbers"):
        strategic.nash([1, 2])
