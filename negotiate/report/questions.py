"""The study behind a report: the draws, and the answers that several sections read, made once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiate import declare
from negotiate.bargaining.judgement import Judgement, judge
from negotiate.case.negotiation import Negotiation
from negotiate.errors import InputError, NotApplicableError
from negotiate.report import effects
from negotiate.report.effects import LeverEffect, ScenarioEffect
from negotiate.report.placebo import Placebo, placebo
from negotiate.whatif import metric
from negotiate.whatif.questions import ask, discovery, methods, sensitivity, value_of_information
from negotiate.whatif.questions.condition import read
from negotiate.whatif.study import case as cases
from negotiate.whatif.study.design import Sobol
from negotiate.whatif.study.run import Study, run_study

PER_SCENARIO = 4096
"""Draws of each scenario for the robustness of claims."""

PAIRED = 2**14
"""Most draws of each counterfactual."""

PER_THRESHOLD = 1024
"""Most draws of a threshold: each is bracketed and bisected, some sixty solutions a draw."""

PER_TREE = 2**15
"""Most draws of a classification tree: every cut sorts every input."""

BASE = 2**10
"""Least base sample of Sobol' indices. Interactions have 13 % of the variance of Idlib's smaller
margin (8,192 rows); eight seeds gave -12 % to 40 % with 128 rows, 5 % to 19 % with 1,024."""

GIVEN = 2**14
"""Most draws of the measures beside Sobol' indices."""

SURE = 0.01
"""A conclusion that holds or fails in less than this share of draws has no region to find."""


