"""Random valid cases: whatever the format admits, with and without each table that may be left out.

`documents` is a hypothesis strategy of parsed documents, `text` writes one as a parameter file:
2 to 5 parties that bargain (now and then one alone), 0 to 3 third parties, 1 to 12 issues of every
form of value, branches of no deal or none, levers in every slot, deals, free quantities that games
read, groups, constraints, scenarios and claims.
"""

from typing import Any

from hypothesis import strategies as st

SLOTS = (
    "disagreement",
    "inside_flow",
    "outside_option",
    "win_probability",
    "war_cost",
    "audience_cost",
    "punishment",
    "monitoring",
    "linkage",
    "side_payment",
)

QUANTITIES = {
    "horizon": (12, "month"),
    "hazard": (0.05, "per month"),
    "war_cost_a": (0.2, "stake"),
    "prior": (0.4, "probability"),
    "commitment_cost": (0.1, "stake"),
}


def key(name: str) -> str:
    """A key, quoted where it holds more than letters, digits and signs."""
    return name if all(c.isalnum() or c in "_-" for c in name) else f'"{name}"'


def inline(item: Any) -> str:
    """One value of TOML on one line."""
    if isinstance(item, bool):
        return str(item).lower()
    if isinstance(item, str):
        return '"' + item.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(item, dict):
        return "{ " + ", ".join(f"{key(k)} = {inline(v)}" for k, v in item.items()) + " }"
    if isinstance(item, (list, tuple)):
        return "[" + ", ".join(inline(x) for x in item) + "]"
    return f"{item:.10g}" if isinstance(item, float) else str(item)


def text(document: dict[str, Any]) -> str:
    """The document as a parameter file."""
    lines, tables = [], []
    for name, item in document.items():
        if isinstance(item, list) and item and isinstance(item[0], dict):
            for entry in item:
                tables.append(f"\n[[{name}]]")
                tables += [f"{key(k)} = {inline(v)}" for k, v in entry.items()]
        elif isinstance(item, list):
            continue
        elif isinstance(item, dict):
            tables.append(f"\n[{name}]")
            tables += [f"{key(k)} = {inline(v)}" for k, v in item.items()]
        else:
            lines.append(f"{name} = {inline(item)}")
    return "\n".join([*lines, *tables]) + "\n"


