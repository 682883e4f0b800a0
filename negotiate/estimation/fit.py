r"""Fit a strategic model to a table, and ask the fit.

>>> import pandas as pd
>>> from negotiate.estimation.strategic_tree import tree
>>> rng = np.random.default_rng(1)
>>> table = pd.DataFrame({"x": rng.normal(size=400), "z": rng.normal(size=400)})
>>> deter = tree("egame12", actions=("attack", "resist"))
>>> table = simulate(deter, table, parts=("x", "0", "1", "z"), outcome=("attack", "resist"),
...                  beta=[0.0, 1.0, 0.5, 0.3, -0.8], rng=rng)
>>> model = fit(deter, table, formula="attack + resist ~ x | 0 | 1 | z")
>>> model
Fit(egame12, probit, agent errors: 400 rows, 5 parameters, log-likelihood -360.1, ...)
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from negotiate.errors import InputError, NotApplicableError, UnknownNameError
from negotiate.estimation import (
    comparison,
    covariance,
    draws,
    games,
    prediction,
    resampling,
    summary,
)
from negotiate.estimation import formula as formulas
from negotiate.estimation import profile as profiles
from negotiate.estimation import scores as scoring
from negotiate.estimation.covariance import Kind as ErrorKind
from negotiate.estimation.crisis_signalling import CrisisSignalling, all_equilibria
from negotiate.estimation.diagnosis import Diagnosis, check, diagnose
from negotiate.estimation.durations import Cox
from negotiate.estimation.formula import Missing, Sheet
from negotiate.estimation.maximise import Maximum, maximise
from negotiate.estimation.prediction import Effect, Prediction
from negotiate.estimation.problem import Model, Prior, Problem
from negotiate.estimation.quantity import Estimate, evaluate, quoted
from negotiate.estimation.resampling import Executor
from negotiate.estimation.summary import Row
from negotiate.view import Viewable

Array = NDArray[np.float64]

RESAMPLES = 200
"""Resamples of the default bootstrap, where the curvature cannot be trusted."""
DRAWS = 2000


@dataclass(frozen=True, eq=False, repr=False)
class Fit(Viewable):
    """A model fitted to data.

    Attributes
    ----------
    problem
        Model, matrices, outcomes, what was fixed, the prior.
    maximum
        Estimates, exact derivatives, the table of starts.
    diagnosis
        Condition number and flat directions.
    sheet
        The table as it was read; None where the data were given as arrays.
    cluster
        (rows,) labels, or None.
    seed
        Of the random starts.
    """

    problem: Problem
    maximum: Maximum
    diagnosis: Diagnosis
    sheet: Sheet | None = None
    cluster: NDArray[Any] | None = None
    seed: int = 0

    _view: ClassVar[str] = "negotiate.estimation.view"

    def __repr__(self) -> str:
        return (
            f"Fit({self.problem.model.title}: {self.rows} rows, {self.parameters} parameters, "
            f"log-likelihood {self.log_likelihood:.1f}, {self.maximum.agreeing} of "
            f"{len(self.maximum.starts)} starts agree)"
        )

    # What was found

    @property
    def model(self) -> Model:
        """The model, its labels those of the data."""
        return self.problem.model

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters."""
        return self.problem.names

    @property
    def beta(self) -> Array:
        """(size,) estimates."""
        return self.maximum.beta

    @property
    def rows(self) -> int:
        """Observations used."""
        return self.problem.rows

    @property
    def parameters(self) -> int:
        """Parameters estimated."""
        return int(self.problem.free.sum())

    @cached_property
    def log_likelihood(self) -> float:
        """At the estimates, without the prior."""
        return self.problem.log_likelihood(self.beta)

    @property
    def aic(self) -> float:
        """Akaike's criterion, 2k - 2l."""
        return 2.0 * self.parameters - 2.0 * self.log_likelihood

    @property
    def bic(self) -> float:
        """Schwarz's criterion, k log n - 2l."""
        return self.parameters * float(np.log(self.rows)) - 2.0 * self.log_likelihood

    @property
    def trusted(self) -> bool:
        """Converged, not separated, and at least half of the starts agree."""
        starts = self.maximum.starts
        return (
            self.maximum.converged
            and not self.diagnosis.separated
            and 2 * self.maximum.agreeing >= len(starts)
        )

    @cached_property
    def status(self) -> tuple[str, ...]:
        """Convergence, starts, curvature, what was left out: in words."""
        best = self.maximum
        lines = [
            f"converged in {best.steps} steps"
            if best.converged
            else f"NOT converged after {best.steps} steps"
        ]
        agree, count = best.agreeing, len(best.starts)
        lines.append(f"{agree} of {count} starts ended here")
        if count > 1 and 2 * agree < count:
            lines.append("warning: fewer than half of the starts agree; try more starts")
        lines.append(f"condition number {self.diagnosis.condition:.1e}")
        lines.extend(str(direction) for direction in self.diagnosis.flat)
        if not self.diagnosis.normal:
            lines.append("intervals from the curvature mislead here: use profile or bootstrap")
        if self.sheet is not None:
            lost = self.sheet.rows - len(self.sheet.kept)
            if lost:
                why = ", ".join(f"{name} {n}" for name, n in self.sheet.dropped.items())
                lines.append(f"{lost} of {self.sheet.rows} rows left out for gaps ({why})")
        several = self.several_equilibria
        if several is not None:
            lines.append(f"{several} of {self.rows} rows have several equilibria at the estimate")
        return tuple(lines)

    @cached_property
    def several_equilibria(self) -> int | None:
        """Rows with more than one equilibrium at the estimates; None where there is only one."""
        if not isinstance(self.model, CrisisSignalling):
            return None
        indices = self.problem.indices_at(self.beta)
        found = all_equilibria(dict(zip(self.model.indices, indices)))
        return sum(len(row) > 1 for row in found)

    # Standard errors and tables

    def covariance(self, kind: ErrorKind | None = None) -> Array:
        """Covariance of the estimates: "hessian", "opg", "robust", "cluster".

        The default is "cluster" where clusters were given, else "hessian".
        """
        chosen = kind or ("hessian" if self.cluster is None else "cluster")
        return covariance.covariance(
            self.problem,
            self.maximum,
            kind=chosen,
            cluster=self.cluster if chosen == "cluster" else None,
        )

    def standard_errors(self, kind: ErrorKind | None = None) -> dict[str, float]:
        """Parameter to its standard error; 0 where it was held fixed."""
        se = np.sqrt(np.diag(self.covariance(kind)))
        return dict(zip(self.names, se.tolist()))

    def table(self, kind: ErrorKind | None = None) -> list[Row]:
        """One row a parameter: estimate, standard error, z, p."""
        return summary.rows_of(self.problem, self.beta, self.covariance(kind))

    def _lines(self, kind: ErrorKind | None) -> list[str]:
        chosen = kind or ("hessian" if self.cluster is None else "cluster")
        return [
            f"standard errors: {chosen}",
            f"n {self.rows}, log-likelihood {self.log_likelihood:.4f}, AIC {self.aic:.2f}, "
            f"BIC {self.bic:.2f}",
        ]

    def summary(self, kind: ErrorKind | None = None) -> str:
        """The table of estimates with everything a reader must know, as text."""
        return summary.text_table(
            self.model.title, self.table(kind), [*self._lines(kind), *self.status]
        )

    def to_latex(self, kind: ErrorKind | None = None) -> str:
        """The table as LaTeX (booktabs)."""
        return summary.latex_table(self.model.title, self.table(kind), self._lines(kind))

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "model": self.model.title,
            "rows": self.rows,
            "log_likelihood": self.log_likelihood,
            "aic": self.aic,
            "bic": self.bic,
            "parameters": [
                {
                    "name": row.name,
                    "estimate": row.estimate,
                    "standard_error": None if np.isnan(row.se) else row.se,
                    "fixed": row.fixed,
                }
                for row in self.shown
            ],
            "standard_errors": "hessian" if self.cluster is None else "cluster",
            "starts": [
                {
                    "kind": start.kind,
                    "log_likelihood": start.value if np.isfinite(start.value) else None,
                    "steps": start.steps,
                    "converged": start.converged,
                    "agrees": start.agrees,
                }
                for start in self.maximum.starts
            ],
            "status": list(self.status),
            "data": None if self.sheet is None else self.sheet.hash,
            "seed": self.seed,
        }

    @property
    def shown(self) -> list[Row]:
        """The table with clustered errors where there are clusters and scores by row."""
        try:
            return self.table()
        except NotApplicableError:
            return self.table("hessian")

    # Uncertainty

    def profile(self, name: str, *, level: float = 0.9) -> profiles.Profile:
        """Profile likelihood interval of a parameter."""
        return profiles.profile(self.problem, self.maximum, name, level=level)

    def from_profile(self, better: profiles.Profile) -> Fit:
        """The fit from the better point that a profile met."""
        if better.better is None:
            return self
        best = maximise(self.problem, starts=1, first=[better.better])
        return replace(self, maximum=best, diagnosis=diagnose(self.problem, best))

    def bootstrap(
        self,
        count: int = RESAMPLES,
        *,
        seed: int = 0,
        by_cluster: bool = True,
        executor: Executor | None = None,
    ) -> draws.Draws:
        """Estimates on resampled rows, or clusters where there are any."""
        return resampling.bootstrap(
            self.problem,
            self.maximum,
            count=count,
            rng=np.random.default_rng(seed),
            cluster=self.cluster if by_cluster else None,
            executor=executor,
        )

    def normal(
        self, count: int = DRAWS, *, seed: int = 0, kind: ErrorKind | None = None
    ) -> draws.Draws:
        """Draws from the normal about the estimates."""
        rng = np.random.default_rng(seed)
        matrix = self.covariance(kind)
        return draws.normal_draws(self.problem, self.maximum, matrix, count=count, rng=rng)

    def posterior(self, count: int = DRAWS, *, seed: int = 0) -> draws.Draws:
        """Weighted draws of the posterior about its mode."""
        rng = np.random.default_rng(seed)
        return draws.posterior_draws(self.problem, self.maximum, count=count, rng=rng)

    def sampled(self, count: int = DRAWS, *, seed: int = 0) -> draws.Draws:
        """Draws of the posterior by an ensemble sampler (optional library)."""
        return draws.sampled(
            self.problem, self.maximum, count=count, rng=np.random.default_rng(seed)
        )

    def default_draws(self, *, seed: int = 0) -> draws.Draws:
        """Normal draws where the curvature can be trusted, else the bootstrap."""
        return self.normal(seed=seed) if self.diagnosis.normal else self.bootstrap(seed=seed)

    # What it says

    def _sheet(self) -> Sheet:
        if self.sheet is None:
            raise NotApplicableError(
                "this fit was made from arrays, not from a table", where=self.model.title
            )
        return self.sheet

    def designs(self, data: Any) -> list[Array]:
        """Matrices of all indices for rows of data."""
        matrices = self._sheet().apply(data)
        rows = len(matrices[0])
        extra = len(self.problem.designs) - len(matrices)
        return [*matrices, *(np.ones((rows, 1)) for _ in range(extra))]

    @property
    def events(self) -> tuple[str, ...]:
        """Names of the events that can be predicted."""
        one = [x[:1] for x in self.problem.designs]
        return tuple(prediction.events_at(self.problem, self.beta, one))

    def predict(
        self,
        data: Any,
        *,
        events: Sequence[str] = (),
        given: draws.Draws | None = None,
        level: float = 0.9,
    ) -> list[Prediction]:
        """Events at rows of data, with intervals.

        Parameters
        ----------
        data
            Rows with the variables of the formula.
        events
            Which; all where empty.
        given
            Draws of the parameters; by the delta method where None.
        level
            Level of the intervals.
        """
        return prediction.predict(
            self.problem,
            self.beta,
            self.designs(data),
            events or self.events,
            covariance=None if given is not None else self.covariance(),
            draws=given,
            level=level,
        )

    def typical(self) -> dict[str, Any]:
        """A row with every number at its sample mean and every label at its mode."""
        import pandas as pd

        frame = self._frame
        return {
            str(name): float(column.mean())
            if pd.api.types.is_numeric_dtype(column)
            else column.mode().iloc[0]
            for name, column in frame.items()
        }

    def along(
        self,
        variable: str,
        *,
        event: str,
        values: Sequence[Any] = (),
        row: Mapping[str, Any] | None = None,
        given: draws.Draws | None = None,
        level: float = 0.9,
    ) -> list[tuple[Any, Prediction]]:
        """An event's probability as one variable moves, the others held.

        Parameters
        ----------
        variable
            What moves: over ``values``, or 25 points of its range, or all its levels.
        event
            Whose probability.
        row
            Where the others are held; the typical row where None.
        """
        ranges = self._sheet().ranges
        if variable not in ranges:
            raise UnknownNameError("variable", variable, ranges)
        if not len(values):
            levels = ranges[variable]
            numeric = levels and not isinstance(levels[0], str)
            values = (
                np.linspace(float(levels[0]), float(levels[1]), 25).tolist()
                if numeric
                else list(levels)
            )
        held = dict(self.typical() if row is None else row)
        table = {name: [value] * len(values) for name, value in held.items()}
        table[variable] = list(values)
        found = self.predict(table, events=[event], given=given, level=level)
        return list(zip(values, found))

    def effects(self, variable: str, *, event: str, level: float = 0.9) -> list[Effect]:
        """Average marginal effect of a variable: a slope, or contrasts with its first level."""
        frame = self._frame
        if variable not in frame.columns:
            raise UnknownNameError("variable", variable, map(str, frame.columns))
        levels = self._sheet().ranges[variable]
        values = frame[variable].to_numpy()
        pairs: list[tuple[Any, Any, float, str]] = []
        if levels and isinstance(levels[0], str):
            pairs = [(levels[0], b, 1.0, f"{b} - {levels[0]}") for b in levels[1:]]
        elif set(np.unique(values)) <= {0.0, 1.0}:
            pairs = [(0, 1, 1.0, "1 - 0")]
        else:
            step = 1e-4 * float(np.std(values.astype(float)) or 1.0)
            pairs = [(values - step, values + step, 2.0 * step, "slope")]
        matrix = self.covariance()
        return [
            prediction.effect(
                self.problem,
                self.beta,
                self.designs(frame.assign(**{variable: a})),
                self.designs(frame.assign(**{variable: b})),
                divisor,
                variable=variable,
                event=event,
                contrast=contrast,
                covariance=matrix,
                level=level,
            )
            for a, b, divisor, contrast in pairs
        ]

    @cached_property
    def _frame(self) -> Any:
        return self._sheet().frame

    def estimate(
        self,
        expression: str,
        row: Mapping[str, Any],
        *,
        given: draws.Draws | None = None,
        level: float = 0.9,
    ) -> Estimate:
        """A function of payoffs and probabilities at a row, with its interval.

        Parameters
        ----------
        expression
            Sums, products, powers of ``P(event)`` and of indices, as in
            ``(u1(war) - u1(sq)) / 2`` or ``P(resist | challenge)``.
        row
            Value of every variable.
        given
            Draws of the parameters; normal ones, or a bootstrap where the curvature misleads.
        level
            Level of the interval.
        """
        used = self.default_draws(seed=self.seed) if given is None else given
        return evaluate(
            expression,
            self.problem,
            self.beta,
            self.designs(dict(row)),
            used,
            level=level,
            outside=self._sheet().outside(dict(row)),
        )

    def quantity(
        self,
        expression: str,
        row: Mapping[str, Any],
        *,
        name: str = "",
        given: draws.Draws | None = None,
        level: float = 0.9,
        judged: bool = False,
        note: str = "",
        estimate: str = "E1",
    ) -> str:
        """A sourced quantity for a case file, with the estimate that it cites.

        Parameters
        ----------
        expression, row, given, level
            As in `estimate`.
        name
            Id of the quantity; made from the expression where empty.
        judged
            Whether covariates of the row were judged rather than looked up.
        note
            Why this value.
        estimate
            Id of the estimate's own table.

        Raises
        ------
        NoSolutionError
            The data do not identify the expression.
        """
        found = self.estimate(expression, row, given=given, level=level)
        slug = name or "_".join(re.findall(r"[a-z0-9]+", expression.lower())) or "estimate"
        lines = found.lines(slug, source=estimate, note=note, judged=judged)
        return lines + "\n" + self.record(row, found, name=estimate)

    def record(self, row: Mapping[str, Any], found: Estimate, *, name: str = "E1") -> str:
        """The table ``[estimate.E1]`` of a case file: what was fitted to what."""
        sheet = self._sheet()
        agree, count = self.maximum.agreeing, len(self.maximum.starts)
        used = {k: v for k, v in row.items() if k in sheet.ranges}
        out = [
            f"[estimate.{name}]",
            f"model = {quoted(self.model.title)}",
            f"formula = {quoted(' | '.join(sheet.parts))}",
            f'data_hash = "{sheet.hash}"',
            f"rows = {self.rows}",
            f"log_likelihood = {self.log_likelihood:.6f}",
            f'starts = "{agree} of {count} agree"',
            f"interval = {quoted(f'{100 * found.level:g} %, {found.kind}')}",
            f"row = {{ {', '.join(f'{_key(k)} = {_toml(v)}' for k, v in used.items())} }}",
        ]
        ranges = {k: v for k, v in sheet.ranges.items() if v and not isinstance(v[0], str)}
        shown = ", ".join(f"{_key(k)} = [{v[0]:.10g}, {v[1]:.10g}]" for k, v in ranges.items())
        out.append(f"range = {{ {shown} }}")
        return "\n".join(out) + "\n"

    def game(self, row: Mapping[str, Any]) -> Any:
        """The game at a row, its payoffs the estimated utilities in units of the errors.

        A tree gives an extensive game: with agent error and logit its agent quantal response at
        precision 1/(sqrt 2 sigma) is the model's own forecast. Crisis signalling gives the game of
        Lewis and Schultz.

        Raises
        ------
        NotApplicableError
            The model is no game of the toolkit.
        """
        return games.game_of(self.model, self.at_row(row))

    def at_row(self, row: Mapping[str, Any]) -> dict[str, float]:
        """Every index at a row: utilities, logarithms of scales."""
        designs = self.designs(dict(row))
        return {
            index: float(x[0] @ self.beta[s])
            for index, x, s in zip(self.model.indices, designs, self.problem.slices)
        }

    # Against others

    def compare(
        self, other: Fit, *, correction: comparison.Correction = "schwarz"
    ) -> comparison.Comparison:
        """Vuong's and Clarke's tests against another fit to the same rows."""
        return comparison.comparison(
            self.problem.row_values(self.beta),
            other.problem.row_values(other.beta),
            self.parameters,
            other.parameters,
            correction=correction,
        )

    def scores(self, *, folds: int = 10, seed: int = 0) -> scoring.Scores:
        """Held-out log and Brier scores beside base rates and plain logits."""
        columns: dict[bytes, Array] = {}
        for design in self.problem.designs:
            for column in design.T:
                if np.ptp(column) > 0:
                    columns[np.ascontiguousarray(column).tobytes()] = column
        regressors = (
            np.column_stack(list(columns.values())) if columns else np.zeros((self.rows, 0))
        )
        return scoring.cross_validate(
            self.problem, self.beta, regressors, folds=folds, cluster=self.cluster, seed=seed
        )

    def simulate(self, *, seed: int = 0) -> dict[str, NDArray[Any]]:
        """Outcomes drawn from the fit, one for every row of the sample."""
        outcome = self.model.simulate(
            self.problem.indices_at(self.beta), np.random.default_rng(seed)
        )
        names = tuple(self.sheet.outcome) if self.sheet is not None else ("outcome",)
        return self.model.write_outcome(outcome, names)

    def equilibria(self, row: Mapping[str, Any]) -> list[dict[str, float]]:
        """Every equilibrium at a row (crisis signalling)."""
        if not isinstance(self.model, CrisisSignalling):
            raise NotApplicableError("one equilibrium always", where=self.model.title)
        indices = [x @ self.beta[s] for x, s in zip(self.designs(dict(row)), self.problem.slices)]
        return all_equilibria(dict(zip(self.model.indices, indices)))[0]


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else quoted(name)


