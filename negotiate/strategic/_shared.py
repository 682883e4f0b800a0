"""What the concepts of strategic games share: admission, arithmetic, points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

from negotiate.errors import InputError, NotApplicableError, TooLargeError
from negotiate.numbers import reading as numbers
from negotiate.solution import Evidence, Point
from negotiate.strategic.arithmetic import expected
from negotiate.strategic.game import StrategicGame
from negotiate.tolerance import REGRET


def admit(
    form: Any,
    concept: str,
    *,
    players: int | None = None,
    draws: bool = False,
    column: Any = None,
) -> StrategicGame:
    """The form as a strategic game on which the concept is defined, or `NotApplicableError`.

    A table of payoffs, with that of the other player in ``column`` or alone (zero-sum), is a game
    too, and so is a tree, by its reduced strategic form.
    """
    if isinstance(form, (list, tuple, np.ndarray)) or hasattr(form, "to_numpy"):
        form = from_tables(form, column)
    elif column is not None:
        raise InputError(
            "a second table beside a game", where=concept, allowed="a game, or two tables"
        )
    if hasattr(form, "to_reduced_strategic"):
        form = form.to_reduced_strategic()
    if not isinstance(form, StrategicGame):
        raise NotApplicableError(
            f"is a {type(form).__name__}", where=concept, allowed="a strategic game"
        )
    if players is not None and len(form.players) != players:
        raise NotApplicableError(
            f"the game has {len(form.players)} players", where=concept, allowed=f"{players} players"
        )
    if form.symbolic:
        raise NotApplicableError(
            "payoffs contain symbols",
            where=concept,
            allowed="numbers",
            remedy="give every quantity a value first",
        )
    if form.draws and not draws:
        raise NotApplicableError(
            f"the game has draw axes {form.draws}",
            where=concept,
            allowed="one game",
            remedy="take one with draw(index)",
        )
    return form


def from_tables(row: Any, column: Any = None) -> StrategicGame:
    """A two-player game from the payoffs of the row and of the column player, each ``(m, n)``."""
    first = numbers.table_array(row, "payoffs of the row player")
    if first.ndim != 2:
        raise InputError(
            f"has shape {first.shape}",
            where="payoffs of the row player",
            allowed="rows of numbers, (m, n); games of more players by strategic.game",
        )
    if column is None:
        return StrategicGame.from_arrays(
            [first, -StrategicGame.from_arrays([first, first]).payoffs[1]]
        )
    return StrategicGame.from_arrays([first, column])


def joined(labels: Sequence[str]) -> str:
    """Labels of a profile in one text; those that hold a comma are quoted, so that texts differ.

    >>> joined(["a", "b, c"]), joined(["a, b", "c"])
    ("a, 'b, c'", "'a, b', c")
    """
    return ", ".join(repr(s) if "," in s or s[:1] in "'\"" else s for s in labels)


def bounded(count: int, limit: int, what: str, concept: str, remedy: str) -> None:
    """Refuse more than ``limit`` of something before work starts."""
    if count > limit:
        raise TooLargeError(f"{count:,} {what}", where=concept, allowed=f"{limit:,}", remedy=remedy)


def as_given(game: StrategicGame, values: Any) -> Any:
    """Exact results of a float game as floats, those of an exact game as they are."""
    if game.exact:
        return values
    if isinstance(values, Mapping):
        return {key: as_given(game, value) for key, value in values.items()}
    if isinstance(values, (list, tuple)):
        return type(values)(as_given(game, value) for value in values)
    return float(values) if isinstance(values, Fraction) else values


def row(values: Sequence[Any]) -> Any:
    """A sequence of fractions as an object array."""
    out: Any = np.empty(len(values), dtype=object)
    out[:] = list(values)
    return out


def pure(game: StrategicGame, index: Sequence[int]) -> list[Any]:
    """A pure profile, by positions, as one array of probabilities per player."""
    return [
        row([Fraction(int(k == at)) for k in range(size)]) for at, size in zip(index, game.shape)
    ]


def profiles(game: StrategicGame) -> list[tuple[int, ...]]:
    """All pure profiles by position, the last player's strategy varying fastest."""
    return list(product(*(range(size) for size in game.shape)))


def names(game: StrategicGame, index: Sequence[int]) -> tuple[str, ...]:
    """Labels of a pure profile."""
    return tuple(game.strategies[p][k] for p, k in zip(game.players, index, strict=True))


def point(
    game: StrategicGame,
    mixed: Sequence[Any],
    *,
    label: str = "",
    marks: tuple[str, ...] = (),
    facts: Mapping[str, Any] | None = None,
) -> Point:
    """A mixed profile (fractions) as a point with payoffs and regret, in the game's arithmetic."""
    payoffs = game.fractions().payoffs if _fractional(mixed) else game.floats().payoffs
    values = expected.expected(payoffs, mixed)
    regret = expected.regrets(payoffs, mixed).max()
    return Point(
        payoffs=as_given(game, dict(zip(game.players, values.tolist(), strict=True))),
        strategies=as_given(game, game.named(mixed)),
        regret=as_given(game, regret),
        label=label or label_of(game, mixed),
        marks=marks,
        facts=as_given(game, dict(facts or {})),
    )


def _fractional(mixed: Sequence[Any]) -> bool:
    return all(isinstance(v, (int, Fraction)) for m in mixed for v in m)


def label_of(game: StrategicGame, mixed: Sequence[Any]) -> str:
    """Short name of a profile: its strategies, mixtures as "{A: 1/3, B: 2/3}"."""
    parts = []
    for player, weights in zip(game.players, mixed, strict=True):
        used = [(s, w) for s, w in zip(game.strategies[player], weights, strict=True) if w != 0]
        parts.append(
            joined([used[0][0]])
            if len(used) == 1
            else "{" + ", ".join(f"{joined([s])}: {_short(w)}" for s, w in used) + "}"
        )
    return ", ".join(parts)


def _short(weight: Any) -> str:
    return str(weight) if isinstance(weight, Fraction) else f"{float(weight):.4g}"


def mixed_of(game: StrategicGame, given: Point) -> list[Any]:
    """The profile of a point as arrays."""
    if not given.strategies:
        raise InputError("the point has no strategies", where=given.label or "point")
    return game.mixed(given.strategies)


def unit(game: StrategicGame) -> Any:
    """Slack for comparing payoffs: zero in fractions, in floats `tolerance.REGRET` x spread."""
    if game.exact:
        return 0
    spread = expected.spread(game.payoffs, len(game.players))
    return REGRET * max(float(spread.max()), 1e-300)


def nash_evidence(game: StrategicGame, given: Point) -> Evidence:
    """Regret of a point recomputed from the payoffs, with the player who could gain."""
    values = expected.regrets(game.payoffs, mixed_of(game, given))
    worst = int(np.argmax(values))
    value = values[worst]
    good = bool(value <= unit(game))
    return Evidence(
        good, value, "largest regret (payoff units)", "" if good else f"{game.players[worst]} gains"
    )
