r"""Lenses: what each model says of one dispute, side by side, and why they differ.

A lens is a model with the assumption that makes it: what failing costs, how time passes, who
decides, what is known. All read the same file. For each lens stand here the terms it predicts and
how far they are from a deal of the file (the signed one), the chance of no deal, and what each
lever does in it: solved again without the lever,

* **room**: change of the lens's margin (negative: no deal), in the lens's own unit;
* **split**: largest change of a level, or of an option's share, of the predicted terms;
* **holder**: change of the payoff of the lever's holder, where the lens has payoffs.

A lever that enters no slot that the lens reads is *not read*; one that is read and moves nothing
is *idle*. The **distance** of terms x from a deal y is the mean over the issues that both settle
of :math:`|x_k - y_k|`, options by half the sum of the differences of their shares. The **chance of
no deal** is the share of the draws in which the margin is below zero, plus, where a model itself
ends in war with some chance, the mean of that chance over the others; it is not a forecast of an
event unless the draws are what the reader believes.

**The cross-section test.** Two lenses that differ must differ by an assumption. Every pair whose
terms are further apart than `NEAR` is listed with the assumptions in which the two differ; where a
case exists in which those assumptions are the same, both are solved there and the distance that
remains is shown (the *residual*). A pair without a differing assumption, or with a residual above
`SAME`, is unexplained: an error in a model, or in what is said about it. The cases:

* threats, outside options and patience agree with no lever on the table, no risk that talks break
  down, and two equally and almost perfectly patient sides: all are then the Nash bargaining
  solution with equal weights over the same disagreement point (Binmore, Rubinstein and
  Wolinsky 1986, RAND Journal of Economics 17:176-188);
* the spatial compromise and the best terms of a group agree where every member counts alike and
  values are quadratic with one scale: the mean of ideals weighted by salience maximises the sum of
  utilities.

With three and more principals one lens more asks what **smaller groups** of them can secure against
the rest, and bargains from there (`negotiate.coalitions.multilateral`); lenses that know two sides
only say so, with what comes nearest.

>>> import negotiate as ng
>>> found = lenses(ng.load("idlib-2020"), draws=64)
>>> [look.lens.name for look in found.looks][:3]
['threats', 'outside options', 'patience']
>>> found.unexplained
()
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

import numpy as np

from negotiate.case.negotiation import Negotiation
from negotiate.coalitions.secure import Dispute
from negotiate.errors import InputError, NegotiateError, UnknownNameError
from negotiate.spatial.case import spatial
from negotiate.spatial.compromise import compromise
from negotiate.tolerance import UTILITY
from negotiate.whatif.questions._lens_models import LENSES, Lens, Terms, View, levels_of
from negotiate.whatif.questions.answer import Answer, Picture, listed, percent, shown
from negotiate.whatif.study import case as cases
from negotiate.whatif.study.world import of_case
from negotiate.whatif.words import names

NEAR = 0.02
"""Mean distance of levels up to which two predictions count as the same."""

SAME = 0.01
"""Distance that may remain where the assumptions are the same: frontiers are cut into chords."""

FEW = 100
"""Draws for a lens that solves a convex programme for each of them."""

PATIENT = 1 - 1e-6
"""Discount factor of both sides where patience is taken out."""


# ---- the answer ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class LeverEffect:
    """What a lever does in a lens; None where the lens has no such number.

    ``state`` is "read", "idle" (read, and nothing moves) or "not read".
    """

    lever: str
    state: str
    room: float | None = None
    split: float | None = None
    holder: float | None = None


@dataclass(frozen=True, eq=False)
class Look:
    """One lens on the case.

    Attributes
    ----------
    lens
        The lens.
    terms
        Predicted at the base values.
    spread
        Issue to 5 %, 50 % and 95 % points over the draws, levels only.
    distance
        Mean distance from the deal, or None.
    no_deal
        Chance of no deal, or None.
    margin, payoffs
        At the base values.
    levers
        What each lever on the table does.
    refused
        Why the lens does not apply; empty where it does.
    note
        What has to be known to read it.
    """

    lens: Lens
    terms: Terms = field(default_factory=dict)
    spread: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    distance: float | None = None
    no_deal: float | None = None
    margin: float | None = None
    payoffs: Mapping[str, float] = field(default_factory=dict)
    levers: tuple[LeverEffect, ...] = ()
    refused: str = ""
    note: str = ""


@dataclass(frozen=True)
class Disagreement:
    """Two lenses whose terms differ, the assumptions behind it, and what remains without them.

    ``residual`` is None where no case is known in which the assumptions are the same.
    """

    one: str
    other: str
    gap: float
    by: tuple[str, ...]
    residual: float | None

    @property
    def explained(self) -> bool:
        """Whether an assumption differs, and nothing remains where it could be taken out."""
        return bool(self.by) and (self.residual is None or self.residual <= SAME)


@dataclass(frozen=True, eq=False)
class Lenses(Answer):
    """Every lens on one case.

    Attributes
    ----------
    deal, signed
        Id and terms of the deal that predictions are compared with; empty where there is none.
    midpoint
        Distance of the midpoint of every level from that deal: the baseline to beat.
    looks
        One for each lens.
    disagreements
        Pairs of lenses whose terms differ.
    issues
        Issue to its name.
    draws, seed
        Of the chances of no deal and the spreads.
    """

    _view = "negotiate.whatif.views.lenses"
    deal: str
    signed: Terms
    midpoint: float | None
    looks: tuple[Look, ...]
    disagreements: tuple[Disagreement, ...]
    issues: Mapping[str, str]
    draws: int
    seed: int
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        seen = sum(not look.refused for look in self.looks)
        return f"<Lenses: {seen} of {len(self.looks)} apply, {len(self.unexplained)} unexplained>"

    def __getitem__(self, name: str) -> Look:
        """The look of a lens by its name."""
        for look in self.looks:
            if look.lens.name == name:
                return look
        raise UnknownNameError("lens", name, [look.lens.name for look in self.looks])

    @property
    def unexplained(self) -> tuple[Disagreement, ...]:
        """Disagreements that the declared assumptions do not make."""
        return tuple(item for item in self.disagreements if not item.explained)

    def records(self) -> list[dict[str, Any]]:
        """One row for each lens: terms, distance, chance of no deal, what levers do."""
        rows = []
        for look in self.looks:
            row: dict[str, Any] = {"lens": look.lens.name}
            for issue in self.issues:
                row[issue] = _cell(look.terms.get(issue))
            row["distance"] = look.distance
            row["no deal"] = look.no_deal
            row["levers that matter"] = self.levers_of(look)
            row["why not"] = look.refused
            rows.append(row)
        return rows

    def levers_of(self, look: Look) -> str:
        """Levers that move something in a lens, the largest first."""
        moved = [item for item in look.levers if item.state == "read"]
        moved.sort(key=lambda item: -max(abs(x or 0) for x in (item.room, item.split, item.holder)))
        return ", ".join(self.word(item.lever) for item in moved)

    def lever_records(self) -> list[dict[str, Any]]:
        """One row for each lens and lever."""
        return [
            {
                "lens": look.lens.name,
                "lever": item.lever,
                "state": item.state,
                "room": item.room,
                "split": item.split,
                "holder": item.holder,
                "unit": look.lens.unit,
            }
            for look in self.looks
            for item in look.levers
        ]

    def sentence(self) -> str:
        """Nearest and farthest prediction, the range of chances of no deal, what is unexplained."""
        seen = [look for look in self.looks if not look.refused]
        text = f"{len(seen)} of {len(self.looks)} lenses apply"
        whole = [x for x in seen if x.distance is not None and set(self.issues) <= set(x.terms)]
        apart = sorted(whole, key=lambda x: float(x.distance or 0))
        if len(apart) > 1:
            near, far = apart[0], apart[-1]
            text += (
                f"; of the {len(apart)} that predict every issue, {near.lens.name} comes nearest "
                f"to '{self.deal}' (levels {shown(float(near.distance or 0))} apart on average) "
                f"and {far.lens.name} stays farthest ({shown(float(far.distance or 0))})"
            )
            if self.midpoint is not None:
                beaten = sum(float(x.distance or 0) < self.midpoint for x in apart)
                text += (
                    f"; the midpoint of every issue is {shown(self.midpoint)} away and beaten by "
                    f"{beaten or 'none'} of them"
                )
        chances = [look.no_deal for look in seen if look.no_deal is not None]
        if chances:
            text += (
                f"; no deal has a chance of {percent(min(chances))}"
                if min(chances) == max(chances)
                else f"; the chance of no deal runs from {percent(min(chances))} to "
                f"{percent(max(chances))}"
            )
        odd = [f"{item.one} and {item.other}" for item in self.unexplained]
        if odd:
            return f"{text}; not explained by their assumptions: {listed(odd)}."
        tested = sum(item.residual is not None for item in self.disagreements)
        return (
            f"{text}; "
            + (
                "one pair of lenses differs, by an assumption"
                if len(self.disagreements) == 1
                else f"{len(self.disagreements) or 'no'} pairs of lenses differ"
                + (", each by an assumption" if self.disagreements else "")
            )
            + (f", {tested} of them tested by taking it out" if tested else "")
            + "."
        )

    def picture(self) -> Picture:
        """Distance of every prediction from the deal."""
        rows = [look for look in self.looks if look.distance is not None]
        return Picture(
            "bars",
            tuple(look.lens.name for look in rows),
            tuple(float(look.distance or 0) for look in rows),
            x_label="mean distance of levels from the deal",
        )

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form, with levers, disagreements and assumptions."""
        return super().to_dict() | {
            "deal": self.deal,
            "midpoint": self.midpoint,
            "draws": self.draws,
            "seed": self.seed,
            "assumptions": {x.lens.name: dict(x.lens.assumes) for x in self.looks},
            "levers": self.lever_records(),
            "disagreements": [
                {
                    "one": item.one,
                    "other": item.other,
                    "gap": item.gap,
                    "by": list(item.by),
                    "residual": item.residual,
                    "explained": item.explained,
                }
                for item in self.disagreements
            ],
        }


