"""Words, mediators, reputation: what can be told without being paid for, and what is learnt."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import Any

from negotiate import declare
from negotiate.crisis.views import cheap_talk as talk_view
from negotiate.crisis.views import reputation as reputation_view
from negotiate.declare import section
from negotiate.drawing.text import number, percent
from negotiate.report.blocks import Block, Figure, Heading, Paragraph
from negotiate.report.sections import _crisis as shared

NEEDED = ("quantity.talk_bias", "quantity.mediator_bias", "quantity.reputation_tough")


def applies(context: Any) -> bool:
    """Where the file gives the numbers of one of the three models."""
    return bool(context.two and any(context.case.has(path) for path in NEEDED))


@section("words", title="Words, mediators, reputation", order=56.5, applies=applies)
def blocks(context: Any) -> list[Block]:
    """Each of the three models that the file has numbers for."""
    out: list[Block] = []
    reasons: dict[str, str] = {}
    for title, part in (
        ("Private talk", _talk),
        ("A mediator", _mediator),
        ("Reputation over a chain of crises", _reputation),
    ):
        made, reason = shared.attempt(functools.partial(part, context))
        if reason:
            reasons[title] = reason
        else:
            out += [Heading(title), *made]
    return out + shared.left_out(reasons)


def _talk(context: Any) -> list[Block]:
    form = declare.load("compiles", "cheap_talk")(context.case)
    speaker, hearer = (context.name(p) for p in form.players)
    return [
        Paragraph(talk_sentence(form, speaker, hearer)),
        Figure(
            talk_view.figure(replace(form, players=(speaker, hearer))),
            "Partitions of the line in each equilibrium of talk.",
            "What talk can tell apart in each equilibrium: within a step nothing more is said "
            "(Crawford and Sobel 1982).",
        ),
    ]


def talk_sentence(form: Any, speaker: str, hearer: str) -> str:
    """How much can be said, and how far the case is from more or nothing."""
    steps, margin = int(form.steps), float(form.informative_margin)
    text = (
        f"Words cost {speaker} nothing, and it would have {hearer} go further than {hearer} wants, "
        f"by {number(abs(float(form.bias)))} of the line. "
    )
    if steps == 1:
        return text + (
            f"Nothing can then be told: the gap would have to shrink by {number(-margin)} before "
            "one word meant more than another."
        )
    return text + (
        f"At most {steps} things can then be told apart; there is an equilibrium for each number "
        f"of steps down to one, in which all words mean the same. {number(margin)} more and "
        "nothing could be said."
    )


def _mediator(context: Any) -> list[Block]:
    form = declare.load("compiles", "mediation")(context.case)
    a = context.name(form.players[0])
    out: list[Block] = [Paragraph(mediator_sentence(form, a, str(form.players[1])))]
    out.append(
        Paragraph(
            shared.turning(context.case, "quantity.mediator_bias", "mediation.truth_margin",
                           condition=">= 0", low=0.0, high=2.0,
                           what=f"{form.players[1]} is believed")
        )
        if context.case.has("quantity.mediator_bias")
        else Paragraph("Its bias is not a quantity of the file, so no threshold is given.")
    )  # fmt: skip
    return out


def mediator_sentence(form: Any, a: str, mediator: str) -> str:
    """Whether the mediator's word is believed, and what its word does to the risk of war."""
    believed = float(form.truth_margin) >= 0
    before, after = float(form.pr_war_babbling), float(form.pr_war_truthful)
    text = (
        f"{mediator} knows how resolved the other side is and can only talk. It leans to {a} with "
        f"a weight of {number(float(form.bias))}; to be believed when it calls the other side weak "
        f"it needs {number(float(form.critical_bias))}: one that is even-handed and dreads war "
        "would always counsel restraint (Kydd 2003). "
    )
    if not believed:
        return text + (
            f"It is not believed: {a} demands as if nobody had spoken, and war follows with "
            f"probability {number(before)}."
        )
    change = "lowers" if after < before else "raises" if after > before else "does not change"
    return text + (
        f"It is believed, in one of two equilibria, and that {change} the probability of war: "
        f"{number(after)} against {number(before)} when nobody listens."
    )


def _reputation(context: Any) -> list[Block]:
    form = declare.load("compiles", "reputation")(context.case)
    who = context.name(form.players[1])
    out: list[Block] = [Paragraph(reputation_sentence(form, who))]
    if form.crises > 1:
        out.append(
            Figure(
                reputation_view.figure(form),
                f"Challenges and fights along the chain of crises of {who}.",
                "On the path on which every challenge has met a fight: who challenges, and whether "
                "a defender that is not tough fights to seem so (Kreps and Wilson 1982).",
            )
        )
    return out


def reputation_sentence(form: Any, who: str) -> str:
    """How many crises are deterred by doubt alone, and how small a doubt would do."""
    held, n = int(form.deterred), int(form.crises)
    text = (
        f"Over a chain of {n} crises {who} is held to be one that always fights with probability "
        f"{percent(float(form.tough))}. "
    )
    if held == 0:
        return text + (
            "That deters nobody at the start: it would take "
            f"{percent(float(form.critical_tough), 1)}."
        )
    return text + (
        f"That alone deters the first {held}, though fighting never pays by itself: a defender "
        "that would rather yield fights to keep the doubt alive. For the first challenger a doubt "
        f"of {percent(float(form.critical_tough), 1)} would do; the last is deterred only by one "
        f"above {percent(float(form.ratio))}."
    )
