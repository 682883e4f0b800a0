r"""The graph model of a case: options are its levers, and whether each principal signs.

**States.** Every principal has an option ``<party> signs`` and one for each lever that it holds, is
on the table, and enters the payoff of no deal: use it or not. The deal is in force where all
sign; while it is, no lever is in use (who uses one has broken it). So with L levers and n
principals there are :math:`2^L (2^n - 1) + 1` states: the deal, and every set of levers in use with
every incomplete set of signatures.

**Preferences.** Worth of the deal to a principal: that of its terms, lasting as long as the case
says. Worth of a state without a deal: the payoff of no deal with no lever used, plus what each
lever in use adds, *carried out for certain* (in a graph model a lever in use is in use; the
file's credibility is not read). An unmet signature changes nothing. The preferences are cardinal,
so margins are told in stakes.

A file of ``kind = "graph"`` is a case of its own, without issues: its quantities can be drawn and
moved (`GraphModel.as_case`), and its states are those that metrics are told of.

Conventions that a reader may want otherwise: a lever held by a third party is part of the
background; a lever in use is used to the full.

>>> import negotiate as ng
>>> model = graph(ng.load("idlib-2020"))
>>> model.players, len(model.states), model.states[-1]
(('russia', 'turkey'), 385, 'deal')
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from negotiate.case.game_file import CaseValues
from negotiate.case.negotiation import Negotiation
from negotiate.case.slots import disagreement as slot
from negotiate.case.slots.expected import entering
from negotiate.declare import compiles
from negotiate.errors import InputError, NotApplicableError, TooLargeError
from negotiate.graphmodel._engine import MAX_TOLD, ranks_within
from negotiate.graphmodel.build import option_model
from negotiate.graphmodel.files import of_case
from negotiate.graphmodel.model import KIND, GraphModel, Option
from negotiate.graphmodel.preference import Preference, from_utilities
from negotiate.tolerance import UTILITY

MAX_LEVERS = 10
"""Levers of a graph model made from a case."""

MAX_PRINCIPALS = 4
"""Principals of a graph model made from a case."""

DEAL, NOTHING, EVERY = "deal", "no deal", "every lever"


def applies(case: Negotiation) -> bool:
    """Whether a case has what a graph model is made of: issues, a deal, branches of no deal."""
    if not isinstance(case, Negotiation):
        return False
    if KIND in case.case.model and "preferences" in case.case.model[KIND]:
        return True
    return bool(case.issues and case.deals and case.branches and len(case.principals) >= 2)


def levers_of(case: Negotiation) -> tuple[str, ...]:
    """Levers that are options: held by a principal, on the table, entering no deal."""
    return tuple(
        name
        for name in entering(case, "disagreement")
        if case.levers[name].holder in case.principals
    )


def key_states(case: Negotiation) -> tuple[str, ...]:
    """States that metrics are told of: the deal, nobody doing anything, every lever in use.

    Parameters
    ----------
    case
        The case.

    Returns
    -------
    tuple of str
        Labels.

    Examples
    --------
    >>> import negotiate as ng
    >>> key_states(ng.load("idlib-2020"))[:2]
    ('deal', 'no deal')
    """
    if not case.issues:
        states = graph(case).states if applies(case) else ()
        return states if len(states) <= MAX_TOLD else ()
    levers = levers_of(case) if applies(case) else ()
    return (DEAL, NOTHING, EVERY) if levers else (DEAL, NOTHING)


@compiles("graph", slots=("disagreement",))
def graph(case: Negotiation, *, deal: str = "", levers: Sequence[str] | None = None) -> GraphModel:
    """The graph model of a case, see the module for its conventions.

    Parameters
    ----------
    case
        With exact numbers, floats or draws.
    deal
        Which deal of the file; the signed one, or else the first.
    levers
        Levers that are options; by default all that `levers_of` names.

    Returns
    -------
    GraphModel
        Utilities over draws where the case has draws.

    Raises
    ------
    NotApplicableError
        If the case has no deal, no branch of no deal or no second principal.
    TooLargeError
        With more than `MAX_LEVERS` levers or `MAX_PRINCIPALS` principals.
    """
    if not applies(case):
        raise NotApplicableError(
            "a case without deals, branches of no deal, issues or two principals",
            where="graph",
            remedy="name a [[deal]] and a [[branch]]",
        )
    if not case.issues:
        return _of_file(case)
    parties = tuple(case.principals)
    used = levers_of(case) if levers is None else tuple(levers)
    if len(used) > MAX_LEVERS or len(parties) > MAX_PRINCIPALS:
        raise TooLargeError(
            f"{len(used)} levers and {len(parties)} principals: "
            f"{2 ** len(used) * (2 ** len(parties) - 1) + 1:,} states",
            where="graph",
            allowed=f"up to {MAX_LEVERS} levers and {MAX_PRINCIPALS} principals",
            remedy="name the levers that matter",
        )
    for name in used:
        if case.levers[name].holder not in parties:
            raise InputError(
                f"{name} is held by {case.levers[name].holder}",
                where="graph, levers",
                allowed=f"levers held by {', '.join(parties)}",
            )
    model = _frame(case, parties, used)
    worth = _worth(case, model, parties, used, deal or str(case.judged_deal))
    return _with_worth(model, worth, case)


def _of_file(case: Negotiation) -> GraphModel:
    """The graph model of a file's own case, its numbers exact, floats or over draws."""
    file = of_case(case)
    given = file.tables(CaseValues(case))
    numbers = [
        value
        for table in given.values()
        for key in ("weights", "utilities")
        for value in table.get(key, {}).values()
    ]
    if all(isinstance(value, (int, Fraction)) for value in numbers):
        return file.build(given)
    typical = {player: _typical(table) for player, table in given.items()}
    model = file.build(typical)
    shape = () if case.draws is None else (case.draws,)
    values = np.empty((*shape, len(model.players), len(model.states)))
    for i, player in enumerate(model.players):
        values[..., i, :] = _values_of(model, i, given[player], shape)
    ranks = ranks_within(values.reshape(-1, *values.shape[-2:]).mean(axis=0), UTILITY)
    preferences = tuple(
        mine if mine.value is None else Preference(rank=row.copy(), origin=mine.origin)
        for mine, row in zip(model.preferences, ranks)
    )
    return replace(model, preferences=preferences, utilities=values, slack=UTILITY)


