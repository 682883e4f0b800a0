"""Perfect Bayesian and sequential equilibria of general trees, judged by the definition."""

from dataclasses import replace
from fractions import Fraction as F
from itertools import product

import numpy as np
import pytest

from negotiate.errors import InputError, NotApplicableError
from negotiate.extensive import _assessments, _consistency
from negotiate.extensive._signalling_tree import to_extensive
from negotiate.extensive.build import GameTree
from negotiate.extensive.divinity_d1 import divinity_d1
from negotiate.extensive.game import from_dict
from negotiate.extensive.intuitive_criterion import intuitive_criterion
from negotiate.extensive.perfect_bayesian import perfect_bayesian
from negotiate.extensive.sequential import sequential_equilibrium
from negotiate.extensive.signalling import beer_quiche
from negotiate.extensive.subgame_perfect import subgame_perfect
from negotiate.loading import load
from tests.extensive import _tree_oracle as oracle


def pays(*row):
    return {"payoffs": list(row)}


def decide(player, label, **actions):
    return {"player": player, "information_set": label, "actions": actions}


def choices(point):
    """Pure strategies of a point as one mapping."""
    return {
        (player, label): max(row, key=row.get)
        for player, own in point.strategies.items()
        for label, row in own.items()
    }


def pure(answer):
    return [p for p in answer if "mixed" not in p.marks]


def test_seltens_horse():
    # Selten (1975, p. 33). If player 3 is reached, L beats R where mu(after R, L) * 1 >= mu(L) * 2;
    # player 2 stays if 4 (1 - q) <= 1, player 1 if 3 (1 - q) <= 1, q the chance of L: q >= 3/4,
    # and a mixing player 3 needs mu(L) = 1/3.
    horse = load("selten-horse")
    for concept in (perfect_bayesian, sequential_equilibrium):
        answer = concept(horse)
        assert answer.complete and answer.exact and answer.components == ((0, 1),)
        assert all(p.strategies["Player 1"]["1"]["R"] == 1 for p in answer)
        assert all(p.strategies["Player 2"]["2"]["R"] == 1 for p in answer)
        assert [p.strategies["Player 3"]["3"]["L"] for p in answer] == [1, F(3, 4)]
        told = answer[0].facts["off_path"]["3"]["beliefs"]
        assert told == {"R / L": ((F(2, 3), 1),), "L": ((0, F(1, 3)),)}
        assert answer[1].beliefs["3"] == {"R / L": F(2, 3), "L": F(1, 3)}
        assert all(concept.holds(horse, p).holds for p in answer)
    # The witness: mu positive on both nodes, so the trembles of players 1 and 2 are of one order.
    trembles = sequential_equilibrium(horse)[0].facts["trembles"]
    assert trembles["1"]["L"] == trembles["2"]["L"] >= 1
    # The other Nash outcome survives subgame perfection but not sequential rationality.
    other = next(p for p in subgame_perfect(horse) if p.payoffs["Player 1"] == 3)
    verdict = sequential_equilibrium.holds(
        horse, replace(other, beliefs={"3": {"R / L": F(0), "L": F(1)}})
    )
    assert not verdict.holds and verdict.value == 3 and "Player 2" in verdict.witness


def test_general_search_agrees_with_the_signalling_kernel():
    for weak in (F(1, 10), F(7, 10), F(9, 20)):
        game = to_extensive(beer_quiche(weak))
        tables = sequential_equilibrium(game)
        trees = _assessments.solve(game, "sequential_equilibrium", condition="consistent")
        assert trees.complete
        one = {
            (str(p.payoffs), str(sorted(choices(p).items())))
            for p in pure(tables)
            if all(
                x in (0, 1)
                for own in p.strategies.values()
                for r in own.values()
                for x in r.values()
            )
        }
        two = {(str(p.payoffs), str(sorted(choices(p).items()))) for p in pure(trees)}
        assert one == two
        assert {tuple(p.payoffs.values()) for p in tables} == {
            tuple(p.payoffs.values()) for p in trees
        }
        for point in (*tables, *trees):
            assert perfect_bayesian.holds(game, point).holds
            assert sequential_equilibrium.holds(game, point).holds


def test_filters_of_signalling_games_given_as_trees():
    # Cho and Kreps (1987, p. 202): of the two pooling equilibria only beer passes.
    tree = to_extensive(beer_quiche(F(1, 10)))
    everything = perfect_bayesian(tree)
    for concept in (intuitive_criterion, divinity_d1):
        answer = concept(tree)
        assert [p.label for p in answer] == ["pooling on beer"]
        assert answer[0].beliefs["quiche"].keys() == {"weak / quiche", "strong / quiche"}
        assert concept.holds(tree, answer[0]).holds
        other = next(p for p in everything if p.label == "pooling on quiche")
        assert not concept.holds(tree, other).holds
        with pytest.raises(NotApplicableError, match="chance does not move first"):
            concept(load("selten-horse"))


