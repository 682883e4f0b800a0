"""Repeated games: published sets, an independent implementation, the definition."""

import dataclasses
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.dynamic.arithmetic.abreu_sannikov import clip, hull, payoff_set
from negotiate.dynamic.nash_reversion import nash_reversion
from negotiate.dynamic.repeated import Repeated, zero_sum_value
from negotiate.dynamic.sustainable_payoffs import _outside, sustainable_payoffs
from negotiate.errors import InputError, NotApplicableError
from negotiate.strategic.game import StrategicGame

F = Fraction
AB = ("a", "b")


def stage(cells, players=AB):
    """A two-player stage from cells (u1, u2) by row and column."""
    tables = [[[cell[i] for cell in row] for row in cells] for i in (0, 1)]
    labels = [[f"r{k}" for k in range(len(cells))], [f"c{k}" for k in range(len(cells[0]))]]
    return StrategicGame.from_arrays(tables, players=players, strategies=labels)


def vertices(solution):
    return {tuple(point.payoffs.values()) for point in solution}


def test_quantecon_dilemma():
    """The prisoners' dilemma of QuantEcon's tests, d = 0.3: (3,3), (9.75,3), (9,9), (3,9.75)."""
    game = Repeated(stage([[(9, 9), (1, 10)], [(10, 1), (3, 3)]]), F(3, 10))
    solution = sustainable_payoffs(game)
    assert solution.exact and solution.complete
    assert vertices(solution) == {(3, 3), (F(39, 4), 3), (9, 9), (3, F(39, 4))}
    assert all(item.holds and item.value == 0 for item in solution.evidence)


def test_abreu_sannikov_cournot():
    """Abreu and Sannikov (2014), section 5 (Cournot-like 3 x 3), d = 0.3; six vertices."""
    cells = [
        [(16, 9), (3, 13), (0, 3)],
        [(21, 1), (10, 4), (-1, 0)],
        [(9, 0), (5, -4), (-5, -15)],
    ]
    solution = sustainable_payoffs(Repeated(stage(cells), F(3, 10)))
    found = sorted(tuple(map(float, p.payoffs.values())) for p in solution)
    expected = [
        (1.12568240, 2.8),
        (7.33770472, 0.0),
        (7.33770472, 10.9826253),
        (7.86308964, 0.0),
        (15.5630896, 9.1),
        (19.7917977, 2.8),
    ]
    assert np.array(found) == pytest.approx(np.array(expected), abs=1e-6)
    assert all(item.holds for item in solution.evidence)
    assert not solution.exact and "converges" in solution.notes[0]


def test_limit_of_an_endless_iteration_is_found_in_fractions():
    """The lowest payoff of the second player falls by 1/15 of the rest each round, to 23/4.

    It solves v = 0.65 * 5 + 0.35 * w on the segment of slope that (7, 8) and (1, v) span; the
    answer is checked by the definition, in fractions.
    """
    cells = [[(-4, -2), (0, 6)], [(7, 8), (1, -4)], [(6, -5), (-1, 5)]]
    solution = sustainable_payoffs(Repeated(stage(cells), F(7, 20)))
    assert solution.exact
    assert vertices(solution) == {(1, F(23, 4)), (7, 8), (1, F(44, 7))}
    assert all(item.value == 0 for item in solution.evidence)


@pytest.mark.parametrize("T, R, P, S", [(5, 3, 1, 0), (4, 3, 2, 1), (3, 2, 1, 0)])
def test_cooperation_appears_exactly_at_the_grim_factor(T, R, P, S):
    """Where 2R >= T + S, cooperation is sustainable exactly from (T-R)/(T-P) on."""
    factor = F(T - R, T - P)
    cells = [[(R, R), (S, T)], [(T, S), (P, P)]]
    at = sustainable_payoffs(Repeated(stage(cells), factor))
    assert (R, R) in vertices(at)
    below = sustainable_payoffs(Repeated(stage(cells), factor - F(1, 100)))
    assert (R, R) not in vertices(below)


def test_no_pure_equilibrium_is_an_answer():
    solution = sustainable_payoffs(
        Repeated(stage([[(1, -1), (-1, 1)], [(-1, 1), (1, -1)]]), F(1, 2))
    )
    assert len(solution) == 0 and "No subgame perfect" in solution.notes[0]


small = st.lists(st.integers(-4, 6), min_size=8, max_size=8)


@settings(max_examples=40, deadline=None)
@given(small, st.sampled_from([F(1, 5), F(2, 5), F(3, 5), F(4, 5)]))
def test_set_generates_itself_and_holds_every_stage_equilibrium(numbers, delta):
    cells = [
        [(numbers[0], numbers[1]), (numbers[2], numbers[3])],
        [(numbers[4], numbers[5]), (numbers[6], numbers[7])],
    ]
    game = Repeated(stage(cells), delta)
    solution = sustainable_payoffs(game)
    assert all(item.holds for item in solution.evidence)
    corners = [tuple(p.payoffs.values()) for p in solution]
    low = game.pure_minmax()
    for point in corners:
        assert all(float(v) >= float(low[p]) - 1e-9 for p, v in zip(AB, point, strict=True))
    for point in nash_reversion(game):
        inside = _outside(corners, tuple(point.payoffs.values()))
        assert float(inside) <= 1e-9


