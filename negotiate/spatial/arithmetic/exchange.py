"""Exchange of positions with equal gains, for all draws at once.

Notation: parties A, B; issues p, q; x positions at the start of a round, y voting positions during
it, s salience, w = s c weights, W_q = sum of w on q, mu_q the weighted mean of x on q. When A moves
by d on q, the expected outcome of q moves by d w_Aq / W_q. In an exchange A supplies q and demands
p, and B supplies p and demands q. If q shifts by dq (towards B) and p by dp (towards A) the gains

    A: s_Ap dp - s_Aq dq        B: s_Bq dq - s_Bp dp

are equal exactly if dp (s_Ap + s_Bp) = dq (s_Aq + s_Bq) = v, and the gain is then v H with

    H = (s_Ap s_Bq - s_Aq s_Bp) / ((s_Ap + s_Bp) (s_Aq + s_Bq)),

positive if A cares relatively more for p than B does. So each exchange takes v as large as both
sides' supplies allow, and the search for the best one is a maximum of min(U, U') H, where
U[A, B, q] is the largest shift of q that A can sell to B, times s_Aq + s_Bq.

What A can sell to B on q is bounded by A's way to B's position, and by what B still wants: its
distance from mu_q less the shift of q that it has bought in this round. Both only shrink, so gains
never rise: a queue of gains as they once were, brought up to date at its head, finds the largest.

Draws are played one after the other, since their exchanges differ in number and in kind; to play
them in lockstep was tried and took twice as long. With numba many draws are played compiled.
"""

from __future__ import annotations

from functools import cache
from heapq import heapify, heappop, heapreplace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from negotiate import tolerance

Array = npt.NDArray[Any]

CHUNK_BYTES = 2**26
"""Memory that the table of rates of one chunk of draws may take."""
MANY = 64
"""Draws from which on the compiled round is used, where there is one: compiling takes seconds."""


class Exchanges(NamedTuple):
    """Realised exchanges in their order, ``(..., S)``; -1 and 0 after a draw's last one.

    ``party`` moves on ``supply`` from ``start`` to ``end``, ``partner`` on ``demand`` from
    ``partner_start`` to ``partner_end``; both gain ``gain`` (salience times points of the scale).
    """

    party: Array
    supply: Array
    partner: Array
    demand: Array
    gain: Array
    start: Array
    end: Array
    partner_start: Array
    partner_end: Array


class Round(NamedTuple):
    """One round: positions before, voting positions after, outcomes expected before and after."""

    position: Array
    voting: Array
    expected: Array
    outcome: Array
    exchanges: Exchanges


def priorities(n: int, m: int, rng: np.random.Generator | None = None) -> Array:
    """Who goes first among exchanges with the same gain: ``(n, n, m, m)``, larger goes first.

    Without a generator the order of listing decides: the party listed first, then its partner,
    then the issue that the first supplies, then the issue that the partner supplies.
    """
    first, second = np.triu_indices(n, 1)
    count = len(first) * m * m
    order = (
        1 - np.arange(count, dtype=float) / max(count, 1)
        if rng is None
        else rng.permutation(count) / max(count, 1)
    )
    out = np.zeros((n, n, m, m))
    out[first, second] = order.reshape(-1, m, m)
    out[second, first] = out[first, second].swapaxes(-1, -2)
    return out


