"""Checks of a case that no schema can express; each rule is one small function.

A rule reads the parsed document (plain dicts and lists, possibly malformed: a rule passes over
what it cannot read, the schema reports that) and yields findings. All findings of all rules are
reported at once.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from negotiate.case.diagnostics import Finding, Location
from negotiate.case.expression import parse
from negotiate.case.paths import Domain, rounded
from negotiate.errors import FileFormatError, UnknownNameError
from negotiate.numbers.fractions import exact
from negotiate.units import BASES, unit

Doc = dict[str, Any]
SHOWN = 12
"""Names listed in a message before the rest is only counted."""


def run(data: Doc) -> list[Finding]:
    """Findings of every rule, in the order of `RULES`."""
    return [finding for rule in RULES for finding in rule(data)]


# ---- reading a document that may be malformed --------------------------------------------------


def _items(data: Doc, key: str) -> Iterator[tuple[int, Doc]]:
    entries = data.get(key)
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, dict):
            yield index, entry


def _ids(data: Doc, key: str) -> list[str]:
    return [e["id"] for _, e in _items(data, key) if isinstance(e.get("id"), str)]


def _table(entry: Doc, key: str) -> Doc:
    value = entry.get(key)
    return value if isinstance(value, dict) else {}


def _number(item: Any) -> Fraction | None:
    """Value of a quantity that is a plain number; None for expressions and malformed ones."""
    if isinstance(item, dict):
        item = item.get("value")
    if isinstance(item, bool) or item is None:
        return None
    try:
        return exact(item)
    except ValueError:
        return None


def _listed(item: Any) -> list[Any]:
    return item if isinstance(item, list) else [item] if isinstance(item, str) else []


def _list(entry: Doc, key: str) -> list[Any]:
    value = entry.get(key)
    return value if isinstance(value, list) else []


def _texts(entry: Doc, key: str) -> set[str]:
    return {item for item in _list(entry, key) if isinstance(item, str)}


def _near(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, 1, 0.6)
    return f"did you mean '{close[0]}'?" if close else ""


def _unknown(
    at: Location, kind: str, name: Any, known: list[str], *, on_key: bool
) -> Iterator[Finding]:
    if isinstance(name, str) and name not in known:
        shown = ", ".join(known[:SHOWN])
        if len(known) > SHOWN:
            shown += f" and {len(known) - SHOWN} more"
        yield Finding(
            at,
            f"there is no {kind} '{name}'",
            shown or "none is defined",
            _near(name, known),
            on_key=on_key,
        )


def _quantities(data: Any, at: Location = ()) -> Iterator[tuple[Location, Doc]]:
    """Every table with a ``value``, anywhere outside free-form settings."""
    if isinstance(data, dict):
        if "value" in data and at:
            yield at, data
            return
        for key, item in data.items():
            if not (at == () and key in ("model", "scenario", "source", "fact")):
                yield from _quantities(item, (*at, key))
    elif isinstance(data, list):
        for index, item in enumerate(data):
            yield from _quantities(item, (*at, index))


# ---- rules ------------------------------------------------------------------------------------


def duplicate_ids(data: Doc) -> Iterator[Finding]:
    """An id names one thing."""
    for key in ("party", "issue", "branch", "lever", "deal", "group", "scenario", "claim",
                "constraint"):  # fmt: skip
        yield from _duplicates(data, (key,))
    yield from _duplicates(data, ("source", "fact"))


def _duplicates(data: Doc, keys: tuple[str, ...]) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for key in keys:
        for index, entry in _items(data, key):
            name = entry.get("id")
            if not isinstance(name, str):
                continue
            if name in seen:
                yield Finding(
                    (key, index, "id"),
                    f"duplicate id '{name}'",
                    "each id once",
                    f"already used by {seen[name]}",
                )
            seen.setdefault(name, f"{key} number {index + 1}")


def weights(data: Doc) -> Iterator[Finding]:
    """Every party that has weights weighs every issue, and they sum to one."""
    issues = _ids(data, "issue")
    for index, party in _items(data, "party"):
        table = _table(party, "weights")
        at = ("party", index, "weights")
        if not table:
            if party.get("role", "principal") == "principal":
                yield Finding(
                    ("party", index),
                    f"party '{party.get('id')}' has no weights",
                    "a table weights with one number per issue",
                    "add [party.weights] with " + ", ".join(issues),
                )
            continue
        for name in table:
            yield from _unknown((*at, name), "issue", name, issues, on_key=True)
        missing = [issue for issue in issues if issue not in table]
        if missing:
            yield Finding(
                at,
                f"no weight for {', '.join(missing)}",
                "one weight per issue",
                f"add {missing[0]} = {{ value = ... }}",
                on_key=True,
            )
        numbers = [_number(item) for item in table.values()]
        if not missing and all(number is not None for number in numbers):
            total = sum(number for number in numbers if number is not None)
            if total != 1 and rounded(numbers):
                yield _divided((*at,), "the weights", total)
            elif total != 1:
                yield Finding(
                    at,
                    f"the weights sum to {float(total):.10g}",
                    "a sum of exactly 1",
                    f"change them by {float(1 - total):+.10g} in all",
                    on_key=True,
                )
        for name, number in zip(table, numbers):
            if number is not None and number < 0:
                yield Finding((*at, name), f"weight {float(number):g}", "0 or more")


def _divided(at: Location, what: str, total: Any) -> Finding:
    return Finding(
        at,
        f"{what} sum to {float(total):.10g}, as rounded numbers do: they are divided by their sum",
        remedy="write more decimals, or leave them as published",
        severity="warning",
        on_key=True,
    )


def values(data: Doc) -> Iterator[Finding]:
    """A principal says how it values every issue, with what its form needs."""
    issues = {e["id"]: e for _, e in _items(data, "issue") if isinstance(e.get("id"), str)}
    for index, party in _items(data, "party"):
        table = _table(party, "values")
        at = ("party", index, "values")
        for name in table:
            yield from _unknown((*at, name), "issue", name, list(issues), on_key=True)
        if party.get("role", "principal") == "principal":
            for issue in issues:
                if issue not in table:
                    yield Finding(
                        ("party", index),
                        f"no value for issue '{issue}'",
                        "a table values.<issue> for every issue",
                        f"add [party.values.{issue}]",
                    )
        for name, value in table.items():
            if not isinstance(value, dict) or name not in issues:
                continue
            form = value.get("form", "linear")
            options = _list(issues[name], "options")
            if options and form != "table":
                yield Finding((*at, name), f"form '{form}' on an issue with options", "table")
            if form != "table" and "ideal" not in value:
                yield Finding(
                    (*at, name),
                    f"form '{form}' without an ideal",
                    "ideal in [0, 1]",
                    "add ideal = { value = ... }",
                    on_key=True,
                )
            if form == "table":
                for option in options:
                    if isinstance(option, str) and option not in _table(value, "table"):
                        yield Finding(
                            (*at, name),
                            f"no value for option '{option}'",
                            "one value per option",
                            on_key=True,
                        )
            if (ideal := _number(value.get("ideal"))) is not None and not 0 <= ideal <= 1:
                yield Finding((*at, name, "ideal"), f"ideal {float(ideal):g}", "0 to 1")
            if (scale := _number(value.get("scale"))) is not None and scale <= 0:
                yield Finding((*at, name, "scale"), f"scale {float(scale):g}", "above 0")
            if (power := _number(value.get("exponent"))) is not None and not 0 < power <= 1:
                yield Finding(
                    (*at, name, "exponent"),
                    f"exponent {float(power):g}",
                    "above 0, at most 1 (concave)",
                )


def references(data: Doc) -> Iterator[Finding]:
    """Parties, issues, branches, sources and facts that are named exist."""
    parties, issues = _ids(data, "party"), _ids(data, "issue")
    branches, levers = _ids(data, "branch"), _ids(data, "lever")
    for index, lever in _items(data, "lever"):
        at = ("lever", index)
        yield from _unknown((*at, "holder"), "party", lever.get("holder"), parties, on_key=False)
        for name in _table(lever, "cost"):
            yield from _unknown((*at, "cost", name), "party", name, parties, on_key=True)
        for name in _table(lever, "credibility"):
            yield from _unknown((*at, "credibility", name), "branch", name, branches, on_key=True)
        response = _table(lever, "response")
        if response:
            yield from _unknown(
                (*at, "response", "party"), "party", response.get("party"), parties, on_key=False
            )
            for name in _table(response, "worth"):
                yield from _unknown(
                    (*at, "response", "worth", name), "party", name, parties, on_key=True
                )
    for index, branch in _items(data, "branch"):
        at = ("branch", index)
        for kind in ("war_cost", "war_cost_per_period"):
            for name in _table(branch, kind):
                yield from _unknown((*at, kind, name), "party", name, parties, on_key=True)
        if branch.get("war_cost_per_period") and "duration" not in branch:
            yield Finding(at, "costs per period without a duration", "duration = { value = ... }")
        yield from _terms((*at, "terms"), _table(branch, "terms"), data, issues)
    for index, deal in _items(data, "deal"):
        yield from _terms(("deal", index, "terms"), _table(deal, "terms"), data, issues)
        for number, name in enumerate(_list(deal, "signatories")):
            yield from _unknown(
                ("deal", index, "signatories", number), "party", name, parties, on_key=False
            )
    for index, scenario in _items(data, "scenario"):
        for key in ("remove", "add"):
            for number, name in enumerate(_list(scenario, key)):
                yield from _unknown(
                    ("scenario", index, key, number), "lever", name, levers, on_key=False
                )


def observed(data: Doc) -> Iterator[Finding]:
    """What history did names a lever of the file once, or says the move in words."""
    levers, seen = _ids(data, "lever"), set()
    for index, entry in _items(data, "observed"):
        at, lever = ("observed", index), entry.get("lever")
        if bool(lever) == bool(entry.get("move")):
            yield Finding(at, "both or neither of lever and move", "one of the two")
        elif lever:
            yield from _unknown((*at, "lever"), "lever", lever, levers, on_key=False)
            if lever in seen:
                yield Finding((*at, "lever"), f"'{lever}' is observed twice", "one entry a lever")
            seen.add(lever)
        if not entry.get("source"):
            yield Finding(
                at,
                "what history did has no source",
                "source = [...]",
                severity="warning",
            )


def _terms(at: Location, terms: Doc, data: Doc, issues: list[str]) -> Iterator[Finding]:
    options = {
        e["id"]: _list(e, "options")
        for _, e in _items(data, "issue")
        if isinstance(e.get("id"), str)
    }
    for name, item in terms.items():
        yield from _unknown((*at, name), "issue", name, issues, on_key=True)
        level = _number(item)
        if options.get(name):
            if isinstance(item, str):
                yield from _unknown((*at, name), "option", item, options[name], on_key=False)
        elif level is not None and not 0 <= level <= 1:
            yield Finding((*at, name), f"level {float(level):g}", "0 to 1")
    missing = [issue for issue in issues if issue not in terms]
    if missing:
        yield Finding(
            at if terms else at[:-1],
            f"no level for {', '.join(missing)}",
            "one level or option for every issue",
            on_key=bool(terms),
        )


def sources(data: Doc) -> Iterator[Finding]:
    """Every number has a source or says that it is judgement; every source cited exists."""
    known = _ids(data, "source") + _ids(data, "fact") + list(_table(data, "estimate"))
    for at, quantity in _quantities(data):
        cited = quantity.get("source", ())
        for name in (
            (cited,) if isinstance(cited, str) else cited if isinstance(cited, list) else ()
        ):
            yield from _unknown((*at, "source"), "source or fact", name, known, on_key=False)
        if not cited and not quantity.get("judgement") and _number(quantity) is not None:
            yield Finding(
                at,
                "a number without a source",
                "source = [...] or judgement = true",
                severity="warning",
                on_key=True,
            )
    for id_, record in _table(data, "estimate").items():
        for number, name in enumerate(_list(record, "source") if isinstance(record, dict) else ()):
            at = ("estimate", id_, "source", number)
            yield from _unknown(at, "source or fact", name, known, on_key=False)
    for key in ("fact", "observed", "aftermath", "issue", "scenario"):
        for index, entry in _items(data, key):
            for number, name in enumerate(_list(entry, "source")):
                yield from _unknown(
                    (key, index, "source", number), "source or fact", name, known, on_key=False
                )


def extrapolated(data: Doc) -> Iterator[Finding]:
    """A number estimated at a row outside the sample says that its covariates were judged."""
    beyond = {}
    for name, record in _table(data, "estimate").items():
        if isinstance(record, dict):
            row, spans = _table(record, "row"), _table(record, "range")
            beyond[name] = [v for v, span in spans.items() if _outside(row.get(v), span)]
    for at, quantity in _quantities(data):
        for name in _listed(quantity.get("source", ())):
            variables = beyond.get(name) if isinstance(name, str) else None
            if variables and not quantity.get("judgement"):
                yield Finding(
                    at,
                    f"estimate {name} predicts outside its sample in {', '.join(variables)}",
                    "judgement = true, and a note on what was extrapolated",
                    severity="warning",
                    on_key=True,
                )


def _outside(value: Any, span: Any) -> bool:
    number = _number(value)
    if number is None or not isinstance(span, list) or len(span) != 2:
        return False
    low, high = _number(span[0]), _number(span[1])
    return low is not None and high is not None and not low <= number <= high


def hindsight(data: Doc) -> Iterator[Finding]:
    """No number of the base case rests on a fact known only after the case's date."""
    late = [e.get("id") for _, e in _items(data, "fact") if e.get("known") is False]
    for at, quantity in _quantities(data):
        cited = quantity.get("source", ())
        used = [name for name in _listed(cited) if isinstance(name, str) and name in late]
        if used and at[0] != "deal":
            yield Finding(
                at,
                f"rests on {', '.join(used)}, known only after the case's date",
                severity="warning",
                on_key=True,
            )


