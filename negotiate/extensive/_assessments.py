"""All assessments of a small tree that are sequentially rational under a condition on beliefs.

Pure ones by a search that prunes from the end of the tree on, mixed ones support by support; each
with the whole set of beliefs that support it (`_belief_sets`). Two conditions are known:
"updating" (perfect Bayesian) and "consistent" (sequential).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from negotiate.errors import InputError, NotConvergedError, TooLargeError
from negotiate.extensive import _belief_sets, _consistency, _indifference, _support_search
from negotiate.extensive import profile as _tree_profile
from negotiate.extensive._consistency import consistent
from negotiate.extensive._support_search import Support
from negotiate.extensive._tree_frame import Beliefs, Frame, Rows
from negotiate.extensive.game import ExtensiveGame
from negotiate.extensive.subgame_perfect import admit, label, subgame_perfect
from negotiate.extensive.subgame_perfect import slack as slack_of
from negotiate.solution import Evidence, Point, Solution

NODE_BOUND = 5_000
"""Nodes of a tree whose assessments are enumerated."""
PURE_BOUND = 100_000
"""Partial pure profiles looked at."""
MIXED_BOUND = 20_000
"""Partial profiles of supports looked at; beyond it only pure assessments are listed."""
SYSTEM_BOUND = 800
"""Profiles of mixed supports whose equations are solved."""


CANDIDATES = 500
"""Subgame perfect equilibria tried where the list may not be complete."""


@dataclass
class _Found:
    """What the search has found."""

    points: list[tuple[Rows, _belief_sets.Supporting]] = field(default_factory=list)
    components: list[tuple[int, ...]] = field(default_factory=list)
    place: dict[Any, int] = field(default_factory=dict)
    refuted: set[Any] = field(default_factory=set)
    reasons: dict[str, int] = field(default_factory=dict)

    def doubt(self, reason: str) -> None:
        self.reasons[reason] = self.reasons.get(reason, 0) + 1


def solve(form: ExtensiveGame, concept: str, *, condition: str) -> Solution:
    """All assessments of a tree; see `perfect_bayesian.solve` and `sequential_equilibrium.solve`.

    Raises
    ------
    TooLargeError
        Where even the pure profiles are too many.
    """
    exact = admit(form, concept)
    _tree_profile.need_recall(form, concept.replace("_", " "))
    if form.perfect_information:
        # Beliefs are certain, so the assessments are the subgame perfect equilibria.
        return replace(subgame_perfect(form), concept=concept)
    if form.count > NODE_BOUND:
        raise TooLargeError(
            f"{form.count:,} nodes",
            where=form.title or concept,
            allowed=f"at most {NODE_BOUND:,}",
            remedy="use subgame_perfect, or solve a part of the tree",
        )
    frame = Frame.of(exact)
    found = _Found()
    for chosen in _support_search.search(frame, mixed=False, bound=PURE_BOUND):
        _keep(frame, _support_search.pure_rows(frame, chosen), condition, found)
    _mixed(frame, condition, found)
    if found.reasons and not found.points:
        _from_subgames(exact, frame, condition, found)
    return _solution(form, frame, concept, condition, found)


def _keep(frame: Frame, rows: Rows, condition: str, found: _Found) -> int:
    """Place of the profile among the points; -1 if no beliefs support it."""
    key = tuple(sorted(rows.items()))
    if key in found.place:
        return found.place[key]
    if key in found.refuted:
        return -1
    try:
        support = _belief_sets.supporting(frame, rows, condition=condition)
    except TooLargeError as error:
        found.doubt(f"a profile has {error.what}")
        return -1
    if not support.found:
        if support.undecided:
            found.doubt("whether any beliefs support a profile was not decided")
        found.refuted.add(key)
        return -1
    found.place[key] = len(found.points)
    found.points.append((rows, support))
    return found.place[key]


def _mixed(frame: Frame, condition: str, found: _Found) -> None:
    systems = 0
    try:
        for chosen in _support_search.search(frame, mixed=True, bound=MIXED_BOUND):
            if _support_search.is_pure(chosen):
                continue
            systems += 1
            if systems > SYSTEM_BOUND:
                found.doubt(f"mixed strategies have over {SYSTEM_BOUND:,} profiles of supports")
                return
            _solve_supports(frame, chosen, condition, found)
    except TooLargeError as error:
        found.doubt(f"mixed strategies have {error.what}")


def _from_subgames(exact: ExtensiveGame, frame: Frame, condition: str, found: _Found) -> None:
    """Where nothing was found: the subgame perfect equilibria that beliefs support."""
    try:
        listed = subgame_perfect(exact).points[:CANDIDATES]
    except (TooLargeError, NotConvergedError):
        return
    for point in listed:
        rows = {
            h: tuple(point.strategies[exact.players[frame.owner[h]]][exact.set_labels[h]].values())
            for h in frame.sets
        }
        if all(isinstance(p, (int, Fraction)) for row in rows.values() for p in row):
            _keep(frame, rows, condition, found)


def _solve_supports(
    frame: Frame, chosen: Mapping[int, Support], condition: str, found: _Found
) -> None:
    answer = _indifference.solve(frame, chosen)
    if answer.unsolved:
        found.doubt(f"mixed supports with {answer.unsolved}")
    for family in answer.families:
        *corners, centre = family
        if not corners:
            _keep(frame, centre, condition, found)
            continue
        try:
            support = _belief_sets.supporting(frame, centre, condition=condition)
        except TooLargeError as error:
            found.doubt(f"a profile has {error.what}")
            continue
        places = [_keep(frame, rows, condition, found) for rows in corners]
        if support.found and min(places) >= 0:
            found.components.append(tuple(sorted(set(places))))
            continue
        # Beliefs cut the continuum, or leave none of it: its other points were not judged.
        found.doubt("a continuum of mixed strategies that beliefs cut short")
        if support.found:
            _keep(frame, centre, condition, found)


def _solution(
    form: ExtensiveGame, frame: Frame, concept: str, condition: str, found: _Found
) -> Solution:
    points = [_point(form, frame, rows, support, condition) for rows, support in found.points]
    seen: dict[str, int] = {}
    for number, point in enumerate(points):
        seen[point.label] = seen.get(point.label, 0) + 1
        if seen[point.label] > 1:
            points[number] = replace(point, label=f"{point.label} ({seen[point.label]})")
    tied = {t for _, support in found.points for t in support.tied}
    notes = [
        f"Not proved complete: {reason} ({times} time{'s' if times > 1 else ''}). Pure ones "
        "are all listed."
        if "mixed" in reason
        else f"Not proved complete: {reason} ({times} time{'s' if times > 1 else ''})."
        for reason, times in found.reasons.items()
    ]
    if found.components:
        notes.append("A continuum of mixed choices is given by its extreme points, a component.")
    if tied:
        names = "; ".join(" and ".join(frame.name(h) for h in group) for group in sorted(tied)[:3])
        notes.append(f"Off the path beliefs depend on each other at {names}.")
    notes.append(CONDITIONS[condition])
    return Solution(
        concept=concept,
        players=form.players,
        points=tuple(points),
        complete=not found.reasons,
        exact=form.exact,
        degenerate=bool(found.components) if not found.reasons else None,
        components=tuple(_joined(found.components)),
        settings={"beliefs": condition},
        notes=tuple(notes),
        form=form,
    )


CONDITIONS = {
    "updating": (
        "Beliefs follow Bayes' rule from every node and every information set from which a later "
        "one is reached, on the path and off it (a player's own moves between their own sets count "
        "as made); elsewhere they are free."
    ),
    "consistent": "Beliefs are limits of Bayesian beliefs under trembles (Kreps and Wilson 1982).",
}


def _joined(groups: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    merged: list[set[int]] = []
    for group in groups:
        now, apart = set(group), []
        for other in merged:
            if other & now:
                now |= other
            else:
                apart.append(other)
        merged = [*apart, now]
    return sorted(tuple(sorted(g)) for g in merged if len(g) > 1)


def _point(
    form: ExtensiveGame,
    frame: Frame,
    rows: Rows,
    support: _belief_sets.Supporting,
    condition: str,
) -> Point:
    game = frame.game
    worth = frame.values(frame.move(rows))[0]
    number = (lambda value: value) if form.exact else float
    strategies = {
        player: {
            label: {action: number(p) for action, p in row.items()} for label, row in own.items()
        }
        for player, own in _tree_profile.named(game, rows).items()
    }
    facts: dict[str, Any] = {}
    if support.corners:
        facts["off_path"] = {
            frame.name(h): _off_path(frame, h, support, number) for h in sorted(support.corners)
        }
        if condition == "consistent":
            facts["trembles"] = _trembles(frame, rows, support)
    return Point(
        payoffs=dict(zip(form.players, map(number, worth))),
        strategies=strategies,
        beliefs={
            frame.name(h): {frame.place(x): number(p) for x, p in row.items()}
            for h, row in sorted(support.beliefs.items())
        },
        regret=number(Fraction(0)),
        label=label(game, rows),
        marks=() if all(p in (0, 1) for row in rows.values() for p in row) else ("mixed",),
        facts=facts,
    )


def _trembles(
    frame: Frame, rows: Rows, support: _belief_sets.Supporting
) -> dict[str, dict[str, int]]:
    """The witness of consistency: orders of trembles that give the stated beliefs, by set."""
    ways = _consistency.paths(frame, rows)
    supports = {
        h: [x for x, p in support.beliefs[h].items() if p]
        for h in support.corners
        if any(ways[x].factor for x in frame.members[h])
    }
    out: dict[str, dict[str, int]] = {}
    found = _consistency.orders(ways, supports, frame.members) or {}
    for (h, action), order in sorted(found.items()):
        out.setdefault(frame.name(h), {})[frame.game.set_actions[h][action]] = order
    return out


def _off_path(
    frame: Frame, index: int, support: _belief_sets.Supporting, number: Any
) -> dict[str, Any]:
    """The supporting beliefs at an off-path set: intervals by node, and the extreme points."""
    names = [frame.place(x) for x in frame.members[index]]
    return {
        "beliefs": {
            name: tuple(
                (number(low), number(high))
                for low, high in _intervals(
                    [
                        (min(c), max(c))
                        for cell in support.cells[index]
                        if cell
                        for c in ([corner[k] for corner in cell],)
                    ]
                )
            )
            for k, name in enumerate(names)
        },
        "extreme_beliefs": [
            dict(zip(names, map(number, corner))) for corner in sorted(support.corners[index])
        ],
    }


def _intervals(pieces: list[tuple[Fraction, Fraction]]) -> list[tuple[Fraction, Fraction]]:
    out: list[tuple[Fraction, Fraction]] = []
    for low, high in sorted(pieces):
        if out and low <= out[-1][1]:
            out[-1] = (out[-1][0], max(high, out[-1][1]))
        else:
            out.append((low, high))
    return out


def assessment(form: ExtensiveGame, point: Point) -> tuple[Frame, Rows, Beliefs]:
    """Strategies and beliefs of a point by number; beliefs at single nodes are certain."""
    # Exact numbers if the point's are exact: then the definition is decided without tolerance.
    exact = admit(form, "assessment")
    frame = Frame.of(exact)
    _tree_profile.move_probabilities(exact, point.strategies)  # checks names and sums
    rows: Rows = {}
    beliefs: Beliefs = {}
    for h in frame.sets:
        player, label = form.players[frame.owner[h]], form.set_labels[h]
        given = point.strategies[player][label]
        rows[h] = tuple(_plain(given.get(a, 0)) for a in form.set_actions[h])
        nodes = frame.members[h]
        if len(nodes) == 1:
            beliefs[h] = {nodes[0]: Fraction(1)}
            continue
        told = point.beliefs.get(frame.name(h), point.beliefs.get(label))
        if told is None:
            raise InputError(
                f"no belief at '{frame.name(h)}'",
                where="assessment",
                allowed="one at every information set of several nodes",
            )
        beliefs[h] = {x: _plain(told.get(frame.place(x), 0)) for x in nodes}
    return frame, rows, beliefs


def _plain(value: Any) -> Any:
    return Fraction(value) if isinstance(value, (int, str)) else value


def rationality(frame: Frame, rows: Rows, beliefs: Beliefs) -> tuple[Any, str]:
    """Largest gain of any continuation plan at any information set, given the belief there."""
    move = frame.move(rows)
    worth = frame.values(move)
    worst: Any = Fraction(0)
    witness = ""
    for h in frame.sets:
        belief, who = beliefs[h], frame.owner[h]
        low, total = min(belief.values()), sum(belief.values())
        if low < 0 or abs(total - 1) > worst:
            gap = max(abs(total - 1), -low)
            if gap > worst:
                worst, witness = gap, f"the belief at '{frame.name(h)}' is no probability"
        now = sum((belief[x] * worth[x][who] for x in frame.members[h]), start=Fraction(0))
        gain = frame.own_best(h, belief, move) - now
        if gain > worst:
            worst = gain
            witness = f"{frame.game.players[who]} gains at '{frame.name(h)}'"
    return worst, witness


def updating(frame: Frame, rows: Rows, beliefs: Beliefs) -> tuple[Any, str]:
    """Largest breach of Bayes' rule from any node or information set."""
    move = frame.move(rows)
    reach = frame.reach(move)
    worst: Any = Fraction(0)
    witness = ""

    def compare(h: int, told: Mapping[int, Any], source: str) -> None:
        nonlocal worst, witness
        total = sum(told.values())
        if not total:
            return
        gap = max(abs(told.get(x, 0) / total - beliefs[h][x]) for x in frame.members[h])
        if gap > worst:
            worst = gap
            witness = f"the belief at '{frame.name(h)}' breaks Bayes' rule from {source}"

    for h in frame.sets:
        nodes = frame.members[h]
        if len(nodes) < 2:
            continue
        compare(h, {x: reach[x] for x in nodes}, "the start")
        for node in range(nodes[0]):
            if frame.children[node] and all(node < x < frame.end[node] for x in nodes):
                own = frame.owner[h] if frame.mover[node] == frame.owner[h] else -2
                told = {x: frame.between(node, x, move, besides=own) for x in nodes}
                compare(h, told, f"the node after ({', '.join(frame.game.history(node))})")
        for other in frame.sets:
            above = [frame.ancestor(frame.members[other], x) for x in nodes]
            if other == h or min(above) < 0:
                continue
            own = frame.owner[h] if frame.owner[other] == frame.owner[h] else -2
            told = {
                x: beliefs[other][a] * frame.between(a, x, move, besides=own)
                for x, a in zip(nodes, above)
            }
            compare(h, told, f"'{frame.name(other)}'")
    return worst, witness


def holds(form: ExtensiveGame, point: Point, *, condition: str) -> Evidence:
    """The definition recomputed: best continuations at every set, and the condition on beliefs."""
    _tree_profile.need_recall(form, "an assessment")
    frame, rows, beliefs = assessment(form, point)
    floats = any(isinstance(p, float) for row in rows.values() for p in row) or any(
        isinstance(p, float) for row in beliefs.values() for p in row.values()
    )
    from negotiate import tolerance

    slack: Any = slack_of(form) or (tolerance.REGRET if floats else 0)
    worst, witness = rationality(frame, rows, beliefs)
    if worst > slack:
        return Evidence(False, worst, "gain from a better continuation", witness)
    judge = {"updating": updating, "consistent": consistent}[condition]
    gap, witness = judge(frame, rows, beliefs)
    kept = bool(gap <= slack)
    return Evidence(kept, gap, f"breach of {condition} beliefs", "" if kept else witness)
