"""Will it hold: patience against temptation, and how long the deal is expected to last.

Two models of the same deal. The first asks how patient each side must be to keep it, with levers
as punishment and monitors that miss violations and raise false alarms. The second is a stochastic
game of peace, violation, retaliation and war with a spoiler; its equilibrium says who honours the
deal, its chain how long it lasts. What is known only afterwards stands apart at the end.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from negotiate import registry
from negotiate.display import durability as durability_view
from negotiate.display._text import number, percent
from negotiate.report import _crisis as shared
from negotiate.report._blocks import Block, Cite, Figure, Heading, Paragraph, Table, note
from negotiate.tolerance import UTILITY

ORDER = 59
TITLE = "Will it hold?"
MOST_DRAWS = 1_000
"""Draws of this section at most: each solves a stochastic game, four times for the devices."""
MOST_LEVERS = 8
"""Levers whose shares are computed: the game is solved for every set of them."""
DEVICES = {
    "monitoring": "without {}",
    "tripwire": "without the tripwire force",
    "no_spoiler": "without a spoiler",
}


def applies(context: Any) -> bool:
    """Where two principals signed a deal."""
    return bool(context.two and context.case.signed_deal)


def blocks(context: Any) -> list[Block]:
    """Patience, then time, then hindsight; what the file lacks is left out with the reason."""
    out, first = _patience(context)
    more, second = _time(context)
    reasons = {"how patient the sides must be": first, "how long the deal lasts": second}
    return [*out, *more, *shared.left_out(reasons)]


# ---- patience ---------------------------------------------------------------------------------


def _patience(context: Any) -> tuple[list[Block], str]:
    module = registry.load("forms", "enforcement")
    game, reason = shared.attempt(lambda: module.compile(context.case))
    if game is None:
        return [], reason
    drawn, _ = shared.attempt(lambda: module.evaluate(_drawn(context)))
    named = replace(game, players=tuple(context.name(p) for p in game.players))
    out: list[Block] = [
        Heading("How patient must they be?"),
        Paragraph(
            "A side keeps the deal if what it could take by a violation is worth less than what "
            "the answer costs it: the deal suspended, and the other side's levers. The critical "
            "discount factor is the least weight on the next period at which that is so; it takes "
            "missed violations and false alarms into account (Friedman 1971; Green and Porter "
            "1984). "
            + patience(context, game)
        ),
        _table(context, game),
        Figure(named.figure(), "Critical discount factor and discount factor of each side.",
               "Patience each side has, and the patience that keeping the deal takes."),
        Paragraph(weakest(context, game, drawn)),
    ]  # fmt: skip
    credible = levers(context, game)
    if credible:
        out.append(Paragraph(credible))
    out += _what_sustains(context)
    out += shared.whatif_table(
        context,
        {f"enforcement.critical_discount.{p}": f"critical, {context.name(p)}" for p in game.players}
        | {"enforcement.margin": "smaller margin (stakes)"},
        "Critical discount factors under the scenarios.",
        shown=lambda name, value: (
            number(float(value), 4) if name.endswith("margin") else _factor(float(value))
        ),
    )
    lines = [line for p in game.players for line in _turns(context, p)]
    if lines:
        out.append(Paragraph(" ".join(lines)))
    return out, ""


def patience(context: Any, game: Any) -> str:
    """Whether each side is patient enough, in sentences made from the numbers."""
    parts = []
    for party, own, need in zip(
        game.players, game.discount.tolist(), game.critical().tolist(), strict=True
    ):
        name, own, need = context.name(party), float(own), float(need)
        if need == 0:
            parts.append(f"A violation does not pay {name} even at once.")
        elif need >= 1:
            parts.append(f"No patience is enough for {name}: the answer is too weak to deter it.")
        else:
            parts.append(
                f"{name} needs {number(need)} and has {number(own)}"
                + (", so it keeps the deal." if own >= need else ", so it would violate it.")
            )
    text = f"The rule is: {game.punishment.name}. " + " ".join(parts)
    if not context.case.has("quantity.horizon"):
        text += (
            " The file gives no horizon over which the deal's worth is spread, so that its worth "
            "is read as that of every period."
        )
    return text


def _table(context: Any, game: Any) -> Table:
    enforcement = registry.load("forms", "enforcement")
    repeated = registry.load("forms", "repeated")
    own = enforcement.rule(context.case)
    rules = {
        "as in the file": own,
        "for ever": enforcement.GRIM,
        "only the clause violated": enforcement.proportional(own.periods),
    }
    games = {
        words: game if rule == own else enforcement.compile(context.case, punishment=rule)
        for words, rule in rules.items()
    }
    bare = repeated.evaluate(context.case)
    rows = []
    for i, party in enumerate(game.players):
        rows.append(
            (
                context.name(party),
                number(float(game.discount[i])),
                *(_factor(float(g.critical()[i])) for g in games.values()),
                _factor(float(bare[f"critical_discount.{party}"])),
                number(float(game.margin()[i]), 4),
            )
        )
    return Table(
        ("side", "has", *rules, "no lever, all seen", "margin"),
        tuple(rows),
        "Discount factors: the one each side has, and the least at which it keeps the deal under "
        f"several answers to a violation ({game.punishment.name} in the file).",
        align="lrrrrrr",
        note="Margin: worth of keeping the deal less that of the best violation, in stakes per "
        "period. The last but one column is the benchmark without levers, missed violations and "
        "false alarms, no deal for ever after a violation.",
    )


def _factor(value: float) -> str:
    return "none is enough" if value >= 1 else number(value)


def weakest(context: Any, game: Any, drawn: Any) -> str:
    """The clause that gives way first, over the file's values and over the draws."""
    margins = game.margins()[:, : len(game.clauses)].astype(float)
    side, clause = np.unravel_index(int(margins.argmin()), margins.shape)
    name = context.case.issues[game.clauses[int(clause)]].name
    text = (
        f"The weakest clause is “{name}”: of all violations of a single clause, one by "
        f"{context.name(game.players[int(side)])} there leaves the smallest margin, "
        f"{number(float(margins.min()), 4)} stakes per period. "
    )
    if drawn is not None:
        count = int(np.size(drawn["weakest_clause"]))
        shares = shared.shares(drawn["weakest_clause"])
        text += f"Over {count:,} draws it is " + shared.listed(
            [f"“{context.case.issues[label].name}” in {share}" for label, share in shares[:3]]
        ) + ". "  # fmt: skip
        for party in game.players:
            enough = float(np.mean(drawn[f"patience.{party}"] >= 0))
            text += f"{context.name(party)} is patient enough in {percent(enough)} of them. "
    return text.rstrip()


