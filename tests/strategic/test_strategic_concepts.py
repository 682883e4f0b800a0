"""Concepts of strategic games: published values, and the definitions under random attack."""

from fractions import Fraction
from itertools import pairwise, permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate import declare
from negotiate.errors import NotApplicableError, TooLargeError, UnknownNameError
from negotiate.strategic.coarse_correlated import coarse_correlated as coarse_correlated_equilibrium
from negotiate.strategic.correlated import correlated as correlated_equilibrium
from negotiate.strategic.dominance import advantage, dominance, dominated
from negotiate.strategic.evolutionarily_stable import evolutionarily_stable
from negotiate.strategic.game import StrategicGame
from negotiate.strategic.learning import learning
from negotiate.strategic.learning import path as path_of
from negotiate.strategic.maximin import maximin
from negotiate.strategic.nash import nash as nash_equilibrium
from negotiate.strategic.proper import proper as proper_equilibrium
from negotiate.strategic.quantal_response import quantal_response
from negotiate.strategic.rationalizability import belief as belief_in
from negotiate.strategic.selection import RULES, selection
from negotiate.strategic.theory_of_moves import theory_of_moves
from negotiate.strategic.trembling_hand import trembling_hand

F = Fraction
EXACT = (
    "correlated_equilibrium",
    "coarse_correlated_equilibrium",
    "dominance",
    "maximin",
    "proper_equilibrium",
    "rationalizability",
    "selection",
    "trembling_hand",
)


def bimatrix(a, b, **labels):
    return StrategicGame.from_arrays([a, b], **labels)


def random_game(seed, shape, high):
    rng = np.random.default_rng(seed)
    return StrategicGame.from_arrays([rng.integers(0, high, shape) for _ in shape])


seeds = st.integers(0, 10**6)
small = st.sampled_from([(2, 2), (2, 3), (3, 3)])
high = st.sampled_from([2, 3, 20])  # mostly degenerate


# -- every point passes its definition, relabelling moves the answer along ------------------------


@settings(max_examples=25, deadline=None)
@given(seeds, small, high)
def test_every_point_holds_exact_and_in_floats(seed, shape, top):
    game = random_game(seed, shape, top)
    for name in EXACT:
        concept = declare.concept_named(name)
        for form in (game, game.floats()):
            solution = concept(form)
            assert solution.exact == form.exact
            for point in solution.points[:4]:
                assert concept.holds(form, point).holds, (name, point)


@settings(max_examples=15, deadline=None)
@given(seeds, small, high)
def test_exchanging_the_players_exchanges_the_answer(seed, shape, top):
    game = random_game(seed, shape, top)
    swapped = game.transposed()
    for name in ("correlated_equilibrium", "proper_equilibrium", "trembling_hand"):
        solve = declare.concept_named(name)
        mine, theirs = solve(game), solve(swapped)
        key = [
            sorted(tuple(p.payoffs[q] for q in game.players) for p in s.points)
            for s in (mine, theirs)
        ]
        assert key[0] == key[1]
        assert sorted(map(len, mine.components)) == sorted(map(len, theirs.components))
    a, b = dominance(game)[0].facts["survivors"], dominance(swapped)[0].facts
    assert dict(a) == dict(b["survivors"])


@settings(max_examples=15, deadline=None)
@given(seeds, small)
def test_affine_changes_of_payoffs_change_no_refinement(seed, shape):
    game = random_game(seed, shape, 3)
    scaled = StrategicGame.from_arrays([game.payoffs[0] * 3 - 5, game.payoffs[1] / 7 + 1])
    for concept in (trembling_hand, proper_equilibrium):
        assert {p.label for p in concept(game)} == {p.label for p in concept(scaled)}


@settings(max_examples=20, deadline=None)
@given(seeds, small, high)
def test_proper_within_perfect_within_nash_within_correlated(seed, shape, top):
    game = random_game(seed, shape, top)
    proper = proper_equilibrium(game)
    assert len(proper) >= 1  # Myerson 1978, Theorem 1
    for point in proper:
        assert trembling_hand.holds(game, point).holds
    for point in trembling_hand(game):
        assert nash_equilibrium.holds(game, point).holds
    for point in nash_equilibrium(game):
        x, y = (point.strategies[p] for p in game.players)
        joint = {f"{s}, {t}": v * w for s, v in x.items() for t, w in y.items() if v * w}
        made = type(point)(payoffs=point.payoffs, facts={"distribution": joint})
        assert correlated_equilibrium.holds(game, made).holds
        assert coarse_correlated_equilibrium.holds(game, made).holds


