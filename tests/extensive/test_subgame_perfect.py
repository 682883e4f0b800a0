"""Subgame perfect equilibria against brute force, published answers and the definition."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.errors import InputError, NotApplicableError
from negotiate.extensive.game import from_dict
from negotiate.extensive.subgame_perfect import subgame_perfect
from negotiate.solution import Point
from tests.extensive import _tree_oracle as oracle

MATCHING = {("H", "h"): (1, -1), ("H", "t"): (-1, 1), ("T", "h"): (-1, 1), ("T", "t"): (1, -1)}


def simultaneous(table, *, first="A", second="B", label="row"):
    """A two-player table as a tree whose second mover does not see the first."""
    rows = {}
    for (r, c), payoffs in table.items():
        node = rows.setdefault(
            r, {"player": second, "information_set": f"{label} 2", "actions": {}}
        )
        node["actions"][c] = {"payoffs": list(payoffs)}
    return {"player": first, "information_set": f"{label} 1", "actions": rows}


def pure_choices(point):
    """{set: action} of a point whose every choice is pure, else None."""
    out = {}
    for own in point.strategies.values():
        for label, row in own.items():
            chosen = [action for action, p in row.items() if p == 1]
            if not chosen:
                return None
            out[label] = chosen[0]
    return out


@pytest.mark.parametrize("seed", range(60))
def test_pure_equilibria_are_those_of_brute_force(seed):
    rng = np.random.default_rng(seed)
    names, tree = oracle.random_tree(
        rng,
        players=int(rng.integers(1, 4)),
        depth=int(rng.integers(1, 4)),
        sets=int(rng.integers(0, 3)),
        spread=int(rng.choice([2, 3, 20])),
    )
    game = from_dict(oracle.to_data(names, tree))
    assert len(game.subgames()) == len(oracle.subgame_roots(tree))
    answer = subgame_perfect(game)
    found = [choices for p in answer if (choices := pure_choices(p)) is not None]
    expected = oracle.pure_subgame_perfect(names, tree)
    assert len(found) == len(expected)
    assert {tuple(sorted(f.items())) for f in found} == {tuple(sorted(e.items())) for e in expected}
    for point in answer:
        assert subgame_perfect.holds(game, point).holds
        assert point.regret == 0 or any(
            isinstance(p, float)
            for own in point.strategies.values()
            for r in own.values()
            for p in r.values()
        )


def test_no_profile_off_the_list_passes_the_definition():
    """Every pure profile that ``holds`` accepts is listed; a grid of mixed ones is refused."""
    game = from_dict(
        {
            "players": ["A", "B"],
            "tree": {
                "player": "A",
                "actions": {"out": {"payoffs": [Fraction(1, 2), 0]}, "in": simultaneous(MATCHING)},
            },
        }
    )
    answer = subgame_perfect(game)
    # In the subgame only one half each is an equilibrium, worth 0 to A, so A stays out.
    assert [p.label for p in answer] == ["out, {H: 1/2, T: 1/2}, {h: 1/2, t: 1/2}"]
    assert answer.complete and answer[0].payoffs == {"A": Fraction(1, 2), "B": 0}
    for k in range(9):
        row = {"H": Fraction(k, 8), "T": 1 - Fraction(k, 8)}
        column = {"h": Fraction(1, 2), "t": Fraction(1, 2)}
        point = Point(
            payoffs={"A": Fraction(1, 2), "B": 0},
            strategies={"A": {"start": {"out": 1}, "row 1": row}, "B": {"row 2": column}},
        )
        assert subgame_perfect.holds(game, point).holds == (k == 4)


def test_battle_of_the_sexes_with_an_outside_option():
    """Kohlberg and Mertens (1986), Econometrica 54, p. 1007: one entry decision, three endings.

    Staying out pays A 2. In the subgame A gets 3, 1, or 3/4 in the mixed equilibrium
    (p(B plays t) solves 3 (1 - q) = q), so A enters only if B is expected to yield.
    """
    table = {("T", "l"): (3, 1), ("T", "r"): (0, 0), ("B", "l"): (0, 0), ("B", "r"): (1, 3)}
    game = from_dict(
        {
            "players": ["A", "B"],
            "tree": {
                "player": "A",
                "actions": {"out": {"payoffs": [2, 2]}, "in": simultaneous(table)},
            },
        }
    )
    answer = subgame_perfect(game)
    assert {p.label for p in answer} == {
        "in, T, l",
        "out, B, r",
        "out, {T: 3/4, B: 1/4}, {l: 1/4, r: 3/4}",
    }
    assert answer.complete
    json = answer.to_dict()["points"]
    mixed = next(p for p in json if "3/4" in p["label"])
    assert mixed["strategies"]["A"]["row 1"] == {"T": "3/4", "B": "1/4"}


def test_nash_but_not_subgame_perfect_is_refused_with_its_witness():
    game = from_dict(
        {
            "players": ["E", "I"],
            "tree": {
                "player": "E",
                "actions": {
                    "out": {"payoffs": [1, 5]},
                    "in": {
                        "player": "I",
                        "actions": {"cooperate": {"payoffs": [2, 2]}, "fight": {"payoffs": [0, 0]}},
                    },
                },
            },
        }
    )
    threat = Point(
        payoffs={"E": Fraction(1), "I": Fraction(5)},
        strategies={"E": {"start": {"out": 1}}, "I": {"in": {"fight": 1}}},
    )
    evidence = subgame_perfect.holds(game, threat)
    assert not evidence.holds and evidence.value == 2 and "I gains 2 after in" in evidence.witness
    # It is a Nash equilibrium of the normal form all the same.
    table = game.to_strategic()
    assert table.regret({"E": "out", "I": "fight"}) == 0


def test_a_point_with_other_payoffs_is_refused():
    game = from_dict(
        {
            "players": ["A"],
            "tree": {"player": "A", "actions": {"a": {"payoffs": [1]}, "b": {"payoffs": [0]}}},
        }
    )
    lie = Point(payoffs={"A": Fraction(7)}, strategies={"A": {"start": {"a": 1}}})
    assert not subgame_perfect.holds(game, lie).holds


def ladder(stages=3):
    """Escalation: at each rung the mover backs down (0, a, b) or climbs; the top is war.

    Whoever backs down at rung k loses k, the other gains k; war costs 10 each.
    """
    node = {"payoffs": [-10, -10]}
    for rung in range(stages, 0, -1):
        mover = "A" if rung % 2 else "B"
        lose = [-rung, rung] if mover == "A" else [rung, -rung]
        node = {
            "player": mover,
            "information_set": f"rung {rung}",
            "actions": {"back down": {"payoffs": lose}, "climb": node},
        }
    return {"players": ["A", "B"], "tree": node}


def test_three_stage_ladder_by_hand():
    """Rung 3: A backs down, -3 > -10. Rung 2: B climbs, 3 > -2. Rung 1: A backs down, -1 > -3."""
    answer = subgame_perfect(from_dict(ladder(3)))
    assert [p.label for p in answer] == ["back down, climb, back down"]
    assert answer.complete and answer[0].payoffs == {"A": -1, "B": 1}


def test_ties_are_counted_before_they_are_written_out():
    node = {"payoffs": [0]}
    for _ in range(40):
        node = {"player": "A", "actions": {"a": node, "b": {"payoffs": [0]}}}
    game = from_dict({"players": ["A"], "tree": node})
    answer = subgame_perfect(game)
    assert not answer.complete and "1,099,511,627,776 subgame perfect" in answer.notes[0]
    # One for each payoff vector, here (0).
    assert [p.payoffs for p in answer] == [{"A": 0}]
    assert subgame_perfect.holds(game, answer[0]).holds


def test_a_continuum_at_the_root_is_a_component_and_complete():
    game = from_dict(
        {
            "players": ["A", "B"],
            "tree": {
                "player": "A",
                "actions": {"a": {"payoffs": [1, 0]}, "b": {"payoffs": [1, 3]}},
            },
        }
    )
    answer = subgame_perfect(game)
    assert [p.label for p in answer] == ["a", "b"]
    assert answer.components == ((0, 1),) and answer.complete


def test_a_continuum_that_matters_above_is_not_called_complete():
    """Ultimatum: refusing nothing costs nothing; mixing there supports more equilibria."""
    offers = {
        str(k): {
            "player": "R",
            "actions": {"yes": {"payoffs": [2 - k, k]}, "no": {"payoffs": [0, 0]}},
        }
        for k in range(3)
    }
    game = from_dict({"players": ["P", "R"], "tree": {"player": "P", "actions": offers}})
    answer = subgame_perfect(game)
    assert {tuple(p.payoffs.values()) for p in answer} == {(2, 0), (1, 1)}
    assert not answer.complete and "mixtures" in answer.notes[0]
    # The equilibrium that is missing, at the mixture named by the note's reason: yes with 1/2.
    half = Fraction(1, 2)
    row = {
        "P": {"start": {"0": half, "1": half}},
        "R": {"0": {"yes": half, "no": half}, "1": {"yes": 1}, "2": {"yes": 1}},
    }
    between = Point(payoffs={"P": Fraction(1), "R": half}, strategies=row)
    assert subgame_perfect.holds(game, between).holds


def test_floats_are_read_as_they_print_and_answer_in_floats():
    data = {
        "players": ["A"],
        "tree": {
            "player": "A",
            "actions": {"a": {"payoffs": [0.1 + 0.2]}, "b": {"payoffs": [0.1]}},
        },
    }
    answer = subgame_perfect(from_dict(data))
    assert not answer.exact and isinstance(answer[0].payoffs["A"], float)
    assert subgame_perfect.holds(from_dict(data), answer[0]).holds


def test_what_it_is_not_defined_on():
    forgetful = {
        "players": ["A"],
        "tree": {
            "player": "A",
            "information_set": "1",
            "actions": {
                k: {
                    "player": "A",
                    "information_set": "2",
                    "actions": {m: {"payoffs": [int(k == m)]} for m in "lr"},
                }
                for k in "lr"
            },
        },
    }
    with pytest.raises(InputError, match="cannot tell having chosen 'l' at '1'"):
        subgame_perfect(from_dict(forgetful))
    with pytest.raises(NotApplicableError, match="extensive game"):
        subgame_perfect("tree")
    draws = {
        "players": ["A"],
        "tree": {
            "player": "A",
            "actions": {"a": {"payoffs": [np.array([1.0, 2.0])]}, "b": {"payoffs": [0]}},
        },
    }
    with pytest.raises(NotApplicableError, match="draw axes"):
        subgame_perfect(from_dict(draws))


def test_unreached_own_choices_are_free_and_all_listed():
    """A stops or goes on to a set that B's move precedes; having stopped, A's later choice is free.

    By brute force over the eight profiles: stop is best against "no" (0 < 1) whatever A plans.
    """
    later = {
        b: {
            "player": "A",
            "information_set": "later",
            "actions": {
                "x": {"payoffs": [0, int(b == "no")]},
                "y": {"payoffs": [0, int(b == "no")]},
            },
        }
        for b in ("yes", "no")
    }
    game = from_dict(
        {
            "players": ["A", "B"],
            "tree": {
                "player": "A",
                "actions": {
                    "stop": {"payoffs": [1, 0]},
                    "go": {"player": "B", "information_set": "b", "actions": later},
                },
            },
        }
    )
    answer = subgame_perfect(game)
    assert sorted(p.label for p in answer) == ["stop, no, x", "stop, no, y"]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), shift=st.integers(0, 2))
def test_relabelling_permutes_the_answer(seed, shift):
    rng = np.random.default_rng(seed)
    names, tree = oracle.random_tree(rng, players=2, depth=3, sets=2, spread=4)
    new = {"P0": "Zed", "P1": "Amy"} if shift else {"P0": "P1", "P1": "P0"}

    def walk(node):
        if node[0] == "t":
            return node
        if node[0] == "c":
            return ("c", {b: (p, walk(n)) for b, (p, n) in node[1].items()})
        _, who, label, below = node
        turned = {{"a": "right", "b": "left"}[a]: walk(n) for a, n in below.items()}
        return ("p", new[who], label, turned)

    before = subgame_perfect(from_dict(oracle.to_data(names, tree)))
    after = subgame_perfect(from_dict(oracle.to_data([new[n] for n in names], walk(tree))))
    assert len(before) == len(after) and before.complete == after.complete
    for old, moved in zip(before, after):
        assert {new[p]: v for p, v in old.payoffs.items()} == moved.payoffs


def test_three_players_who_mix_in_a_subgame():
    """Odd one out: each gains 1 when alone in their choice; (1/2, 1/2, 1/2) is an equilibrium."""

    def pays(cell):
        return {"payoffs": [int(cell.count(k) == 1) for k in cell]}

    third = {
        (a, b): {
            "player": "C",
            "information_set": "c",
            "actions": {c: pays((a, b, c)) for c in "xy"},
        }
        for a in "xy"
        for b in "xy"
    }
    second = {
        a: {"player": "B", "information_set": "b", "actions": {b: third[a, b] for b in "xy"}}
        for a in "xy"
    }
    game = from_dict(
        {
            "players": ["A", "B", "C"],
            "tree": {"player": "A", "information_set": "a", "actions": second},
        }
    )
    answer = subgame_perfect(game)
    half = Fraction(1, 2)
    rows = [
        {label: row for own in p.strategies.values() for label, row in own.items()} for p in answer
    ]
    assert {
        "a": {"x": half, "y": half},
        "b": {"x": half, "y": half},
        "c": {"x": half, "y": half},
    } in rows
    pure = [p for p in answer if pure_choices(p)]
    assert len(pure) == 6
    assert all(subgame_perfect.holds(game, p).holds for p in answer)


def test_three_movers_with_a_mixture_that_is_no_fraction():
    # Nash's three-man game in kind: A and B match or mismatch with weights that make C's mixture
    # a root of two: payoffs u_A = 2 if B, C both act, u_B likewise, u_C = 1 if nobody else acts.
    def end(a, b, c):
        return {"payoffs": [(2 * b * c - 1) * a, (2 * a * c - 1) * b, c * (1 - 2 * a * b)]}

    tree = {
        "player": "A",
        "information_set": "a",
        "actions": {
            str(a): {
                "player": "B",
                "information_set": "b",
                "actions": {
                    str(b): {
                        "player": "C",
                        "information_set": "c",
                        "actions": {str(c): end(a, b, c) for c in (0, 1)},
                    }
                    for b in (0, 1)
                },
            }
            for a in (0, 1)
        },
    }
    game = from_dict({"players": ["A", "B", "C"], "tree": tree})
    answer = subgame_perfect(game)
    # Interior: a b = 1/2 and b c = a c = 1/2, so all equal to the root of one half.
    inner = [p for p in answer if 0 < float(p.strategies["A"]["a"]["1"]) < 1]
    assert any(
        abs(float(p.strategies[who][who.lower()]["1"]) - 0.5**0.5) < 1e-6
        for p in inner
        for who in "ABC"
    )
    assert all(subgame_perfect.holds(game, p).holds for p in answer)


def test_an_unproved_list_calls_nothing_a_component():
    # Ultimatum over 0, 1, ..., 10: at the offer 0 the responder may accept with any q in
    # [9/10, 1], or, with q up to 9/10, the proposer offers 1; at q = 9/10 the proposer mixes. All
    # of these are equilibria and connected, though two extreme ones alone are listed.
    from negotiate.extensive.build import GameTree

    tree = GameTree(["P", "R"])
    offers = tree.root.move("P", [str(k) for k in range(11)])
    for k in range(11):
        reply = offers[str(k)].move("R", ["yes", "no"])
        reply["yes"].pays(10 - k, k)
        reply["no"].pays(0, 0)
    answer = subgame_perfect(tree.build())
    assert len(answer) == 2 and not answer.complete
    assert answer.components == ()