def levers(context: Any, game: Any) -> str:
    """Whether the sides would carry their own levers out, and what is left without them."""
    idle = [
        context.name(p)
        for i, p in enumerate(game.players)
        if float(game.punisher_margin()[i]) < 0 and float(game.lever_cost[i]) > 0
    ]
    if not idle:
        return ""
    bare = context.case
    for name in bare.on_table():
        if "punishment" in bare.levers[name].enters:
            bare = bare.with_value(f"lever.{name}.available", False)
    module = registry.load("forms", "enforcement")
    needs = module.compile(bare).critical()
    enough = []
    for party, need in zip(game.players, needs.tolist(), strict=True):
        name, need = context.name(party), float(need)
        enough.append(f"no patience is enough for {name}" if need >= 1
                      else f"{name} needs {number(need)}")  # fmt: skip
    return (
        f"The levers are not credible by themselves: in a suspension {shared.listed(idle)} would "
        f"{'each ' if len(idle) > 1 else ''}rather save the cost of using them, were a suspension "
        f"without levers all that followed. With no lever used in a suspension: "
        f"{'; '.join(enough)}."
    )


def _what_sustains(context: Any) -> list[Block]:
    """The payoffs that patience sustains in the game without levers, all seen."""
    module = registry.load("forms", "repeated")
    game, _ = shared.attempt(lambda: module.compile(context.case))
    if game is None:
        return []
    common = module.at_common_discount(game)
    found = registry.load("solutions", "sustainable_payoffs").solve(common)
    kept = tuple(
        float(v) for v in game.stage.payoff(dict.fromkeys(game.players, "honour")).values()
    )
    able = any(
        max(abs(float(a) - b) for a, b in zip(point.payoffs.values(), kept, strict=True)) <= UTILITY
        for point in found
    )
    delta = number(float(min(game.discount.values())))
    labels = {p: context.name(p) for p in game.players}
    stage = game.stage
    from negotiate.forms.strategic import StrategicGame

    renamed = StrategicGame(
        tuple(labels.values()),
        {labels[p]: stage.strategies[p] for p in stage.players},
        stage.payoffs,
        stage.title,
    )
    shown = type(game)(renamed, {labels[p]: d for p, d in game.discount.items()})
    return [
        Figure(
            shown.figure(),
            "Average payoffs that equilibria of the repeated deal sustain.",
            f"Without levers and with everything seen, at a common discount factor of {delta} (the "
            "less patient side's): all feasible average payoffs, and those that some equilibrium "
            "sustains (Abreu and Sannikov 2014). The kept deal is "
            f"{'among' if able else 'not among'} them.",
        )
    ]


