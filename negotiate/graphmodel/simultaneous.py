r"""Simultaneous stability: an improvement is deterred if others improve at the same moment.

Two decision makers who each have an improvement from s may make them at once and end where neither
wanted to be. State s is simultaneously stable (SIM) for i if for every improvement of i there is a
combination of improvements by some of the others, all made from s, that together with it leads to
a feasible state which i does not prefer to s. Where a state is made of everybody's choices, moves
made together are simply all made; a graph without options has no simultaneous moves. Where
preferences are unknown, an unknown state tempts nobody here.

Fraser and Hipel 1979, IEEE Transactions on Systems, Man and Cybernetics 9:805-816 (the analysis of
simultaneous sanctions that follows the sequential one); Fraser and Hipel 1984, Conflict Analysis.

In chicken both drivers would go straight from (swerve, swerve), and both at once crash:

>>> from negotiate.graphmodel.build import payoff_model
>>> chicken = payoff_model([[[3, 2], [4, 1]], [[3, 4], [2, 1]]])
>>> [point.label for point in simultaneous(chicken).points]
['r1c1', 'r1c2', 'r2c1']
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from negotiate.declare import concept
from negotiate.errors import NotApplicableError, TooLargeError
from negotiate.graphmodel._definition import Answer, Verdict, sequences
from negotiate.graphmodel._engine import EQUAL, Table, each_draw, evidence_by, solution
from negotiate.graphmodel._narration import narrate
from negotiate.graphmodel.arithmetic.arcs import Arcs
from negotiate.graphmodel.arithmetic.reach import reached_sets, unpack
from negotiate.graphmodel.model import GraphModel
from negotiate.graphmodel.preference import MAX_PAIRWISE
from negotiate.solution import Evidence, Point, Solution

MAX_COMBINATIONS = 20_000_000
"""Combinations of improvements made at once, over all states and decision makers."""


@concept(
    "simultaneous",
    title="Simultaneous stability",
    short="SIM",
    games=("graph",),
    field="rational",
    cites=("FraserHipel1979",),
)
def simultaneous(model: GraphModel) -> Solution:
    """States that are simultaneously stable for everybody.

    Parameters
    ----------
    model
        In option form, or a strategic game.

    Returns
    -------
    Solution
        One point for each equilibrium.

    Raises
    ------
    NotApplicableError
        Where states are not made of choices.
    TooLargeError
        With the number of combinations.

    Examples
    --------
    >>> from negotiate.graphmodel.build import payoff_model
    >>> dilemma = payoff_model([[[3, 1], [4, 2]], [[3, 4], [1, 2]]])
    >>> [point.label for point in simultaneous(dilemma).points]
    ['r1c1', 'r2c2']
    """
    alone = [(i,) for i in range(len(model.players))]
    return solution(
        model,
        each_draw(model, lambda one: Table(one.players, stable_for(one, alone))),
        concept="simultaneous",
        settings={},
        judge=lambda point: holds(model, point),
        notes=(
            "everybody's improvements from the state itself, made at once",
            "a combination that is not feasible deters nobody",
            EQUAL,
        ),
    )


@simultaneous.checked_by
def holds(model: GraphModel, point: Point) -> Evidence:
    """Judge a state by the definition, combination by combination.

    Parameters
    ----------
    model
        The model.
    point
        Its ``label`` names the state.

    Returns
    -------
    Evidence
        ``value`` is the number of improvements that nothing deters.
    """
    return evidence_by(model, point.label, lambda i, s: verdict(model, i, s), "simultaneous")


@simultaneous.explained_by
def explain(model: GraphModel) -> str:
    """Say of every state why it is or is not stable, decision maker by decision maker.

    Parameters
    ----------
    model
        The model.

    Returns
    -------
    str
        Markdown.
    """
    return narrate(model, lambda i, s: verdict(model, i, s), "simultaneous")


def verdict(model: GraphModel, player: int, s: int) -> Verdict:
    """Apply the definition to one decision maker at one state.

    Parameters
    ----------
    model
        The model.
    player, s
        Indices of the decision maker and the state.

    Returns
    -------
    Verdict
        A sanction is told as the moves of the others, the last one with the state all end in.
    """
    return group_verdict(model, (player,), s)


def group_verdict(model: GraphModel, members: tuple[int, ...], s: int) -> Verdict:
    """Apply the definition to decision makers who move together; see `verdict`.

    Parameters
    ----------
    model
        The model.
    members, s
        Indices of the decision makers and of the state.

    Returns
    -------
    Verdict
        Each combination of choices that all of them prefer, and what meets it.
    """
    choices, member = _choices(model)
    rows = {tuple(row): k for k, row in enumerate(choices.tolist())}
    here = int(np.flatnonzero(member == s)[0])
    others = [j for j in range(len(model.players)) if j not in members]
    improved = {
        j: [to for to in _row_moves(model, (j,), here) if _prefers(model, j, s, to)] for j in others
    }
    answers = []
    for target in _row_moves(model, members, here):
        if not all(_prefers(model, i, s, target) for i in members):
            continue
        found: tuple[tuple[int, int], ...] = ()
        for combination in itertools.product(*([None, *improved[j]] for j in others)):
            made = choices[target].tolist()
            for j, to in zip(others, combination):
                if to is not None:
                    made[j] = int(choices[to, j])
            end = rows.get(tuple(made))
            if end is None or all(to is None for to in combination):
                continue
            if not all(_prefers(model, i, s, end) for i in members):
                movers = [j for j, to in zip(others, combination) if to is not None]
                found = tuple((j, int(member[end])) for j in movers)
                break
        answers.append(Answer(int(member[target]), found))
    return Verdict(all(answer.sanction for answer in answers), tuple(answers))


def _choices(model: GraphModel) -> tuple[np.ndarray, np.ndarray]:
    if model.choices is None or model.member is None:
        raise NotApplicableError(
            "simultaneous moves in a graph whose states are not made of choices",
            where="simultaneous",
            remedy="give the model in option form",
        )
    return model.choices, model.member


def _row_moves(model: GraphModel, members: tuple[int, ...], row: int) -> list[int]:
    """Combinations that a change of the members' own choices leads to from one, by legal moves."""
    choices, member = _choices(model)
    others = np.delete(choices, members, axis=1)
    near = np.flatnonzero((others == others[row]).all(axis=1))
    ways = sequences(model, members, int(member[row]), improving=False)
    reach = {to for to, _ in ways}
    return [k for k in near.tolist() if k != row and int(member[k]) in reach]


