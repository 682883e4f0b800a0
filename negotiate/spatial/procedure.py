r"""Procedural forecasts: who may propose, who must agree, and what holds otherwise.

On one issue with single-peaked, symmetric preferences and status quo q, a party accepts y rather
than q iff :math:`|y - x_i| \le |q - x_i|`. Let :math:`v_i` be its votes and Q the share of votes
that a decision needs. For a rise from q the pivot is the highest level t with
:math:`\sum_{x_i \ge t} v_i \ge Q`; a rise to y passes iff :math:`(q + y)/2 \le t`, so up to
:math:`2t - q`. Falls mirror it.

``setter``
    One party makes a proposal that the others accept or reject: it asks for the acceptable level
    nearest to its own position (Romer and Rosenthal 1978, Public Choice 33:27-43).
``open``
    Anyone may amend: the status quo stays if it lies between the two pivots, else the outcome is
    the pivot nearest to it. With Q just over one half this is the median.

These are the building blocks of the procedural models of the European Union, which predicted worse
than the compromise in the tests of *The European Union Decides* (2006). Unanimity is ``quota = 1``.
Votes are one each, or the capabilities.

>>> from negotiate.spatial.positions import Scale, model
>>> m = model({"a": {"p": 20}, "b": {"p": 50}, "c": {"p": 90}}, scales=[Scale("p", status_quo=30)])
>>> procedure(m, setter="c")[0].terms        # b is pivotal: indifferent between 30 and 70
{'p': Fraction(70, 1)}
>>> procedure(m)[0].terms, procedure(m, quota=1)[0].terms
({'p': Fraction(50, 1)}, {'p': Fraction(30, 1)})
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from negotiate import tolerance
from negotiate.declare import concept
from negotiate.errors import InputError, NotApplicableError, UnknownNameError
from negotiate.numbers.fractions import exact as read_number
from negotiate.solution import Evidence, Point, Solution
from negotiate.spatial._forecast import forecast, plain
from negotiate.spatial._metrics import METRICS
from negotiate.spatial.positions import SpatialModel

Array = npt.NDArray[Any]

VOTES = ("one_each", "capability")
HALF = Fraction(1, 2)


@concept(
    "procedural",
    title="Procedural forecast: who proposes, who must agree, what holds otherwise",
    short="procedure",
    games=("spatial",),
    field="rational",
    metrics=METRICS,
)
def procedure(
    model: SpatialModel,
    *,
    setter: str | None = None,
    quota: Any = HALF,
    votes: str = "one_each",
) -> Solution:
    """The outcome under a procedure, issue by issue.

    Parameters
    ----------
    model
        Positions and status quo of every issue.
    setter
        The party that proposes; without one, proposals may be amended by anyone.
    quota
        Share of the votes that a decision needs; exactly one half means more than one half.
    votes
        ``one_each`` or ``capability``.

    Returns
    -------
    Solution
        One point; ``facts["pivots"]`` hold the two pivots of each issue.

    Raises
    ------
    NotApplicableError
        Where an issue has no status quo.
    InputError
        Where the setter has no position, or the quota is no share.
    """
    if votes not in VOTES:
        raise UnknownNameError("counting of votes", votes, VOTES, where="procedure")
    share = read_number(quota)
    if not HALF <= share <= 1:
        raise InputError(
            f"a quota of {float(share):g}",
            where="procedure",
            allowed="1/2 (more than one half) to 1 (unanimity)",
            remedy="with less, a proposal and its opposite could both pass",
        )
    missing = [issue.name for issue in model.issues if issue.status_quo is None]
    if missing:
        raise NotApplicableError(
            f"no status quo of {', '.join(missing)}",
            where="procedure",
            allowed="a status quo of every issue",
            remedy="give `status_quo`, or leave the issue out with `only`",
        )
    chair = None if setter is None else model.party(setter)
    without = (
        []
        if chair is None
        else [issue.name for k, issue in enumerate(model.issues) if not model.has[chair, k]]
    )
    if without:
        raise InputError(
            f"{setter} has no position on {', '.join(without)}",
            where="procedure",
            remedy="leave the issue out with `only`, or name another setter",
        )
    terms: dict[str, Any] = {}
    pivots: dict[str, Any] = {}
    for k, issue in enumerate(model.issues):
        x, v = model.position[..., k], _votes(model, k, votes)
        quo: Any = issue.status_quo
        if not model.is_exact or np.ndim(quo):
            quo = np.asarray(quo, dtype=float)
        low, high = _pivots(x, v, share, model.has[:, k])
        if chair is None:
            level = np.where(quo < low, low, np.where(quo > high, high, quo))
        else:
            # a rise passes up to 2 t - q with t the low pivot, a fall down to 2 t - q with the high
            want = model.position[..., chair, k]
            up, down = 2 * low - quo, 2 * high - quo
            up, down = np.where(up > quo, up, quo), np.where(down < quo, down, quo)
            level = np.where(
                want > quo,
                np.where(want < up, want, up),
                np.where(want > down, want, down),
            )
        terms[issue.name] = plain(level)
        pivots[issue.name] = (plain(low), plain(high))
    settings = {
        "procedure": "open" if setter is None else "setter",
        "quota": share,
        "votes": votes,
    } | ({} if setter is None else {"setter": setter})
    return forecast(
        model,
        "procedural",
        terms,
        exact=model.is_exact,
        facts={"pivots": pivots},
        settings=settings,
    )


def _votes(model: SpatialModel, k: int, votes: str) -> Array:
    table = model.capability[..., k]
    if votes == "one_each":
        table = 0 * table + (Fraction(1) if model.is_exact else 1.0)
    return np.where(model.has[:, k], table, 0 * table)


def _enough(count: Any, total: Any, share: Fraction) -> Any:
    """Whether votes suffice: at least the share, more than it where it is one half."""
    slack = 0 if isinstance(total, np.ndarray) and total.dtype == object else tolerance.WEIGHT_SUM
    if share == HALF:
        return 2 * count > total * (1 + slack)
    exact = share if slack == 0 else float(share)
    return count >= exact * total * (1 - slack)


def _pivots(x: Array, v: Array, share: Fraction, has: Array) -> tuple[Array, Array]:
    """The pivot for rises (lower) and that for falls (higher)."""
    total = v.sum(axis=-1, keepdims=True)
    order = np.argsort(x, axis=-1, kind="stable")
    level = np.take_along_axis(x, order, axis=-1)
    weight = np.take_along_axis(v, order, axis=-1)
    here = np.take_along_axis(np.broadcast_to(has, x.shape), order, axis=-1)
    upto = np.cumsum(weight, axis=-1)
    above = total - upto + weight
    rises, falls = _enough(above, total, share) & here, _enough(upto, total, share) & here
    last = x.shape[-1] - 1 - np.argmax(rises[..., ::-1], axis=-1)
    first = np.argmax(falls, axis=-1)
    low = np.take_along_axis(level, last[..., None], axis=-1)[..., 0]
    high = np.take_along_axis(level, first[..., None], axis=-1)[..., 0]
    return low, high


@procedure.checked_by
def holds(model: SpatialModel, point: Point) -> Evidence:
    """Whether the outcome passes against the status quo and no better proposal would.

    Votes are counted party by party. A setter must not gain by a level a thousandth of the scale
    nearer to its position that also passes; under amendments no level nearby may beat the outcome.
    The witness names the failing issue; the value is 1 where anything fails.
    """
    settings = point.facts["settings"]
    share, votes, setter = settings["quota"], settings["votes"], settings.get("setter")
    for k, issue in enumerate(model.issues):
        quo = float(np.asarray(issue.status_quo, dtype=float))
        step = float(issue.width) / 1000
        x = model.position[..., k].astype(float).reshape(-1, len(model.parties))
        v = _votes(model, k, votes).astype(float).reshape(x.shape)
        levels = np.broadcast_to(np.asarray(point.terms[issue.name], float), model.shape).reshape(
            -1
        )
        for row, level in enumerate(levels):
            here = model.has[:, k]

            def passes(
                new: float,
                old: float,
                row: int = row,
                here: Array = here,
                x: Array = x,
                v: Array = v,
            ) -> bool:
                near = np.abs(x[row] - new) <= np.abs(x[row] - old) + tolerance.UTILITY
                if new == old:
                    return True
                count = v[row][near & here].sum()
                return bool(_enough(np.float64(count), np.float64(v[row][here].sum()), share))

            why = ""
            if not passes(level, quo):
                why = "does not pass"
            elif setter is None:
                for other in (level - step, level + step):
                    strict = np.abs(x[row] - other) < np.abs(x[row] - level) - tolerance.UTILITY
                    count = np.float64(v[row][strict & here].sum())
                    if _enough(count, np.float64(v[row][here].sum()), share):
                        why = f"is beaten by {other:.4g}"
            else:
                want = x[row, model.party(setter)]
                nearer = level + np.sign(want - level) * min(step, abs(want - level))
                if abs(want - level) > tolerance.UTILITY * step and passes(nearer, quo):
                    why = f"{nearer:.4g} would pass too"
            if why:
                return Evidence(False, 1, "failures", f"{issue.name} at {level:.4g} {why}")
    return Evidence(True, 0, "failures")