def _turns(context: Any, party: str) -> list[str]:
    """Thresholds of a side's patience along temptation and detection."""
    case = context.case
    out = []
    for path, low, high in (
        (f"quantity.temptation_{party}", 0.0, 0.5), ("quantity.detection", None, 1.0)
    ):  # fmt: skip
        if not case.has(path) or isinstance(case.quantities[path].value, str):
            continue
        least = float(case.get("quantity.false_alarm", 0)) if low is None else low
        make = functools.partial(
            shared.turning, case, path, f"enforcement.patience.{party}", condition=">= 0",
            low=least, high=high, what=f"{context.name(party)} is patient enough",
        )  # fmt: skip
        text, _ = shared.attempt(make)
        if text:
            out.append(text)
    return out


# ---- time --------------------------------------------------------------------------------------


def _time(context: Any) -> tuple[list[Block], str]:
    module = registry.load("forms", "durability")
    chain, reason = shared.attempt(lambda: module.compile(context.case))
    if chain is None:
        return [], reason
    drawn, _ = shared.attempt(lambda: _drawn_time(context, module))
    variants = {"as signed": chain} | {
        words: module.compile(module.without(context.case, device))
        for device, words in _devices(context).items()
        if device != "no_spoiler"
    }
    out: list[Block] = [
        Heading("How long does it last?"),
        Paragraph(lasting(context, chain, drawn)),
    ]
    out.append(
        Figure(
            durability_view.curves(variants),
            "Survival curves of the deal beside observed base rates.",
            "Chance that the deal still holds, at the file's values; the diamonds are the UCDP "
            "agreements with a ceasefire clause that had not ended by then.",
        )
    )
    if drawn is not None:
        out.append(_spread(context, drawn))
    if chain.game is not None:
        out.append(
            Figure(durability_view.chain(_renamed(context, chain)),
                   "The states of the deal and the chances of moving between them.",
                   "From month to month at the most lasting equilibrium: the wider an arrow, the "
                   "likelier the move.")
        )  # fmt: skip
    if chain.game is not None:
        out += _months_of_levers(context)
    columns = {
        "durability.expected_time": "months expected",
        "durability.survival.12": "holds a year",
        "durability.hazard": "hazard per month",
    }
    out += shared.whatif_table(
        context,
        columns,
        "How long the deal lasts under the scenarios.",
        shown=lambda name, value: (
            _months(float(value)) if name.endswith("time") else number(float(value))
        ),
    )
    if chain.game is not None:
        lines = [line for p in chain.game.players for line in _honours(context, p)]
        if lines:
            out.append(Paragraph(" ".join(lines)))
    return [*out, *_hindsight(context, chain, drawn)], ""


def _devices(context: Any) -> dict[str, str]:
    """The devices that this case has, with what it is called to lack them."""
    case = context.case
    monitors = [
        item.name
        for name, item in case.levers.items()
        if "monitoring" in item.enters and case.value(f"lever.{name}.available")
    ]
    out = {}
    if monitors:
        names = [m[:1].lower() + m[1:] for m in monitors]
        out["monitoring"] = DEVICES["monitoring"].format(shared.listed(names))
    for device, path in (
        ("tripwire", "quantity.tripwire_holds"), ("no_spoiler", "quantity.spoiler_rate")
    ):  # fmt: skip
        if case.has(path) and float(np.mean(case.value(path))) > 0:
            out[device] = DEVICES[device]
    return out


