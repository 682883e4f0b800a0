r"""Stochastic games: finitely many states that all players see, a discounted stream of payoffs.

A finite discounted stochastic game has states S, players N, for each state and player a finite set
of actions, payoffs :math:`r_i(s,a)`, chances :math:`p(t\mid s,a)` of the next state and discount
factors :math:`\delta_i`. A row of chances may sum to less than one: with the rest the game ends.
Player i wants :math:`\mathrm E\sum_t \delta_i^t r_i(s_t,a_t)`, a sum, not an average: times
:math:`1-\delta_i` it is the average per period. With one state the game is a repeated game.

Arrays: payoffs of a state ``(..., n, A1, ..., An)``, chances ``(..., A1, ..., An, S)``, leading
axes are draws. Numbers are fractions (``exact``) or floats. Parameter files have
``kind = "stochastic"``, see `negotiate.dynamic._stochastic_file`.

Sources: Shapley (1953), PNAS 39:1095-1100, doi:10.1073/pnas.39.10.1095; Maskin and Tirole (2001),
Journal of Economic Theory 100:191-219, doi:10.1006/jeth.2000.2785 (Markov perfect equilibrium).

>>> def outcome(state, play):                       # advance or hold; an advance may bring war
...     if state == "war":
...         return {"a": 0}, "war"
...     bold = play["a"] == "advance"
...     return {"a": 2 if bold else 1}, {"war": Fraction(1, 2), "peace": Fraction(1, 2)} if bold \
...         else "peace"
>>> game = build(["a"], states=["peace", "war"], start="peace", discount=Fraction(9, 10),
...     actions={"peace": {"a": ["hold", "advance"]}}, outcome=outcome)
>>> game.values({"a": {"peace": "hold", "war": "wait"}})["a"]["peace"]
Fraction(10, 1)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product
from types import MappingProxyType
from typing import Any

import numpy as np

from negotiate.declare import Playable, game
from negotiate.dynamic.arithmetic import stochastic as kernel
from negotiate.errors import InputError, TooLargeError, UnknownNameError
from negotiate.numbers import reading as numbers
from negotiate.tolerance import TIE, WEIGHT_SUM

KIND = "stochastic"
SIZE_BOUND = 20_000_000
"""Most payoffs and chances (states x joint actions x (players + states) x draws)."""
WAIT = "wait"
"""The one action of a player who has no choice in a state."""

Array = np.ndarray[Any, np.dtype[Any]]
Outcome = Callable[[str, Mapping[str, str]], tuple[Mapping[str, Any], Any]]


@game(
    "stochastic",
    title="Stochastic game",
    short="stochastic",
    default=("markov_perfect",),
)
@dataclass(frozen=True, eq=False)
class StochasticGame(Playable):
    """A finite discounted stochastic game.

    Attributes
    ----------
    players, states
        Labels, in order.
    actions
        State to player to the labels of its actions; a player left out of a state only waits.
    payoffs
        State to an array ``(..., n, A1, ..., An)``.
    chances
        State to an array ``(..., A1, ..., An, S)``: chances of the next state, the last axis
        summing to at most one; with the rest the game ends.
    discount
        Player to discount factor: a number or an array over draws, from 0 to below 1; exactly 1
        only where in every state and under all actions the game may end.
    start
        State in which the game begins.
    title, note
        What the game is, for people.
    """

    players: tuple[str, ...]
    states: tuple[str, ...]
    actions: Mapping[str, Mapping[str, tuple[str, ...]]]
    payoffs: Mapping[str, Array]
    chances: Mapping[str, Array]
    discount: Mapping[str, Any]
    start: str
    title: str = ""
    note: str = ""

    _view = "negotiate.dynamic.views.stochastic"

    def __post_init__(self) -> None:
        players, states = tuple(self.players), tuple(self.states)
        numbers.check_labels(players, "players", "stochastic game")
        numbers.check_labels(states, "states", "stochastic game")
        if self.start not in states:
            raise UnknownNameError("state", self.start, states, where="start")
        actions = _actions(players, states, self.actions)
        payoffs, chances = {}, {}
        for state in states:
            counts = tuple(len(actions[state][p]) for p in players)
            payoffs[state] = _table(self.payoffs, state, (len(players), *counts), "payoffs")
            chances[state] = _table(self.chances, state, (*counts, len(states)), "chances")
        given = self.discount
        if not isinstance(given, Mapping):
            given = dict.fromkeys(players, given)
        if set(given) != set(players):
            raise InputError(
                f"discount factors for {', '.join(map(str, given)) or 'nobody'}",
                where="stochastic game",
                allowed=f"exactly the players: {', '.join(players)}",
            )
        discount = {p: _factor(p, given[p]) for p in players}
        for name, value in (
            ("players", players),
            ("states", states),
            ("actions", MappingProxyType(actions)),
            ("payoffs", MappingProxyType(payoffs)),
            ("chances", MappingProxyType(chances)),
            ("discount", MappingProxyType(discount)),
        ):
            object.__setattr__(self, name, value)
        self._check_chances()

    def _check_chances(self) -> None:
        lasting = max(float(np.max(d)) for d in self.discount.values()) >= 1
        for state, array in self.chances.items():
            rough = array.astype(float)
            if not (rough >= -TIE).all():
                raise InputError("a chance is negative", where=f"state {state}", allowed="0 to 1")
            total = array.sum(-1) if self.exact else rough.sum(-1)
            over = 0 if self.exact else WEIGHT_SUM
            worst = float(np.max(total.astype(float)))
            if np.any(total > 1 + over):
                raise InputError(
                    f"chances of the next state sum to {worst:.6g}",
                    where=f"state {state}, {self._first(state, total > 1 + over)}",
                    allowed="at most 1; with the rest the game ends",
                )
            if lasting and np.any(total >= 1 - over):
                raise InputError(
                    "a discount factor of 1 and no chance that the game ends",
                    where=f"state {state}, {self._first(state, total >= 1 - over)}",
                    allowed="discount below 1, or chances that sum to less than 1 everywhere",
                    remedy="a sum without end has no value; discount, or let the game end",
                )

    def _first(self, state: str, bad: Array) -> str:
        cell = np.argwhere(bad)[0][-len(self.players) :]
        labels = (self.actions[state][p][k] for p, k in zip(self.players, cell, strict=True))
        return ", ".join(labels)

    # ---- what it is ------------------------------------------------------------------------

    @cached_property
    def exact(self) -> bool:
        """Whether every number is a fraction."""
        arrays = (*self.payoffs.values(), *self.chances.values())
        return all(numbers.is_exact(a) for a in arrays) and all(
            isinstance(d, (int, Fraction)) for d in self.discount.values()
        )

    @cached_property
    def draws(self) -> tuple[int, ...]:
        """Shape of the draw axes."""
        n = len(self.players)
        return np.broadcast_shapes(
            *(a.shape[: a.ndim - n - 1] for a in (*self.payoffs.values(), *self.chances.values())),
            *(np.shape(d) for d in self.discount.values()),
        )

    @cached_property
    def rules(self) -> kernel.Rules:
        """How joint actions are numbered."""
        return kernel.Rules(
            np.array([[len(self.actions[s][p]) for p in self.players] for s in self.states])
        )

    @property
    def plans(self) -> int:
        """Number of pure stationary plans of all players together."""
        return self.rules.plans

    @cached_property
    def arrays(self) -> tuple[Array, Array, Array]:
        """Reward (..., S, N, M), moves (..., S, M, S) and discount (..., N) as floats."""
        n, size, width = len(self.players), len(self.states), max(self.rules.joint)
        reward = np.zeros((*self.draws, size, n, width))
        move = np.zeros((*self.draws, size, width, size))
        for s, state in enumerate(self.states):
            count = self.rules.joint[s]
            pay, step = self.payoffs[state], self.chances[state]
            lead = pay.shape[: pay.ndim - n - 1]
            reward[..., s, :, :count] = pay.astype(float).reshape(*lead, n, count)
            lead = step.shape[: step.ndim - n - 1]
            move[..., s, :count, :] = step.astype(float).reshape(*lead, count, size)
        factors = [
            np.broadcast_to(np.asarray(self.discount[p], float), self.draws) for p in self.players
        ]
        return reward, move, np.stack(factors, -1)

    def floats(self) -> StochasticGame:
        """The same game with floats for fractions."""
        if not self.exact:
            return self
        return self._with(
            {s: a.astype(float) for s, a in self.payoffs.items()},
            {s: a.astype(float) for s, a in self.chances.items()},
            {p: float(d) for p, d in self.discount.items()},
        )

    def in_spreads(self) -> StochasticGame:
        """The same game in floats, payoffs in units of each player's own spread.

        No equilibrium changes; gains become comparable in whatever unit payoffs were counted. See
        `negotiate.dynamic.arithmetic.stochastic.in_spreads`.
        """
        reward, move, _ = self.arrays
        scaled = kernel.in_spreads(reward, move, self.rules)
        plain = self.floats()
        payoffs = {}
        for s, state in enumerate(self.states):
            count = self.rules.joint[s]
            part = scaled[..., s, :, :count]
            shape = [len(self.actions[state][p]) for p in self.players]
            payoffs[state] = part.reshape(*part.shape[:-1], *shape)
        return self._with(payoffs, plain.chances, plain.discount)

    def draw(self, index: int | tuple[int, ...]) -> StochasticGame:
        """One game of the draws."""
        n = len(self.players)

        def take(array: Array) -> Array:
            lead = array.shape[: array.ndim - n - 1]
            whole = np.broadcast_to(array, (*self.draws, *array.shape[len(lead) :]))
            return np.asarray(whole[index])

        return self._with(
            {s: take(a) for s, a in self.payoffs.items()},
            {s: take(a) for s, a in self.chances.items()},
            {p: float(np.broadcast_to(d, self.draws)[index]) for p, d in self.discount.items()},
        )

    def _with(self, payoffs: Any, chances: Any, discount: Any) -> StochasticGame:
        return StochasticGame(
            self.players,
            self.states,
            self.actions,
            payoffs,
            chances,
            discount,
            self.start,
            self.title,
            self.note,
        )

    # ---- plans -----------------------------------------------------------------------------

    def plan(self, strategies: Mapping[str, Any]) -> dict[str, dict[str, dict[str, Any]]]:
        """A stationary plan as ``{player: {state: {action: probability}}}``, checked and filled in.

        An action may stand for its certainty; states in which a player only waits may be left out.
        """
        out: dict[str, dict[str, dict[str, Any]]] = {}
        for player in strategies:
            if player not in self.players:
                raise UnknownNameError("player", player, self.players, where="plan")
        for player in self.players:
            mine = dict(strategies.get(player, {}))
            for state in mine:
                if state not in self.states:
                    raise UnknownNameError("state", state, self.states, where=f"plan of {player}")
            out[player] = {}
            for state in self.states:
                labels = self.actions[state][player]
                given = mine.get(state, labels[0] if len(labels) == 1 else None)
                if given is None:
                    raise InputError(
                        f"no action of {player} in state '{state}'",
                        where="plan",
                        allowed=", ".join(labels),
                    )
                where = f"{player} in {state}"
                row = numbers.probabilities(given, labels, where, exact=self.exact)
                out[player][state] = dict(zip(labels, row.tolist(), strict=True))
        return out

    def _mix(self, strategies: Mapping[str, Any]) -> tuple[list[list[Any]], list[list[Any]]]:
        """Payoffs [S][N] and chances [S][S] under a stationary plan, in its own arithmetic."""
        plan = self.plan(strategies)
        pay, step = [], []
        for state in self.states:
            chance = _joint([list(plan[p][state].values()) for p in self.players])
            tables = self.payoffs[state]
            pay.append([(tables[i] * chance).sum() for i in range(len(self.players))])
            step.append(
                [(self.chances[state][..., t] * chance).sum() for t in range(len(self.states))]
            )
        return pay, step

    def chain(self, strategies: Mapping[str, Any]) -> Array:
        """Chances (S, S) of the Markov chain that a plan leads to."""
        _, step = self._mix(strategies)
        out = np.empty((len(self.states),) * 2, dtype=object if self.exact else float)
        out[:] = step
        return out

    def values(self, strategies: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Worth of a stationary plan to each player from each state on; a discounted sum."""
        self._single()
        pay, step = self._mix(strategies)
        if self.exact:
            found = kernel.evaluate_exact(pay, step, [self.discount[p] for p in self.players])
        else:
            found = kernel.evaluate(
                np.array(pay, float), np.array(step, float), self.arrays[2]
            ).tolist()
        return {
            p: {s: found[k][i] for k, s in enumerate(self.states)}
            for i, p in enumerate(self.players)
        }

    def deviations(self, strategies: Mapping[str, Any]) -> dict[tuple[str, str, str], Any]:
        """Gain of every one-shot deviation: ``{(player, state, action): gain}``.

        The action is taken once in the state, the plan is followed ever after (Bellman equation).
        """
        plan, worth = self.plan(strategies), self.values(strategies)
        out = {}
        for state in self.states:
            for i, player in enumerate(self.players):
                later = sum(
                    (
                        self.chances[state][..., t] * worth[player][s]
                        for t, s in enumerate(self.states)
                    ),
                    start=0,
                )
                total = self.payoffs[state][i] + self.discount[player] * later
                for a, label in enumerate(self.actions[state][player]):
                    mixes = [list(plan[p][state].values()) for p in self.players]
                    mixes[i] = [int(b == a) for b in range(len(mixes[i]))]
                    gain = (total * _joint(mixes)).sum() - worth[player][state]
                    out[player, state, label] = gain if self.exact else float(gain)
        return out

    def _single(self) -> None:
        if self.draws:
            raise InputError(
                f"the game has draw axes {self.draws}",
                where="stochastic game",
                allowed="one game",
                remedy="take one with draw(index)",
            )


