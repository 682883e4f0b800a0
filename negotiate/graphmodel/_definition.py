r"""The definitions at one state, step by step, with their witnesses.

This file transcribes the definitions as they stand in the literature: it looks at one decision
maker and one state, walks the opponents' legal sequences one after another and keeps what it
found. The arrays in `arithmetic` never enter. `holds` of every concept rests on it, and so does
everything said in words about why a state is stable.

Conventions that the literature leaves open, and that every answer names:

* A sanction is a legal sequence of moves by the opponents, of any length, in which nobody moves
  twice running; the state it starts from is not among those it reaches.
* A state that the mover finds equally good is a sanction (only a better one is none).
* Opponents who may only improve count a move whose worth they do not know as one that they might
  make.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from negotiate.graphmodel.model import GraphModel

ANSWERS = ("none", "moves", "improvements")
"""What the opponents may answer with: Nash; general metarational; sequential."""

EXTENSIONS = ("a", "b", "c", "d")
"""Li, Hipel, Kilgour and Fang's four attitudes to unknown preferences: leave for an unknown state
(a, c) or not (b, d); be deterred by an unknown state (c, d) or not (a, b)."""


@dataclass(frozen=True)
class Rules:
    """One stability definition.

    Attributes
    ----------
    answers
        One of `ANSWERS`.
    counter
        The mover may answer a sanction with a move of its own.
    strong
        Only a strongly less preferred state deters.
    unknown
        One of `EXTENSIONS`.
    """

    answers: str
    counter: bool = False
    strong: bool = False
    unknown: str = "a"

    @property
    def leaves_for_unknown(self) -> bool:
        """Whether an unknown state tempts."""
        return self.unknown in "ac"

    @property
    def deterred_by_unknown(self) -> bool:
        """Whether an unknown state deters."""
        return self.unknown in "cd"


MIGHT = Rules("improvements", unknown="a")
"""What a sanctioning opponent might do: improve, or move where it does not know."""


@dataclass(frozen=True)
class Answer:
    """How one improvement is met.

    Attributes
    ----------
    improvement
        State that the mover would go to.
    sanction
        The shortest legal sequence that deters it, (who, where to) each; empty if none does.
    """

    improvement: int
    sanction: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Verdict:
    """What a definition says of one decision maker at one state.

    Attributes
    ----------
    stable
        Whether every improvement is deterred.
    answers
        The improvements, each with the sanction that deters it.
    """

    stable: bool
    answers: tuple[Answer, ...]

    @property
    def open(self) -> tuple[int, ...]:
        """Improvements that nothing deters."""
        return tuple(answer.improvement for answer in self.answers if not answer.sanction)


def tempting(
    model: GraphModel, player: int, s: int, states: np.ndarray, rules: Rules
) -> np.ndarray:
    """Which of some states a player at s would rather be at.

    Parameters
    ----------
    model
        The model.
    player, s
        Whose view, and from which state.
    states
        Indices, shape ``(n,)``.
    rules
        For the attitude to unknown preferences.

    Returns
    -------
    numpy.ndarray
        Boolean, shape ``(n,)``.
    """
    mine = model.preferences[player]
    if mine.rank is not None:
        return np.asarray(mine.rank[states] > mine.rank[s])
    assert mine.better is not None
    out = mine.better[s, states]
    if rules.leaves_for_unknown and mine.unknown is not None:
        out = out | mine.unknown[s, states]
    return np.asarray(out)


def deterring(
    model: GraphModel, player: int, s: int, states: np.ndarray, rules: Rules
) -> np.ndarray:
    """Which of some states deter a player from leaving s, were it to end there.

    Parameters
    ----------
    model, player, s, states
        As in `tempting`.
    rules
        For strength and the attitude to unknown preferences.

    Returns
    -------
    numpy.ndarray
        Boolean, shape ``(n,)``.
    """
    mine = model.preferences[player]
    if rules.strong:
        if mine.level is not None:
            out = mine.level[states] < mine.level[s]
        elif mine.much is not None:
            out = mine.much[states, s]
        else:
            out = np.zeros(len(states), dtype=bool)
    elif mine.rank is not None:
        out = mine.rank[states] <= mine.rank[s]
    else:
        assert mine.better is not None
        out = ~mine.better[s, states]
    if mine.unknown is not None:
        unsure = mine.unknown[s, states]
        out = (out | unsure) if rules.deterred_by_unknown else (out & ~unsure)
    return np.asarray(out)


def below(model: GraphModel, player: int, s: int, r: int, rules: Rules) -> bool:
    """Whether ending at r deters a player from leaving s."""
    return bool(deterring(model, player, s, np.array([r]), rules)[0])


def tempted(model: GraphModel, player: int, s: int, q: int, rules: Rules) -> bool:
    """Whether a player at s would rather be at q."""
    return bool(tempting(model, player, s, np.array([q]), rules)[0])


def sequences(
    model: GraphModel, group: Sequence[int], start: int, *, improving: bool
) -> Iterator[tuple[int, tuple[tuple[int, int], ...]]]:
    """Walk the legal sequences of a group from a state, shortest first.

    Parameters
    ----------
    model
        The model.
    group
        Indices of its members.
    start
        The state it starts from.
    improving
        Whether each move must improve (or might, where unknown) for the one who makes it.

    Yields
    ------
    tuple
        A state with the first sequence that reaches it; each state once, never the start.
    """
    seen: set[tuple[int, int]] = set()
    told = {start}
    layer: list[tuple[int, int, tuple[tuple[int, int], ...]]] = [(start, -1, ())]
    while layer:
        after = []
        for state, last, path in layer:
            for j in group:
                if j == last:
                    continue
                ends = model.moves[j].of(state)
                if improving:
                    ends = ends[tempting(model, j, state, ends, MIGHT)]
                for to in ends.tolist():
                    if (to, j) in seen:
                        continue
                    seen.add((to, j))
                    longer = (*path, (j, to))
                    after.append((to, j, longer))
                    if to not in told:
                        told.add(to)
                        yield to, longer
        layer = after


def judge(model: GraphModel, player: int, s: int, rules: Rules) -> Verdict:
    """Apply a definition to one decision maker at one state.

    Parameters
    ----------
    model
        The model.
    player, s
        Indices of the decision maker and the state.
    rules
        The definition.

    Returns
    -------
    Verdict
        With every improvement and the sequence that deters it.
    """
    others = [j for j in range(len(model.players)) if j != player]
    answers = []
    near = model.moves[player].of(s)
    lower = deterring(model, player, s, np.arange(len(model.states)), rules)
    for q in near[tempting(model, player, s, near, rules)].tolist():
        found: tuple[tuple[int, int], ...] = ()
        if rules.answers != "none":
            ways = sequences(model, others, q, improving=rules.answers == "improvements")
            for r, path in ways:
                if not lower[r] or (rules.counter and not lower[model.moves[player].of(r)].all()):
                    continue
                found = path
                break
        answers.append(Answer(q, found))
    return Verdict(all(answer.sanction for answer in answers), tuple(answers))


def joint_sequences(
    model: GraphModel, group: Sequence[int], start: int, rules: Rules
) -> Iterator[tuple[int, tuple[tuple[int, int], ...]]]:
    """Walk sequences of coalition improvements: any part of the group moves as one.

    Parameters
    ----------
    model, group, start
        As in `sequences`.
    rules
        For the attitude to unknown preferences.

    Yields
    ------
    tuple
        A state, and the sequence with the first member of each part as the one who moves.
    """
    parts = [
        part for size in range(1, len(group) + 1) for part in combinations(sorted(group), size)
    ]
    seen: set[tuple[int, tuple[int, ...]]] = set()
    told = {start}
    layer: list[tuple[int, tuple[int, ...], tuple[tuple[int, int], ...]]] = [(start, (), ())]
    while layer:
        after = []
        for state, last, path in layer:
            for part in parts:
                if part == last:
                    continue
                for to, _ in sequences(model, part, state, improving=False):
                    if (to, part) in seen or not all(
                        model.preferences[j].prefers(state, to)
                        or model.preferences[j].unsure(state, to)
                        for j in part
                    ):
                        continue
                    seen.add((to, part))
                    longer = (*path, (part[0], to))
                    after.append((to, part, longer))
                    if to not in told:
                        told.add(to)
                        yield to, longer
        layer = after


def judge_coalition(
    model: GraphModel, coalition: Sequence[int], s: int, rules: Rules, *, joint: bool = False
) -> Verdict:
    """Apply a definition to one coalition at one state.

    Parameters
    ----------
    model
        The model.
    coalition
        Indices of its members.
    s
        Index of the state.
    rules
        The definition.
    joint
        Whether the others, too, answer with coalition improvements; else each with its own.

    Returns
    -------
    Verdict
        With every coalition improvement and the sequence that deters it.
    """
    others = [j for j in range(len(model.players)) if j not in coalition]

    def lower(r: int) -> bool:
        return any(below(model, i, s, r, rules) for i in coalition)

    answers = []
    for q, _ in sequences(model, coalition, s, improving=False):
        if not all(tempted(model, i, s, q, rules) for i in coalition):
            continue
        found: tuple[tuple[int, int], ...] = ()
        if rules.answers != "none":
            credible = rules.answers == "improvements"
            ways = (
                joint_sequences(model, others, q, rules)
                if credible and joint
                else sequences(model, others, q, improving=credible)
            )
            for r, path in ways:
                if not lower(r):
                    continue
                if rules.counter and any(
                    not lower(t) for t, _ in sequences(model, coalition, r, improving=False)
                ):
                    continue
                found = path
                break
        answers.append(Answer(q, found))
    return Verdict(all(answer.sanction for answer in answers), tuple(answers))


def in_words(model: GraphModel, player: int, s: int, verdict: Verdict, concept: str) -> list[str]:
    """A verdict as sentences.

    Parameters
    ----------
    model
        The model.
    player, s
        Whom and which state the verdict is about.
    verdict
        The verdict.
    concept
        Name of the concept, in words.

    Returns
    -------
    list of str
        The first says whether the state is stable, the others why.
    """
    who, here = model.players[player], model.states[s]
    if not verdict.answers:
        able = "has no move" if not len(model.moves[player].of(s)) else "has no improvement"
        return [f"{here} is stable for {who} ({concept}): {who} {able}."]
    out = [
        f"{here} is {'stable' if verdict.stable else 'not stable'} for {who} ({concept}), "
        f"who would rather be at {_list([model.states[a.improvement] for a in verdict.answers])}."
    ]
    for answer in verdict.answers:
        to = model.states[answer.improvement]
        if not answer.sanction:
            out.append(f"Nothing deters the move to {to}.")
            continue
        steps = ", then ".join(
            f"{model.players[j]} to {model.states[r]}" for j, r in answer.sanction
        )
        last = answer.sanction[-1][1]
        how = _against(model, player, s, last)
        out.append(f"The move to {to} is deterred: {steps}, which {who} {how} {here}.")
    return out


def _against(model: GraphModel, player: int, s: int, r: int) -> str:
    mine = model.preferences[player]
    if mine.unsure(s, r):
        return "cannot compare with"
    if mine.strongly(r, s):
        return "finds much worse than"
    return "finds worse than" if mine.prefers(r, s) else "finds no better than"


def _list(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
