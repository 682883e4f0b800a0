r"""Building graph models: from options, from graphs, from a strategic game.

Sizes are bounded before anything is written out, and every fault of a model is told at once.

>>> payoff_model([[[3, 1], [4, 2]], [[3, 4], [1, 2]]])
<GraphModel: 2 decision makers, 4 states>
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from negotiate.errors import InputError, TooLargeError, UnknownNameError
from negotiate.graphmodel.arithmetic.arcs import from_pairs
from negotiate.graphmodel.model import (
    DIRECTIONS,
    MAX_ARCS,
    MAX_OPTIONS,
    MAX_PLAYERS,
    MAX_STATES,
    GraphModel,
    Option,
)
from negotiate.graphmodel.preference import (
    Preference,
    from_statements,
    from_text,
    from_utilities,
    from_weights,
    ranked,
)
from negotiate.graphmodel.preference import from_pairs as preference_from_pairs
from negotiate.graphmodel.statements import true_of


def option_model(
    players: Sequence[str],
    options: Sequence[Option],
    *,
    preferences: Mapping[str, Any],
    infeasible: Sequence[str] = (),
    required: Sequence[str] = (),
    same: Sequence[Mapping[str, str]] = (),
    labels: Mapping[str, str] | None = None,
    forbidden: Sequence[Mapping[str, str]] = (),
    status_quo: str = "",
    numbered: bool = False,
    **rest: Any,
) -> GraphModel:
    """Build a graph model in option form.

    Parameters
    ----------
    players
        Decision makers.
    options
        Options with their owners; the first is the lowest digit of a state's number.
    preferences
        For each decision maker a `Preference` or a mapping with one of ``ranking``,
        ``statements``, ``weights``, ``utilities``, ``pairs`` (see `preference_of`).
    infeasible
        Statements of states that cannot be.
    required
        Statements that hold in every state.
    same
        Sets of combinations that are one state: ``{"when": statement, "label": name}``.
    labels
        Names of states: label to a statement that only this state fulfils.
    forbidden
        Moves that cannot be made: ``{"from": statement, "to": statement}``, with an optional
        ``"by"``.
    status_quo
        Label or statement of the state the conflict is in.
    numbered
        Label states by their number (from 1, in the order of their binary code) rather than by
        the options taken.
    **rest
        Further fields of `GraphModel`.

    Returns
    -------
    GraphModel
        The model.

    Raises
    ------
    InputError
        Everything that is wrong with options, labels and preferences.
    TooLargeError
        Before work starts, with the count.

    Examples
    --------
    >>> model = option_model(
    ...     ["A", "B"], [Option("a", "A", direction="forward"), Option("b", "B")],
    ...     infeasible=["a and b"], labels={"peace": "NN"},
    ...     preferences={"A": {"ranking": ["a", "peace", "b"]}, "B": {"statements": ["b"]}})
    >>> model.states, len(model.moves[0]), len(model.moves[1])
    (('peace', 'a', 'b'), 1, 2)
    """
    _check_names(players, [option.id for option in options])
    _check_options(players, options)
    _check_rules(same, forbidden)
    ids = [option.id for option in options]
    table = _table(len(options))
    keep = np.ones(len(table), dtype=bool)
    for text in infeasible:
        keep &= ~true_of(text, table, ids, where="infeasible")
    for text in required:
        keep &= true_of(text, table, ids, where="required")
    table = table[keep]
    if not len(table):
        raise InputError("no state is feasible", where="infeasible", remedy="drop a statement")
    member, names = _merge(table, ids, same, labels or {}, numbered)
    if len(names) > MAX_STATES:
        raise TooLargeError(
            f"{len(names):,} feasible states", where="options", allowed=f"up to {MAX_STATES:,}"
        )
    choices = np.stack(
        [
            table[:, [k for k, option in enumerate(options) if option.owner == player]]
            @ (1 << np.arange(sum(option.owner == player for option in options)))
            for player in players
        ],
        axis=1,
    ).astype(np.int64)
    moves = []
    budget = MAX_ARCS
    for i in range(len(players)):
        start, end = _own_changes(choices, i, budget)
        for k, option in enumerate(options):
            if option.direction != "both" and len(start):
                a, b = table[start, k], table[end, k]
                wrong = (a & ~b) if option.direction == "forward" else (~a & b)
                start, end = start[~wrong], end[~wrong]
        for rule in forbidden:
            if rule.get("by") in (None, "", players[i]):
                out = true_of(rule["from"], table, ids, where="forbidden, from")[start]
                out &= true_of(rule["to"], table, ids, where="forbidden, to")[end]
                start, end = start[~out], end[~out]
        arcs = from_pairs(member[start], member[end], states=len(names))
        budget -= len(arcs)
        moves.append(arcs)
    made = tuple(
        preference_of(preferences.get(player), player, names, table=table, ids=ids, member=member)
        for player in _known(players, preferences)
    )
    model = GraphModel(
        tuple(players),
        tuple(names),
        tuple(moves),
        made,
        tuple(options),
        table,
        choices,
        member,
        **rest,
    )
    return _with_status_quo(model, status_quo)


def graph_model(
    players: Sequence[str],
    states: Sequence[str],
    moves: Mapping[str, Mapping[str, Sequence[str]]],
    *,
    preferences: Mapping[str, Any],
    status_quo: str = "",
    **rest: Any,
) -> GraphModel:
    """Build a graph model from its graphs.

    Parameters
    ----------
    players
        Decision makers.
    states
        Labels of the states.
    moves
        For each decision maker, state to the states it can move to from there alone.
    preferences
        As in `option_model`.
    status_quo
        Label of the state the conflict is in.
    **rest
        Further fields of `GraphModel`.

    Returns
    -------
    GraphModel
        The model.

    Examples
    --------
    >>> graph_model(["A"], ["war", "peace"], {"A": {"peace": ["war"]}},
    ...     preferences={"A": {"ranking": ["war", "peace"]}})
    <GraphModel: 1 decision makers, 2 states>
    """
    _check_names(players, states)
    if len(states) > MAX_STATES:
        raise TooLargeError(f"{len(states):,} states", where="states", allowed=f"{MAX_STATES:,}")
    index = {name: k for k, name in enumerate(states)}
    for player in moves:
        if player not in players:
            raise UnknownNameError("decision maker", player, players, where="moves")
    arcs = []
    for player in players:
        start, end = [], []
        for a, ends in moves.get(player, {}).items():
            for b in [ends] if isinstance(ends, str) else ends:
                for name in (a, b):
                    if name not in index:
                        raise UnknownNameError("state", name, states, where=f"moves, {player}")
                if a == b:
                    raise InputError(f"a move from {a} to itself", where=f"moves, {player}")
                start.append(index[a])
                end.append(index[b])
        arcs.append(from_pairs(start, end, states=len(states)))
    made = tuple(
        preference_of(preferences.get(player), player, states)
        for player in _known(players, preferences)
    )
    model = GraphModel(tuple(players), tuple(states), tuple(arcs), made, **rest)
    return _with_status_quo(model, status_quo)


def payoff_model(
    payoffs: Sequence[Any],
    *,
    players: Sequence[str] = (),
    strategies: Sequence[Sequence[str]] = (),
    **rest: Any,
) -> GraphModel:
    """A strategic game as a graph model: states are its profiles, a move changes one's strategy.

    Parameters
    ----------
    payoffs
        One array for each player, shape ``(strategies of player 1, strategies of player 2, ...)``;
        only their order matters.
    players, strategies
        Names; numbered if not given.
    **rest
        Further fields of `GraphModel`.

    Returns
    -------
    GraphModel
        Profiles in the order of the arrays, labelled ``"A, B"``.

    Examples
    --------
    >>> payoff_model([[[3, 2], [4, 1]], [[3, 4], [2, 1]]]).states
    ('r1c1', 'r1c2', 'r2c1', 'r2c2')
    """
    arrays = [np.asarray(part, dtype=object) for part in payoffs]
    shape = arrays[0].shape
    if len(shape) != len(arrays) or any(part.shape != shape for part in arrays):
        raise InputError(
            f"{len(arrays)} payoff arrays of shapes {[part.shape for part in arrays]}",
            where="payoffs",
            allowed="one array for each player, with one axis for each player",
        )
    if arrays[0].size > MAX_STATES:
        raise TooLargeError(
            f"{arrays[0].size:,} profiles", where="payoffs", allowed=f"{MAX_STATES:,}"
        )
    names = tuple(players) or tuple(f"Player {k + 1}" for k in range(len(shape)))
    profiles = list(itertools.product(*(range(size) for size in shape)))
    if strategies:
        labels = [", ".join(strategies[i][k] for i, k in enumerate(p)) for p in profiles]
    elif len(shape) == 2:
        labels = [f"r{a + 1}c{b + 1}" for a, b in profiles]
    else:
        labels = [".".join(str(k + 1) for k in p) for p in profiles]
    _check_names(names, labels)
    choices = np.array(profiles, dtype=np.int64)
    arcs = tuple(
        from_pairs(*_own_changes(choices, i, MAX_ARCS), states=len(labels))
        for i in range(len(shape))
    )
    made = tuple(from_utilities(part.ravel().tolist()) for part in arrays)
    return GraphModel(
        names, tuple(labels), arcs, made, choices=choices, member=np.arange(len(labels)), **rest
    )


def preference_of(
    given: Any,
    player: str,
    states: Sequence[str],
    *,
    table: np.ndarray | None = None,
    ids: Sequence[str] = (),
    member: np.ndarray | None = None,
) -> Preference:
    """Read one preference from what a file or a caller gives.

    Parameters
    ----------
    given
        A `Preference`, or a mapping with exactly one of

        ``ranking``
            A list of labels from best to worst, ties as inner lists, or text with ``>``, ``>>``
            and ``~``.
        ``statements``
            Statements on options, most important first.
        ``weights``
            Weight of each option.
        ``utilities``
            State to number; ``strong`` may give the difference that counts as strong.
        ``pairs``
            Chains with ``>``, ``>>``, ``~``, ``?``; ``rest = "unknown"`` and ``circular = true``
            as in `negotiate.graphmodel.preference.from_pairs`.
    player
        Whose it is.
    states
        Labels of the states.
    table, ids, member
        Option form: options taken, their ids, the state of each combination.

    Returns
    -------
    Preference
        The preference over ``states``.
    """
    where = f"preferences of {player}"
    if isinstance(given, Preference):
        return given
    if given is None:
        raise InputError(
            "no preference",
            where=where,
            remedy="give a ranking, statements, weights, utilities or pairs",
        )
    kinds = [
        kind for kind in ("ranking", "statements", "weights", "utilities", "pairs") if kind in given
    ]
    if len(kinds) != 1:
        raise InputError(
            f"{' and '.join(kinds) or 'nothing'} given",
            where=where,
            allowed="one of ranking, statements, weights, utilities, pairs",
        )
    kind = kinds[0]
    body = given[kind]
    if kind in ("statements", "weights"):
        if table is None or member is None:
            raise InputError(f"{kind} without options", where=where, remedy="give a ranking")
        make = from_statements if kind == "statements" else from_weights
        return _on_states(make(body, table, ids, where=where), member, states, where)
    alias = _aliases(states, table, member)
    if kind == "ranking":
        if isinstance(body, str):
            return from_text(body, states, where=where)
        order: list[list[str]] = []
        strong: list[int] = []
        for item in body:
            if item == ">>":
                strong.append(len(order) - 1)
                continue
            group = [item] if isinstance(item, (str, int)) else list(item)
            order.append([alias.get(str(name), str(name)) for name in group])
        return ranked(order, states, strong_after=strong, where=where)
    if kind == "pairs":
        return preference_from_pairs(
            body,
            states,
            rest_unknown=given.get("rest") == "unknown",
            circular=bool(given.get("circular", False)),
            where=where,
        )
    values = {alias.get(name, name): value for name, value in body.items()}
    missing = [name for name in states if name not in values]
    strange = [name for name in values if name not in set(states)]
    if missing or strange:
        raise InputError(
            "; ".join(
                [f"no utility of {', '.join(missing[:8])}"] * bool(missing)
                + [f"no state {', '.join(strange[:8])}"] * bool(strange)
            ),
            where=where,
            allowed="one number for every state",
        )
    return from_utilities([values[name] for name in states], strong=given.get("strong"))


def _aliases(
    states: Sequence[str], table: np.ndarray | None, member: np.ndarray | None
) -> dict[str, str]:
    """Patterns of Y and N as further names of states."""
    if table is None or member is None or len(table) > MAX_STATES:
        return {}
    known = set(states)
    out = {}
    for row, at in zip(table.tolist(), member.tolist()):
        pattern = "".join("Y" if taken else "N" for taken in row)
        if pattern not in known:
            out[pattern] = states[at]
    return out


def _on_states(
    preference: Preference, member: np.ndarray, states: Sequence[str], where: str
) -> Preference:
    """Carry a preference over combinations to states; the combinations of a state must tie."""
    rank = np.asarray(preference.rank)
    if len(states) == len(member):
        order = np.argsort(member)
        value = preference.value and tuple(preference.value[k] for k in order)
        return Preference(
            rank=rank[order].copy(),
            value=value,
            origin=preference.origin,
            statements=preference.statements,
        )
    low, high = np.full(len(states), 1 << 62), np.zeros(len(states), dtype=np.int64)
    np.minimum.at(low, member, rank)
    np.maximum.at(high, member, rank)
    torn = np.flatnonzero(low != high)
    if len(torn):
        raise InputError(
            f"combinations that are one state ({states[torn[0]]}) are not equally preferred",
            where=where,
            remedy="give a ranking of the states",
        )
    first = np.array([int(np.flatnonzero(member == k)[0]) for k in range(len(states))])
    value = preference.value and tuple(preference.value[k] for k in first)
    _, dense = np.unique(low, return_inverse=True)
    return Preference(
        rank=dense.astype(np.int64) + 1,
        value=value,
        origin=preference.origin,
        statements=preference.statements,
    )


def _known(players: Sequence[str], preferences: Mapping[str, Any]) -> Sequence[str]:
    for name in preferences:
        if name not in players:
            raise UnknownNameError("decision maker", name, players, where="preferences")
    return players


def _with_status_quo(model: GraphModel, name: str) -> GraphModel:
    if name:
        object.__setattr__(model, "status_quo", model.states[model.state(name)])
    return model


def _check_names(players: Sequence[str], names: Sequence[str]) -> None:
    for what, given in (("decision maker", players), ("name", names)):
        if not given:
            raise InputError(f"no {what}", where="model")
        twice = (
            [name for name in dict.fromkeys(given) if list(given).count(name) > 1]
            if len(set(given)) < len(given)
            else []
        )
        if twice or "" in given:
            raise InputError(
                f"{what} {twice[0] if twice else 'without text'!r} twice or empty",
                where="model",
                allowed="names that differ",
            )
    if len(players) > MAX_PLAYERS:
        raise TooLargeError(f"{len(players)} decision makers", allowed=f"up to {MAX_PLAYERS}")


def _check_rules(same: Sequence[Mapping[str, str]], forbidden: Sequence[Mapping[str, str]]) -> None:
    """Every rule has the statements it needs, and no others."""
    for name, rules, needs, may in (
        ("same", same, {"when"}, {"label"}),
        ("forbidden", forbidden, {"from", "to"}, {"by"}),
    ):
        for k, rule in enumerate(rules, 1):
            if not needs <= set(rule) or set(rule) - needs - may:
                raise InputError(
                    f"a rule with {', '.join(sorted(rule)) or 'nothing'}",
                    where=f"{name} {k}",
                    allowed=f"{', '.join(sorted(needs))}, and perhaps {', '.join(may)}",
                )


def _check_options(players: Sequence[str], options: Sequence[Option]) -> None:
    faults = []
    for option in options:
        if option.owner not in players:
            faults.append(
                f"option {option.id} has no owner"
                if not option.owner
                else f"option {option.id} belongs to {option.owner}, who is no decision maker"
            )
        if option.direction not in DIRECTIONS:
            faults.append(f"option {option.id} goes '{option.direction}'")
    if faults:
        raise InputError(
            "; ".join(faults),
            where="options",
            allowed=f"owners {', '.join(players)}; directions {', '.join(DIRECTIONS)}",
        )
    if len(options) > MAX_OPTIONS:
        raise TooLargeError(
            f"{len(options)} options make {2 ** len(options):,} combinations",
            where="options",
            allowed=f"up to {MAX_OPTIONS} options",
            remedy="join options, or give states and moves",
        )


def _table(options: int) -> np.ndarray:
    codes = np.arange(1 << options)
    return (codes[:, None] >> np.arange(options)[None, :] & 1).astype(bool)


def _merge(
    table: np.ndarray,
    ids: Sequence[str],
    same: Sequence[Mapping[str, str]],
    labels: Mapping[str, str],
    numbered: bool,
) -> tuple[np.ndarray, list[str]]:
    """State of each combination, and the labels of the states."""
    group = np.full(len(table), -1)
    for k, rule in enumerate(same):
        where = f"same, {rule.get('label', k + 1)}"
        fits = true_of(rule["when"], table, ids, where=where)
        if not fits.any():
            raise InputError(f"no state fulfils '{rule['when']}'", where=where)
        if (group[fits] >= 0).any():
            raise InputError("a combination belongs to two states", where=where)
        group[fits] = k
    member = np.empty(len(table), dtype=np.int64)
    seen: dict[int, int] = {}
    first: list[int] = []
    if (group < 0).all():
        member[:] = np.arange(len(table))
        first = list(range(len(table)))
    else:
        for row, k in enumerate(group.tolist()):
            if k >= 0 and k in seen:
                member[row] = seen[k]
                continue
            member[row] = len(first)
            if k >= 0:
                seen[k] = len(first)
            first.append(row)
    if len(first) > MAX_STATES:
        raise TooLargeError(
            f"{len(first):,} feasible states", where="options", allowed=f"up to {MAX_STATES:,}"
        )
    if numbered:
        names = [str(k + 1) for k in range(len(first))]
    else:
        names = [
            "+".join(name for name, taken in zip(ids, row) if taken) or "none"
            for row in table[first].tolist()
        ]
    for k, at in seen.items():
        names[at] = same[k].get("label") or names[at]
    for label, text in labels.items():
        fits = np.unique(member[true_of(text, table, ids, where=f"labels, {label}")])
        if len(fits) != 1:
            raise InputError(
                f"'{text}' fits {len(fits)} states", where=f"labels, {label}", allowed="exactly one"
            )
        names[int(fits[0])] = label
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"two states are called {twice}", where="labels")
    told = [*labels, *(rule.get("label", "") for rule in same)]
    if set(told) == set(names):  # every state is named: then in the order of the names
        place = np.array([told.index(name) for name in names])
        return place[member], told
    return member, names


def _own_changes(choices: np.ndarray, player: int, budget: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of combinations that differ in the player's choice only."""
    others = np.delete(choices, player, axis=1)
    if others.shape[1]:
        _, group = np.unique(others, axis=0, return_inverse=True)
        group = group.ravel()
    else:
        group = np.zeros(len(choices), dtype=np.int64)
    order = np.argsort(group, kind="stable")
    sizes = np.bincount(group)
    count = int((sizes.astype(np.int64) * (sizes - 1)).sum())
    if count > budget:
        raise TooLargeError(
            f"{count:,} moves of one decision maker",
            where="moves",
            allowed=f"{MAX_ARCS:,} of all together",
            remedy="split the options among owners",
        )
    bounds = np.concatenate([[0], np.cumsum(sizes)])
    starts, ends = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for size in np.unique(sizes):
        if size < 2:
            continue
        at = bounds[:-1][sizes == size]
        block = order[at[:, None] + np.arange(size)[None, :]]
        starts.append(np.repeat(block, size, axis=1).ravel())
        ends.append(np.tile(block, (1, size)).ravel())
    start, end = np.concatenate(starts), np.concatenate(ends)
    kept = start != end
    return start[kept], end[kept]