def reputation(strong):
    """Kreps and Wilson's chain store with two towns; entrants gain 1/2 if yielded to, lose 1/2 if
    fought; the weak monopolist pays 1 to fight, the strong 1 to yield; a town left alone pays 2."""
    tree = GameTree(["first", "second", "M"])
    start = tree.root.chance({"strong": strong, "weak": 1 - strong})

    def grow(node, kind, town, past, pay):
        if town == 2:
            node.pays(pay)
            return
        who = ("first", "second")[town]
        node.move(who, ["in", "out"], information_set=past or "start")
        grow(node["out"], kind, town + 1, past + "o", {**pay, "M": pay["M"] + 2})
        reply = node["in"].move(
            "M", ["fight", "yield"], information_set=f"{kind} {past or 'start'}"
        )
        cost = {"fight": -int(kind == "weak"), "yield": -int(kind == "strong")}
        for act, gain in (("fight", F(-1, 2)), ("yield", F(1, 2))):
            after = {**pay, who: gain, "M": pay["M"] + cost[act]}
            grow(reply[act], kind, town + 1, past + act[0], after)

    for kind in ("strong", "weak"):
        grow(start[kind], kind, 0, "", {"first": F(0), "second": F(0), "M": F(0)})
    return tree.build()


def test_reputation_over_two_towns():
    # Kreps and Wilson (1982, Journal of Economic Theory 27:253-279), section 2 with b = 1/2: the
    # weak type fights so that the second entrant's posterior is b: d / (d + (1 - d) p) = 1/2, so
    # p = 1/9 at d = 1/10; the second entrant mixes so that fighting pays what it costs, 2 q = 1.
    # Fighting has probability 1/10 + 9/10 * 1/9 = 1/5 < b, so the first town is entered.
    game = reputation(F(1, 10))
    answer = sequential_equilibrium(game)
    assert len(answer) == 1
    point = answer[0]
    assert point.strategies["M"]["weak start"] == {"fight": F(1, 9), "yield": F(8, 9)}
    assert point.strategies["M"]["strong start"]["fight"] == 1
    assert point.strategies["second"]["f"] == {"in": F(1, 2), "out": F(1, 2)}
    assert point.strategies["first"]["start"]["in"] == 1
    assert point.beliefs["f"] == {"strong / in / fight": F(1, 2), "weak / in / fight": F(1, 2)}
    assert sequential_equilibrium.holds(game, point).holds
    # With the strong likelier than b the weak fights for sure and the first stays out; beside that
    # there is the perverse one in which yielding is read as strength (both yield, and a fight would
    # bring the second entrant in: 2 - 1 > 0 for the strong).
    feared = sequential_equilibrium(reputation(F(3, 5)))
    kinds = {
        (
            point.strategies["first"]["start"]["out"],
            point.strategies["M"]["weak start"]["fight"],
            point.strategies["M"]["strong start"]["fight"],
        )
        for point in feared
    }
    assert (1, 1, 1) in kinds and (0, 0, 0) in kinds
    assert all(sequential_equilibrium.holds(reputation(F(3, 5)), p).holds for p in feared)


def linked():
    """P2 and P3 see the same about P1; P3 is reached only if P2 errs.

    P2 prefers y to x (which P3 would answer with a) where mu2(M) - 5 mu2(R) >= 0, so mu2(M) >= 5/6.
    P3 answers a where mu3(R) >= mu3(M), so mu3(M) <= 1/2. P1 stays out (0) if entry pays less.
    Trembles of P2 tell nothing about P1: consistency wants mu3 = mu2, so (out, y, a) has none.
    """
    third = {
        way: decide(
            "P3", "h3", a=pays(-1, 0, 1 if way == "R" else 0), b=pays(-1, 2, 0 if way == "R" else 1)
        )
        for way in ("M", "R")
    }
    second = {
        way: decide("P2", "h2", x=third[way], y=pays(-1, 1 if way == "M" else -5, 0))
        for way in ("M", "R")
    }
    return from_dict(
        {
            "players": ["P1", "P2", "P3"],
            "tree": decide("P1", "h1", out=pays(0, 0, 0), **second),
        }
    )


