"""From a model and a definition to a table of stability: which arrays, and what is returned.

Rankings go through margins (linear in the number of moves); relations, unknown pairs and strength
that is no matter of levels go through boolean matrices, up to `MAX_PAIRWISE` states.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np

from negotiate.declare import MANY
from negotiate.errors import NotApplicableError, TooLargeError
from negotiate.graphmodel._definition import EXTENSIONS, Rules, Verdict, in_words, judge
from negotiate.graphmodel.arithmetic.reach import reached_sets
from negotiate.graphmodel.arithmetic.relations import deterred
from negotiate.graphmodel.arithmetic.stability import margin, sanctions, strongly_stable
from negotiate.graphmodel.model import GraphModel, number
from negotiate.graphmodel.preference import MAX_PAIRWISE, Preference
from negotiate.solution import Evidence, Point, Solution

MAX_POINTS = 2000
"""Equilibria that a solution lists; beyond it says how many there are and shows the first."""

MAX_RANKINGS = 500
"""Different sets of rankings among draws, for concepts that are solved one at a time."""

JUDGED = 20_000_000
"""Points judged times moves of the model, so that judging a large model takes seconds; never fewer
than twenty points."""

MAX_TOLD = 60
"""States beyond which the settings do not repeat the stable ones of each decision maker."""

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
        """Indices of the states that are stable for everybody, in some draw where there are any."""
        everybody = self.stable.all(axis=-2)
        return np.flatnonzero(everybody.reshape(-1, everybody.shape[-1]).any(axis=0))


@dataclass(frozen=True)
class Stability(Solution):
    """A solution of a graph model: its points are the equilibria, its table holds every state.

    Attributes
    ----------
    table
        Stability of every state for every decision maker or coalition.
    """

    table: Table | None = field(default=None, compare=False, repr=False)

    def __repr__(self) -> str:
        states = len(self.form.states) if self.form is not None else 0
        return f"<Stability: {self.concept}, {len(self.points)} equilibria of {states} states>"

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form; ``states`` tells of each state for whom it is stable."""
        out = super().to_dict()
        found, model = self.table, self.form
        if found is not None and found.stable.ndim == 2 and len(model.states) <= MAX_POINTS:
            out["states"] = {
                label: {
                    "stable": {who: bool(row[s]) for who, row in zip(found.who, found.stable)},
                    "equilibrium": bool(found.stable[:, s].all()),
                }
                for s, label in enumerate(model.states)
            }
        return out


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
    if model.draws:
        if rules.strong:
            raise NotApplicableError(
                "strength of preference over draws of utilities", remedy="solve one draw at a time"
            )
        assert model.utilities is not None
        margins = margins_over(model.utilities, model, rules, slack=model.slack)
        return Table(model.players, margins >= -model.slack, margins)
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
    """Margins in utilities, exact where these are, for models small enough to be read."""
    if rules.strong or len(model.states) > MAX_PAIRWISE:
        return None
    if model.utilities is not None:
        return margins_over(model.utilities, model, rules, slack=model.slack)
    if any(p.value is None for p in model.preferences):
        return None
    values = np.array([list(p.value or ()) for p in model.preferences], dtype=object)
    return margins_over(values, model, rules)


def each_draw(model: GraphModel, make: Callable[[GraphModel], Table]) -> Table:
    """A table over draws from one for each set of rankings that occurs among them.

    Parameters
    ----------
    model
        With draws, or without (then it is the model's own table).
    make
        The table of one model without draws.

    Returns
    -------
    Table
        Shape ``(..., groups, states)``.

    Raises
    ------
    TooLargeError
        If more than `MAX_RANKINGS` different sets of rankings occur.
    """
    if not model.draws or model.utilities is None:
        return make(model)
    ranks = ranks_within(model.utilities, model.slack)
    flat = ranks.reshape(-1, *ranks.shape[-2:])
    kinds, which = np.unique(flat, axis=0, return_inverse=True)
    if len(kinds) > MAX_RANKINGS:
        raise TooLargeError(
            f"{len(kinds):,} different sets of rankings among the draws",
            allowed=f"up to {MAX_RANKINGS}, for concepts that are solved one at a time",
            remedy="take fewer draws, or fewer uncertain numbers",
        )
    found = []
    for one in kinds:
        preferences = tuple(Preference(rank=row.copy(), origin="utilities") for row in one)
        found.append(make(replace(model, preferences=preferences, utilities=None)))
    stable = np.stack([item.stable for item in found])[which.ravel()]
    return Table(found[0].who, stable.reshape(*model.draws, *stable.shape[1:]))