def ranges(data: Doc) -> Iterator[Finding]:
    """Low <= value <= high; probabilities and credibilities lie in [0, 1]."""
    for at, quantity in _quantities(data):
        value, low, high = (_number(quantity.get(key)) for key in ("value", "low", "high"))
        if low is not None and high is not None and low > high:
            yield Finding(
                (*at, "low"),
                f"low {float(low):g} above high {float(high):g}",
                "low <= value <= high",
                "exchange the two",
            )
        elif value is not None:
            if low is not None and value < low:
                yield Finding(
                    (*at, "value"),
                    f"value {float(value):g} below low {float(low):g}",
                    "low <= value <= high",
                )
            if high is not None and value > high:
                yield Finding(
                    (*at, "value"),
                    f"value {float(value):g} above high {float(high):g}",
                    "low <= value <= high",
                )
    for at, item in _bounded(data):
        for key in ("value", "low", "high") if isinstance(item, dict) else ("",):
            number = _number(item.get(key) if isinstance(item, dict) else item)
            if number is not None and not 0 <= number <= 1:
                yield Finding(
                    (*at, key) if key else at,
                    f"{at[-1]} {float(number):g}"
                    if at[-2] != "credibility"
                    else f"credibility {float(number):g}",
                    "0 to 1",
                )


