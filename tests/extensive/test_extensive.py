"""Extensive games: building, reading, refusing, and the forms they turn into."""

from __future__ import annotations

import tomllib
from fractions import Fraction
from itertools import product
from pathlib import Path

import networkx
import numpy as np
import pytest
import sympy

from negotiate.errors import InputError, TooLargeError, UnknownNameError
from negotiate.extensive import _tree_graph
from negotiate.extensive import game as extensive
from negotiate.extensive.build import GameTree
from negotiate.extensive.game import from_arrays, from_dict, read
from negotiate.extensive.profile import beliefs, payoffs
from negotiate.extensive.subgame_perfect import subgame_perfect
from tests.extensive import _tree_oracle as oracle

CLASSICS = Path(__file__).parents[2] / "games" / "classics"
TREES = ("selten-horse", "entry-deterrence", "centipede", "ultimatum", "chain-store")


def poker():
    """Stripped-down poker (Reiley, Urbancic and Walker 2008): Bob does not see Alice's card."""
    tree = GameTree(["Alice", "Bob"], title="Poker")
    deal = tree.root.chance({"king": "1/2", "queen": "1/2"})
    for card, sign in (("king", 1), ("queen", -1)):
        bet = deal[card].move("Alice", ["bet", "fold"], information_set=card)
        bet["fold"].pays(-1, 1)
        reply = bet["bet"].move("Bob", ["call", "fold"], information_set="reply")
        reply["call"].pays(2 * sign, -2 * sign)
        reply["fold"].pays(1, -1)
    return tree.build()


@pytest.mark.parametrize("name", TREES)
def test_textbook_trees_give_the_answers_their_files_cite(name):
    path = CLASSICS / f"{name}.toml"
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    game = read(path)
    sources = {source["id"] for source in data["source"]}
    for expected in data["expected"]:
        assert set(expected["source"]) <= sources
        answer = subgame_perfect(game)
        assert answer.complete == expected["complete"]
        if expected["complete"]:
            assert len(answer) == len(expected["points"])
        for wanted in expected["points"]:
            row = {p: Fraction(v) for p, v in zip(game.players, wanted.pop("payoffs"))}
            assert any(
                point.payoffs == row
                and all(
                    point.strategies[player][label][action] == Fraction(p)
                    for player, own in wanted.items()
                    for label, choice in own.items()
                    for action, p in choice.items()
                )
                for point in answer
            ), (name, row)


def test_poker_is_what_it_should_be():
    game = poker()
    assert game.count == 11 and not game.perfect_information and game.perfect_recall().holds
    assert game.subgames() == (0,)
    answer = subgame_perfect(game)
    # Reiley et al. (2008), p. 1: Alice bets a queen with 1/3, Bob calls with 2/3, value 1/3.
    assert len(answer) == 1 and answer.complete
    assert answer[0].strategies["Alice"]["queen"]["bet"] == Fraction(1, 3)
    assert answer[0].strategies["Bob"]["reply"]["call"] == Fraction(2, 3)
    assert answer[0].payoffs["Alice"] == Fraction(1, 3)
    assert answer[0].beliefs["reply"] == {
        "king / bet": Fraction(3, 4),
        "queen / bet": Fraction(1, 4),
    }
    assert beliefs(game, answer[0].strategies) == answer[0].beliefs


def test_normal_form_pays_what_the_tree_pays():
    for seed in range(15):
        rng = np.random.default_rng(seed)
        names, tree = oracle.random_tree(rng, players=2, depth=3, sets=2, spread=9)
        game = from_dict(oracle.to_data(names, tree))
        table, reduced = game.to_strategic(), game.to_reduced_strategic()
        owner = {n[2]: n[1] for n in oracle.inner_nodes(tree) if n[0] == "p"}
        for who in names:
            own = [label for label in owner if owner[label] == who]
            assert len(table.strategies[who]) == 2 ** len(own)
            assert len(reduced.strategies[who]) <= len(table.strategies[who])
        # The multiset of payoff vectors, by the oracle's own recursion.
        labels = sorted(owner)
        mine = sorted(
            tuple(oracle.payoff(tree, dict(zip(labels, acts)), k) for k in range(2))
            for acts in product("ab", repeat=len(labels))
        )
        cells = table.payoffs.reshape(2, -1).T.tolist()
        assert sorted(map(tuple, cells)) == mine
        assert set(map(tuple, reduced.payoffs.reshape(2, -1).T.tolist())) == set(mine)


