r"""What each coalition can secure: a coalitional game compiled from a strategic game or a dispute.

The worth of a coalition depends on what those outside it do, so the assumption has a name:

``alpha``
    S commits first, the others answer as badly for it as they can:
    :math:`\max_{a_S} \min_{a_{N-S}} \sum_{i \in S} u_i` (Aumann and Peleg 1960, Bulletin of the
    AMS 66:173-179).
``beta``
    The others commit first: :math:`\min_{a_{N-S}} \max_{a_S}`. In mixed strategies the two are one
    (von Neumann's theorem) and are found by an exact linear programme; here ``alpha`` and
    ``beta`` are in pure actions, ``mixed`` in mixed ones.
``gamma``, ``delta``
    The others pursue their own interest: each for itself (gamma) or all as one bloc (delta); S and
    they play a Nash equilibrium (Hart and Kurz 1983, Econometrica 51:1047-1064; Chander and Tulkens
    1997, International Journal of Game Theory 26:379-401). Of several pure equilibria the one best
    for S counts, and the answer is not defined where there is none.
``partition``
    A worth for every coalition in every partition of the others: `in_partition`.
``threat``
    Harsanyi's: the two sides threaten each other and halve what bargaining brings,
    :math:`\tfrac12 [v(N) + \mathrm{val}(\sum_S u - \sum_{N-S} u)]` (Harsanyi 1963; Kohlberg and
    Neyman 2021, Games and Economic Behavior 127, unverified), with val in mixed actions.
``none``
    The others do nothing (only for a dispute).

**A dispute.** Players are all parties that value the issues. A coalition that holds all principals
can sign: it takes the terms that are best for its members together. Any other has no deal: its
members have their payoffs of no deal and use the levers they hold on outsiders, never on each other
(a lever that only harms members is idle). Where the others hold all principals they may sign
without it: under alpha whatever is worst for it, under delta (and in a partition) what is best for
themselves, under gamma nothing, since they do not stand together. Effects of levers add up, so each
is used if it serves its holder's side: that is exact, and alpha, beta and mixed are one. A stake of
one party is counted as a stake of another (side payments at par); the answer says so.

Prisoner's dilemma, payoffs 3/3, 0/4, 4/0, 1/1: alone each can secure 1, together 6.

>>> from negotiate.strategic.game import StrategicGame
>>> game = StrategicGame.from_arrays([[[3, 0], [4, 1]], [[3, 4], [0, 1]]])
>>> secured = from_strategic(game, outsiders="alpha")
>>> [str(secured.number(m)) for m in range(4)]
['0', '1', '1', '6']
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np

from negotiate.case.negotiation import Negotiation
from negotiate.case.slots import disagreement
from negotiate.case.slots.expected import entering
from negotiate.coalitions.agreement import Agreement
from negotiate.coalitions.arithmetic import subsets
from negotiate.coalitions.arithmetic.best_terms import best_by_sections, best_on_interval
from negotiate.coalitions.formation import Partition
from negotiate.coalitions.game import CoalitionalGame, check_size, players_of
from negotiate.declare import compiles
from negotiate.errors import InputError, NoSolutionError, NotApplicableError, TooLargeError
from negotiate.numbers.exact_lp import maximise
from negotiate.strategic.game import StrategicGame

ASSUMPTIONS = ("alpha", "beta", "mixed", "gamma", "delta", "threat")
OF_A_CASE = ("alpha", "beta", "gamma", "delta", "threat", "none")
MAX_CELLS = 200_000
"""Profiles x coalitions looked at for a strategic game."""

Array = np.ndarray[Any, np.dtype[Any]]


# ---- strategic games -----------------------------------------------------------------------------


def from_strategic(game: StrategicGame, *, outsiders: str = "alpha") -> CoalitionalGame:
    """What each coalition of a strategic game can secure, payoffs added up.

    Parameters
    ----------
    game
        One game.
    outsiders
        ``alpha``, ``beta``, ``mixed``, ``gamma``, ``delta`` or ``threat``.

    Returns
    -------
    CoalitionalGame

    Raises
    ------
    NoSolutionError
        Gamma or delta where a coalition's game has no pure equilibrium.
    """
    if outsiders not in ASSUMPTIONS:
        raise InputError(f'"{outsiders}"', where="outsiders", allowed=", ".join(ASSUMPTIONS))
    n = len(game.players)
    check_size(n, where="coalitions of a strategic game")
    payoffs = np.asarray(game.payoffs)
    if payoffs.ndim != n + 1:
        raise InputError("the game has draw axes", where="from_strategic", allowed="one game")
    cells = int(np.prod(payoffs.shape[1:])) * 2**n
    if cells > MAX_CELLS:
        raise TooLargeError(
            f"{cells:,} profiles x coalitions", where="from_strategic", allowed=f"{MAX_CELLS:,}"
        )
    worths: list[Any] = [0]
    for mask in range(1, 2**n):
        worths.append(_secured(payoffs, mask, n, outsiders))
    return CoalitionalGame(
        tuple(game.players), worths, outsiders=outsiders, title=game.title or "Strategic game"
    )


def _two_sided(payoffs: Array, mask: int, n: int) -> tuple[Array, Array]:
    """Total payoffs of S and of the others, rows the joint actions of S, columns the others'."""
    inside = list(subsets.members(mask))
    outside = [k for k in range(n) if k not in inside]
    order = (0, *(k + 1 for k in inside), *(k + 1 for k in outside))
    table = np.transpose(payoffs, order)
    rows = int(np.prod([payoffs.shape[k + 1] for k in inside], dtype=int))
    table = table.reshape(n, rows, -1)
    none = table[0] * 0
    return table[inside].sum(axis=0), table[outside].sum(axis=0) if outside else none


