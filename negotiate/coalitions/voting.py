r"""Voting bodies: members, weights, one rule or several at once; who matters how much.

A coalition wins if it meets the quotas of every rule in one of the listed sets ("more than half the
members **and** two thirds of the votes", "or all but three"). Rules by heads count members. Counts
of coalitions by size come from generating functions, so that 50 members and several majorities are
no list of 2^50; they are whole numbers, and every index is a fraction.

==================  =============================================================================
Shapley-Shubik      share of the orders in which a member turns losing into winning (Shapley and
                    Shubik 1954, American Political Science Review 48:787-792)
Banzhaf             share of the coalitions of the others that it turns (absolute); normalised, its
                    share of all such turns
Deegan-Packel       minimal winning coalitions are equally likely and their members share equally
                    (Deegan and Packel 1978, International Journal of Game Theory 7:113-123)
Holler-Packel       share of memberships in minimal winning coalitions, the public good index
                    (Holler and Packel 1983, Zeitschrift fuer Nationaloekonomie 43:21-29)
==================  =============================================================================

The Security Council of the United Nations: nine of fifteen, all five permanent members among them;
[39; 7 x 5, 1 x 10] is the same rule. 421/2145 for a permanent and 4/2145 for an elected member:

>>> body = VotingBody.weighted(39, {f"P{k}": 7 for k in range(5)} | {f"E{k}": 1 for k in range(10)})
>>> power = shapley_shubik(body)[0].payoffs
>>> str(power["P0"]), str(power["E0"]), body.veto_players()
('421/2145', '4/2145', ('P0', 'P1', 'P2', 'P3', 'P4'))
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from negotiate.coalitions import _shared as shared
from negotiate.coalitions.arithmetic import generating, subsets
from negotiate.coalitions.game import CoalitionalGame, check_size
from negotiate.declare import Concept, Metric, Playable, concept, entry, game
from negotiate.errors import InputError, NotApplicableError, TooLargeError, UnknownNameError
from negotiate.numbers.fractions import exact
from negotiate.numbers.reading import check_labels
from negotiate.solution import Evidence, Point, Solution

Array = np.ndarray[Any, np.dtype[Any]]

KIND = "voting"
MAX_MEMBERS = 300
ENUMERATED = 20
"""Members up to which minimal winning coalitions under several rules are listed one by one."""


@dataclass(frozen=True)
class Rule:
    """A quota on a sum of weights; equal weights count heads.

    Attributes
    ----------
    name
        Of the rule ("members", "population").
    quota
        Sum that is needed, at least.
    weights
        Weight of every member.
    """

    name: str
    quota: Fraction
    weights: tuple[Fraction, ...]


def _power_of(solution: Solution, names: Mapping[str, str]) -> float:
    return float(solution.points[0].payoffs[names["name"]])


POWER = (Metric("power.<name>", "share", "share of power of a member", read=_power_of),)


@game(
    "voting",
    title="Voting body",
    short="voting",
    default=("shapley_shubik", "banzhaf_index", "deegan_packel", "holler_packel"),
    cites=("shapley1954", "banzhaf1965"),
)
@dataclass(frozen=True, eq=False, repr=False)
class VotingBody(Playable):
    """Members and the rules by which they decide.

    Attributes
    ----------
    players
        The members.
    rules
        Each with a weight for every member.
    passes
        Sets of rules by name; meeting all rules of one set is enough. By default all rules.
    title, note
        What the body is, for people.
    """

    players: tuple[str, ...]
    rules: tuple[Rule, ...]
    passes: tuple[tuple[str, ...], ...] = ()
    title: str = ""
    note: str = ""

    _view = "negotiate.coalitions.view"

    def __post_init__(self) -> None:
        players, rules = tuple(self.players), tuple(self.rules)
        check_labels(players, "members", "voting body")
        if len(players) > MAX_MEMBERS:
            raise TooLargeError(
                f"{len(players)} members", where="voting body", allowed=f"{MAX_MEMBERS}"
            )
        check_labels([rule.name for rule in rules], "rules", "voting body")
        for rule in rules:
            if len(rule.weights) != len(players):
                raise InputError(
                    f"{len(rule.weights)} weights for {len(players)} members",
                    where=f"rule {rule.name}",
                    allowed="one each",
                )
            if any(w < 0 for w in rule.weights):
                raise InputError(
                    "a weight is negative", where=f"rule {rule.name}", allowed="0 or more"
                )
            if not 0 < rule.quota <= sum(rule.weights):
                raise InputError(
                    f"the quota is {rule.quota}",
                    where=f"rule {rule.name}",
                    allowed=f"above 0, up to the sum of the weights, {sum(rule.weights)}",
                )
        names = tuple(rule.name for rule in rules)
        passes = tuple(tuple(group) for group in self.passes) or (names,)
        for group in passes:
            if not group:
                raise InputError(
                    "an empty set of rules", where="passes", allowed="one rule or more"
                )
            for name in group:
                if name not in names:
                    raise UnknownNameError("rule", name, names, where="passes")
        object.__setattr__(self, "players", players)
        object.__setattr__(self, "rules", rules)
        object.__setattr__(self, "passes", passes)

    def __repr__(self) -> str:
        rules = ", ".join(f"{r.name} {r.quota} of {sum(r.weights)}" for r in self.rules[:4])
        return f"VotingBody({len(self.players)} members; {rules})"

    @classmethod
    def weighted(cls, quota: Any, weights: Mapping[str, Any], *, title: str = "") -> VotingBody:
        """One rule: the sum of the weights reaches the quota.

        >>> VotingBody.weighted(3, {"a": 2, "b": 1, "c": 1})
        VotingBody(3 members; weight 3 of 4)
        """
        return cls.of(weights, {"weight": (quota, weights)}, title=title)

    @classmethod
    def of(
        cls,
        players: Sequence[str] | Mapping[str, Any],
        rules: Mapping[str, tuple[Any, Mapping[str, Any] | None]],
        *,
        passes: Sequence[Sequence[str]] = (),
        title: str = "",
        note: str = "",
    ) -> VotingBody:
        """A body with named rules: name to (quota, weights); weights None count heads.

        >>> VotingBody.of(["a", "b", "c"], {"members": (2, None)})
        VotingBody(3 members; members 2 of 3)
        """
        members = tuple(players)
        made = []
        for name, (quota, weights) in rules.items():
            given = dict.fromkeys(members, 1) if weights is None else weights
            for member in given:
                if member not in members:
                    raise UnknownNameError("member", str(member), members, where=f"rule {name}")
            row = tuple(exact(given.get(member, 0)) for member in members)
            made.append(Rule(name, exact(quota), row))
        return cls(members, tuple(made), tuple(tuple(g) for g in passes), title, note)

    # ---- winning ---------------------------------------------------------------------------

    def wins(self, members: Sequence[str]) -> bool:
        """Whether a coalition wins."""
        for member in members:
            if member not in self.players:
                raise UnknownNameError("member", member, self.players, where="coalition")
        inside = set(members)
        met = {
            rule.name: sum(w for p, w in zip(self.players, rule.weights) if p in inside)
            >= rule.quota
            for rule in self.rules
        }
        return any(all(met[name] for name in group) for group in self.passes)

    def coalitional(self) -> CoalitionalGame:
        """The simple game: one for a winning coalition, zero for a losing one."""
        check_size(len(self.players), where="game of a voting body")
        met = {}
        for rule in self.rules:
            scale = math.lcm(rule.quota.denominator, *(w.denominator for w in rule.weights))
            row = [int(w * scale) for w in rule.weights]
            big = sum(row) >= 2**62
            met[rule.name] = subsets.sums(np.array(row, dtype=object if big else np.int64)) >= int(
                rule.quota * scale
            )
        size = 2 ** len(self.players)
        won = np.zeros(size, dtype=bool)
        for group in self.passes:
            one = np.ones(size, dtype=bool)
            for name in group:
                one &= met[name]
            won |= one
        return CoalitionalGame(self.players, won.astype(np.int64), title=self.title)

    def veto_players(self) -> tuple[str, ...]:
        """Members without whom all others together lose."""
        return tuple(p for p in self.players if not self.wins([q for q in self.players if q != p]))

    def dictator(self) -> str | None:
        """The member who wins alone while all others together lose, if there is one."""
        return next((p for p in self.veto_players() if self.wins([p])), None)

    # ---- counts ----------------------------------------------------------------------------

    @cached_property
    def _layout(self) -> tuple[Array, list[int], list[list[int]], int]:
        """Integer weights of rules that are not by heads, quotas, sets of rules, how many."""
        own, heads, quotas_own, quotas_heads = [], [], [], []
        for rule in self.rules:
            positive = set(rule.weights)
            if len(positive) == 1:
                heads.append(rule.name)
                quotas_heads.append(math.ceil(rule.quota / next(iter(positive))))
                continue
            scale = math.lcm(*(w.denominator for w in rule.weights))
            row = [int(w * scale) for w in rule.weights]
            common = math.gcd(*row)
            own.append((rule.name, [w // common for w in row]))
            quotas_own.append(math.ceil(rule.quota * scale / common))
        order = [name for name, _ in own] + heads
        passes = [[order.index(name) for name in group] for group in self.passes]
        if any(sum(row) >= 2**53 for _, row in own):
            raise TooLargeError(
                "weights that sum to more than fifteen digits",
                where="voting body",
                allowed="weights whose sums fit the table of counts",
                remedy="round the weights",
            )
        weights = np.array([row for _, row in own], dtype=np.int64).reshape(
            len(own), len(self.players)
        )
        return weights, quotas_own + quotas_heads, passes, len(own)

    @cached_property
    def _swings(self) -> tuple[list[list[int]], list[int]]:
        """Swings by member and number of others; winning coalitions by size."""
        weights, quotas, passes, heads = self._layout
        cells, most = generating.cells_of(weights)
        if cells > most and heads == 1 and len(self.players) <= generating.HALVES_MEMBERS:
            return generating.swings_by_halves(weights[0], self._least(quotas, passes))
        generating.check_cells(weights, "voting body")
        table = generating.count_by_size(weights)
        wins = generating.winning(table.shape, quotas, passes, heads)
        by_member = list(generating.swings(weights, wins, table))
        won = [int(table[k][wins[k]].sum()) for k in range(len(self.players) + 1)]
        return by_member, won

    def _least(self, quotas: Sequence[int], passes: Sequence[Sequence[int]]) -> list[float]:
        """Sum of the one weighted rule (number 0) that a coalition of k members needs to win."""
        out = []
        for k in range(len(self.players) + 1):
            needs = [
                float(quotas[0]) if 0 in group else -math.inf
                for group in passes
                if all(k >= quotas[rule] for rule in group if rule)
            ]
            out.append(min(needs, default=math.inf))
        return out

    def winning_coalitions(self) -> int:
        """How many coalitions win.

        >>> VotingBody.weighted(2, {"a": 1, "b": 1, "c": 1}).winning_coalitions()
        4
        """
        return sum(self._swings[1])

    def swings(self) -> dict[str, int]:
        """For each member, the coalitions of the others that it turns from losing to winning."""
        return {p: sum(row) for p, row in zip(self.players, self._swings[0])}

    @cached_property
    def _minimal(self) -> tuple[list[list[int]], list[int]]:
        """Minimal winning coalitions: by member and size, and by size."""
        weights, quotas, passes, own = self._layout
        n = len(self.players)
        single = len(passes) == 1 and len(passes[0]) == 1
        if single and passes[0][0] >= own:
            quota = quotas[passes[0][0]]
            return (
                [[math.comb(n - 1, quota - 1) if k == quota else 0 for k in range(n + 1)]] * n,
                [math.comb(n, quota) if k == quota else 0 for k in range(n + 1)],
            )
        if single:
            row = weights[passes[0][0]]
            generating.check_cells(row[None], "minimal winning coalitions")
            return generating.minimal_by_size(row, quotas[passes[0][0]])
        if n > ENUMERATED:
            raise TooLargeError(
                f"minimal winning coalitions of {n} members under several rules are "
                f"{2**n:,} candidates",
                where="voting body",
                allowed=f"{ENUMERATED} members, or one rule",
                remedy="Shapley-Shubik and Banzhaf have no such bound",
            )
        return _minimal_listed(self.coalitional().table, n)

    def minimal_winning(self) -> list[tuple[str, ...]]:
        """Every minimal winning coalition, of up to 20 members.

        >>> VotingBody.weighted(3, {"a": 2, "b": 1, "c": 1}).minimal_winning()
        [('a', 'b'), ('a', 'c')]
        """
        n = len(self.players)
        check_size(n, where="minimal winning coalitions")
        masks = np.flatnonzero(_is_minimal(self.coalitional().table, n))
        return sorted(
            (tuple(self.players[k] for k in subsets.members(int(m))) for m in masks),
            key=lambda c: (len(c), [self.players.index(p) for p in c]),
        )

    def facts(self) -> dict[str, Any]:
        """Veto players, dummies, winning coalitions and Coleman's power to act."""
        swings = self.swings()
        won = self.winning_coalitions()
        return {
            "winning_coalitions": won,
            "power_to_act": Fraction(won, 2 ** len(self.players)),
            "veto_players": list(self.veto_players()),
            "dictator": self.dictator(),
            "dummies": [p for p, count in swings.items() if count == 0],
        }

    def listing(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "players": list(self.players),
            "rules": [
                {
                    "name": r.name,
                    "quota": str(r.quota),
                    "weights": {p: str(w) for p, w in zip(self.players, r.weights)},
                }
                for r in self.rules
            ],
            "passes": [list(group) for group in self.passes],
        }


