"""Signalling games as trees, and trees that are signalling games.

A tree is a signalling game if chance moves first, one player then sees what chance did and chooses
among the same messages whatever it was, a second player sees the message only and responds, and
that is all. A message after which nobody responds ends the game. `recognise` says which condition
fails; `on_tree` puts the tree's labels on a solution, `sent` takes them off again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from negotiate.errors import NotApplicableError
from negotiate.extensive._metrics import set_name
from negotiate.extensive.arithmetic.backward_induction import CHANCE, LEAF
from negotiate.extensive.build import GameTree
from negotiate.extensive.game import ExtensiveGame
from negotiate.extensive.signalling import Signalling
from negotiate.solution import Point

END = "(the game ends)"


@dataclass(frozen=True)
class Recognised:
    """A signalling game read off a tree, and where its parts are.

    ``type_sets`` maps types, ``message_sets`` messages that are answered, to labels of information
    sets, ``belief_sets`` the latter to the names that beliefs use; ``nodes`` maps (message, type)
    to the history of the receiver's node.
    """

    game: Signalling
    type_sets: Mapping[str, str]
    message_sets: Mapping[str, str]
    belief_sets: Mapping[str, str]
    nodes: Mapping[tuple[str, str], str]


def to_extensive(game: Signalling) -> ExtensiveGame:
    """The tree: chance draws the type, the sender speaks, the receiver responds."""
    sender, receiver = game.players
    tree = GameTree([sender, receiver], title="Signalling game")
    start = tree.root.chance({t: game.prior[t] for t in game.types})
    for t in game.types:
        node = start[t].move(sender, game.messages, information_set=t)
        for m in game.messages:
            reply = node[m].move(receiver, game.responses[m], information_set=m)
            for r in game.responses[m]:
                reply[r].pays(game.sender_payoff[t][m][r], game.receiver_payoff[t][m][r])
    return tree.build()


def recognise(tree: ExtensiveGame) -> Recognised:
    """Read a tree as a signalling game.

    Raises
    ------
    NotApplicableError
        Naming the first condition that fails.
    """
    mover, owner = tree.mover, tree.owner.tolist()
    if mover[0] != CHANCE:
        _refuse("chance does not move first")
    births = tree.children[0]
    if not all(tree.chance[..., list(births)].reshape(-1)):
        _refuse("a type has probability zero")
    first_set = int(tree.information_set[0])
    types = tree.set_actions[first_set]
    senders = {int(mover[node]) for node in births}
    if len(senders) != 1 or min(senders) < 0:
        _refuse("after chance not always the same player moves")
    sender = senders.pop()
    sets = [int(tree.information_set[node]) for node in births]
    if len(set(sets)) != len(sets):
        _refuse(f"{tree.players[sender]} does not see what chance did")
    messages = tree.set_actions[sets[0]]
    if any(tree.set_actions[s] != messages for s in sets):
        _refuse("the messages differ between types")
    others = [p for p in range(len(tree.players)) if p != sender]
    if len(others) != 1:
        _refuse(f"there are {len(tree.players)} players")
    receiver = others[0]
    paid = tree.path_payoffs()
    responses: dict[str, tuple[str, ...]] = {}
    message_sets: dict[str, str] = {}
    belief_sets: dict[str, str] = {}
    nodes: dict[tuple[str, str], str] = {}
    tables: list[dict[str, dict[str, dict[str, Any]]]] = [
        {t: {} for t in types} for _ in (sender, receiver)
    ]
    for k, message in enumerate(messages):
        here = [tree.children[node][k] for node in births]
        if all(int(mover[node]) == LEAF for node in here):
            responses[message] = (END,)
            ends: list[tuple[int, ...]] = [(node,) for node in here]
        else:
            reply = {int(tree.information_set[node]) for node in here}
            if len(reply) != 1 or min(reply) < 0 or owner[min(reply)] != receiver:
                _refuse(
                    f"'{message}' is not answered at one information set of "
                    f"{tree.players[receiver]} for all types"
                )
            which = reply.pop()
            if len(tree.members[which]) != len(here):
                _refuse(f"other nodes share the information set after '{message}'")
            responses[message] = tree.set_actions[which]
            message_sets[message] = tree.set_labels[which]
            belief_sets[message] = set_name(tree, which)
            ends = [tree.children[node] for node in here]
            for t, node in zip(types, here):
                nodes[message, t] = " / ".join(tree.history(node))
        for t, leaves in zip(types, ends):
            if any(int(mover[leaf]) != LEAF for leaf in leaves):
                _refuse(f"the game goes on after the answer to '{message}'")
            for table, player in zip(tables, (sender, receiver)):
                table[t][message] = {
                    r: paid[leaf, player] for r, leaf in zip(responses[message], leaves)
                }
    prior = {t: tree.chance[node] for t, node in zip(types, births)}
    game = Signalling(
        types,
        messages,
        responses,
        prior,
        tables[0],
        tables[1],
        (tree.players[sender], tree.players[receiver]),
    )
    return Recognised(
        game, {t: tree.set_labels[s] for t, s in zip(types, sets)}, message_sets, belief_sets, nodes
    )


def _refuse(why: str) -> None:
    raise NotApplicableError(
        f"the tree is not a signalling game: {why}",
        where="signalling game",
        allowed="chance, a sender who sees it, a receiver who sees the message only",
        remedy="use perfect_bayesian or sequential_equilibrium, which take any tree",
    )


def on_tree(found: Recognised, point: Point) -> Point:
    """The point with the tree's labels: information sets, and nodes in beliefs."""
    sender, receiver = found.game.players
    strategies = {
        sender: {found.type_sets[t]: row for t, row in point.strategies[sender].items()},
        receiver: {
            found.message_sets[m]: row
            for m, row in point.strategies[receiver].items()
            if m in found.message_sets
        },
    }
    beliefs = {
        found.belief_sets[m]: {found.nodes[m, t]: b for t, b in row.items()}
        for m, row in point.beliefs.items()
        if m in found.message_sets
    }
    return replace(point, strategies=strategies, beliefs=beliefs)


def sent(found: Recognised, point: Point) -> Point:
    """What the sender does and earns, with the labels of the tables: all that a filter reads."""
    sender, receiver = found.game.players
    row = {t: point.strategies[sender][name] for t, name in found.type_sets.items()}
    return replace(point, strategies={sender: row, receiver: {}})
