"""From a model and a definition to a table of stability: which arrays, and what is returned.

Rankings go through margins (linear in the number of moves); relations, unknown pairs and strength
that is no matter of levels go through boolean matrices, up to `MAX_PAIRWISE` states.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from negotiate.errors import NotApplicableError, TooLargeError
from negotiate.graphmodel._definition import EXTENSIONS, Rules, Verdict, in_words, judge
from negotiate.graphmodel.arithmetic.reach import reached_sets
from negotiate.graphmodel.arithmetic.relations import deterred
from negotiate.graphmodel.arithmetic.stability import margin, sanctions, strongly_stable
from negotiate.graphmodel.model import GraphModel, number
from negotiate.graphmodel.preference import MAX_PAIRWISE
from negotiate.solution import Evidence, Point, Solution

MAX_POINTS = 2000
"""Equilibria that a solution lists; beyond it says how many there are and shows the first."""

SANCTION = "sanctions are legal sequences of moves by the opponents, in which nobody moves twice \
running"
LOOP = "a sequence back to where it began is no move"
EQUAL = "an equally preferred state deters"


@dataclass(frozen=True, eq=False)
class Table:
    """Stability of every state for every decision maker (or group).

    Attributes
    ----------
    who
        Names of the decision makers or groups.
    stable
        Boolean, shape ``(groups, states)``.
    margins
        Margins on the scale of utilities, exact, where every preference is cardinal; else None.
    """

    who: tuple[str, ...]
    stable: np.ndarray
    margins: np.ndarray | None = None

    @property
    def equilibria(self) -> np.ndarray:
        """Indices of the states that are stable for everybody."""
        return np.flatnonzero(self.stable.all(axis=0))


def table(model: GraphModel, rules: Rules) -> Table:
    """Apply one definition to every state.

    Parameters
    ----------
    model
        The model.
    rules
        The definition.

    Returns
    -------
    Table
        Shape ``(players, states)``.
    """
    if rules.unknown not in EXTENSIONS:
        raise NotApplicableError(f"extension '{rules.unknown}'", allowed=", ".join(EXTENSIONS))
    by_levels = all(p.level is not None or p.much is None for p in model.preferences)
    if model.is_ranked and (not rules.strong or by_levels):
        return _ranked(model, rules)
    return _related(model, rules)


def _ranked(model: GraphModel, rules: Rules) -> Table:
    ranks = model.ranks()
    stable = np.empty(ranks.shape, dtype=bool)
    for i, arcs in enumerate(model.moves):
        if rules.answers == "none":
            stable[i] = margin(ranks[i], arcs) >= 0
            continue
        credible = rules.answers == "improvements"
        if not rules.strong:
            worst = sanctions(ranks, model.moves, i, credible=credible, counter=rules.counter)
            stable[i] = margin(ranks[i], arcs, worst) >= 0
            continue
        level = model.preferences[i].level
        levels = np.ones(ranks.shape[1]) if level is None else np.asarray(level, dtype=float)
        worst = sanctions(
            ranks, model.moves, i, credible=credible, counter=rules.counter, judged=levels
        )
        stable[i] = strongly_stable(ranks[i], levels, arcs, worst)
    return Table(model.players, stable, _margins(model, rules))


def _margins(model: GraphModel, rules: Rules) -> np.ndarray | None:
    """Exact margins in utilities, for models small enough to be read."""
    if rules.strong or any(p.value is None for p in model.preferences):
        return None
    if len(model.states) > MAX_PAIRWISE:
        return None
    values = np.array([list(p.value or ()) for p in model.preferences], dtype=object)
    out = np.empty(values.shape, dtype=object)
    for i, arcs in enumerate(model.moves):
        worst = None
        if rules.answers != "none":
            worst = sanctions(
                values,
                model.moves,
                i,
                credible=rules.answers == "improvements",
                counter=rules.counter,
            )
        out[i] = margin(values[i], arcs, worst)
    return out


def _related(model: GraphModel, rules: Rules) -> Table:
    size = len(model.states)
    if size > MAX_PAIRWISE:
        raise TooLargeError(
            f"{size:,} states compared pair by pair", allowed=f"up to {MAX_PAIRWISE:,} states"
        )
    stable = np.empty((len(model.players), size), dtype=bool)
    for i, arcs in enumerate(model.moves):
        better, much, unknown = model.preferences[i].matrices()
        own = np.zeros((size, size), dtype=bool)
        own[arcs.start, arcs.end] = True
        incentive = own & ((better | unknown) if rules.leaves_for_unknown else better)
        lower = much.T.copy() if rules.strong else ~(better | unknown)
        if rules.deterred_by_unknown:
            lower |= unknown
        reached = None
        if rules.answers != "none":
            others = [j for j in range(len(model.players)) if j != i]
            masks = None
            if rules.answers == "improvements":
                masks = [would_move(model, j) for j in others]
            reached = reached_sets([model.moves[j] for j in others], states=size, masks=masks)
        stable[i] = deterred(incentive, reached, lower, own=own if rules.counter else None)
    return Table(model.players, stable)


def would_move(model: GraphModel, player: int) -> np.ndarray:
    """Arcs of a player that improve, or might where that is unknown."""
    arcs, mine = model.moves[player], model.preferences[player]
    if mine.rank is not None:
        return np.asarray(mine.rank[arcs.end] > mine.rank[arcs.start])
    better, _, unknown = mine.matrices()
    return np.asarray((better | unknown)[arcs.start, arcs.end])


def solution(
    model: GraphModel,
    found: Table,
    *,
    concept: str,
    settings: dict[str, Any],
    notes: tuple[str, ...] = (),
) -> Solution:
    """A table of stability as a solution: its points are the equilibria.

    Parameters
    ----------
    model
        The model.
    found
        The table.
    concept
        Name of the concept.
    settings
        What was asked; the stable states of each decision maker are added.
    notes
        Sentences on conventions.

    Returns
    -------
    Solution
        One point for each equilibrium, in the order of the states.
    """
    at = found.equilibria
    shown = at[:MAX_POINTS].tolist()
    stable = {
        who: [model.states[s] for s in np.flatnonzero(row)[:MAX_POINTS]]
        for who, row in zip(found.who, found.stable)
    }
    if len(at) > MAX_POINTS:
        notes = (*notes, f"{len(at):,} equilibria; the first {MAX_POINTS:,} are listed")
    return Solution(
        concept=concept,
        players=model.players,
        points=tuple(_point(model, found, s) for s in shown),
        complete=len(at) <= MAX_POINTS,
        exact=True,
        settings={**settings, "states": len(model.states), "stable": stable},
        notes=notes,
        form=model,
    )


def _point(model: GraphModel, found: Table, s: int) -> Point:
    facts: dict[str, Any] = {}
    if model.options:
        facts["options"] = {
            option.id: taken for option, taken in zip(model.options, model.taken(s))
        }
    if found.margins is not None:
        facts["margin"] = {who: number(row[s]) for who, row in zip(found.who, found.margins)}
    marks = ("status quo",) if model.states[s] == model.status_quo else ()
    return Point(payoffs=worth(model, s), label=model.states[s], marks=marks, facts=facts)


def worth(model: GraphModel, s: int) -> dict[str, Any]:
    """Utility of a state to each decision maker, or its rank (1 is worst), or how many it beats."""
    out: dict[str, Any] = {}
    for who, mine in zip(model.players, model.preferences):
        if mine.value is not None:
            out[who] = number(Fraction(mine.value[s]))
        elif mine.rank is not None:
            out[who] = int(mine.rank[s])
        else:
            assert mine.better is not None
            out[who] = int(mine.better[:, s].sum())
    return out


def evidence(model: GraphModel, label: str, rules: Rules, concept: str) -> Evidence:
    """Judge one state by the definition, decision maker by decision maker.

    Parameters
    ----------
    model
        The model.
    label
        The state.
    rules
        The definition.
    concept
        Its name in words, for the witness.

    Returns
    -------
    Evidence
        ``value`` counts the improvements that nothing deters.
    """
    return evidence_by(model, label, lambda i, s: judge(model, i, s, rules), concept)


def evidence_by(
    model: GraphModel, label: str, verdict: Callable[[int, int], Verdict], concept: str
) -> Evidence:
    """As `evidence`, with the verdict on each decision maker given by a function."""
    s = model.state(label)
    value, witness = 0, ""
    for i in range(len(model.players)):
        said = verdict(i, s)
        value += len(said.open)
        if said.open and not witness:
            witness = " ".join(in_words(model, i, s, said, concept))
    return Evidence(value == 0, value, "improvements that nothing deters", witness)