def _is_minimal(table: Array, n: int) -> Array:
    out = table > 0
    for k in range(n):
        cube = (table > 0).reshape(2 ** (n - 1 - k), 2, 2**k)
        kept = out.reshape(2 ** (n - 1 - k), 2, 2**k)
        kept[:, 1, :] &= ~cube[:, 0, :]
    return out


def _minimal_listed(table: Array, n: int) -> tuple[list[list[int]], list[int]]:
    minimal = _is_minimal(table, n)
    sizes = subsets.sizes(n)
    in_all = np.bincount(sizes[minimal], minlength=n + 1).tolist()
    by_member = [
        np.bincount(
            subsets.split(sizes, k)[1][subsets.split(minimal, k)[1]], minlength=n + 1
        ).tolist()
        for k in range(n)
    ]
    return by_member, in_all


# ---- indices ------------------------------------------------------------------------------------


def _answer(body: VotingBody, concept: str, power: Sequence[Fraction], **facts: Any) -> Solution:
    point = Point(
        payoffs=dict(zip(body.players, power)),
        label=str(entry("concept", concept).facts["short"]),
        facts=body.facts() | facts,
    )
    judged = (holds(body, point, index=concept),)
    return shared.single(body, concept, point, exact=True, evidence=judged)


@concept(
    "shapley_shubik",
    title="Shapley-Shubik index",
    short="Shapley-Shubik",
    games=("voting",),
    field="rational",
    axioms=("efficiency", "symmetry", "dummy player"),
    cites=("shapley1954",),
    metrics=POWER,
)
def shapley_shubik(body: VotingBody) -> Solution:
    """Share of the orders in which each member is the one that turns losing into winning.

    >>> body = VotingBody.weighted(51, {"a": 50, "b": 49, "c": 1})
    >>> [str(x) for x in shapley_shubik(body)[0].payoffs.values()]
    ['2/3', '1/6', '1/6']
    """
    n = len(body.players)
    factorial = [math.factorial(k) for k in range(n + 1)]
    power = [
        Fraction(
            sum(c * factorial[k] * factorial[n - 1 - k] for k, c in enumerate(row)), factorial[n]
        )
        for row in body._swings[0]
    ]
    return _answer(body, "shapley_shubik", power)


