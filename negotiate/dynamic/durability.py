r"""Durability: how long a signed deal lasts, as a stochastic game and the chain its play makes.

States: peace, a violation by either side, retaliation, war; a period is a month. In peace each
signatory honours the deal or violates it. A violation brings :math:`t_i` at once and takes
:math:`h_j` from the other side; it is established with the chance of detection. The side wronged
then retaliates (it pays its levers of the slot ``punishment`` once, the violator what they cost
it, and the deal is suspended) or lets it pass (the violation goes on until it dies down, and
backing down costs what backing down costs at home). A false alarm may be answered on the spot
before it is cleared up, which is retaliation that nobody chose. Retaliation dies down or becomes
war. A spoiler who did not sign attacks in any month; a tripwire force stops the attack, and keeps
fighting from becoming war, with its chance. War is no deal with no lever used, worth 0; peace is
worth the deal's surplus per month (`negotiate.dynamic._deal_in_time`).

`game` is that stochastic game; its Markov perfect equilibria say who honours and who retaliates.
Violations are strategic complements (the less the peace is worth, the less is lost by breaking
it), so that there may be several equilibria: **the most lasting one is shown, and how many there
are**. `from_case` gives the absorbing chain under it, `from_stages` a chain of stated chances,
`from_hazard` one constant hazard. Devices are compared on the same draws (`worth_of`).

Sources: Fearon (1998), International Organization 52:269-305, doi:10.1162/002081898753162820
(enforcement); Kemeny and Snell (1976), ch. 3; Fortna (2003), International Organization
57:337-372, doi:10.1017/S0020818303572046; base rates `BASE_RATES` computed from the UCDP Peace
Agreement Dataset v22.1 (Pettersson, Hogbladh and Oberg 2019, doi:10.1177/0022343319856046).

>>> game = from_hazard(0.05)
>>> round(float(game.expected_time()), 6), round(float(game.survival(12)[12]), 3)
(20.0, 0.54)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from negotiate.case import slot_reading as case
from negotiate.case.negotiation import Negotiation
from negotiate.case.slots import monitoring
from negotiate.declare import compiles
from negotiate.dynamic._durability_chain import (
    AGREEMENTS,
    BASE_RATES,
    DAYS_A_MONTH,
    KIND,
    MAX_PERIODS,
    METRICS,
    Array,
    Durability,
    from_hazard,
    from_stages,
    worth_of,
)
from negotiate.dynamic._durability_game import ASKED, game, lasting_play, violation
from negotiate.errors import InputError, UnknownNameError

__all__ = [
    "AGREEMENTS",
    "BASE_RATES",
    "DAYS_A_MONTH",
    "KIND",
    "MAX_PERIODS",
    "METRICS",
    "SOURCES",
    "Durability",
    "evaluate",
    "evaluate_game",
    "from_case",
    "from_hazard",
    "from_stages",
    "game",
    "lasting_play",
    "source",
    "stated",
    "violation",
    "without",
    "worth_of",
]  # fmt: skip

"""Names of metrics. From ``honours`` to ``equilibria`` they need the game, not a stated chain."""

NAMES = tuple(metric.name for metric in METRICS)
"""Names of the metrics, placeholders and all."""


def source(negotiation: Negotiation) -> str:
    """What the chain of a case is made of: ``game``, ``stages`` or ``hazard``.

    ``[model.durability] from`` says so; else the game where the case has a signed deal and the
    game's quantities, stages where it has ``quantity.violation_rate``, else the stated hazard.
    """
    named = negotiation.setting(KIND, "from")
    if named is not None:
        if named not in SOURCES:
            raise UnknownNameError("source", str(named), SOURCES, where=f"model.{KIND}.from")
        return str(named)
    asked = all(negotiation.has(path) for path in ASKED.values())
    if asked and negotiation.signed_deal and len(negotiation.principals) == 2:
        return "game"
    return "stages" if negotiation.has("quantity.violation_rate") else "hazard"


SOURCES = ("game", "stages", "hazard")


@compiles("durability")
def from_case(negotiation: Negotiation, *, commitment: str | None = None) -> Durability:
    """The chain of a case: the play of its `game`, or what `source` says else.

    Stages are read from ``quantity.violation_rate``, ``spoiler_rate``, ``offensive_rate``,
    ``containment`` and ``calming``. A stated ``quantity.hazard`` is of all causes, so that
    nothing is added to it: every harm enters once.
    """
    kind = source(negotiation)
    if kind == "game":
        return lasting_play(game(negotiation, commitment=commitment))
    if kind == "stages":
        names = ("violation_rate", "spoiler_rate", "offensive_rate", "containment", "calming")
        rates = [negotiation.get(f"quantity.{name}", 0) for name in names]
        return from_stages(
            violation=rates[0], spoiler=rates[1], offensive=rates[2],
            containment=rates[3], calming=rates[4],
        )  # fmt: skip
    return stated(negotiation)


def stated(negotiation: Negotiation) -> Durability:
    """The chain of the file's own constant ``quantity.hazard``."""
    case.require(negotiation, KIND, {"hazard": "quantity.hazard"})
    return from_hazard(negotiation.value("quantity.hazard"))