def test_consistency_ties_beliefs_of_those_who_saw_the_same():
    game = linked()
    bayes = {tuple(choices(p).values()) for p in pure(perfect_bayesian(game))}
    sequential = pure(sequential_equilibrium(game))
    assert ("out", "y", "a") in bayes
    found = {tuple(choices(p).values()) for p in sequential}
    # x answered by b: 2 beats y in both nodes; b where mu3(M) >= 1/2. x answered by a needs
    # 0 >= mu(M) - 5 mu(R), so mu(M) <= 5/6, and a mu(M) <= 1/2.
    assert found == {("out", "x", "b"), ("out", "x", "a")}
    for point in sequential:
        assert point.beliefs["h2"]["M"] == point.beliefs["h3"]["M / x"]
        assert sequential_equilibrium.holds(game, point).holds
    bad = next(p for p in perfect_bayesian(game) if tuple(choices(p).values()) == ("out", "y", "a"))
    assert perfect_bayesian.holds(game, bad).holds
    verdict = sequential_equilibrium.holds(game, bad)
    assert not verdict.holds and "trembles" in verdict.witness


def test_orders_of_trembles_must_not_contradict_each_other():
    # P1 and P2 move unseen; P3 sees which of two deviations happened only as a pair. Certainty of
    # a1 over b1, b1 over a2 and a2 over a1 would need k(a1) < k(b1) < k(a2) < k(a1).
    pairs = {"h1": ("a1 b0", "a0 b1"), "h2": ("a0 b1", "a2 b0"), "h3": ("a2 b0", "a1 b0")}
    ways = [_consistency.Path(F(1), frozenset(s)) for s in ({(0, 1)}, {(1, 1)}, {(0, 2)})]
    number = {"a1 b0": 0, "a0 b1": 1, "a2 b0": 2}
    members = [tuple(number[x] for x in pair) for pair in pairs.values()]
    first = {0: [0], 1: [1], 2: [2]}
    assert _consistency.orders(ways, first, members) is None
    found = _consistency.orders(ways, {**first, 2: [0]}, members)
    assert found[0, 1] < found[1, 1] < found[0, 2]
    # Factors: 2 to 1 and 3 to 1 make 6 to 1.
    tie = {0: [0, 1], 1: [1, 2], 2: [2, 0]}
    told = {0: {0: F(2, 3), 1: F(1, 3)}, 1: {1: F(3, 4), 2: F(1, 4)}}
    for last, right in ((F(1, 7), True), (F(1, 6), False)):
        beliefs = {**told, 2: {2: last, 0: 1 - last}}
        frame = type("Frame", (), {"name": staticmethod(str)})()
        gap, _ = _consistency._factors(frame, ways, tie, beliefs, exact=True)
        assert (gap == 0) is right


def test_weak_beliefs_off_the_path_are_refused():
    # Mas-Colell, Whinston and Green (1995), example 9.C.5 in kind: entry is off the path, and
    # inside the subgame the incumbent's belief must follow the entrant's own play there.
    inner = {
        way: decide(
            "I",
            "i",
            fight=pays(-1, -1) if way == "soft" else pays(-3, -1),
            yield_=pays(-2, -2) if way == "soft" else pays(1, 2),
        )
        for way in ("soft", "hard")
    }
    game = from_dict(
        {
            "players": ["E", "I"],
            "tree": decide(
                "E",
                "entry",
                out=pays(0, 2),
                go={"player": "E", "information_set": "how", "actions": inner},
            ),
        }
    )
    for concept in (perfect_bayesian, sequential_equilibrium):
        for point in concept(game):
            assert subgame_perfect.holds(game, point).holds
    weak = {"E": {"entry": {"out": 1}, "how": {"hard": 1}}, "I": {"i": {"fight": 1}}}
    point = replace(
        perfect_bayesian(game)[0],
        strategies=weak,
        beliefs={"i": {"go / soft": F(1), "go / hard": F(0)}},
    )
    assert not perfect_bayesian.holds(game, point).holds


def test_perfect_information_is_backward_induction():
    centipede = load("centipede")
    answer = sequential_equilibrium(centipede)
    same = subgame_perfect(centipede)
    assert [p.strategies for p in answer] == [p.strategies for p in same]
    chain = load("chain-store")
    assert {str(p.strategies) for p in perfect_bayesian(chain)} == {
        str(p.strategies) for p in subgame_perfect(chain)
    }


def test_imperfect_recall_is_refused_with_its_reason():
    game = from_dict(
        {
            "players": ["A"],
            "tree": decide("A", "h", go=decide("A", "h", go=pays(1), stop=pays(4)), stop=pays(0)),
        }
    )
    with pytest.raises(InputError, match="imperfect recall"):
        sequential_equilibrium(game)


