"""Scenario discovery: in which combinations of inputs does something happen?

`prim` finds one box after another (patient rule induction) with its whole peeling trajectory;
`tree` cuts the space into leaves (CART). A box is judged by

    coverage = hits in the box / all hits,    density = hits in the box / points in the box,
    support  = points in the box / all points,

and each of its limits by a quasi-p-value. Bryant and Lempert (2010),
doi:10.1016/j.techfore.2009.08.002; see `negotiate.whatif.measures.prim` and
`negotiate.whatif.measures.cart`.
Labels are inputs too: they enter by the numbers of their names in alphabetical order and are
written out as names.

>>> import numpy as np
>>> x = np.random.default_rng(1).random(5000), np.random.default_rng(2).random(5000)
>>> found = prim({"cost": x[0], "hazard": x[1]}, (x[0] > 0.7) & (x[1] < 0.5), what="the deal fails")
>>> [limit.path for limit in found.box().limits]
['cost', 'hazard']
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate.errors import InputError, NoSolutionError
from negotiate.whatif.measures import cart
from negotiate.whatif.measures import prim as kernel
from negotiate.whatif.questions.answer import Answer, Picture, listed, percent, shown
from negotiate.whatif.questions.condition import Condition, read
from negotiate.whatif.study.run import Study

Floats = NDArray[np.float64]
SIGNIFICANT = 0.05
"""Quasi-p-value above which a limit is called no more than chance."""


@dataclass(frozen=True)
class Limit:
    """What a box demands of one input.

    Attributes
    ----------
    path, low, high
        Input and its limits, infinite where free.
    place
        Limits on the input's own range, from 0 to 1, for drawing.
    quasi_p
        Quasi-p-values of the two limits, NaN where free.
    labels
        For an input of labels, those allowed.
    """

    path: str
    low: float
    high: float
    place: tuple[float, float]
    quasi_p: tuple[float, float] = (np.nan, np.nan)
    labels: tuple[str, ...] = ()

    def words(self) -> str:
        """The limit in words."""
        if self.labels:
            return f"{self.path} is {listed(self.labels, 'or')}"
        if np.isinf(self.low):
            return f"{self.path} is below {shown(self.high)}"
        if np.isinf(self.high):
            return f"{self.path} is above {shown(self.low)}"
        return f"{self.path} is between {shown(self.low)} and {shown(self.high)}"

    def ends(self) -> tuple[str, str]:
        """The two limits as text, empty where free."""
        return (
            "" if np.isinf(self.low) else f"above {shown(self.low)}",
            "" if np.isinf(self.high) else f"below {shown(self.high)}",
        )

    @property
    def significant(self) -> bool:
        """Whether one of its ends is more than chance; true where it was not tested."""
        tested = [p for p in self.quasi_p if not np.isnan(p)]
        return not tested or min(tested) <= SIGNIFICANT


@dataclass(frozen=True)
class Region(Answer):
    """A box and how good it is."""

    what: str
    limits: tuple[Limit, ...]
    coverage: float
    density: float
    support: float
    base_rate: float
    points: int
    notes: tuple[str, ...] = ()

    def records(self) -> list[dict[str, Any]]:
        """One row for each limited input."""
        return [
            {
                "input": limit.path,
                "low": limit.low,
                "high": limit.high,
                "quasi-p low": limit.quasi_p[0],
                "quasi-p high": limit.quasi_p[1],
                "labels": ", ".join(limit.labels),
            }
            for limit in self.limits
        ]

    def sentence(self) -> str:
        """The box in words, with coverage, density and support."""
        if not self.limits:
            return (
                f"No combination of inputs stands out: {self.what} in {percent(self.base_rate)} of "
                "draws wherever one looks."
            )
        strong = [limit for limit in self.limits if limit.significant] or list(self.limits)
        text = (
            f"{self.what} when {listed([limit.words() for limit in strong])}: there it is so in "
            f"{percent(self.density)} of draws (against {percent(self.base_rate)} overall), which "
            f"covers {percent(self.coverage)} of all such draws; {percent(self.support)} of draws "
            "lie there"
        )
        weak = [limit.path for limit in self.limits if limit not in strong]
        if weak:
            text += f". The limits on {listed(weak)} may be chance"
        return f"{text}."

    def picture(self) -> Picture:
        """Ranges of the limited inputs, each on its own range."""
        return Picture(
            "box",
            tuple(limit.path for limit in self.limits),
            tuple(1.0 for _ in self.limits),
            tuple(limit.place[0] for limit in self.limits),
            tuple(limit.place[1] for limit in self.limits),
            x_label="range of the input, from lowest to highest draw",
            ends=tuple(limit.ends() for limit in self.limits),
        )

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form with the quality of the box."""
        return super().to_dict() | {
            "coverage": self.coverage,
            "density": self.density,
            "support": self.support,
            "base rate": self.base_rate,
            "points": self.points,
        }