def _bounded(data: Doc) -> Iterator[tuple[Location, Any]]:
    for index, lever in _items(data, "lever"):
        for name, item in _table(lever, "credibility").items():
            yield ("lever", index, "credibility", name), item
    for index, branch in _items(data, "branch"):
        if "probability" in branch:
            yield ("branch", index, "probability"), branch["probability"]
    for index, party in _items(data, "party"):
        for name in ("discount", "foresight"):
            if name in party:
                yield ("party", index, name), party[name]
    for name, item in _table(data, "quantity").items():
        if isinstance(item, dict) and item.get("unit") == "probability":
            yield ("quantity", name), item


def branch_probabilities(data: Doc) -> Iterator[Finding]:
    """The probabilities of the branches of no deal sum to one."""
    numbers = [_number(entry.get("probability")) for _, entry in _items(data, "branch")]
    known = [number for number in numbers if number is not None]
    total = sum(known)
    if not numbers or len(known) != len(numbers) or total == 1:
        return
    if rounded(known):
        yield _divided(("branch", 0, "probability"), "the branch probabilities", total)
    else:
        yield Finding(
            ("branch", 0, "probability"),
            f"the branch probabilities sum to {float(total):.10g}",
            "a sum of exactly 1",
            on_key=True,
        )


def expressions(data: Doc) -> Iterator[Finding]:
    """Expressions parse, name quantities that exist, and do not turn in a circle."""
    names = {f"quantity.{name}" for name in _table(data, "quantity")}
    graph: dict[str, list[str]] = {}
    places: dict[str, Location] = {}
    for at, text in _expressions(data):
        try:
            found = parse(text).names
        except FileFormatError as error:
            yield Finding(at, error.what, error.allowed)
            continue
        resolved = [n if "." in n else f"quantity.{n}" for n in found]
        for name, full in zip(found, resolved):
            if full.startswith("quantity.") and full not in names:
                yield from _unknown(
                    at, "quantity", name, [n[9:] for n in sorted(names)], on_key=False
                )
        if at[0] == "quantity":
            graph[f"quantity.{at[1]}"] = resolved
            places[f"quantity.{at[1]}"] = at
    for start in graph:
        cycle = _cycle(graph, start)
        if cycle and start == min(cycle):
            shown = " -> ".join(name.removeprefix("quantity.") for name in [*cycle, cycle[0]])
            yield Finding(
                places[start],
                f"a circle of expressions: {shown}",
                "expressions over quantities that do not lead back",
            )