def test_against_quantecon():
    """Independent implementation; where the sets differ, theirs must fail the definition."""
    game_theory = pytest.importorskip("quantecon.game_theory")
    rng = np.random.default_rng(0)
    compared = 0
    for _ in range(25):
        rows, columns = rng.integers(2, 4, 2)
        u = rng.integers(-5, 10, (2, rows, columns))
        delta = F(int(rng.integers(2, 19)), 20)
        cells = [[(int(u[0, r, c]), int(u[1, r, c])) for c in range(columns)] for r in range(rows)]
        game = Repeated(stage(cells), delta)
        ours = np.array([[float(v) for v in p.payoffs.values()] for p in sustainable_payoffs(game)])
        if len(ours) < 3:
            continue  # QuantEcon's hull needs three corners
        players = (
            game_theory.Player(u[0].astype(float)),
            game_theory.Player(u[1].T.astype(float)),
        )
        peer = game_theory.RepeatedGame(game_theory.NormalFormGame(players), float(delta))
        shape = peer.equilibrium_payoffs()
        theirs = shape.points[shape.vertices]
        gap = np.abs(ours[:, None] - theirs[None]).max(-1)
        if gap.min(1).max() < 1e-6 and gap.min(0).max() < 1e-6:
            compared += 1
            continue
        rough = Repeated(game.stage.floats(), float(delta))
        assert max(float(_outside(ours.tolist(), v)) for v in theirs) > -1e-9
        shortfall = max(
            sustainable_payoffs.enforced_by(rough, [tuple(v) for v in theirs], v)[0] for v in theirs
        )
        assert shortfall > 1e-6
    assert compared >= 8


def test_minmax():
    """Fudenberg and Maskin (1986), matching pennies: pure minmax 1, mixed minmax 0."""
    game = Repeated(stage([[(1, -1), (-1, 1)], [(-1, 1), (1, -1)]]), F(1, 2))
    assert game.pure_minmax() == {"a": 1, "b": 1}
    assert game.mixed_minmax() == {"a": 0, "b": 0}


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 4), st.integers(2, 4), st.integers(0, 10**6))
def test_zero_sum_value_by_minimax_bounds(rows, columns, seed):
    """The value lies between pure maximin and pure minmax, and is minus that of the transpose."""
    table = np.random.default_rng(seed).integers(-9, 10, (rows, columns))
    value = zero_sum_value(table.tolist())
    assert table.min(1).max() <= value <= table.max(0).min()
    assert zero_sum_value((-table.T).tolist()) == -value


@pytest.mark.parametrize(
    "T, R, P, S, grim, tft",
    [  # Axelrod (1984): max[(T-R)/(T-P), (T-R)/(R-S)]
        (5, 3, 1, 0, F(1, 2), F(2, 3)),
        (4, 3, 2, 1, F(1, 2), F(1, 2)),
        (10, 9, 3, 1, F(1, 7), F(1, 7)),
        (3, 2, 1, 0, F(1, 2), F(1, 2)),
    ],
)
def test_grim_and_tit_for_tat(T, R, P, S, grim, tft):
    game = Repeated(stage([[(R, R), (S, T)], [(T, S), (P, P)]]), F(1, 2))
    assert game.reversion_factor({"a": "r0", "b": "c0"}) == {"a": grim, "b": grim}
    assert game.tit_for_tat() == {"a": tft, "b": tft}


def test_tit_for_tat_by_playing_it_out():
    """Against tit for tat, all defection and alternation, summed over 2,000 rounds."""
    T, R, P, S = 5.0, 3.0, 1.0, 0.0
    t = np.arange(2000)
    for d in (2 / 3 - 0.01, 2 / 3 + 0.01):
        keep = (R * d**t).sum()
        defect = T + (P * d ** t[1:]).sum()
        alternate = (np.where(t % 2 == 0, T, S) * d**t).sum()
        assert (max(defect, alternate) > keep) == (d < 2 / 3)


def test_wrong_points_are_refuted():
    game = Repeated(stage([[(3, 3), (0, 5)], [(5, 0), (1, 1)]]), F(1, 4))
    kept = dataclasses.replace(
        nash_reversion(game)[0],
        strategies={"a": "r0", "b": "c0"},
    )
    verdict = nash_reversion.holds(game, kept)
    # (1 - d) 5 + d 1 - 3 at d = 1/4
    assert not verdict.holds and verdict.value == 1 and verdict.witness
    point = sustainable_payoffs(game)[0]
    high = dataclasses.replace(point, payoffs={"a": F(3), "b": F(3)})
    assert not sustainable_payoffs.holds(game, high).holds


