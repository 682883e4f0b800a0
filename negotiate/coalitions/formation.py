r"""Coalition formation: which partitions of the parties last.

A partition divides the players into coalitions; what each gets in it is a **payoff rule**: an equal
split or the Shapley value of each coalition's own game, or a table that may depend on the whole
partition (externalities). Of a partition one asks

===================  ============================================================================
core stable          no set of players would all be better off as a coalition of their own
                     (the others staying as they are, less the leavers)
Nash stable          nobody is better off moving to another coalition of it, or alone
individually stable  nobody is better off moving to a coalition all of whose members agree
farsighted           it is in the largest consistent set (Chwe 1994, JET 63:299-325): every move
                     away from it may lead, by moves of players who look ahead to the end, to a
                     partition in the set at which some mover is no better off
===================  ============================================================================

(Bogomolnaia and Jackson 2002, Games and Economic Behavior 38:201-230 for the first three; here a
blocking coalition takes what the rule gives it in the partition it makes.) Partitions are counted
by Bell numbers, so bounds are small. Ties hold: a move needs a strict gain.

Three-person majority with equal splits: each pair is stable against the others' offers only weakly,
so that every pair is core stable, all three together and all apart are not.

>>> from negotiate.coalitions.game import weighted_voting
>>> answer = stable_partitions(weighted_voting({"a": 1, "b": 1, "c": 1}, 2))
>>> [p.label for p in answer.points if "core stable" in p.marks]
['{a, b} {c}', '{a, c} {b}', '{a} {b, c}']
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from negotiate.coalitions import _shared as shared
from negotiate.coalitions.arithmetic import subsets, values
from negotiate.coalitions.game import CoalitionalGame
from negotiate.coalitions.properties import subgame
from negotiate.declare import concept
from negotiate.errors import InputError, NotApplicableError, TooLargeError
from negotiate.solution import Evidence, Point, Solution
from negotiate.tolerance import UTILITY

MAX_PLAYERS = 8
"""Bell number 4,140 of partitions."""
FARSIGHTED_PLAYERS = 5
"""Bell number 52; every pair of partitions is asked about."""

Partition = tuple[int, ...]
"""Coalitions as masks, sorted by their first member."""
Payoffs = Callable[[Partition], list[Any]]
RULES = ("equal", "shapley", "proportional")


def partitions(n: int) -> Iterator[Partition]:
    """Every partition of n players.

    >>> sum(1 for _ in partitions(5))
    52
    """

    def grow(k: int, blocks: tuple[int, ...]) -> Iterator[Partition]:
        if k == n:
            yield blocks
            return
        for at in range(len(blocks)):
            yield from grow(k + 1, (*blocks[:at], blocks[at] | 1 << k, *blocks[at + 1 :]))
        yield from grow(k + 1, (*blocks, 1 << k))

    yield from grow(0, ())


def payoff_rule(game: CoalitionalGame, rule: str = "equal") -> Payoffs:
    """How coalitions share their worth: ``equal``, ``shapley``, or ``proportional`` to own worth.

    Proportional shares need own worths above zero; gains then go in their proportion.
    """
    if rule not in RULES:
        raise InputError(f'"{rule}"', where="payoff rule", allowed=", ".join(RULES))
    known: dict[int, dict[int, Any]] = {}

    def of(mask: int) -> dict[int, Any]:
        if mask not in known:
            members = subsets.members(mask)
            worth = shared.worth(game, mask)
            if rule == "equal":
                known[mask] = {k: worth / len(members) for k in members}
            elif rule == "proportional":
                own = [shared.worth(game, 1 << k) for k in members]
                if any(w <= 0 for w in own):
                    raise InputError(
                        "a player's own worth is not above 0",
                        where="proportional shares",
                        remedy='use rule = "equal" or "shapley"',
                    )
                known[mask] = {k: worth * w / sum(own) for k, w in zip(members, own)}
            else:
                small = subgame(game, game.members(mask))
                found = values.semivalue(small.signed, values.shapley_weights(small.n))
                unit = game.denominator or 1
                known[mask] = {
                    k: Fraction(x) / unit if game.exact else float(x)
                    for k, x in zip(members, found)
                }
        return known[mask]

    def payoffs(partition: Partition) -> list[Any]:
        out: list[Any] = [0] * game.n
        for block in partition:
            for k, x in of(block).items():
                out[k] = x
        return out

    return payoffs


@concept(
    "stable_partitions",
    title="Stable partitions",
    short="stable partitions",
    games=("coalitional",),
    field="rational",
    axioms=(),
    cites=("bogomolnaia2002", "chwe1994"),
)
def stable_partitions(
    game: CoalitionalGame, *, rule: str = "equal", payoffs: Payoffs | None = None
) -> Solution:
    """Every partition with what holds of it; stable ones first.

    Parameters
    ----------
    game
        One game; its players, and its worths where a ``rule`` shares them.
    rule
        ``equal``, ``shapley`` or ``proportional``: how each coalition shares its worth.
    payoffs
        A function of the partition instead, where what a coalition gets depends on the others.

    Returns
    -------
    Solution
        Points are the partitions of which at least one kind of stability holds; ``marks`` says
        which, ``facts["leave"]`` who would break the others.

    Raises
    ------
    TooLargeError
        More than `MAX_PLAYERS`; farsighted stability is asked up to `FARSIGHTED_PLAYERS`.
    """
    n = game.n
    if n > MAX_PLAYERS:
        raise TooLargeError(
            f"{n} players have {_bell(n):,} partitions",
            where="coalition formation",
            allowed=f"{MAX_PLAYERS} players ({_bell(MAX_PLAYERS):,})",
        )
    share = payoffs or payoff_rule(game, rule)
    listed = list(partitions(n))
    pay = {p: share(p) for p in listed}
    slack = _slack(game)
    far = farsighted(game, pay) if n <= FARSIGHTED_PLAYERS else None
    points = []
    for p in listed:
        core_breach = _blocking(pay, p, n, slack)
        nash, individual = _deviations(pay, p, n, slack)
        marks = []
        if core_breach is None:
            marks.append("core stable")
        if nash is None:
            marks.append("Nash stable")
        if individual is None:
            marks.append("individually stable")
        if far is not None and p in far:
            marks.append("farsighted")
        if not marks:
            continue
        facts: dict[str, Any] = {
            "coalitions": [list(game.members(block)) for block in p],
            "rule": "given" if payoffs else rule,
        }
        if core_breach is not None:
            facts["blocked_by"] = list(game.members(core_breach))
        points.append(
            Point(
                payoffs={q: game.sign * x for q, x in zip(game.players, pay[p])},
                label=" ".join(game.label(block) for block in p),
                marks=tuple(marks),
                facts=facts,
            )
        )
    points.sort(key=lambda q: -len(q.marks))
    evidence = tuple(_judged(game, q, share) for q in points)
    notes = (
        ()
        if far is not None
        else (f"farsighted stability is asked up to {FARSIGHTED_PLAYERS} players",)
    )
    return Solution(
        concept="stable_partitions",
        players=game.players,
        points=tuple(points),
        complete=True,
        exact=game.exact,
        evidence=evidence,
        settings={"rule": "given" if payoffs else rule, "partitions": len(listed)},
        notes=notes,
        form=game,
    )


def _slack(game: CoalitionalGame) -> float:
    return 0 if game.exact else UTILITY * float(np.max(game.scale))


def _bell(n: int) -> int:
    row = [1]
    for _ in range(n - 1):
        new = [row[-1]]
        for a in row:
            new.append(new[-1] + a)
        row = new
    return row[-1]


def _left(partition: Partition, leavers: int) -> Partition:
    """The partition that a coalition makes by leaving: itself, and the others less its members."""
    rest = [block & ~leavers for block in partition if block & ~leavers]
    return tuple(sorted([*rest, leavers], key=lambda m: m & -m))


def _blocking(
    pay: Mapping[Partition, list[Any]], partition: Partition, n: int, slack: float
) -> int | None:
    here = pay[partition]
    for mask in range(1, 2**n):
        if mask in partition:
            continue
        there = pay[_left(partition, mask)]
        if all(there[k] > here[k] + slack for k in subsets.members(mask)):
            return mask
    return None


def _deviations(
    pay: Mapping[Partition, list[Any]], partition: Partition, n: int, slack: float
) -> tuple[int | None, int | None]:
    """A player who would move at all, and one whom its new partners would have."""
    here, nash = pay[partition], None
    for k in range(n):
        for block in (*partition, 0):
            if block >> k & 1 or (block == 0 and 1 << k in partition):
                continue
            rest = [b & ~(1 << k) for b in partition if b != block and b & ~(1 << k)]
            new = tuple(sorted([*rest, block | 1 << k], key=lambda m: m & -m))
            if pay[new][k] > here[k] + slack:
                nash = k if nash is None else nash
                if all(pay[new][j] >= here[j] - slack for j in subsets.members(block)):
                    return nash, k
    return nash, None


def farsighted(game: CoalitionalGame, pay: Mapping[Partition, list[Any]]) -> frozenset[Partition]:
    """Chwe's largest consistent set of partitions.

    A coalition can move from a partition to the one its leaving makes. b dominates a indirectly if
    a path of such moves leads from a to b, at each of whose steps every mover prefers b. The set is
    what is left when partitions from which some move is not deterred are struck out until none is.
    """
    n = game.n
    slack = _slack(game)
    listed = list(pay)
    moves: dict[Partition, list[tuple[int, Partition]]] = {
        p: [(mask, to) for mask in range(1, 2**n) if mask not in p and (to := _left(p, mask)) != p]
        for p in listed
    }
    reaches: dict[Partition, set[Partition]] = {p: set() for p in listed}
    for end in listed:
        ready, found = [end], {end}
        into: dict[Partition, list[Partition]] = {}
        for p in listed:
            for mask, to in moves[p]:
                if all(pay[end][k] > pay[p][k] + slack for k in subsets.members(mask)):
                    into.setdefault(to, []).append(p)
        while ready:
            at = ready.pop()
            for p in into.get(at, ()):
                if p not in found:
                    found.add(p)
                    ready.append(p)
                reaches[p].add(end)
    inside = set(listed)
    while True:
        kept = set()
        for p in inside:
            deterred = all(
                any(
                    not all(pay[e][k] > pay[p][k] + slack for k in subsets.members(mask))
                    for e in ({to} | reaches[to]) & inside
                )
                for mask, to in moves[p]
            )
            if deterred:
                kept.add(p)
        if kept == inside:
            return frozenset(inside)
        inside = kept


@stable_partitions.checked_by
def holds(game: CoalitionalGame, point: Point) -> Evidence:
    """Core stability where it is claimed: the coalition that would leave is the witness.

    Every set of players is asked whether all would gain by leaving together. A point that claims
    other kinds only is asked for those: no player would move, or would be let in where it moved.
    """
    rule = point.facts.get("rule", "equal")
    if rule == "given":
        raise NotApplicableError(
            "the payoffs were given by a function, which a point does not hold",
            where="stable partitions",
            remedy="the evidence of the answer judged it with them",
        )
    return _judged(game, point, payoff_rule(game, rule))


def _judged(game: CoalitionalGame, point: Point, share: Payoffs) -> Evidence:
    partition = tuple(
        sorted((game.coalition(c) for c in point.facts["coalitions"]), key=lambda m: m & -m)
    )
    if sum(partition) != game.grand:
        return Evidence(False, sum(partition), "players covered", "not a partition")
    slack = _slack(game)
    if "core stable" not in point.marks:
        pay = {p: share(p) for p in partitions(game.n)}
        mover, welcome = _deviations(pay, partition, game.n, slack)
        asked = {"Nash stable": mover, "individually stable": welcome}
        for mark, found in asked.items():
            if mark in point.marks and found is not None:
                return Evidence(False, 1, f"moves against: {mark}", game.players[found])
        return Evidence(True, 0, "moves against what is claimed")
    here = share(partition)
    best, witness = None, ""
    for mask in range(1, game.grand + 1):
        if mask in partition:
            continue
        there = share(_left(partition, mask))
        least = min(there[k] - here[k] for k in subsets.members(mask))
        if best is None or least > best:
            best, witness = least, game.label(mask)
    if best is None:
        return Evidence(True, 0, "least gain of a coalition that leaves")
    stays = bool(best <= slack)
    return Evidence(stays, best, "least gain of a coalition that leaves", "" if stays else witness)


@stable_partitions.explained_by
def explain(game: CoalitionalGame, *, rule: str = "equal") -> str:
    """Worked steps in Markdown."""
    answer = stable_partitions(game, rule=rule)
    lines = [
        f"1. {answer.settings['partitions']} partitions; each coalition shares its worth by the "
        f"rule: {rule}."
    ]
    for number, point in enumerate(answer.points[:12], 2):
        lines.append(
            f"{number}. {point.label}: {', '.join(point.marks)}; "
            f"{shared.listed(game, point.payoffs)}."
        )
    return "\n".join(lines)
