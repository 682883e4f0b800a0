"""The first page: what happened, what the models say, how far to trust it, on one sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from negotiate.case.slots.expected import expected_use
from negotiate.declare import section
from negotiate.drawing import figures
from negotiate.drawing.text import number, percent
from negotiate.report import history
from negotiate.report.blocks import Block, Definitions, Figure, Strong, Table, Text
from negotiate.report.sections._crisis import listed
from negotiate.report.sections.shares import threatened

MOST_WORDS = 40
"""Words of *What happened*: as many whole sentences of the file as fit, at least one."""

LITTLE = 0.1
"""Terms moved by less than this part of an issue's range hardly move."""


def applies(context: Any) -> bool:
    """Where principals bargain over issues."""
    return bool(context.case.issues and len(context.case.principals) >= 2)


@section("brief", title="In brief", order=1, applies=applies, length="brief")
def blocks(context: Any) -> list[Block]:
    """Three answers, the scorecard, the terms and the levers."""
    told: list[tuple[Text, Text]] = []
    happened = what_happened(context)
    if happened:
        told.append((Strong("What happened"), happened))
    told.append((Strong("What the models say"), " ".join(model_sentences(context))))
    told.append((Strong("How far to trust it"), " ".join(trust_sentences(context))))
    return [Definitions(tuple(told)), *_scorecard(context), *_terms(context), *_levers(context)]


# ---- what happened -------------------------------------------------------------------------------


def what_happened(context: Any) -> str:
    """The first sentences of the file's summary, and who signed what when."""
    text = first_sentences(context.case.case.summary)
    name = context.case.signed_deal
    if name:
        deal = context.case.deals[name]
        who = [context.name(p) for p in deal.signatories if p in context.case.parties]
        text += f" Signed{' by ' + listed(who) if who else ''}: {deal.name}."
    return text.strip()


def first_sentences(text: str, most: int = MOST_WORDS) -> str:
    """Whole sentences from the start, at least one, together at most ``most`` words.

    >>> first_sentences("One two. Three four. Five.", most=4)
    'One two. Three four.'
    """
    kept: list[str] = []
    rest = " ".join(text.split())
    while rest:
        end = rest.find(". ")
        sentence, rest = (rest[: end + 1], rest[end + 2 :]) if end >= 0 else (rest, "")
        if kept and len(" ".join([*kept, sentence]).split()) > most:
            break
        kept.append(sentence)
    return " ".join(kept)


# ---- what the models say -------------------------------------------------------------------------


def model_sentences(context: Any) -> list[str]:
    """Whether leverage made a deal necessary, whether it moved the terms, who would hold."""
    out = [leverage_sentence(context)]
    found = context.questions.judgement
    if found is not None and found.split:
        out.append(split_sentence({context.names.get(k, k): v for k, v in found.split.items()}))
    lasting = context.questions.lasting
    if lasting is not None:
        low, middle, high = lasting
        out.append(
            f"The deal holds for twelve {context.case.case.clock.deal}s with probability "
            f"{percent(middle)} (90 % of draws: {percent(low)} to {percent(high)})."
        )
    return out


def leverage_sentence(context: Any) -> str:
    """The room for a deal without levers and with the threats that theory expects."""
    asked = context.questions
    room = asked.room
    with_threats = float(context.problem.zone()) if context.two else room["every lever used"]
    which = "with the threats that theory expects" if context.two else "with every lever used"
    return room_sentence(room["no lever used"], with_threats, bool(context.case.levers), which)


def room_sentence(bare: float, armed: float, levers: bool, which: str) -> str:
    """In words; both numbers are the largest gain that all can have at once, stakes."""
    if not levers:
        if bare > 0:
            return f"A deal could make every side better off by {number(bare, 2)} stakes at once."
        return f"No deal makes every side better off: it falls short by {number(-bare, 2)} stakes."
    if armed <= 0:
        return (
            f"Even {which} no deal makes every side better off: it falls short by "
            f"{number(-armed, 2)} stakes."
        )
    if bare <= 0:
        return (
            f"Without leverage no deal would have made every side better off; {which} all could "
            f"gain {number(armed, 2)} stakes at once: leverage made a deal possible."
        )
    text = (
        f"All sides could gain {number(bare, 2)} stakes at once with no lever used, and "
        f"{number(armed, 2)} {which}: leverage "
    )
    if armed > 1.1 * bare:
        return text + "made a deal more necessary."
    if armed < bare / 1.1:
        return text + "made a deal less necessary."
    return text + "hardly changed how much a deal was worth."


