"""How a case is drawn for a question, and the ways in which sensitivity may be asked.

`drawn` is the study behind an answer, `relevant` the inputs on which a metric depends at all,
`METHODS` the measures of sensitivity by name. The functions that a scholar types are in `ask.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate.case.negotiation import Negotiation
from negotiate.errors import InputError, TooLargeError
from negotiate.whatif.questions import sensitivity as sensitivities
from negotiate.whatif.questions.shapley_effects import inputs_of, shapley_effects
from negotiate.whatif.study import case as cases
from negotiate.whatif.study.design import MAX_ROWS, Saltelli, Sobol, size_in_words
from negotiate.whatif.study.marginal import point
from negotiate.whatif.study.run import Study, collect, run_study
from negotiate.whatif.study.space import Space

SCREEN = 64
"""Worlds in which each input is exchanged to see whether a metric depends on it at all."""

Method = Callable[[Negotiation, str, int, int, str], Any]

MOST_SHAPLEY = 10
"""Inputs that get a Shapley effect: the subsets of the inputs are all visited."""


def count(case: Negotiation, draws: int, least: int = 1) -> int:
    """A number of draws that can be meant, before any work starts."""
    if isinstance(draws, bool) or int(draws) != draws or draws < least:
        raise InputError(
            f"{draws} draws", where="question", allowed=f"a whole number from {least}",
            remedy="ask for draws, or solve the case once",
        )  # fmt: skip
    if draws > MAX_ROWS:
        raise TooLargeError(
            size_in_words(int(draws), len(case.uncertain()) + 1), where="question",
            allowed=f"at most {MAX_ROWS:,} draws",
            remedy="ask for fewer, or run a study into a folder: negotiate sweep CASE --draws N "
            "--resume FOLDER --confirm-rows N",
        )  # fmt: skip
    return int(draws)


def drawn(
    case: Negotiation, wanted: Sequence[str], draws: int, seed: int, scenario: str = ""
) -> Study:
    """A study of the case, each draw under a scenario if one is named."""
    space, evaluate = cases.seam(case, wanted, scenario=scenario)
    return run_study(space, evaluate, Sobol(count(case, draws, 20), seed))


def relevant(
    case: Negotiation, wanted: Sequence[str], *, scenario: str = "", seed: int = 0
) -> tuple[str, ...]:
    """Uncertain inputs on which any of some metrics depends, in the order of the case.

    Each input, or group, is exchanged for another draw in 64 worlds; one that changes no metric
    in any of them is left out. A dependence confined to rare worlds can escape.
    """
    space, evaluate = cases.seam(case, wanted, scenario=scenario)
    factors = space.factors
    if not factors:
        return ()
    found, failure = collect(space, evaluate, Saltelli(SCREEN, seed))
    moved = np.zeros(len(factors), bool)
    for values_of in found.values():
        if values_of.ndim > 1:
            continue
        table = values_of.reshape(SCREEN, -1)
        moved |= (table[:, 2:] != table[:, :1]).any(0)
    moved |= (failure.reshape(SCREEN, -1)[:, 2:] != 0).any(0)
    kept = [factor for factor, own in zip(factors, moved) if own]
    members = [
        list(space.groups[factor].members) if factor in space.groups else [factor]
        for factor in kept
    ]
    return tuple(path for part in members for path in part)


def inputs_over(study: Study, kept: Sequence[str]) -> tuple[dict[str, NDArray[Any]], NDArray[Any]]:
    """Values of the kept inputs over the solved draws, and which draws those are."""
    good = study.dataset["failure"].values.ravel() == 0
    wanted = set(kept)
    return {p: v[good] for p, v in study.inputs().items() if p in wanted}, good


def _sobol(case: Negotiation, name: str, draws: int, seed: int, scenario: str) -> Any:
    space, evaluate = cases.seam(case, [name], scenario=scenario)
    rows = max(draws // (len(space.factors) + 2), 2)
    return sensitivities.sobol(space, evaluate, 1 << (rows.bit_length() - 1), seed=seed)


def _morris(case: Negotiation, name: str, draws: int, seed: int, scenario: str) -> Any:
    space, evaluate = cases.seam(case, [name], scenario=scenario)
    rows = max(draws // (len(space.factors) + 1), 2)
    return sensitivities.morris(space, evaluate, rows, seed=seed)


def _given(measure: Callable[..., Any]) -> Method:
    def found(case: Negotiation, name: str, draws: int, seed: int, scenario: str) -> Any:
        study = drawn(case, [name], draws, seed, scenario)
        kept = relevant(case, [name], scenario=scenario, seed=seed)
        return measure(study, name, only=kept)

    return found


def _shapley(case: Negotiation, name: str, draws: int, seed: int, scenario: str) -> Any:
    """Effects of the inputs that matter most, the others at base; which ones, Sobol' says."""
    first = _sobol(case, name, draws // 2, seed, scenario)
    screened = first.get(f"{name} {sensitivities.ALL_LABELS}") or first[name]
    if screened.refused:
        blank = {"effect": np.full(len(screened.factors), np.nan)}
        return {
            key: replace(answer, method="shapley", measures=blank, main="effect")
            for key, answer in first.items()
        }
    space, evaluate = cases.seam(case, [name], scenario=scenario)
    kept = space
    dropped: list[str] = []
    for at in screened.order()[1:][::-1]:
        if len(inputs_of(kept)) <= MOST_SHAPLEY:
            break
        kept, dropped = _fixed(kept, screened.factors[at]), [*dropped, screened.factors[at]]
    size = len(inputs_of(kept))
    outer = max(draws // 2 // (3 * 2**size), 50)
    found = shapley_effects(kept, evaluate, outer=outer, seed=seed)
    note: tuple[str, ...] = ()
    if dropped:
        order = {factor: i for i, factor in enumerate(screened.factors)}
        largest = max(float(screened.column("total")[order[factor]]) for factor in dropped)
        note = (
            f"shares of what is left with {len(dropped)} factors at their base values, not of all "
            f"variance; none of those has a total index above {largest:.3f}",
        )
    return {
        key: replace(answer, notes=answer.notes + note, conditional=len(dropped))
        for key, answer in found.items()
    }


def _fixed(space: Space, factor: str) -> Space:
    """The space with a factor at its base value."""
    marginals, groups = dict(space.marginals), dict(space.groups)
    if factor in groups:
        marginals |= {path: point(value) for path, value in groups.pop(factor).centre().items()}
    else:
        marginals[factor] = point(marginals[factor].centre())
    return Space(marginals, groups, space.units, space.sources)


METHODS: Mapping[str, Method] = {
    "sobol": _sobol,
    "morris": _morris,
    "borgonovo": _given(sensitivities.borgonovo),
    "pawn": _given(sensitivities.pawn),
    "shapley": _shapley,
}
"""How sensitivity may be asked; docs/theory/whatif.md says which one when."""
