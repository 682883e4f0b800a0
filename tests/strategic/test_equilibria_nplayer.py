import io
from fractions import Fraction as F
from itertools import product

import numpy as np
import pytest

from negotiate.strategic.arithmetic import equilibria_nplayer, expected
from negotiate.strategic.arithmetic._support_systems import interior
from negotiate.strategic.arithmetic.equilibria_nplayer import strictly_undominated, support_search
from negotiate.strategic.arithmetic.pure import pure_equilibria


def game(function, shape):
    """Payoffs ``(n, S1, ...)`` of fractions from a function of the profile."""
    out = np.empty((len(shape), *shape), dtype=object)
    for cell in product(*map(range, shape)):
        for i, value in enumerate(function(cell)):
            out[(i, *cell)] = F(value)
    return out


def random_game(rng, shape, top):
    table = rng.integers(0, top + 1, (len(shape), *shape))
    return game(lambda cell: [int(table[(i, *cell)]) for i in range(len(shape))], shape)


def regret(payoffs, point):
    rows = [np.array(row, dtype=object) for row in point]
    return expected.regrets(payoffs, rows).max()


def contains(points, target):
    flat = np.array([float(v) for row in target for v in row])
    return any(
        np.allclose([float(v) for row in point for v in row], flat, atol=1e-7) for point in points
    )


def test_three_player_matching_with_aninterior_equilibrium():
    # Jordan's game (1993, Games and Economic Behavior 5, 368-386): 1 wants to match 2, 2 to match
    # 3, 3 to differ from 1. Cyclic, no pure equilibrium, and one half each is the only one.
    payoffs = game(lambda c: (c[0] == c[1], c[1] == c[2], c[2] != c[0]), (2, 2, 2))
    found = support_search(payoffs)
    assert found.points == (((F(1, 2),) * 2,) * 3,)
    assert found.proved


def testinterior_solutions_against_substitution():
    # A planted solution, many coefficients zero, against all solutions SymPy finds.
    sympy = pytest.importorskip("sympy")
    p, q, r = sympy.symbols("p q r")
    rng = np.random.default_rng(2)
    seen = 0
    for _ in range(40):
        planted = [F(int(v), 7) for v in rng.integers(1, 7, 3)]
        rows = []
        for k in range(3):
            x, y = (planted[h] for h in range(3) if h != k)
            b, c, d = (F(int(v)) for v in rng.integers(-2, 3, 3) * (rng.random(3) < 0.7))
            rows.append([-(b * x + c * y + d * x * y), b, c, d])
        found, sure = interior(dict(enumerate(rows)), (0, 1, 2))
        pairs = ((q, r), (p, r), (p, q))
        system = [a + b * x + c * y + d * x * y for (a, b, c, d), (x, y) in zip(rows, pairs)]
        if not sure or any(s == 0 for s in system):
            continue
        theirs = [
            s
            for s in sympy.solve(system, [p, q, r], dict=True)
            if len(s) == 3 and all(v.is_real and 0 < v < 1 for v in s.values())
        ]
        assert len(found) == len(theirs), rows
        assert (dict(enumerate(planted)), True) in found
        for chance, _ in found:
            assert any(
                all(abs(float(s[x]) - float(chance[k])) < 1e-9 for k, x in enumerate((p, q, r)))
                for s in theirs
            ), rows
        seen += len(found)
    assert seen > 20


def test_irrational_equilibrium_is_found():
    # Volunteer's dilemma: worth 5 to all if anybody pays 2. If all three mix, both others shirk
    # with probability q^2 = 2/5: irrational.
    payoffs = game(lambda c: [5 - 2 * (c[i] == 0) if 0 in c else 0 for i in range(3)], (2, 2, 2))
    found = support_search(payoffs)
    shirk = (2 / 5) ** 0.5
    assert contains(found.points, [(1 - shirk, shirk)] * 3)
    # One volunteers for sure: three pure. Two mix, the third shirks: q = 2/5 each, three of them.
    for k in range(3):
        rows = [(F(3, 5), F(2, 5))] * 3
        rows[k] = (F(0), F(1))
        assert contains(found.points, rows)
    assert len(found.points) == 7
    assert found.proved


@pytest.mark.parametrize("shape", [(2, 2, 2), (2, 3, 2), (2, 2, 2, 2)])
def test_every_point_is_an_equilibrium_and_pure_ones_are_all_there(shape):
    rng = np.random.default_rng(7)
    for _ in range(6):
        payoffs = random_game(rng, shape, 9)
        found = support_search(payoffs)
        for point in found.points:
            exact = all(isinstance(v, F) for row in point for v in row)
            assert regret(payoffs, point) <= (0 if exact else 1e-6)
        pure = {
            tuple(int(np.argmax(np.array(row, dtype=float))) for row in point)
            for point in found.points
            if all(set(row) <= {0, 1} for row in point)
        }
        assert pure == set(map(tuple, np.argwhere(pure_equilibria(payoffs)).tolist()))
        if (
            found.proved and not found.degenerate
        ):  # generic and complete: an odd number (Wilson 1971)
            assert len(found.points) % 2 == 1


