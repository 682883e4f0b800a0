r"""All perfect Bayesian equilibria of a finite signalling game, exactly.

Types t with prior p, messages m, responses r(m). The sender of type t gets u(t, m, r), the
receiver v(t, m, r). A strategy pair (sigma, rho) with beliefs mu is a perfect Bayesian equilibrium
if each type sends only messages of highest payoff, each response used is best against mu(. | m),
and mu follows from Bayes' rule at every message sent.

Fix the support of each type and, per message, the set B of responses allowed. Then the conditions
on rho (sender indifference) and on sigma (B best at the posterior, which is linear in sigma once
multiplied by the chance of the message) separate, and each is a polytope: the equilibria are a
finite union of products of polytopes, found through their extreme points. A message not sent asks
only that its response deters: there is a mixture over a best-reply set that no type prefers to its
equilibrium payoff, which is again a set of half-spaces on those payoffs. Nothing is assumed about
the number of types or about degeneracy.

Source: Cho and Kreps (1987), QJE 102:179-221; the decomposition is the one of Vorob'ev and Kuhn
for bimatrix games, carried to beliefs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import chain, combinations, product

from negotiate.errors import TooLargeError
from negotiate.numbers.exact_polytope import Affine, Vector, cut

Table = Sequence[Sequence[Sequence[Fraction]]]
"""Payoffs [type][message][response]."""

MAX_CASES = 60_000
MAX_RESPONSES = 8


@dataclass(frozen=True)
class Outcome:
    """What happens on the path: sigma[type][message], and rho of each message sent."""

    sender: tuple[Vector, ...]
    receiver: tuple[Vector | None, ...]
    payoffs: Vector


@dataclass(frozen=True)
class Replies:
    """A set of responses that are all best on ``cell`` (extreme beliefs), and nowhere beaten."""

    best: tuple[int, ...]
    cell: tuple[Vector, ...]


@dataclass(frozen=True)
class Game:
    """Tables of one signalling game in fractions."""

    prior: Vector
    sender: Table
    receiver: Table

    @property
    def types(self) -> range:
        """Type indices."""
        return range(len(self.prior))

    @property
    def messages(self) -> range:
        """Message indices."""
        return range(len(self.sender[0]))

    def responses(self, message: int) -> range:
        """Response indices at a message."""
        return range(len(self.sender[0][message]))

    @cached_property
    def _replies(self) -> dict[tuple[int, tuple[int, ...]], tuple[Replies, ...]]:
        return {}

    def replies(self, message: int, types: tuple[int, ...]) -> tuple[Replies, ...]:
        """Every best-reply set that occurs for some belief on ``types``, with its closed cell."""
        key = (message, types)
        if key not in self._replies:
            self._replies[key] = tuple(self._find_replies(message, types))
        return self._replies[key]

    def _find_replies(self, message: int, types: tuple[int, ...]) -> Iterator[Replies]:
        responses = self.responses(message)
        if len(responses) > MAX_RESPONSES:
            raise TooLargeError(
                f"{len(responses)} responses at one message",
                where="signalling game",
                allowed=f"at most {MAX_RESPONSES}",
            )
        for best in subsets(responses):
            lines = [self.advantage(message, best[0], other) for other in responses]
            vertices = cut(
                [types],
                len(self.prior),
                equal=[(lines[r], 0) for r in best[1:]],
                at_least=[(lines[r], 0) for r in responses if r not in best],
            )
            if vertices and self.best_at(message, mean(vertices)) == best:
                yield Replies(best, vertices)

    def advantage(self, message: int, response: int, other: int) -> Vector:
        """v(., m, response) - v(., m, other), over types."""
        return tuple(
            self.receiver[t][message][response] - self.receiver[t][message][other]
            for t in self.types
        )

    def best_at(self, message: int, belief: Vector) -> tuple[int, ...]:
        """Best responses at a belief."""
        worth = [
            sum((belief[t] * self.receiver[t][message][r] for t in self.types), Fraction(0))
            for r in self.responses(message)
        ]
        return tuple(r for r in self.responses(message) if worth[r] == max(worth))

    def maximal(self, message: int, types: tuple[int, ...]) -> tuple[Replies, ...]:
        """Best-reply sets that no other one contains."""
        found = self.replies(message, types)
        return tuple(
            one for one in found if not any(set(one.best) < set(other.best) for other in found)
        )

    def deterrence(
        self, message: int, best: tuple[int, ...]
    ) -> tuple[tuple[Vector, Fraction], ...]:
        """Half-spaces (weights, level): weights . u >= level iff a mixture over ``best`` deters.

        By the separation theorem the set of payoff vectors u that weakly dominate some mixture is
        cut out by the weights w on types with w . u >= min over r of w . u(., m, r).
        """
        count = len(self.prior)
        columns = [tuple(self.sender[t][message][r] for t in self.types) for r in best]
        low = min(min(column) for column in columns) - 1
        high = max(max(column) for column in columns) + 1
        # level = low + share * (high - low), the share being one side of a simplex of its own.
        size = count + 2
        cuts: list[Affine] = [((*column, low - high, 0), -low) for column in columns]
        corners = cut([tuple(range(count)), (count, count + 1)], size, equal=[], at_least=cuts)
        return tuple(
            (corner[:count], low + corner[count] * (high - low))
            for corner in corners
            if corner[count] > 0
        )


def subsets(items: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Non-empty subsets, small ones first."""
    return chain.from_iterable(combinations(items, k) for k in range(1, len(items) + 1))


