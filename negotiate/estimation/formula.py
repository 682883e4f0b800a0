r"""Formulas with several parts, as scholars write them in R: ``esc + war ~ a + b | 0 | c | d``.

Left of the tilde stand the outcome variables; right of it one part an index of the model, separated
by bars, in the model's order. A part is a formula of its own: ``0`` for an index that is zero,
``1`` for a constant, ``x - 1`` for no constant, ``log(x)``, ``a:b``, ``a*b``, ``C(x)``. A variable
of labels enters as dummies against its first level in alphabetical order.

Text is never executed: a formula is checked against a short list of functions before the library
that builds the matrices sees it. Rows with a gap in any variable that is used are left out and
counted by variable. The table that was used is named by a hash.

Formulas are read by `formulaic` (the extra ``estimate``).

>>> split("esc + war ~ s_wt_re1 | 0 | regime1")
(('esc', 'war'), ('s_wt_re1', '0', 'regime1'))
>>> split("y ~ __import__('os').getcwd()")
Traceback (most recent call last):
    ...
negotiate.errors.UnknownNameError: formula, part 1: there is no function '__import__'; ...
"""

from __future__ import annotations

import hashlib
import keyword
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from negotiate.errors import FileFormatError, InputError, MissingExtraError, UnknownNameError

Array = NDArray[np.float64]
Missing = Literal["drop", "refuse"]

FUNCTIONS: dict[str, Any] = {
    "sqrt": np.sqrt,
    "log": np.log,
    "log1p": np.log1p,
    "exp": np.exp,
    "abs": np.abs,
}
_OWN = ("C", "I", "center", "scale", "poly")
"""Functions that the library provides: categories, arithmetic, standardising."""
MAX_LENGTH = 10_000
_TOKEN = re.compile(
    r"\s+|(?P<name>[^\W\d]\w*)|`(?P<quoted>[^`]{1,200})`|(?P<number>\d+\.?\d*)|[-+*:/()^,]"
)