@dataclass(frozen=True)
class Questions:
    """Draws of a case and answers to the standing questions about it.

    Attributes
    ----------
    draws, seed
        Size of the study and seed of everything.
    """

    case: Negotiation
    draws: int
    seed: int

    @property
    def headline(self) -> str:
        """The metric a report turns on: whether the signed deal stands, else what is predicted."""
        if self.case.signed_deal:
            return "deal.margin.least"
        return f"threats.utility.{self.case.principals[0]}"

    @property
    def driven(self) -> tuple[str, ...]:
        """Metrics whose drivers are shown."""
        predicted = [f"threats.utility.{party}" for party in self.case.principals]
        return tuple(dict.fromkeys([self.headline, *predicted]))

    @property
    def metrics(self) -> tuple[str, ...]:
        """Metrics of the study."""
        stated = [item.metric for item in self.stated]
        levers = [f"threats.advantage.{lever}" for lever in self.held]
        return tuple(dict.fromkeys([*self.driven, "threats.profile", *levers, *stated]))

    @cached_property
    def stated(self) -> tuple[Any, ...]:
        """Conclusions of the file that can be asked of it."""
        return ask.askable(self.case)[0]

    @cached_property
    def held(self) -> tuple[str, ...]:
        """Levers on the table by which a principal can hurt another if talks fail."""
        return tuple(
            name
            for name in self.case.on_table()
            if self.case.levers[name].holder in self.case.principals
            and "disagreement" in self.case.levers[name].enters
            and any(t in self.case.principals for t in self.case.levers[name].targets)
        )

    @cached_property
    def names(self) -> dict[str, str]:
        """Words of paths, ids and the metrics asked."""
        return ask.words_for(self.case, *self.metrics)

    @cached_property
    def study(self) -> Study:
        """All draws of everything uncertain."""
        space, evaluate = cases.seam(self.case, self.metrics)
        return run_study(space, evaluate, Sobol(self.draws, self.seed), engine="threads", workers=2)

    @cached_property
    def inputs(self) -> dict[str, NDArray[Any]]:
        """Inputs that varied, over the solved draws."""
        return {path: values[self.solved] for path, values in self.study.inputs().items()}

    @cached_property
    def solved(self) -> NDArray[np.bool_]:
        """Which draws were solved."""
        return np.asarray(self.study.dataset["failure"].values.ravel() == 0)

    def values(self, name: str) -> NDArray[Any]:
        """A metric over the solved draws."""
        return self.study.metric(name).ravel()[self.solved]

    @cached_property
    def drivers(self) -> dict[str, sensitivity.Sensitivity]:
        """Sobol' indices of the driven metrics, some ``draws`` evaluations in all.

        However few draws were asked for, the base sample is not below `BASE`.
        """
        space, evaluate = cases.seam(self.case, self.driven)
        rows = max(self.draws // (len(space.factors) + 2), BASE)
        found = sensitivity.sobol(
            space, evaluate, 1 << (rows.bit_length() - 1), seed=self.seed, engine="threads",
            workers=2,
        )  # fmt: skip
        return {name: found[name].named(self.names) for name in self.driven}

    @cached_property
    def given(self) -> tuple[sensitivity.Sensitivity, sensitivity.Sensitivity]:
        """Borgonovo's delta and PAWN of the headline metric, from draws that are there already."""
        space, evaluate = cases.seam(self.case, [self.headline])
        draws = min(self.draws, GIVEN)
        study = run_study(space, evaluate, Sobol(draws, self.seed), engine="threads", workers=2)
        kept = tuple(self.relevant(self.headline))
        delta = sensitivity.borgonovo(study, self.headline, only=kept, copies=20, seed=self.seed)
        pawn = sensitivity.pawn(study, self.headline, only=kept)
        return delta[self.headline].named(self.names), pawn[self.headline].named(self.names)

    # ---- questions that several sections share, each asked once ----------------------------------

    @cached_property
    def room(self) -> dict[str, float]:
        """The largest gain that all can have at once, in stakes, by which levers are used."""
        compiled = declare.load("compiles", "bargaining")
        every = tuple(self.case.on_table())
        return {
            "no lever used": float(compiled(self.case, levers_used=()).zone()),
            "every lever used": float(compiled(self.case, levers_used=every).zone()),
        }

    @cached_property
    def judgement(self) -> Judgement | None:
        """The signed deal, else a midpoint, against the three no-deals; room and split of levers.

        Room and split belong to the case, not to the deal that is judged.
        """
        terms: Any = self.case.judged_deal
        if not terms:
            if any(not issue.is_interval for issue in self.case.issues.values()):
                return None
            terms = dict.fromkeys(self.case.issues, 0.5)
        try:
            return judge(self.case, terms)
        except NotApplicableError:
            return None

    @cached_property
    def used(self) -> tuple[str, ...]:
        """Levers of the no-deal that `judgement` means; every lever where there is none."""
        found = self.judgement
        return tuple(self.case.on_table()) if found is None else found.levers[found.meant]

    @cached_property
    def lever_effects(self) -> Mapping[str, LeverEffect]:
        """Room and split of every lever on the table, with and without on the same draws."""
        draws = min(self.draws, effects.DRAWS)
        return effects.lever_effects(
            self.case, self.case.on_table(), self.used, draws=draws, seed=self.seed
        )

    @cached_property
    def claimed(self) -> Mapping[str, tuple[float, bool]]:
        """Conclusion of the file to the share of draws it holds in, and whether at its values."""
        names = list(dict.fromkeys(item.metric for item in self.stated))
        drawn = cases.draw(self.case, self.draws, seed=self.seed)
        over, at = metric.evaluate(drawn, names), metric.evaluate(self.case, names)
        return {
            item.id: (
                float(np.mean(read(item.condition).holds(np.atleast_1d(over[item.metric])))),
                bool(read(item.condition).holds(np.atleast_1d(at[item.metric])).all()),
            )
            for item in self.stated
        }

    @cached_property
    def advantages(self) -> dict[str, NDArray[Any]]:
        """What each lever of the threat game brings its holder, over the draws."""
        draws = self.draws
        drawn = cases.draw(self.case, draws, seed=self.seed)
        names = {lever: f"threats.advantage.{lever}" for lever in self.held}
        found = metric.evaluate(drawn, list(names.values()))
        return {lever: np.broadcast_to(found[name], (draws,)) for lever, name in names.items()}

    @cached_property
    def scenario_effects(self) -> tuple[tuple[ScenarioEffect, ...], tuple[str, ...]]:
        """Every scenario against the baseline on the answers of the chapter on scenarios."""
        names = ["bargaining.zone"]
        if self.case.judged_deal:
            names = ["deal.margin.least", "bargaining.zone", "durability.survival.12"]
        draws = min(self.draws, effects.DRAWS)
        return effects.scenario_effects(self.case, names, draws=draws, seed=self.seed)

    @cached_property
    def placebo(self) -> Placebo | None:
        """What passes the test "the deal beats no deal", with the levers that `judgement` means."""
        if self.judgement is None:
            return None
        used = self.judgement.levers[self.judgement.meant]
        problem = declare.load("compiles", "bargaining")(self.case, levers_used=used)
        return placebo(problem, seed=self.seed)

    @cached_property
    def drawn(self) -> dict[str, NDArray[Any]]:
        """Metrics of the threat game and of the signed deal over the draws of a report."""
        names = [f"threats.utility.{party}" for party in self.case.principals]
        names += [f"threats.used.{lever}" for lever in self.case.levers]
        names += [f"threats.term.{i.id}" for i in self.case.issues.values() if i.is_interval]
        names += ["threats.profile", "threats.zone"]
        if self.case.signed_deal:
            names += ["deal.margin.least", "deal.loss", "deal.stands"]
            names += [f"deal.margin.{party}" for party in self.case.principals]
        drawn = cases.draw(self.case, self.draws, seed=self.seed)
        found = metric.evaluate(drawn, names)
        return {k: np.broadcast_to(v, (self.draws,)) for k, v in found.items()}

    @cached_property
    def miss(self) -> tuple[float, float, float, float | None] | None:
        """Mean distance of predicted terms to the signed: 5 %, median, 95 %, and the naive one's.

        None without a signed deal, or issues that are intervals, or two principals.
        """
        issues = [i.id for i in self.case.issues.values() if i.is_interval]
        if not self.case.signed_deal or not issues or len(self.case.principals) != 2:
            return None
        signed = self.case.terms(self.case.signed_deal)
        gaps = [np.abs(self.drawn[f"threats.term.{i}"] - float(signed[i])) for i in issues]
        mean = np.mean(gaps, axis=0)
        mean = mean[np.isfinite(mean)]
        if not len(mean):
            return None
        low, middle, high = (float(x) for x in np.percentile(mean, [5, 50, 95]))
        others = [
            float(np.mean([abs(float(self.case.terms(n)[i]) - float(signed[i])) for i in issues]))
            for n in self.case.deals
            if n != self.case.signed_deal
        ]
        return low, middle, high, min(others) if others else None

    @cached_property
    def lasting(self) -> tuple[float, float, float] | None:
        """Chance that the signed deal holds for twelve of its steps: 5 %, median, 95 % of draws.

        None where the file lacks what that takes.
        """
        name = "durability.survival.12"
        if not self.case.signed_deal:
            return None
        try:
            metric.evaluate(self.case, [name])
            drawn = cases.draw(self.case, self.draws, seed=self.seed)
            found = np.asarray(metric.evaluate(drawn, [name])[name], dtype=float).ravel()
        except (InputError, NotApplicableError):
            return None
        found = found[np.isfinite(found)]
        if not len(found):
            return None
        low, middle, high = (float(x) for x in np.percentile(found, [5, 50, 95]))
        return low, middle, high

    @cached_property
    def base_rate(self) -> float | None:
        """Share of agreements with a ceasefire clause that held for a year; None in other steps."""
        if self.case.case.clock.deal != "month":
            return None
        rates = declare.file_of("durability").BASE_RATES
        ended = [float(share) for _, days, share in rates if 360 < days < 370]
        return 1 - ended[0] if ended else None

    def relevant(self, name: str) -> dict[str, NDArray[Any]]:
        """Inputs on which a metric depends at all."""
        kept = set(methods.relevant(self.case, [name], seed=self.seed))
        return {path: values for path, values in self.inputs.items() if path in kept}

    @cached_property
    def open_claims(self) -> tuple[Any, ...]:
        """Conclusions of the file that neither always hold nor always fail."""
        out = []
        for item in self.stated:
            share = float(read(item.condition).holds(self.values(item.metric)).mean())
            if SURE <= share <= 1 - SURE:
                out.append(item)
        return tuple(out)

    def holds(self, item: Any) -> NDArray[np.bool_]:
        """Where a conclusion of the file holds, over the solved draws."""
        return read(item.condition).holds(self.values(item.metric))

    @cached_property
    def _relevant_to(self) -> Mapping[str, dict[str, NDArray[Any]]]:
        return {item.id: self.relevant(item.metric) for item in self.open_claims}

    def box(self, item: Any) -> discovery.Discovery:
        """Where an open conclusion fails."""
        found = discovery.prim(
            self._relevant_to[item.id], ~self.holds(item), what=f"“{item.text or item.id}” fails"
        )
        return found.named(self.names)

    def tree(self, item: Any) -> discovery.Tree:
        """Where an open conclusion fails, as a tree."""
        inputs = {path: v[:PER_TREE] for path, v in self._relevant_to[item.id].items()}
        found = discovery.tree(
            inputs, ~self.holds(item)[:PER_TREE], what=f"“{item.text or item.id}” fails"
        )
        return found.named(self.names)

    def information(self, item: Any) -> value_of_information.InformationValue:
        """What is worth knowing about an open conclusion."""
        labels = np.where(self.holds(item), "it holds", "it fails")
        found = value_of_information.value_of_information(
            self._relevant_to[item.id], labels, seed=self.seed
        )
        return found.named(self.names)