def _joint(mixes: Sequence[Sequence[Any]]) -> Array:
    """Chance of each joint action from each player's mix."""
    out: Any = np.array(1, dtype=object)
    for mix in mixes:
        row = np.empty(len(mix), dtype=object)
        row[:] = mix
        out = np.multiply.outer(out, row)
    return np.asarray(out)


def _actions(players: Any, states: Any, given: Any) -> dict[str, Mapping[str, tuple[str, ...]]]:
    for state in given:
        if state not in states:
            raise UnknownNameError("state", state, states, where="actions")
    out: dict[str, Mapping[str, tuple[str, ...]]] = {}
    for state in states:
        mine = given.get(state, {})
        for player in mine:
            if player not in players:
                raise UnknownNameError("player", player, players, where=f"actions in {state}")
        table = {p: tuple(mine.get(p, (WAIT,))) for p in players}
        for player, labels in table.items():
            numbers.check_labels(labels, "actions", f"player {player} in {state}")
        out[state] = MappingProxyType(table)
    return out


def _table(tables: Any, state: str, shape: tuple[int, ...], what: str) -> Array:
    if state not in tables:
        raise InputError(f"no {what}", where=f"state {state}", allowed=f"an array {shape}")
    raw = tables[state]
    array = numbers.settle(raw, draw_axes=np.ndim(raw) - len(shape))
    if array.shape[array.ndim - len(shape) :] != shape:
        raise InputError(
            f"{what} have shape {array.shape}",
            where=f"state {state}",
            allowed=f"(..., {', '.join(map(str, shape))})",
        )
    numbers.check_finite(array, lambda index: f"{what} of state {state} at {index}")
    array.setflags(write=False)
    return array


