"""Expected utilities of challenges between parties on one issue, for all draws at once.

Notation of Bueno de Mesquita (1985, APSR 79:156-177; 1994, ch. 4 of European Community Decision
Making) as laid open by Scholz, Calbert and Smith (2011, J. Theoretical Politics 23:510-531): x
positions, R the range of the issue, c capability, s salience, r risk exponent, mu the reference
outcome. With d = |x_i - x_j| / R,

    U_success = 2 - 4 (1/2 - d/2)^r_i           U_failure = 2 - 4 (1/2 + d/2)^r_i
    U_better  = 2 - 4 (1/2 - e/4)^r_i           U_worse   = 2 - 4 (1/2 + e/4)^r_i
    U_stay    = 2 - 4 (1/2)^r_i                 e = (|x_i - mu| + |x_i - x_j|) / R

    E_ij = s_j (p_ij U_success + (1 - p_ij) U_failure) + (1 - s_j) U_success
           - Q U_stay - (1 - Q) (T U_better + (1 - T) U_worse)

    R_i = (2 sum_j E_ji - max_k sum_j E_jk - min_k sum_j E_jk) / (max - min),
    r_i = (1 - R_i/3) / (1 + R_i/3)

with r = 1 in the sums of the last line, so that 1/2 <= r <= 2.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from negotiate import tolerance

Array = npt.NDArray[Any]

STAY, LOSE, COMPROMISE, YIELD = range(4)
"""What a party does in a round: nothing, lose a confrontation, meet part of the way, give way."""


class Votes(NamedTuple):
    """Support in each contest: ``favour[..., i, j]`` for i's position over j's, and both sides'."""

    favour: Array
    against: Array


def votes(position: Array, weight: Array, width: Array) -> Votes:
    """Capability times salience times how much nearer one position is than the other.

    Parameters
    ----------
    position, weight
        ``(..., n)``; weight 0 where a party has no position.
    width
        ``(...)`` range of the issue.
    """
    distance = np.abs(position[..., :, None] - position[..., None, :]) / width[..., None, None]
    # vote of k for i over j: c_k s_k (|x_k - x_j| - |x_k - x_i|) / R
    vote = weight[..., :, None, None] * (distance[..., :, None, :] - distance[..., :, :, None])
    return Votes(np.maximum(vote, 0).sum(axis=-3), np.maximum(-vote, 0).sum(axis=-3))


def supporters(favour: Array, against: Array) -> Array:
    """Share of the votes cast that are for i (Bueno de Mesquita): p_ij + p_ji = 1."""
    return _ratio(favour, favour + against)


def net(favour: Array, against: Array) -> Array:
    """Votes for i less those for j, where positive, over the votes cast (Masad's replication)."""
    return _ratio(np.maximum(favour - against, 0), favour + against)


def all_contests(favour: Array, against: Array) -> Array:
    """Votes for i over the votes cast in all contests together (the code of Scholz et al.)."""
    every = (favour + against).sum(axis=(-1, -2), keepdims=True)
    return _ratio(favour, np.broadcast_to(every, favour.shape))


def _ratio(part: Array, whole: Array) -> Array:
    out = np.zeros(np.broadcast_shapes(part.shape, whole.shape))
    np.divide(part, whole, out=out, where=whole > 0)
    return out