def lasting(context: Any, chain: Any, drawn: Any) -> str:
    """Expected time, who honours, and the base rate, in sentences made from the numbers."""
    module = registry.load("forms", "durability")
    parts = []
    if chain.game is not None:
        count = int(chain.play["equilibria"])
        parts.append(
            f"The stochastic game has {count} Markov perfect "
            f"{'equilibrium' if count == 1 else 'equilibria'} in pure plans"
            + ("; the most lasting is shown. " if count > 1 else ". ")
            if count
            else "The stochastic game has no equilibrium in pure plans: a mixed one is shown. "
        )
        for party in chain.game.players:
            keeps, answers = (
                float(chain.play[f"{word}.{party}"]) for word in ("honours", "retaliates")
            )
            parts.append(
                f"{context.name(party)} {_does(keeps, 'honours the deal', 'violates it')} and "
                f"{_does(answers, 'answers a violation', 'lets a violation pass')}. "
            )
    mean, median = float(chain.expected_time()), float(chain.median_time())
    year = 1 - float(np.asarray(chain.survival(12))[12])
    base = next(share for _, days, share in module.BASE_RATES if 360 < days < 370)
    parts.append(
        (f"The deal is expected to last {number(mean, 1)} months, and half of such deals have "
         f"collapsed after {number(median, 0)}. " if np.isfinite(mean)
         else "Nothing in the model ends the deal for certain. ")
        + f"It ends within a year with probability {percent(year, 1)}; of {module.AGREEMENTS} "
        f"agreements with a ceasefire clause {percent(base, 1)} did (UCDP). "
    )  # fmt: skip
    if chain.game is not None and context.case.has("quantity.hazard"):
        given = float(module.stated(context.case).expected_time())
        parts.append(
            f"The hazard that the file states on its own, which the game does not read, gives "
            f"{number(given, 1)} months. "
        )
    if drawn is not None and chain.game is not None:
        share = [
            f"{context.name(p)} in {percent(float(np.nanmean(drawn[f'honours.{p}'])))}"
            for p in chain.game.players
        ]
        times = drawn["expected_time"][np.isfinite(drawn["expected_time"])]
        parts.append(
            f"Over {len(drawn['expected_time']):,} draws of everything uncertain the median of the "
            f"expected time is {number(float(np.median(times)), 1)} months; in a month of peace "
            f"the deal is honoured by {shared.listed(share)}. "
        )
        if float(np.median(times)) < 0.75 * mean:
            parts.append("The file's central values are thus kinder to the deal than its ranges.")
    return "".join(parts).rstrip()


def _does(chance: float, yes: str, no: str) -> str:
    return yes if chance == 1 else no if chance == 0 else f"{yes} with probability {number(chance)}"


def _drawn(context: Any) -> Any:
    from negotiate.whatif.case import draw

    return draw(context.case, min(context.draws, MOST_DRAWS), seed=context.seed)


def _drawn_time(context: Any, module: Any) -> dict[str, Any]:
    chain_metrics = ["expected_time", "survival.12", "survival.60"]
    if module.source(context.case) == "game":
        chain_metrics += [f"honours.{p}" for p in context.case.principals]
    chain_metrics += [f"worth.{device}" for device in _devices(context)]
    found = module.evaluate(_drawn(context), chain_metrics)
    rows = min(context.draws, MOST_DRAWS)
    return {name: np.broadcast_to(value, (rows,)) for name, value in found.items()}


def _spread(context: Any, drawn: Mapping[str, Any]) -> Table:
    """Expected time and what each device is worth, at the file's values and over draws."""
    module = registry.load("forms", "durability")
    names = {"expected_time": "expected time to collapse"}
    for device, words in _devices(context).items():
        what = words.removeprefix("without ")
        names[f"worth.{device}"] = (
            f"lost to {what}" if device == "no_spoiler" else f"added by {what}"
        )
    base = module.evaluate(context.case, list(names))
    rows = []
    for name, words in names.items():
        values = drawn[name][~np.isnan(drawn[name])]
        low, middle, high = np.quantile(values, [0.05, 0.5, 0.95], method="nearest")
        worse = "" if name == "expected_time" else percent(float(np.mean(values > 0)))
        rows.append((words, *(_months(float(v)) for v in (base[name], middle, low, high)), worse))
    return Table(
        ("months", "file's values", "median", "5 %", "95 %", "positive in"),
        tuple(rows),
        "Months the deal is expected to last, and what each device adds to them: the same draws "
        "with it and without.",
        align="lrrrrr",
    )


