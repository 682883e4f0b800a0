"""Value of information: which quantity, if known, would change the conclusion most?

A decision picks, from some acts, the one with the highest expected worth; a conclusion picks the
label that is most probable. With Y_a the worth of act a and X_k one input,

    EVPI   = E[ max_a Y_a ] - max_a E[ Y_a ]
    EVPPI_k = E[ max_a E[ Y_a | X_k ] ] - max_a E[ Y_a ]

in units of worth; for a conclusion Y_a is the indicator of label a, so EVPPI_k is the gain in the
probability of naming the right one. E[Y_a | X_k] is a mean over classes of equally many draws
(Strong and Oakley 2013, doi:10.1177/0272989X12465755). The plain estimate is never below zero and
rises with noise, so it is fitted on one half of the draws and judged on the other, both ways.

>>> import numpy as np
>>> x = np.random.default_rng(0).uniform(-1, 1, (2, 100_000))
>>> found = value_of_information({"x": x[0], "noise": x[1]}, {"act": x[0], "wait": 0 * x[0]})
>>> [round(float(v), 2) for v in found.partial]   # E max(x, 0) = 1/4
[0.25, 0.0]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate import tolerance
from negotiate.errors import InputError, NoSolutionError
from negotiate.numbers.sampling import generator
from negotiate.whatif.measures.moment_free import classes_of
from negotiate.whatif.questions.answer import Answer, Picture, percent, shown

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class InformationValue(Answer):
    """Worth of knowing each input.

    Attributes
    ----------
    inputs
        Names.
    partial, error
        EVPPI of each input and its standard error.
    perfect
        EVPI: worth of knowing everything.
    best, worth
        What is chosen without knowing more, and its expected worth (or probability).
    changes
        Share of draws in which knowing the input changes the choice.
    conclusion
        True where acts are the labels of a conclusion and worths are probabilities.
    """

    inputs: tuple[str, ...]
    partial: Floats
    error: Floats
    perfect: float
    best: str
    worth: float
    changes: Floats
    conclusion: bool = False
    unit: str = ""
    notes: tuple[str, ...] = ()

    def order(self) -> list[int]:
        """Inputs by decreasing worth of knowing them."""
        return [int(i) for i in np.argsort(-self.partial, kind="stable")]

    def records(self) -> list[dict[str, Any]]:
        """One row for each input, most valuable first."""
        return [
            {
                "input": self.inputs[i],
                "value": float(self.partial[i]),
                "error": float(self.error[i]),
                "changes the choice": float(self.changes[i]),
            }
            for i in self.order()
        ]

    def sentence(self) -> str:
        """The input most worth knowing."""
        what = "conclusion" if self.conclusion else "choice"
        top = self.order()[0]
        value, error = float(self.partial[top]), float(self.error[top])
        head = f"The {what} is '{self.best}'"
        if self.conclusion:
            head += f", right in {percent(self.worth)} of draws"
        else:
            head += f", worth {shown(self.worth)} {self.unit}".rstrip() + " on average"
        if self.perfect <= tolerance.TIE or value <= 2 * error:
            return f"{head}; knowing any one input better would not change it by more than chance."
        gain = (
            f"would make it right in {percent(min(self.worth + value, 1.0))}"
            if self.conclusion
            else f"would be worth {shown(value)} {self.unit}".rstrip()
        )
        return (
            f"{head}; knowing {self.inputs[top]} {gain} and would change it in "
            f"{percent(float(self.changes[top]))} of draws (knowing everything would add "
            f"{shown(self.perfect)})."
        )

    def picture(self) -> Picture:
        """Bars with intervals."""
        order = [i for i in self.order() if self.partial[i] > 0] or self.order()[:3]
        value, reach = self.partial[order], 1.96 * self.error[order]
        return Picture(
            "bars",
            tuple(self.inputs[i] for i in order),
            tuple(float(v) for v in value),
            tuple(float(v) for v in np.maximum(value - reach, 0)),
            tuple(float(v) for v in value + reach),
            x_label="gain in probability of being right"
            if self.conclusion
            else f"worth of knowing it {self.unit}".strip(),
        )


def _partial(
    own: NDArray[np.int64], worth: Floats, half: NDArray[np.bool_], best: int
) -> tuple[float, float, float]:
    """EVPPI of one input with its standard error, and the share of changed choices.

    The act of each class is chosen on one half of the draws and its gain over the best act is
    taken on the other half; the two are averaged.
    """
    acts, rows = worth.shape
    size = int(own.max()) + 1
    gain = np.empty(rows)
    changed = np.empty(rows, bool)
    for fit in (half, ~half):
        counts = np.maximum(np.bincount(own[fit], minlength=size), 1)
        sums = np.stack([np.bincount(own[fit], worth[a][fit], size) for a in range(acts)])
        means = sums / counts
        # an act must beat the standing choice: ties do not count as changes
        choice = np.where(means.max(0) > means[best], means.argmax(0), best)
        judge = np.nonzero(~fit)[0]
        picked = choice[own[judge]]
        gain[judge] = worth[picked, judge] - worth[best, judge]
        changed[judge] = picked != best
    return float(gain.mean()), float(gain.std() / np.sqrt(rows)), float(changed.mean())


def value_of_information(
    inputs: Mapping[str, NDArray[Any]],
    acts: Mapping[str, NDArray[Any]] | NDArray[Any],
    *,
    classes: int = 0,
    unit: str = "",
    seed: int = 0,
) -> InformationValue:
    """Worth of knowing each input for a decision or a conclusion.

    Parameters
    ----------
    inputs
        Path to values ``(D,)``.
    acts
        Act to worth ``(D,)``: a decision. Or labels ``(D,)``: a conclusion. Draws with NaN or an
        empty label are left out.
    classes
        Classes of each input; by default about the cube root of the number of draws.
    unit
        Unit of worth.
    """
    conclusion = not isinstance(acts, Mapping)
    if isinstance(acts, Mapping):
        names = tuple(acts)
        worth = np.stack([np.asarray(value, float).ravel() for value in acts.values()])
        good = ~np.isnan(worth).any(0)
    else:
        labels = np.asarray(acts).ravel().astype(str)
        good = labels != ""
        names = tuple(str(label) for label in np.unique(labels[good]))
        worth = np.stack([(labels == name).astype(float) for name in names] or [0.0 * good])
    if good.sum() < 20:
        raise NoSolutionError(f"only {int(good.sum())} draws were solved", where="information")
    if not inputs:
        raise InputError("no input varies", where="value of information", remedy="give ranges")
    for path, values in inputs.items():
        if np.shape(np.ravel(values)) != good.shape:
            raise InputError(
                f"{path} has {np.size(values)} draws, the acts {good.size}",
                where="value of information",
                allowed="one value for each draw",
            )
    worth = worth[:, good]
    rows = worth.shape[1]
    means = worth.mean(1)
    best = int(means.argmax())
    half = generator(seed, 6).permutation(rows) < rows // 2
    count = classes or max(4, min(64, round(rows ** (1 / 3))))
    found = np.array(
        [
            _partial(classes_of(np.ravel(np.asarray(values))[good], count), worth, half, best)
            for values in inputs.values()
        ]
    )
    return InformationValue(
        tuple(inputs),
        np.maximum(found[:, 0], 0.0),
        found[:, 1],
        float(worth.max(0).mean() - means[best]),
        names[best],
        float(means[best]),
        found[:, 2],
        conclusion,
        unit,
    )
