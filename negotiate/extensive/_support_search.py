"""Supports of behaviour strategies that could belong to a sequentially rational assessment.

Information sets are decided from the end of the tree on. As soon as everything below a set is
decided and pure, the worth of each action at each of its nodes is a number, and a support is kept
only if some belief makes exactly its actions optimal. That is necessary whatever is decided above,
so nothing is lost, and in a game without ties it leaves one support at single nodes. Where what
follows is mixed, bounds on the worths still strike out actions that are worse however others mix.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations
from typing import Any

from negotiate.errors import TooLargeError
from negotiate.extensive._tree_frame import Frame
from negotiate.numbers.exact_polytope import cut

Support = tuple[int, ...]

DEPTH_BOUND = 400
"""Moves in a row up to which bounds are computed by recursion."""


def order(frame: Frame) -> tuple[list[int], dict[int, frozenset[int]]]:
    """Information sets, those below first where that is possible; and the sets below each."""
    inside: list[set[int]] = [set() for _ in frame.parent]
    below: dict[int, set[int]] = {index: set() for index in frame.sets}
    for node in range(len(frame.parent) - 1, -1, -1):
        here = set(inside[node])
        index = frame.set_of[node]
        if index in below:
            below[index] |= here
            here.add(index)
        if node:
            inside[frame.parent[node]] |= here
    left = set(frame.sets)
    out: list[int] = []
    while left:
        pick = min(left, key=lambda h: (len((below[h] - {h}) & left), -frame.members[h][0]))
        left.remove(pick)
        out.append(pick)
    return out, {h: frozenset(rest) for h, rest in below.items()}


def search(frame: Frame, *, mixed: bool, bound: int) -> Iterator[dict[int, Support]]:
    """Supports that pass; pure ones only, or all.

    Raises
    ------
    TooLargeError
        When ``bound`` partial profiles have been looked at.
    """
    sets, below = order(frame)
    place = {h: k for k, h in enumerate(sets)}
    # The step at which a set can be judged: when it and everything below it are decided.
    ready: list[list[int]] = [[] for _ in sets]
    for h in sets:
        ready[max([place[h], *(place[b] for b in below[h])])].append(h)
    chosen: dict[int, Support] = {}
    seen = 0
    stack: list[Iterator[Support]] = [iter(_options(frame, sets[0], mixed=mixed))] if sets else []
    if not sets:
        yield {}
    while stack:
        depth = len(stack) - 1
        try:
            chosen[sets[depth]] = next(stack[-1])
        except StopIteration:
            stack.pop()
            chosen.pop(sets[depth], None)
            continue
        seen += 1
        if seen > bound:
            raise TooLargeError(
                f"over {bound:,} {'supports' if mixed else 'pure profiles'} to look at",
                where=frame.game.title or "game tree",
                allowed=f"at most {bound:,}",
                remedy="use subgame_perfect, or solve the subgames one by one",
            )
        if not all(_possible(frame, h, chosen, below[h]) for h in ready[depth]):
            continue
        if depth + 1 == len(sets):
            yield dict(chosen)
        else:
            stack.append(iter(_options(frame, sets[depth + 1], mixed=mixed)))


def _options(frame: Frame, index: int, *, mixed: bool) -> list[Support]:
    actions = range(frame.size(index))
    sizes = actions if mixed else range(1)
    return [support for size in sizes for support in combinations(actions, size + 1)]


def _possible(frame: Frame, index: int, chosen: dict[int, Support], below: frozenset[int]) -> bool:
    """Whether some belief makes the support optimal; by bounds only where what follows is mixed."""
    if any(len(chosen[h]) > 1 for h in below):
        return not _dominated(frame, index, chosen)
    who, support = frame.owner[index], chosen[index]
    nodes = frame.members[index]
    worth = [[_worth(frame, child, who, chosen) for child in frame.children[x]] for x in nodes]
    lead = support[0]
    equal, at_least = [], []
    for a in range(frame.size(index)):
        if a == lead:
            continue
        gain = [row[lead] - row[a] for row in worth]
        if len(nodes) == 1:
            if gain[0] < 0 or (a in support and gain[0]):
                return False
        elif a in support:
            equal.append((gain, 0))
        else:
            at_least.append((gain, 0))
    if len(nodes) == 1:
        return True
    return bool(cut([range(len(nodes))], len(nodes), equal=equal, at_least=at_least))


def _dominated(frame: Frame, index: int, chosen: dict[int, Support]) -> bool:
    """Whether an action of the support is worse than another at every node, however others mix."""
    if int(frame.game.depth.max()) > DEPTH_BOUND:
        return False
    who = frame.owner[index]
    spans = [
        [_span(frame, child, who, chosen) for child in frame.children[x]]
        for x in frame.members[index]
    ]
    return any(
        all(row[a][1] < row[b][0] for row in spans)
        for a in chosen[index]
        for b in range(frame.size(index))
        if a != b
    )


def _span(frame: Frame, node: int, who: int, chosen: dict[int, Support]) -> tuple[Any, Any]:
    """Least and greatest payoff from a node on over all mixtures within the supports."""
    index, own = frame.set_of[node], frame.pay[node][who]
    if index < 0:
        return own, own
    if frame.owner[index] < 0:
        low = high = own
        for child in frame.children[node]:
            below, above = _span(frame, child, who, chosen)
            low += frame.chance[child] * below
            high += frame.chance[child] * above
        return low, high
    parts = [_span(frame, frame.children[node][a], who, chosen) for a in chosen[index]]
    return own + min(p[0] for p in parts), own + max(p[1] for p in parts)


def _worth(frame: Frame, node: int, who: int, chosen: dict[int, Support]) -> Any:
    """Payoff from a node on where every player's choice below is pure."""
    total: Any = Fraction(0)
    waiting: list[tuple[int, Any]] = [(node, Fraction(1))]
    while waiting:
        here, weight = waiting.pop()
        total += weight * frame.pay[here][who]
        index = frame.set_of[here]
        if index < 0:
            continue
        if frame.owner[index] < 0:
            waiting.extend(
                (child, weight * frame.chance[child])
                for child in frame.children[here]
                if frame.chance[child]
            )
        else:
            waiting.append((frame.children[here][chosen[index][0]], weight))
    return total


def pure_rows(frame: Frame, chosen: dict[int, Support]) -> dict[int, tuple[Fraction, ...]]:
    """Probabilities of a pure profile."""
    return {
        h: tuple(Fraction(int(a in support)) for a in range(frame.size(h)))
        for h, support in chosen.items()
    }


def is_pure(chosen: dict[int, Support]) -> bool:
    """Whether every support is one action."""
    return all(len(support) == 1 for support in chosen.values())