@shapley_shubik.checked_by
def _holds_shapley_shubik(body: VotingBody, point: Point) -> Evidence:
    return holds(body, point, index="shapley_shubik")


@concept(
    "banzhaf_index",
    title="Banzhaf index",
    short="Banzhaf index",
    games=("voting",),
    field="rational",
    axioms=("efficiency", "symmetry", "dummy player"),
    cites=("banzhaf1965",),
    metrics=POWER,
)
def banzhaf_index(body: VotingBody) -> Solution:
    """The normalised Banzhaf index; ``facts["absolute"]`` and ``["swings"]`` beside it.

    >>> body = VotingBody.weighted(51, {"a": 50, "b": 49, "c": 1})
    >>> [str(x) for x in banzhaf_index(body)[0].payoffs.values()]
    ['3/5', '1/5', '1/5']
    """
    swings = body.swings()
    total = sum(swings.values())
    power = [Fraction(count, total) for count in swings.values()]
    half = 2 ** (len(body.players) - 1)
    return _answer(
        body,
        "banzhaf_index",
        power,
        swings=swings,
        absolute={p: Fraction(count, half) for p, count in swings.items()},
    )


@banzhaf_index.checked_by
def _holds_banzhaf_index(body: VotingBody, point: Point) -> Evidence:
    return holds(body, point, index="banzhaf_index")