def without(negotiation: Negotiation, device: str) -> Negotiation:
    """The case without ``monitoring``, ``tripwire`` or (in ``no_spoiler``) the spoiler.

    Monitoring goes with the levers of its slot; the others are quantities set to 0. A case
    without the device is returned as it is.
    """
    if device == "monitoring":
        return monitoring.unwatched(negotiation)
    paths = {"tripwire": "quantity.tripwire_holds", "no_spoiler": "quantity.spoiler_rate"}
    if device not in paths:
        raise UnknownNameError("device", device, ("monitoring", *paths), where=KIND)
    return (
        negotiation.with_value(paths[device], 0) if negotiation.has(paths[device]) else negotiation
    )


def evaluate_game(chain: Durability, names: Iterable[str] = ()) -> dict[str, Array]:
    """Metrics over draws; without names all of them, survival at 12, 24 and 60 periods."""
    table: dict[str, Any] = {
        "expected_time": lambda: np.asarray(chain.expected_time(), float),
        "median_time": chain.median_time,
        "hazard": chain.long_run_hazard,
        "ended_1_year_vs_ucdp": lambda: 1 - chain.survival(12)[..., 12] - 0.267,
    }
    table |= {name: lambda value=value: np.asarray(value) for name, value in chain.play.items()}
    wanted = list(names) or [*table, "survival.12", "survival.24", "survival.60"]
    lack = 0 * np.asarray(chain.play.get("mixed", 0.0))  # NaN where no equilibrium was found
    out = {}
    for name in wanted:
        head, _, tail = name.partition(".")
        if head == "survival" and tail.isdigit():
            out[name] = chain.survival(int(tail))[..., int(tail)] + lack
        elif head == "survival_days" and tail.isdigit():
            out[name] = chain.survives_days(int(tail)) + lack
        elif name in table:
            out[name] = table[name]() + (0 if name == "equilibria" else lack)
        elif name in NAMES or f"{head}.<party>" in NAMES:
            raise InputError(
                f"{name} needs the stochastic game",
                where=KIND,
                allowed="a case with " + ", ".join(ASKED.values()),
                remedy="a chain of stated chances has nobody who chooses",
            )
        else:
            raise UnknownNameError("metric", name, [*table, "survival.12"], where=KIND)
    return out


def evaluate(negotiation: Negotiation, names: Iterable[str] = ()) -> dict[str, Array]:
    """Metrics of a case over its draws; names as in `METRICS`."""
    ready = negotiation.floats()
    chain = from_case(ready)
    wanted = list(names)
    paired = [name for name in wanted if name.startswith(("worth.", "stated."))]
    out = evaluate_game(chain, [n for n in wanted if n not in paired]) if (
        len(paired) < len(wanted) or not wanted
    ) else {}  # fmt: skip
    for name in paired:
        head, _, tail = name.partition(".")
        if name == "stated.expected_time":
            out[name] = np.asarray(stated(ready).expected_time(), float)
        elif head == "worth":
            there = from_case(without(ready, tail))
            sign = -1 if tail == "no_spoiler" else 1
            out[name] = sign * np.asarray(worth_of(chain, there), float)
        else:
            raise UnknownNameError("metric", name, NAMES, where=KIND)
    return {name: out[name] for name in wanted} if wanted else out
