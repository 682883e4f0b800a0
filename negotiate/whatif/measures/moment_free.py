"""Moment-free sensitivity from given data: Borgonovo's delta and PAWN.

Both compare the distribution of Y with its distribution given X_k, so they see what variance does
not: skewed outputs, tails, labels of outcomes.

    delta_k = 1/2 E_X [ integral |f_Y(y) - f_Y|X(y)| dy ]
    PAWN_k  = median over classes of X_k of sup_y |F_Y(y) - F_Y|X(y)|

Delta is unchanged by monotone changes of Y, so Y is replaced by its ranks and both densities are
histograms of equally likely bins (Plischke, Borgonovo and Smith 2013,
doi:10.1016/j.ejor.2012.11.047; Borgonovo 2007, doi:10.1016/j.ress.2006.04.015). Noise makes the
plain estimate too large: a gap d seen with error s has mean E|d + s Z| > |d|. The gaps are shrunk
by the common factor that explains the plain estimate, zero if noise alone does. PAWN: Pianosi and
Wagener (2018), doi:10.1016/j.envsoft.2018.07.019.

>>> x = np.linspace(0, 1, 2000)
>>> float(pawn(x, x, classes=10)[0].round(2)) > 0.4
True
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate.numbers.sampling import generator

Floats = NDArray[np.float64]


def classes_of(x: NDArray[Any], count: int) -> NDArray[np.int64]:
    """Class of each value: values of a discrete quantity, else ``count`` equally likely bins."""
    distinct, inverse = np.unique(x, return_inverse=True)
    if len(distinct) <= count or x.dtype.kind not in "fiu":
        return np.asarray(inverse, np.int64)
    ranks = np.empty(len(x), np.int64)
    ranks[np.argsort(x, kind="stable")] = np.arange(len(x))
    return ranks * count // len(x)


def _ranks(y: Floats) -> Floats:
    """Mid-ranks in (0, 1), equal for equal values."""
    _, inverse, counts = np.unique(y, return_inverse=True, return_counts=True)
    below = np.cumsum(counts) - counts
    return np.asarray((below[inverse] + 0.5 * counts[inverse]) / len(y))


def _gaps(counts: Floats) -> tuple[Floats, Floats]:
    """|p(m | k) - p(m)| weighted by the class shares, and its standard error if there is none."""
    rows = counts.sum(-1, keepdims=True)
    total = counts.sum((-1, -2), keepdims=True)
    mix = counts.sum(-2, keepdims=True) / total
    gap = np.abs(counts / np.maximum(rows, 1) - mix) * rows / total
    noise = np.sqrt(mix * (1 - mix) * np.maximum(1 / np.maximum(rows, 1) - 1 / total, 0))
    return gap, noise * rows / total


def _folded(d: Floats, s: Floats) -> Floats:
    """E |d + s Z| for standard normal Z (Leone, Nelson and Nottingham 1961)."""
    from scipy.special import ndtr

    s = np.maximum(s, np.finfo(float).tiny)
    ratio = d / s
    return np.asarray(s * np.sqrt(2 / np.pi) * np.exp(-0.5 * ratio**2) + d * (1 - 2 * ndtr(-ratio)))


def _shrunk(gap: Floats, noise: Floats) -> float:
    """Half the sum of the gaps, shrunk by the factor that explains their sum with noise."""
    seen = gap.sum()
    low, high = 0.0, 1.0
    if _folded(0 * gap, noise).sum() >= seen:
        return 0.0
    for _ in range(40):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if _folded(middle * gap, noise).sum() < seen else (low, middle)
    return float(0.5 * low * seen)


def borgonovo(
    x: NDArray[Any], y: Floats, *, copies: int = 100, seed: int = 0
) -> tuple[float, float]:
    """Delta of one factor and its standard error.

    Parameters
    ----------
    x, y
        Values of the factor and of the output, ``(n,)``.
    copies
        Bootstrap copies behind the error.
    """
    rows = len(y)
    classes = max(4, min(48, round(rows ** (1 / 3))))
    bins = classes
    own = classes_of(x, classes)
    ranks = _ranks(y)
    column = np.minimum((ranks * bins).astype(np.int64), bins - 1)
    width = int(own.max()) + 1
    counts = np.bincount(own * bins + column, minlength=width * bins).reshape(width, bins)
    rng = generator(seed, 4)
    again = rng.multinomial(rows, counts.ravel() / rows, size=copies).reshape(copies, width, bins)
    spread = 0.5 * _gaps(again.astype(float))[0].sum((-1, -2))
    return _shrunk(*_gaps(counts.astype(float))), float(spread.std())


def kolmogorov(
    x: NDArray[Any], y: Floats, *, classes: int = 10
) -> tuple[Floats, NDArray[np.int64]]:
    """Kolmogorov-Smirnov distance of Y given each class of X from Y, and the class sizes."""
    own = classes_of(x, classes)
    order = np.argsort(y, kind="stable")
    ends = np.append(np.nonzero(np.diff(y[order]))[0], len(y) - 1)
    overall = (ends + 1) / len(y)
    distances, sizes = [], []
    for index in range(int(own.max()) + 1):
        member = np.cumsum(own[order] == index)
        sizes.append(int(member[-1]))
        distances.append(float(np.abs(member[ends] / max(member[-1], 1) - overall).max()))
    return np.asarray(distances), np.asarray(sizes)


def pawn(x: NDArray[Any], y: Floats, *, classes: int = 10) -> tuple[Any, Any]:
    """Median and largest distance over classes."""
    distances, _ = kolmogorov(x, y, classes=classes)
    return np.median(distances), distances.max()


def pawn_noise(rows: int, *, classes: int = 10) -> float:
    """Distance that pure noise would show: 95 % point of Kolmogorov's statistic of a class.

    1.358 sqrt((1 - 1/c) / n_c), the asymptotic value for a class against the whole of which it is
    a part (Massey 1951, doi:10.1080/01621459.1951.10500769, table 1).
    """
    size = max(rows / classes, 1.0)
    return float(1.358 * np.sqrt((1 - 1 / classes) / size))