@concept(
    "deegan_packel",
    title="Deegan-Packel index",
    short="Deegan-Packel",
    games=("voting",),
    field="rational",
    axioms=("efficiency", "symmetry", "dummy player"),
    cites=("deegan1978",),
    metrics=POWER,
)
def deegan_packel(body: VotingBody) -> Solution:
    """Minimal winning coalitions are equally likely, and each is shared equally.

    >>> body = VotingBody.weighted(3, {"a": 2, "b": 1, "c": 1})
    >>> [str(x) for x in deegan_packel(body)[0].payoffs.values()]
    ['1/2', '1/4', '1/4']
    """
    by_member, in_all = body._minimal
    total = sum(in_all)
    power = [
        sum((Fraction(c, k) for k, c in enumerate(row) if c), start=Fraction(0)) / total
        for row in by_member
    ]
    return _answer(body, "deegan_packel", power, minimal_winning_coalitions=total)


@deegan_packel.checked_by
def _holds_deegan_packel(body: VotingBody, point: Point) -> Evidence:
    return holds(body, point, index="deegan_packel")


@concept(
    "holler_packel",
    title="Holler-Packel index",
    short="Holler-Packel",
    games=("voting",),
    field="rational",
    axioms=("efficiency", "symmetry", "dummy player"),
    cites=("holler1983",),
    metrics=POWER,
)
def holler_packel(body: VotingBody) -> Solution:
    """Share of all memberships in minimal winning coalitions.

    >>> body = VotingBody.weighted(3, {"a": 2, "b": 1, "c": 1})
    >>> [str(x) for x in holler_packel(body)[0].payoffs.values()]
    ['1/2', '1/4', '1/4']
    """
    by_member, in_all = body._minimal
    counts = [sum(row) for row in by_member]
    power = [Fraction(c, sum(counts)) for c in counts]
    return _answer(body, "holler_packel", power, minimal_winning_coalitions=sum(in_all))


