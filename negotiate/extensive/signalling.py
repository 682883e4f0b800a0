"""Signalling games: an informed sender, a message, a response.

Nature draws the sender's type t with probability p(t); the sender sends a message m; the receiver
sees m, not t, and responds with r. Payoffs u(t, m, r) to the sender and v(t, m, r) to the receiver
are tables. In a crisis the types are degrees of resolve, messages are demands or mobilisations,
responses are to concede or to resist.

Numbers are fractions for exact solutions (decimals are read as decimals: 0.1 is one tenth), or
arrays over draws for the signed margins of pure equilibria (`pure_margins`).

Source: Spence (1973), QJE 87:355-374; Cho and Kreps (1987), QJE 102:179-221 (beer and quiche).

>>> game = beer_quiche(Fraction(1, 10))
>>> margins = pure_margins(game)
>>> for name in (name for name, margin in margins.items() if margin >= 0):
...     print(name)
weak: beer, strong: beer | beer: no, quiche: duel
weak: quiche, strong: quiche | beer: duel, quiche: no
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

from negotiate.declare import Playable, game
from negotiate.errors import InputError, TooLargeError, UnknownNameError
from negotiate.extensive.arithmetic import signalling as kernel
from negotiate.extensive.arithmetic.signalling import Table
from negotiate.numbers.fractions import exact
from negotiate.tolerance import WEIGHT_SUM

KIND = "signalling"

Number = Any
MAX_PURE = 100_000


@game(
    "signalling",
    title="Signalling game",
    short="signalling",
    default=("perfect_bayesian",),
)
@dataclass(frozen=True)
class Signalling(Playable):
    """A signalling game by labels.

    Attributes
    ----------
    types, messages
        Labels, in order.
    responses
        Message to the labels of the responses open to the receiver there.
    prior
        Type to probability.
    sender_payoff, receiver_payoff
        ``[type][message][response]`` to a number, or to an array over draws.
    players
        Names of sender and receiver.
    """

    types: tuple[str, ...]
    messages: tuple[str, ...]
    responses: Mapping[str, tuple[str, ...]]
    prior: Mapping[str, Number]
    sender_payoff: Mapping[str, Mapping[str, Mapping[str, Number]]]
    receiver_payoff: Mapping[str, Mapping[str, Mapping[str, Number]]]
    players: tuple[str, str] = ("sender", "receiver")

    _view = "negotiate.extensive.views.signalling"

    def __post_init__(self) -> None:
        _need(self.types, "types")
        _need(self.messages, "messages")
        for name, table in (("sender", self.sender_payoff), ("receiver", self.receiver_payoff)):
            for t in self.types:
                for m in self.messages:
                    for r in self.responses[m]:
                        _look(table, (t, m, r), f"{name}_payoff")
        for t in self.types:
            if t not in self.prior:
                raise UnknownNameError("prior for type", t, tuple(self.prior))
        total = sum(self.prior[t] for t in self.types)
        if np.any(np.abs(np.asarray(total, dtype=float) - 1) > WEIGHT_SUM) or any(
            np.any(np.asarray(self.prior[t], dtype=float) < 0) for t in self.types
        ):
            raise InputError(
                f"the prior sums to {total}",
                where="signalling game",
                allowed="probabilities that sum to one",
            )

    def kernel(self) -> kernel.Game:
        """Tables in fractions for the exact kernel; types of prior zero are left out.

        A type that cannot occur sends nothing, but the receiver could still believe in it off the
        path; `Signalling` follows the usual definition and lets beliefs range over the support of
        the prior only.
        """
        live = self.live_types
        return kernel.Game(
            tuple(exact(self.prior[t]) for t in live),
            self._fractions(self.sender_payoff, live),
            self._fractions(self.receiver_payoff, live),
        )

    @property
    def live_types(self) -> tuple[str, ...]:
        """Types of positive prior."""
        return tuple(t for t in self.types if exact(self.prior[t]) > 0)

    def _fractions(self, table: Any, types: Sequence[str]) -> Table:
        return tuple(
            tuple(tuple(exact(table[t][m][r]) for r in self.responses[m]) for m in self.messages)
            for t in types
        )


def _need(labels: Sequence[str], what: str) -> None:
    if not labels or len(set(labels)) != len(labels):
        raise InputError(
            f"{what} are {list(labels)}",
            where="signalling game",
            allowed="one label or more, all distinct",
        )


def _look(table: Any, path: tuple[str, ...], where: str) -> Any:
    for depth, key in enumerate(path):
        if key not in table:
            raise UnknownNameError(
                "entry", key, tuple(table), where=f"{where} {list(path[:depth])}"
            )
        table = table[key]
    return table


def from_tables(
    prior: Mapping[str, Number],
    sender_payoff: Mapping[str, Any],
    receiver_payoff: Mapping[str, Any],
    *,
    players: tuple[str, str] = ("sender", "receiver"),
) -> Signalling:
    """Build a game from nested tables, labels read off the tables.

    ``receiver_payoff`` may leave out the message where the response alone matters:
    ``[type][response]``.
    """
    types = tuple(prior)
    _need(types, "types")
    for t in types:
        if t not in sender_payoff:
            raise UnknownNameError("type", t, tuple(sender_payoff), where="sender_payoff")
    first = sender_payoff[types[0]]
    messages = tuple(first)
    responses = {m: tuple(first[m]) for m in messages}
    full: dict[str, dict[str, Mapping[str, Number]]] = {}
    for t in types:
        if t not in receiver_payoff:
            raise UnknownNameError("type", t, tuple(receiver_payoff), where="receiver_payoff")
        row = receiver_payoff[t]
        by_message = all(isinstance(value, Mapping) for value in row.values())
        full[t] = {m: (row.get(m, {}) if by_message else row) for m in messages}
    return Signalling(types, messages, responses, dict(prior), sender_payoff, full, players)


def beer_quiche(weak: Number) -> Signalling:
    """Beer and quiche with prior ``weak`` on the weak type (Cho and Kreps 1987, figure I)."""
    breakfast = {"weak": {"beer": 0, "quiche": 1}, "strong": {"beer": 1, "quiche": 0}}
    sender = {
        t: {m: {"no": worth + 2, "duel": worth} for m, worth in row.items()}
        for t, row in breakfast.items()
    }
    receiver = {"weak": {"no": 0, "duel": 1}, "strong": {"no": 0, "duel": -1}}
    return from_tables({"weak": weak, "strong": 1 - weak}, sender, receiver)


Pure = tuple[dict[str, str], dict[str, str]]


def pure_profiles(game: Signalling) -> Iterator[Pure]:
    """Every pure strategy pair: type to message, message to response."""
    count = len(game.messages) ** len(game.types)
    for m in game.messages:
        count *= len(game.responses[m])
    if count > MAX_PURE:
        raise TooLargeError(
            f"{count} pure strategy pairs", where="signalling game", allowed=f"at most {MAX_PURE}"
        )
    for sent in product(game.messages, repeat=len(game.types)):
        for given in product(*(game.responses[m] for m in game.messages)):
            yield dict(zip(game.types, sent)), dict(zip(game.messages, given))


def pure_label(profile: Pure) -> str:
    """``type: message, ... | message: response, ...``."""
    return " | ".join(", ".join(f"{a}: {b}" for a, b in part.items()) for part in profile)


def pure_margins(game: Signalling) -> dict[str, Any]:
    """Signed margin of every pure strategy pair: non-negative exactly at an equilibrium.

    The least of: each type's gain of its message over any other; the receiver's expected gain of
    its response over any other at messages sent (times the chance of the message); at messages not
    sent, the same gain at the belief kindest to the response. Arrays over draws broadcast; a
    threshold of a swept quantity is a zero of a margin. Beliefs at unsent messages are taken
    over two types in closed form; games of more types need numbers, not arrays.
    """
    return {pure_label(p): pure_margin(game, p) for p in pure_profiles(game)}


def pure_margin(game: Signalling, profile: Pure) -> Any:
    """Signed margin of one pure strategy pair (see `pure_margins`)."""
    sent, given = profile
    terms: list[Any] = []
    for t in game.types:
        own = game.sender_payoff[t]
        here = own[sent[t]][given[sent[t]]]
        terms.extend(here - own[m][given[m]] for m in game.messages if m != sent[t])
    for m in game.messages:
        senders = [t for t in game.types if sent[t] == m]
        others = [r for r in game.responses[m] if r != given[m]]
        if not others:
            continue
        gains = {
            r: {
                t: game.receiver_payoff[t][m][given[m]] - game.receiver_payoff[t][m][r]
                for t in game.types
            }
            for r in others
        }
        if senders:
            terms.extend(sum(game.prior[t] * gain[t] for t in senders) for gain in gains.values())
        else:
            terms.append(_kindest(game, list(gains.values())))
    return _least(terms)


def _kindest(game: Signalling, gains: list[dict[str, Any]]) -> Any:
    """Max over beliefs of the least gain."""
    if len(game.types) == 1:
        return _least([gain[game.types[0]] for gain in gains])
    if len(game.types) > 2:
        return _kindest_many(game, gains)
    one, two = game.types
    candidates: list[Any] = [0, 1]
    for i, first in enumerate(gains):
        for second in gains[:i]:
            # Gains are linear in the belief b on type one; the maximin of linear functions lies
            # at an end or where two of them cross.
            slope = (first[one] - first[two]) - (second[one] - second[two])
            level = second[two] - first[two]
            candidates.append(_clip_ratio(level, slope))
    return -_least(
        [-_least([b * gain[one] + (1 - b) * gain[two] for gain in gains]) for b in candidates]
    )


def _clip_ratio(level: Any, slope: Any) -> Any:
    if _exact_number(level) and _exact_number(slope):
        return min(max(Fraction(level) / slope, Fraction(0)), Fraction(1)) if slope else Fraction(0)
    level, slope = np.broadcast_arrays(
        np.asarray(level, dtype=float), np.asarray(slope, dtype=float)
    )
    ratio = np.divide(level, slope, out=np.zeros(level.shape), where=slope != 0)
    return np.clip(ratio, 0, 1)


def _kindest_many(game: Signalling, gains: list[dict[str, Any]]) -> Any:
    from negotiate.numbers.exact_polytope import Affine, cut

    rows = [[exact(gain[t]) for t in game.types] for gain in gains]
    low = min(min(row) for row in rows) - 1
    high = max(max(row) for row in rows) + 1
    count = len(game.types)
    above: list[Affine] = [((*row, low - high, 0), -low) for row in rows]
    corners = cut([range(count), (count, count + 1)], count + 2, equal=[], at_least=above)
    return max(low + corner[count] * (high - low) for corner in corners)


def _exact_number(x: Any) -> bool:
    return isinstance(x, (int, Fraction))


def _least(terms: Sequence[Any]) -> Any:
    if not terms:
        return Fraction(0)
    if all(_exact_number(x) for x in terms):
        return min(terms)
    out = np.asarray(terms[0], dtype=float)
    for term in terms[1:]:
        out = np.minimum(out, np.asarray(term, dtype=float))
    return out
