r"""Stability for coalitions: who could leave a state together.

A coalition H reaches from s whatever legal sequences of its members' moves reach; a state q so
reached is a coalition improvement if *every* member prefers it to s. The others deter it with a
sanction that *some* member does not prefer to s. With one member each definition is that of the
decision maker, so a state that is stable for all coalitions is stable for all decision makers.

Two readings of a credible sanction are in the literature: the others improve one by one, each for
itself (Kilgour, Hipel, Fang and Peng 2001), or any part of them improves together (Inohara and
Hipel 2008, Systems Engineering 11:343-359). Under the second a lone decision maker faces more
sanctions than under sequential stability, and the inclusion just named fails for it; the first is
the default, and every answer names its reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain, combinations
from typing import Any

import numpy as np

from negotiate.errors import InputError, TooLargeError
from negotiate.graphmodel._definition import Rules, Verdict, in_words, judge_coalition
from negotiate.graphmodel._engine import SANCTION, Table, each_draw, solution, would_move
from negotiate.graphmodel.arithmetic.arcs import Arcs, from_pairs
from negotiate.graphmodel.arithmetic.reach import reached_sets, unpack
from negotiate.graphmodel.arithmetic.relations import deterred
from negotiate.graphmodel.model import GraphModel
from negotiate.graphmodel.preference import MAX_PAIRWISE
from negotiate.solution import Evidence, Point, Solution

READINGS = ("individual", "coalition")
"""Credible sanctions: each of the others improves for itself, or any part of them together."""

MAX_WORK = 1 << 31
"""Coalitions times pairs of states."""

Coalition = tuple[int, ...]


def coalitions_of(
    model: GraphModel, given: Iterable[Iterable[str]] | None
) -> tuple[Coalition, ...]:
    """Coalitions as tuples of indices: those given, or all."""
    everybody = range(len(model.players))
    if given is None:
        if len(model.players) > 12:
            raise TooLargeError(
                f"{len(model.players)} decision makers form {2 ** len(model.players) - 1:,} "
                "coalitions",
                allowed="up to 12 decision makers",
                remedy="name the coalitions",
            )
        return tuple(chain.from_iterable(combinations(everybody, k + 1) for k in everybody))
    out = []
    for names in given:
        members = [names] if isinstance(names, str) else list(names)
        if not members:
            raise InputError("a coalition of nobody", where="coalitions")
        out.append(tuple(sorted({model.player(name) for name in members})))
    return tuple(dict.fromkeys(out))


def name_of(model: GraphModel, coalition: Coalition) -> str:
    """Name of a coalition: its members joined by plus signs."""
    return " + ".join(model.players[i] for i in coalition)


def check_work(model: GraphModel, coalitions: Sequence[Coalition], *, times: int = 1) -> None:
    """Refuse more coalitions times pairs of states than can be gone through."""
    size = len(model.states)
    if size > MAX_PAIRWISE or len(coalitions) * size * size * times > MAX_WORK:
        raise TooLargeError(
            f"{len(coalitions):,} coalitions and {size:,} states",
            allowed=f"up to {MAX_PAIRWISE:,} states and {MAX_WORK:,} coalitions times pairs of "
            "states",
            remedy="name the coalitions that matter",
        )


def coalition_table(
    model: GraphModel, rules: Rules, coalitions: Sequence[Coalition], *, reading: str
) -> Table:
    """Apply one definition to every coalition and state.

    Parameters
    ----------
    model
        The model.
    rules
        The definition.
    coalitions
        Tuples of indices.
    reading
        One of `READINGS`.

    Returns
    -------
    Table
        Shape ``(coalitions, states)``.
    """
    if reading not in READINGS:
        raise InputError(f"reading '{reading}'", where="coalitions", allowed=", ".join(READINGS))
    size = len(model.states)
    joint = reading == "coalition" and rules.answers == "improvements"
    check_work(model, coalitions, times=2 ** len(model.players) if joint else 1)
    relations = [mine.matrices() for mine in model.preferences]
    parts: dict[Coalition, Arcs] = {}
    stable = np.empty((len(coalitions), size), dtype=bool)
    for row, members in enumerate(coalitions):
        own = unpack(reached_sets([model.moves[i] for i in members], states=size), size)
        tempted = np.ones((size, size), dtype=bool)
        lower = np.zeros((size, size), dtype=bool)
        for i in members:
            better, much, unknown = relations[i]
            tempted &= (better | unknown) if rules.leaves_for_unknown else better
            deters = much.T if rules.strong else ~(better | unknown)
            lower |= (deters | unknown) if rules.deterred_by_unknown else deters
        others = [j for j in range(len(model.players)) if j not in members]
        reached = None
        if rules.answers == "moves":
            reached = reached_sets([model.moves[j] for j in others], states=size)
        elif rules.answers == "improvements" and not joint:
            masks = [would_move(model, j) for j in others]
            reached = reached_sets([model.moves[j] for j in others], states=size, masks=masks)
        elif rules.answers == "improvements":
            movers = [
                _joint(model, part, relations, parts)
                for k in range(len(others))
                for part in combinations(others, k + 1)
            ]
            reached = reached_sets(movers, states=size)
        stable[row] = deterred(own & tempted, reached, lower, own=own if rules.counter else None)
    return Table(tuple(name_of(model, members) for members in coalitions), stable)


def _joint(
    model: GraphModel, part: Coalition, relations: Sequence[Any], known: dict[Coalition, Arcs]
) -> Arcs:
    """Coalition improvements of a part, as arcs."""
    if part not in known:
        size = len(model.states)
        own = unpack(reached_sets([model.moves[j] for j in part], states=size), size)
        for j in part:
            better, _, unknown = relations[j]
            own &= better | unknown
        known[part] = from_pairs(*np.nonzero(own), states=size)
    return known[part]


def solve_coalitions(
    model: GraphModel,
    rules: Rules,
    *,
    concept: str,
    coalitions: Iterable[Iterable[str]] | None,
    reading: str,
    judge: Callable[[Point], Evidence],
) -> Solution:
    """The solution of one coalition concept; see the concept's file."""
    asked = coalitions_of(model, coalitions)
    notes: tuple[str, ...] = () if rules.answers == "none" else (SANCTION,)
    if rules.answers == "improvements":
        notes = (
            *notes,
            "each of the others improves for itself"
            if reading == "individual"
            else "any part of the others improves together",
        )
    settings: dict[str, Any] = {"strong": rules.strong, "unknown": rules.unknown}
    if rules.answers == "improvements":
        settings["reading"] = reading
    return joint_solution(
        model,
        lambda one: coalition_table(one, rules, asked, reading=reading),
        concept=concept,
        settings=settings,
        judge=judge,
        notes=notes,
    )


