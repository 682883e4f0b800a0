"""How long the deal lasts: a stochastic game with a spoiler, its chain, and hindsight apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from negotiate import declare
from negotiate.drawing.text import number, percent
from negotiate.dynamic.views import durability as durability_view
from negotiate.report.blocks import Block, Cite, Figure, Heading, Paragraph, Table, note
from negotiate.report.sections import _crisis as shared
from negotiate.report.sections._crisis import MOST_DRAWS, draws_of

KIND = "durability"
MOST_LEVERS = 8
"""Levers whose shares are computed: the game is solved for every set of them."""
DEVICES = {
    "monitoring": "without {}",
    "tripwire": "without the tripwire force",
    "no_spoiler": "without a spoiler",
}


def blocks(context: Any) -> tuple[list[Block], str]:
    module = declare.file_of("durability")
    chain, reason = shared.attempt(lambda: declare.load("compiles", "durability")(context.case))
    if chain is None:
        return [], reason
    drawn, _ = shared.attempt(lambda: _drawn_time(context, module))
    variants = {"as signed": chain} | {
        words: declare.load("compiles", "durability")(module.without(context.case, device))
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
            Figure(
                durability_view.chain(_renamed(context, chain)),
                "The states of the deal and the chances of moving between them.",
                "From month to month at the most lasting equilibrium: the wider an arrow, the "
                "likelier the move.",
            )
        )
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
        ("tripwire", "quantity.tripwire_holds"),
        ("no_spoiler", "quantity.spoiler_rate"),
    ):
        if case.has(path) and float(np.mean(case.value(path))) > 0:
            out[device] = DEVICES[device]
    return out


def lasting(context: Any, chain: Any, drawn: Any) -> str:
    """Expected time, who honours, and the base rate, in sentences made from the numbers."""
    module = declare.file_of("durability")
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
        (
            f"The deal is expected to last {number(mean, 1)} months, and half of such deals have "
            f"collapsed after {number(median, 0)}. "
            if np.isfinite(mean)
            else "Nothing in the model ends the deal for certain. "
        )
        + f"It ends within a year with probability {percent(year, 1)}; of {module.AGREEMENTS} "
        f"agreements with a ceasefire clause {percent(base, 1)} did (UCDP). "
    )
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


def _drawn_time(context: Any, module: Any) -> dict[str, Any]:
    chain_metrics = ["expected_time", "survival.12", "survival.60"]
    if module.source(context.case) == "game":
        chain_metrics += [f"honours.{p}" for p in context.case.principals]
    chain_metrics += [f"worth.{device}" for device in _devices(context)]
    found = shared.measured(draws_of(context), KIND, chain_metrics)
    rows = min(context.draws, MOST_DRAWS)
    return {name: np.broadcast_to(value, (rows,)) for name, value in found.items()}


def _spread(context: Any, drawn: Mapping[str, Any]) -> Table:
    """Expected time and what each device is worth, at the file's values and over draws."""
    names = {"expected_time": "expected time to collapse"}
    for device, words in _devices(context).items():
        what = words.removeprefix("without ")
        names[f"worth.{device}"] = (
            f"lost to {what}" if device == "no_spoiler" else f"added by {what}"
        )
    base = shared.measured(context.case, KIND, list(names))
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
    from negotiate.whatif.study.case import attribute_levers

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
        (
            case.levers[names[k]].name,
            case.parties[case.levers[names[k]].holder].name,
            number(float(answer.share[k]), 1),
        )
        for k in answer.order()
    )
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
    path = f"quantity.violation_share_{party}"
    case = context.case
    if not case.has(path) or isinstance(case.stated[path].value, str):
        return []
    text, _ = shared.attempt(
        lambda: shared.turning(
            case,
            path,
            f"durability.honours.{party}",
            condition=">= 1",
            low=0.0,
            high=0.5,
            what=f"At the most lasting equilibrium {context.name(party)} honours the deal for sure",
        )
    )
    if not text:
        return []
    return [text, *_too_small(context, party, path)]


def _too_small(context: Any, party: str, path: str) -> list[str]:
    """Whether a smaller temptation is not honoured, because nobody answers it."""
    case, other = context.case, next(p for p in context.case.principals if p != party)
    less = np.linspace(0.02, 0.98, 49) * float(case.value(path))
    names = [f"honours.{party}", f"retaliates.{other}"]
    found, _ = shared.attempt(lambda: shared.measured(case.with_draws({path: less}), KIND, names))
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
    module = declare.file_of("durability")
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
        many = shared.measured(draws_of(context), KIND, [f"survival_days.{int(days)}"])
        value = float(np.nanmean(many[f"survival_days.{int(days)}"]))
        words.append(f"; averaged over the draws, {percent(value)}")
    words.append(".")
    for key in seen.get("source", ()):
        words += [" ", Cite(str(key))]
    return [note(tuple(words), kind="finding", title="With hindsight")]