class _Author:
    """Draws the parts of a case one after the other."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.has = lambda: draw(st.booleans())

    def count(self, low: int, high: int) -> int:
        return self.draw(st.integers(low, high))

    def one(self, *items: Any) -> Any:
        return self.draw(st.sampled_from(items))

    def number(self, low: float = 0, high: float = 1, unit: str = "") -> Any:
        """A quantity in every way of writing one: bare, sourced, judged, drawn, at an end."""
        steps = self.count(0, 20)
        value = round(low + (high - low) * steps / 20, 6)
        kind = self.one("bare", "judged", "range", "bounds", "sourced", "beta", "triangular")
        if kind == "bare":
            return value
        out: dict[str, Any] = {"value": value}
        if unit:
            out["unit"] = unit
        if kind == "sourced":
            return out | {"source": ["S1"]}
        out["judgement"] = True
        span = (high - low) / self.one(5, 20)
        ends = {"low": round(max(low, value - span), 6), "high": round(min(high, value + span), 6)}
        inside = low < ends["low"] and ends["high"] < high
        if kind == "bounds":
            out |= ends | {"bounds": True}
        elif kind == "range":
            out |= ends
        elif kind in ("beta", "triangular") and inside and (low, high) == (0, 1):
            out |= ends | {"distribution": kind}
        return out

    def simplex(self, names: list[str], unit: str = "") -> dict[str, Any]:
        """Shares that sum to one, zeros among them, in twentieths or rounded to two places."""
        parts = [self.count(0, 4) for _ in names]
        if not sum(parts):
            parts[0] = 1
        shares = [round(p / sum(parts), 3) for p in parts]
        shares[parts.index(max(parts))] += 1 - sum(shares)
        shares = [round(s, 6) for s in shares]
        kind = self.one("bare", "judged", "range")
        if kind == "bare":
            return dict(zip(names, shares))
        out = {}
        for name, share in zip(names, shares):
            out[name] = {"value": share, "judgement": True} | ({"unit": unit} if unit else {})
            if kind == "range" and 0 < share < 1:
                out[name] |= {"low": round(share * 0.7, 6), "high": round(min(1, share * 1.3), 6)}
        return out

    def level(self, issue: dict[str, Any]) -> Any:
        return self.one(*issue["options"]) if "options" in issue else self.number(0, 1, "level")

    def terms(self, issues: list[dict[str, Any]]) -> dict[str, Any]:
        return {issue["id"]: self.level(issue) for issue in issues}

    def value(self, issue: dict[str, Any]) -> dict[str, Any]:
        if "options" in issue:
            return {"form": "table", "table": {o: self.number() for o in issue["options"]}}
        form = self.one("linear", "linear", "quadratic", "peaked", "power")
        out: dict[str, Any] = {"form": form}
        if form in ("linear", "power"):
            out["ideal"] = self.one(0, 1)
        else:
            out["ideal"] = self.number(0, 1, "level")
            out["scale"] = self.one(1, {"value": 1.5, "judgement": True})
        if form == "power":
            out["exponent"] = self.one(0.5, 1, {"value": 0.7, "judgement": True})
        return out


def _issues(author: _Author, most: int) -> list[dict[str, Any]]:
    out = []
    for number in range(author.count(1, most)):
        issue: dict[str, Any] = {"id": f"issue{number}", "name": f"Issue {number}"}
        if author.has() and author.has():
            issue["options"] = [f"option{n}" for n in range(author.count(2, 4))]
        elif author.has():
            issue["levels"] = [{"at": 0, "means": "nothing"}, {"at": 1, "means": "all"}]
        out.append(issue)
    return out


def _parties(author: _Author, issues: list[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    names = [issue["id"] for issue in issues]
    out = []
    principals = author.one(*range(2, most + 1), 2, 2, 1)
    thirds = max(author.count(0, 3), 2 - principals)
    for number in range(principals + thirds):
        third = number >= principals
        party: dict[str, Any] = {
            "id": f"third{number}" if third else f"party{number}",
            "name": f"Third {number}" if third else f"Party {number}",
            "role": "third" if third else "principal",
        }
        if not third or author.has():
            party["weights"] = author.simplex(names)
            party["values"] = {issue["id"]: author.value(issue) for issue in issues}
        if not third and author.has():
            party["discount"] = author.number(0.5, 0.99)
            party["foresight"] = author.number(0.5, 0.99)
        if not third and author.has() and author.has():
            party["bargaining_weight"] = author.one(1, 2, {"value": 0.5, "judgement": True})
        out.append(party)
    return out


def _branches(author: _Author, issues: Any, principals: list[str]) -> list[dict[str, Any]]:
    names = [f"branch{n}" for n in range(author.count(0, 3))]
    chances = author.simplex(names, "probability") if names else {}
    out = []
    for name in names:
        branch: dict[str, Any] = {"id": name, "name": name, "probability": chances[name]}
        branch["terms"] = author.terms(issues)
        if author.has():
            branch["war_cost"] = {p: author.number(0, 1, "stake") for p in principals}
        if author.has() and author.has():
            branch["duration"] = author.one(1, 6)
            branch["war_cost_per_period"] = {p: author.number(0, 0.1) for p in principals}
        out.append(branch)
    return out


def _lever(author: _Author, number: int, parties: Any, branches: list[str]) -> dict[str, Any]:
    everyone = [p["id"] for p in parties]
    holder = author.one(*everyone)
    slots = sorted({author.one("disagreement", *SLOTS) for _ in range(author.count(1, 2))})
    targets = sorted({author.one(*(p for p in everyone if p != holder))})
    lever: dict[str, Any] = {
        "id": f"lever{number}",
        "name": f"Lever {number}",
        "holder": holder,
        "enters": slots,
        "cost": {
            name: author.number(-0.2 if "side_payment" in slots else 0, 0.6, "stake")
            for name in ([*targets, holder] if author.has() else targets)
        },
    }
    if author.has():
        lever["announce"] = author.number(0, 0.1, "stake")
    if author.has() or author.has():
        lever["credibility"] = {b: author.number(0, 1, "probability") for b in branches}
    if "win_probability" in slots:
        lever["win_probability"] = author.number(0, 0.2)
    if "audience_cost" in slots:
        lever["audience_cost"] = author.number(0, 0.3)
    if author.has() and author.has():
        lever["available"] = author.has()
    thirds = [p["id"] for p in parties if p["role"] == "third" and p["id"] in targets]
    if thirds and author.has():
        principals = [p["id"] for p in parties if p["role"] == "principal"]
        lever["response"] = {
            "party": thirds[0],
            "concession_cost": author.number(0, 0.5, "stake"),
            "worth": {p: author.number(0, 0.3, "stake") for p in principals},
        }
    return lever


def _deals(author: _Author, issues: list[dict[str, Any]]) -> list[dict[str, Any]]:
    signed = author.count(-1, 1)
    return [
        {
            "id": f"deal{n}",
            "name": f"Deal {n}",
            "signed": n == signed,
            "terms": author.terms(issues),
        }
        for n in range(author.count(0, 2))
    ]


def _constraint(author: _Author, issues: list[dict[str, Any]]) -> dict[str, Any]:
    if len(issues) > 1 and author.has():
        two = issues[:2]
        return {
            "id": "together",
            "forbid": {
                issue["id"]: author.one(*issue["options"]) if "options" in issue else [0.8, 1]
                for issue in two
            },
        }
    budget = {
        issue["id"]: {o: n for n, o in enumerate(issue["options"])} if "options" in issue else 2
        for issue in issues
    }
    return {"id": "purse", "budget": budget, "limit": author.one(1, len(issues), 4 * len(issues))}


@st.composite
def documents(draw: Any, principals: int = 5, issues: int = 12) -> dict[str, Any]:
    """Documents of valid cases with at most so many principals and issues."""
    author = _Author(draw)
    matters = _issues(author, issues)
    parties = _parties(author, matters, principals)
    bargain = [p["id"] for p in parties if p["role"] == "principal"]
    branches = _branches(author, matters, bargain)
    out: dict[str, Any] = {
        "format": 1,
        "kind": "negotiation",
        "id": "random",
        "title": "A random dispute",
    }
    if author.has():
        out |= {"summary": "Some states quarrel.", "stake": "One whole stake."}
    if author.has():
        out["clock"] = {"talks": "week", "deal": "month"}
    out |= {"issue": matters, "party": parties, "branch": branches}
    names = [b["id"] for b in branches]
    out["lever"] = [_lever(author, n, parties, names) for n in range(author.count(0, 4))]
    out["deal"] = _deals(author, matters)
    if author.has():
        out["group"] = (
            [
                {
                    "id": f"salience-{p}",
                    "kind": "dirichlet",
                    "members": [f"weight.{p}.*"],
                    "concentration": 20,
                }
                for p in bargain
            ]
            if len(matters) > 1
            else []
        )
    if author.has() and author.has():
        out["constraint"] = [_constraint(author, matters)]
    if author.has():
        out["quantity"] = {
            name: {"value": value, "unit": unit, "judgement": True}
            for name, (value, unit) in QUANTITIES.items()
            if author.has()
        }
    out["scenario"] = _scenarios(author, out, bargain)
    if author.has():
        out["claim"] = [
            {
                "id": "gains",
                "text": "The first party gains",
                "metric": f"bargaining.nash_bargaining.utility.{bargain[0]}",
                "condition": "> 0.5",
            }
        ]
    out["source"] = [{"id": "S1", "text": "Author, A. (2020), Title."}]
    return out


def _scenarios(author: _Author, case: Any, bargain: list[str]) -> list[dict[str, Any]]:
    out = []
    if case["lever"] and author.has():
        out.append(
            {
                "id": "without",
                "name": "Without the first lever",
                "remove": [case["lever"][0]["id"]],
                "expects": [{"metric": f"bargaining.disagreement.{bargain[0]}", "direction": "up"}],
            }
        )
    if case["branch"] and author.has():
        path = f"branch.{case['branch'][0]['id']}.probability"
        out.append({"id": "likelier", "name": "The first branch is sure", "set": {path: 1}})
    return out