def _expressions(data: Doc) -> Iterator[tuple[Location, str]]:
    for at, quantity in _quantities(data):
        value = quantity["value"]
        if isinstance(value, str) and _number(value) is None:
            yield (*at, "value"), value
    for name, item in _table(data, "quantity").items():
        if isinstance(item, str) and _number(item) is None:
            yield ("quantity", name), item


def _cycle(graph: dict[str, list[str]], start: str) -> list[str]:
    stack = [(start, [start])]
    seen = set()
    while stack:
        node, trail = stack.pop()
        for following in graph.get(node, ()):
            if following == start:
                return trail
            if following not in seen and following in graph:
                seen.add(following)
                stack.append((following, [*trail, following]))
    return []


def one_signed_deal(data: Doc) -> Iterator[Finding]:
    """At most one deal is the one that was signed."""
    signed = [index for index, deal in _items(data, "deal") if deal.get("signed") is True]
    for index in signed[1:]:
        yield Finding(("deal", index, "signed"), "a second signed deal", "at most one")


def harms_once(data: Doc) -> Iterator[Finding]:
    """Every harm enters once: a lever and a war cost should not stand for the same facts."""
    for b, branch in _items(data, "branch"):
        facts = _texts(branch, "facts")
        for lever in (entry for _, entry in _items(data, "lever")):
            shared = facts & _texts(lever, "facts")
            if shared:
                yield Finding(
                    ("branch", b, "facts"),
                    f"lever '{lever.get('id')}' stands for "
                    f"{', '.join(sorted(shared))} too: the harm would count twice",
                    severity="warning",
                )