def _factor(player: str, value: Any) -> Any:
    out = value if isinstance(value, (int, Fraction)) else np.asarray(value, float)
    if not np.all((np.asarray(out, float) >= 0) & (np.asarray(out, float) <= 1)):
        raise InputError(
            f"discount factor {value}",
            where=f"player {player}",
            allowed="0 to below 1 (1 where the game is sure to end)",
        )
    return out if isinstance(out, (int, Fraction)) or out.ndim else float(out)


def build(
    players: Sequence[str],
    *,
    states: Sequence[str],
    actions: Mapping[str, Mapping[str, Sequence[str]]],
    outcome: Outcome,
    discount: Any,
    start: str,
    title: str = "",
    note: str = "",
) -> StochasticGame:
    """A game from a rule that says what each joint action leads to.

    Parameters
    ----------
    actions
        State to player to actions; a player left out only waits.
    outcome
        ``outcome(state, {player: action})`` gives payoffs by player (absent: 0) and either the
        next state or a mapping of states to chances; numbers, fractions, or arrays over draws.
    discount
        One number, or a mapping by player.
    """
    names, places = tuple(players), tuple(states)
    table = _actions(names, places, actions)
    size = sum(math.prod(len(a) for a in table[s].values()) for s in places)
    check_size(size, len(names), len(places), 1)
    cells: dict[str, list[tuple[list[Any], list[Any]]]] = {}
    for state in places:
        cells[state] = []
        for chosen in product(*(table[state][p] for p in names)):
            paid, following = outcome(state, dict(zip(names, chosen, strict=True)))
            if isinstance(following, str):
                following = {following: 1}
            for kind, given, known in (("player", paid, names), ("state", following, places)):
                for name in given:
                    if name not in known:
                        raise UnknownNameError(kind, name, known, where=f"outcome in {state}")
            cells[state].append(
                ([paid.get(p, 0) for p in names], [following.get(s, 0) for s in places])
            )
    flat = [v for rows in cells.values() for pair in rows for part in pair for v in part]
    shape = np.broadcast_shapes(*(np.shape(v) for v in flat))
    check_size(size, len(names), len(places), math.prod(shape))
    exact = not shape and all(isinstance(v, (int, Fraction)) for v in flat)
    payoffs, chances = {}, {}
    for state, rows in cells.items():
        counts = [len(table[state][p]) for p in names]
        pay = _stack([[row[0][i] for row in rows] for i in range(len(names))], shape, exact)
        payoffs[state] = pay.reshape(*pay.shape[:-2], len(names), *counts)
        step = _stack([row[1] for row in rows], shape, exact)
        chances[state] = step.reshape(*step.shape[:-2], *counts, len(places))
    return StochasticGame(names, places, table, payoffs, chances, discount, start, title, note)