@dataclass(frozen=True)
class _Data:
    paths: tuple[str, ...]
    x: Floats
    y: NDArray[np.bool_]
    names: Mapping[str, tuple[str, ...]]
    what: str

    def limits(self, low: Floats, high: Floats, quasi: Floats | None = None) -> tuple[Limit, ...]:
        """Limits of the inputs that a box restricts."""
        out = []
        for j, path in enumerate(self.paths):
            if np.isinf(low[j]) and np.isinf(high[j]):
                continue
            column = self.x[:, j]
            first, last = float(column.min()), float(column.max())
            span = (last - first) or 1.0
            place = (max(low[j] - first, 0.0) / span, min(high[j] - first, last - first) / span)
            names = self.names.get(path, ())
            allowed = tuple(n for i, n in enumerate(names) if low[j] <= i <= high[j])
            p = (np.nan, np.nan) if quasi is None else (float(quasi[j, 0]), float(quasi[j, 1]))
            out.append(Limit(path, float(low[j]), float(high[j]), place, p, allowed))
        return tuple(out)

    def region(self, box: kernel.Box, quasi: Floats | None, notes: tuple[str, ...] = ()) -> Region:
        """A box with its quality."""
        hits = max(int(self.y.sum()), 1)
        return Region(
            self.what,
            self.limits(box.low, box.high, quasi),
            box.total / hits,
            box.mean,
            box.points / len(self.y),
            float(self.y.mean()),
            box.points,
            notes,
        )


def _data(inputs: Mapping[str, NDArray[Any]], happened: NDArray[Any], what: str) -> _Data:
    y = np.asarray(happened).astype(bool).ravel()
    columns, names = [], {}
    for path, values in inputs.items():
        column = np.asarray(values).ravel()
        if column.shape != y.shape:
            raise InputError(
                f"{path} has {len(column)} draws, the outcome {len(y)}",
                where="discovery",
                allowed="one value for each draw",
            )
        if column.dtype.kind in "USO":
            labels, column = np.unique(column.astype(str), return_inverse=True)
            names[path] = tuple(str(label) for label in labels)
        columns.append(np.asarray(column, float))
    if not columns:
        raise InputError("no input varies", where="discovery", remedy="give ranges")
    if not y.any() or y.all():
        raise NoSolutionError(
            f"{what} in {'all' if y.any() else 'none'} of {len(y):,} draws: no region to find",
            where="discovery",
            remedy="ask a condition that holds in some draws only",
        )
    return _Data(tuple(inputs), np.stack(columns, -1), y, names, what)


