"""A plain transcription of the definitions, in sets and dictionaries: slow, and nothing shared.

States are 0, 1, ...; ``moves[i][s]`` is the set that i can move to; ``better(i, s, q)`` says that i
prefers q to s, ``much`` that it does so strongly, ``unsure`` that it is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import combinations, product

Says = Callable[[int, int, int], bool]


@dataclass
class Plain:
    players: int
    states: int
    moves: list[dict[int, set[int]]]
    better: Says
    much: Says
    unsure: Says


def reach(g: Plain, movers: dict[object, Callable[[int], set[int]]], start: int) -> set[int]:
    """R_H(s) by the inductive definition with the set of last movers, until nothing is added."""
    found: set[int] = set()
    last: dict[int, set[object]] = {}
    for j, go in movers.items():
        for q in go(start):
            found.add(q)
            last.setdefault(q, set()).add(j)
    grown = True
    while grown:
        grown = False
        for s in list(found):
            for j, go in movers.items():
                if last[s] == {j}:
                    continue
                for q in go(s):
                    if q not in found or j not in last[q]:
                        found.add(q)
                        last.setdefault(q, set()).add(j)
                        grown = True
    return found - {start}


def group_moves(g: Plain, group: Iterable[int]) -> dict[object, Callable[[int], set[int]]]:
    return {j: (lambda s, j=j: g.moves[j].get(s, set())) for j in group}


def group_improvements(g: Plain, group: Iterable[int]) -> dict[object, Callable[[int], set[int]]]:
    return {
        j: (
            lambda s, j=j: {
                q for q in g.moves[j].get(s, set()) if g.better(j, s, q) or g.unsure(j, s, q)
            }
        )
        for j in group
    }


def class_improvements(g: Plain, group: Iterable[int]) -> dict[object, Callable[[int], set[int]]]:
    members = sorted(group)
    out: dict[object, Callable[[int], set[int]]] = {}
    for size in range(1, len(members) + 1):
        for part in combinations(members, size):
            out[part] = lambda s, part=part: {
                q
                for q in reach(g, group_moves(g, part), s)
                if all(g.better(j, s, q) or g.unsure(j, s, q) for j in part)
            }
    return out


def stable(
    g: Plain,
    coalition: tuple[int, ...],
    s: int,
    *,
    answers: str,
    counter: bool = False,
    strong: bool = False,
    unknown: str = "a",
    joint: bool = False,
) -> bool:
    """Whether s is stable for a coalition (or a decision maker, a coalition of one)."""

    def tempts(i: int, q: int) -> bool:
        return g.better(i, s, q) or (unknown in "ac" and g.unsure(i, s, q))

    def deters(i: int, r: int) -> bool:
        if unknown in "cd" and g.unsure(i, s, r):
            return True
        if strong:
            return g.much(i, r, s)
        return not g.better(i, s, r) and not g.unsure(i, s, r)

    own = group_moves(g, coalition)
    others = [j for j in range(g.players) if j not in coalition]
    for q in reach(g, own, s):
        if not all(tempts(i, q) for i in coalition):
            continue
        if answers == "none":
            return False
        if answers == "moves":
            ways = group_moves(g, others)
        elif joint:
            ways = class_improvements(g, others)
        else:
            ways = group_improvements(g, others)
        deterred = False
        for r in reach(g, ways, q):
            if not any(deters(i, r) for i in coalition):
                continue
            if counter and any(not any(deters(i, t) for i in coalition) for t in reach(g, own, r)):
                continue
            deterred = True
        if not deterred:
            return False
    return True


def anticipated(g: Plain, rank: list[list[int]], i: int, s: int, h: int) -> set[int]:
    """Ends that must be reckoned with when i is to move at s with h moves left."""
    if h == 0:
        return {s}
    ends = {}
    for q in g.moves[i].get(s, set()):
        others = [j for j in range(g.players) if j != i]
        ends[q] = (
            set().union(*(anticipated(g, rank, j, q, h - 1) for j in others)) if others else {q}
        )
    worst = {q: min(rank[i][e] for e in end) for q, end in ends.items()}
    if not worst or max(worst.values()) <= rank[i][s]:
        return {s}
    return set().union(*(end for q, end in ends.items() if worst[q] == max(worst.values())))


def simultaneous(
    g: Plain, choice: list[tuple[int, ...]], rank: list[list[int]], i: int, s: int
) -> bool:
    """Simultaneous stability where states are made of everybody's choices."""
    at = {c: k for k, c in enumerate(choice)}
    improved = [
        [q for q in g.moves[j].get(s, set()) if rank[j][q] > rank[j][s]] for j in range(g.players)
    ]
    for q in improved[i]:
        others = [j for j in range(g.players) if j != i]
        met = False
        for combination in product(*([None, *improved[j]] for j in others)):
            if all(x is None for x in combination):
                continue
            made = list(choice[s])
            made[i] = choice[q][i]
            for j, x in zip(others, combination):
                if x is not None:
                    made[j] = choice[x][j]
            end = at.get(tuple(made))
            met = met or (end is not None and rank[i][end] <= rank[i][s])
        if not met:
            return False
    return True


def simultaneous_together(
    g: Plain, choice: list[tuple[int, ...]], rank: list[list[int]], group: tuple[int, ...], s: int
) -> bool:
    """Coalition simultaneous stability where states are made of everybody's choices."""
    at = {c: k for k, c in enumerate(choice)}
    others = [j for j in range(g.players) if j not in group]
    ours = [
        q
        for q in reach(g, group_moves(g, group), s)
        if all(choice[q][j] == choice[s][j] for j in others)
        and all(rank[i][q] > rank[i][s] for i in group)
    ]
    theirs = [[q for q in g.moves[j].get(s, set()) if rank[j][q] > rank[j][s]] for j in others]
    for q in ours:
        ends = []
        for combination in product(*([None, *improved] for improved in theirs)):
            made = list(choice[q])
            for j, x in zip(others, combination):
                if x is not None:
                    made[j] = choice[x][j]
            if any(x is not None for x in combination):
                ends.append(at.get(tuple(made)))
        if not any(e is not None and any(rank[i][e] <= rank[i][s] for i in group) for e in ends):
            return False
    return True


def stays_together(g: Plain, rank: list[list[int]], group: tuple[int, ...], s: int, h: int) -> bool:
    """Limited-move stability for a coalition: it moves once, then everybody acts alone."""
    others = [j for j in range(g.players) if j not in group]
    for q in reach(g, group_moves(g, group), s):
        ends = {q}
        if others:
            ends = set().union(*(anticipated(g, rank, j, q, h - 1) for j in others))
        if all(min(rank[i][e] for e in ends) > rank[i][s] for i in group):
            return False
    return True