def split_sentence(split: Mapping[str, float]) -> str:
    """What dropping one lever does to the terms; ``split`` by name, parts of an issue's range."""
    known = {name: value for name, value in split.items() if np.isfinite(value)}
    if not known:
        return "What single levers do to the terms is not known."
    name, most = max(known.items(), key=lambda item: item[1])
    if most < LITTLE:
        return (
            "It hardly moved the terms: without any one lever no term shifts by more than "
            f"{percent(most)} of its range."
        )
    return f"It moved the terms: without “{name}” a term shifts by {percent(most)} of its range."


# ---- how far to trust it -------------------------------------------------------------------------


def trust_sentences(context: Any) -> list[str]:
    """What was judged, whether theory beats the naive forecast, what else passes the test."""
    quantities = context.case.quantities.values()
    judged = sum(q.judgement for q in quantities)
    out = []
    if judged:
        out.append(f"{judged} of the file's {len(quantities)} numbers are judgements.")
    bare = sum(  # what is computed from other numbers rests on theirs
        not q.judgement and not q.source and path not in context.case.derived
        for path, q in context.case.quantities.items()
    )
    if bare:
        out.append(
            f"{bare} {'has' if bare == 1 else 'have'} neither a source nor the word judgement."
        )
    miss = context.questions.miss
    if miss is not None:
        out.append(miss_sentence(*miss))
    found = context.questions.placebo
    if found is not None:
        out.append(
            placebo_sentence(
                found.blind, [context.name(p) for p, passes in found.giving_in.items() if passes]
            )
        )
    return out


def miss_sentence(low: float, middle: float, high: float, naive: float | None) -> str:
    """How far the predicted terms are from the signed ones, beside the naive forecast."""
    text = (
        f"The predicted terms miss the signed ones by {percent(middle)} of an issue's range "
        f"(90 % of draws: {percent(low)} to {percent(high)})"
    )
    if naive is None:
        return text + "."
    if abs(middle - naive) < 0.005:
        return f"{text}, no better and no worse than the naive forecast."
    verdict = "theory does better" if middle < naive else "theory does worse"
    return f"{text}, the naive forecast by {percent(naive)}: {verdict}."


def placebo_sentence(blind: float, giving_in: Sequence[str]) -> str:
    """How much it says that a deal beats no deal: what passes the same test without theory."""
    who = f", as would capitulation by {' or by '.join(giving_in)}" if giving_in else ""
    weak = blind > 0.5 or bool(giving_in)
    return (
        f"That a deal beats no deal is a {'weak' if weak else 'sharp'} test: "
        f"{percent(blind)} of deals drawn blindly pass it{who}."
    )


# ---- tables and figure ---------------------------------------------------------------------------


def _scorecard(context: Any) -> list[Block]:
    """Theory, naive forecast and history, a question a row."""
    asked, case = context.questions, context.case
    rows: list[tuple[Text, Text, Text, Text]] = []
    if asked.miss is not None:
        low, middle, high, naive = asked.miss
        rows.append(
            (
                "How near the terms?",
                f"off by {percent(middle)} ({percent(low)} to {percent(high)})",
                "–" if naive is None else f"off by {percent(naive)}",
                case.deals[case.signed_deal].name,
            )
        )
    levers = threatened(case) if context.two else ()
    if levers:
        used = [context.names[n] for n in levers if n in context.used]
        rows.append(
            ("Which threats?", "; ".join(used) or "none", "none", pressure(context, levers))
        )
    if asked.placebo is not None and case.signed_deal and context.two:
        stands = float(np.mean(context.drawn["deal.stands"]))
        rows.append(
            (
                "Does the signed deal beat no deal?",
                f"in {percent(stands)} of draws, every lever threatened",
                f"{percent(asked.placebo.blind)} of blind deals do",
                "it was signed",
            )
        )
    if asked.lasting is not None:
        low, middle, high = asked.lasting
        last = case.case.aftermath
        word = f"{last[-1].date}: {last[-1].text}" if last else "not in the file"
        rows.append(
            (
                f"Does it hold for twelve {case.case.clock.deal}s?",
                f"{percent(middle)} ({percent(low)} to {percent(high)})",
                "–" if asked.base_rate is None else f"{percent(asked.base_rate)} of agreements did",
                word,
            )
        )
    if not rows:
        return []
    return [
        Table(
            ("question", "theory", "naive forecast", "what happened"),
            tuple(rows),
            f"Scorecard. Theory: median and 90 % interval over {context.draws:,} draws of all "
            "uncertain numbers where it varies.",
            align="llll",
        )
    ]