def expected_utility(
    position: Array,
    salience: Array,
    probability: Array,
    risk: Array,
    *,
    width: Array,
    reference: Array,
    stay: float,
    better: float,
) -> Array:
    """E_ij, what i expects from challenging j rather than letting things be: ``(..., n, n)``.

    Parameters
    ----------
    position, salience, risk
        ``(..., n)``.
    probability
        ``(..., n, n)`` that i wins against j.
    width, reference
        ``(...)`` range of the issue, reference outcome mu.
    stay, better
        Q and T.
    """
    wide = width[..., None, None]
    apart = np.abs(position[..., :, None] - position[..., None, :]) / wide
    power = risk[..., :, None]
    win = 2 - 4 * (0.5 - 0.5 * apart) ** power
    lose = 2 - 4 * (0.5 + 0.5 * apart) ** power
    resisted = salience[..., None, :]
    challenge = resisted * (probability * win + (1 - probability) * lose) + (1 - resisted) * win
    quiet = np.broadcast_to(stay * (2 - 4 * 0.5**power), challenge.shape)
    if stay < 1:
        away = np.abs(position - reference[..., None])[..., :, None] / wide
        half = np.clip((away + apart) / 4, 0, 0.5)
        gain, loss = 2 - 4 * (0.5 - half) ** power, 2 - 4 * (0.5 + half) ** power
        quiet = quiet + (1 - stay) * (better * gain + (1 - better) * loss)
    out: Array = challenge - quiet
    return out


def risk_exponents(expected: Array, present: Array) -> Array:
    """Risk exponents from the expected utilities of others' challenges; 1 where all are alike.

    Parameters
    ----------
    expected
        E_ij at r = 1, ``(..., n, n)``.
    present
        ``(..., n)`` parties that have a position.
    """
    others = present[..., :, None] & ~np.eye(expected.shape[-1], dtype=bool)
    danger = np.where(others, expected, 0.0).sum(axis=-2)  # sum_j E_ji
    top = np.where(present, danger, -np.inf).max(axis=-1, keepdims=True)
    low = np.where(present, danger, np.inf).min(axis=-1, keepdims=True)
    spread = top - low
    flat = spread <= tolerance.TIE * np.maximum(np.abs(top), np.abs(low))
    relative = (2 * danger - top - low) / np.where(flat, 1.0, spread)
    exponent = (1 - relative / 3) / (1 + relative / 3)
    return np.where(flat | ~present, 1.0, exponent)


class Offers(NamedTuple):
    """What each challenge would make its target do: ``move[..., i, j]`` of j, and the kind."""

    move: Array
    kind: Array


def offers(position: Array, expected: Array, present: Array) -> Offers:
    """Challenges and their outcomes (1994, figure 4.2; Scholz et al., section 6).

    i challenges j where E_ij > 0. If E_ji > 0 too they confront each other and the one that expects
    less moves all the way; if E_ji < 0 and |E_ji| < E_ij, j moves |E_ji| / E_ij of the way (a
    compromise); if |E_ji| >= E_ij, j gives way entirely.
    """
    theirs = expected.swapaxes(-1, -2)  # E_ji at [i, j]
    way = position[..., :, None] - position[..., None, :]  # from j to i
    both = present[..., :, None] & present[..., None, :] & (way != 0)
    least = tolerance.UTILITY
    challenge = both & (expected > least)
    loses = challenge & (theirs > least) & (expected > theirs + least)
    meets = challenge & (theirs < -least) & (-theirs < expected)
    yields = challenge & (theirs < -least) & ~meets
    part = np.zeros_like(way)
    np.divide(-theirs, expected, out=part, where=meets)
    move = np.where(meets, part * way, np.where(loses | yields, way, 0.0))
    kind = np.select([loses, meets, yields], [LOSE, COMPROMISE, YIELD], STAY)
    return Offers(move, kind)


def least_move(offer: Offers, expected: Array) -> Array:
    """Index i of the offer that j takes: the one that moves it least; -1 for none."""
    return _chosen(offer, np.abs(offer.move))


def strongest(offer: Offers, expected: Array) -> Array:
    """Index i of the offer that j takes: of the challenger that expects most; -1 for none."""
    return _chosen(offer, -expected)


def _chosen(offer: Offers, loss: Array) -> Array:
    loss = np.where(offer.kind == STAY, np.inf, loss)
    near = loss <= loss.min(axis=-2, keepdims=True) + tolerance.UTILITY
    best = near.argmax(axis=-2)
    found = (offer.kind != STAY).any(axis=-2)
    return np.where(found, best, -1)