# -- dominance, rationalizability, maximin --------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(seeds, st.sampled_from([(2, 3), (3, 3), (2, 2, 2), (4, 3)]), high)
def test_pure_dominance_by_brute_force(seed, shape, top):
    game = random_game(seed, shape, top)
    for kind in ("strict", "weak"):
        found = {(d["player"], d["strategy"]) for d in dominated(game, kind=kind, by="pure")}
        expected = set()
        for player in game.players:
            rows = advantage(game, player)
            for s, t in permutations(range(len(rows)), 2):
                more, less = rows[t] > rows[s], rows[t] < rows[s]
                if more.all() if kind == "strict" else more.any() and not less.any():
                    expected.add((player, game.strategies[player][s]))
        assert found == expected


@settings(max_examples=20, deadline=None)
@given(seeds, st.sampled_from([(3, 2), (3, 3), (4, 3)]))
def test_undominated_strategies_have_a_belief_and_dominated_ones_none(seed, shape):
    game = random_game(seed, shape, 5)
    struck = {(d["player"], d["strategy"]) for d in dominated(game)}
    for player in game.players:
        rows = advantage(game, player)
        for k, s in enumerate(game.strategies[player]):
            belief = belief_in(rows, k)  # a theorem of the alternative
            assert (belief is None) == ((player, s) in struck)
            if belief is not None:
                values = rows @ np.array(belief, dtype=object)
                assert sum(belief) == 1 and values[k] == values.max()


def test_weak_dominance_says_that_order_matters():
    # Osborne and Rubinstein (1994), Figure 63.1: striking T first leaves (M, R) or (B, R), striking
    # B first leaves the first column; both at once leave M alone, and Column indifferent.
    game = bimatrix(
        [[1, 0], [1, 2], [0, 2]], [[1, 0], [1, 1], [0, 1]], strategies=[("T", "M", "B"), ("L", "R")]
    )
    answer = dominance(game, kind="weak")
    assert answer[0].facts["survivors"] == {"Player 1": ("M",), "Player 2": ("L", "R")}
    assert any("order" in note for note in answer.notes)
    assert dominance.holds(game, answer[0], kind="weak").holds
    without_t, without_b = (
        game.restricted({"Player 1": keep}) for keep in (["M", "B"], ["T", "M"])
    )
    ends = [
        dominance(g, kind="weak")[0].facts["survivors"]["Player 2"] for g in (without_t, without_b)
    ]
    assert ends == [("R",), ("L",)]


def test_false_eliminations_are_refuted():
    game = bimatrix([[3, 2], [4, 1]], [[3, 4], [2, 1]])
    point = dominance(game)[0]
    facts = {
        "survivors": {"Player 1": ("1",), "Player 2": ("1", "2")},
        "order": ({"round": 1, "player": "Player 1", "strategy": "2", "by": {"1": "1"}},),
    }
    assert not dominance.holds(game, type(point)(payoffs={}, facts=facts)).holds


@settings(max_examples=25, deadline=None)
@given(seeds, st.sampled_from([(2, 2), (2, 4), (3, 3), (4, 4)]))
def test_minimax_theorem(seed, shape):
    rng = np.random.default_rng(seed)
    a = rng.integers(-5, 6, shape)
    point = maximin(bimatrix(a, 2 - a))[0]
    levels = point.facts["security level"]
    assert levels["Player 1"] + levels["Player 2"] == 2
    assert point.regret == 0 and point.facts["value"] == point.payoffs["Player 1"]


def test_maximin_with_three_players_by_hand():
    # Player 1's payoffs: matching pennies against the product of the others' choices.
    a = np.array([[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]])
    point = maximin(StrategicGame.from_arrays([a, a * 0, a * 0 + 3]))[0]
    assert point.facts["security level"] == {"Player 1": 0, "Player 2": 0, "Player 3": 3}
    assert list(point.strategies["Player 1"].values()) == [F(1, 2), F(1, 2)]


# -- correlated equilibria ------------------------------------------------------------------------


def test_vertices_of_nau_gomez_canovas_and_hansen():
    # Nau, Gomez Canovas and Hansen (2004), International Journal of Game Theory 32, 443-453,
    # section 3: the correlated equilibria of the battle of the sexes have five vertices.
    game = bimatrix([[2, 0], [0, 1]], [[1, 0], [0, 2]])
    solution = correlated_equilibrium(game)
    assert len(solution) == 5 and solution.complete


