"""One function a question: what a scholar types.

Each takes a case and the question, draws what is uncertain, and returns an answer with a table, a
sentence made from its numbers, a picture and JSON::

    ng.sensitivity(case, "threats.utility.turkey")          what drives it
    ng.threshold(case, "lever.sanctions.cost.turkey", "threats.advantage.sanctions", "> 0")
    ng.discover(case, "threats.advantage.air_power", "<= 0")   where it happens
    ng.counterfactual(case, "deal.margin.least", without="force")
    ng.attribute(case, "threats.utility.turkey")            what each lever contributed
    ng.infer(case)                                          what must have been true
    ng.information(case, "threats.advantage.air_power", "> 0")   what is worth knowing
    ng.robustness(case)                                     how sure its conclusions are

The same questions can be asked of any model: `negotiate.whatif.study.case.seam` gives the space
and the
evaluation that the functions of `sensitivity.py`, `threshold.py`, `discovery.py` and the others
take.

>>> import negotiate as ng
>>> found = sensitivity(ng.load("idlib-2020"), "deal.margin.least", draws=8000)
>>> found.records()[0]["factor"]
'lever.force.cost.russia'
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate.case.negotiation import Negotiation
from negotiate.errors import InputError, NegotiateError, UnknownNameError
from negotiate.whatif import metric as metrics
from negotiate.whatif.questions import attribution as attributions
from negotiate.whatif.questions import counterfactual as counterfactuals
from negotiate.whatif.questions import discovery, inverse, matching
from negotiate.whatif.questions import sensitivity as sensitivities
from negotiate.whatif.questions import threshold as thresholds
from negotiate.whatif.questions import value_of_information as values
from negotiate.whatif.questions.condition import read
from negotiate.whatif.questions.methods import METHODS, count, drawn, inputs_over, relevant
from negotiate.whatif.questions.robustness import Claim, Claims
from negotiate.whatif.questions.robustness import claim as claimed
from negotiate.whatif.study import case as cases
from negotiate.whatif.study.design import Sobol
from negotiate.whatif.study.run import Study, run_study
from negotiate.whatif.study.world import of_case
from negotiate.whatif.words import names

DRAWS = 2**14
"""Draws unless asked otherwise: shares are then known to some 0.4 of a hundredth."""

EVALUATIONS = 2**17
"""Evaluations of a sensitivity analysis unless asked otherwise: a thousand for each of a hundred
factors."""


@of_case
def words_for(case: Negotiation, *asked: str) -> dict[str, str]:
    """Words of the paths, ids and asked metrics of a case."""
    return names(case, asked)


@of_case
def sensitivity(
    case: Negotiation,
    metric: str,
    *,
    method: str = "sobol",
    label: str = "",
    draws: int = EVALUATIONS,
    seed: int = 0,
    scenario: str = "",
) -> sensitivities.Sensitivity:
    """Which uncertain quantities drive a metric.

    Parameters
    ----------
    metric
        A number or a label of the case, such as ``threats.utility.turkey``.
    method
        ``sobol`` (first-order and total indices with intervals), ``morris`` (screening),
        ``borgonovo``, ``pawn`` (whole distribution), ``shapley`` (inputs that are correlated; the
        ten that matter most). See the page on what-if for when to use which.
    label
        For a metric of labels: the one whose occurrence is explained; all of them if empty.
    draws
        Evaluations to spend.
    """
    if method not in METHODS:
        raise UnknownNameError("method", method, METHODS, where="sensitivity")
    found = METHODS[method](case, metric, count(case, draws), seed, scenario)
    key = f"{metric} == {label}" if label else metric
    if key not in found and label:
        known = [name.split(" == ")[1] for name in found if " == " in name]
        raise UnknownNameError("label", label, known, where=f"sensitivity of {metric}")
    joint = f"{metric} {sensitivities.ALL_LABELS}"
    answer: sensitivities.Sensitivity = (
        found.get(key) or found.get(joint) or next(iter(found.values()))
    )
    return answer.named(words_for(case, metric))


@of_case
def threshold(
    case: Negotiation,
    path: str,
    metric: str,
    condition: str = "> 0",
    *,
    low: float | None = None,
    high: float | None = None,
    draws: int = 1024,
    seed: int = 0,
    scenario: str = "",
) -> thresholds.Threshold:
    """Where one quantity turns a condition on or off, draw by draw of everything else.

    Parameters
    ----------
    path
        What moves; ``low`` and ``high`` are the range searched.
    metric, condition
        What is asked.
    draws
        Draws of the other quantities; 1 means their base values.
        `negotiate.whatif.questions.cells.cells`
        gives exact thresholds at the base values where there are any.
    """
    space, evaluate = cases.seam(case, [metric], scenario=scenario, paths=[path])
    found = thresholds.threshold(
        space,
        evaluate,
        path,
        metric,
        condition,
        low=low,
        high=high,
        draws=count(case, draws),
        seed=seed,
    )
    return found.named(words_for(case, metric))


@of_case
def discover(
    case: Negotiation,
    metric: str = "",
    condition: str = "",
    *,
    claim: str = "",
    draws: int = DRAWS,
    seed: int = 0,
    scenario: str = "",
) -> discovery.Discovery:
    """In which combinations of the uncertain quantities something happens (PRIM).

    Parameters
    ----------
    metric, condition
        What happens, such as ``threats.advantage.air_power`` and ``<= 0``.
    claim
        Instead of them the id of a conclusion of the file: where does it fail?
    """
    study, happened, what, kept = _happened(case, metric, condition, claim, draws, seed, scenario)
    inputs, _ = inputs_over(study, kept)
    return discovery.prim(inputs, happened, what=what).named(words_for(case, metric))


@of_case
def tree(
    case: Negotiation,
    metric: str = "",
    condition: str = "",
    *,
    claim: str = "",
    depth: int = 3,
    draws: int = DRAWS,
    seed: int = 0,
    scenario: str = "",
) -> discovery.Tree:
    """The same question as `discover`, answered by a classification tree (CART)."""
    study, happened, what, kept = _happened(case, metric, condition, claim, draws, seed, scenario)
    inputs, _ = inputs_over(study, kept)
    return discovery.tree(inputs, happened, what=what, depth=depth).named(words_for(case, metric))


def _happened(
    case: Negotiation, metric: str, condition: str, claim: str, draws: int, seed: int, scenario: str
) -> tuple[Study, NDArray[np.bool_], str, tuple[str, ...]]:
    if claim:
        stated = stated_claim(case, claim)
        metric, condition = stated.metric, stated.condition
    if not metric or not condition:
        raise InputError(
            "nothing to look for",
            where="discovery",
            allowed="a metric with a condition, or a claim of the file",
        )
    asked = read(condition)
    study = drawn(case, [metric], draws, seed, scenario)
    good = study.dataset["failure"].values.ravel() == 0
    holds = asked.holds(study.metric(metric).ravel()[good])
    what = f"{metric} {asked.text}"
    if claim:
        holds, what = ~holds, f"“{stated.text or claim}” fails"
    return study, holds, what, relevant(case, [metric], scenario=scenario, seed=seed)


@of_case
def stated_claim(case: Negotiation, name: str) -> Any:
    """A conclusion of the file by its id."""
    known = {item.id: item for item in case.case.claim}
    if name not in known:
        raise UnknownNameError("claim", name, known, where=case.id)
    return known[name]


@of_case
def askable(case: Negotiation) -> tuple[tuple[Any, ...], tuple[str, ...]]:
    """Conclusions of the file that can be asked of it, and why the others cannot."""
    good, reasons = [], []
    for item in case.case.claim:
        try:
            metrics.evaluate(case.floats(), [item.metric])
        except NegotiateError as error:
            reasons.append(f"“{item.text or item.id}” cannot be asked: {error}")
        else:
            good.append(item)
    return tuple(good), tuple(reasons)


@of_case
def counterfactual(
    case: Negotiation,
    metric: str,
    *,
    scenario: str = "",
    without: str = "",
    draws: int = DRAWS,
    seed: int = 0,
) -> counterfactuals.Counterfactual | counterfactuals.Transitions:
    """The same draws with one thing changed: how a metric differs, draw by draw.

    Parameters
    ----------
    scenario
        A scenario of the file.
    without
        Instead of it a lever that is taken off the table.
    """
    if bool(scenario) == bool(without):
        raise InputError(
            "give a scenario or a lever to take away",
            where="counterfactual",
            allowed="one of scenario, without",
        )
    if without and without not in case.levers:
        raise UnknownNameError("lever", without, case.levers, where="counterfactual")
    space, base = cases.seam(case, [metric])
    if without:
        other = replace(base, case=case.with_value(f"lever.{without}.available", False))
    else:
        _, other = cases.seam(case, [metric], scenario=scenario)
    label = f"no {without}" if without else scenario
    study = run_study(space, {cases.BASE: base, label: other}, Sobol(count(case, draws), seed))
    found = counterfactuals.compare(study, metric, label)
    known = words_for(case, metric)
    if without:
        known |= {label: f"no {known[without]}"}
    return found.named(known)


@of_case
def attribute(
    case: Negotiation,
    metric: str,
    *,
    levers: Sequence[str] = (),
    draws: int = 256,
    seed: int = 0,
    scenario: str = "",
) -> attributions.Attribution:
    """What each lever contributed: its Shapley share, with interactions.

    Parameters
    ----------
    levers
        Those whose shares are asked; by default all that are on the table.
    draws
        Joint draws over which shares are averaged; 1 means the base values.
    """
    found = cases.attribute_levers(
        case, [metric], levers=levers, draws=count(case, draws), seed=seed, scenario=scenario
    )[metric]
    return found.named(words_for(case, metric))


@of_case
def signed_terms(case: Negotiation) -> dict[str, float]:
    """The signed terms as observations of the terms that rational threats predict."""
    if not case.signed_deal:
        raise InputError(
            "no deal was signed",
            where=case.id,
            allowed="a case with a signed deal",
            remedy="say which metrics were observed",
        )
    terms = case.terms(case.signed_deal)
    return {
        f"threats.term.{issue.id}": float(terms[issue.id])
        for issue in case.issues.values()
        if issue.is_interval
    }


@of_case
def infer(
    case: Negotiation,
    observed: Mapping[str, Any] | None = None,
    *,
    hindsight: Sequence[str] | None = None,
    sequential: bool = False,
    draws: int = 50_000,
    keep: int = 500,
    seed: int = 0,
) -> inverse.Posterior:
    """What must have been true for what was observed to be what theory predicts.

    Parameters
    ----------
    observed
        Metric to observed value; by default the terms of the signed deal.
    hindsight
        Observations that were not known at the case's date, by default all: the answer says on
        which of them it rests.
    sequential
        Populations of falling tolerance instead of one rejection.
    draws, keep
        Draws of everything uncertain, and how many nearest ones are kept.
    """
    seen = dict(observed) if observed is not None else signed_terms(case)
    space, evaluate = cases.seam(case, list(seen))
    late = None if hindsight is None else tuple(hindsight)
    if sequential:
        found = inverse.sequential_markov(
            space,
            evaluate,
            seen,
            particles=keep,
            most=count(case, draws),
            hindsight=late,
            seed=seed,
        )
    else:
        found = inverse.rejection(
            space,
            evaluate,
            seen,
            draws=count(case, draws),
            keep=keep,
            hindsight=late,
            seed=seed,
        )
    kept = set(relevant(case, list(seen), seed=seed))
    known = {path: prior for path, prior in found.prior.items() if path in kept}
    return replace(found, prior=known or found.prior).named(words_for(case, *seen))


@of_case
def match(
    case: Negotiation,
    path: str,
    metric: str,
    value: float,
    *,
    tolerance: float = 0.01,
    low: float | None = None,
    high: float | None = None,
) -> matching.Matching:
    """Which values of one quantity make a metric what was observed, the rest at base."""
    space, evaluate = cases.seam(case, [metric], paths=[path])
    found = matching.intervals(
        space, evaluate, path, metric, value, tolerance=tolerance, low=low, high=high
    )
    return found.named(words_for(case, metric))


@of_case
def information(
    case: Negotiation,
    metric: str = "",
    condition: str = "",
    *,
    acts: Mapping[str, str] | None = None,
    draws: int = DRAWS,
    seed: int = 0,
    scenario: str = "",
) -> values.InformationValue:
    """Which quantity, if it were known, would change the conclusion most.

    Parameters
    ----------
    metric, condition
        The conclusion: a label, or whether a condition on a number holds.
    acts
        Instead of them a decision: act to the metric that is its worth, such as
        ``{"sign": "deal.utility.turkey", "refuse": "bargaining.disagreement.turkey"}``.
    """
    wanted = list(acts.values()) if acts else [metric]
    study = drawn(case, wanted, draws, seed, scenario)
    inputs, good = inputs_over(study, relevant(case, wanted, scenario=scenario, seed=seed))
    if acts:
        worth = {act: study.metric(name).ravel()[good] for act, name in acts.items()}
        found = values.value_of_information(inputs, worth, unit="stakes", seed=seed)
        return found.named(words_for(case, *wanted))
    found_values = study.metric(metric).ravel()[good]
    if condition or found_values.dtype.kind != "U":
        asked = read(condition or "> 0")
        text = f"{metric} {asked.text}"
        found_values = np.where(asked.holds(found_values), text, f"not {text}")
    found = values.value_of_information(inputs, found_values, seed=seed)
    return found.named(words_for(case, metric))


@of_case
def make_claim(case: Negotiation, metric: str, condition: str, *, text: str = "") -> Claim:
    """A claim on a metric of the case; one that names a bargaining concept is asked of each."""
    return claimed(cases.by_concept(case, metric), condition, id=f"{metric} {condition}", text=text)


@of_case
def robustness(
    case: Negotiation,
    *claims: Any,
    draws: int = 4096,
    scenarios: Sequence[str] | None = None,
    seed: int = 0,
) -> Claims:
    """How sure conclusions are: over draws, scenarios and solution concepts.

    Parameters
    ----------
    claims
        Ids of conclusions of the file, or claims made with
        `negotiate.whatif.questions.robustness.claim`;
        by default all that the file states.
    scenarios
        Scenarios besides the baseline; by default all of the file.
    """
    stated = [stated_claim(case, c) if isinstance(c, str) else c for c in claims]
    notes: tuple[str, ...] = ()
    if not claims:
        own, notes = askable(case)
        stated = list(own)
    chosen = tuple(case.scenarios) if scenarios is None else tuple(scenarios)
    found = cases.claims(case, stated, draws=count(case, draws, 20), scenarios=chosen, seed=seed)
    wanted = [metric for answer in found.values() for metric in answer.claim.metrics.values()]
    return Claims(tuple(found.values()), notes).named(words_for(case, *wanted))


@of_case
def available(case: Negotiation) -> dict[str, str]:
    """Metrics that may be asked about, with their meanings."""
    return metrics.available(case)
