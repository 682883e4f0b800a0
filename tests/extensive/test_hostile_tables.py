"""Extensive tables of the wrong shape are refused with the place, never an internal error."""

from __future__ import annotations

import contextlib
import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.errors import NegotiateError
from negotiate.extensive._tree_tables import from_dict

HEAD = {"kind": "extensive", "players": ["A", "B"]}
END = {"payoffs": [1, 2]}


@pytest.mark.parametrize(
    ("table", "place"),
    [
        ({**HEAD, "node": 3}, "node"),
        ({**HEAD, "nodes": "x"}, "nodes"),
        ({**HEAD, "tree": 3}, "tree"),
        ({**HEAD, "tree": {"chance": 3}}, "tree.chance"),
        ({**HEAD, "tree": {"chance": [1]}}, "tree.chance"),
        ({**HEAD, "players": [1, 2], "tree": END}, "players[1]"),
        ({**HEAD, "quantity": "x", "tree": END}, "quantity"),
        (
            {**HEAD, "tree": {"player": "A", "information_set": ["x"], "actions": {"a": END}}},
            "tree.information_set",
        ),
        ({**HEAD, "tree": {"player": "A", "actions": {"a": 3}}}, "tree.actions.a"),
        ({**HEAD, "tree": {"payoffs": [[1], 2]}}, "tree.payoffs"),
        (
            {**HEAD, "root": "r", "nodes": {"r": {"player": "A", "actions": {"a": 3}}}},
            "nodes.r.actions.a",
        ),
    ],
)
def test_a_wrong_shape_is_named(table: dict[str, Any], place: str) -> None:
    with pytest.raises(NegotiateError) as caught:
        from_dict(table)
    assert place in str(caught.value)


TREE: dict[str, Any] = {
    **HEAD,
    "quantity": {"q": 1, "r": "q + 1"},
    "tree": {
        "player": "A",
        "information_set": "s",
        "actions": {
            "l": {"payoffs": ["q", 0]},
            "m": {
                "chance": {"x": "1/2", "y": 0.5},
                "actions": {
                    "x": {"payoffs": [1, "r"]},
                    "y": {"player": "B", "actions": {"u": {"payoffs": {"A": 1}}, "d": END}},
                },
            },
        },
    },
}
ODD = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        10**40,
        1.5,
        float("inf"),
        float("nan"),
        "",
        "x",
        "1/0",
        "q" * 300,
        [],
        {},
        [1],
        [[]],
        {"a": 1},
        {"player": 3},
        ["A"],
        "q**64**64",
    ]
)


def places(entry: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = entry.items() if isinstance(entry, dict) else enumerate(entry)
    out = []
    for key, value in items:
        out.append((*at, key))
        if isinstance(value, (dict, list)):
            out += places(value, (*at, key))
    return out


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_mutation_crashes_the_reader(data: Any) -> None:
    """Up to three places of a good file hold something else: a game, or an error of ours."""
    table = copy.deepcopy(TREE)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.sampled_from(places(table)))
        entry: Any = table
        for key in place[:-1]:
            entry = entry[key]
        entry[place[-1]] = copy.deepcopy(data.draw(ODD))
    with contextlib.suppress(NegotiateError):
        from_dict(table)
