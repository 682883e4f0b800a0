r"""The table of a fit, as numbers, as text and as LaTeX.

>>> row = Row("u1(war):constant", -1.0, 0.5, -2.0, 0.0462, False)
>>> print(text_table("A fit", [row], ["n 10"]))
A fit
                   estimate  std. error      z      p
u1(war):constant      -1.0000      0.5000  -2.00  0.046
n 10
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from negotiate.estimation.problem import Problem

Array = NDArray[np.float64]

_ESCAPES = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


@dataclass(frozen=True)
class Row:
    """One parameter of a summary.

    Attributes
    ----------
    name
        ``index:column``.
    estimate, se, z, p_value
        Estimate, standard error, their ratio, its two-sided probability; not numbers where fixed.
    fixed
        Whether the parameter was held.
    """

    name: str
    estimate: float
    se: float
    z: float
    p_value: float
    fixed: bool


def rows_of(problem: Problem, beta: Array, covariance: Array) -> list[Row]:
    """One row a parameter."""
    se = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    out = []
    for name, b, s, free in zip(problem.names, beta, se, problem.free):
        if not free or s == 0.0:
            nan = float("nan")
            out.append(Row(name, float(b), nan, nan, nan, not free))
        else:
            z = float(b / s)
            out.append(Row(name, float(b), float(s), z, 2.0 * float(ndtr(-abs(z))), False))
    return out


def text_table(title: str, rows: Sequence[Row], lines: Sequence[str]) -> str:
    """Plain text, fixed terms marked."""
    width = max([len(row.name) for row in rows], default=0)
    out = [title, " " * width + "   estimate  std. error      z      p"]
    for row in rows:
        if row.fixed:
            out.append(f"{row.name:{width}}  {row.estimate:11.4f}       fixed")
        else:
            out.append(
                f"{row.name:{width}}  {row.estimate:11.4f} {row.se:11.4f} {row.z:6.2f} "
                f"{row.p_value:6.3f}"
            )
    return "\n".join([*out, *lines])


def latex_table(title: str, rows: Sequence[Row], lines: Sequence[str]) -> str:
    """A booktabs table with standard errors in brackets, every label escaped."""
    body = []
    for row in rows:
        stars = "" if row.fixed or not row.p_value < 0.05 else "$^{*}$"
        se = "fixed" if row.fixed else f"({row.se:.3f})"
        number = f"${row.estimate:.3f}$"
        body.append(rf"{escape(row.name)} & {number}{stars} & {se} \\")
    notes = [rf"\multicolumn{{3}}{{l}}{{{escape(line)}}} \\" for line in lines]
    return "\n".join(
        [
            r"\begin{table}",
            rf"\caption{{{escape(title)}}}",
            r"\begin{tabular}{lrr}",
            r"\toprule",
            r" & Estimate & (Std. error) \\",
            r"\midrule",
            *body,
            r"\midrule",
            *notes,
            r"\multicolumn{3}{l}{$^{*}$ $p < 0.05$} \\",
            r"\bottomrule",
            r"\end{tabular}",
            r"\end{table}",
        ]
    )


def escape(text: str) -> str:
    r"""Text that LaTeX prints as it stands.

    >>> escape("u1(~esc) & 5%")
    'u1(\\textasciitilde{}esc) \\& 5\\%'
    """
    return "".join(_ESCAPES.get(character, character) for character in text)
