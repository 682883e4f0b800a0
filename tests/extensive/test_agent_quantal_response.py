"""Agent quantal response against published models, Gambit, and the logit equations."""

from __future__ import annotations

import math

import numpy as np
import pytest

from negotiate.errors import InputError, NotApplicableError, NotConvergedError, TooLargeError
from negotiate.extensive.agent_quantal_response import agent_quantal_response as concept
from negotiate.extensive.game import from_dict
from negotiate.extensive.subgame_perfect import subgame_perfect
from negotiate.solution import Point
from tests.extensive.test_extensive import poker

CRISIS = {
    "players": ["1", "2"],
    "quantity": {"war": -1},
    "tree": {
        "player": "1",
        "actions": {
            "SQ": {"payoffs": [0, 0]},
            "Challenge": {
                "player": "2",
                "actions": {
                    "Capitulate": {"payoffs": [1, -1]},
                    "Resist": {
                        "player": "1",
                        "actions": {
                            "Back down": {"payoffs": ["-0.5", 1]},
                            "War": {"payoffs": ["war", "-0.6"]},
                        },
                    },
                },
            },
        },
    },
}


def sigma(x):
    return 1 / (1 + math.exp(-x))


def test_signorino_crisis_by_hand():
    """Signorino (1999), American Political Science Review 93, 279-297: three logits, nested."""
    war = sigma(-1 - -0.5)
    resist = sigma(war * -0.6 + (1 - war) * 1 - -1)
    worth = (1 - resist) * 1 + resist * (war * -1 + (1 - war) * -0.5)
    challenge = sigma(worth)
    answer = concept(from_dict(CRISIS), precision=1.0)
    row = {label: r for own in answer[0].strategies.values() for label, r in own.items()}
    assert row["Challenge / Resist"]["War"] == pytest.approx(war, abs=1e-12)
    assert row["Challenge"]["Resist"] == pytest.approx(resist, abs=1e-12)
    assert row["start"]["Challenge"] == pytest.approx(challenge, abs=1e-12)
    # The same figures as computed independently for the R package `games` (model egame12).
    assert (war, resist, challenge) == pytest.approx(
        (0.3775406687981454, 0.8015380308487237, 0.41250639591554167), abs=1e-12
    )
    assert answer.complete and concept.holds(from_dict(CRISIS), answer[0]).holds


def test_precision_and_payoffs_over_draws():
    war = np.array([-2.0, -1.0, 0.5])
    lam = np.array([0.5, 1.0, 3.0])
    game = from_dict(CRISIS, quantities={"war": war})
    answer = concept(game, precision=lam)
    assert concept.holds(game, answer[0]).holds
    for k in range(3):
        one = concept(from_dict(CRISIS, quantities={"war": war[k]}), precision=lam[k])
        assert answer[0].payoffs["1"][k] == pytest.approx(one[0].payoffs["1"], abs=1e-12)


def test_no_precision_is_pure_chance_and_much_is_equilibrium():
    game = poker()
    none = concept(game, precision=0.0)[0]
    assert all(
        p == pytest.approx(0.5)
        for own in none.strategies.values()
        for r in own.values()
        for p in r.values()
    )
    much = concept(game, precision=200.0)[0]
    exact = subgame_perfect(game)[0]
    for player, own in exact.strategies.items():
        for label, row in own.items():
            for action, p in row.items():
                assert much.strategies[player][label][action] == pytest.approx(float(p), abs=0.02)


@pytest.mark.parametrize("lam", [0.3, 1.0, 4.0, 20.0])
def test_the_logit_equations_hold_at_information_sets(lam):
    """Recomputed for poker by hand: u(call) is Bob's mean over the cards that bet."""
    row = concept(poker(), precision=lam)[0].strategies
    king, queen = row["Alice"]["king"]["bet"], row["Alice"]["queen"]["bet"]
    call = row["Bob"]["reply"]["call"]
    held = king / (king + queen)
    assert call == pytest.approx(sigma(lam * (-2 * held + 2 * (1 - held) - -1)), abs=1e-8)
    assert king == pytest.approx(sigma(lam * (2 * call + (1 - call) - -1)), abs=1e-8)
    assert queen == pytest.approx(sigma(lam * (-2 * call + (1 - call) - -1)), abs=1e-8)


def test_holds_refuses_another_precision():
    game = poker()
    point = concept(game, precision=1.0)[0]
    other = Point(payoffs=point.payoffs, strategies=point.strategies, facts={"precision": 2.0})
    assert not concept.holds(game, other).holds


def test_what_is_refused():
    with pytest.raises(InputError, match="precision is -1"):
        concept(poker(), precision=-1)
    with pytest.raises(NotApplicableError, match="draws"):
        concept(poker(), precision=np.array([1.0, 2.0]))
    with pytest.raises(NotApplicableError):
        concept("tree")


def test_size_is_bounded_before_work(monkeypatch):
    monkeypatch.setitem(concept.function.__globals__, "ACTION_BOUND", 5)
    with pytest.raises(TooLargeError, match="6 actions"):
        concept(poker())


def plant(scale):
    """Myerson (1991), exercise 2.1: building a plant of unknown cost, entry after seeing it."""
    pays = {
        "high": {"build": ((-10, 2), (-4, 0)), "not": ((-6, 2), (0, 0))},
        "low": {"build": ((0, -4), (6, 0)), "not": ((-2, -4), (4, 0))},
    }
    return from_dict({"players": ["One", "Two"], "tree": {
        "chance": {"high": "1/2", "low": "1/2"},
        "actions": {
            cost: {"player": "One", "information_set": cost, "actions": {
                act: {"player": "Two", "information_set": act, "actions": {
                    reply: {"payoffs": [scale * v for v in ends[k]]}
                    for k, reply in enumerate(("enter", "stay out"))}}
                for act, ends in rows.items()}}
            for cost, rows in pays.items()}}})  # fmt: skip


@pytest.mark.parametrize("precision", [0.3, 0.7, 1.0, 1.3, 2.0, 5.0])
def test_the_branch_lands_on_the_precision_asked_for(precision):
    # The corrector may come down beyond the target and must go back to it exactly.
    game = plant(1)
    answer = concept(game, precision=precision)
    assert answer.evidence[0].holds
    assert concept.holds(game, answer[0]).holds


def test_a_branch_that_cannot_be_followed_is_an_error_with_its_residual():
    with pytest.raises(NotConvergedError, match="residual") as caught:
        concept(plant(10**16), precision=1.0)
    assert caught.value.residual > 0
