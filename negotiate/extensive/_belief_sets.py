r"""All beliefs that support given strategies, information set by information set.

With the strategies fixed, an action's worth at a node is a number, so that "the action is best
here" is linear in the belief. What couples beliefs at different sets is how they may come about:

- ``updating``: Bayes' rule from every node and from every information set that all nodes of a later
  one follow and from which it is reached with positive probability; between sets of one player the
  player's own moves count as made, since their own deviation tells them nothing about the others;
- ``consistent``: the limit of trembles (`negotiate.extensive._consistency`).

Either way the supports are finitely many, and on given supports the beliefs are monomials in free
positive numbers. They are enumerated; where monomials can be brought to degree one the supporting
beliefs are a polytope, given by its corners; where every set has two nodes the inequalities are
linear in logarithms and are eliminated one variable at a time, in exact powers. What is left is
tried at random points and, if none fits, reported as undecided.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations
from typing import Any, NamedTuple

from negotiate.errors import TooLargeError
from negotiate.extensive import _consistency
from negotiate.extensive._monomials import Cluster, Monomial, Weights, parametrise, solve_cluster
from negotiate.extensive._tree_frame import Beliefs, Frame, Rows
from negotiate.numbers.exact_polytope import cut

PATTERN_BOUND = 20_000
"""Combinations of supports of beliefs tried for one profile of strategies."""

FEW = 6
"""Nodes of an unreached set up to which all supports of beliefs are walked at once."""
SUBSET_BOUND = 1_023
"""Supports of beliefs at one larger set that are walked where its belief is tied to others."""

Need = tuple[dict[int, Fraction], bool]
"""Sum over nodes of coefficient times belief: at least zero, or (True) equal to zero."""


@dataclass
class Supporting:
    """Beliefs that support a profile.

    Attributes
    ----------
    beliefs
        One belief at every information set of several nodes.
    corners
        Off-path sets: extreme points of the supporting beliefs, over all supports.
    cells
        Off-path sets: for each support the corners, so that intervals can be joined.
    tied
        Groups of off-path sets whose beliefs depend on each other.
    undecided
        Whether some supports were neither confirmed nor refuted.
    """

    beliefs: Beliefs = field(default_factory=dict)
    corners: dict[int, set[tuple[Fraction, ...]]] = field(default_factory=dict)
    cells: dict[int, list[list[tuple[Fraction, ...]]]] = field(default_factory=dict)
    tied: set[tuple[int, ...]] = field(default_factory=set)
    undecided: bool = False
    found: bool = False


class _Task(NamedTuple):
    frame: Frame
    rows: Rows
    move: list[Any]
    reach: list[Any]
    needs: dict[int, list[Need]]
    off: list[int]
    options: dict[int, list[tuple[int, ...]]]


def supporting(frame: Frame, rows: Rows, *, condition: str) -> Supporting:
    """Beliefs that make every choice best under a condition; ``found`` says whether there are any.

    Parameters
    ----------
    condition
        "updating" or "consistent".
    """
    out = Supporting()
    task = _prepare(frame, rows, out)
    if task is None:
        return out
    kinds: dict[str, type[_Updating] | type[_Consistent]] = {
        "updating": _Updating,
        "consistent": _Consistent,
    }
    admit = kinds[condition](task)
    for index in task.off:
        if index not in task.options and not _late(task, admit, index):
            return out
    count = math.prod(len(options) for options in task.options.values())
    if count > PATTERN_BOUND:
        raise TooLargeError(
            f"{count:,} combinations of supports of beliefs",
            where=frame.game.title or "game tree",
            allowed=f"at most {PATTERN_BOUND:,}",
        )
    best = -1
    for chosen in _patterns(task, admit.possible):
        weights = admit.weights(chosen)
        if weights is None:
            out.undecided |= admit.unclear
            continue
        size = sum(map(len, chosen.values()))
        settled = _settle(task, weights, out)
        if settled is not None:
            out.found = True
            if size > best:
                best = size
                out.beliefs.update(settled)
    return out


def _prepare(frame: Frame, rows: Rows, out: Supporting) -> _Task | None:
    """Check the path and single nodes; list what off-path sets must satisfy. None: refuted."""
    move = frame.move(rows)
    reach, worth = frame.reach(move), frame.values(move)
    needs: dict[int, list[Need]] = {}
    options: dict[int, list[tuple[int, ...]]] = {}
    off = []
    for index in frame.sets:
        nodes, who = frame.members[index], frame.owner[index]
        played = [a for a, p in enumerate(rows[index]) if p]
        lead = played[0]
        told = frame.bayes(index, reach) or ({nodes[0]: Fraction(1)} if len(nodes) == 1 else None)
        wanted = []
        for a in range(frame.size(index)):
            if a != lead:
                gain = {
                    x: worth[frame.children[x][lead]][who] - worth[frame.children[x][a]][who]
                    for x in nodes
                }
                wanted.append((gain, a in played))
        if told is not None:
            for gain, equal in wanted:
                total = sum(told[x] * gain[x] for x in nodes)
                if total < 0 or (equal and total != 0):
                    return None
            if len(nodes) > 1:
                out.beliefs[index] = told
            continue
        off.append(index)
        needs[index] = wanted
        if len(nodes) > FEW:
            continue  # its supports are too many to walk before it is known whether they matter
        options[index] = supports(nodes, wanted)
        if not options[index]:
            return None
    return _Task(frame, rows, move, reach, needs, off, options)


def _late(task: _Task, admit: _Updating | _Consistent, index: int) -> bool:
    """Supports of a set of many nodes; False where no belief supports the choice there.

    Where nothing ties the belief to others, every supporting belief is a limit of those on the
    widest support; where trembles fix it, it is positive on all nodes. Else all subsets count.
    """
    nodes = task.frame.members[index]
    if admit.fixed(index):
        task.options[index] = [tuple(nodes)]
    elif admit.free(index):
        needs = task.needs[index]
        corners = cut(
            [range(len(nodes))],
            len(nodes),
            equal=[([g[x] for x in nodes], 0) for g, equal in needs if equal],
            at_least=[([g[x] for x in nodes], 0) for g, equal in needs if not equal],
        )
        widest = tuple(x for k, x in enumerate(nodes) if any(corner[k] for corner in corners))
        task.options[index] = [widest] if widest else []
    else:
        subsets = 2 ** len(nodes) - 1
        if subsets > SUBSET_BOUND:
            raise TooLargeError(
                f"{subsets:,} supports of beliefs at '{task.frame.name(index)}'",
                where=task.frame.game.title or "game tree",
                allowed=f"at most {SUBSET_BOUND:,}",
            )
        task.options[index] = supports(nodes, task.needs[index])
    return bool(task.options[index])


def supports(nodes: Sequence[int], needs: Sequence[Need]) -> list[tuple[int, ...]]:
    """Sets of nodes on which a belief, positive on all of them, meets the needs by itself."""
    out = []
    for size in range(1, len(nodes) + 1):
        for chosen in combinations(nodes, size):
            corners = cut(
                [range(size)],
                size,
                equal=[([g[x] for x in chosen], 0) for g, equal in needs if equal],
                at_least=[([g[x] for x in chosen], 0) for g, equal in needs if not equal],
            )
            if corners and all(any(corner[k] for corner in corners) for k in range(size)):
                out.append(chosen)
    return out


def _patterns(
    task: _Task, possible: Callable[[Mapping[int, tuple[int, ...]]], bool]
) -> list[dict[int, tuple[int, ...]]]:
    """Combinations of supports, cut off as soon as some of them cannot go together."""
    found: list[dict[int, tuple[int, ...]]] = [{}]
    for index in task.off:
        found = [
            longer
            for chosen in found
            for option in task.options[index]
            if possible(longer := {**chosen, index: option})
        ]
    return found


class _Consistent:
    """Limits of trembles."""

    unclear = False

    def __init__(self, task: _Task) -> None:
        self.task = task
        self.ways = _consistency.paths(task.frame, task.rows)
        self.dead = {
            index: not any(self.ways[x].factor for x in task.frame.members[index])
            for index in task.off
        }

    def free(self, index: int) -> bool:
        """Whether the belief there is any at all, and no other depends on it."""
        return self.dead[index]

    def fixed(self, index: int) -> bool:
        """Whether all nodes need the same trembles: strategies and chance then fix the belief."""
        ways = [self.ways[x] for x in self.task.frame.members[index]]
        return all(way.factor and way.trembles == ways[0].trembles for way in ways)

    def possible(self, chosen: Mapping[int, tuple[int, ...]]) -> bool:
        alive = {h: nodes for h, nodes in chosen.items() if not self.dead[h]}
        if any(not self.ways[x].factor for nodes in alive.values() for x in nodes):
            return False
        return _consistency.orders(self.ways, alive, self.task.frame.members) is not None

    def weights(self, chosen: Mapping[int, tuple[int, ...]]) -> Weights | None:
        rows: list[tuple[int, int, Fraction, dict[Any, int]]] = []
        for index, nodes in chosen.items():
            lead = self.ways[nodes[0]]
            for node in nodes[1:]:
                way = self.ways[node]
                if self.dead[index]:  # nothing ties what chance rules out
                    rows.append((index, node, Fraction(1), {("free", node): 1}))
                    continue
                powers: dict[Any, int] = dict.fromkeys(way.trembles - lead.trembles, 1)
                powers |= dict.fromkeys(lead.trembles - way.trembles, -1)
                rows.append((index, node, way.factor / lead.factor, powers))
        weights = parametrise(chosen, rows)
        self.unclear = weights is None
        return weights


class _Source(NamedTuple):
    """Where a belief can come from: nodes, and their known belief or the set whose belief it is."""

    nodes: tuple[int, ...]
    belief: Mapping[int, Any] | None
    of: int
    besides: int


class _Updating:
    """Bayes' rule from every node and information set from which it applies."""

    unclear = False

    def __init__(self, task: _Task) -> None:
        self.task = task
        self.above = {index: list(self._sources(index)) for index in task.off}

    def free(self, index: int) -> bool:
        """Whether the belief there is any at all, and no other depends on it."""
        others = (s.of for sources in self.above.values() for s in sources if s.belief is None)
        return not self.above[index] and index not in others

    def fixed(self, index: int) -> bool:
        """Never by trembles."""
        return False

    def _sources(self, index: int) -> Iterator[_Source]:
        frame, task = self.task.frame, self.task
        nodes, who = frame.members[index], frame.owner[index]
        for x in _common(frame, nodes):
            own = frame.mover[x] == who
            if own or not task.reach[x]:
                yield _Source((x,), {x: Fraction(1)}, -1, who if own else -2)
        for other in frame.sets:
            above = frame.members[other]
            if other == index or len(above) < 2:
                continue
            if any(frame.ancestor(above, x) < 0 for x in nodes):
                continue
            own = frame.owner[other] == who
            if other in task.needs:
                yield _Source(above, None, other, who if own else -2)
            elif own:  # on the path, so its belief is known
                yield _Source(above, frame.bayes(other, task.reach), -1, who)

    def _told(
        self, index: int, source: _Source, chosen: Mapping[int, tuple[int, ...]]
    ) -> dict[int, tuple[int, Any]] | None:
        """Nodes that the source leads to: the source node and the weight from it on."""
        if source.belief is None and source.of not in chosen:
            return None
        begin = chosen[source.of] if source.belief is None else source.nodes
        out = {}
        frame = self.task.frame
        for node in frame.members[index]:
            above = frame.ancestor(begin, node)
            if above < 0:
                continue
            weight = frame.between(above, node, self.task.move, besides=source.besides)
            if source.belief is not None:
                weight = weight * source.belief[above]
            if weight:
                out[node] = (above, weight)
        return out or None

    def possible(self, chosen: Mapping[int, tuple[int, ...]]) -> bool:
        for index, nodes in chosen.items():
            for source in self.above[index]:
                told = self._told(index, source, chosen)
                if told is not None and set(told) != set(nodes):
                    return False
        return True

    def weights(self, chosen: Mapping[int, tuple[int, ...]]) -> Weights | None:
        # Unknown ratios mu(x) / mu(first of the support); every relation is a product of them.
        relations: list[tuple[dict[tuple[int, int], int], Fraction]] = []
        for index, nodes in chosen.items():
            for source in self.above[index]:
                told = self._told(index, source, chosen)
                if told is None:
                    continue
                other, lead = source.of, told[nodes[0]]
                for node in nodes[1:]:
                    above, weight = told[node]
                    powers: dict[tuple[int, int], int] = {(index, node): 1}
                    if source.belief is None:
                        for x, sign in ((above, -1), (lead[0], 1)):
                            if x != chosen[other][0]:
                                powers[other, x] = powers.get((other, x), 0) + sign
                    relations.append(
                        ({k: v for k, v in powers.items() if v}, Fraction(weight) / lead[1])
                    )
        rows = _eliminate(chosen, relations)
        self.unclear = rows is None
        return parametrise(chosen, rows) if rows else None


