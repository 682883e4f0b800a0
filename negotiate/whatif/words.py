"""Paths and names of metrics in the case's own words.

A path names a number to the program (``lever.sanctions.cost.turkey``); a reader wants "cost of
Russian economic sanctions to Turkey". `words` says one path, `names` every path, group and metric
of a case, and `told` puts them into a sentence that was made from paths.

>>> import negotiate as ng
>>> idlib = ng.load("idlib-2020")
>>> words(idlib, "lever.sanctions.cost.turkey")
'cost to Turkey of Russian economic sanctions'
>>> words(idlib, "deal.margin.least")
'smaller margin of the signed deal'
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from negotiate.case.negotiation import Negotiation
from negotiate.case.paths import PATHS

_CONCEPT = {
    "nash_bargaining": "the Nash bargaining solution",
    "kalai_smorodinsky": "the Kalai-Smorodinsky solution",
    "egalitarian": "the egalitarian solution",
    "utilitarian": "the utilitarian solution",
}

_PATTERNS: tuple[tuple[str, str], ...] = (
    ("deal.margin.least", "smaller margin of the signed deal"),
    ("deal.margin.<>", "margin of {0} in the signed deal"),
    ("deal.utility.<>", "worth of the signed deal to {0}"),
    ("deal.loss", "what the signed deal left on the table"),
    ("deal.weight.low", "least bargaining weight that explains the signed deal"),
    ("deal.weight.high", "largest bargaining weight that explains the signed deal"),
    ("threats.utility.<>", "utility of {0} under rational threats"),
    ("threats.disagreement.<>", "payoff of no deal to {0} under rational threats"),
    ("threats.used.<>", "use of {0}"),
    ("threats.advantage.<>", "advantage of threatening {0}"),
    ("threats.term.<>", "predicted level of {0}"),
    ("threats.profile", "the pair of threats"),
    ("threats.zone", "room for agreement under the mildest threats"),
    ("bargaining.zone", "room for agreement"),
    ("bargaining.disagreement.<>", "payoff of no deal to {0}"),
    ("bargaining.<>.utility.<>", "utility of {1} at {0}"),
    ("bargaining.<>.gain.<>", "gain of {1} at {0}"),
    ("bargaining.<>.term.<>", "level of {1} at {0}"),
    ("alternating_offers.payoff.<>", "payoff of {0} in the talks"),
    ("alternating_offers.utility.<>", "utility of {0} in the talks"),
    ("alternating_offers.binds.<>", "outside option of {0} less its worth of staying"),
    ("alternating_offers.limit.<>", "payoff of {0} as proposals follow without delay"),
    ("alternating_offers.zone", "room for agreement in the talks"),
    ("durability.expected_time", "expected months to the deal's collapse"),
    ("durability.hazard", "hazard of the deal's collapse per month"),
    ("durability.median_time", "months after which half of such deals have collapsed"),
    ("durability.survival.<>", "chance that the deal holds {0} months"),
    ("durability.survival_days.<>", "chance that the deal holds {0} days"),
    ("durability.honours.<>", "probability that {0} honours the deal"),
    ("durability.retaliates.<>", "probability that {0} answers a violation"),
    ("durability.honour_margin.<>", "margin of {0} in honouring the deal"),
    ("durability.retaliation_margin.<>", "margin of {0} in answering a violation"),
    ("durability.worth.monitoring", "months that monitoring adds to the deal"),
    ("durability.worth.tripwire", "months that the tripwire force adds to the deal"),
    ("durability.worth.no_spoiler", "months lost to the spoiler"),
    ("enforcement.critical_discount", "critical discount factor of the deal"),
    ("enforcement.critical_discount.<>", "critical discount factor of {0}"),
    ("enforcement.patience", "smaller patience beyond what the deal needs"),
    ("enforcement.patience.<>", "patience of {0} beyond what the deal needs"),
    ("enforcement.margin", "smaller margin of keeping the deal"),
    ("enforcement.margin.<>", "margin of {0} in keeping the deal"),
    ("enforcement.weakest_clause", "weakest clause of the deal"),
    ("enforcement.weakest_clause.<>", "weakest clause for {0}"),
    ("enforcement.clause_margin.<>", "margin of keeping {0}"),
)


def _names_of(case: Negotiation) -> dict[str, str]:
    """Names by id of parties, issues, levers, branches, deals and concepts, without asides."""
    groups: tuple[Mapping[str, Any], ...] = (
        case.deals,
        case.branches,
        case.levers,
        case.issues,
        case.parties,
    )
    own = {key: re.split(r"[:(]", item.name)[0].strip() for g in groups for key, item in g.items()}
    for key in case.levers:
        own[key] = inside(own[key])
    for key in case.branches:  # common nouns
        own[key] = own[key][:1].lower() + own[key][1:]
    return _CONCEPT | own


def inside(name: str) -> str:
    """A name in the middle of a sentence: an article's capital is not a proper name's."""
    first, _, rest = name.partition(" ")
    return f"{first.lower()} {rest}" if first in ("The", "A", "An") else name


@cache
def _compiled() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile(re.escape(pattern).replace("<>", r"([^.]+)") + r"\Z"), text)
        for pattern, text in _PATTERNS
    ) + tuple(
        (
            re.compile(
                re.escape(re.sub("<[^>]*>", "<>", kind.pattern)).replace("<>", r"([^.]+)") + r"\Z"
            ),
            kind.words,
        )
        for kind in PATHS
        if not kind.pattern.startswith("quantity.")
    )  # paths of a case, after the metrics whose names begin alike


def words(case: Negotiation, path: str) -> str:
    """A path, a group or a metric in words."""
    known = _names_of(case)
    return _said(case, path, known)


def _said(case: Negotiation, path: str, known: Mapping[str, str]) -> str:
    if path in case.groups:
        return _group(case, path, known)
    parts = path.split(".")
    if parts[0] == "deal" and len(parts) == 3 and parts[1] == case.signed_deal:
        return f"signed level of {known.get(parts[2], parts[2])}"
    for pattern, text in _compiled():
        found = pattern.match(path)
        if found:
            found_parts = [known.get(part, part.replace("_", " ")) for part in found.groups()]
            said = text.format(*found_parts)
            judged = case.judged_deal
            if judged and judged != case.signed_deal:
                said = said.replace("the signed deal", known.get(judged, judged))
            return said
    if parts[0] == "quantity":
        last = parts[-1].split("_")
        return " ".join([*parts[1:-1], *(known.get(part, part) for part in last)])
    return " ".join(known.get(part, part.replace("_", " ")) for part in parts)


def _group(case: Negotiation, name: str, known: Mapping[str, str]) -> str:
    """A group by what its members share: "weights of Russia", "probabilities of the branches"."""
    heads = {member.split(".")[0] for member in case.groups[name].members}
    second = {member.split(".")[1] for member in case.groups[name].members}
    if heads == {"weight"} and len(second) == 1:
        party = next(iter(second))
        return f"weights of {known.get(party, party)} on the issues"
    if heads == {"branch"}:
        return "probabilities of the branches"
    return name.replace("_", " ")


def names(case: Negotiation, extra: tuple[str, ...] = ()) -> dict[str, str]:
    """Words of every path and group of a case, and of the metrics in ``extra``.

    Ids of levers, parties, issues and scenarios are in it too, for answers whose rows they are.
    """
    known = _names_of(case)
    out = {path: _said(case, path, known) for path in (*case.paths, *case.groups, *extra)}
    for metric in extra:  # "metric == label", "metric > 0"
        head = metric.split(" ")[0]
        out.setdefault(head, _said(case, head, known))
    for group in (case.levers, case.parties, case.issues):
        out |= {key: known[key] for key in group}
    out |= {key: key.replace("_", " ").capitalize() for key in _CONCEPT}
    out |= {key: scenario.name for key, scenario in case.scenarios.items()}
    return out


_PATH = re.compile(r"[A-Za-z_][\w-]*(?:\.[\w-]+)+")


def told(text: str, known: Mapping[str, str]) -> str:
    """A text with every path that ``known`` names replaced by its words.

    Only what has a dot in it: an id such as ``force`` is also a word of the language.

    >>> told("a.b drives c.d.", {"a.b": "cost", "c.d": "margin"})
    'cost drives margin.'
    """
    if not known:
        return text

    def swap(found: re.Match[str]) -> str:
        return known.get(found[0], found[0])

    return _PATH.sub(swap, text)