def _secured(payoffs: Array, mask: int, n: int, outsiders: str) -> Any:
    mine, theirs = _two_sided(payoffs, mask, n)
    if mask == 2**n - 1:
        return mine.max()
    if outsiders == "alpha":
        return mine.min(axis=1).max()
    if outsiders == "beta":
        return mine.max(axis=0).min()
    if outsiders == "mixed":
        return _value(mine)
    if outsiders == "threat":
        whole = payoffs.sum(axis=0).max()
        return (whole + _value(mine - theirs)) / 2
    blocs = [mask]
    rest = (2**n - 1) ^ mask
    blocs += [rest] if outsiders == "delta" else [1 << k for k in subsets.members(rest)]
    found = _equilibria(payoffs, blocs, n)
    if not found:
        raise NoSolutionError(
            f"no pure equilibrium between the coalition of players {list(subsets.members(mask))} "
            "and the others", where=f"outsiders = {outsiders}", remedy='use "alpha" or "mixed"',
        )  # fmt: skip
    return max(worths[0] for worths in found)


def _value(table: Array) -> Any:
    """Value of a zero-sum game by an exact linear programme."""
    exact = table.dtype == object
    entries = [[Fraction(x) for x in row] for row in table.tolist()]
    low = min(min(row) for row in entries)
    shifted = [[x - low for x in row] for row in entries]  # so that the value is not negative
    columns = range(len(shifted[0]))
    at_most = [([-row[j] for row in shifted] + [Fraction(1)], Fraction(0)) for j in columns]
    best = maximise(
        [0] * len(shifted) + [1], at_most=at_most, equal=[([1] * len(shifted) + [0], 1)]
    )
    assert best is not None
    return best.value + low if exact else float(best.value + low)


def _equilibria(payoffs: Array, blocs: Sequence[int], n: int) -> list[list[Any]]:
    """Worths of the blocs at every pure equilibrium of the game among them."""
    sets = [subsets.members(bloc) for bloc in blocs]
    totals = [payoffs[list(members)].sum(axis=0) for members in sets]
    best = []
    for members, total in zip(sets, totals):
        best.append(total.max(axis=tuple(members), keepdims=True))
    stable = np.ones(payoffs.shape[1:], dtype=bool)
    for total, top in zip(totals, best):
        stable &= np.asarray(total >= top, dtype=bool)
    return [[total[tuple(cell)] for total in totals] for cell in np.argwhere(stable)]


