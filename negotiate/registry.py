"""Where each game, concept, slot, section and command stands (a stop-gap of the move to rooms).

``names`` lists names without importing anything; ``load`` imports one file.
"""

from __future__ import annotations

import importlib
from types import ModuleType

from negotiate.errors import NegotiateError, UnknownNameError

FLOORS = ("levers", "forms", "solutions", "report", "cli")
PLACES: dict[tuple[str, str], str] = {
    ("cli", "archive"): "negotiate.cli.archive",
    ("cli", "attribute"): "negotiate.cli.attribute",
    ("cli", "check"): "negotiate.cli.check",
    ("cli", "convert"): "negotiate.cli.convert",
    ("cli", "counterfactual"): "negotiate.cli.counterfactual",
    ("cli", "course"): "negotiate.cli.course",
    ("cli", "discover"): "negotiate.cli.discover",
    ("cli", "infer"): "negotiate.cli.infer",
    ("cli", "information"): "negotiate.cli.information",
    ("cli", "list"): "negotiate.cli.list",
    ("cli", "new"): "negotiate.cli.new",
    ("cli", "phase"): "negotiate.cli.phase",
    ("cli", "report"): "negotiate.cli.report",
    ("cli", "robustness"): "negotiate.cli.robustness",
    ("cli", "schema"): "negotiate.cli.schema",
    ("cli", "sensitivity"): "negotiate.cli.sensitivity",
    ("cli", "show"): "negotiate.cli.show",
    ("cli", "solve"): "negotiate.cli.solve",
    ("cli", "sweep"): "negotiate.cli.sweep",
    ("cli", "threshold"): "negotiate.cli.threshold",
    ("cli", "verify"): "negotiate.cli.verify",
    ("cli", "whatif"): "negotiate.cli.whatif",
    ("forms", "alternating_offers"): "negotiate.dynamic.alternating_offers",
    ("forms", "attrition"): "negotiate.crisis.attrition",
    ("forms", "audience_costs"): "negotiate.crisis.audience_costs",
    ("forms", "bargaining"): "negotiate.bargaining.problem",
    ("forms", "baron_ferejohn"): "negotiate.dynamic.baron_ferejohn",
    ("forms", "cheap_talk"): "negotiate.crisis.cheap_talk",
    ("forms", "commitment"): "negotiate.crisis.commitment",
    ("forms", "crisis_bargaining"): "negotiate.crisis.crisis_bargaining",
    ("forms", "deal"): "negotiate.bargaining.deal",
    ("forms", "deterrence"): "negotiate.crisis.deterrence",
    ("forms", "durability"): "negotiate.dynamic.durability",
    ("forms", "enforcement"): "negotiate.dynamic.enforcement",
    ("forms", "escalation"): "negotiate.crisis.escalation",
    ("forms", "extensive"): "negotiate.extensive.game",
    ("forms", "mediation"): "negotiate.crisis.mediation",
    ("forms", "repeated"): "negotiate.dynamic.repeated",
    ("forms", "reputation"): "negotiate.crisis.reputation",
    ("forms", "sanctions_game"): "negotiate.crisis.sanctions_game",
    ("forms", "signalling"): "negotiate.extensive.signalling",
    ("forms", "stochastic"): "negotiate.dynamic.stochastic",
    ("forms", "strategic"): "negotiate.strategic.game",
    ("forms", "threats"): "negotiate.threats.game",
    ("forms", "two_level"): "negotiate.crisis.two_level",
    ("levers", "audience_cost"): "negotiate.case.slots.audience_cost",
    ("levers", "disagreement"): "negotiate.case.slots.disagreement",
    ("levers", "inside_flow"): "negotiate.case.slots.inside_flow",
    ("levers", "linkage"): "negotiate.case.slots.linkage",
    ("levers", "monitoring"): "negotiate.case.slots.monitoring",
    ("levers", "outside_option"): "negotiate.case.slots.outside_option",
    ("levers", "punishment"): "negotiate.case.slots.punishment",
    ("levers", "side_payment"): "negotiate.case.slots.side_payment",
    ("levers", "war_cost"): "negotiate.case.slots.war_cost",
    ("levers", "win_probability"): "negotiate.case.slots.win_probability",
    ("report", "afterwards"): "negotiate.report.sections.afterwards",
    ("report", "bargaining"): "negotiate.report.sections.bargaining",
    ("report", "breaking"): "negotiate.report.sections.breaking",
    ("report", "counterfactuals"): "negotiate.report.sections.counterfactuals",
    ("report", "drivers"): "negotiate.report.sections.drivers",
    ("report", "escalation"): "negotiate.report.sections.escalation",
    ("report", "hidden_resolve"): "negotiate.report.sections.hidden_resolve",
    ("report", "inverse"): "negotiate.report.sections.inverse",
    ("report", "leverage"): "negotiate.report.sections.leverage",
    ("report", "prediction"): "negotiate.report.sections.prediction",
    ("report", "robustness"): "negotiate.report.sections.robustness",
    ("report", "sanctions"): "negotiate.report.sections.sanctions",
    ("report", "shares"): "negotiate.report.sections.shares",
    ("report", "sources"): "negotiate.report.sections.sources",
    ("report", "summary"): "negotiate.report.sections.summary",
    ("report", "talks"): "negotiate.report.sections.talks",
    ("report", "threat_game"): "negotiate.report.sections.threat_game",
    ("report", "thresholds"): "negotiate.report.sections.thresholds",
    ("report", "uncertainty"): "negotiate.report.sections.uncertainty",
    ("report", "whatifs"): "negotiate.report.sections.whatifs",
    ("report", "will_it_hold"): "negotiate.report.sections.will_it_hold",
    ("report", "words"): "negotiate.report.sections.words",
    ("solutions", "adjusted_winner"): "negotiate.bargaining.adjusted_winner",
    ("solutions", "agent_quantal_response"): "negotiate.extensive.agent_quantal_response",
    (
        "solutions",
        "alternating_offers_equilibrium",
    ): "negotiate.dynamic.alternating_offers_equilibrium",
    ("solutions", "backward_induction"): "negotiate.extensive.backward_induction",
    ("solutions", "coarse_correlated_equilibrium"): "negotiate.strategic.coarse_correlated",
    ("solutions", "correlated_equilibrium"): "negotiate.strategic.correlated",
    ("solutions", "critical_discount"): "negotiate.dynamic.critical_discount",
    ("solutions", "divinity_d1"): "negotiate.extensive.divinity_d1",
    ("solutions", "dominance"): "negotiate.strategic.dominance",
    ("solutions", "egalitarian"): "negotiate.bargaining.egalitarian",
    ("solutions", "equal_area"): "negotiate.bargaining.equal_area",
    ("solutions", "evolutionarily_stable"): "negotiate.strategic.evolutionarily_stable",
    ("solutions", "intuitive_criterion"): "negotiate.extensive.intuitive_criterion",
    ("solutions", "kalai_smorodinsky"): "negotiate.bargaining.kalai_smorodinsky",
    ("solutions", "learning"): "negotiate.strategic.learning",
    ("solutions", "leximin"): "negotiate.bargaining.leximin",
    ("solutions", "markov_perfect"): "negotiate.dynamic.markov_perfect",
    ("solutions", "maximin"): "negotiate.strategic.maximin",
    ("solutions", "nash_bargaining"): "negotiate.bargaining.nash",
    ("solutions", "nash_equilibrium"): "negotiate.strategic.nash",
    ("solutions", "nash_reversion"): "negotiate.dynamic.nash_reversion",
    ("solutions", "perfect_bayesian"): "negotiate.extensive.perfect_bayesian",
    ("solutions", "perles_maschler"): "negotiate.bargaining.perles_maschler",
    ("solutions", "proper_equilibrium"): "negotiate.strategic.proper",
    ("solutions", "quantal_response"): "negotiate.strategic.quantal_response",
    ("solutions", "raiffa_continuous"): "negotiate.bargaining.raiffa_continuous",
    ("solutions", "raiffa_discrete"): "negotiate.bargaining.raiffa_discrete",
    ("solutions", "rational_threats"): "negotiate.threats.rational",
    ("solutions", "rationalizability"): "negotiate.strategic.rationalizability",
    ("solutions", "selection"): "negotiate.strategic.selection",
    ("solutions", "sequential_equilibrium"): "negotiate.extensive.sequential",
    ("solutions", "subgame_perfect"): "negotiate.extensive.subgame_perfect",
    ("solutions", "sustainable_payoffs"): "negotiate.dynamic.sustainable_payoffs",
    ("solutions", "theory_of_moves"): "negotiate.strategic.theory_of_moves",
    ("solutions", "threat_equilibrium"): "negotiate.threats.equilibrium",
    ("solutions", "trembling_hand"): "negotiate.strategic.trembling_hand",
    ("solutions", "utilitarian"): "negotiate.bargaining.utilitarian",
}


class BrokenPluginError(NegotiateError, ImportError):
    """A plug-in file that cannot be imported; the cause is chained."""


def names(floor: str) -> tuple[str, ...]:
    """Names of all plug-ins of ``floor``, sorted; imports nothing.

    >>> "nash_bargaining" in names("solutions")
    True
    """
    if floor not in FLOORS:
        raise UnknownNameError("floor", floor, FLOORS)
    return tuple(sorted(stem for kind, stem in PLACES if kind == floor))


def load(floor: str, name: str) -> ModuleType:
    """Import the plug-in ``name`` of ``floor``; hyphens in a name may stand for underscores."""
    stem = name.replace("-", "_")
    if stem not in names(floor):
        raise UnknownNameError(floor.rstrip("s"), name, names(floor))
    try:
        return importlib.import_module(PLACES[floor, stem])
    except Exception as error:
        raise BrokenPluginError(
            f"{floor}/{stem}.py cannot be imported: {error}", where="registry"
        ) from error
