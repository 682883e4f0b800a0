"""Stochastic games: the form, its file, its errors."""

from fractions import Fraction
from importlib import import_module

import numpy as np
import pytest

import negotiate
from negotiate.dynamic import _stochastic_file as files
from negotiate.errors import CaseError, InputError, TooLargeError, UnknownNameError
from negotiate.strategic.game import StrategicGame

stochastic_file = import_module("negotiate.dynamic.stochastic")

F = Fraction

TEXT = """
format = 1
kind = "stochastic"
id = "line"
title = "A line that may break"
players = ["north", "south"]
start = "peace"
discount = { north = "patience", south = 0.5 }
[quantity]
patience = { value = 0.9, low = 0.8, high = 0.95 }
risk = 0.25
[[state]]
id = "peace"
actions = { north = ["hold", "advance"], south = ["hold", "advance"] }
payoffs.north = [[2, 0], ["2 + 1", 1]]
payoffs.south = [[2, 3], [0, 1]]
next = [["peace", "war"], ["war", { peace = "1 - risk", war = "risk" }]]
[[state]]
id = "war"
payoffs = { north = 0, south = "-1" }
next = "war"
"""


def test_a_file_is_read_and_solved_by_hand(tmp_path):
    path = tmp_path / "line.toml"
    path.write_text(TEXT)
    game = negotiate.open(path)
    assert isinstance(game, stochastic_file.StochasticGame) and game.exact
    hold = {"north": {"peace": "hold"}, "south": {"peace": "hold"}}
    worth = game.values(hold)
    # 2 / (1 - 9/10) and 2 / (1 - 1/2); war is worth 0 and -1 / (1 - 1/2)
    assert worth["north"] == {"peace": F(20), "war": F(0)}
    assert worth["south"] == {"peace": F(4), "war": F(-2)}
    gains = game.deviations(hold)
    # north advances: 3 + 0.9 x 0 - 20; south: 3 + 0.5 x (-2) - 4
    assert gains["north", "peace", "advance"] == -17
    assert gains["south", "peace", "advance"] == -2
    assert gains["north", "peace", "hold"] == 0


def test_mixed_plans_are_averages():
    """Advance half the time: r = 1/4 (2 + 0 + 3 + 1), peace again with 1/4 + 1/4 x 3/4."""
    game = files.loads(TEXT).game()
    half = {"hold": F(1, 2), "advance": F(1, 2)}
    worth = game.values({"north": {"peace": half}, "south": {"peace": half}})
    assert worth["north"]["peace"] == F(3, 2) / (1 - F(9, 10) * F(7, 16))
    assert game.chain({"north": {"peace": half}, "south": {"peace": half}})[0].tolist() == [
        F(7, 16),
        F(9, 16),
    ]


def test_draws_are_many_games():
    values = np.array([0.1, 0.25, 0.7])
    many = files.loads(TEXT).game({"risk": values})
    assert many.draws == (3,)
    for k, risk in enumerate(values):
        one = files.loads(TEXT.replace("risk = 0.25", f"risk = {risk}")).game()
        play = {p: {"peace": "advance"} for p in one.players}
        assert many.draw(k).values(play)["north"]["peace"] == pytest.approx(
            float(one.values(play)["north"]["peace"])
        )


def test_the_game_may_end():
    """Shapley's stop probabilities: with discount 1 and a stop chance of 1/4, 3 / (1/4)."""

    def outcome(state, play):
        return {"a": 3}, {"on": F(3, 4)}

    game = stochastic_file.build(
        ["a"], states=["on"], actions={}, outcome=outcome, discount=1, start="on"
    )
    assert game.values({})["a"]["on"] == 12


@pytest.mark.parametrize(
    "old, new, error, words",
    [
        ('"1 - risk"', "0.9", InputError, "sum to 1.15"),
        ('"risk" }]]', '"risk - 1" }]]', InputError, "negative"),
        ("south = 0.5", "south = 1", InputError, "no chance that the game ends"),
        ("south = 0.5", "south = 1.5", InputError, "discount factor"),
        ('start = "peace"', 'start = "piece"', UnknownNameError, "peace"),
        ('next = "war"', 'next = "wars"', UnknownNameError, "did you mean 'war'"),
        ("payoffs.south = [[2, 3], [0, 1]]", "payoffs.south = [[2, 3]]", InputError, "axis 1"),
        ("payoffs.south = [[2, 3], [0, 1]]", "", InputError, "payoffs of south"),
        ('"2 + 1"', '"2 / (risk - 0.25)"', InputError, "divides by zero"),
        ('"2 + 1"', '"profit"', InputError, "profit"),
        ("format = 1", "format = 7", CaseError, "format"),
        ("risk = 0.25", "risk = 0.25\nrisk2 = true", CaseError, "risk2"),
    ],
)
def test_errors_name_the_place(old, new, error, words):
    assert old in TEXT
    with pytest.raises(error, match=r"(?s).*" + words.replace("(", r"\(")):
        files.loads(TEXT.replace(old, new))


def test_too_large_is_refused_with_its_count():
    with pytest.raises(TooLargeError, match="1,048,606 joint actions"):
        stochastic_file.build(
            [f"p{i}" for i in range(10)],
            states=["s"] + [f"t{i}" for i in range(30)],
            actions={"s": {f"p{i}": ["a", "b", "c", "d"] for i in range(10)}},
            outcome=lambda s, play: ({}, "s"),
            discount=0.5,
            start="s",
        )


def test_an_unknown_place_or_player_in_an_outcome():
    def lost(state, play):
        return {}, "nowhere"

    with pytest.raises(UnknownNameError, match="nowhere"):
        stochastic_file.build(["a"], states=["s"], actions={}, outcome=lost, discount=0, start="s")

    def stranger(state, play):
        return {"b": 1}, "s"

    with pytest.raises(UnknownNameError, match="'b'"):
        stochastic_file.build(
            ["a"], states=["s"], actions={}, outcome=stranger, discount=0, start="s"
        )


def test_one_state_is_the_repeated_game():
    stage = StrategicGame.from_arrays(
        [[[3, 0], [5, 1]], [[3, 5], [0, 1]]],
        players=("a", "b"),
        strategies=[("keep", "break")] * 2,
    )
    game = stochastic_file.repeated(stage, F(3, 4))
    worth = game.values({"a": {"stage": "break"}, "b": {"stage": "keep"}})
    assert worth["a"]["stage"] == 20 and worth["b"]["stage"] == 0


def test_views_escape_labels_and_draw():
    text = TEXT.replace('"peace"', '"<b>peace</b>"').replace("{ peace =", '{ "<b>peace</b>" =')
    game = files.loads(text).game()
    assert "<b>" not in game.html() and "&lt;b&gt;" in game.html()
    assert game.figure().startswith("<svg") and "<b>" not in game.figure()
    assert "4 pure stationary plans" in game.text()