def test_against_gambit_where_proved():
    gambit = pytest.importorskip("pygambit")
    rng = np.random.default_rng(3)
    for _ in range(12):
        payoffs = random_game(rng, (2, 2, 2), 9_999)
        cells = " ".join(
            str(payoffs[(i, *cell[::-1])]) for cell in product(range(2), repeat=3) for i in range(3)
        )
        text = f'NFG 1 R "" {{ "1" "2" "3" }} {{ 2 2 2 }}\n\n{cells}\n'
        theirs = gambit.nash.enumpoly_solve(gambit.read_nfg(io.BytesIO(text.encode())))
        found = support_search(payoffs)
        # The beta of 17 loses some (an even number of them); what it finds we must have.
        assert found.proved and len(found.points) % 2 == 1
        assert len(found.points) >= len(theirs.equilibria)
        for profile in theirs.equilibria:
            assert contains(found.points, _rows(profile))


def _rows(profile):
    players = list(profile.game.players)
    if hasattr(players[0], "strategies"):
        return [[float(profile[s]) for s in player.strategies] for player in players]
    labels = [profile.game.get_strategies(p) for p in players]
    return [[float(row[s]) for s in own] for own, row in zip(labels, profile)]


def test_dominance_leaves_a_two_player_game_which_is_complete():
    # Player 3 has a strictly better strategy; the other two then play matching pennies.
    payoffs = game(
        lambda c: ((c[0] == c[1]) if c[2] else 7, (c[0] != c[1]) if c[2] else -7, c[2]), (2, 2, 2)
    )
    assert strictly_undominated(payoffs) == [[0, 1], [0, 1], [1]]
    found = support_search(payoffs)
    assert found.proved and found.degenerate is False
    half = (F(1, 2), F(1, 2))
    assert found.points == ((half, half, (F(0), F(1))),)


def test_ties_are_never_called_proved():
    # All payoffs zero: every profile is an equilibrium, and no finite list is all of them.
    found = support_search(game(lambda c: (0, 0, 0), (2, 2, 2)))
    assert not found.proved
    assert len(found.points) >= 8


def jury(jurors, accuracy=F(7, 10)):
    """Unanimity after private signals (Feddersen and Pesendorfer 1998, APSR 92:23-35).

    A plan is the vote after each of two signals; all lose 1/2 by either wrong verdict.
    """
    plans = list(product((0, 1), repeat=2))

    def loss(cell):
        total = F(0)
        for guilty in (0, 1):
            convicts = F(1)
            for plan in cell:
                told = accuracy if guilty else 1 - accuracy
                convicts *= told * plans[plan][1] + (1 - told) * plans[plan][0]
            total -= F(1, 4) * ((1 - convicts) if guilty else convicts)
        return (total,) * jurors

    return game(loss, (4,) * jurors)


def test_the_work_on_many_supports_is_bounded_and_what_was_left_is_counted(monkeypatch):
    spent = []

    def counted(floats, supports):
        spent.append(supports)
        return []

    monkeypatch.setattr(equilibria_nplayer, "newton", counted)
    payoffs = jury(3)
    found = support_search(payoffs)
    assert len(spent) <= equilibria_nplayer.NUMERIC and not found.proved
    # (2^4 - 1)^3 supports, less those in which fewer than three of them mix: 11^3
    assert any("of 1,331 such supports were not tried" in note for note in found.notes)
    assert all(regret(payoffs, point) == 0 for point in found.points)
    # nothing is left over where all supports fit the bounds: (2^3 - 1 - 3)^3 = 64 of them
    spent.clear()
    small = support_search(random_game(np.random.default_rng(3), (3, 3, 3), 9))
    assert not any("not tried" in note for note in small.notes)


def test_pairs_on_a_huge_payoff_with_tiny_differences_are_kept():
    # matching pennies of players 1 and 2 on top of 10^12; the third player is paid for matching 1
    big = 10**12
    payoffs = game(
        lambda c: (
            big + F(int(c[0] == c[1]), 10**6),
            big + F(int(c[0] != c[1]), 10**6),
            F(int(c[2] == 0)) / 2 + F(int(c[0] == c[2])),
        ),
        (2, 2, 2),
    )
    half = (F(1, 2), F(1, 2))
    assert ((half, half, (F(1), F(0)))) in support_search(payoffs).points
