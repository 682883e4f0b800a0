"""The first page: what the numbers say, in sentences made from them."""

from __future__ import annotations

from typing import Any

import numpy as np

from negotiate.declare import section
from negotiate.drawing.text import number, percent
from negotiate.report.blocks import Block, Bullets, Emph, Paragraph, Strong, Text


def applies(context: Any) -> bool:
    """Every case of two principals has one."""
    return bool(context.two)


@section("summary", title="Summary", order=10, applies=applies)
def blocks(context: Any) -> list[Block]:
    """What was asked, and what came out."""
    case = context.case
    out: list[Block] = []
    if case.case.summary.strip():
        out.append(Paragraph(Emph(" ".join(case.case.summary.split()))))
    out += [
        Paragraph(
            "A stake is the unit of worth: the gap between a side's best and worst outcome. No "
            "finding below uses what became known after the deal."
            if context.signed is None
            else "A stake is the unit of worth: the gap between a side's best and worst outcome. "
            "The signed terms are judged by the model; no prediction reads them."
        ),
        Bullets(tuple(sentences(context))),
    ]
    return out


def sentences(context: Any) -> list[Text]:
    """The findings, each with its numbers and how sure it is."""
    parts = [_deal, _prediction, _threats, _levers, _duration, _basis]
    return [text for part in parts for text in part(context)]


def _deal(context: Any) -> list[Text]:
    """Whether there was a deal to be had, and what the signed one gives."""
    room = float(context.problem.zone())
    first = (
        f"both sides could gain {number(room)} stakes at once over no deal"
        if room > 0
        else f"a deal that both prefer to none falls short by {number(-room)} stakes"
    )
    text = f"With the threats that theory expects, {first}."
    if context.signed is None:
        return [(Strong("Room for a deal. "), text)]
    gains = " and ".join(
        f"{context.name(p)} {'gains' if m >= 0 else 'loses'} {number(abs(float(m)))}"
        for p, m in zip(context.signed.players, context.signed.margins)
    )
    loss = float(context.signed.loss)
    share = float(np.mean(context.drawn["deal.stands"]))
    sure = "in every one" if share == 1 else f"in {percent(share, 1)}"
    text += f" By the deal that was signed {gains} stakes"
    text += f"; both could have had {number(loss)} more. " if loss > 0.0005 else ". "
    text += (
        f"Both sides gain by it {sure} of {context.draws:,} draws of all uncertain numbers, there "
        "with every lever on the table threatened."
    )
    return [(Strong("Room for a deal. "), text)]


def _prediction(context: Any) -> list[Text]:
    """How near the predicted terms come to the signed ones, beside a naive forecast."""
    if context.signed is None:
        return []
    case = context.case
    signed = case.terms(case.signed_deal)
    issues = [i for i in case.issues.values() if i.is_interval]
    if not issues:
        return []
    terms = context.threat_solution[0].terms
    worst = max(issues, key=lambda i: abs(float(terms[i.id]) - float(signed[i.id])))
    text = (
        f"{comparison(context)} The largest miss is on {worst.name}: predicted "
        f"{number(float(terms[worst.id]), 2)}, signed {number(float(signed[worst.id]), 2)}."
    )
    naive = [distance(context, case.terms(n)) for n in case.deals if n != case.signed_deal]
    if naive:
        miss = np.mean(
            [np.abs(context.drawn[f"threats.term.{i.id}"] - float(signed[i.id])) for i in issues],
            axis=0,
        )
        share = float(np.mean(miss < min(naive)))
        text += (
            f" Over the draws the theory comes nearer than the best baseline in {percent(share)}."
        )
    return [(Strong("How well the terms are predicted. "), text)]