def split(formula: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Outcome variables and parts of a formula, checked.

    Raises
    ------
    InputError
        A character or function that formulas do not have, or no tilde.
    """
    if len(formula) > MAX_LENGTH:
        raise InputError(
            f"{len(formula)} characters", where="formula", allowed=f"at most {MAX_LENGTH}"
        )
    sides = formula.split("~")
    if len(sides) > 2:
        raise InputError("more than one '~'", where="formula")
    left = tuple(name.strip().strip("`") for name in sides[0].split("+")) if len(sides) == 2 else ()
    left = tuple(name for name in left if name)
    parts = tuple(part.strip() for part in sides[-1].split("|"))
    for k, part in enumerate(parts):
        variables(part, where=f"formula, part {k + 1}")
    return left, parts


def variables(part: str, *, where: str = "formula") -> tuple[str, ...]:
    """Variables that a part reads; refuses whatever is not plainly a formula."""
    found: dict[str, None] = {}
    place = 0
    if not part:
        raise InputError("an empty part", where=where, remedy="write 0 for an index of zero")
    while place < len(part):
        match = _TOKEN.match(part, place)
        if match is None:
            raise InputError(
                f"{part[place]!r} is not allowed",
                where=where,
                allowed="names, numbers, + - * : / ^ ( ) and " + ", ".join([*FUNCTIONS, *_OWN]),
            )
        place = match.end()
        name = match["quoted"] or match["name"]
        if name is None:
            continue
        if match["name"] and part[place:].lstrip().startswith("("):
            if name not in FUNCTIONS and name not in _OWN:
                raise UnknownNameError("function", name, [*FUNCTIONS, *_OWN], where=where)
        elif name.startswith("__") or keyword.iskeyword(name):
            raise InputError(f"{name!r} is not allowed", where=where)
        else:
            found[name] = None
    return tuple(found)


@dataclass(frozen=True, eq=False)
class Sheet:
    """A table read through a formula.

    Attributes
    ----------
    outcome
        Outcome variable to its column.
    designs, labels
        One matrix (rows, columns) a part, and the labels of its columns.
    parts
        The parts as written.
    kept
        (rows,) row numbers of the table that were used, from 0.
    dropped
        Variable to the number of rows left out because of it (a row may lack several).
    rows
        Rows of the table.
    ranges
        Variable to (least, largest) of its numbers, or its levels.
    hash
        SHA-256 of the columns that were used.
    specifications
        What the library needs to apply the parts to new rows.
    frame
        The regressors of the rows that were used.
    """

    outcome: Mapping[str, NDArray[Any]]
    designs: tuple[Array, ...]
    labels: tuple[tuple[str, ...], ...]
    parts: tuple[str, ...]
    kept: NDArray[np.int64]
    dropped: Mapping[str, int]
    rows: int
    ranges: Mapping[str, tuple[Any, ...]]
    hash: str
    specifications: tuple[Any, ...]
    frame: Any

    def __repr__(self) -> str:
        return f"Sheet({len(self.kept)} of {self.rows} rows, {len(self.parts)} parts)"

    def apply(self, data: Any) -> list[Array]:
        """Matrices of the parts for other rows of data.

        Raises
        ------
        InputError
            A variable is missing, has a gap, or a level the sample did not have.
        """
        frame = table(data)
        needed = list(self.ranges)
        _demand(frame, needed)
        frame = frame[needed]
        gaps = [name for name in needed if frame[name].isna().any()]
        if gaps:
            raise InputError(f"no value of {', '.join(gaps)}", where="new rows")
        for name in needed:
            levels = self.ranges[name]
            if levels and isinstance(levels[0], str):
                strange = sorted({str(v) for v in frame[name]} - set(levels))
                if strange:
                    raise InputError(
                        f"{name} is {', '.join(map(repr, strange[:5]))}",
                        where="new rows",
                        allowed=", ".join(levels),
                    )
        return [
            np.ones((len(frame), 1))
            if part == "1"
            else np.zeros((len(frame), 0))
            if spec is None
            else _matrix(spec.get_model_matrix(frame, context=_context()))
            for part, spec in zip(self.parts, self.specifications)
        ]

    def outside(self, data: Any) -> dict[str, str]:
        """Variables whose value in ``data`` lies outside the sample, with both."""
        frame = table(data)
        out = {}
        for name, levels in self.ranges.items():
            if not levels or isinstance(levels[0], str):
                continue
            low, high = levels
            wrong = [v for v in frame[name].to_numpy(dtype=float) if v < low or v > high]
            if wrong:
                out[name] = f"{wrong[0]:g} outside {low:g} to {high:g}"
        return out


def table(data: Any) -> Any:
    """A data frame from a data frame, a mapping of columns, or the path of a CSV file.

    Raises
    ------
    FileFormatError
        The file is not a table.
    """
    import pandas as pd

    if isinstance(data, pd.DataFrame):
        return data
    if isinstance(data, (str, Path)):
        try:
            return pd.read_csv(data)
        except (OSError, UnicodeDecodeError, ValueError) as error:
            raise FileFormatError(str(error), path=str(data)) from None
    if isinstance(data, Mapping):
        scalar = all(np.ndim(v) == 0 for v in data.values())
        return pd.DataFrame(data, index=[0]) if scalar else pd.DataFrame(data)
    raise InputError(
        f"data is a {type(data).__name__}", allowed="a data frame, columns, or a CSV file"
    )


def read(
    data: Any, *, outcome: Sequence[str], parts: Sequence[str], missing: Missing = "drop"
) -> Sheet:
    """Read a table through the parts of a formula.

    Parameters
    ----------
    data
        A data frame, a mapping of columns, or the path of a CSV file.
    outcome
        Outcome variables.
    parts
        One formula an index.
    missing
        "drop" leaves rows with gaps out and counts them; "refuse" is an error.

    Raises
    ------
    InputError
        Variables that are not there, gaps where they are refused, no row left, infinite values.
    """
    frame = table(data)
    used = dict.fromkeys(outcome)
    regressors: dict[str, None] = {}
    for part in parts:
        regressors.update(dict.fromkeys(variables(part)))
    used.update(regressors)
    _demand(frame, list(used))
    frame = frame[list(used)]
    gaps = frame.isna()
    dropped = {name: int(gaps[name].sum()) for name in used if gaps[name].any()}
    if dropped and missing == "refuse":
        text = ", ".join(f"{name} ({count})" for name, count in dropped.items())
        raise InputError(f"gaps in {text}", where="data", remedy="fill them, or missing='drop'")
    keep = ~gaps.any(axis=1).to_numpy()
    if not keep.any():
        text = ", ".join(f"{name} ({count})" for name, count in dropped.items())
        raise InputError(f"no row is complete: gaps in {text or 'nothing'}", where="data")
    frame = frame[keep]
    ranges: dict[str, tuple[Any, ...]] = {}
    for name in regressors:
        column = frame[name]
        if column.dtype.kind in "biuf":
            numbers = column.to_numpy(dtype=float)
            if not np.isfinite(numbers).all():
                raise InputError(f"{name} has infinite values", where="data")
            ranges[name] = (float(numbers.min()), float(numbers.max()))
        else:
            ranges[name] = tuple(sorted({str(v) for v in column}))
    designs, labels, specifications = [], [], []
    for part in parts:
        design, label, spec = _design(part, frame)
        designs.append(design)
        labels.append(label)
        specifications.append(spec)
    return Sheet(
        {name: frame[name].to_numpy() for name in outcome},
        tuple(designs),
        tuple(labels),
        tuple(parts),
        np.flatnonzero(keep),
        dropped,
        len(keep),
        ranges,
        fingerprint(frame),
        tuple(specifications),
        frame[list(regressors)],
    )


def fingerprint(frame: Any) -> str:
    """SHA-256 of a table's columns, by name and value."""
    digest = hashlib.sha256()
    for name in sorted(frame.columns):
        column = frame[name].to_numpy()
        digest.update(str(name).encode() + b"\0")
        if column.dtype.kind in "biuf":
            digest.update(np.ascontiguousarray(column, dtype="<f8").tobytes())
        else:
            digest.update("\0".join(map(str, column)).encode())
    return digest.hexdigest()


def _context() -> dict[str, Any]:
    return dict(FUNCTIONS)


def _demand(frame: Any, names: Sequence[str]) -> None:
    lacking = [name for name in names if name not in frame.columns]
    if lacking:
        raise UnknownNameError("variable", lacking[0], map(str, frame.columns), where="data")


def _design(part: str, frame: Any) -> tuple[Array, tuple[str, ...], Any]:
    """Matrix, labels and specification of one part."""
    if part == "0":
        return np.zeros((len(frame), 0)), (), None
    if part == "1":
        return np.ones((len(frame), 1)), ("constant",), None
    try:
        import formulaic
    except ImportError:  # pragma: no cover
        raise MissingExtraError("formulaic", "estimate") from None
    try:
        with np.errstate(all="ignore"):  # what is not finite is told below
            matrix = formulaic.Formula(part).get_model_matrix(
                frame, context=_context(), na_action="ignore"
            )
    except formulaic.errors.FormulaicError as error:
        raise InputError(str(error), where=f"part '{part}'") from None
    values = _matrix(matrix)
    if not np.isfinite(values).all():
        raise InputError(
            "a function of the data is not finite (the logarithm of zero?)",
            where=f"part '{part}'",
        )
    return values, tuple(_label(str(name)) for name in matrix.columns), matrix.model_spec


def _matrix(matrix: Any) -> Array:
    return np.ascontiguousarray(np.asarray(matrix, dtype=float))


def _label(name: str) -> str:
    """``regime1[T.dem]`` to ``regime1[dem]``; the intercept is the constant."""
    return "constant" if name == "Intercept" else name.replace("[T.", "[")