@dataclass(frozen=True)
class Discovery(Answer):
    """A peeling trajectory: boxes from everything to the densest.

    Attributes
    ----------
    what
        What happens, in words.
    path
        Boxes in order; `box` makes one of them readable.
    chosen
        The box shown: the one with the best harmonic mean of coverage and density.
    """

    what: str
    path: tuple[kernel.Box, ...]
    chosen: int
    data: _Data
    notes: tuple[str, ...] = ()

    @property
    def coverage(self) -> Floats:
        """Coverage of each box on the trajectory."""
        return np.array([box.total for box in self.path]) / float(self.data.y.sum())

    @property
    def density(self) -> Floats:
        """Density of each box."""
        return np.array([box.mean for box in self.path])

    @property
    def support(self) -> Floats:
        """Support of each box."""
        return np.array([box.points for box in self.path]) / len(self.data.y)

    def box(self, index: int | None = None) -> Region:
        """A box of the trajectory, by default the chosen one, with quasi-p-values."""
        box = self.path[self.chosen if index is None else index]
        quasi = kernel.quasi_p(self.data.x, self.data.y.astype(float), box)
        return self.data.region(box, quasi, self.notes).named(self.names)

    def at_coverage(self, least: float) -> Region:
        """The densest box with at least this coverage."""
        allowed = np.nonzero(self.coverage >= least)[0]
        return self.box(int(allowed[np.argmax(self.density[allowed])]))

    def records(self) -> list[dict[str, Any]]:
        """One row for each box of the trajectory."""
        return [
            {
                "box": i,
                "coverage": float(c),
                "density": float(d),
                "support": float(s),
                "limited inputs": int((np.isfinite(b.low) | np.isfinite(b.high)).sum()),
            }
            for i, (b, c, d, s) in enumerate(
                zip(self.path, self.coverage, self.density, self.support)
            )
        ]

    def sentence(self) -> str:
        """The chosen box in words."""
        return self.box().sentence()

    def picture(self) -> Picture:
        """Coverage against density along the trajectory is in the table; here the box."""
        return self.box().picture()

    def tradeoff(self) -> Picture:
        """Density over coverage along the trajectory; the chosen box is marked."""
        return Picture(
            "lines",
            ("density",),
            (self.density,),
            x=self.coverage,
            x_label="coverage: share of all such draws in the box",
            y_label="density: share of such draws in it",
            marks=(float(self.coverage[self.chosen]),),
            mark_words=(f"box {self.chosen}",),
        )

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form: the chosen box and the trajectory."""
        return self.box().to_dict() | {"answer": "prim", "trajectory": self.records()}


def prim(
    inputs: Mapping[str, NDArray[Any]],
    happened: NDArray[Any],
    *,
    what: str = "it happens",
    alpha: float = 0.05,
    mass_min: float = 0.05,
) -> Discovery:
    """Peeling trajectory of the box in which something happens most often.

    Parameters
    ----------
    inputs
        Path to values ``(D,)``.
    happened
        Whether it happened, ``(D,)``.
    what
        What happened, in words ("the deal fails").
    alpha, mass_min
        Share peeled off at each step; smallest share of draws in a box.
    """
    if not 0 < alpha < 0.5 or not 0 < mass_min < 1:
        raise InputError(
            f"alpha {alpha:g}, mass_min {mass_min:g}",
            where="PRIM",
            allowed="alpha above 0 and below 0.5, mass_min above 0 and below 1",
        )
    data = _data(inputs, happened, what)
    y = data.y.astype(float)
    path = kernel.peel(data.x, y, alpha=alpha, mass_min=mass_min)
    # beyond the densest box the trajectory only loses; slices are pasted back from there
    path = path[: 1 + max(range(len(path)), key=lambda i: path[i].mean)]
    path += kernel.paste(data.x, y, path[-1], alpha=alpha)
    cover = np.array([box.total for box in path]) / y.sum()
    dense = np.array([box.mean for box in path])
    return Discovery(what, tuple(path), int(np.argmax(2 * cover * dense / (cover + dense))), data)


def boxes(
    inputs: Mapping[str, NDArray[Any]],
    happened: NDArray[Any],
    *,
    what: str = "it happens",
    most: int = 3,
    alpha: float = 0.05,
    mass_min: float = 0.05,
) -> list[Discovery]:
    """One box after another: each is sought among the draws outside the boxes before.

    Stops after ``most`` boxes, or where the next is no denser than what happens anyway. Coverage
    and support of a later box refer to the draws that were left.
    """
    found: list[Discovery] = []
    left = np.ones(len(np.ravel(happened)), bool)
    whole = _data(inputs, happened, what)
    while len(found) < most and (whole.y & left).any() and not whole.y[left].all():
        part = {path: np.ravel(values)[left] for path, values in inputs.items()}
        answer = prim(part, whole.y[left], what=what, alpha=alpha, mass_min=mass_min)
        box = answer.path[answer.chosen]
        if box.mean <= whole.y.mean():
            break
        note = () if not found else (f"among the draws outside the {len(found)} boxes before",)
        found.append(replace(answer, notes=note))
        left &= ~kernel.inside(whole.x, box.low, box.high)
    return found


@dataclass(frozen=True)
class Tree(Answer):
    """Leaves of a classification tree, densest first."""

    what: str
    leaves: tuple[Region, ...]
    notes: tuple[str, ...] = ()

    def records(self) -> list[dict[str, Any]]:
        """One row for each leaf."""
        return [
            {
                "where": " and ".join(limit.words() for limit in leaf.limits) or "everywhere",
                "share": leaf.density,
                "coverage": leaf.coverage,
                "support": leaf.support,
            }
            for leaf in self.leaves
        ]

    def sentence(self) -> str:
        """The densest leaf in words."""
        return self.leaves[0].sentence()

    def picture(self) -> Picture:
        """Share of each leaf."""
        rows = self.records()
        return Picture(
            "bars",
            tuple(row["where"] for row in rows),
            tuple(row["share"] for row in rows),
            x_label=f"share of draws in which {self.what}",
        )


def tree(
    inputs: Mapping[str, NDArray[Any]],
    happened: NDArray[Any],
    *,
    what: str = "it happens",
    depth: int = 3,
    smallest: float = 0.02,
) -> Tree:
    """Classification tree of where something happens; parameters as in `prim`."""
    data = _data(inputs, happened, what)
    hits = data.y.sum()
    leaves = [
        Region(
            what,
            data.limits(leaf.low, leaf.high),
            leaf.share * leaf.points / hits,
            leaf.share,
            leaf.points / len(data.y),
            float(data.y.mean()),
            leaf.points,
        )
        for leaf in cart.grow(data.x, data.y, depth=depth, smallest=smallest)
    ]
    return Tree(what, tuple(sorted(leaves, key=lambda leaf: (-leaf.density, -leaf.support))))


def of_study(
    study: Study, metric: str, condition: str | Condition
) -> tuple[dict[str, NDArray[Any]], NDArray[np.bool_], str]:
    """Inputs, whether the condition holds, and what it says: the arguments of `prim` and `tree`.

    Failed draws are left out.
    """
    if "scenario" in study.dataset.dims:
        raise InputError("a study with scenarios", where="discovery", allowed="one scenario")
    condition = read(condition) if isinstance(condition, str) else condition
    good = study.dataset["failure"].values.ravel() == 0
    happened = condition.holds(study.metric(metric).ravel()[good])
    inputs = {path: values[good] for path, values in study.inputs().items()}
    return inputs, happened, f"{metric} {condition.text}"
