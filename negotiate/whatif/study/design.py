"""Designs: which worlds a study looks at.

A design is a frozen description; ``values(space, start, stop)`` makes rows of it. Rows depend on
the design and the seed only, never on the chunking, so any worker may make any chunk.

- `Random`, `LatinHypercube`, `Sobol`: n joint draws of everything uncertain.
- `Grid`: every combination of given levels, the rest at base values (or at draws, see below).
- `OneAtATime`: each quantity over its levels in turn, the rest at base values (tornado, spider).
- `Saltelli`: rows for Sobol' indices: A, B and A with one factor from B.
- `Morris`: trajectories that move one factor at a time.
- `Explicit`: rows given as arrays.

>>> from negotiate.whatif.study.marginal import uniform
>>> space = Space({"x": uniform(0.0, 1.0), "y": uniform(0.0, 1.0)})
>>> Grid({"x": (0.0, 1.0), "y": (0.0, 0.5, 1.0)}).size(space)
6
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from negotiate.errors import InputError, TooLargeError
from negotiate.numbers import sampling
from negotiate.whatif.study.space import Space

Values = dict[str, NDArray[Any]]

MAX_ROWS = 100_000_000
"""Rows that a study takes without being told the size is meant."""


class Design(Protocol):
    """What a study asks of a design."""

    def size(self, space: Space) -> int:
        """Number of rows."""

    def values(self, space: Space, start: int, stop: int) -> Values:
        """Rows ``start`` to ``stop``, by path."""

    def describe(self) -> dict[str, Any]:
        """JSON-ready description; part of a study's hash."""

    def shape(self, space: Space) -> dict[str, Any]:
        """Dimension name to coordinates; their product is the size."""


def size_in_words(rows: int, columns: int) -> str:
    """How much memory so many draws of so many numbers are.

    >>> size_in_words(10**12, 10)
    '1,000,000,000,000 draws x 10 numbers are 72.8 TiB'
    """
    size = rows * max(columns, 1) * 8.0
    power = min(int(math.log(size, 1024)), 6)
    unit = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")[power]
    return f"{rows:,} draws x {columns} numbers are {size / 1024**power:,.1f} {unit}"


def check_size(rows: int, *, columns: int, confirmed_rows: int = 0) -> None:
    """Refuse an impossible number of rows, or a huge one that nobody confirmed.

    Parameters
    ----------
    rows
        Rows the design has.
    columns
        Numbers kept of each row, for the estimate of size.
    confirmed_rows
        The number of rows the caller says is meant; it must be at least ``rows``.
    """
    if rows < 1:
        raise InputError(
            f"a design with {rows} draws",
            where="study",
            allowed="at least 1",
            remedy="ask for draws, or solve the case once",
        )
    if rows > MAX_ROWS and confirmed_rows < rows:
        raise TooLargeError(
            size_in_words(rows, columns),
            where="study",
            allowed=f"{MAX_ROWS:,} draws unless confirmed",
            remedy=f"confirm with confirmed_rows={rows} and a folder for the parts, "
            "or ask for fewer draws",
        )


def _count(n: int) -> int:
    if not isinstance(n, (int, np.integer)) or isinstance(n, bool) or n < 1:
        raise InputError(f"{n!r} draws", where="design", allowed="a whole number from 1")
    return int(n)


@dataclass(frozen=True)
class Random:
    """Independent draws."""

    n: int
    seed: int = 0

    def __post_init__(self) -> None:
        _count(self.n)

    def size(self, space: Space) -> int:
        """Number of rows."""
        return self.n

    def points(self, space: Space, start: int, stop: int) -> NDArray[np.float64]:
        """Rows on the unit cube."""
        return sampling.random_points(start, stop, space.dimension, seed=self.seed)

    def values(self, space: Space, start: int, stop: int) -> Values:
        """Rows by path."""
        return space.values(self.points(space, start, stop))

    def shape(self, space: Space) -> dict[str, Any]:
        """One dimension, ``draw``."""
        return {"draw": np.arange(self.size(space))}

    def describe(self) -> dict[str, Any]:
        """JSON-ready description."""
        return {"design": type(self).__name__.lower(), "n": self.n, "seed": self.seed}


class LatinHypercube(Random):
    """Draws whose every column hits each of n equally likely strata once."""

    def points(self, space: Space, start: int, stop: int) -> NDArray[np.float64]:
        """Rows on the unit cube."""
        return sampling.latin_hypercube_points(
            start, stop, space.dimension, size=self.n, seed=self.seed
        )


