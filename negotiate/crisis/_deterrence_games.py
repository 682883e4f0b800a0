"""Deterrence as games of general kinds, in fractions, and the names of what is played in them."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

from negotiate.crisis.arithmetic.deterrence import Bayesian
from negotiate.extensive.signalling import Signalling, from_tables
from negotiate.numbers.arithmetic import larger
from negotiate.numbers.exact_polytope import Vector
from negotiate.numbers.fractions import exact


def as_signalling(form: Any) -> Signalling:
    """`UnilateralDeterrence` as a signalling game; see its method ``signalling``."""
    p = exact(form.pr_defender_hard)
    x = {k: exact(v) for k, v in form.numbers().items() if not isinstance(v, tuple)}
    names = ("hard", "soft")
    fight = {"hard": x["c_dd_hard"], "soft": x["c_cd"]}
    sender = {
        t: {
            "status quo": {"resist": x["c_sq"], "concede": x["c_sq"]},
            "challenge": {"resist": fight[t], "concede": p * fight[t] + (1 - p) * x["c_dc"]},
        }
        for t in names
    }
    receiver = {
        t: {
            "status quo": {"resist": x["d_sq"], "concede": x["d_sq"]},
            "challenge": {
                "resist": x["d_dd_soft"] if t == "hard" else x["d_cd"],
                "concede": x["d_dc"],
            },
        }
        for t in names
    }
    for table in (sender, receiver):
        for t in names:
            table[t]["status quo"] = {"none": table[t]["status quo"]["resist"]}
    prior = {"hard": x["pr_challenger_hard"], "soft": 1 - x["pr_challenger_hard"]}
    return from_tables(prior, sender, receiver, players=form.players)


def as_bayesian(form: Any) -> Bayesian:
    """`MutualDeterrence`: gain of attacking over waiting, affine in the other's attacks.

    If the other attacks with chances (h, s) by type, waiting pays sq or, attacked, the better
    of conflict and conceding; attacking pays conflict if the other attacks too or is hard.
    """
    gains = []
    for i in (0, 1):
        q = exact(form.pr_hard[1 - i])
        win, sq, lose = exact(form.win[i]), exact(form.sq[i]), exact(form.lose[i])
        side = []
        for war in (exact(form.war_hard[i]), exact(form.war_soft[i])):
            attacked = larger(war, lose)
            on_hard = q * ((war - attacked) - (war - sq))
            on_soft = (1 - q) * ((war - attacked) - (win - sq))
            side.append(((on_hard, on_soft), q * (war - sq) + (1 - q) * (win - sq)))
        gains.append(tuple(side))
    return Bayesian(tuple(gains))


def behaviour(x: Vector, p: Fraction) -> str:
    """Name of a side's chances of attack by type, hard with probability ``p``."""
    states = tuple(
        None if absent else ("mix" if 0 < v < 1 else int(v))
        for v, absent in zip(x, (p == 0, p == 1))
    )
    names: dict[tuple[Any, Any], str] = {
        (0, 0): "deterred",
        (1, 0): "separating",
        (1, 1): "attack",
        (1, "mix"): "bluff",
        ("mix", 0): "hybrid",
        ("mix", "mix"): "mixing",
        (0, 1): "reversed",
        ("mix", 1): "soft attack",
        (0, "mix"): "soft hybrid",
    }
    for hard, soft in product(*[((0, 1, "mix") if s is None else (s,)) for s in states]):
        if None in states and hard != soft:
            continue
        return (
            names[(hard, soft)]
            if None not in states
            else {0: "deterred", 1: "attack", "mix": "mixing"}[
                states[0] if states[1] is None else states[1]
            ]
        )
    return names[states]  # type: ignore[index]