def ranks_within(values: np.ndarray, slack: float) -> np.ndarray:
    """Ranks along the last axis, 1 for the least; neighbours closer than ``slack`` are ties.

    >>> ranks_within(np.array([0.3, 0.1 + 0.2, 0.5]), 1e-9).tolist()
    [1, 1, 2]
    """
    order = np.argsort(values, axis=-1, kind="stable")
    sorted_ = np.take_along_axis(values, order, axis=-1)
    steps = np.zeros(values.shape, dtype=np.int64)
    steps[..., 1:] = np.cumsum(np.diff(sorted_, axis=-1) > slack, axis=-1)
    out = np.empty(values.shape, dtype=np.int64)
    np.put_along_axis(out, order, steps + 1, axis=-1)
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


BLOCK = 20_000_000
"""Draws times moves that are worked on at a time."""


def margins_over(
    values: np.ndarray, model: GraphModel, rules: Rules, *, slack: float = 0.0
) -> np.ndarray:
    """Margins of every decision maker at every state, over draws of ranks or utilities.

    Parameters
    ----------
    values
        Shape ``(..., players, states)``.
    model
        For its moves.
    rules
        The definition.
    slack
        Differences up to this are a tie.

    Returns
    -------
    numpy.ndarray
        Shape ``(..., players, states)``.
    """
    flat = values.reshape(-1, *values.shape[-2:])
    out = np.empty(flat.shape, dtype=object if values.dtype == object else float)
    most = max(1, max((len(arcs) for arcs in model.moves), default=1))
    step = max(1, BLOCK // most)
    for low in range(0, len(flat), step):
        part = flat[low : low + step]
        for i, arcs in enumerate(model.moves):
            worst = None
            if rules.answers != "none":
                worst = sanctions(
                    part,
                    model.moves,
                    i,
                    credible=rules.answers == "improvements",
                    counter=rules.counter,
                    slack=slack,
                )
            out[low : low + step, i] = margin(part[..., i, :], arcs, worst)
    return out.reshape(values.shape)


def solution(
    model: GraphModel,
    found: Table,
    *,
    concept: str,
    settings: dict[str, Any],
    judge: Callable[[Point], Evidence],
    notes: tuple[str, ...] = (),
) -> Stability:
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
        What was asked; the stable states of each decision maker are added where they are few.
    judge
        Judges a point by the definition.
    notes
        Sentences on conventions.

    Returns
    -------
    Stability
        One point for each equilibrium, in the order of the states; over draws, for each state
        that is one in some draw.
    """
    at = found.equilibria
    if len(at) > MAX_POINTS:
        notes = (*notes, f"{len(at):,} equilibria; the first {MAX_POINTS:,} are listed")
    settings = {**settings, "states": len(model.states)}
    evidence: tuple[Evidence, ...] = ()
    points = tuple(_point(model, found, s) for s in at[:MAX_POINTS].tolist())
    if not model.draws:
        if len(model.states) <= MAX_TOLD:
            settings["stable"] = {
                who: [model.states[s] for s in np.flatnonzero(row)]
                for who, row in zip(found.who, found.stable)
            }
        arcs = sum(len(own) for own in model.moves)
        many = min(MANY, max(20, JUDGED // max(arcs, 1)))
        evidence = tuple(judge(point) for point in points[:many])
    return Stability(
        concept=concept,
        players=model.players,
        points=points,
        complete=len(at) <= MAX_POINTS,
        exact=model.utilities is None,
        settings=settings,
        evidence=evidence,
        notes=notes,
        form=model,
        table=found,
    )


def _point(model: GraphModel, found: Table, s: int) -> Point:
    facts: dict[str, Any] = {}
    if model.options:
        facts["options"] = {
            option.id: taken for option, taken in zip(model.options, model.taken(s))
        }
    if found.margins is not None:
        facts["margin"] = {
            who: found.margins[..., i, s] if model.draws else number(found.margins[i, s])
            for i, who in enumerate(found.who)
        }
    if model.draws:
        facts["equilibrium"] = found.stable[..., s].all(axis=-1)
    marks = ("status quo",) if model.states[s] == model.status_quo else ()
    return Point(payoffs=worth(model, s), label=model.states[s], marks=marks, facts=facts)


def worth(model: GraphModel, s: int) -> dict[str, Any]:
    """Utility of a state to each decision maker, or its rank (1 is worst), or how many it beats."""
    if model.utilities is not None:
        return {
            who: model.utilities[..., i, s] if model.draws else float(model.utilities[i, s])
            for i, who in enumerate(model.players)
        }
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
