r"""A run of an estimation as a file: model, data, formulas, and the quantities wanted of it.

::

    format = 1
    kind = "estimation"
    id = "deterrence"
    title = "Deterrence 1816 to 1899"

    [model]
    kind = "egame12"          # egame122, egame123, crisis_signalling, ultimatum, multinomial,
    link = "probit"           # weibull, cox
    errors = "agent"

    [data]
    formula = "esc + war ~ s_wt_re1 | 0 | regime1 | balanc"
    cluster = "dyad"

    [fit]
    starts = 8
    seed = 0

    [[quantity]]
    name = "resist"
    expression = "P(war | esc)"
    row = { s_wt_re1 = 0, regime1 = "autoc", balanc = 0.7 }

Nothing in the file is executed. The answer is reproducible: it names the data by their hash, and
every seed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from negotiate.case.findings import parse_toml
from negotiate.case.quantity import Exact, Frozen
from negotiate.case.read import read_text
from negotiate.errors import CaseError, NoSolutionError, UnknownNameError
from negotiate.estimation.crisis_signalling import CrisisSignalling
from negotiate.estimation.draws import Draws
from negotiate.estimation.durations import Cox, Weibull
from negotiate.estimation.fit import Fit, fit
from negotiate.estimation.multinomial import MultinomialLogit
from negotiate.estimation.problem import Model, Prior
from negotiate.estimation.strategic_tree import SHAPES, tree
from negotiate.estimation.ultimatum import Ultimatum


class ModelBlock(Frozen):
    """Which model, with its options; those that a model has not are refused."""

    kind: str
    link: Literal["probit", "logit"] | None = None
    errors: Literal["agent", "private"] | None = None
    scale: Literal["none", "one", "player"] | None = None
    outcomes: tuple[str, ...] = ()
    selection: Literal["best", "uniform", "lowest", "highest"] | None = None
    most: float | None = None
    least: float | None = None


class DataBlock(Frozen):
    """Formulas and the variables with a role."""

    formula: str | dict[str, str]
    outcome: tuple[str, ...] = ()
    weights: str | None = None
    cluster: str | None = None
    missing: Literal["drop", "refuse"] = "drop"
    fixed: dict[str, float] = Field(default_factory=dict)


class FitBlock(Frozen):
    """How the maximum is sought, and which intervals the quantities get."""

    starts: int = Field(8, ge=1, le=1000)
    seed: int = Field(0, ge=0)
    prior: float | None = Field(None, gt=0, description="standard deviation of slopes, for a mode")
    intervals: Literal["default", "normal", "posterior", "bootstrap"] = "default"
    draws: int = Field(2000, ge=10, le=1_000_000)
    resamples: int = Field(200, ge=10, le=100_000)
    level: float = Field(0.9, gt=0, lt=1)


class WantedBlock(Frozen):
    """A quantity to be carried into a case."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=80)
    expression: str
    row: dict[str, Exact | str]
    judgement: bool = False
    note: str = ""


class EstimationFile(Frozen):
    """A run of an estimation."""

    format: Literal[1]
    kind: Literal["estimation"]
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=80)
    title: str
    note: str = ""
    model: ModelBlock
    data: DataBlock
    fit: FitBlock = Field(default_factory=lambda: FitBlock.model_validate({}))
    quantity: tuple[WantedBlock, ...] = ()


@dataclass(frozen=True)
class Run:
    """A run and its answer.

    Attributes
    ----------
    file
        What was asked.
    fit
        The fit.
    draws
        Draws behind the intervals; None where no quantity was asked for.
    lines
        Name of each quantity to its lines for a case file, or to the reason why there are none.
    """

    file: EstimationFile
    fit: Fit
    draws: Draws | None
    lines: Mapping[str, str]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        out = {"id": self.file.id, "title": self.file.title, **self.fit.to_dict()}
        out["intervals"] = None if self.draws is None else self.draws.kind
        out["notes"] = [] if self.draws is None else list(self.draws.notes)
        out["quantities"] = dict(self.lines)
        return out

    def text(self) -> str:
        """Summary, notes, and the lines for a case file."""
        parts = [self.file.title, self.fit.text()]
        if self.draws is not None:
            parts.append("; ".join([f"intervals: {self.draws.kind}", *self.draws.notes]))
        parts.extend(self.lines.values())
        return "\n\n".join(parts)


