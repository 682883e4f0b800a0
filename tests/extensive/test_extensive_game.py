"""Views of a game tree: everything escaped, large trees folded, the path of play thickest."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import numpy as np

from negotiate.extensive.backward_induction import backward_induction
from negotiate.extensive.game import from_dict
from negotiate.extensive.subgame_perfect import subgame_perfect
from negotiate.extensive.views import game as view
from tests.extensive.test_extensive import poker

SVG = "{http://www.w3.org/2000/svg}"


def bush(levels):
    node = {"payoffs": [0]}
    for _ in range(levels):
        node = {"player": "A", "actions": {"a": node, "b": node, "c": node}}
    return from_dict({"players": ["A"], "tree": node})


def texts(svg):
    """What is written; the halos behind labels are hidden copies."""
    found = ElementTree.fromstring(svg).iter(f"{SVG}text")
    return [item.text or "" for item in found if item.get("aria-hidden") is None]


def test_text_is_the_tree():
    lines = view.text(poker()).splitlines()
    assert lines[0].startswith("Poker: Alice, Bob; 11 nodes, 3 information sets, 6 ends")
    assert lines[1] == "chance"
    assert "├─ king (0.5): Alice" in lines and "│  ├─ bet: Bob [reply]" in lines
    assert "│  │  ├─ call: 2, −2" in lines and len(lines) == 12


def test_figure_shows_sets_chance_payoffs_choices_and_beliefs():
    game = poker()
    point = subgame_perfect(game)[0]
    svg = view.figure(game, point=point)
    written = texts(svg)
    assert "king (0.5)" in written and "call 2/3" in written and "2, −2" in written
    assert "Bob [0.75]" in written and "Bob [0.25]" in written
    dashed = [
        p for p in ElementTree.fromstring(svg).iter(f"{SVG}path") if p.get("stroke-dasharray")
    ]
    assert len(dashed) == 1  # one information set of two nodes
    assert svg == view.figure(game, point=point)


def test_the_path_of_play_is_thickest():
    game = from_dict({"players": ["E", "I"], "tree": {"player": "E", "actions": {
        "out": {"payoffs": [3, 5]}, "in": {"player": "I", "actions": {
            "yield": {"payoffs": [2, 2]}, "fight": {"payoffs": [0, 0]}}}}}})  # fmt: skip
    svg = view.figure(game, point=subgame_perfect(game)[0])
    widths = [
        float(p.get("stroke-width")) for p in ElementTree.fromstring(svg).iter(f"{SVG}polyline")
    ]
    out, enter, accommodate, fight = widths
    assert out > accommodate > enter and enter == fight


def test_large_trees_are_folded_and_counted():
    game = bush(7)  # 3,280 nodes
    shown, folded = view.open_nodes(game, None)
    ends = [n for n in shown if n in folded or not game.children[n]]
    assert len(ends) <= view.OPEN_LEAVES
    hidden = sum(int(re.sub(r"\D", "", t)) for t in texts(view.figure(game)) if "folded" in t)
    assert hidden + len(shown) == game.count
    assert len(view.text(game).splitlines()) <= view.TEXT_LINES + 2


def test_the_path_of_play_stays_open():
    node = {"payoffs": [1]}
    for k in range(30):
        side = {f"x{j}": {"payoffs": [0]} for j in range(3)}
        node = {
            "player": "A",
            "actions": {f"go{k}": node, "stop": {"player": "A", "actions": side}},
        }
    game = from_dict({"players": ["A"], "tree": node})
    point = backward_induction(game)[0]
    written = texts(view.figure(game, point=point))
    assert "go0" in written and "go29" in written


def test_labels_are_escaped_everywhere():
    evil = '<script>alert("x")</script>'
    game = from_dict({"players": [evil, "B"], "title": evil, "tree": {
        "player": evil, "information_set": evil,
        "actions": {evil: {"payoffs": [1, 2]}}}})  # fmt: skip
    for page in (view.html(game), view.figure(game)):
        assert "<script" not in page
    ElementTree.fromstring(view.figure(game))


def test_draws_are_shown_by_their_means():
    game = from_dict({"players": ["A"], "tree": {"player": "A", "actions": {
        "a": {"payoffs": [np.array([1.0, 3.0])]}, "b": {"payoffs": [0]}}}})  # fmt: skip
    assert "2" in texts(view.figure(game)) and "a: 2" in view.text(game)


def test_the_notebook_bundle():
    bundle = poker()._repr_mimebundle_()
    assert bundle["text/plain"].startswith("Poker") and "<svg" in bundle["text/html"]
