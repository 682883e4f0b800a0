import json
from fractions import Fraction as F

import numpy as np
import pytest

from negotiate.errors import InputError, NotApplicableError
from negotiate.solution import Point
from negotiate.strategic.game import StrategicGame
from negotiate.strategic.nash import nash


def two(a, b, **labels):
    return StrategicGame.from_arrays([a, b], **labels)


CHICKEN = two(
    [[3, 2], [4, 1]],
    [[3, 4], [2, 1]],
    players=("Russia", "Turkey"),
    strategies=[("Yield", "Stand")] * 2,
)


def test_chicken_in_words():
    # Yielding pays 3p + 2(1 - p), standing 4p + (1 - p): equal at p = 1/2.
    found = nash(CHICKEN)
    assert found.complete and found.exact and found.degenerate is False
    assert {point.label for point in found} == {
        "Yield, Stand",
        "Stand, Yield",
        "{Yield: 1/2, Stand: 1/2}, {Yield: 1/2, Stand: 1/2}",
    }
    assert all(point.regret == 0 and isinstance(point.regret, F) for point in found)
    assert found.components == ((0,), (1,), (2,))
    mixed = found[2]
    assert mixed.payoffs == {"Russia": F(5, 2), "Turkey": F(5, 2)}
    # Neither pure equilibrium is better for both than the mixed one, nor the other way.
    assert not any(point.marks for point in found)


def test_json_is_as_documented():
    data = json.loads(json.dumps(nash(CHICKEN).to_dict()))
    point = data["points"][2]
    assert point["strategies"]["Russia"] == {"Yield": "1/2", "Stand": "1/2"}
    assert point["regret"] == "0" and point["payoffs"]["Turkey"] == "5/2"
    assert (data["complete"], data["exact"], data["degenerate"]) == (True, True, False)


def test_a_continuum_is_one_component_with_its_subsets():
    # Entry deterrence: one entry equilibrium, and staying out while fighting is at least 1/2.
    game = two([[1, -1], [0, 0]], [[1, -1], [2, 2]])
    found = nash(game)
    assert found.degenerate and found.complete
    assert sorted(map(len, found.components)) == [1, 2]
    segment = next(c for c in found.components if len(c) == 2)
    assert all(found[k].facts["nash subsets"] for k in segment)
    middle = {
        player: {
            s: (found[segment[0]].strategies[player][s] + found[segment[1]].strategies[player][s])
            / 2
            for s in game.strategies[player]
        }
        for player in game.players
    }
    assert nash.holds(game, Point(payoffs={}, strategies=middle)).holds


def test_holds_recomputes_and_names_the_deviation():
    wrong = Point(payoffs={}, strategies={"Russia": "Yield", "Turkey": "Yield"})
    evidence = nash.holds(CHICKEN, wrong)
    assert not evidence.holds and evidence.value == 1
    assert evidence.witness in ("Russia gains by playing Stand", "Turkey gains by playing Stand")
    almost = {"Yield": F(1, 2) + F(1, 10**30), "Stand": F(1, 2) - F(1, 10**30)}
    near = Point(payoffs={}, strategies={"Russia": almost, "Turkey": almost})
    assert not nash.holds(CHICKEN, near).holds  # exact games are judged exactly
    with pytest.raises(InputError, match="sum to one"):
        nash.holds(
            CHICKEN, Point(payoffs={}, strategies={"Russia": {"Yield": F(1, 2)}, "Turkey": "Yield"})
        )


def test_float_games_are_read_as_decimals_and_answered_in_floats():
    # With 0.1 + 0.2 the mixed equilibrium of this coordination game is 3/4; floats would tie badly.
    game = two(np.array([[0.1, 0.2], [0.3, 0.0]]), np.array([[0.1, 0.2], [0.3, 0.0]]))
    found = nash(game)
    assert not found.exact and found.complete and len(found) == 3
    assert all(nash.holds(game, point).holds for point in found)
    assert found[2].strategies[game.players[0]]["1"] == 0.75


def test_relabelling_players_permutes_the_answer():
    rng = np.random.default_rng(4)
    for _ in range(20):
        game = two(rng.integers(0, 3, (3, 2)).tolist(), rng.integers(0, 3, (3, 2)).tolist())
        turned = nash(game.reordered(game.players[::-1]))

        def key(point, names=game.players):
            return tuple(tuple(point.strategies[p].items()) for p in names)

        assert {key(p) for p in turned} == {key(p) for p in nash(game)}


def test_pareto_dominated_equilibria_are_marked():
    hunt = two([[4, 0], [3, 3]], [[4, 3], [0, 3]], strategies=[("Stag", "Hare")] * 2)
    marks = {point.label: point.marks for point in nash(hunt)}
    assert marks["Stag, Stag"] == ()
    assert marks["Hare, Hare"] == ("pareto dominated",)


def test_a_game_too_large_is_reduced_if_dominance_allows_and_else_one_point_is_given():
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 50, (2, 20, 20))
    a[3:] = a[0] - 1 - np.arange(17)[:, None]
    found = nash(two(a.tolist(), b.tolist()))
    assert found.complete and found.degenerate is None and "dominance" in found.notes[0]
    assert all(nash.holds(found.form, point).value == 0 for point in found)
    big = rng.integers(0, 1000, (2, 40, 40))
    one = nash(two(*(side.tolist() for side in big)))
    assert len(one) == 1 and not one.complete and nash.holds(one.form, one[0]).value == 0


def test_only_single_numeric_strategic_games_are_admitted():
    with pytest.raises(NotApplicableError):
        nash("a game")


def test_three_players():
    # Volunteer's dilemma: three pure, three with two mixing at 3/5, one symmetric and irrational.
    cells = np.array(
        [[[5 - 2 * (c[i] == 0) if 0 in c else 0 for i in range(3)] for c in np.ndindex(2, 2, 2)]]
    )
    payoffs = [cells[0, :, i].reshape(2, 2, 2).tolist() for i in range(3)]
    found = nash(StrategicGame.from_arrays(payoffs))
    assert len(found) == 7 and found.complete and not found.exact
    assert all(nash.holds(found.form, point).holds for point in found)
    text = nash.explain(found.form)
    assert "Mixed strategies" in text and "All 7 equilibria" in text


def test_explain_shows_the_steps_of_a_student():
    text = nash.explain(CHICKEN)
    assert "(Yield, Stand)" in text and "(Stand, Yield)" in text
    assert "Russia is indifferent" in text
    assert r"p_{\text{Yield}} = \tfrac{1}{2}" in text
    dominated = nash.explain(two([[3, 0], [5, 1]], [[3, 5], [0, 1]]))
    assert "pays less than" in dominated
    failing = nash.explain(two([[2, 1], [0, 0]], [[1, 0], [0, 1]]))
    assert "Strictly dominated" in failing
    third = nash.explain(two([[4, 0], [0, 4], [3, 3]], [[1, 0], [0, 1], [0, 0]]))
    assert "The support fails" in third