@of_case
def lenses(
    case: Negotiation,
    *,
    deal: str = "",
    scenario: str = "",
    draws: int = 1000,
    seed: int = 0,
    only: Sequence[str] = (),
) -> Lenses:
    """Every lens on a case in one table.

    Parameters
    ----------
    case
        A negotiation, its id or file.
    deal
        Deal of the file that predictions are compared with and that is judged; the signed one, or
        else the first.
    scenario
        A scenario of the file, for everything.
    draws, seed
        For the chances of no deal and the spreads.
    only
        Names of lenses; all by default.

    Returns
    -------
    Lenses
        A lens that does not apply says why.

    Raises
    ------
    UnknownNameError
        A deal, scenario or lens that is not there.

    Examples
    --------
    >>> found = lenses("idlib-2020", draws=64, only=["threats", "spatial forecast"])
    >>> [look.lens.name for look in found.looks]
    ['threats', 'spatial forecast']
    """
    if not case.issues:
        raise InputError(
            f"{case.id or 'the case'} has no issues",
            where="lenses",
            allowed="a case of kind negotiation, with issues and principals",
        )
    named = deal or case.signed_deal or next(iter(case.deals), "")
    if named and named not in case.deals:
        raise UnknownNameError("deal", named, case.deals, where="lenses")
    known = [lens.name for lens in LENSES]
    for name in only:
        if name not in known:
            raise UnknownNameError("lens", name, known, where="lenses")
    given, drawn = case, cases.draw(case, draws, seed=seed)
    if scenario:
        case, drawn = case.scenario(scenario), drawn.scenario(scenario)
    base = case.floats()
    signed = levels_of(base.terms(named)) if named else {}
    many = len(case.principals)
    chosen = [x for x in LENSES if (x.name in only if only else x.least <= many)]
    fewer = drawn
    if many > 2 and draws > FEW:
        fewer = cases.draw(given, FEW, seed=seed)
        fewer = fewer.scenario(scenario) if scenario else fewer
    looks = tuple(
        _look(lens, base, fewer if lens.slow else drawn, named, signed) for lens in chosen
    )
    return Lenses(
        named,
        signed,
        _distance({k: 0.5 for k, v in signed.items() if not isinstance(v, Mapping)}, signed),
        looks,
        tuple(_disagreements(base, looks)),
        {k: issue.name for k, issue in case.issues.items()},
        draws,
        seed,
        notes=(
            "room: change of the lens's margin when the lever is on the table; split: largest "
            "change of a predicted level; payoff of its holder, in the lens's unit; chances of no "
            "deal are shares of the draws.",
        ),
    ).named(names(case, ()))


