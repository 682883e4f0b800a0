"""Sliders and switches for a case: ``ng.explore(case)`` in a notebook.

Sliders for the quantities that matter most to the question, a switch for every lever, a list of
the scenarios; every change shows at once the bargaining figure, the predicted deal, the pair of
threats and the margins of the signed deal. All numbers come from the same games as everywhere
else; only the frontier is drawn through fewer points, and the view says so.

Needs ipywidgets, which the extra ``notebook`` brings.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from negotiate import declare
from negotiate.case.negotiation import Negotiation
from negotiate.drawing import figures
from negotiate.drawing.text import escape, number
from negotiate.errors import InputError, MissingExtraError, NegotiateError
from negotiate.whatif import metric
from negotiate.whatif.questions import oneway
from negotiate.whatif.study.world import of_case
from negotiate.whatif.words import names

SLIDERS = 8
"""Sliders shown unless asked for others: the quantities with the widest one-way ranges."""

FRONTIER = 61
"""Points through which the frontier is drawn while a hand moves."""

BASELINE = "as the file says"


class Explorer:
    """Widgets and the case they stand for.

    Attributes
    ----------
    case
        The case at the start; ``now`` is the case as the widgets have it.
    sliders, switches
        Path to slider; lever to switch.
    scenario
        The list of scenarios.
    view
        What is shown, as HTML.
    reset
        The button that puts everything back.
    """

    def __init__(self, case: Negotiation, paths: Sequence[str], widgets: Any) -> None:
        self.case = self.now = case
        self._widgets = widgets
        self._names = names(case)
        self._quiet = False
        self.seconds = 0.0
        self.sliders = {path: self._slider(path) for path in paths}
        self.switches = {
            lever: widgets.Checkbox(
                value=bool(case.value(f"lever.{lever}.available")),
                description=item.name,
                indent=False,
                layout={"width": "auto"},
            )
            for lever, item in case.levers.items()
        }
        choices = [(BASELINE, "")] + [(s.name, key) for key, s in case.scenarios.items()]
        self.scenario = widgets.Dropdown(
            options=choices, value="", description="scenario", layout={"width": "28em"}
        )
        self.reset = widgets.Button(description="Back to the file")
        self.view = widgets.HTML()
        self._paths = {slider.model_id: path for path, slider in self.sliders.items()}
        self._paths |= {
            switch.model_id: f"lever.{lever}.available" for lever, switch in self.switches.items()
        }
        for widget in (*self.sliders.values(), *self.switches.values()):
            widget.observe(self._changed, names="value")
        self.scenario.observe(self._chosen, names="value")
        self.reset.on_click(lambda _: self._back())
        hands = [self.scenario, *self._rows(), *self.switches.values(), self.reset]
        left = widgets.VBox(hands, layout={"width": "31em"})
        self.box = widgets.HBox([left, self.view])
        self._show()

    def _slider(self, path: str) -> Any:
        low, high = oneway.span(self.case, path)
        value = float(self.case.value(path))
        low, high = min(low, value), max(high, value)
        return self._widgets.FloatSlider(
            value=value,
            min=low,
            max=high,
            step=(high - low) / 200,
            readout_format=".3f",
            continuous_update=True,
            layout={"width": "30em"},
        )

    def _rows(self) -> list[Any]:
        label = self._widgets.HTML
        return [
            self._widgets.VBox([label(f"<small>{escape(self._names.get(p, p))}</small>"), slider])
            for p, slider in self.sliders.items()
        ]

    def _changed(self, change: Any) -> None:
        """One hand moved; members of its group follow, and their sliders with them."""
        if self._quiet:
            return
        try:
            self.now = self.now.with_values({self._paths[change.owner.model_id]: change.new})
        except NegotiateError as error:
            self.view.value = f"<p>{escape(str(error))}</p>"
            return
        self._put()
        self._show()

    def _chosen(self, change: Any) -> None:
        """A scenario sets sliders and switches to its values; they can be moved on from there."""
        if self._quiet:
            return
        self.now = self.case.scenario(change.new) if change.new else self.case
        self._put()
        self._show()

    def _back(self) -> None:
        self._quiet = True
        self.scenario.value = ""
        self._quiet = False
        self.now = self.case
        self._put()
        self._show()

    def _put(self) -> None:
        """Widgets to the values of the case as it is now."""
        self._quiet = True
        for path, slider in self.sliders.items():
            value = float(self.now.value(path))
            slider.min, slider.max = min(slider.min, value), max(slider.max, value)
            slider.value = value
        for lever, switch in self.switches.items():
            switch.value = bool(self.now.value(f"lever.{lever}.available"))
        self._quiet = False

    def _show(self) -> None:
        begun = time.perf_counter()
        try:
            body = view(self.now)
        except NegotiateError as error:
            body = f"<p>No answer here: {escape(str(error))}</p>"
        self.seconds = time.perf_counter() - begun
        self.view.value = body

    def _repr_mimebundle_(self, **options: Any) -> Any:
        return self.box._repr_mimebundle_(**options)


def view(case: Negotiation) -> str:
    """What is shown of a case: the plane, the threats, the predicted deal, the margins."""
    floats = case.floats()
    wanted = [f"threats.utility.{party}" for party in case.principals]
    wanted += [f"threats.used.{lever}" for lever in case.levers]
    wanted += [f"threats.term.{issue.id}" for issue in case.issues.values() if issue.is_interval]
    # metrics judge no regrets, so they answer ten times as fast as the concept itself
    found = metric.evaluate(floats, wanted)
    used = tuple(lever for lever in case.levers if float(found[f"threats.used.{lever}"]) >= 0.5)
    problem = declare.load("compiles", "bargaining")(floats, levers_used=used)
    shown = tuple(case.parties[p].name for p in problem.parties)
    frontier = np.asarray(problem.frontier(), float)
    step = max(1, len(frontier) // FRONTIER)
    frontier = np.concatenate([frontier[:-1:step], frontier[-1:]])
    solutions = {"rational threats": [float(found[name]) for name in wanted[:2]]}
    deals, judged = {}, None
    if case.judged_deal:
        judged = declare.file_of("deal").judged(
            problem, floats.terms(case.judged_deal), name=case.judged_deal
        )
        deals["signed"] = [float(u) for u in judged.utility]
    picture = figures.frontier(
        frontier.tolist(),
        [float(d) for d in problem.disagreement],
        parties=(shown[0], shown[1]),
        solutions=solutions,
        deals=deals,
    )
    return f"{picture}{_threats(case, used)}{_terms(case, found)}{_margins(case, judged)}"


def _threats(case: Negotiation, used: tuple[str, ...]) -> str:
    parts = []
    for party in case.principals:
        own = [case.levers[n].name for n in used if case.levers[n].holder == party]
        parts.append(f"{case.parties[party].name} threatens {', '.join(own) or 'nothing'}")
    return f"<p>{escape('. '.join(parts))}.</p>"


def _terms(case: Negotiation, found: Any) -> str:
    issues = [i for i in case.issues.values() if i.is_interval]
    signed = case.terms(case.judged_deal) if case.judged_deal else {}
    rows = "".join(
        f"<tr><th scope='row'>{escape(issue.name)}</th>"
        f"<td>{number(float(found[f'threats.term.{issue.id}']))}</td>"
        + (f"<td>{number(float(signed[issue.id]))}</td>" if signed else "")
        + "</tr>"
        for issue in issues
    )
    head = "<th>issue</th><th>predicted</th>" + ("<th>signed</th>" if signed else "")
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _margins(case: Negotiation, judged: Any) -> str:
    if judged is None:
        return ""
    parts = [
        f"{case.parties[p].name} {number(float(m))}"
        for p, m in zip(case.principals, judged.margins)
    ]
    stands = all(float(m) >= 0 for m in judged.margins)
    word = "stands" if stands else "does not stand"
    return (
        f"<p>Against no deal with these threats the signed deal is worth "
        f"{escape(', '.join(parts))} stakes: it {word}.</p>"
        f"<p><small>Frontier drawn through at most {FRONTIER + 1} points.</small></p>"
    )


@of_case
def explore(
    case: Negotiation, *, paths: Sequence[str] = (), question: str = "", most: int = SLIDERS
) -> Explorer:
    """Sliders, lever switches and scenarios for a case of two principals.

    Parameters
    ----------
    paths
        Quantities that get a slider; by default the ``most`` with the widest one-way ranges.
    question
        The metric whose ranges decide; by default the smaller margin of the signed deal, else
        the first principal's utility under rational threats.
    """
    try:
        import ipywidgets as widgets
    except ImportError as error:
        raise MissingExtraError("ipywidgets", "notebook") from error
    if len(case.principals) != 2:
        raise InputError(
            f"{len(case.principals)} principals", where=f"explore {case.id}", allowed="two"
        )
    for path in paths:
        oneway.span(case, path)
    if not paths:
        default = (
            "deal.margin.least" if case.judged_deal else f"threats.utility.{case.principals[0]}"
        )
        found = oneway.tornado(case, question or default)
        paths = found.paths[:most]
    return Explorer(case, tuple(paths), widgets)
