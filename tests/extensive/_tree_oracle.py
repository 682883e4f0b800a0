"""An independent oracle: random trees as nested tuples, and subgame perfection by brute force."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

# A node is ("t", payoffs), ("p", player, information set, {action: node}),
# or ("c", {branch: (probability, node)}).


def random_tree(rng, *, players, depth, sets, spread, chance=0.15):
    """A random tree whose information sets join nodes of one player with one memory."""
    names = [f"P{k}" for k in range(players)]
    known: dict = {}

    def grow(level, memory, first):
        if level == 0 or (not first and rng.random() < 0.2):
            return ("t", tuple(Fraction(int(v)) for v in rng.integers(0, spread, players)))
        if not first and rng.random() < chance:
            return (
                "c",
                {
                    "heads": (Fraction(1, 3), grow(level - 1, memory, False)),
                    "tails": (Fraction(2, 3), grow(level - 1, memory, False)),
                },
            )
        who = int(rng.integers(players))
        # Nodes of one set share the mover's own history, so recall is perfect by construction.
        slot = int(rng.integers(sets)) if sets else len(known)
        key = (who, memory[who], slot)
        label = known.setdefault(key, f"h{len(known)}")
        out = {}
        for action in ("a", "b"):
            longer = list(memory)
            longer[who] = (*memory[who], (label, action))
            out[action] = grow(level - 1, tuple(longer), False)
        return ("p", names[who], label, out)

    return names, grow(depth, tuple(() for _ in names), True)


def to_data(names, tree):
    """The nested description that a parameter file would hold."""

    def walk(node):
        if node[0] == "t":
            return {"payoffs": list(node[1])}
        if node[0] == "c":
            return {
                "chance": {b: p for b, (p, _) in node[1].items()},
                "actions": {b: walk(n) for b, (_, n) in node[1].items()},
            }
        _, who, label, below = node
        return {
            "player": who,
            "information_set": label,
            "actions": {a: walk(n) for a, n in below.items()},
        }

    return {"players": names, "tree": walk(tree)}


def inner_nodes(tree):
    """All inner nodes, the root first."""
    if tree[0] == "t":
        return []
    below = [n for _, n in tree[1].values()] if tree[0] == "c" else list(tree[3].values())
    return [tree, *(node for part in below for node in inner_nodes(part))]


def subgame_roots(tree):
    """Roots by Selten's definition, each set looked up again."""
    everything = inner_nodes(tree)
    out = []
    for root in everything:
        inside = [id(n) for n in inner_nodes(root)]
        labels = {n[2] for n in inner_nodes(root) if n[0] == "p"}
        whole = all(id(n) in inside for n in everything if n[0] == "p" and n[2] in labels)
        alone = root[0] == "c" or sum(n[0] == "p" and n[2] == root[2] for n in everything) == 1
        if whole and alone:
            out.append(root)
    return out


def payoff(node, choice, number):
    """Expected payoff of player ``number`` under a pure choice by set."""
    if node[0] == "t":
        return node[1][number]
    if node[0] == "c":
        return sum(p * payoff(n, choice, number) for p, n in node[1].values())
    return payoff(node[3][choice[node[2]]], choice, number)


def pure_subgame_perfect(names, tree):
    """All pure subgame perfect equilibria, by trying every profile and every deviation."""
    owner = {n[2]: n[1] for n in inner_nodes(tree) if n[0] == "p"}
    labels = sorted(owner)
    roots = subgame_roots(tree)
    found = []
    for actions in product("ab", repeat=len(labels)):
        choice = dict(zip(labels, actions))
        good = True
        for number, who in enumerate(names):
            own = [label for label in labels if owner[label] == who]
            for other in product("ab", repeat=len(own)):
                deviation = {**choice, **dict(zip(own, other))}
                if any(payoff(r, deviation, number) > payoff(r, choice, number) for r in roots):
                    good = False
                    break
            if not good:
                break
        if good:
            found.append(choice)
    return found
