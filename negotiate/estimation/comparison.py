r"""Which of two models is closer to the truth? Tests that need no nesting.

For models 1 and 2 on the same rows let m_r = l_1r - l_2r, less the correction
(k_1 - k_2) log(n) / 2 spread over the rows (Schwarz; or (k_1 - k_2) of Akaike, or none).

* **Vuong**: z = sum m_r / (sd(m) sqrt n) is standard normal if both are equally close.
* **Clarke**: the number of rows with m_r > 0 is binomial (n, 1/2) if the median of m is zero; it
  needs no moments and is the more powerful where m has heavy tails.

Sources: Q. H. Vuong, Econometrica 57 (1989), 307-333; K. A. Clarke, Political Analysis 15 (2007),
347-363.

>>> comparison(np.array([-1.0, -1.2, -0.8]), np.array([-1.5, -1.0, -1.4]), 1, 1).better
'neither'
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, ndtr

from negotiate.errors import InputError

Array = NDArray[np.float64]
Correction = Literal["schwarz", "akaike", "none"]


@dataclass(frozen=True)
class Comparison:
    """Two models on the same rows.

    Attributes
    ----------
    difference
        Log-likelihood of the first less the second, corrected.
    z, p_value
        Vuong's statistic and its two-sided probability.
    ahead, rows
        Clarke's statistic: rows in which the first is ahead, of how many.
    clarke_p_value
        Its two-sided probability.
    correction
        Which correction for the number of parameters.
    """

    difference: float
    z: float
    p_value: float
    ahead: int
    rows: int
    clarke_p_value: float
    correction: str

    @property
    def better(self) -> str:
        """Which is nearer at five percent of Vuong's test: first, second or neither."""
        if not self.p_value < 0.05:
            return "neither"
        return "first" if self.z > 0 else "second"


def comparison(
    first: Array,
    second: Array,
    first_parameters: int,
    second_parameters: int,
    *,
    correction: Correction = "schwarz",
) -> Comparison:
    """Vuong's and Clarke's tests.

    Parameters
    ----------
    first, second
        (rows,) log-likelihoods of the rows under each model.
    first_parameters, second_parameters
        Free parameters.
    correction
        "schwarz", "akaike" or "none".

    Raises
    ------
    InputError
        Different rows.
    """
    if first.shape != second.shape:
        raise InputError(
            f"{len(first)} and {len(second)} rows",
            where="comparison",
            remedy="fit both models to the same rows",
        )
    rows = len(first)
    extra = first_parameters - second_parameters
    penalty = {"schwarz": 0.5 * extra * np.log(rows), "akaike": float(extra), "none": 0.0}
    if correction not in penalty:
        raise InputError(f"correction '{correction}'", allowed=", ".join(penalty))
    m = first - second - penalty[correction] / rows
    spread = float(m.std())
    z = float(m.sum() / (spread * np.sqrt(rows))) if spread > 0 else 0.0
    ahead = int((m > 0).sum())
    tail = float(bdtr(min(ahead, rows - ahead), rows, 0.5))
    return Comparison(
        float(m.sum()),
        z,
        2.0 * float(ndtr(-abs(z))),
        ahead,
        rows,
        min(1.0, 2.0 * tail),
        correction,
    )