def pressure(context: Any, levers: Sequence[str]) -> str:
    """Which levers history used or threatened, and how many of them theory has right."""
    seen = {n: item for n in levers if (item := history.of_lever(context.case, n)) is not None}
    if not seen:
        return "not in the file"
    made = [context.names[n] for n, item in seen.items() if history.pressed(item)]
    right = sum(history.pressed(item) == (n in context.used) for n, item in seen.items())
    return f"{'; '.join(made) or 'none'}: theory is right on {right} of {len(seen)}"


def _terms(context: Any) -> list[Block]:
    """The terms as a dumbbell: predicted interval, signed, naive, ends in words."""
    case = context.case
    issues = [issue for issue in case.issues.values() if issue.is_interval]
    if not issues or not context.two:
        return []
    draws = [np.asarray(context.drawn[f"threats.term.{i.id}"], dtype=float) for i in issues]
    draws = [row[np.isfinite(row)] for row in draws]
    if not all(len(row) for row in draws):
        return []
    spread = np.array([np.percentile(row, [5, 50, 95]) for row in draws])
    marks = []
    if case.signed_deal:
        marks.append(("signed", [float(case.terms(case.signed_deal)[i.id]) for i in issues]))
    marks.append(("midpoint", [0.5] * len(issues)))
    ends = [
        (levels[0].means, levels[-1].means) if len(levels) > 1 else ("", "")
        for levels in (sorted(i.levels, key=lambda level: float(level.at)) for i in issues)
    ]
    title = (
        "What the model expects and what was signed"
        if case.signed_deal
        else ("What the model expects")
    )
    return [
        Figure(
            figures.terms(
                [i.name for i in issues],
                *(list(map(float, column)) for column in spread.T),
                marks=marks,
                ends=ends if any(map(any, ends)) else (),
            ),
            f"{title}, issue by issue.",
            f"{title}, issue by issue: bars hold 90 % of the draws.",
        )
    ]


def _levers(context: Any) -> list[Block]:
    """Every lever of the threat game: what it does, whether it would be used, where that tips."""
    if not context.two or not threatened(context.case):
        return []
    case, game = context.case, context.threats
    found = context.questions.judgement
    rows: list[tuple[Any, ...]] = []
    strong = []
    place = 0
    for side, levers in enumerate(game.levers):
        for lever in levers:
            hurt, cost = (-float(game.effects[place][p]) for p in (1 - side, side))
            place += 1
            advantage = float(context.threat_solution[0].facts["advantage"][lever])
            if lever in context.used:
                strong.append(len(rows))
            share = float(np.mean(context.drawn[f"threats.used.{lever}"]))
            tip = tipping(hurt, cost, advantage)
            room = found.room.get(lever) if found is not None else None
            rows.append(
                (
                    f"{case.levers[lever].name} ({context.name(case.principals[side])})",
                    number(hurt, 2),
                    number(cost, 2),
                    percent(float(expected_use(case, lever, "stated"))),
                    "used" if lever in context.used else "idle",
                    percent(share),
                    "–" if room is None else number(room, 2),
                    "–" if tip is None else number(tip, 2),
                )
            )
    return [
        Table(
            (
                "lever (holder)",
                "hurts",
                "costs",
                "carried out",
                "in theory",
                "in draws",
                "room",
                "pays from",
            ),
            tuple(rows),
            "Levers, in stakes expected if talks fail: a lever is used where it takes more of "
            "the other's gain from a deal, part for part, than it costs of its holder's.",
            align="lrrrlrrr",
            strong=frozenset(strong),
            note="Hurts and costs are counted with the chance that the lever is carried out. "
            "In draws: share of draws in which it is used. Room: how much more all can gain at "
            "once by a deal because of it. Pays from: the hurt at which use turns into "
            "idleness, the rest as it is.",
        )
    ]


def tipping(hurt: float, cost: float, advantage: float) -> float | None:
    """The hurt at which a lever stops to pay: advantage = (1 - w) hurt - w cost, solved for 0.

    w is the holder's rate of exchange at the solution; the rates of both sides sum to one.

    >>> round(tipping(0.3, 0.1, 0.5 * 0.3 - 0.5 * 0.1), 9)
    0.1
    """
    if hurt + cost <= 0:
        return None
    w = (hurt - advantage) / (hurt + cost)
    return cost * w / (1 - w) if 0 < w < 1 else None