def _toml(value: Any) -> str:
    return quoted(value) if isinstance(value, str) else f"{float(value):.10g}"


def fit(
    model: Model,
    data: Any,
    *,
    formula: str | Mapping[str, str],
    outcome: Sequence[str] = (),
    fixed: Mapping[str, float] | None = None,
    weights: str | None = None,
    cluster: str | None = None,
    prior: Prior | None = None,
    starts: int = 8,
    seed: int = 0,
    first: Sequence[Sequence[float]] = (),
    missing: Missing = "drop",
) -> Fit:
    """Fit a strategic model to a table.

    Parameters
    ----------
    model
        Such as ``tree("egame12")``, ``CrisisSignalling()``, ``Ultimatum(most=100)``.
    data
        A data frame, a mapping of columns, or the path of a CSV file.
    formula
        ``outcome variables ~ part | part | ...``, one part an index; or a mapping from index to
        part, with ``outcome``. Scales without a part are constants.
    outcome
        Outcome variables, where the formula does not name them.
    fixed
        Parameters that are held, by name.
    weights
        Variable with a weight for each row.
    cluster
        Variable whose values name the clusters of dependent rows.
    prior
        A prior: the estimate is then the mode of the posterior.
    starts, seed, first
        Starts of Newton's method: given ones, the model's own, zero, then random ones.
    missing
        "drop" rows with gaps, or "refuse" them.

    Raises
    ------
    InputError
        Formula, data or model do not fit together, or the model is not identified by such data;
        all that is wrong at once.
    """
    if isinstance(formula, str):
        left, parts = formulas.split(formula)
    else:
        left, parts = (), tuple(formula.values())
        for index, part in formula.items():
            formulas.variables(part, where=f"formula of {index}")
    names = tuple(outcome) or left
    if not names:
        raise InputError("no outcome variable", where="formula", remedy="write outcome ~ parts")
    frame = formulas.table(data)
    extra = [name for name in (weights, cluster) if name is not None]
    lacking = [name for name in extra if name not in frame.columns]
    if lacking:
        raise UnknownNameError("variable", lacking[0], map(str, frame.columns), where="data")
    sheet = formulas.read(frame, outcome=names, parts=parts, missing=missing)
    known, read = model.read_outcome(sheet.outcome)
    if not isinstance(formula, str):
        sheet, parts = _in_order(sheet, list(formula), known.indices), parts
    designs, labels = list(sheet.designs), list(sheet.labels)
    for index in known.indices[len(designs) :]:
        if not index.startswith("log("):
            break
        designs.append(np.ones((len(sheet.kept), 1)))
        labels.append(("",))
    weight = None
    if weights is not None:
        weight = frame[weights].to_numpy(dtype=float)[sheet.kept]
    problem = Problem(known, tuple(designs), tuple(labels), read, weights=weight, prior=prior)
    if isinstance(known, Cox):
        problem = known.problem(replace(problem))
    if fixed:
        problem = problem.holding({problem.number(name): x for name, x in fixed.items()})
    check(problem)
    best = maximise(
        problem,
        starts=starts,
        rng=np.random.default_rng(seed),
        first=[np.asarray(point, dtype=float) for point in first],
    )
    clusters = None if cluster is None else frame[cluster].to_numpy()[sheet.kept]
    return Fit(problem, best, diagnose(problem, best), sheet, clusters, seed)