def _threats(context: Any) -> list[Text]:
    """Which levers would be used, and how often over the draws."""
    case = context.case
    offered = [
        n
        for n in case.on_table()
        if case.levers[n].holder in case.principals and "disagreement" in case.levers[n].enters
    ]
    if not offered:
        return []

    def told(names: list[str]) -> str:
        return "; ".join(
            f"{context.names[n]} ({percent(float(np.mean(context.drawn[f'threats.used.{n}'])))})"
            for n in names
        )

    used = [n for n in offered if n in context.used]
    unused = [n for n in offered if n not in context.used]
    text = "If talks failed the sides would best use: " + (told(used) or "nothing")
    text += f". Left unused: {told(unused)}" if unused else ""
    text += ". In brackets the share of draws in which each is used. "
    profiles, counts = np.unique(context.drawn["threats.profile"], return_counts=True)
    best = counts.max() / context.draws
    text += (
        f"Single levers are surer than their combination: {len(profiles)} pairs of threats occur, "
        f"the most frequent in only {percent(best)} of draws."
        if best < 0.5
        else f"The most frequent pair of threats occurs in {percent(best)} of draws."
    )
    return [(Strong("Which threats. "), text)]


def _levers(context: Any) -> list[Text]:
    """What all levers together change in the predicted deal."""
    from negotiate.report.sections.shares import threatened
    from negotiate.whatif import metric

    levers = threatened(context.case)
    if not levers:
        return []
    names = [f"threats.utility.{p}" for p in context.case.principals]
    bare = context.case.with_values({f"lever.{n}.available": False for n in levers})
    without, found = metric.evaluate(bare, names), metric.evaluate(context.case, names)
    change = [float(found[n]) - float(without[n]) for n in names]
    if not np.isfinite(change).all():
        return []
    told = " and ".join(
        f"{context.name(p)} {'gains' if c >= 0 else 'loses'} {number(abs(c))}"
        for p, c in zip(context.case.principals, change)
    )
    text = f"By all levers together {told} stakes in the predicted deal"
    small = max(map(abs, change)) < 0.1 * max(float(context.problem.zone()), 0.0)
    text += (
        ": little beside what both gain by having a deal. Threats hurt both sides at once, and "
        "only the difference moves the terms."
        if small
        else "."
    )
    return [(Strong("What the levers move. "), text)]


def _duration(context: Any) -> list[Text]:
    """How long the deal is expected to hold, where the file gives what that takes."""
    if context.signed is None:
        return []
    lasting = context.questions.lasting
    if lasting is None:
        return []
    low, middle, high = lasting
    clock = context.case.case.clock.deal
    text = (
        f"The signed deal holds for twelve {clock}s with probability {percent(middle)} (90 % of "
        f"draws: {percent(low)} to {percent(high)}); the section “Will it hold?” says why."
    )
    return [(Strong("Will it hold? "), text)]


def _basis(context: Any) -> list[Text]:
    """What the numbers rest on."""
    quantities = context.case.quantities.values()
    judged = sum(q.judgement for q in quantities)
    if not judged:
        return []
    return [
        (
            Strong("What it rests on. "),
            f"{judged} of the file's {len(quantities)} numbers are judgements, not measurements. "
            "Read signs and orders of size, not third decimals.",
        )
    ]


def distance(context: Any, terms: Any) -> float:
    """Mean distance of terms to the signed terms over interval issues, in levels."""
    signed = context.case.terms(context.case.signed_deal)
    gaps = [
        abs(float(terms[i.id]) - float(signed[i.id]))
        for i in context.case.issues.values()
        if i.is_interval
    ]
    return float(np.mean(gaps))


def comparison(context: Any) -> str:
    """Whether the prediction comes nearer to the signed terms than the baseline deals."""
    ours = distance(context, context.threat_solution[0].terms)
    others = {
        context.case.deals[name].name: distance(context, context.case.terms(name))
        for name in context.case.deals
        if name != context.case.signed_deal
    }
    text = (
        f"The predicted terms miss the signed ones by {number(ours)} of an issue's range on average"
    )
    if not others:
        return text + "."
    name, best = min(others.items(), key=lambda item: item[1])
    verdict = "the theory does better" if ours < best else "the baseline does better"
    return f"{text}; the baseline '{name}' misses by {number(best)}: {verdict}."