@settings(max_examples=20, deadline=None)
@given(seeds, st.sampled_from([(2, 2), (2, 3), (2, 2, 2)]), high)
def test_best_point_is_the_best_vertex(seed, shape, top):
    game = random_game(seed, shape, top)
    for concept in (correlated_equilibrium, coarse_correlated_equilibrium):
        corners = concept(game)
        best = concept(game, objective={"Player 1": 2, "Player 2": 1})[0]
        floats = concept(game.floats(), objective={"Player 1": 2, "Player 2": 1})[0]

        def value(point):
            return 2 * point.payoffs["Player 1"] + point.payoffs["Player 2"]

        assert value(best) == max(value(p) for p in corners)
        assert float(value(best)) == pytest.approx(value(floats), abs=1e-6)
        assert concept.holds(game.floats(), floats).holds


def test_a_deviation_is_named():
    game = bimatrix([[6, 2], [7, 0]], [[6, 7], [2, 0]])
    point = correlated_equilibrium(game)[0]
    bad = type(point)(payoffs={}, facts={"distribution": {"1, 1": F(1)}})
    evidence = correlated_equilibrium.holds(game, bad)
    assert not evidence.holds and evidence.value == 1 and "told 1, plays 2" in evidence.witness


# -- evolutionary stability -----------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(seeds, st.integers(2, 4), st.sampled_from([2, 3, 10]))
def test_stable_strategies_resist_and_the_others_do_not(seed, n, top):
    rng = np.random.default_rng(seed)
    a = rng.integers(0, top, (n, n))
    game = bimatrix(a, a.T)
    found = [list(p.strategies["Player 1"].values()) for p in evolutionarily_stable(game)]
    exact = np.array([[F(int(v)) for v in row] for row in a], dtype=object)
    grid = [np.array([F(k, 6) for k in c]) for c in product(range(7), repeat=n) if sum(c) == 6]
    for x in (np.array(f, dtype=object) for f in found):
        for z in grid:
            if all(z == x):
                continue
            y = x + (z - x) / 10**6  # near: uninvadable within a barrier
            assert x @ exact @ y > y @ exact @ y
    # symmetric pure equilibria that are not listed must be beaten or matched by some mutant
    for k in range(n):
        x = [F(int(j == k)) for j in range(n)]
        if x in found:
            continue
        beaten = any(
            exact[j] @ x >= exact[k] @ x
            and not (exact[j, k] == exact[k, k] and exact[k, j] > exact[j, j])
            for j in range(n)
            if j != k
        )
        mixed = any(
            np.array(x) @ exact @ (y := np.array(x) + (z - np.array(x)) / 10**6) <= y @ exact @ y
            for z in grid
            if list(z) != x
        )
        assert beaten or mixed


def test_rock_paper_scissors_has_none_and_its_good_version_one():
    # Hofbauer and Sigmund (1998), Evolutionary Games and Population Dynamics, section 7.7: the
    # centroid is stable exactly if winning pays more than losing costs.
    for win, count in ((1, 0), (2, 1)):
        a = np.array([[0, -1, win], [win, 0, -1], [-1, win, 0]])
        assert len(evolutionarily_stable(bimatrix(a, a.T))) == count


def test_only_symmetric_games_are_admitted():
    with pytest.raises(NotApplicableError, match="symmetric"):
        evolutionarily_stable(bimatrix([[1, 2], [3, 4]], [[1, 2], [3, 4]]))


# -- perfect and proper ---------------------------------------------------------------------------


def test_myerson_1978():
    # Myerson (1978), International Journal of Game Theory 7, 73-80, section 2: (a2, b2) is perfect
    # but not proper; (a3, b3) is not perfect.
    a = [[1, 0, -9], [0, 0, -7], [-9, -7, -7]]
    game = bimatrix(a, a)
    assert {p.label for p in nash_equilibrium(game)} == {"1, 1", "2, 2", "3, 3"}
    assert {p.label for p in trembling_hand(game)} == {"1, 1", "2, 2"}
    assert {p.label for p in proper_equilibrium(game)} == {"1, 1"}