@holler_packel.checked_by
def _holds_holler_packel(body: VotingBody, point: Point) -> Evidence:
    return holds(body, point, index="holler_packel")


INDICES: dict[str, Concept[Any]] = {
    index.name: index for index in (shapley_shubik, banzhaf_index, deegan_packel, holler_packel)
}


def holds(body: VotingBody, point: Point, *, index: str) -> Evidence:
    """By the definition: all coalitions one by one up to 12 members, axioms beyond.

    Beyond, what must hold of any such index: shares sum to one, a member with more weight in every
    rule has no less (not for the two indices of minimal coalitions, which do not have it), equal
    members have the same, and members that never turn a coalition have nothing.
    """
    if index not in INDICES:
        raise NotApplicableError(f"there is no index {index}", allowed=", ".join(INDICES))
    n, x = len(body.players), [Fraction(point.payoffs[p]) for p in body.players]
    if sum(x) != 1:
        return Evidence(False, sum(x) - 1, "sum of shares less one", "all members")
    if n <= 12:
        right = _by_enumeration(body.coalitional().table, n, index)
        for p, a, b in zip(body.players, x, right):
            if a != b:
                return Evidence(False, a - b, "distance from enumeration", p)
        return Evidence(True, Fraction(0), "distance from enumeration")
    columns = list(zip(*(rule.weights for rule in body.rules)))
    for i in range(n):
        for j in range(n):
            if columns[i] == columns[j] and x[i] != x[j]:
                pair = f"{body.players[i]}, {body.players[j]}"
                return Evidence(False, x[i] - x[j], "difference of equal members", pair)
            ordered = index in ("shapley_shubik", "banzhaf_index")
            if ordered and x[i] < x[j] and all(a >= b for a, b in zip(columns[i], columns[j])):
                pair = f"{body.players[i]}, {body.players[j]}"
                return Evidence(False, x[i] - x[j], "power of the stronger less the weaker", pair)
    return Evidence(True, Fraction(0), "difference of equal members")