def _months_of_levers(context: Any) -> list[Block]:
    """Shapley shares, in months, of the levers that punish or watch."""
    from negotiate.whatif.case import attribute_levers

    case = context.case
    names = [
        n for n in case.on_table() if {"punishment", "monitoring"} & set(case.levers[n].enters)
    ]
    if not 2 <= len(names) <= MOST_LEVERS:
        return []
    found, _ = shared.attempt(
        lambda: attribute_levers(case, ["durability.expected_time"], levers=names)
    )
    if found is None:
        return []
    answer = found["durability.expected_time"]
    if not np.isfinite(answer.share).all():
        return []
    rows = tuple(
        (case.levers[names[k]].name, case.parties[case.levers[names[k]].holder].name,
         number(float(answer.share[k]), 1))
        for k in answer.order()
    )  # fmt: skip
    return [
        Table(
            ("lever", "holder", "months"),
            rows,
            "What each lever that punishes or watches adds to the expected time, in months: "
            f"{number(float(answer.none), 1)} with none of them, {number(float(answer.all), 1)} "
            "with all (Shapley shares over which are on the table).",
            align="llr",
        )
    ]


def _months(value: float) -> str:
    return "no end" if value == np.inf else number(value, 1)


def _renamed(context: Any, chain: Any) -> Any:
    """The chain with the names of the parties in place of their ids."""
    names = {p: context.name(p) for p in chain.game.players}

    def told(label: str) -> str:
        head, _, party = label.rpartition(" ")
        return f"{head} {names[party]}" if party in names else label

    play = {}
    for key, value in chain.play.items():
        head, _, party = key.partition(".")
        play[f"{head}.{names[party]}" if party else key] = value
    game = chain.game
    states = tuple(told(s) for s in chain.states)
    renamed = type(game)(
        tuple(names.values()),
        states,
        {told(s): {names[p]: a for p, a in game.actions[s].items()} for s in game.states},
        {told(s): v for s, v in game.payoffs.items()},
        {told(s): v for s, v in game.chances.items()},
        {names[p]: d for p, d in game.discount.items()},
        told(game.start),
        game.title,
    )
    return replace(chain, states=states, game=renamed, play=play)


def _honours(context: Any, party: str) -> list[str]:
    """The temptation from which the most lasting equilibrium is no longer a kept deal."""
    path = f"quantity.temptation_{party}"
    case = context.case
    if not case.has(path) or isinstance(case.quantities[path].value, str):
        return []
    text, _ = shared.attempt(
        lambda: shared.turning(
            case, path, f"durability.honours.{party}", condition=">= 1", low=0.0, high=0.5,
            what=f"At the most lasting equilibrium {context.name(party)} honours the deal for sure",
        )
    )  # fmt: skip
    if not text:
        return []
    return [text, *_too_small(context, party, path)]


def _too_small(context: Any, party: str, path: str) -> list[str]:
    """Whether a smaller temptation is not honoured, because nobody answers it."""
    case, other = context.case, next(p for p in context.case.principals if p != party)
    module = registry.load("forms", "durability")
    less = np.linspace(0.02, 0.98, 49) * float(case.value(path))
    names = [f"honours.{party}", f"retaliates.{other}"]
    found, _ = shared.attempt(lambda: module.evaluate(case.with_draws({path: less}), names))
    if found is None:
        return []
    broken = (found[names[0]] < 1) & (found[names[1]] < 1)
    if not broken.any():
        return []
    return [
        f"A violation as small as {number(float(less[broken].max()))} stakes is not always worth "
        f"answering to {context.name(other)}, and so {context.name(party)} commits it at times."
    ]


def _hindsight(context: Any, chain: Any, drawn: Any) -> list[Block]:
    """How long the deal held, where the file says so: nothing above has read it."""
    seen = context.case.setting("durability", "observed")
    if not isinstance(seen, Mapping) or "days" not in seen:
        return []
    days = float(seen["days"])
    module = registry.load("forms", "durability")
    chance = float(np.asarray(chain.survives_days(days)))
    told = str(seen.get("text", f"it held {number(days, 0)} days")).rstrip(".")
    words: list[Any] = [
        f"Known only afterwards, and read by no model: {told}. At the file's values the chance of "
        f"holding that long or longer was {percent(chance)}"
    ]
    if context.case.has("quantity.hazard") and chain.game is not None:
        other = float(np.asarray(module.stated(context.case).survives_days(days)))
        words.append(f"; at the hazard the file states on its own, {percent(other)}")
    if drawn is not None:
        many = module.evaluate(_drawn(context), [f"survival_days.{int(days)}"])
        value = float(np.nanmean(many[f"survival_days.{int(days)}"]))
        words.append(f"; averaged over the draws, {percent(value)}")
    words.append(".")
    for key in seen.get("source", ()):
        words += [" ", Cite(str(key))]
    return [note(tuple(words), kind="finding", title="With hindsight")]
