"""Chapter 1: what the dispute is about, and what each actor gets with and without the deal."""

from __future__ import annotations

from typing import Any

from negotiate.coalitions.spoilers import from_case as outsiders
from negotiate.coalitions.spoilers import outsiders_of
from negotiate.declare import section
from negotiate.drawing.text import number
from negotiate.errors import NegotiateError
from negotiate.report.blocks import Block, Paragraph, Table
from negotiate.report.sections.brief import first_sentences
from negotiate.report.tell import gains, listed, nothing


@section("dispute", title="The dispute and its actors", order=2, length="standard")
def blocks(context: Any) -> list[Block]:
    """The rest of the summary, what a stake is, and a row for every actor."""
    case = context.case
    told = " ".join(case.case.summary.split())
    rest = told[len(first_sentences(told)) :].strip()
    out: list[Block] = []
    if rest:
        out.append(Paragraph(rest))
    elif not told:
        out.append(Paragraph(nothing("What happened is not told", "summary to the file")))
    issues = [issue.name for issue in case.issues.values()]
    out.append(
        Paragraph(
            f"There {'was one issue' if len(issues) == 1 else f'were {len(issues)} issues'} to "
            f"settle: {listed(issues)}. {_stake(case)}"
        )
    )
    out.append(_actors(context))
    third = [p.name for key, p in case.parties.items() if key not in case.principals]
    if not third:
        out.append(Paragraph(nothing("No third party is in the file", '[[party]] of role "third"')))
    return out


def _stake(case: Any) -> str:
    given = " ".join(case.case.stake.split())
    unit = "A stake is the gap between a party's best and worst outcome on these issues."
    return f"{unit} {given}".strip()


def _actors(context: Any) -> Table:
    case = context.case
    worth = worths(context)
    rows = []
    for key, party in case.parties.items():
        with_deal, without = worth.get(key, (None, None))
        gain = "–" if with_deal is None or without is None else gains(with_deal - without)
        rows.append(
            (
                party.name,
                party.outside_option or "not in the file",
                "–" if without is None else number(without, 2),
                "–" if with_deal is None else number(with_deal, 2),
                gain,
            )
        )
    name = case.judged_deal
    deal = case.deals[name].name.split(":")[0] if name else "no deal is in the file"
    judged = context.questions.judgement
    which = f" No deal: {judged.meant}." if judged is not None else ""
    return Table(
        ("actor", "without a deal it would", "no deal", "the deal", "by the deal it"),
        tuple(rows),
        f"What each actor gets, in its own stakes. The deal: {deal}.{which}",
        align="llrrl",
    )


def worths(context: Any) -> dict[str, tuple[float | None, float | None]]:
    """Party to worth of the judged deal and of no deal; third parties by what they value."""
    case = context.case
    out: dict[str, tuple[float | None, float | None]] = {}
    if not case.judged_deal:
        return out
    found = context.questions.judgement
    if found is not None:
        for party, value in found.utility.items():
            out[party] = (value, value - found.margins[found.meant][party])
    try:
        game = outsiders(case) if outsiders_of(case) else None
    except NegotiateError:
        return out
    if game is None:
        return out
    for party in game.players:
        out.setdefault(party, (float(game.held[party]), float(game.broken[party])))
    return out