def test_perfect_components_are_cut_where_mixtures_are_dominated():
    # Column is indifferent everywhere, so every best reply of Row is an equilibrium. T and M are
    # undominated, but half of each gives (2, 2, 0) against B's (2, 2, 1).
    game = bimatrix(
        [[4, 0, 0], [0, 4, 0], [2, 2, 1]],
        np.zeros((3, 3), int),
        strategies=[("T", "M", "B"), ("L", "C", "R")],
    )
    solution = trembling_hand(game)
    middle = {"T": F(1, 2), "M": F(1, 2), "B": F(0)}
    half = type(solution[0])(
        payoffs={},
        strategies={"Player 1": middle, "Player 2": {"L": F(1, 2), "C": F(1, 2), "R": 0}},
    )
    evidence = trembling_hand.holds(game, half)
    assert nash_equilibrium.holds(game, half).holds
    assert not evidence.holds and "dominated" in evidence.witness


def test_proper_refuses_what_is_not_small():
    with pytest.raises(TooLargeError, match="orders"):
        proper_equilibrium(random_game(1, (7, 7), 9))


def test_generic_games_lose_nothing():
    # A regular equilibrium is proper (van Damme 1991, section 2.5), and all equilibria
    # of a game with payoffs drawn from a large range are regular.
    rng = np.random.default_rng(4)
    for _ in range(6):
        game = bimatrix(*rng.integers(0, 10**6, (2, 3, 3)))
        nash = {p.label for p in nash_equilibrium(game)}
        assert {p.label for p in proper_equilibrium(game)} == nash


# -- quantal response, selection, moves, learning -------------------------------------------------


def test_quantal_response_over_draws_matches_single_games():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 6, 2, 3))
    game = StrategicGame.from_arrays([a, b])
    point = quantal_response(game, precision=2.0)[0]
    assert quantal_response.holds(game, point).holds
    for k in range(6):
        single = quantal_response(game.draw(k), precision=2.0)[0]
        for player in game.players:
            assert point.payoffs[player][k] == pytest.approx(single.payoffs[player], abs=1e-8)
    moved = {p: dict(s) for p, s in point.strategies.items()}
    moved["Player 1"] = {"1": moved["Player 1"]["2"], "2": moved["Player 1"]["1"]}
    wrong = type(point)(payoffs=point.payoffs, strategies=moved, facts=point.facts)
    assert not quantal_response.holds(game, wrong).holds


def test_selection_rules_by_hand():
    # deviation losses: (1, 1) at the first equilibrium, (7, 7) at the second
    game = bimatrix([[9, 0], [8, 7]], [[9, 8], [0, 7]])
    answers = {rule: [p.label for p in selection(game, rule=rule)] for rule in RULES}
    assert answers["payoff_dominant"] == answers["welfare"] == ["1, 1"]
    # 2 x 2 symmetric coordination: the logit branch goes where a player at the centroid leans
    assert answers["risk_dominant"] == answers["logit_limit"] == ["2, 2"]
    with pytest.raises(UnknownNameError, match="risk_dominant"):
        selection(game, rule="risk_dominat")


def test_selection_may_pick_nothing_or_a_tie():
    battle = bimatrix([[2, 0], [0, 1]], [[1, 0], [0, 2]])
    assert len(selection(battle, rule="payoff_dominant")) == 0
    tie = selection(battle, rule="risk_dominant")
    assert len(tie) == 2 and "equal" in tie.notes[0]
    assert len(selection(battle, rule="welfare")) == 2


def test_selection_among_pure_equilibria_of_three_players():
    same = np.zeros((2, 2, 2), int)
    same[0, 0, 0], same[1, 1, 1] = 2, 1
    solution = selection(StrategicGame.from_arrays([same] * 3), rule="payoff_dominant")
    assert [p.label for p in solution] == ["1, 1, 1"] and not solution.complete


def test_moves_from_every_state_of_chicken():
    # Brams (1994), Theory of Moves, game 57; the walk from each state is written out in the module.
    game = bimatrix([[3, 2], [4, 1]], [[3, 4], [2, 1]])
    assert theory_of_moves(game).settings["from"] == {
        "1, 1": ("1, 1",),
        "1, 2": ("2, 1",),
        "2, 1": ("1, 2",),
        "2, 2": ("1, 2", "2, 1"),
    }