def constraints(data: Doc) -> Iterator[Finding]:
    """Constraints between issues name issues, options and levels that there are."""
    issues = {e["id"]: e for _, e in _items(data, "issue") if isinstance(e.get("id"), str)}
    for index, rule in _items(data, "constraint"):
        for kind in ("forbid", "budget"):
            for name, item in _table(rule, kind).items():
                at = ("constraint", index, kind, name)
                yield from _unknown(at, "issue", name, list(issues), on_key=True)
                options = _list(issues.get(name, {}), "options")
                named = list(item) if isinstance(item, dict) else _listed(item)
                if name in issues and options:
                    for option in named:
                        yield from _unknown(at, "option", option, options, on_key=False)
                elif name in issues and any(isinstance(x, str) for x in named):
                    yield Finding(at, f"{item} for an interval", "a level, or two ends of levels")
        if len(_table(rule, "forbid")) == 1:
            yield Finding(
                ("constraint", index, "forbid"), "a combination of one issue",
                "two issues or more", "take the option out of the issue's list", on_key=True,
            )  # fmt: skip
        for name, item in _table(rule, "budget").items():
            costs = item.values() if isinstance(item, dict) else [item]
            if any((number := _number(x)) is not None and number < 0 for x in costs):
                yield Finding(("constraint", index, "budget", name), "a cost below 0", "0 or more")