def test_refusals():
    pd = stage([[(3, 3), (0, 5)], [(5, 0), (1, 1)]])
    for factor in (0, 1, F(3, 2)):
        with pytest.raises(InputError, match="discount factor"):
            Repeated(pd, factor)
    with pytest.raises(NotApplicableError, match="differently"):
        sustainable_payoffs(Repeated(pd, {"a": F(1, 2), "b": F(1, 3)}))
    with pytest.raises(NotApplicableError, match="T > R"):
        Repeated(stage([[(1, 1), (0, 0)], [(0, 0), (1, 1)]]), F(1, 2)).tit_for_tat()


def test_three_players_revert_to_pure_equilibria():
    """Public good, 3 players: keep pays 2 per keeper to all and costs 3; all keep is worth 3.

    A defector gets 4 at once and 0 ever after: (4 - 3) / (4 - 0) = 1/4.
    """
    u = np.empty((3, 2, 2, 2), dtype=object)
    for index in np.ndindex(2, 2, 2):
        keepers = 3 - sum(index)
        for i in range(3):
            u[(i, *index)] = F(2 * keepers - (3 if index[i] == 0 else 0))
    game = Repeated(
        StrategicGame(
            players=("x", "y", "z"),
            strategies=dict.fromkeys(("x", "y", "z"), ("keep", "break")),
            payoffs=u,
        ),
        F(1, 3),
    )
    assert set(game.reversion_factor(dict.fromkeys("xyz", "keep")).values()) == {F(1, 4)}
    solution = nash_reversion(game)
    assert "keep, keep, keep" in [p.label for p in solution] and not solution.complete


def test_polygon_helpers():
    assert hull([(0, 0), (2, 0), (1, 0), (1, 1)]) == [(0, 0), (2, 0), (1, 1)]
    assert hull([(1, 1), (1, 1)]) == [(1, 1)]
    square = [(0, 0), (2, 0), (2, 2), (0, 2)]
    assert set(clip(square, 0, 1)) == {(1, 0), (2, 0), (2, 2), (1, 2)}
    assert clip(square, 1, 3) == []
    assert payoff_set([[[F(1)]], [[F(2)]]], F(1, 2)).vertices == ((1, 2),)


def _subgame_perfect(game, profile, delta):
    """The trigger strategies as an automaton, its values from the definition, every deviation.

    State 0 plays the profile, state i (1, 2) plays the stage equilibrium worst for player i for
    ever. Deviations of i in state 0 lead to state i. The equilibria are pure here.
    """
    cells = game.profiles()
    nash = [c for c in cells if all(r <= 0 for r in game.stage.regrets(c).values())]
    for player in game.players:
        # any equilibrium may be the punishment: the worst for the deviator is the strongest
        punished = min(nash, key=lambda c: game.stage.payoff(c)[player])
        later = game.stage.payoff(punished)[player]
        now = game.stage.payoff(profile)[player]
        value = now  # (1 - d)(now + d now + ...) averages to now
        for strategy in game.stage.strategies[player]:
            if strategy == profile[player]:
                continue
            once = game.stage.payoff({**profile, player: strategy})[player]
            discounted = (1 - delta) * (once + sum(delta**t * later for t in range(1, 400)))
            if discounted + delta**400 * later > value:
                return False
    return True


@settings(max_examples=60, deadline=None)
@given(small, st.sampled_from([F(1, 20), F(2, 5), F(9, 10)]))
def test_reversion_is_subgame_perfect_exactly_where_said(numbers, delta):
    """Also where the stage equilibrium is better than the profile for the one it "punishes"."""
    cells = [[tuple(numbers[4 * r + 2 * c : 4 * r + 2 * c + 2]) for c in (0, 1)] for r in (0, 1)]
    game = Repeated(stage(cells), delta)
    pure = [c for c in game.profiles() if all(r <= 0 for r in game.stage.regrets(c).values())]
    if len(pure) != 1 or len(game.stage_equilibria()) != 1:
        return  # a mixed equilibrium would be a threat that the automaton does not know
    kept = {tuple(point.strategies.values()) for point in nash_reversion(game)}
    for profile in game.profiles():
        said = tuple(profile.values()) in kept
        assert said == _subgame_perfect(game, profile, delta)


def test_a_profile_worse_than_the_punishment_is_not_sustained():
    """b at (r1, c0) gets 0 and loses nothing by c1, after which it gets 1 for ever."""
    game = Repeated(stage([[(2, 0), (-1, 1)], [(1, 0), (-2, 0)]]), F(2, 5))
    assert [point.label for point in nash_reversion(game)] == ["r0, c1"]
    assert game.reversion_factor({"a": "r1", "b": "c0"})["b"] == float("inf")