def mean(vectors: Sequence[Vector]) -> Vector:
    """Mean of vectors: a point of the relative interior of their hull."""
    return tuple(sum(column, Fraction(0)) / len(vectors) for column in zip(*vectors))


def equilibria(game: Game) -> tuple[tuple[Outcome, ...], tuple[frozenset[Outcome], ...]]:
    """Every equilibrium outcome (extreme points), and the convex pieces they span.

    Returns
    -------
    outcomes
        Extreme points of the pieces, without repetition.
    pieces
        Sets of outcomes that are extreme points of one product of polytopes.
    """
    supports = list(product(subsets(game.messages), repeat=len(game.prior)))
    cases = list(_cases(game, supports))
    pieces: set[frozenset[Outcome]] = set()
    for support, chosen, off in cases:
        piece = _piece(game, support, chosen, off)
        if piece:
            pieces.add(piece)
    maximal = [p for p in pieces if not any(p < q for q in pieces)]
    outcomes = sorted(set().union(*maximal) if maximal else set(), key=_order)
    return tuple(outcomes), tuple(sorted(maximal, key=lambda p: sorted(map(_order, p))))


def _order(outcome: Outcome) -> tuple[object, ...]:
    mixing = sum(0 < x < 1 for row in outcome.sender for x in row)
    rows = tuple(tuple(-x for x in row) for row in outcome.sender)
    replies = tuple(tuple(-x for x in (row or ())) for row in outcome.receiver)
    return (mixing, rows, replies)


Case = tuple[tuple[tuple[int, ...], ...], dict[int, tuple[int, ...]], dict[int, tuple[int, ...]]]


def _cases(game: Game, supports: list[tuple[tuple[int, ...], ...]]) -> Iterator[Case]:
    count = 0
    everyone = tuple(game.types)
    for support in supports:
        senders = {m: tuple(t for t in game.types if m in support[t]) for m in game.messages}
        sent = [m for m in game.messages if senders[m]]
        silent = [m for m in game.messages if not senders[m]]
        choices = [[r.best for r in game.replies(m, senders[m])] for m in sent]
        others = [[r.best for r in game.maximal(m, everyone)] for m in silent]
        for chosen in product(*choices):
            for off in product(*others):
                count += 1
                if count > MAX_CASES:
                    raise TooLargeError(
                        f"more than {MAX_CASES} combinations of supports and reply sets",
                        where="signalling game",
                        remedy="use `pure_outcomes`, or fewer types, messages or responses",
                    )
                yield support, dict(zip(sent, chosen)), dict(zip(silent, off))