def _stack(rows: list[list[Any]], shape: tuple[int, ...], exact: bool) -> Array:
    if exact:
        out = np.empty((len(rows), len(rows[0])), dtype=object)
        for i, row in enumerate(rows):
            out[i] = [Fraction(v) for v in row]
        return out
    lists = [
        np.stack([np.broadcast_to(np.asarray(v, float), shape) for v in row], -1) for row in rows
    ]
    return np.stack(lists, -2)


def check_size(joint: int, players: int, states: int, draws: int) -> None:
    """Refuse a game over `SIZE_BOUND` before it is built, with its count."""
    total = joint * (players + states) * draws
    if total > SIZE_BOUND:
        raise TooLargeError(
            f"{joint:,} joint actions x ({players} players + {states} states) x {draws:,} draws "
            f"= {total:,} numbers",
            where="stochastic game",
            allowed=f"{SIZE_BOUND:,}",
            remedy="merge states or actions, or take fewer draws at once",
        )


def repeated(stage: Any, discount: Any) -> StochasticGame:
    """The game with one state in which ``stage``, a strategic game, is played for ever."""
    chances = np.empty((*stage.shape, 1), dtype=object)
    chances[...] = Fraction(1)
    return StochasticGame(
        stage.players,
        ("stage",),
        {"stage": stage.strategies},
        {"stage": stage.payoffs},
        {"stage": chances if stage.exact else chances.astype(float)},
        discount,
        "stage",
        stage.title,
    )


def is_zero_sum(game: StochasticGame) -> bool:
    """Two players with one discount factor whose payoffs sum to zero in every cell."""
    if len(game.players) != 2 or game.draws or len(set(game.discount.values())) != 1:
        return False
    return all(np.all(array.sum(0) == 0) for array in game.payoffs.values())