def _common(frame: Frame, nodes: Sequence[int]) -> list[int]:
    """Nodes strictly above all of ``nodes``."""
    out = []
    node = nodes[0]
    while (node := frame.parent[node]) >= 0:
        if all(node < x < frame.end[node] for x in nodes):
            out.append(node)
    return out


def _eliminate(
    chosen: Mapping[int, tuple[int, ...]],
    relations: Sequence[tuple[dict[tuple[int, int], int], Fraction]],
) -> list[tuple[int, int, Fraction, dict[Any, int]]] | tuple[()] | None:
    """Every ratio as a constant times powers of free ratios; None unclear, () contradictory."""
    solved: dict[tuple[int, int], tuple[Fraction, dict[tuple[int, int], int]]] = {}
    for powers, constant in relations:
        row, rest = dict(powers), constant
        while True:
            known = next((k for k in row if k in solved), None)
            if known is None:
                break
            power = row.pop(known)
            factor, other = solved[known]
            rest = rest / factor**power
            for k, v in other.items():
                row[k] = row.get(k, 0) + power * v
            row = {k: v for k, v in row.items() if v}
        if not row:
            if rest != 1:
                return ()
            continue
        lead = next((k for k, v in row.items() if abs(v) == 1), None)
        if lead is None:
            return None
        sign = row.pop(lead)
        factor = rest**sign
        here = {k: -sign * v for k, v in row.items()}
        for key, (old, other) in list(solved.items()):
            if lead in other:
                power = other.pop(lead)
                for k, v in here.items():
                    other[k] = other.get(k, 0) + power * v
                solved[key] = (old * factor**power, {k: v for k, v in other.items() if v})
        solved[lead] = (factor, here)
    out: list[tuple[int, int, Fraction, dict[Any, int]]] = []
    for index, nodes in chosen.items():
        for node in nodes[1:]:
            factor, row = solved.get((index, node), (Fraction(1), {(index, node): 1}))
            out.append((index, node, factor, dict(row)))
    return out or [(-1, -1, Fraction(1), {})]