def test_normal_form_is_counted_before_it_is_made():
    node = {"payoffs": [0]}
    for _ in range(40):
        node = {"player": "A", "actions": {"a": {"payoffs": [1]}, "b": node}}
    game = from_dict({"players": ["A"], "tree": node})
    with pytest.raises(TooLargeError, match="1,099,511,627,776"):
        game.to_strategic()
    assert len(game.to_reduced_strategic().strategies["A"]) == 41


def test_outcomes_at_inner_nodes_are_earned_on_the_way():
    tree = GameTree(["A", "B"])
    move = tree.root.move("A", ["go", "stop"])
    tree.root.pays(1, 10)
    move["go"].pays(A=2)
    move["stop"].pays(0, 0)
    game = tree.build()
    assert game.path_payoffs().tolist() == [[1, 10], [3, 10], [1, 10]]
    assert subgame_perfect(game)[0].payoffs == {"A": 3, "B": 10}


def test_the_three_layouts_of_a_file_are_one_game():
    nested = from_dict({"players": ["E", "I"], "tree": {"player": "E", "actions": {
        "out": {"payoffs": [1, 5]}, "in": {"player": "I", "actions": {
            "yield": {"payoffs": [2, 2]}, "fight": {"payoffs": [0, 0]}}}}}})  # fmt: skip
    listed = from_dict({"players": ["E", "I"], "node": [
        {"history": "in / fight", "payoffs": [0, 0]},
        {"history": [], "player": "E", "actions": ["out", "in"]},
        {"history": ["out"], "payoffs": [1, 5]},
        {"history": ["in"], "player": "I", "actions": ["yield", "fight"]},
        {"history": ["in", "yield"], "payoffs": [2, 2]}]})  # fmt: skip
    named = from_dict({"players": ["E", "I"], "root": "entry", "nodes": {
        "won": {"payoffs": [0, 0]}, "peace": {"payoffs": [2, 2]}, "home": {"payoffs": [1, 5]},
        "reply": {"player": "I", "actions": {"yield": "peace", "fight": "won"}},
        "entry": {"player": "E", "actions": {"out": "home", "in": "reply"}}}})  # fmt: skip
    for other in (listed, named, from_dict(nested.to_dict())):
        assert (other.path_payoffs() == nested.path_payoffs()).all()
        assert other.set_actions == nested.set_actions
        assert [other.history(k) for k in range(5)] == [nested.history(k) for k in range(5)]


def test_quantities_as_numbers_draws_and_symbols():
    data = {"players": ["A"], "quantity": {"cost": {"value": Fraction(1, 4)}, "gain": "1 - cost"},
            "tree": {"player": "A", "actions": {
                "act": {"chance": {"hit": "gain", "miss": "cost"}, "actions": {
                    "hit": {"payoffs": ["gain"]}, "miss": {"payoffs": ["-cost"]}}},
                "rest": {"payoffs": [0]}}}}  # fmt: skip
    rest = {"A": {"start": {"act": 1}}}
    assert payoffs(from_dict(data), rest)["A"] == Fraction(9, 16) - Fraction(1, 16)
    many = from_dict(data, quantities={"cost": np.array([0.25, 0.5])})
    assert many.draws == (2,)
    np.testing.assert_allclose(payoffs(many, rest)["A"], [0.5, 0.0])
    cost = sympy.Symbol("c")
    symbolic = from_dict(data, quantities={"cost": cost})
    assert sympy.expand(payoffs(symbolic, rest)["A"] - (1 - 2 * cost)) == 0


def test_perfect_recall_says_who_forgets_what():
    tree = GameTree(["A", "B"])
    first = tree.root.move("A", ["l", "r"], information_set="1")
    for side in "lr":
        middle = first[side].move("B", ["x", "y"])
        for step in "xy":
            last = middle[step].move("A", ["u", "d"], information_set=f"2{step}")
            last["u"].pays(0, 0)
            last["d"].pays(1, 0)
    evidence = tree.build().perfect_recall()
    assert not evidence.holds and evidence.value == 2
    assert "A at '2x' cannot tell having chosen 'l' at '1' from having chosen 'r' at '1'" in (
        evidence.witness
    )


