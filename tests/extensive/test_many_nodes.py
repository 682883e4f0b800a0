"""An unreached information set of many nodes: answered, not walked subset by subset."""

from __future__ import annotations

import time

import numpy as np
import pytest

from negotiate.extensive import GameTree, perfect_bayesian, sequential_equilibrium


def entry(states, payoffs):
    """Nobody sees the state; staying out pays the sender 5, entering 3 at most."""
    tree = GameTree(["Sender", "Receiver"])
    state = tree.root.chance({f"t{k}": f"1/{states}" for k in range(states)})
    for k in range(states):
        enter = state[f"t{k}"].move("Sender", ["out", "in"], information_set="enter?")
        enter["out"].pays(5, 5)
        reply = enter["in"].move("Receiver", ["a", "b", "c"], information_set="reply")
        for action, (own, other) in zip("abc", payoffs[k]):
            reply[action].pays(own, other)
    return tree.build()


def replies(states, seed):
    rng = np.random.default_rng(seed)
    return [
        [(int(rng.integers(0, 4)), int(rng.integers(0, 9))) for _ in "abc"] for _ in range(states)
    ]


def test_twelve_states_are_answered_at_once():
    table = replies(12, 0)
    # each reply is best for some belief if it is best at some state
    best = {"abc"[max(range(3), key=lambda a: row[a][1])] for row in table}
    assert best == {"a", "b", "c"}
    start = time.perf_counter()
    found = perfect_bayesian(entry(12, table))
    assert time.perf_counter() - start < 20
    pure = {
        reply
        for point in found
        for reply, p in point.strategies["Receiver"]["reply"].items()
        if p == 1 and point.strategies["Sender"]["enter?"]["out"] == 1
    }
    assert pure == {"a", "b", "c"}
    assert all(dict(point.payoffs) == {"Sender": 5, "Receiver": 5} for point in found)
    # Trembles of the one sender's set carry no news: the consistent belief is the prior.
    sequential = sequential_equilibrium(entry(12, table))
    totals = [sum(row[a][1] for row in table) for a in range(3)]
    top = {"abc"[a] for a in range(3) if totals[a] == max(totals)}
    played = {
        reply
        for point in sequential
        for reply, p in point.strategies["Receiver"]["reply"].items()
        if p
    }
    assert played == top


@pytest.mark.parametrize("seed", range(3))
def test_the_short_way_and_the_walk_agree(seed, monkeypatch):
    from negotiate.extensive import _belief_sets

    game = entry(4, replies(4, seed))
    walked = perfect_bayesian(game)
    monkeypatch.setattr(_belief_sets, "FEW", 1)
    short = perfect_bayesian(game)
    assert [p.label for p in short] == [p.label for p in walked]
    for one, other in zip(short, walked):
        if "off_path" in other.facts:
            own, same = (
                {
                    h: {tuple(row.values()) for row in facts["extreme_beliefs"]}
                    for h, facts in point.facts["off_path"].items()
                }
                for point in (one, other)
            )
            assert all(own[h] <= same[h] for h in same)  # corners of the whole, not of its faces