def joint_solution(
    model: GraphModel,
    make: Callable[[GraphModel], Table],
    *,
    concept: str,
    settings: dict[str, Any],
    judge: Callable[[Point], Evidence],
    notes: tuple[str, ...],
) -> Solution:
    """The solution of a coalition concept from the table of one model, with who was asked."""
    found = each_draw(model, make)
    return solution(
        model,
        found,
        concept=concept,
        settings={"coalitions": list(found.who), **settings},
        judge=judge,
        notes=(
            "a coalition improves if every member does",
            "what some member finds no better deters a coalition",
            *notes,
        ),
    )


def coalition_evidence(
    model: GraphModel,
    point: Point,
    rules: Rules,
    *,
    coalitions: Iterable[Iterable[str]] | None,
    reading: str,
    words: str,
) -> Evidence:
    """Judge a state by the definition, coalition by coalition."""
    return evidence_for(
        model,
        point,
        lambda members, s: judge_coalition(model, members, s, rules, joint=reading == "coalition"),
        coalitions=coalitions,
        words=words,
    )


def evidence_for(
    model: GraphModel,
    point: Point,
    verdict: Callable[[Coalition, int], Verdict],
    *,
    coalitions: Iterable[Iterable[str]] | None,
    words: str,
) -> Evidence:
    """As `coalition_evidence`, with the verdict on a coalition at a state given by a function."""
    s = model.state(point.label)
    value, witness = 0, ""
    for members in coalitions_of(model, coalitions):
        said = verdict(members, s)
        value += len(said.open)
        if said.open and not witness:
            witness = coalition_words(model, members, s, said, words)
    return Evidence(value == 0, value, "coalition improvements that nothing deters", witness)


def tell(
    model: GraphModel,
    verdict: Callable[[Coalition, int], Verdict],
    *,
    coalitions: Iterable[Iterable[str]] | None,
    words: str,
) -> str:
    """Markdown: of every state, which coalitions could leave it and what deters them."""
    lines = []
    for s, label in enumerate(model.states):
        lines.append(f"**{label}**")
        for members in coalitions_of(model, coalitions):
            said = verdict(members, s)
            lines.append("- " + coalition_words(model, members, s, said, words))
    return "\n".join(lines) + "\n"


def coalition_words(
    model: GraphModel, members: Coalition, s: int, said: Verdict, words: str
) -> str:
    """A verdict on a coalition in words."""
    if len(members) == 1:
        return " ".join(in_words(model, members[0], s, said, words))
    who, here = name_of(model, members), model.states[s]
    if not said.answers:
        return f"{here} is stable for {who} ({words}): together they improve nowhere."
    parts = [f"{here} is {'stable' if said.stable else 'not stable'} for {who} ({words})."]
    for answer in said.answers:
        to = model.states[answer.improvement]
        if answer.sanction:
            steps = ", then ".join(
                f"{model.players[j]} to {model.states[r]}" for j, r in answer.sanction
            )
            parts.append(f"All of them prefer {to}, but it is deterred: {steps}.")
        else:
            parts.append(f"All of them prefer {to}, and nothing deters them.")
    return " ".join(parts)