def test_absent_mindedness_is_imperfect_recall():
    """Piccione and Rubinstein (1997), Games and Economic Behavior 20, p. 3: the absent driver."""
    tree = GameTree(["Driver"])
    first = tree.root.move("Driver", ["exit", "on"], information_set="crossing")
    second = first["on"].move("Driver", ["exit", "on"], information_set="crossing")
    first["exit"].pays(0)
    second["exit"].pays(4)
    second["on"].pays(1)
    game = tree.build()
    evidence = game.perfect_recall()
    assert (
        not evidence.holds and "not moved from having chosen 'on' at 'crossing'" in evidence.witness
    )
    assert game.subgames() == (0,)


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda t: t.root.chance({"a": "1/2", "b": "1/3"}), "sum to 5/6"),
        (lambda t: t.root.chance({"a": 0.5, "b": 0.4}), "sum to 0.9"),
        (lambda t: t.root.chance({"a": "3/2", "b": "-1/2"}), "'b' is negative"),
    ],
)
def test_chance_must_sum_to_one(build, words):
    tree = GameTree(["A"])
    node = build(tree)
    node["a"].pays(0)
    node["b"].pays(0)
    with pytest.raises(InputError, match=words):
        tree.build()


def test_a_builder_refuses_what_is_no_tree():
    tree = GameTree(["A", "B"], title="T")
    with pytest.raises(UnknownNameError, match="no player 'C'"):
        tree.root.move("C", ["a"])
    with pytest.raises(InputError, match="'a' is listed twice"):
        tree.root.move("A", ["a", "a"])
    node = tree.root.move("A", ["a", "b"], information_set="h")
    with pytest.raises(InputError, match="two moves"):
        tree.root.move("A", ["a", "b"])
    with pytest.raises(InputError, match="has the actions a, c here and a, b elsewhere"):
        node["a"].move("A", ["a", "c"], information_set="h")
    with pytest.raises(UnknownNameError, match="no action 'z'"):
        node["z"]
    with pytest.raises(InputError, match="3 payoffs for 2 players"):
        node["a"].pays(1, 2, 3)
    node["a"].pays(0, 0)
    with pytest.raises(InputError, match="given twice"):
        node["a"].pays(0, 0)
    with pytest.raises(InputError, match="after b: neither a move nor payoffs"):
        tree.build()
    with pytest.raises(InputError, match="not finite"):
        node["b"].pays(float("nan"), 0)
        tree.build()


