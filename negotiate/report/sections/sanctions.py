"""Sanctions: what the threat should win, what imposing them should win, how long it should last.

Where the file says what happened (``[model.sanctions_game.observed]``: ``imposed``, ``conceded``,
``months``, ``source``, and base rates of other cases), it is set beside what the models gave.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from negotiate import declare
from negotiate.crisis.views import sanctions_game as view
from negotiate.declare import section
from negotiate.drawing.text import number, percent
from negotiate.report.blocks import Block, Cite, Figure, Heading, Paragraph, Table, note
from negotiate.report.sections import _crisis as shared


def applies(context: Any) -> bool:
    """Where the case has a lever of sanctions, or names the one that plays their part."""
    case = context.case
    name = case.setting("sanctions_game", "lever")
    stages_ = name in case.levers and case.has("quantity.sanctions_remaining")
    return bool(context.two and (stages_ or _coercers(context)))


def _coercers(context: Any) -> list[str]:
    """Levers on the table that a third party answers."""
    case = context.case
    return [name for name in case.on_table() if case.levers[name].response is not None]


@section("sanctions", title="Sanctions: threat and imposition", order=56.6, applies=applies)
def blocks(context: Any) -> list[Block]:
    """Both stages, their selection, what happened, what-ifs and thresholds."""
    game, reason = shared.attempt(lambda: declare.load("compiles", "sanctions_game")(context.case))
    if game is None:
        return [*shared.left_out({"threat and imposition": reason}), *_third_party(context)]
    sender, target = (context.name(p) for p in game.players)
    out: list[Block] = [
        Paragraph(
            "The target alone knows how much the issue is worth to it. It may give in to the "
            "threat, or, once sanctions are imposed, give in after all. Sanctions meet those whom "
            "the threat did not move, which is why those that must be imposed tend to fail "
            "(Drezner 2003; Lacy and Niou 2004)."
        ),
        Paragraph(stages(game, sender, target)),
        Figure(
            view.by_credibility(game),
            "Success of threats and of imposed sanctions by credibility.",
            "The more credible the threat, the more it wins unseen, and the worse imposed "
            "sanctions look.",
        ),
    ]
    out += _observed(context, game, sender, target)
    out += shared.whatif_table(
        context,
        {
            "sanctions_game.threat_success": "threat works",
            "sanctions_game.pr_imposed": "imposed",
            "sanctions_game.imposed_success": "works once imposed",
            "sanctions_game.success": "concession",
        },
        "Probabilities under the scenarios.",
    )
    path = f"lever.{context.case.setting('sanctions_game', 'lever', 'sanctions')}.cost."
    out.append(
        Paragraph(
            shared.turning(
                context.case,
                path + game.players[1],
                "sanctions_game.success",
                condition="> 0.5",
                low=0.0,
                high=1.5,
                what=f"{target} is likelier to concede than not",
            )
        )
    )
    return out + _third_party(context)


def _third_party(context: Any) -> list[Block]:
    """Pressure through a third party: two moves, each by its own interest."""
    if not _coercers(context):
        return []
    name = _coercers(context)[0]
    game = declare.load("compiles", "coerced_third_party")(context.case)
    coercer, third = (context.name(p) for p in game.players)
    return [
        Heading("Through a third party"),
        Paragraph(third_sentence(game, context.names[name], coercer, third)),
        Paragraph(
            shared.turning(
                context.case,
                f"lever.{name}.concession_cost",
                "sanctions_game.third_party.concession_margin",
                condition="> 0",
                low=0.0,
                high=1.0,
                what=f"{third} concedes",
            )
        ),
    ]


def third_sentence(game: Any, lever: str, coercer: str, third: str) -> str:
    """Whether the third party would concede, and whether the flow then pays the coercer."""
    margin, pays = float(game.concession_margin), float(game.coercion_margin)
    text = (
        f"{lever}: to the third party ({third}) bearing it in full costs "
        f"{number(float(game.audience_cost * game.flow + game.hypocrisy_cost))} stakes, conceding "
        f"{number(float(game.concession_cost))}, so it would "
        + ("concede" if margin > 0 else "bear it")
        + f", by a margin of {number(abs(margin))}. "
    )
    return text + (
        f"The concession is worth {number(pays)} more to {coercer} than the flow costs it."
        if pays > 0
        else f"The flow costs {coercer} {number(-pays)} more than it brings: it does not pay."
    )


def stages(game: Any, sender: str, target: str) -> str:
    """What both stages win, in a sentence made from the numbers."""
    q, k = float(game.credibility), float(game.remaining)
    text = (
        f"{sender} carries its threat out with probability {number(q)}; sanctions cost {target} "
        f"{number(float(game.cost_target))} stakes, {percent(k)} of it still to come when it may "
        f"give in after all. The threat alone works with probability "
        f"{number(float(game.threat_success))}, sanctions are imposed with probability "
        f"{number(float(game.pr_imposed))}, and once imposed they work with probability "
        f"{number(float(game.imposed_success))}: {number(float(game.success))} in all. "
    )
    if q >= k:
        return text + (
            "The threat is so credible that every target that would ever give in does so at once: "
            "imposed sanctions always fail."
        )
    gap = float(game.selection_margin)
    return text + (
        f"The threat does {'better' if gap > 0 else 'worse'} than its execution by "
        f"{number(abs(gap))}; it would outdo it for certain from a credibility of {number(k)} on."
    )


def _observed(context: Any, game: Any, sender: str, target: str) -> list[Block]:
    """What happened beside what the models gave for it."""
    seen = context.case.setting("sanctions_game", "observed")
    if not isinstance(seen, Mapping):
        return []
    rows: list[tuple[Any, ...]] = []
    imposed, conceded = bool(seen.get("imposed")), bool(seen.get("conceded"))
    late = float(game.imposed_success)
    chance = {
        (False, True): float(game.threat_success),
        (True, True): float(game.pr_imposed) * late,
        (True, False): float(game.pr_imposed) * (1 - late),
    }.get((imposed, conceded), 1 - float(game.threat_success) - float(game.pr_imposed))
    what = ("imposed" if imposed else "not imposed") + (
        ", then conceded to" if conceded else ", not conceded to"
    )
    rows.append(("threat and imposition", what, number(chance)))
    months = seen.get("months")
    duration, _ = shared.attempt(lambda: declare.load("compiles", "attrition")(context.case))
    if months is not None and duration is not None:
        rows.append(
            (
                "how long",
                f"{number(float(months), 1)} months",
                f"mean {number(float(duration.duration), 1)} months; so short with probability "
                f"{number(1 - math.exp(-float(months) / float(duration.duration)))}",
            )
        )
        winner = duration.players[0] == game.players[0]
        first = float(duration.pr_a_wins) if winner else 1 - float(duration.pr_a_wins)
        rows.append(
            (
                "who gives way",
                target if conceded else sender,
                f"{target} with probability {number(first)} (mixed equilibrium)",
            )
        )
    for key, words, mine in (
        ("base_rate_threat", "threats that worked at once", float(game.threat_success)),
        ("base_rate_imposed", "imposed sanctions that worked", late),
    ):
        if key in seen:
            rows.append((f"{words}, base rate", number(float(seen[key])), number(mine)))
    out: list[Block] = [
        Table(
            ("question", "what happened", "what the models gave"),
            tuple(rows),
            "What happened, set beside what was expected at the file's numbers.",
        )
    ]
    verdict: list[Any] = [
        f"The models gave a probability of {number(chance)} to what happened at the two stages"
    ]
    if months is not None and duration is not None:
        tail = 1 - math.exp(-float(months) / float(duration.duration))
        verdict.append(
            ", and its length lies within the middle 90 % of a war of attrition"
            if 0.05 <= tail <= 0.95
            else ", and its length lies in the outer 10 % of a war of attrition"
        )
    verdict.append(". ")
    if seen.get("note"):
        told = str(seen["note"]).rstrip(".")
        verdict.append(told[:1].upper() + told[1:] + ".")
    for key in seen.get("source", ()):
        verdict += [" ", Cite(str(key))]
    return [*out, note(tuple(verdict), kind="finding", title="What happened")]