def _look(lens: Lens, base: Negotiation, drawn: Negotiation, deal: str, signed: Terms) -> Look:
    try:
        here = lens.look(base, deal)
    except NegotiateError as error:
        return Look(lens, refused=str(error))
    note = here.note
    try:
        over = lens.look(drawn, deal)
    except NegotiateError as error:
        over, note = View(), f"{note}; not over draws: {error}".lstrip("; ")
    if lens.slow and len(base.principals) > 2 and over.margin is not None:
        note = f"{note}; over {drawn.draws} draws, a convex programme each".lstrip("; ")
    return Look(
        lens,
        {k: _plain(v) for k, v in here.terms.items()},
        {k: _spread(v) for k, v in over.terms.items() if not isinstance(v, Mapping)},
        _distance(here.terms, signed),
        _no_deal(over),
        None if here.margin is None else float(here.margin),
        {p: float(x) for p, x in here.payoffs.items()},
        tuple(_effect(lens, base, deal, lever, here) for lever in base.on_table()),
        note=note,
    )


def _spread(level: Any) -> tuple[float, float, float]:
    good = np.asarray(level, float).ravel()
    good = good[np.isfinite(good)]
    if not good.size:
        return (np.nan, np.nan, np.nan)
    low, middle, high = np.quantile(good, [0.05, 0.5, 0.95])
    return float(low), float(middle), float(high)


def _no_deal(seen: View) -> float | None:
    if seen.margin is None:
        return None
    margin = np.asarray(seen.margin, float)
    none = ~(margin >= -UTILITY)  # not a number: no deal either
    chance = np.zeros_like(margin) if seen.chance is None else np.asarray(seen.chance, float)
    return float(np.where(none, 1.0, np.where(np.isfinite(chance), chance, 0.0)).mean())