@pytest.mark.parametrize(
    ("nodes", "words"),
    [
        ({"r": {"player": "A", "actions": {"a": "s", "b": "s"}}, "s": {"payoffs": [0]}},
         "'s' is listed twice as a child"),
        ({"r": {"player": "A", "actions": {"a": "s"}}, "s": {"player": "A", "actions": {"a": "r"}}},
         "a cycle"),
        ({"r": {"payoffs": [0]}, "s": {"payoffs": [0]}}, "no path leads to node 's'"),
        ({"r": {"player": "A", "actions": {"a": "q"}}}, "no node 'q'"),
        ({"r": {"player": "A", "chance": {"a": 1}, "actions": {"a": "r"}}}, "both a player"),
        ({"r": {"actions": {"a": "s"}}, "s": {"payoffs": [0]}}, "nobody to choose"),
        ({"r": {"payoffs": [0], "payofs": [1]}}, "no key 'payofs'"),
        ({"r": {"payoffs": ["gian"]}}, "no quantity 'gian'"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_tree(nodes, words):
    with pytest.raises((InputError, UnknownNameError), match=words):
        from_dict({"players": ["A"], "root": "r", "nodes": nodes})


def test_histories_that_nothing_leads_to():
    root = {"history": [], "player": "A", "actions": ["a"]}
    leaf = {"history": "a", "payoffs": [0]}
    with pytest.raises(InputError, match="no path leads to \\(b\\)"):
        from_dict({"players": ["A"], "node": [root, leaf, {"history": "b", "payoffs": [0]}]})
    with pytest.raises(InputError, match="listed twice"):
        from_dict({"players": ["A"], "node": [root, leaf, leaf]})
    with pytest.raises(InputError, match="no node after \\(a\\)"):
        from_dict({"players": ["A"], "node": [root]})


def test_an_information_set_without_a_node_is_refused():
    game = poker()
    with pytest.raises(InputError, match="no path leads to information set 'ghost'"):
        extensive.ExtensiveGame(
            players=game.players, parent=game.parent, action=game.action,
            information_set=game.information_set, owner=np.append(game.owner, 0),
            set_labels=(*game.set_labels, "ghost"), set_actions=(*game.set_actions, ("a", "b")),
            outcome=game.outcome, payoffs=game.payoffs, chance=game.chance,
        )  # fmt: skip


def test_a_tree_over_the_bound_is_counted_and_refused(monkeypatch):
    game = poker()
    monkeypatch.setattr(extensive, "NODE_BOUND", 10)
    with pytest.raises(TooLargeError, match="11 nodes"):
        game.with_numbers()


def test_graphs_there_and_back():
    game = poker()
    graph = game.to_networkx()
    assert networkx.is_arborescence(graph)
    back = _tree_graph.from_networkx(graph, players=game.players, title="Poker")
    assert (back.path_payoffs() == game.path_payoffs()).all()
    assert (back.chance == game.chance).all() and back.set_labels == game.set_labels
    graph.add_edge(2, 1, action="back")
    with pytest.raises(InputError, match="a cycle"):
        _tree_graph.from_networkx(graph, players=game.players)
    ring = networkx.DiGraph([("a", "b"), ("b", "a")])
    with pytest.raises(InputError, match="a cycle: "):
        _tree_graph.from_networkx(ring, players=["A"])
    two = networkx.DiGraph()
    two.add_nodes_from(["a", "b"], payoffs=[0])
    with pytest.raises(InputError, match="follow no other node"):
        _tree_graph.from_networkx(two, players=["A"])


@pytest.mark.gambit
def test_pygambit_there_and_back():
    pytest.importorskip("pygambit")
    game = poker()
    back = extensive.ExtensiveGame.from_pygambit(game.to_pygambit())
    assert (back.path_payoffs() == game.path_payoffs()).all()
    assert (back.chance == game.chance).all() and back.perfect_recall().holds


def test_a_number_in_a_file_cannot_fill_the_memory():
    for text in ("1e999999999", "9" * 5000):
        with pytest.raises((InputError, ValueError)):
            from_dict({"players": ["A"], "tree": {"payoffs": [text]}})


def test_one_node_is_a_game():
    game = from_dict({"players": ["A"], "tree": {"payoffs": [7]}})
    answer = subgame_perfect(game)
    assert len(answer) == 1 and answer[0].payoffs == {"A": 7}


def test_arrays_in_any_order_make_the_same_game():
    # The entry game with its nodes shuffled; siblings stand in the order of their numbers.
    rng = np.random.default_rng(4)
    for _ in range(20):
        shuffled = np.array([0, *(rng.permutation(2) + 1), *(rng.permutation(2) + 3)])
        up = np.array([-1, 0, 0, 2, 2])
        parent = np.empty(5, dtype=int)
        mover = np.empty(5, dtype=int)
        pays = np.empty((5, 2), dtype=int)
        for new, old in zip(shuffled, range(5)):
            parent[new] = shuffled[up[old]] if up[old] >= 0 else -1
            mover[new] = [0, -2, 1, -2, -2][old]
            pays[new] = [[0, 0], [0, 2], [0, 0], [-1, -1], [1, 1]][old]
        game = from_arrays(["E", "I"], parent=parent, mover=mover, payoffs=pays)
        assert game.exact and sorted(map(tuple, game.path_payoffs()[game.leaves()].tolist())) == [
            (-1, -1),
            (0, 2),
            (1, 1),
        ]
        assert [set_.label for set_ in game.information_sets("I")] == ["1"]


def test_arrays_that_are_no_tree_are_refused():
    zero = np.zeros((3, 1))
    good = {"parent": [-1, 0, 0], "mover": [0, -2, -2], "payoffs": zero}
    for change, message in (
        ({"parent": [-1, -1, 0]}, "2 roots"),
        ({"parent": [-1, 2, 1]}, "cycle"),
        ({"parent": [-1, 0, 9]}, "out of range"),
        ({"mover": [0, 0, -2]}, "no children but a mover"),
        ({"mover": [-2, -2, -2]}, "leaf with children"),
        ({"mover": [-1, -2, -2], "chance": [1, 0.5, 0.4]}, "sum to 0.9"),
    ):
        with pytest.raises(InputError, match=message):
            from_arrays(["A"], **{**good, **change})