def _piece(
    game: Game,
    support: tuple[tuple[int, ...], ...],
    chosen: dict[int, tuple[int, ...]],
    off: dict[int, tuple[int, ...]],
) -> frozenset[Outcome]:
    sigmas = _sender_corners(game, support, chosen)
    if not sigmas:
        return frozenset()
    return frozenset(
        Outcome(sigma, _only_sent(game, sigma, rho), _values(game, sigma, rho))
        for rho in _receiver_corners(game, support, chosen, off)
        for sigma in sigmas
    )


def _sender_corners(
    game: Game, support: tuple[tuple[int, ...], ...], chosen: dict[int, tuple[int, ...]]
) -> list[tuple[Vector, ...]]:
    width = len(game.messages)
    size = width * len(game.prior)
    equal: list[Affine] = []
    at_least: list[Affine] = []
    for message, best in chosen.items():
        for other in game.responses(message):
            if other == best[0]:
                continue
            row = [Fraction(0)] * size
            for t, gain in enumerate(game.advantage(message, best[0], other)):
                if message in support[t]:
                    row[t * width + message] = game.prior[t] * gain
            (equal if other in best else at_least).append((row, 0))
    blocks = [[t * width + m for m in support[t]] for t in game.types]
    corners = cut(blocks, size, equal=equal, at_least=at_least)
    return [tuple(c[t * width : (t + 1) * width] for t in game.types) for c in corners]


def _receiver_corners(
    game: Game,
    support: tuple[tuple[int, ...], ...],
    chosen: dict[int, tuple[int, ...]],
    off: dict[int, tuple[int, ...]],
) -> list[dict[int, Vector]]:
    start: dict[int, int] = {}
    size = 0
    for message in chosen:
        start[message] = size
        size += len(game.responses(message))

    def worth(t: int, message: int) -> list[Fraction]:
        row = [Fraction(0)] * size
        for r in chosen[message]:
            row[start[message] + r] = game.sender[t][message][r]
        return row

    equal: list[Affine] = []
    at_least: list[Affine] = []
    home = [worth(t, support[t][0]) for t in game.types]
    for t in game.types:
        for message in chosen:
            gap = [a - b for a, b in zip(home[t], worth(t, message))]
            if message in support[t][1:]:
                equal.append((gap, 0))
            elif message not in support[t]:
                at_least.append((gap, 0))
    for message, best in off.items():
        for weights, level in game.deterrence(message, best):
            mixed = [
                sum((w * row[k] for w, row in zip(weights, home)), Fraction(0)) for k in range(size)
            ]
            at_least.append((mixed, -level))
    blocks = [[start[m] + r for r in best] for m, best in chosen.items()]
    corners = cut(blocks, size, equal=equal, at_least=at_least)
    return [{m: c[start[m] : start[m] + len(game.responses(m))] for m in chosen} for c in corners]


def _only_sent(
    game: Game, sigma: tuple[Vector, ...], rho: dict[int, Vector]
) -> tuple[Vector | None, ...]:
    # At a corner of sigma a message of the support may have probability zero: then it is not sent.
    return tuple(rho[m] if any(row[m] > 0 for row in sigma) else None for m in game.messages)


def _values(game: Game, sigma: tuple[Vector, ...], rho: dict[int, Vector]) -> Vector:
    out = []
    for t in game.types:
        message = next(m for m in game.messages if sigma[t][m] > 0)
        out.append(
            sum(
                (rho[message][r] * game.sender[t][message][r] for r in game.responses(message)),
                Fraction(0),
            )
        )
    return tuple(out)


def deterring(
    game: Game, payoffs: Vector, message: int
) -> tuple[tuple[Replies, tuple[Vector, ...]], ...]:
    """Reply sets at an unsent message that keep every type home, with the extreme mixtures."""
    found = []
    width = len(game.responses(message))
    for replies in game.replies(message, tuple(game.types)):
        corners = cut(
            [replies.best],
            width,
            equal=[],
            at_least=[([-x for x in game.sender[t][message]], payoffs[t]) for t in game.types],
        )
        if corners:
            found.append((replies, corners))
    return tuple(found)