def _effect(lens: Lens, base: Negotiation, deal: str, lever: str, here: View) -> LeverEffect:
    """A lens with the lever less the lens without it."""
    if not set(base.levers[lever].enters) & set(lens.reads):
        return LeverEffect(lever, "not read")
    try:
        less = lens.look(base.with_values({f"lever.{lever}.available": False}), deal)
    except NegotiateError:
        return LeverEffect(lever, "read")
    room = None
    if here.margin is not None and less.margin is not None:
        room = float(np.asarray(here.margin, float) - np.asarray(less.margin, float))
        room = None if np.isnan(room) else room
    split = None
    if here.terms and less.terms:
        parts = [_apart(here.terms[k], less.terms[k]) for k in here.terms if k in less.terms]
        split = max(parts, default=None)
    holder = base.levers[lever].holder
    own = None
    if holder in here.payoffs and holder in less.payoffs:
        own = float(here.payoffs[holder] - less.payoffs[holder])
    moved = any(x is not None and abs(x) > UTILITY for x in (room, split, own))
    return LeverEffect(lever, "read" if moved else "idle", room, split, own)


# ---- why they differ -----------------------------------------------------------------------------


def _disagreements(base: Negotiation, looks: Sequence[Look]) -> list[Disagreement]:
    out = []
    for one, other in combinations([look for look in looks if look.terms], 2):
        gap = _distance(one.terms, other.terms)
        if gap is None or gap <= NEAR:
            continue
        a, b = one.lens.assumes, other.lens.assumes
        by = tuple(key for key in a if a[key] != b.get(key))
        out.append(
            Disagreement(
                one.lens.name, other.lens.name, gap, by, _residual(base, one.lens, other.lens)
            )
        )
    return out


def _residual(base: Negotiation, one: Lens, other: Lens) -> float | None:
    """Distance of two lenses in a case in which their assumptions are the same."""
    pair = {one.name, other.name}
    try:
        if pair <= {"threats", "outside options", "patience"}:
            calm = _calm(base)
            return _distance(one.look(calm, "").terms, other.look(calm, "").terms)
        if pair == {"coalitions", "spatial forecast"}:
            return _alike(base)
    except NegotiateError:
        return None
    return None


def _calm(base: Negotiation) -> Negotiation:
    """The case with no lever, and its principals alike in patience and bargaining weight."""
    changes: dict[str, Any] = {f"lever.{name}.available": False for name in base.on_table()}
    if base.has("quantity.breakdown_risk"):
        changes["quantity.breakdown_risk"] = 0.0
    for party in base.principals:
        for path, value in (
            (f"party.{party}.discount", PATIENT),
            (f"party.{party}.bargaining_weight", 0.5),
        ):
            if base.has(path):
                changes[path] = value
    return base.with_values(changes)


def _alike(base: Negotiation) -> float | None:
    """Compromise of members that count alike, against the best terms of the same group."""
    model = spatial(base)
    dispute = Dispute(base)
    if not set(model.parties) <= set(dispute.players):
        return None
    group = sum(1 << dispute.players.index(p) for p in model.parties)
    best = levels_of(dispute.best(group)[0])
    even = compromise(replace(model, capability=np.ones_like(np.asarray(model.capability, float))))
    levels = levels_of(even[0].terms)
    kept = {}
    for issue in levels:
        forms = {
            (base.value(f"form.{p}.{issue}"), float(base.get(f"scale.{p}.{issue}", 1)))
            for p in model.parties
            if base.has(f"form.{p}.{issue}")
        }
        if len(forms) == 1 and next(iter(forms))[0] == "quadratic":
            kept[issue] = levels[issue]
    return _distance(kept, best)


# ---- terms ---------------------------------------------------------------------------------------


def _plain(term: Any) -> Any:
    if isinstance(term, Mapping):
        return {k: float(v) for k, v in term.items()}
    return float(term)


def _cell(term: Any) -> Any:
    if isinstance(term, Mapping):
        return " or ".join(
            k if v > 1 - UTILITY else f"{k} {shown(v)}" for k, v in term.items() if v > UTILITY
        )
    return term


def _apart(a: Any, b: Any) -> float:
    """Distance of two terms of one issue."""
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return float(sum(abs(a.get(k, 0.0) - b.get(k, 0.0)) for k in {*a, *b})) / 2
    return float(abs(np.asarray(a, float) - np.asarray(b, float)))


def _distance(a: Terms, b: Terms) -> float | None:
    """Mean distance over the issues that both settle; None where there is none."""
    both = [_apart(a[k], b[k]) for k in a if k in b]
    both = [x for x in both if np.isfinite(x)]
    return sum(both) / len(both) if both else None