def _prefers(model: GraphModel, player: int, s: int, row: int) -> bool:
    _, member = _choices(model)
    return model.preferences[player].prefers(s, int(member[row]))


def stable_for(model: GraphModel, groups: Sequence[tuple[int, ...]]) -> np.ndarray:
    """All states at once: combinations as rows of arrays, one opponent after another.

    Parameters
    ----------
    model
        The model.
    groups
        Decision makers who move together, as tuples of indices.

    Returns
    -------
    numpy.ndarray
        Boolean, shape ``(groups, states)``.
    """
    choices, member = _choices(model)
    first = np.full(len(model.states), -1)
    first[member[::-1]] = np.arange(len(member))[::-1]
    everybody = range(len(model.players))
    improved = [_improving_rows(model, j, first) for j in everybody]
    counts = np.stack([np.bincount(own[0], minlength=len(first)) for own in improved]) + 1.0
    weights, lookup, sorter = _keys(choices)
    stable = np.ones((len(groups), len(first)), dtype=bool)
    total = 0.0
    for row, members in enumerate(groups):
        others = [j for j in everybody if j not in members]
        at, to = improved[members[0]] if len(members) == 1 else _joint_rows(model, members, first)
        total += float(np.prod(counts[others][:, at], axis=0).sum())
        if total > MAX_COMBINATIONS:
            raise TooLargeError(
                f"more than {MAX_COMBINATIONS:,} combinations of improvements made at once",
                where="simultaneous",
                allowed=f"up to {MAX_COMBINATIONS:,}, over all states and all who may move",
                remedy="fewer options, or fewer coalitions",
            )
        which = np.arange(len(at))
        change = choices[to] @ weights - choices[first[at]] @ weights
        start, joined = at, np.zeros(len(at), dtype=bool)
        for j in others:
            which, start, change, joined = _join(
                which, start, change, joined, improved[j], choices[:, j] * weights[j], first
            )
        keys = choices[first[start]] @ weights + change
        place = np.minimum(np.searchsorted(lookup, keys), len(lookup) - 1)
        real = (lookup[place] == keys) & joined
        end = member[sorter[place]]
        liked = np.logical_and.reduce([_better(model, i, start, end) for i in members])
        met = np.zeros(len(at), dtype=bool)
        met[which[real & ~liked]] = True
        stable[row, at[~met]] = False
    return stable