class Sobol(Random):
    """Scrambled Sobol' sequence; balanced where n is a power of two."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.n > 2**30:
            raise TooLargeError(
                f"{self.n:,} rows of a Sobol' sequence",
                allowed=f"{2**30:,}",
                remedy="use a random design",
            )

    def points(self, space: Space, start: int, stop: int) -> NDArray[np.float64]:
        """Rows on the unit cube."""
        return sampling.sobol_points(start, stop, max(space.dimension, 1), seed=self.seed)


@dataclass(frozen=True)
class Saltelli:
    """Rows A_i, B_i and, for each factor k, A_i with factor k from B_i: n (k + 2) rows.

    Row ``i (k + 2) + m``: m = 0 is A, m = 1 is B, m = 2 + k is AB of factor k (Saltelli et al.
    2010, doi:10.1016/j.cpc.2009.09.018). A and B are columns of one Sobol' sequence.
    """

    n: int
    seed: int = 0

    def __post_init__(self) -> None:
        _count(self.n)

    def size(self, space: Space) -> int:
        """Number of rows, ``n (factors + 2)``."""
        return self.n * (len(space.factors) + 2)

    def base(self, space: Space, start: int, stop: int) -> tuple[Any, Any]:
        """Matrices A and B on the unit cube for base samples ``start`` to ``stop``."""
        width = space.dimension
        both = sampling.sobol_points(start, stop, 2 * width, seed=self.seed)
        return both[:, :width], both[:, width:]

    def values(self, space: Space, start: int, stop: int) -> Values:
        """Rows by path."""
        factors = space.factors
        per = len(factors) + 2
        first, last = start // per, -(-stop // per)
        a, b = self.base(space, first, last)
        # factors are independent, so A and B are made once and their values are exchanged
        left, right = space.values(a), space.values(b)
        owner = {m: name for name, group in space.groups.items() for m in group.members}
        out: Values = {}
        for path, value in left.items():
            rows = np.repeat(value[:, None], per, 1)
            rows[:, 1] = right[path]
            factor = owner.get(path, path)
            if factor in factors:
                rows[:, 2 + factors.index(factor)] = right[path]
            out[path] = rows.reshape(-1)[start - first * per : stop - first * per]
        return out

    def shape(self, space: Space) -> dict[str, Any]:
        """Dimensions ``base`` and ``matrix``."""
        return {"base": np.arange(self.n), "matrix": ["A", "B", *space.factors]}

    def describe(self) -> dict[str, Any]:
        """JSON-ready description."""
        return {"design": "saltelli", "n": self.n, "seed": self.seed}


@dataclass(frozen=True)
class Morris:
    """``n`` trajectories of k + 1 rows on a grid of ``levels``; each step moves one factor.

    Morris (1991), doi:10.1080/00401706.1991.10484804. Levels run from ``edge`` to 1 - ``edge`` of
    the unit cube, since the ends of an unbounded distribution are infinite.
    """

    n: int
    seed: int = 0
    levels: int = 8
    edge: float = 0.005

    def __post_init__(self) -> None:
        _count(self.n)
        if self.levels < 2 or self.levels % 2:
            raise InputError(f"{self.levels} levels", where="Morris", allowed="2, 4, 6, ...")

    @property
    def step(self) -> float:
        """Step on the unit interval, levels / (2 (levels - 1)), before the edges are cut."""
        return self.levels / (2 * (self.levels - 1))

    def order(self, space: Space, start: int, stop: int) -> Any:
        """Position at which each factor moves, ``(trajectories, k)``."""
        draws = sampling.random_points(start, stop, 2 * len(space.factors), seed=self.seed)
        return np.argsort(np.argsort(draws[:, : len(space.factors)], 1), 1), draws

    def signs(self, space: Space, start: int, stop: int) -> Any:
        """+1 where a trajectory steps a factor up, -1 where down, ``(trajectories, k)``."""
        rank, _ = self.order(space, start, stop)
        return np.where((rank + np.arange(start, stop)[:, None]) % 2 == 0, 1.0, -1.0)

    def values(self, space: Space, start: int, stop: int) -> Values:
        """Rows by path."""
        columns = list(space.columns.values())
        per = len(columns) + 1
        first, last = start // per, -(-stop // per)
        rank, draws = self.order(space, first, last)
        lowest = np.floor(draws[:, len(columns) :] * (self.levels // 2)) / (self.levels - 1)
        # half of the factors start high and step down, so that steps of both signs occur
        up = self.signs(space, first, last) > 0
        moved = np.arange(per)[None, :, None] > rank[:, None, :]
        level = lowest[:, None, :] + self.step * (moved == up[:, None, :])
        unit = np.empty((last - first, per, space.dimension))
        for index, at in enumerate(columns):
            unit[:, :, list(at)] = level[:, :, index, None]
        flat = unit.reshape(-1, space.dimension)[start - first * per : stop - first * per]
        return space.values(self.edge + (1 - 2 * self.edge) * flat)

    def size(self, space: Space) -> int:
        """Number of rows, ``n (factors + 1)``."""
        return self.n * (len(space.factors) + 1)

    def shape(self, space: Space) -> dict[str, Any]:
        """Dimensions ``trajectory`` and ``step``."""
        return {"trajectory": np.arange(self.n), "step": np.arange(len(space.factors) + 1)}

    def describe(self) -> dict[str, Any]:
        """JSON-ready description."""
        return {
            "design": "morris",
            "n": self.n,
            "seed": self.seed,
            "levels": self.levels,
            "edge": self.edge,
        }


def _levels(space: Space, path: str, levels: Any) -> NDArray[Any]:
    """Levels given, or as many as a number asks, evenly between the 5 % and 95 % points."""
    space.check(path)
    if isinstance(levels, (int, np.integer)):
        marginal = space.marginal(path)
        if marginal.family == "discrete":
            return np.asarray(marginal.values)
        low, high = marginal.ppf(np.array([0.05, 0.95]))
        return np.linspace(low, high, _count(int(levels)))
    out = np.asarray(levels)
    if not out.size:
        raise InputError("no levels", where=f"sweep of {path}", allowed="one level or more")
    return out


def _at_base(space: Space, rows: int) -> Values:
    return {path: np.repeat(np.asarray(value), rows) for path, value in space.centre().items()}


@dataclass(frozen=True)
class Grid:
    """Every combination of levels; a whole number asks for that many between low and high."""

    levels: Mapping[str, Any]

    def shape(self, space: Space) -> dict[str, Any]:
        """One dimension for each path."""
        return {path: _levels(space, path, given) for path, given in self.levels.items()}

    def size(self, space: Space) -> int:
        """Product of the numbers of levels."""
        return math.prod(len(levels) for levels in self.shape(space).values())

    def values(self, space: Space, start: int, stop: int) -> Values:
        """Rows by path, the last path varying fastest; groups follow their move rule."""
        shape = self.shape(space)
        index = np.unravel_index(np.arange(start, stop), [len(v) for v in shape.values()])
        values: dict[str, Any] = _at_base(space, stop - start)
        for (path, levels), at in zip(shape.items(), index):
            values = space.move(values, path, levels[at])
        return values

    def describe(self) -> dict[str, Any]:
        """JSON-ready description."""
        return {
            "design": "grid",
            "levels": {path: np.asarray(levels).tolist() for path, levels in self.levels.items()},
        }


@dataclass(frozen=True)
class OneAtATime:
    """Each of ``paths`` (all uncertain ones if empty) over ``points`` levels, the rest at base."""

    points: int = 11
    paths: tuple[str, ...] = ()

    def chosen(self, space: Space) -> tuple[str, ...]:
        """Paths that move."""
        if self.paths:
            return self.paths
        grouped = [m for group in space.groups.values() for m in group.members]
        return (*[p for p, m in space.marginals.items() if m.uncertain], *grouped)

    def levels(self, space: Space, path: str) -> NDArray[Any]:
        """Levels of one path; a discrete one repeats its values to fill the row."""
        levels = _levels(space, path, self.points)
        return levels[np.minimum(np.arange(self.points), len(levels) - 1)]

    def shape(self, space: Space) -> dict[str, Any]:
        """Dimensions ``path`` and ``level``."""
        return {"path": list(self.chosen(space)), "level": np.arange(self.points)}

    def size(self, space: Space) -> int:
        """``paths x points``."""
        return len(self.chosen(space)) * self.points

    def values(self, space: Space, start: int, stop: int) -> Values:
        """Rows by path."""
        values: dict[str, Any] = _at_base(space, stop - start)
        rows = np.arange(start, stop)
        for index, path in enumerate(self.chosen(space)):
            here = rows // self.points == index
            if here.any():
                part = {name: value[here] for name, value in values.items()}
                levels = self.levels(space, path)[rows[here] % self.points]
                for name, value in space.move(part, path, levels).items():
                    column = np.asarray(values[name])
                    if column.dtype.kind in "iu" and np.asarray(value).dtype.kind == "f":
                        column = column.astype(float)
                    column[here] = value
                    values[name] = column
        return values

    def describe(self) -> dict[str, Any]:
        """JSON-ready description."""
        return {"design": "one at a time", "points": self.points, "paths": list(self.paths)}


@dataclass(frozen=True)
class Explicit:
    """Rows given as arrays of equal length; paths not given stay at base."""

    rows: Mapping[str, Any]

    def __post_init__(self) -> None:
        if len({len(np.atleast_1d(column)) for column in self.rows.values()}) != 1:
            lengths = {path: len(np.atleast_1d(column)) for path, column in self.rows.items()}
            raise InputError(f"columns of lengths {lengths}", where="design", allowed="one length")

    def size(self, space: Space) -> int:
        """Number of rows."""
        return len(np.atleast_1d(next(iter(self.rows.values()))))

    def values(self, space: Space, start: int, stop: int) -> Values:
        """Rows by path."""
        values: dict[str, Any] = _at_base(space, stop - start)
        for path, column in self.rows.items():
            space.check(path)
            values[path] = np.atleast_1d(column)[start:stop]
        return values

    def shape(self, space: Space) -> dict[str, Any]:
        """One dimension, ``draw``."""
        return {"draw": np.arange(self.size(space))}

    def describe(self) -> dict[str, Any]:
        """JSON-ready description."""
        return {
            "design": "explicit",
            "rows": {path: np.atleast_1d(v).tolist() for path, v in self.rows.items()},
        }