def _in_order(sheet: Sheet, given: list[str], indices: Sequence[str]) -> Sheet:
    """The sheet with its parts in the order of the model's indices, absent ones zero."""
    strange = [name for name in given if name not in indices]
    if strange:
        raise UnknownNameError("index", strange[0], indices, where="formula")
    rows = len(sheet.kept)
    order = [given.index(name) if name in given else -1 for name in indices]
    while order and order[-1] < 0 and indices[len(order) - 1].startswith("log("):
        order.pop()
    return replace(
        sheet,
        designs=tuple(sheet.designs[k] if k >= 0 else np.zeros((rows, 0)) for k in order),
        labels=tuple(sheet.labels[k] if k >= 0 else () for k in order),
        parts=tuple(sheet.parts[k] if k >= 0 else "0" for k in order),
        specifications=tuple(sheet.specifications[k] if k >= 0 else None for k in order),
    )


def simulate(
    model: Model,
    data: Any,
    *,
    parts: Sequence[str],
    outcome: Sequence[str],
    beta: Sequence[float],
    rng: np.random.Generator,
) -> Any:
    """Data drawn from a model: the table with outcome columns added.

    Parameters
    ----------
    model
        Any model.
    data
        A table with the regressors.
    parts
        One formula an index; scales without a part are constants.
    outcome
        Names of the outcome columns, as the model writes them.
    beta
        Parameters, index by index.
    rng
        Random numbers.
    """
    frame = formulas.table(data)
    sheet = formulas.read(frame, outcome=(), parts=parts)
    designs = list(sheet.designs)
    for _ in model.indices[len(designs) :]:
        designs.append(np.ones((len(sheet.kept), 1)))
    sizes = [x.shape[1] for x in designs]
    if sum(sizes) != len(beta):
        raise InputError(f"{len(beta)} parameters", where="simulate", allowed=f"{sum(sizes)}")
    ends = np.cumsum(sizes)
    numbers = np.asarray(beta, dtype=float)
    indices = [x @ numbers[e - s : e] for x, e, s in zip(designs, ends, sizes)]
    drawn = model.write_outcome(model.simulate(indices, rng), tuple(outcome))
    return frame.iloc[sheet.kept].assign(**drawn)