def _improving_rows(
    model: GraphModel, player: int, first: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """States and combinations of the improvements from the first combination of each state."""
    _, member = _choices(model)
    arcs: Arcs = model.moves[player]
    if len(member) == len(first):
        back = np.empty(len(member), dtype=np.int64)
        back[member] = np.arange(len(member))
        start, row = arcs.start.astype(np.int64), back[arcs.end]
    else:
        pairs = [
            (s, k) for s in arcs.rows.tolist() for k in _row_moves(model, (player,), int(first[s]))
        ]
        both = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        start, row = both[:, 0], both[:, 1]
    kept = _better(model, player, start, member[row])
    return start[kept], row[kept]


def _joint_rows(
    model: GraphModel, members: tuple[int, ...], first: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """As `_improving_rows`, for members who move one after another and all prefer the end."""
    choices, member = _choices(model)
    size = len(first)
    if size > MAX_PAIRWISE:
        raise TooLargeError(
            f"{size:,} states between which coalitions move",
            where="simultaneous",
            allowed=f"up to {MAX_PAIRWISE:,} states",
            remedy="ask about the decision makers one by one: simultaneous",
        )
    gone = unpack(reached_sets([model.moves[i] for i in members], states=size), size)
    start, state = np.nonzero(gone)
    order = np.argsort(member, kind="stable")
    low = np.searchsorted(member[order], state, side="left")
    count = np.searchsorted(member[order], state, side="right") - low
    offset = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    start, row = np.repeat(start, count), order[np.repeat(low, count) + offset]
    others = np.delete(choices, members, axis=1)
    kept = (others[row] == others[first[start]]).all(axis=1)
    for i in members:
        kept &= _better(model, i, start, member[row])
    return start[kept], row[kept]


def _better(model: GraphModel, player: int, s: np.ndarray, q: np.ndarray) -> np.ndarray:
    mine = model.preferences[player]
    if mine.rank is not None:
        return np.asarray(mine.rank[q] > mine.rank[s])
    assert mine.better is not None
    return np.asarray(mine.better[s, q])


def _keys(choices: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights that make a combination one number, the numbers in order, and the rows behind."""
    sizes = choices.max(axis=0) + 1
    weights = np.concatenate([[1], np.cumprod(sizes[:-1])]).astype(np.int64)
    keys = choices @ weights
    sorter = np.argsort(keys)
    return weights, keys[sorter], sorter


def _join(
    which: np.ndarray,
    at: np.ndarray,
    change: np.ndarray,
    joined: np.ndarray,
    theirs: tuple[np.ndarray, np.ndarray],
    weighted: np.ndarray,
    first: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Let one more opponent stay or make one of its improvements, in every row."""
    start, row = theirs
    order = np.argsort(start, kind="stable")
    start, row = start[order], row[order]
    low = np.searchsorted(start, at, side="left")
    count = np.searchsorted(start, at, side="right") - low
    source = np.repeat(np.arange(len(at)), count)
    offset = np.arange(len(source)) - np.repeat(np.cumsum(count) - count, count)
    chosen = row[low[source] + offset]
    more = change[source] + weighted[chosen] - weighted[first[at[source]]]
    return (
        np.concatenate([which, which[source]]),
        np.concatenate([at, at[source]]),
        np.concatenate([change, more]),
        np.concatenate([joined, np.ones(len(source), dtype=bool)]),
    )
