"""All forecasts of a model side by side, and how far each was from an outcome that is known.

A concept that does not apply says why in `Comparison.left_out`; none is dropped in silence. Errors
are in points of a scale of 100, each beside its difference from the midpoint of the scale with the
standard error of that difference over issues: what is not larger than that error is not shown.

>>> from negotiate.spatial.positions import Scale, model
>>> m = model({"a": {"p": 0, "q": 20}, "b": {"p": 60, "q": 90}},
...           scales=[Scale("p", outcome=30), Scale("q", outcome=50)])
>>> found = compare(m)
>>> found["compromise"]["p"], round(found.scores["compromise"].mean_absolute, 2)
(Fraction(30, 1), 2.5)
>>> sorted(found.left_out)
['procedural', 'spatial_politics']
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from negotiate.declare import concept_named, concepts_of
from negotiate.drawing import tables
from negotiate.drawing.text import escape
from negotiate.errors import InputError, NotApplicableError
from negotiate.spatial.baselines import baselines
from negotiate.spatial.positions import SpatialModel
from negotiate.spatial.score import Difference, Score, score
from negotiate.spatial.score import compare as difference
from negotiate.view import Viewable


@dataclass(frozen=True, eq=False)
class Comparison(Viewable, Mapping[str, Mapping[str, Any]]):
    """Forecasts by concept, then by issue.

    Attributes
    ----------
    model
        The model.
    rows
        Concept (and plain forecast) to levels.
    scores
        Concept to errors, where every issue with an outcome is forecast.
    from_midpoint
        Concept to the difference of its errors from those of the midpoint.
    left_out
        Concept to the reason why it has no row.
    """

    model: SpatialModel
    rows: Mapping[str, Mapping[str, Any]]
    scores: Mapping[str, Score]
    from_midpoint: Mapping[str, Difference]
    left_out: Mapping[str, str] = field(default_factory=dict)

    _view = "negotiate.spatial.compare"

    def __getitem__(self, name: str) -> Mapping[str, Any]:
        return self.rows[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        return f"Comparison({len(self.rows)} forecasts of {len(self.model.issues)} issues)"

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "forecasts": {
                name: {issue: float(level) for issue, level in row.items()}
                for name, row in self.rows.items()
            },
            "scores": {name: found.to_dict() for name, found in self.scores.items()},
            "left_out": dict(self.left_out),
        }


def compare(model: SpatialModel, *, concepts: Sequence[str] = ()) -> Comparison:
    """Every forecast of a model without draws.

    Parameters
    ----------
    model
        Positions, saliences, capabilities; with outcomes where they are known.
    concepts
        Names of concepts, in order; all of them by default. Plain forecasts always stand beside.

    Returns
    -------
    Comparison
    """
    if model.shape:
        raise InputError("a table of draws", where="compare", remedy="take one draw")
    rows: dict[str, Mapping[str, Any]] = {}
    left: dict[str, str] = {}
    for name in concepts or concepts_of("spatial"):
        if name == "plain_forecast":
            continue
        try:
            rows[name] = concept_named(name)(model)[0].terms
        except (NotApplicableError, InputError) as error:
            if concepts:
                raise
            left[name] = str(error)
    rows |= baselines(model)
    known = model.outcomes()
    scores = {
        name: score(model, row)
        for name, row in rows.items()
        if known and all(issue in row for issue in known)
    }
    gaps = {name: difference(model, rows[name], rows["midpoint"]) for name in scores}
    return Comparison(model, rows, scores, gaps, left)


def _table(found: Comparison) -> tuple[list[str], list[list[object]]]:
    known = found.model.outcomes()
    head = ["issue", *(["outcome"] if known else []), *found.rows]
    body: list[list[object]] = []
    for issue in found.model.issue_names:
        cells: list[object] = [issue]
        if known:
            cells.append(float(known[issue]) if issue in known else "")
        cells += [float(row[issue]) if issue in row else "" for row in found.rows.values()]
        body.append(cells)
    if found.scores:
        blank: list[object] = ["" for _ in found.rows]
        lines = {"mean error": [*blank], "less midpoint's": [*blank], "standard error": [*blank]}
        for place, name in enumerate(found.rows):
            if name in found.scores:
                gap = found.from_midpoint[name]
                lines["mean error"][place] = found.scores[name].mean_absolute
                lines["less midpoint's"][place] = gap.mean
                lines["standard error"][place] = gap.standard_error or ""
        body += [[words, "", *cells] for words, cells in lines.items()]
    return head, body


def text(found: Comparison) -> str:
    """The table for a terminal."""
    head, body = _table(found)
    left = [f"{name}: {why}" for name, why in found.left_out.items()]
    return "\n".join([tables.text(head, body, digits=2), *left])


def html(found: Comparison) -> str:
    """The table for a notebook, every label escaped."""
    head, body = _table(found)
    left = "".join(f"<li>{escape(f'{n}: {why}')}</li>" for n, why in found.left_out.items())
    caption = found.model.title or "Forecasts"
    return tables.html(head, body, caption=caption, digits=2) + (f"<ul>{left}</ul>" if left else "")


def figure(found: Comparison) -> str:
    """Positions and forecasts on the scales, see `negotiate.spatial.view`."""
    from negotiate.spatial import view

    return view.on_scales(found.model, found.rows)