def test_the_78_ordinal_games_whatever_their_labels():
    # The 576 pairs of strict rankings are 78 games up to relabelling (Rapoport and Guyer 1966,
    # General Systems 11, 203-214). Each has the same non-myopic payoffs under every labelling, and
    # every point survives the recursive walk of `holds`.
    tables = [np.reshape(p, (2, 2)) for p in permutations((1, 2, 3, 4))]
    answers = {}
    for a, b in product(tables, tables):
        solution = theory_of_moves(bimatrix(a, b))
        pairs = [tuple(int(v) for v in p.payoffs.values()) for p in solution]
        name, swapped = min(_labellings(a, b))
        answers.setdefault(name, set()).add(
            tuple(sorted(pair[::-1] if swapped else pair for pair in pairs))
        )
        assert len(solution) >= 1
    assert len(answers) == 78
    for name, found in answers.items():
        mirrored = {tuple(sorted(pair[::-1] for pair in pairs)) for pairs in found}
        symmetric = _mirror(name) == name
        assert len(found) == 1 or (symmetric and found == mirrored), name


def _labellings(a, b):
    for swapped in (False, True):
        x, y = (b.T, a.T) if swapped else (a, b)
        for rows, columns in product((1, -1), repeat=2):
            u, v = x[::rows, ::columns], y[::rows, ::columns]
            yield tuple(zip(u.ravel().tolist(), v.ravel().tolist())), swapped


def _mirror(name):
    a, b = (np.reshape([cell[i] for cell in name], (2, 2)) for i in (0, 1))
    return min(_labellings(b.T, a.T))[0]


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_moves_hold_by_recursion(seed):
    game = random_game(seed, (2, 2), 5)
    for point in theory_of_moves(game):
        assert theory_of_moves.holds(game, point).holds


def test_moves_are_defined_on_two_by_two():
    with pytest.raises(NotApplicableError, match="2 x 2"):
        theory_of_moves(random_game(0, (2, 3), 9))


def test_learning_is_reproducible_and_leaves_the_global_state_alone():
    game = bimatrix([[2, 0], [0, 1]], [[1, 0], [0, 2]])
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    one, two = (
        path_of(game, dynamics="fictitious_play", steps=50, rng=np.random.default_rng(3))
        for _ in range(2)
    )
    assert np.array_equal(one.shares["Player 1"], two.shares["Player 1"])
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002


def test_replicators_reach_what_theory_says():
    # Hawk and dove with V = 2, C = 4 goes to one half (Weibull 1995, section 3.1).
    hawk = np.array([[-1, 2], [0, 1]])
    point = learning(bimatrix(hawk, hawk.T), dynamics="replicator", horizon=60.0, steps=200)[0]
    assert point.strategies["Player 1"]["1"] == pytest.approx(0.5, abs=1e-3)
    # The dominant strategy takes over in a prisoner's dilemma.
    pd = bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    point = learning(pd, dynamics="asymmetric_replicator", horizon=60.0, steps=200)[0]
    assert point.strategies["Player 2"]["2"] == pytest.approx(1.0, abs=1e-3)
    assert learning.holds(pd, point).holds


def test_moran_fixes_in_a_dominant_population():
    game = bimatrix([[1, 1], [9, 9]], [[1, 9], [1, 9]])
    course = path_of(game, dynamics="moran", steps=100_000, rng=np.random.default_rng(1))
    shares = course.shares["Player 1"]
    assert set(shares[-1]) == {0.0, 1.0}
    assert all(abs(b - a).sum() <= 0.2 + 1e-12 for a, b in pairwise(shares))


def test_unknown_dynamics_and_wrong_forms_are_refused():
    game = bimatrix([[1, 2], [3, 4]], [[1, 2], [3, 4]])
    with pytest.raises(UnknownNameError, match="replicator"):
        learning(game, dynamics="replicatr")
    with pytest.raises(NotApplicableError, match="symmetric"):
        learning(game, dynamics="moran")
    with pytest.raises(NotApplicableError, match="a strategic game"):
        maximin(object())
    with pytest.raises(NotApplicableError, match="players"):
        trembling_hand(random_game(0, (2, 2, 2), 3))


def test_explanations_show_the_numbers():
    game = bimatrix(
        [[3, 0], [0, 3], [1, 1]], np.zeros((3, 2), int), strategies=[("T", "M", "B"), ("L", "R")]
    )
    text = dominance.explain(game)
    assert "Round 1" in text and "1/2 T + 1/2 M" in text and "3/2 > 1" in text
    assert "3/2" in maximin.explain(game)