def exchange_round(position: Array, salience: Array, capability: Array, priority: Array) -> Round:
    """Exchanges of one round, best first, until no exchange has a gain.

    Parameters
    ----------
    position
        ``(..., n, m)`` on one common scale; NaN where a party has none.
    salience, capability
        ``(..., n, m)``, not negative; some weight on every issue.
    priority
        ``(n, n, m, m)`` from `priorities`; decides among gains that differ by less than
        ``tolerance.UTILITY``, relatively.

    Returns
    -------
    Round
    """
    shape = np.broadcast_shapes(position.shape, salience.shape, capability.shape)
    n, m = shape[-2:]
    flat = [
        np.ascontiguousarray(np.broadcast_to(array, shape), dtype=float).reshape(-1, n, m)
        for array in (position, salience, capability)
    ]
    size = max(1, CHUNK_BYTES // max(1, 8 * n * n * m * m))
    parts = [
        _round_of_chunk(flat[0][rows], flat[1][rows], flat[2][rows], priority)
        for rows in (slice(at, at + size) for at in range(0, flat[0].shape[0], size))
    ]
    lead = shape[:-2]
    steps = max(part.exchanges.party.shape[-1] for part in parts)
    logs = [
        np.concatenate(
            [_padded(part.exchanges[k], steps, -1 if k < 4 else 0) for part in parts]
        ).reshape(*lead, steps)
        for k in range(len(Exchanges._fields))
    ]
    positions, voting = (
        np.concatenate(column).reshape(*lead, n, m)
        for column in zip(*((part.position, part.voting) for part in parts), strict=True)
    )
    expected, outcome = (
        np.concatenate(column).reshape(*lead, m)
        for column in zip(*((part.expected, part.outcome) for part in parts), strict=True)
    )
    return Round(positions, voting, expected, outcome, Exchanges(*logs))


def exact_round(
    position: Array, salience: Array, capability: Array, has: Array, priority: Array
) -> Round:
    """One round in fractions, ``(n, m)``: the same steps, ties being exact.

    Parameters
    ----------
    position, salience, capability
        Arrays of fractions, 0 where ``has`` is false.
    has
        ``(n, m)`` who has a position.
    priority
        ``(n, n, m, m)`` from `priorities`.

    Returns
    -------
    Round
        Arrays of fractions.
    """
    w = salience * capability
    total = w.sum(axis=0)
    mu = (w * position).sum(axis=0) / total
    side = np.where(position <= mu, 1, -1).astype(object)
    opposed = (side[:, None] != side[None]) & has[:, None] & has[None]
    y = position.copy()
    log = _greedy(
        _candidates(salience, opposed, priority),
        position,
        y,
        side,
        w / total,
        np.abs(position - mu),
        0,
    )
    columns = np.array(log, dtype=object).reshape(-1, 9).T
    exchanges = Exchanges(*columns[:4].astype(int), *columns[4:])
    return Round(position, y, mu, (w * y).sum(axis=0) / total, exchanges)


def _padded(array: Array, steps: int, fill: int) -> Array:
    return np.pad(array, ((0, 0), (0, steps - array.shape[-1])), constant_values=fill)


def _round_of_chunk(position: Array, salience: Array, capability: Array, priority: Array) -> Round:
    has = ~np.isnan(position)
    x = np.where(has, position, 0.0)
    s = np.where(has, salience, 0.0)
    w = s * capability
    total = w.sum(axis=-2)
    mu = (w * x).sum(axis=-2) / total
    influence = w / total[:, None, :]
    side = np.where(x <= mu[:, None, :], 1.0, -1.0)
    opposed = (side[:, :, None] != side[:, None]) & has[:, :, None] & has[:, None]
    y = x.copy()
    want = np.abs(x - mu[:, None, :])
    least = tolerance.TIE * np.ptp(x, axis=(-1, -2))
    compiled = _compiled() if len(x) >= MANY else None
    if compiled is None:
        logs = [
            np.array(
                _greedy(
                    _candidates(s[d], opposed[d], priority),
                    x[d],
                    y[d],
                    side[d],
                    influence[d],
                    want[d],
                    float(least[d]),
                )
            ).reshape(-1, 9)
            for d in range(len(x))
        ]
    else:
        room = np.zeros((len(x), compiled.bound(has), 9))
        counts = np.zeros(len(x), dtype=np.int64)
        compiled.rounds(
            x, y, s, side, side * influence, want.copy(), has, priority,
            tolerance.UTILITY, least, room, counts,
        )  # fmt: skip
        logs = [rows[:count] for rows, count in zip(room, counts, strict=True)]
    steps = max(len(log) for log in logs)
    columns = np.zeros((9, len(x), steps))
    columns[:4] = -1
    for draw, log in enumerate(logs):
        columns[:, draw, : len(log)] = log.T
    return Round(
        position,
        np.where(has, y, np.nan),
        mu,
        (w * y).sum(axis=-2) / total,
        Exchanges(*columns[:4].astype(int), *columns[4:]),
    )


@cache
def _compiled() -> Any:
    """The compiled round, or None where numba is not installed."""
    try:
        from negotiate.spatial.arithmetic import _exchange_numba
    except ImportError:
        return None
    return _exchange_numba


def _candidates(s: Array, opposed: Array, priority: Array) -> list[Array]:
    """Exchanges that can have a gain: parties, issues, joint saliences, rate of gain, its key.

    They come in the order in which ties are settled.

    Only pairs on opposite sides of both expected outcomes, and of the two orders only that in
    which each supplies what it cares for less than its partner does.
    """
    a, b, q, p = np.nonzero(
        np.triu(np.ones((len(s), len(s)), dtype=bool), 1)[:, :, None, None]
        & opposed[..., :, None]
        & opposed[..., None, :]
        & (s[:, None, None, :] * s[None, :, :, None] > s[:, None, :, None] * s[None, :, None, :])
    )
    joint_q, joint_p = s[a, q] + s[b, q], s[a, p] + s[b, p]
    rate = (s[a, p] * s[b, q] - s[a, q] * s[b, p]) / (joint_q * joint_p)
    first = priority[a, b, q, p]
    exact = s.dtype == object  # there a tie is a tie; floats closer than a billionth count as one
    key = rate if exact else rate * (1 + tolerance.UTILITY * first)
    order = np.argsort(-first, kind="stable")
    return [column[order] for column in (a, b, q, p, joint_q, joint_p, rate, key)]


def _volumes(candidates: list[Array], x: Array, y: Array, push: Array, wanted: Array) -> Array:
    """Largest joint volume of every candidate."""
    a, b, q, p, joint_q, joint_p = candidates[:6]
    sold = np.minimum((x[b, q] - y[a, q]) * push[a, q], wanted[b, q])
    bought = np.minimum((x[a, p] - y[b, p]) * push[b, p], wanted[a, p])
    out: Array = np.minimum(sold * joint_q, bought * joint_p)
    return out


def _greedy(
    candidates: list[Array],
    x: Array,
    y: Array,
    side: Array,
    influence: Array,
    wanted: Array,
    least: float,
) -> list[tuple[float, ...]]:
    """Realise the exchange with the largest gain until none is left; moves ``y`` in place.

    Gains never rise within a round, since what can be sold and what is still wanted only shrink.
    So a queue of gains as they once were gives the largest one: its head is brought up to date and
    realised if it still leads.
    """
    first = _volumes(candidates, x, y, side * influence, wanted)
    head = -first * candidates[-1]
    able = np.nonzero(-head > least)[0]
    queue = list(zip(head[able].tolist(), range(len(able)), strict=True))
    heapify(queue)
    a_of, b_of, q_of, p_of, joint_q, joint_p, rates, keys = (c[able].tolist() for c in candidates)
    m = x.shape[-1]
    goal, at, to, push, want = (array.ravel().tolist() for array in (x, y, side, influence, wanted))

    def volume(k: int) -> float:
        """Largest joint volume v of a candidate now; indices run over parties x issues."""
        aq, bq = a_of[k] * m + q_of[k], b_of[k] * m + q_of[k]
        ap, bp = a_of[k] * m + p_of[k], b_of[k] * m + p_of[k]
        sold = min(to[aq] * (goal[bq] - at[aq]) * push[aq], want[bq])
        bought = min(to[bp] * (goal[ap] - at[bp]) * push[bp], want[ap])
        found: float = min(sold * joint_q[k], bought * joint_p[k])
        return found

    log: list[tuple[float, ...]] = []
    while queue:
        before, k = queue[0]
        v = volume(k)
        now = -v * keys[k]
        if -now <= least:
            heappop(queue)
            continue
        if now > before:
            heapreplace(queue, (now, k))
            continue
        a, b, q, p = a_of[k], b_of[k], q_of[k], p_of[k]
        dq, dp = v / joint_q[k], v / joint_p[k]
        ends = []
        for mover, partner, issue, shift in ((a, b, q, dq), (b, a, p, dp)):
            here, there = mover * m + issue, partner * m + issue
            end = at[here] + to[here] * shift / push[here]
            if abs(end - goal[there]) <= least:
                end = goal[there]
            ends.append((at[here], end))
            at[here] = end
            want[there] = max(0 * shift, want[there] - shift)
        log.append((a, q, b, p, v * rates[k], *ends[0], *ends[1]))
    y[...] = np.reshape(at, y.shape)
    return log


def yielded(position: Array, voting: Array, salience: Array, *, fixed: Any, flexible: Any) -> Array:
    """Positions at the start of the next round.

    A share of each shift, ``fixed + flexible (1 - s)``, becomes part of the position: what a party
    cares for less it gives up sooner.
    """
    share = fixed + flexible * (1 - salience)
    out: Array = position + share * (voting - position)
    return out
