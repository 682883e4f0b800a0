r"""The inverse problem: which changes of preference make a desired state an equilibrium.

The mediator's question is turned round: not what follows from the preferences, but what they would
have to be (Kinsara 2014, Negotiation support system with third party intervention, PhD thesis,
University of Waterloo; Kinsara, Kilgour and Hipel 2015, IEEE Transactions on Systems, Man and
Cybernetics: Systems 45:734-742 (unverified)).

For Nash, general and symmetric metarational stability whether s is stable for i depends on i's own
preferences only, and of these only on the set :math:`B = \{q : q \succ_i s\}`. To take a state out
of B never makes s less stable: it removes a temptation or adds a sanction. So the question is which
sets :math:`D \subseteq B` to take out, and the answer is all *minimal* ones: for each improvement q
that nothing deters, either q itself, or some r that the opponents can lead to, together with
whatever i could escape to from r. The change moves each state of D down to a tie with s.

For sequential and symmetric sequential stability a threat may also be made credible: an opponent
would have to prefer the state it moves to. Changes interact there, so every proposal is solved
again and only those that work are kept; that all minimal ones were found is claimed for the first
three concepts only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from negotiate.errors import InputError, NotApplicableError, TooLargeError
from negotiate.graphmodel._definition import Rules, below, judge, sequences
from negotiate.graphmodel._engine import table
from negotiate.graphmodel.model import GraphModel
from negotiate.graphmodel.preference import Preference

CONCEPTS = {
    "nash_stability": Rules("none"),
    "general_metarational": Rules("moves"),
    "symmetric_metarational": Rules("moves", counter=True),
    "sequential_stability": Rules("improvements"),
    "symmetric_sequential": Rules("improvements", counter=True),
}
"""Concepts that can be asked about."""

MAX_SETS = 5000
"""Sets of changes kept while they are combined."""


@dataclass(frozen=True, order=True)
class Change:
    """One change of one preference.

    Attributes
    ----------
    player
        Whose.
    state
        The state that is moved in the ranking.
    against
        The state it is compared with.
    kind
        "no better": ``state`` is moved down to a tie with ``against``; "better": it is moved up
        to just above ``against``.
    """

    player: str
    state: str
    against: str
    kind: str

    def __str__(self) -> str:
        if self.kind == "better":
            return f"{self.player} comes to prefer {self.state} to {self.against}"
        return f"{self.player} no longer prefers {self.state} to {self.against}"


@dataclass(frozen=True)
class Proposal:
    """A set of changes that makes the desired state an equilibrium.

    Attributes
    ----------
    changes
        The changes.
    reversals
        Pairs of states that some decision maker ranks otherwise than before.
    """

    changes: tuple[Change, ...]
    reversals: int

    def __str__(self) -> str:
        return "; ".join(str(change) for change in self.changes) or "nothing has to change"


@dataclass(frozen=True)
class Inverse:
    """Answer to the inverse problem.

    Attributes
    ----------
    state
        The desired state.
    concept
        The concept under which it should be an equilibrium.
    proposals
        Minimal sets of changes, the fewest first, then the fewest reversals.
    complete
        Whether these are all minimal sets.
    """

    state: str
    concept: str
    proposals: tuple[Proposal, ...]
    complete: bool

    def __repr__(self) -> str:
        return f"<Inverse {self.state}, {self.concept}: {len(self.proposals)} proposals>"

    def __str__(self) -> str:
        lines = [f"What would make {self.state} an equilibrium ({self.concept}):"]
        lines += [f"{k}. {proposal}" for k, proposal in enumerate(self.proposals, 1)]
        if not self.proposals:
            lines.append("no change of the kinds considered does")
        return "\n".join(lines) + "\n"


def inverse(
    model: GraphModel,
    state: str,
    *,
    concept: str = "sequential_stability",
    fixed: Iterable[str] = (),
    most: int = 20,
) -> Inverse:
    """Minimal changes of preference that make a state an equilibrium.

    Parameters
    ----------
    model
        With rankings throughout.
    state
        Label or statement of the desired state.
    concept
        One of `CONCEPTS`.
    fixed
        Decision makers whose preferences do not change.
    most
        Proposals returned at most.

    Returns
    -------
    Inverse
        Proposals that were solved again, with the state an equilibrium in each.

    Raises
    ------
    NotApplicableError
        Where a preference is no ranking.
    TooLargeError
        If the sets of changes outgrow `MAX_SETS`.

    Examples
    --------
    Mutual swerving in chicken becomes an equilibrium if both lose the taste for winning:

    >>> from negotiate.graphmodel.build import payoff_model
    >>> chicken = payoff_model([[[3, 2], [4, 1]], [[3, 4], [2, 1]]], players=("Row", "Column"))
    >>> print(inverse(chicken, "r1c1", concept="nash_stability").proposals[0])
    Column no longer prefers r1c2 to r1c1; Row no longer prefers r2c1 to r1c1
    """
    if concept not in CONCEPTS:
        raise InputError(f"concept '{concept}'", where="inverse", allowed=", ".join(CONCEPTS))
    if not model.is_ranked:
        raise NotApplicableError(
            "a preference that is no ranking",
            where="inverse",
            allowed="rankings, with ties; pairs all of which are known",
            remedy="tell the unknown pairs, one way and the other, and ask for each",
        )
    rules, s = CONCEPTS[concept], model.state(state)
    frozen = {model.player(name) for name in fixed}
    families: list[list[frozenset[Change]]] = []
    for i in range(len(model.players)):
        for q in judge(model, i, s, rules).open:
            ways = _ways(model, i, s, q, rules, frozen)
            if not ways:
                return Inverse(model.states[s], concept, (), rules.answers != "improvements")
            families.append(ways)
    found: list[Proposal] = []
    for together in _combine(families):
        changes = tuple(sorted(together))  # the order in which they are made can matter
        changed = apply(model, changes)
        if table(changed, rules).stable[:, s].all():
            found.append(Proposal(changes, _reversals(model, changed)))
    found.sort(key=lambda proposal: (len(proposal.changes), proposal.reversals, proposal.changes))
    complete = rules.answers != "improvements" and len(found) <= most
    return Inverse(model.states[s], concept, tuple(found[:most]), complete)


def apply(model: GraphModel, changes: Iterable[Change]) -> GraphModel:
    """A model with its preferences changed.

    Parameters
    ----------
    model
        With rankings throughout.
    changes
        The changes, made one after another in their sorted order, however they are given.

    Returns
    -------
    GraphModel
        A new model; changed preferences are rankings without numbers.

    Examples
    --------
    >>> from negotiate.graphmodel.build import payoff_model
    >>> chicken = payoff_model([[[3, 2], [4, 1]], [[3, 4], [2, 1]]], players=("Row", "Column"))
    >>> apply(chicken, [Change("Row", "r2c1", "r1c1", "no better")]).preferences[0].rank.tolist()
    [3, 2, 3, 1]
    """
    ranks = {i: np.asarray(mine.rank, dtype=float) * 2 for i, mine in enumerate(model.preferences)}
    touched = set()
    for change in sorted(changes):  # a set has no order, and the order of changes matters
        i = model.player(change.player)
        a, b = model.state(change.state), model.state(change.against)
        touched.add(i)
        ranks[i][a] = ranks[i][b] if change.kind == "no better" else ranks[i][b] + 1
        ranks[i] = np.unique(ranks[i], return_inverse=True)[1] * 2.0
    preferences = tuple(
        Preference(rank=(ranks[i] / 2).astype(np.int64) + 1, origin=mine.origin)
        if i in touched
        else mine
        for i, mine in enumerate(model.preferences)
    )
    return replace(model, preferences=preferences)


def _ways(
    model: GraphModel, i: int, s: int, q: int, rules: Rules, frozen: set[int]
) -> list[frozenset[Change]]:
    """Sets of changes, each of which deters the improvement of i from s to q."""

    def lower(state: int) -> Change:
        return Change(model.players[i], model.states[state], model.states[s], "no better")

    def needed(r: int) -> frozenset[Change]:
        """What i must come to think for r to be a sanction."""
        states = [r] if not below(model, i, s, r, rules) else []
        if rules.counter:
            states += [t for t in model.moves[i].of(r).tolist() if not below(model, i, s, t, rules)]
        return frozenset(lower(state) for state in states)

    ways = [] if i in frozen else [frozenset([lower(q)])]
    if rules.answers == "none":
        return ways
    others = [j for j in range(len(model.players)) if j != i]
    for r, path in sequences(model, others, q, improving=False):
        mine = needed(r)
        if mine and i in frozen:
            continue
        if rules.answers == "moves":
            ways.append(mine)
            continue
        credible, state = set(mine), q
        for j, to in path:
            if not model.preferences[j].prefers(state, to):
                credible.add(
                    Change(model.players[j], model.states[to], model.states[state], "better")
                )
            state = to
        if not any(model.player(c.player) in frozen for c in credible):
            ways.append(frozenset(credible))
    if rules.answers == "improvements":
        for r, _ in sequences(model, others, q, improving=True):
            if i not in frozen:
                ways.append(needed(r))
    return _minimal(ways)


def _minimal(sets: Iterable[frozenset[Change]]) -> list[frozenset[Change]]:
    """Sets that contain no other one."""
    out: list[frozenset[Change]] = []
    for item in sorted(set(sets), key=lambda x: (len(x), sorted(x))):
        if not any(kept <= item for kept in out):
            out.append(item)
    return out


def _combine(families: list[list[frozenset[Change]]]) -> list[frozenset[Change]]:
    """Minimal sets that contain one set of every family."""
    out: list[frozenset[Change]] = [frozenset()]
    for family in families:
        if len(out) * len(family) > MAX_SETS * 20:
            raise TooLargeError(
                f"{len(out) * len(family):,} sets of changes",
                where="inverse",
                allowed=f"up to {MAX_SETS * 20:,}",
                remedy="hold some decision makers fixed",
            )
        out = _minimal(a | b for a, b in product(out, family))
        if len(out) > MAX_SETS:
            raise TooLargeError(
                f"{len(out):,} minimal sets of changes",
                where="inverse",
                allowed=f"up to {MAX_SETS:,}",
                remedy="hold some decision makers fixed",
            )
    return out


def _reversals(model: GraphModel, changed: GraphModel) -> int:
    total = 0
    for old, new in zip(model.preferences, changed.preferences):
        if old is new:
            continue
        a, b = np.asarray(old.rank), np.asarray(new.rank)
        before = np.sign(a[:, None] - a[None, :])
        after = np.sign(b[:, None] - b[None, :])
        total += int((before != after).sum()) // 2
    return total