def _typical(table: Mapping[str, Any]) -> dict[str, Any]:
    """A table of preferences with one number for each: its mean over draws."""
    out = dict(table)
    for key in ("weights", "utilities"):
        if key in out:
            out[key] = {
                name: float(np.mean(np.asarray(value, float))) for name, value in out[key].items()
            }
    return out


def _values_of(
    model: GraphModel, player: int, table: Mapping[str, Any], shape: tuple[int, ...]
) -> np.ndarray:
    """Worth of every state to one decision maker over draws; its rank where it has no numbers."""
    out = np.zeros((*shape, len(model.states)))
    if "utilities" in table:
        for name, value in table["utilities"].items():
            out[..., model.state(name)] = np.asarray(value, dtype=float)
    elif "weights" in table:
        member = np.asarray(model.member)
        _, first = np.unique(member, return_index=True)
        taken = np.asarray(model.table)[first]
        ids = [option.id for option in model.options]
        for name, value in table["weights"].items():
            part = np.asarray(value, dtype=float)[..., None] * taken[:, ids.index(name)]
            out = out + part
    else:
        out = out + np.asarray(model.preferences[player].rank, dtype=float)
    return out


def _frame(case: Negotiation, parties: Sequence[str], used: Sequence[str]) -> GraphModel:
    """Players, options, states and moves, with preferences still to come."""
    options = [
        *(Option(name, case.levers[name].holder, _name(case.levers[name], name)) for name in used),
        *(Option(f"{party} signs", party) for party in parties),
    ]
    signed = " and ".join(f"'{party} signs'" for party in parties)
    infeasible = [f"{signed} and '{name}'" for name in used]
    none = " and ".join(f"not '{option.id}'" for option in options)
    labels = {DEAL: signed, NOTHING: none}
    if used:
        unsigned = [f"not '{party} signs'" for party in parties]
        labels[EVERY] = " and ".join([*(f"'{name}'" for name in used), *unsigned])
    return option_model(
        parties,
        options,
        infeasible=infeasible,
        labels=labels,
        preferences={party: {"weights": {}} for party in parties},
        status_quo=NOTHING,
        title=case.title,
        note="Options are levers and signatures; a lever in use is used to the full.",
    )


def _name(lever: Any, ident: str) -> str:
    return str(getattr(lever, "name", "") or ident)


def _worth(
    case: Negotiation,
    model: GraphModel,
    parties: Sequence[str],
    used: Sequence[str],
    deal: str,
) -> list[list[Any]]:
    """Worth of every state to every party: numbers, or arrays over draws."""
    terms = case.terms(deal)
    taken = np.asarray(model.table)[np.argsort(np.asarray(model.member))]
    at_deal = model.state(DEAL)
    out = []
    for party in parties:
        omega, offset = slot.lasting(case, party)
        kept = omega * case.utility(party, terms) + offset
        nothing = slot.base(case, party)
        effects = [slot.effect(case, name, party, commitment="full") for name in used]
        row: list[Any] = []
        for s in range(len(model.states)):
            total = kept if s == at_deal else nothing
            if s != at_deal:
                for k, effect in enumerate(effects):
                    if taken[s, k]:
                        total = total + effect
            row.append(total)
        out.append(row)
    return out


def _with_worth(model: GraphModel, worth: list[list[Any]], case: Negotiation) -> GraphModel:
    flat = [value for row in worth for value in row]
    if all(isinstance(value, (int, Fraction)) for value in flat):
        return replace(model, preferences=tuple(from_utilities(row) for row in worth))
    shape = () if case.draws is None else (case.draws,)
    values = np.empty((*shape, len(worth), len(model.states)))
    for i, row in enumerate(worth):
        for s, value in enumerate(row):
            values[..., i, s] = np.asarray(value, dtype=float)
    typical = values.reshape(-1, *values.shape[-2:]).mean(axis=0)
    ranks = ranks_within(typical, UTILITY)
    preferences = tuple(Preference(rank=row.copy(), origin="utilities") for row in ranks)
    return replace(model, preferences=preferences, utilities=values, slack=UTILITY)


def shares(case: Negotiation, concept: str = "sequential_stability") -> Mapping[str, float]:
    """Share of the draws in which each key state is an equilibrium.

    Parameters
    ----------
    case
        With draws.
    concept
        A stability concept.

    Returns
    -------
    mapping
        Label of the state to share.

    Examples
    --------
    >>> import negotiate as ng
    >>> shares(ng.load("idlib-2020").floats(), "nash_stability")["no deal"]
    0.0
    """
    from negotiate.declare import concept_named

    found: Any = concept_named(concept)(graph(case))
    stable = found.table.stable.all(axis=-2)
    return {name: float(np.mean(stable[..., found.form.state(name)])) for name in key_states(case)}