def in_partition(game: StrategicGame, partition: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Worth of every coalition of a partition: the pure equilibrium among the coalitions.

    Parameters
    ----------
    game
        One game.
    partition
        Coalitions that cover the players.

    Returns
    -------
    dict
        Coalition (members joined by ``+``) to its total at the equilibrium that is best for the
        first coalition.

    Examples
    --------
    >>> game = StrategicGame.from_arrays([[[3, 0], [4, 1]], [[3, 4], [0, 1]]])
    >>> {k: str(v) for k, v in in_partition(game, [["Player 1"], ["Player 2"]]).items()}
    {'Player 1': '1', 'Player 2': '1'}
    """
    names = tuple(game.players)
    blocs = [subsets.mask_of(names.index(p) for p in bloc) for bloc in partition]
    if sum(blocs) != 2 ** len(names) - 1 or any(a & b for a, b in combinations(blocs, 2)):
        raise InputError(
            "the coalitions do not divide the players", where="partition",
            allowed=f"every one of {', '.join(names)} in exactly one coalition",
        )  # fmt: skip
    found = _equilibria(np.asarray(game.payoffs), blocs, len(names))
    if not found:
        raise NoSolutionError("no pure equilibrium among the coalitions", where="partition")
    best = max(found, key=lambda worths: worths[0])
    return {"+".join(bloc): worth for bloc, worth in zip(partition, best)}


# ---- disputes ------------------------------------------------------------------------------------


class Dispute:
    """What the coalitions of a case can do: best terms, payoffs of no deal, effects of levers."""

    def __init__(self, negotiation: Negotiation, commitment: str = "stated") -> None:
        self.of = negotiation
        self.players = players_of(negotiation)
        check_size(len(self.players), where=f"parties of case {negotiation.id}")
        if len(self.players) < 2:
            raise NotApplicableError(
                f"{len(self.players)} parties value the issues", where=f"case {negotiation.id}",
                allowed="two or more",
            )  # fmt: skip
        self.signers = subsets.mask_of(self.players.index(p) for p in negotiation.principals)
        self.base = [disagreement.base(negotiation, p) for p in self.players]
        self.levers = entering(negotiation, "disagreement")
        self.holder = {lever: negotiation.levers[lever].holder for lever in self.levers}
        self.effect = {
            lever: [
                disagreement.effect(negotiation, lever, p, commitment=commitment)
                for p in self.players
            ]
            for lever in self.levers
        }
        self._best: dict[int, tuple[dict[str, Any], Any]] = {}

    # ---- a deal ----------------------------------------------------------------------------

    def signs(self, mask: int) -> bool:
        """Whether a coalition holds all principals, so that it can sign."""
        return (mask & self.signers) == self.signers

    def best(self, mask: int) -> tuple[dict[str, Any], Any]:
        """Terms that are best for a group together, and their worth to it."""
        if mask not in self._best:
            signs = {self.players[k]: 1 for k in subsets.members(mask)}
            found = {issue: self._issue(issue, signs) for issue in self.of.issues}
            self._best[mask] = (
                {issue: level for issue, (level, _) in found.items()},
                sum((worth for _, worth in found.values()), start=0),
            )
        return self._best[mask]

    def worst(self, mask: int) -> Any:
        """The least that any terms bring a group together: values are concave, so at an end."""
        total: Any = 0
        members = [self.players[k] for k in subsets.members(mask)]
        for issue in self.of.issues:
            weigh = [p for p in members if self.of.has(f"weight.{p}.{issue}")]
            levels = self._options(issue, weigh) or ["0", "1"]
            ends = [self._at(issue, weigh, level) for level in levels]
            low = ends[0]
            for other in ends[1:]:
                low = _below(low, other)
            total = total + low
        return total

    def advantage(self, mask: int) -> Any:
        """The most by which terms can favour a group over all others together."""
        signs = {p: 1 if mask >> k & 1 else -1 for k, p in enumerate(self.players)}
        return sum((self._issue(issue, signs)[1] for issue in self.of.issues), start=0)

    def at_terms(self, mask: int, terms: Mapping[str, Any]) -> Any:
        """What terms bring a group together."""
        return sum(
            (self.of.utility(self.players[k], terms) for k in subsets.members(mask)), start=0
        )

    def _at(self, issue: str, weigh: Sequence[str], level: Any) -> Any:
        of = self.of
        if isinstance(level, str) and level in ("0", "1"):
            level = float(level) if of.as_floats else Fraction(level)
        return sum((of.weight(p, issue) * of.worth(p, issue, level) for p in weigh), start=0)

    def _options(self, issue: str, weigh: Sequence[str]) -> list[str]:
        """Options of an issue; none where it is an interval."""
        of = self.of
        listed = [
            str(getattr(o, "id", o)) for o in getattr(of.issues[issue], "options", None) or ()
        ]
        tabled = any(of.get(f"form.{p}.{issue}", "linear") == "table" for p in weigh)
        if listed or not tabled:
            return listed
        heads = tuple(f"table.{p}.{issue}." for p in weigh)
        return sorted({q.rsplit(".", 1)[1] for q in of.paths if q.startswith(heads)})

    def _issue(self, issue: str, signs: Mapping[str, int]) -> tuple[Any, Any]:
        """Level and height of the greatest sum of values, each party with its sign."""
        of = self.of
        weigh = [p for p in signs if of.has(f"weight.{p}.{issue}")]
        options = self._options(issue, weigh)
        if options:
            heights = [
                sum(
                    (signs[p] * of.weight(p, issue) * of.worth(p, issue, o) for p in weigh), start=0
                )
                for o in options
            ]
            return _largest(options, heights)
        forms = {of.get(f"form.{p}.{issue}", "linear") for p in weigh}
        if forms <= {"linear", "quadratic"}:
            square, line, rest = self._parabola(issue, weigh, signs)
            level, height = best_on_interval(square, line)
            if min(signs.values()) < 0:  # perhaps convex: then the best is at an end
                level, height = _largest([level, 0 * level, 0 * level + 1],
                                         [height, 0 * height, square + line])  # fmt: skip
            return level, height + rest
        if min(signs.values()) < 0:
            raise NotApplicableError(
                f"values of the form {', '.join(sorted(forms))}", where=f"issue {issue}",
                allowed='outsiders = "threat" needs linear, quadratic or tabled values',
            )  # fmt: skip
        shape = (of.draws,) if of.draws else ()
        return best_by_sections(lambda x: np.asarray(self._at(issue, weigh, x), float), shape)

    def _parabola(
        self, issue: str, weigh: Sequence[str], signs: Mapping[str, int]
    ) -> tuple[Any, Any, Any]:
        """Coefficients of x^2, x and 1 of the signed sum of weighted values."""
        of = self.of
        square: Any = 0.0 if of.as_floats else Fraction(0)
        line, rest = square, square
        one: Any = 1.0 if of.as_floats else Fraction(1)
        for p in weigh:
            w = signs[p] * of.weight(p, issue)
            ideal = of.get(f"ideal.{p}.{issue}", one / 2)
            if of.get(f"form.{p}.{issue}", "linear") == "linear":
                # w x toward the high end, w (1 - x) toward the low one
                up: Any = (
                    np.where(ideal > 0.5, 1.0, -1.0)
                    if np.ndim(ideal)
                    else (1 if ideal > Fraction(1, 2) else -1)
                )
                line = line + w * up
                rest = rest + w * (1 - up) / 2
                continue
            scale = of.get(f"scale.{p}.{issue}", one)
            unit = w / (scale * scale)
            square = square - unit
            line = line + 2 * unit * ideal
            rest = rest + w - unit * ideal * ideal
        return square, line, rest

    # ---- no deal ---------------------------------------------------------------------------

    def groups(self, mask: int, outsiders: str) -> list[int]:
        """How the others stand together under an assumption, the coalition itself first."""
        rest = (2 ** len(self.players) - 1) ^ mask
        if outsiders == "delta":
            return [mask, rest]
        return [mask, *(1 << k for k in subsets.members(rest))]

    def no_deal(self, mask: int, outsiders: str, groups: Sequence[int]) -> Any:
        """Worth of a coalition without a deal: levers for its side, the others' as assumed."""
        total = _sum(self.base, mask)
        for lever in self.levers:
            held = self.holder[lever]
            bit = 1 << self.players.index(held) if held in self.players else 0
            own = _sum(self.effect[lever], mask)
            if not bit:  # held by nobody in the game: the background of every coalition
                total = total + own
            elif bit & mask:
                total = total + _above(own, 0)
            elif outsiders in ("alpha", "beta"):
                total = total + _below(own, 0)
            elif outsiders != "none":
                side = next(group for group in groups if group & bit)
                total = total + _where(_sum(self.effect[lever], side) > 0, own)
        return total

    def worth(self, mask: int, outsiders: str, groups: Sequence[int] | None = None) -> Any:
        """Worth of a coalition; ``groups`` are the coalitions of a partition."""
        if outsiders == "threat":
            return self.threatened(mask)
        stand = list(groups) if groups is not None else self.groups(mask, outsiders)
        alone = self.no_deal(mask, outsiders, stand)
        if self.signs(mask):
            return _above(self.best(mask)[1], alone)
        if outsiders == "none":
            return alone
        rest = (2 ** len(self.players) - 1) ^ mask
        if outsiders in ("alpha", "beta"):
            return _below(alone, self.worst(mask)) if self.signs(rest) else alone
        for group in stand:
            if group != mask and self.signs(group):
                terms, gain = self.best(group)
                signed = gain >= self.no_deal(group, outsiders, stand)
                return _where(signed, self.at_terms(mask, terms), alone)
        return alone

    def threatened(self, mask: int) -> Any:
        """Harsanyi's worth: half of what all have and of the best difference of the two sides."""
        grand = 2 ** len(self.players) - 1
        whole = self.worth(grand, "none")
        if mask == grand:
            return whole
        rest = grand ^ mask
        gap = _sum(self.base, mask) - _sum(self.base, rest)
        for lever in self.levers:
            own = _sum(self.effect[lever], mask) - _sum(self.effect[lever], rest)
            held = self.holder[lever]
            if held not in self.players:
                gap = gap + own
            elif mask >> self.players.index(held) & 1:
                gap = gap + _above(own, 0)
            else:
                gap = gap + _below(own, 0)
        if self.signs(mask):
            gap = _above(gap, self.advantage(mask))
        elif self.signs(rest):
            gap = _below(gap, -self.advantage(rest))
        return (whole + gap) / 2


def _largest(labels: Sequence[Any], heights: Sequence[Any]) -> tuple[Any, Any]:
    """The label of the greatest height, and the height; by draw where heights are arrays."""
    if any(np.ndim(h) for h in heights):
        rows = np.stack(np.broadcast_arrays(*(np.asarray(h, float) for h in heights)))
        names = np.stack(np.broadcast_arrays(*(np.asarray(x) for x in labels), rows[0])[:-1])
        at = rows.argmax(axis=0)[None]
        return (np.take_along_axis(names, at, axis=0)[0], np.take_along_axis(rows, at, axis=0)[0])
    at_best = max(range(len(labels)), key=lambda k: heights[k])
    return labels[at_best], heights[at_best]


def _sum(values: Sequence[Any], mask: int) -> Any:
    return sum((values[k] for k in subsets.members(mask)), start=0)


def _drawn(*values: Any) -> bool:
    return any(isinstance(x, np.ndarray) for x in values)


def _above(value: Any, bound: Any) -> Any:
    return np.maximum(value, bound) if _drawn(value, bound) else max(value, bound)


def _below(value: Any, bound: Any) -> Any:
    return np.minimum(value, bound) if _drawn(value, bound) else min(value, bound)


def _where(truth: Any, value: Any, other: Any = 0) -> Any:
    if _drawn(truth, value, other):
        return np.where(truth, value, other)
    return value if truth else other + 0 * value


@compiles("coalitional", slots=("disagreement",))
def from_case(
    negotiation: Negotiation, *, outsiders: str = "", commitment: str = "stated"
) -> CoalitionalGame:
    """The coalitional game of a case: what each set of parties can secure.

    Parameters
    ----------
    negotiation
        The case, at values or draws; or a file of ``kind = "coalitional"`` as a case.
    outsiders
        ``alpha`` (and ``beta``, the same here), ``gamma``, ``delta``, ``threat`` or ``none``; by
        default what ``[model.coalitional] outsiders`` says, else ``alpha``.
    commitment
        ``full``, ``stated`` or ``derived``: how sure levers are to be used.

    Returns
    -------
    CoalitionalGame
        Worths in stakes, added up over members at par.

    Examples
    --------
    >>> import negotiate as ng
    >>> from_case(ng.load("idlib-2020")).players
    ('russia', 'turkey', 'syria', 'eu')
    """
    if "file" in negotiation.case.model.get("coalitional", {}):
        found = negotiation.case.model["coalitional"]["file"].at(negotiation)
        assert isinstance(found, CoalitionalGame)
        return found
    chosen = outsiders or str(negotiation.setting("coalitional", "outsiders", "alpha"))
    if chosen not in OF_A_CASE:
        raise InputError(f'"{chosen}"', where="outsiders", allowed=", ".join(OF_A_CASE))
    dispute = Dispute(negotiation, commitment)
    worths: list[Any] = [0]
    worths += [dispute.worth(mask, chosen) for mask in range(1, 2 ** len(dispute.players))]
    return CoalitionalGame(
        dispute.players,
        worths,
        outsiders=chosen,
        title=negotiation.title,
        note="A stake of one party counts as a stake of another: side payments at par.",
    )


@compiles("agreement", slots=("disagreement",))
def agreement(negotiation: Negotiation) -> Agreement:
    """Who gains by joining: signatories take the terms best for them together.

    A set of signatories that holds all principals signs; everybody, outsiders too, then has its
    utility of those terms. Any other set signs nothing, and all have their payoff of no deal.

    Parameters
    ----------
    negotiation
        One case.

    Returns
    -------
    Agreement

    Examples
    --------
    >>> import negotiate as ng
    >>> agreement(ng.load("idlib-2020")).players
    ('russia', 'turkey', 'syria', 'eu')
    """
    if negotiation.draws:
        raise InputError("the case has draws", where="agreement", allowed="one case")
    dispute = Dispute(negotiation)

    def worths(signed: frozenset[str]) -> dict[str, Any]:
        mask = subsets.mask_of(dispute.players.index(p) for p in signed)
        if (mask & dispute.signers) != dispute.signers:
            return dict(zip(dispute.players, dispute.base))
        terms = dispute.best(mask)[0]
        return {p: negotiation.utility(p, terms) for p in dispute.players}

    return Agreement(dispute.players, worths, title=negotiation.title)


def by_partition(negotiation: Negotiation, *, commitment: str = "stated") -> Any:
    """Payoffs by partition for `negotiate.coalitions.stable_partitions`: equal shares of a worth.

    A coalition in a partition has what it can secure when each other coalition of the partition
    signs what is best for itself if it can, and uses its levers for its own good; its members share
    that above their payoffs of no deal equally.

    Parameters
    ----------
    negotiation
        One case.
    commitment
        ``full``, ``stated`` or ``derived``.

    Returns
    -------
    callable
        From a partition (coalitions as bit masks) to the list of payoffs.
    """
    dispute = Dispute(negotiation, commitment)

    def payoffs(partition: Partition) -> list[Any]:
        out: list[Any] = [0] * len(dispute.players)
        for bloc in partition:
            worth = dispute.worth(bloc, "partition", partition)
            members = subsets.members(bloc)
            extra = (worth - _sum(dispute.base, bloc)) / len(members)
            for k in members:
                out[k] = dispute.base[k] + extra
        return out

    return payoffs


def table_of(negotiation: Negotiation) -> Mapping[str, CoalitionalGame]:
    """The game of a case under every assumption about outsiders, by its name."""
    return {name: from_case(negotiation, outsiders=name) for name in OF_A_CASE if name != "beta"}