def _settle(task: _Task, weights: Weights, out: Supporting) -> Beliefs | None:
    """Solve every cluster of sets that share free numbers; all must have a solution."""
    solved: list[tuple[Cluster, Any]] = []
    for cluster in weights.clusters():
        needs = [
            ([(gain[x], weights.of[h][x]) for x in weights.of[h]], equal)
            for h in cluster.sets
            for gain, equal in task.needs[h]
        ]
        answer = solve_cluster(cluster, needs, weights)
        if answer is None:
            return None
        if answer == "undecided":
            out.undecided = True
            return None
        solved.append((cluster, answer))
    beliefs: Beliefs = {}
    for cluster, (inside, corners) in solved:
        tied = tuple(h for h in cluster.sets if len(weights.of[h]) > 1)
        if len(tied) > 1:
            out.tied.add(tied)
        for h in cluster.sets:
            nodes = task.frame.members[h]
            beliefs[h] = _normalised(nodes, weights.of[h], inside)
            rows = [
                tuple(row[x] for x in nodes)
                for corner in corners
                if (row := _limit(nodes, weights.of[h], corner, beliefs[h])) is not None
            ]
            out.corners.setdefault(h, set()).update(rows)
            out.cells.setdefault(h, []).append(rows)
    return beliefs


def _normalised(
    nodes: Sequence[int], weights: Mapping[int, Monomial], at: Sequence[Fraction]
) -> dict[int, Fraction]:
    raw = {x: weights[x].at(at) if x in weights else Fraction(0) for x in nodes}
    total = sum(raw.values())
    return {x: w / total for x, w in raw.items()}


def _limit(
    nodes: Sequence[int],
    weights: Mapping[int, Monomial],
    corner: Sequence[Fraction],
    inside: dict[int, Fraction],
) -> dict[int, Fraction] | None:
    """Belief at a corner of the free numbers, None where all of its weights vanish."""
    if len(weights) == 1:
        return inside
    raw = {x: weights[x].linear(corner) if x in weights else Fraction(0) for x in nodes}
    total = sum(raw.values())
    return {x: w / total for x, w in raw.items()} if total else None