def _by_enumeration(table: Array, n: int, index: str) -> list[Fraction]:
    won = [bool(w) for w in table]
    if index in ("shapley_shubik", "banzhaf_index"):
        out = []
        for k in range(n):
            total = Fraction(0)
            for mask in range(2**n):
                if not mask >> k & 1 and won[mask | 1 << k] and not won[mask]:
                    s = mask.bit_count()
                    total += (
                        Fraction(1, n * math.comb(n - 1, s)) if index == "shapley_shubik" else 1
                    )
            out.append(total)
        whole = sum(out) if index == "banzhaf_index" else Fraction(1)
        return [a / whole for a in out]
    minimal = [
        m for m in range(1, 2**n) if won[m] and not any(won[m ^ 1 << k] for k in subsets.members(m))
    ]
    if index == "deegan_packel":
        return [
            sum((Fraction(1, m.bit_count()) for m in minimal if m >> k & 1), start=Fraction(0))
            / len(minimal)
            for k in range(n)
        ]
    counts = [sum(m >> k & 1 for m in minimal) for k in range(n)]
    return [Fraction(c, sum(counts)) for c in counts]


@shapley_shubik.explained_by
def explain(body: VotingBody) -> str:
    """Worked steps in Markdown: winning coalitions, turns and shares."""
    facts, swings = body.facts(), body.swings()
    turned = ", ".join(f"{p} {c}" for p, c in list(swings.items())[:20])
    shares = ", ".join(f"{p} {x}" for p, x in list(shapley_shubik(body)[0].payoffs.items())[:20])
    veto = ", ".join(facts["veto_players"]) or "nobody"
    return (
        f"1. Of {2 ** len(body.players):,} coalitions {facts['winning_coalitions']:,} win; "
        f"veto: {veto}.\n"
        f"2. Coalitions of the others that each turns: {turned}.\n"
        f"3. Share of the orders in which each is decisive (Shapley-Shubik): {shares}."
    )