def read(path: str | Path) -> EstimationFile:
    """Read and check a run.

    Raises
    ------
    CaseError
        Every finding of the file.
    """
    place = Path(path)
    data = parse_toml(read_text(place), str(path))
    try:
        return EstimationFile.model_validate(data)
    except ValidationError as error:
        findings = [
            f"{path}: {'.'.join(map(str, item['loc'])) or 'file'}: {item['msg']}"
            for item in error.errors()
        ]
        raise CaseError(findings, where=str(path)) from None


def model_of(block: ModelBlock) -> Model:
    """The model that a block names.

    Raises
    ------
    UnknownNameError
        A model, or an option that this model does not have.
    """
    given = {
        name: value
        for name, value in block.model_dump().items()
        if name != "kind" and value not in (None, ())
    }
    if block.kind not in MODELS:
        raise UnknownNameError("model", block.kind, MODELS, where="model.kind")
    make, allowed = MODELS[block.kind]
    strange = sorted(set(given) - set(allowed))
    if strange:
        raise UnknownNameError("option", strange[0], allowed, where=f"model {block.kind}")
    return make(**given)


def run(file: EstimationFile, data: Any) -> Run:
    """Fit a run to its data, and estimate its quantities.

    Parameters
    ----------
    file
        As `read` gives it.
    data
        A table, or the path of a CSV file.
    """
    formula: Any = file.data.formula
    found = fit(
        model_of(file.model),
        data,
        formula=formula,
        outcome=file.data.outcome,
        fixed=file.data.fixed,
        weights=file.data.weights,
        cluster=file.data.cluster,
        missing=file.data.missing,
        prior=None if file.fit.prior is None else Prior(scale=file.fit.prior),
        starts=file.fit.starts,
        seed=file.fit.seed,
    )
    if not file.quantity:
        return Run(file, found, None, {})
    made = _draws(found, file.fit)
    lines: dict[str, str] = {}
    for number, wanted in enumerate(file.quantity, 1):
        row = {k: v if isinstance(v, str) else float(v) for k, v in wanted.row.items()}
        try:
            lines[wanted.name] = found.quantity(
                wanted.expression,
                row,
                name=wanted.name,
                given=made,
                level=file.fit.level,
                judged=wanted.judgement,
                note=wanted.note,
                estimate=f"E{number}",
            )
        except NoSolutionError as error:
            lines[wanted.name] = f"# {wanted.name}: {error}\n"
    return Run(file, found, made, lines)


def _draws(found: Fit, block: FitBlock) -> Draws:
    makers: dict[str, Callable[[], Draws]] = {
        "default": lambda: found.default_draws(seed=block.seed),
        "normal": lambda: found.normal(block.draws, seed=block.seed),
        "posterior": lambda: found.posterior(block.draws, seed=block.seed),
        "bootstrap": lambda: found.bootstrap(block.resamples, seed=block.seed),
    }
    return makers[block.intervals]()


_TREE_OPTIONS = ("link", "errors", "scale", "outcomes")
MODELS: dict[str, tuple[Callable[..., Model], tuple[str, ...]]] = {
    **{shape: (partial(tree, shape), _TREE_OPTIONS) for shape in SHAPES},
    "crisis_signalling": (CrisisSignalling, ("selection",)),
    "ultimatum": (Ultimatum, ("most", "least")),
    "multinomial": (MultinomialLogit, ("outcomes",)),
    "weibull": (Weibull, ()),
    "cox": (Cox, ()),
}
"""Models of a file, and the options each has."""