def units(data: Doc) -> Iterator[Finding]:
    """Units are of the closed list; a number lies in the domain of its unit and of its path."""
    for at, quantity in _quantities(data):
        text = quantity.get("unit")
        if not isinstance(text, str) or not text:
            continue
        try:
            domain = Domain(*unit(text).domain)
        except UnknownNameError as error:
            known = f"{', '.join(BASES)}; BASE of WHAT; BASE per BASE"
            yield Finding(
                (*at, "unit"),
                f"there is no unit '{text}'",
                known,
                error.remedy or 'for money: unit = "currency of USD million"',
                severity="warning",
            )
            continue
        for key in ("value", "low", "high"):
            number = _number(quantity.get(key))
            bounded = at[-1] in ("probability", "discount", "foresight") or "credibility" in at
            if number is not None and not bounded and not domain.holds(number):
                yield Finding(
                    (*at, key),
                    f"{float(number):g} in unit '{text}'",
                    domain.text,
                    "mend the number or the unit",
                )


def credibilities(data: Doc) -> Iterator[Finding]:
    """A lever that works by being threatened says how credible it is in every branch."""
    branches = _ids(data, "branch")
    for index, lever in _items(data, "lever"):
        enters = lever.get("enters", ["disagreement"])
        given = _table(lever, "credibility")
        missing = [branch for branch in branches if branch not in given]
        if "disagreement" in _listed(enters) and missing:
            yield Finding(
                ("lever", index),
                f"no credibility in {', '.join(missing)}: it counts as 0 there",
                "a number in [0, 1] for every branch",
                f"add credibility.{missing[0]} = {{ value = ... }}",
                severity="warning",
            )


def medians(data: Doc) -> Iterator[Finding]:
    """The value of a quantity lies in the middle half of its own range, or nearly."""
    for at, quantity in _quantities(data):
        value, low, high = (_number(quantity.get(key)) for key in ("value", "low", "high"))
        if value is None or low is None or high is None or not low < high or quantity.get("bounds"):
            continue
        place = (value - low) / (high - low)
        if not 0 <= place <= 1 or quantity.get("distribution") not in (None, "uniform", "normal"):
            continue
        if abs(place - Fraction(1, 2)) > Fraction(9, 20):
            yield Finding(
                (*at, "value"),
                f"value {float(value):g} is the {float(100 * place):.0f} % point of its own range "
                f"{float(low):g} to {float(high):g}",
                "a value near the middle of what is drawn",
                "say what the range means, or give a skewed distribution",
                severity="warning",
            )


RULES = (
    duplicate_ids,
    weights,
    values,
    references,
    observed,
    sources,
    extrapolated,
    hindsight,
    ranges,
    branch_probabilities,
    expressions,
    one_signed_deal,
    harms_once,
    units,
    credibilities,
    medians,
    constraints,
)
