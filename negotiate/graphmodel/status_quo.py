r"""Status-quo analysis: where a conflict can go from where it is, and how.

From the status quo the decision makers move in legal sequences, nobody twice running. A state is
*attainable by moves* if some sequence leads to it and *by improvements* if one does in which each
move improves, at the time it is made, for the one who makes it. Which equilibria can be reached
from the status quo, in how many moves, and on which paths, is what makes a stability analysis a
forecast.

Li, Kilgour and Hipel 2005, Journal of the Operational Research Society 56:699-707; Xu, Kilgour,
Hipel and Kemkes 2010, European Journal of Operational Research 207:318-329,
doi:10.1016/j.ejor.2010.03.025.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from negotiate.errors import InputError, TooLargeError
from negotiate.graphmodel._definition import sequences
from negotiate.graphmodel.model import GraphModel, words

MAX_PATHS = 10_000
"""Paths listed by `paths`."""

MAX_STATES = 1 << 14
"""States walked through one by one."""


@dataclass(frozen=True)
class Path:
    """A legal sequence of moves.

    Attributes
    ----------
    start
        Label of the state it starts from.
    steps
        (who moves, label of the state it moves to), in order; empty where nobody moves.
    improving
        For each step, whether it improves for the one who makes it.
    """

    start: str
    steps: tuple[tuple[str, str], ...]
    improving: tuple[bool, ...]

    @property
    def end(self) -> str:
        """Label of the state it ends in."""
        return self.steps[-1][1] if self.steps else self.start

    def __len__(self) -> int:
        return len(self.steps)

    def __repr__(self) -> str:
        return f"<Path {self}>"

    def __str__(self) -> str:
        return self.start + "".join(f" -[{who}]-> {to}" for who, to in self.steps)


@dataclass(frozen=True)
class StatusQuo:
    """What can be reached from a state.

    Attributes
    ----------
    start
        Label of the state.
    moves
        State to a shortest path to it, by any moves; the start itself is not in it.
    improvements
        The same, by improvements only.
    equilibria
        Concept to the equilibria that can be reached (the start itself included where it is one).
    model
        The model.
    """

    start: str
    moves: dict[str, Path]
    improvements: dict[str, Path]
    equilibria: dict[str, tuple[str, ...]]
    model: GraphModel = field(compare=False, repr=False)

    def __repr__(self) -> str:
        return (
            f"<StatusQuo {self.start}: {len(self.moves)} states by moves, "
            f"{len(self.improvements)} by improvements>"
        )

    def __str__(self) -> str:
        return narrate(self)


def status_quo(
    model: GraphModel,
    *,
    start: str = "",
    equilibria: dict[str, Sequence[str]] | None = None,
) -> StatusQuo:
    """Which states can be reached from the status quo, with a shortest path to each.

    Parameters
    ----------
    model
        The model.
    start
        Label or statement of the state; the model's status quo if not given.
    equilibria
        Concept to the labels of its equilibria, to be told which of them can be reached.

    Returns
    -------
    StatusQuo
        Its text tells it in words.

    Raises
    ------
    InputError
        If neither the caller nor the model names a state.

    Examples
    --------
    >>> from negotiate.graphmodel.build import payoff_model
    >>> dilemma = payoff_model([[[3, 1], [4, 2]], [[3, 4], [1, 2]]], players=("Row", "Column"))
    >>> found = status_quo(dilemma, start="r1c1", equilibria={"nash": ["r2c2"]})
    >>> print(found.improvements["r2c2"])
    r1c1 -[Row]-> r2c1 -[Column]-> r2c2
    """
    if len(model.states) > MAX_STATES:
        raise TooLargeError(f"{len(model.states):,} states", allowed=f"up to {MAX_STATES:,}")
    s = _start(model, start)
    everybody = range(len(model.players))
    by = []
    for improving in (False, True):
        found = {}
        for state, steps in sequences(model, everybody, s, improving=improving):
            found[model.states[state]] = _path(model, s, steps)
        by.append(found)
    named = {}
    for concept, labels in (equilibria or {}).items():
        named[concept] = tuple(
            label for label in labels if label in by[0] or label == model.states[s]
        )
    return StatusQuo(model.states[s], by[0], by[1], named, model)


def paths(
    model: GraphModel,
    end: str,
    *,
    start: str = "",
    improving: bool = False,
    longest: int = 6,
    most: int = 100,
) -> list[Path]:
    """All paths from one state to another that visit no state twice, shortest first.

    Parameters
    ----------
    model
        The model.
    end
        Label or statement of the state to reach.
    start
        Where to begin; the status quo if not given.
    improving
        By improvements only.
    longest
        Moves of a path at most.
    most
        Paths at most.

    Returns
    -------
    list of Path
        Legal sequences: nobody moves twice running.

    Examples
    --------
    >>> from negotiate.graphmodel.build import payoff_model
    >>> dilemma = payoff_model([[[3, 1], [4, 2]], [[3, 4], [1, 2]]], players=("Row", "Column"))
    >>> [str(path) for path in paths(dilemma, "r2c2", start="r1c1")]
    ['r1c1 -[Row]-> r2c1 -[Column]-> r2c2', 'r1c1 -[Column]-> r1c2 -[Row]-> r2c2']
    """
    if not 1 <= most <= MAX_PATHS:
        raise InputError(f"most = {most}", where="paths", allowed=f"1 to {MAX_PATHS:,}")
    s, goal = _start(model, start), model.state(end)
    out: list[Path] = []
    for length in range(1, longest + 1):
        for steps in _walks(model, s, goal, length, improving):
            out.append(_path(model, s, steps))
            if len(out) == most:
                return out
    return out


def _walks(
    model: GraphModel, s: int, goal: int, length: int, improving: bool
) -> Iterator[tuple[tuple[int, int], ...]]:
    """Walks of one length, depth first, cut where the goal is too far to be reached in time."""
    away = _distance(model, goal)

    def walk(
        state: int, last: int, seen: tuple[int, ...], made: tuple[tuple[int, int], ...]
    ) -> Iterator[tuple[tuple[int, int], ...]]:
        left = length - len(made)
        if not left:
            if state == goal:
                yield made
            return
        if state == goal:
            return
        for j, arcs in enumerate(model.moves):
            if j == last:
                continue
            for to in arcs.of(state).tolist():
                if to in seen or away[to] > left - 1:
                    continue
                if improving and not model.preferences[j].prefers(state, to):
                    continue
                yield from walk(to, j, (*seen, to), (*made, (j, to)))

    return walk(s, -1, (s,), ())


def _distance(model: GraphModel, goal: int) -> np.ndarray:
    """Fewest moves from each state to the goal, whoever makes them."""
    away = np.full(len(model.states), np.iinfo(np.int64).max)
    away[goal] = 0
    step = 0
    while True:
        step += 1
        near = away < step
        fresh = np.zeros_like(near)
        for arcs in model.moves:
            fresh[arcs.start[near[arcs.end]]] = True
        fresh &= ~near
        if not fresh.any():
            return away
        away[fresh] = step


def _start(model: GraphModel, start: str) -> int:
    name = start or model.status_quo
    if not name:
        raise InputError(
            "no status quo", where="status_quo", remedy="name a state, or give the model one"
        )
    return model.state(name)


def _path(model: GraphModel, s: int, steps: Sequence[tuple[int, int]]) -> Path:
    improving, state = [], s
    for j, to in steps:
        improving.append(model.preferences[j].prefers(state, to))
        state = to
    return Path(
        model.states[s],
        tuple((model.players[j], model.states[to]) for j, to in steps),
        tuple(improving),
    )


def narrate(found: StatusQuo) -> str:
    """Tell in words where the conflict can go.

    Parameters
    ----------
    found
        What `status_quo` found.

    Returns
    -------
    str
        Sentences, one a line.
    """
    model = found.model
    doubts = any(mine.unknown is not None and mine.unknown.any() for mine in model.preferences)
    unsure = ", where a move whose worth is unknown counts as one" if doubts else ""
    out = [
        f"From {_told(model, found.start)} {len(found.moves)} of the other "
        f"{len(model.states) - 1} states can be reached by moves, "
        f"{len(found.improvements)} by improvements alone{unsure}."
    ]
    for concept, labels in found.equilibria.items():
        if not labels:
            out.append(f"No {concept} equilibrium can be reached.")
        for label in labels:
            if label == found.start:
                out.append(f"It is a {concept} equilibrium itself.")
                continue
            path, how = found.moves[label], "only with a move that does not improve"
            if label in found.improvements:
                path, how = found.improvements[label], "by improvements alone"
            out.append(
                f"The {concept} equilibrium {_told(model, label)} is reached {how}, "
                f"in {len(path)} move{'s' * (len(path) != 1)}: {path}."
            )
    return "\n".join(out) + "\n"


def history(model: GraphModel) -> str:
    """The path that history took, step by step, with who gained by each step at the time.

    Parameters
    ----------
    model
        With a path.

    Returns
    -------
    str
        Sentences, one a line; empty without a path.

    Examples
    --------
    >>> import negotiate as ng
    >>> print(history(ng.open("elmira")).splitlines()[1])
    Local government: to 5 (Delay the appeal, Insist on the original order), an improvement; ...
    """
    out = []
    before = None
    for step in model.path:
        when = f"{step.when}: " if step.when else ""
        told = _told(model, step.state)
        note = f"; {step.note}" if step.note else ""
        if before is None:
            out.append(f"{when}{told}{note}.")
        else:
            a, b = model.state(before), model.state(step.state)
            worse = [
                who for who in step.by if not model.preferences[model.player(who)].prefers(a, b)
            ]
            how = (
                f"no improvement for {', '.join(worse)}"
                if worse
                else "an improvement"
                if len(step.by) == 1
                else "an improvement for each"
            )
            out.append(f"{when}{', '.join(step.by) or 'somebody'}: to {told}, {how}{note}.")
        before = step.state
    return "\n".join(out) + "\n" if out else ""


def _told(model: GraphModel, label: str) -> str:
    said = words(model, label)
    return label if said == label else f"{label} ({said})"