def tremble_beliefs(game, profile, rng):
    """Bayesian beliefs and payoffs under one random tremble: the definition, in floats."""
    small = 1e-4
    sets, children = game.information_set.tolist(), game.children
    odds = []
    for index, actions in enumerate(game.set_actions):
        if game.owner[index] < 0:
            odds.append(None)
            continue
        row = [float(rng.uniform(0.05, 20)) * small ** int(rng.integers(1, 4)) for _ in actions]
        row[profile[index]] = 1.0
        odds.append(row)
    move = np.ones(game.count)
    for node in range(1, game.count):
        index = sets[game.parent[node]]
        move[node] = (
            float(game.chance[node]) if odds[index] is None else odds[index][game.action[node]]
        )
    reach = move.copy()
    for node in range(1, game.count):
        reach[node] *= reach[game.parent[node]]
    sure = [
        float(game.chance[n])
        if n and odds[sets[game.parent[n]]] is None
        else float(n == 0 or game.action[n] == profile[sets[game.parent[n]]])
        for n in range(game.count)
    ]
    value = np.array(game.node_payoffs(), dtype=float)
    for node in range(game.count - 1, 0, -1):
        value[game.parent[node]] += sure[node] * value[node]
    worst = 0.0
    for index, nodes in enumerate(game.members):
        who = int(game.owner[index])
        if who < 0:
            continue
        total = sum(reach[n] for n in nodes)
        worth = [
            sum(reach[n] / total * value[children[n][a], who] for n in nodes)
            for a in range(len(game.set_actions[index]))
        ]
        worst = max(worst, max(worth) - worth[profile[index]])
    return worst


@pytest.mark.parametrize("block", range(4))
def test_random_trees_by_definition_and_by_random_trembles(block):
    seen = 0
    for seed in range(block * 60, block * 60 + 60):
        rng = np.random.default_rng(seed)
        names, tree = oracle.random_tree(
            rng, players=int(rng.integers(2, 4)), depth=3, sets=1, spread=6, chance=0.2
        )
        game = from_dict(oracle.to_data(names, tree))
        if game.perfect_information or sum(w >= 0 for w in game.owner) > 6:
            continue
        seen += 1
        sequential = sequential_equilibrium(game)
        bayes = perfect_bayesian(game)
        assert len(sequential) or not sequential.complete  # existence: Kreps and Wilson 1982
        for point in sequential:
            assert sequential_equilibrium.holds(game, point).holds
            assert perfect_bayesian.holds(game, point).holds
        for point in bayes:
            assert perfect_bayesian.holds(game, point).holds
            assert subgame_perfect.holds(game, point).holds
        known = {str(sorted(choices(p).items())) for p in pure(sequential)}
        assert known <= {str(sorted(choices(p).items())) for p in pure(bayes)}
        own = [index for index, who in enumerate(game.owner.tolist()) if who >= 0]
        sizes = [range(len(game.set_actions[index])) for index in own]
        for profile in product(*sizes):
            at = dict(zip(own, profile))
            if any(tremble_beliefs(game, at, rng) < 1e-2 for _ in range(3)):
                key = {
                    (game.players[game.owner[h]], game.set_labels[h]): game.set_actions[h][a]
                    for h, a in at.items()
                }
                ordered = {
                    (p, label): key[p, label]
                    for p in game.players
                    for label in [
                        game.set_labels[h] for h in own if game.players[game.owner[h]] == p
                    ]
                }
                assert str(sorted(ordered.items())) in known
    assert seen > 5


def test_pure_equilibria_are_among_gambits():
    """Pure sequential equilibria are pure Nash equilibria as pygambit enumerates them."""
    pygambit = pytest.importorskip("pygambit")
    seen = 0
    for seed in range(40):
        rng = np.random.default_rng(1000 + seed)
        names, tree = oracle.random_tree(rng, players=2, depth=3, sets=1, spread=9, chance=0.2)
        game = from_dict(oracle.to_data(names, tree))
        if game.perfect_information or sum(w >= 0 for w in game.owner) > 6:
            continue
        seen += 1
        theirs = pygambit.nash.enumpure_solve(game.to_pygambit()).equilibria
        payoffs = {
            tuple(
                F(str(profile.payoffs[p] if hasattr(profile, "payoffs") else profile.payoff(p)))
                for p in game.players
            )
            for profile in theirs
        }
        for point in pure(sequential_equilibrium(game)):
            assert tuple(point.payoffs.values()) in payoffs
    assert seen > 3
