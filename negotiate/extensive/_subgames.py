"""The engine of subgame perfection: regions from the leaves up, every tie followed, counted first.

A *region* is a subgame cut off at the subgames inside it (`forms/_tree_strategic`). Solved from
the last to the first, a region's inner subgames are leaves that pay what was found there. Only
payoffs pass upwards: for each region we keep which payoff vectors its equilibria can give, each
with the local equilibria and the inner payoffs that give it. How many profiles that makes is then
a sum of products, known before a single profile is written out.

Inside a region: a lone mover takes every optimal plan; two movers play a bimatrix game whose
extreme equilibria are all found, or, where it is too large, one is found on the sequence form
(`kernels/sequence_form`); with more movers a search of supports finds the pure equilibria
and mixed ones, and says whether it proved that these are all. Mixed plans become behaviour
strategies by Kuhn's theorem (1953, theorem 4): the probability of an action is the weight of the
plans that lead to it among those that lead there.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from negotiate.errors import NotConvergedError, TooLargeError
from negotiate.extensive import _tree_strategic as strategic
from negotiate.extensive.arithmetic import sequence_form
from negotiate.extensive.game import ExtensiveGame
from negotiate.strategic.arithmetic import components, equilibria_exact, equilibria_nplayer, pure

Payoffs = tuple[Fraction, ...]
Rows = dict[int, tuple[Fraction, ...]]

COMBINATION_BOUND = 100_000
"""Combinations of inner payoffs tried in one region; the count is made first."""

_STRIKE = 256
"""Plans up to which dominated ones are looked for; larger tables are refused by the engine."""

PURE_CELLS = 16_000_000
"""Payoffs of a region's table; as whole numbers they take eight bytes each."""

SEARCHED = 4_000
"""Profiles of plans of three and more movers up to which mixed equilibria are searched."""


class Local(NamedTuple):
    """An equilibrium of a region: choices by information set, sets left free, payoffs."""

    rows: Rows
    free: tuple[int, ...]
    payoffs: Payoffs
    component: int


class Entry(NamedTuple):
    """A local equilibrium with the payoffs that it expects of each inner subgame."""

    local: Local
    below: tuple[Payoffs, ...]


class Profile(NamedTuple):
    """A whole profile: its local equilibria, nested, and the connected set it belongs to."""

    local: Local
    rows: Rows
    below: tuple[Profile, ...]
    key: Any


@dataclass
class Found:
    """What is known once all regions are solved."""

    entries: dict[int, dict[Payoffs, list[Entry]]] = field(default_factory=dict)
    regions: dict[int, strategic.Region] = field(default_factory=dict)
    judges: dict[int, tuple[int, ...]] = field(default_factory=dict)
    unproved: dict[int, str] = field(default_factory=dict)
    varying: list[int] = field(default_factory=list)
    continua: set[int] = field(default_factory=set)


def solve_regions(game: ExtensiveGame) -> Found:
    """All local equilibria of all regions, from the last subgame to the whole game."""
    roots = game.subgames() or (0,)
    inside = frozenset(roots)
    rows, chance = list(game.node_payoffs()), game.chance.tolist()
    found = Found()
    for root in roots:
        found.regions[root] = strategic.region(game, root, inside, rows, chance)
    # Who moves above a subgame, and so cares which of its equilibria is played.
    found.judges[roots[0]] = ()
    for root in roots:
        part = found.regions[root]
        movers = {who for who, own in enumerate(part.sets) if own}
        judges = tuple(sorted(movers.union(found.judges[root])))
        for child in part.inner:
            found.judges[child] = judges
    for root in reversed(roots):
        _solve_region(game, found, root)
    return found


def _solve_region(game: ExtensiveGame, found: Found, root: int) -> None:
    part = found.regions[root]
    options = [list(found.entries[child]) for child in part.inner]
    tries = math.prod(map(len, options))
    if tries > COMBINATION_BOUND:
        raise TooLargeError(
            f"{tries:,} combinations of equilibria of the subgames after "
            f"({', '.join(game.history(root))})",
            where=game.title or "game tree",
            allowed=f"at most {COMBINATION_BOUND:,}",
            remedy="break ties in the payoffs, or use backward_induction for one equilibrium",
        )
    mine = found.entries.setdefault(root, {})
    judges = found.judges[root]
    for below in product(*options):
        given = dict(zip(part.inner, below))
        ends = [_end(leaf, given) for leaf in part.leaves]
        seen: dict[int, tuple[Any, ...]] = {}
        for local in _local(game, found, part, ends):
            mine.setdefault(local.payoffs, []).append(Entry(local, below))
            view = tuple(local.payoffs[who] for who in judges)
            if local.component in seen:
                found.continua.add(root)
                if seen[local.component] != view and root not in found.varying:
                    found.varying.append(root)
            seen.setdefault(local.component, view)


def _end(leaf: strategic.Leaf, given: dict[int, Payoffs]) -> Any:
    if leaf.node in given:
        return leaf.earned + np.array(given[leaf.node], dtype=object)
    return leaf.earned


def _local(
    game: ExtensiveGame, found: Found, part: strategic.Region, ends: Sequence[Any]
) -> list[Local]:
    movers = [who for who, own in enumerate(part.sets) if own]
    if all(game.parent[leaf.node] == part.root or leaf.node == 0 for leaf in part.leaves):
        return _one_node(game, part, ends, int(game.information_set[part.root]))
    counts = [strategic.reduced_count(game, part, who) for who in range(len(part.sets))]
    cells = math.prod(counts) * len(counts)
    active = [who for who in movers if counts[who] > 1]
    if cells > PURE_CELLS:
        if len(active) == 2:
            found.unproved.setdefault(part.root, "one equilibrium is found, by Lemke's algorithm")
            return _one_by_sequences(game, part, ends, active)
        raise TooLargeError(
            f"the subgame after ({', '.join(game.history(part.root))}) has "
            f"{' x '.join(f'{n:,}' for n in counts)} reduced plans",
            where=game.title or "game tree",
            allowed=f"at most {PURE_CELLS:,} payoffs",
        )
    plans = [strategic.reduced_plans(game, part, who) for who in range(len(part.sets))]
    table, unit = _table(part, plans, ends)
    try:
        if len(active) == 2:
            return _two_movers(game, part, plans, table, unit, active)
        if len(active) > 2 and math.prod(table.shape[1:]) <= SEARCHED:
            exact = table if unit == 0 else _fractions(table, unit)
            return _many_movers(game, found, part, plans, exact)
    except TooLargeError:
        pass  # what is left is what can be listed
    out = _pure(game, part, plans, table, unit, together=len(active) <= 1)
    if len(active) > 1:
        found.unproved.setdefault(part.root, "only the pure equilibria are found")
    if len(active) == 2:
        try:
            extra = _one_by_sequences(game, part, ends, active)
        except (TooLargeError, NotConvergedError):
            return out
        if not any(local.rows == extra[0].rows for local in out):
            found.unproved[part.root] = "all pure equilibria, and a mixed one by Lemke's algorithm"
            out.append(extra[0]._replace(component=len(out)))
    return out


def _table(part: strategic.Region, plans: Sequence[Any], ends: Sequence[Any]) -> tuple[Any, int]:
    """Payoffs of the region: whole numbers over ``unit`` where they fit, else fractions (0)."""
    rows = [[leaf.weight * value for value in end] for leaf, end in zip(part.leaves, ends)]
    flat = [value for row in rows for value in row]
    unit = math.lcm(*{value.denominator for value in flat}) if flat else 1
    if unit * sum(max(map(abs, row)) for row in rows) >= 2**53:
        return strategic.tensor(part, plans, ends, dtype=object), 0
    whole = [np.array([int(value * unit) for value in row], dtype=np.int64) for row in rows]
    plain = replace(part, leaves=tuple(leaf._replace(weight=1) for leaf in part.leaves))
    return strategic.tensor(plain, plans, whole, dtype=np.int64), unit


def _fractions(table: Any, unit: int) -> Any:
    out = np.empty(table.size, dtype=object)
    out[:] = [Fraction(value, unit) for value in table.reshape(-1).tolist()]
    return out.reshape(table.shape)


def _pays(values: Any, unit: int) -> Payoffs:
    listed = values.tolist()
    return tuple(Fraction(v, unit) if unit else v for v in listed)


def _one_by_sequences(
    game: ExtensiveGame, part: strategic.Region, ends: Sequence[Any], active: Sequence[int]
) -> list[Local]:
    """One equilibrium of a region of two movers too large for its normal form."""
    first, second = active
    number: list[dict[Any, int]] = [{(): 0}, {(): 0}]
    choices: list[list[tuple[int, tuple[int, ...]]]] = [[], []]
    for place, who in enumerate(active):
        for index in part.sets[who]:
            path = part.before[index]
            after = []
            for action in range(len(game.set_actions[index])):
                number[place][(*path, (index, action))] = len(number[place])
                after.append(len(number[place]) - 1)
            choices[place].append((number[place][path], tuple(after)))
    if sequence_form.size(*choices) > sequence_form.SIZE_BOUND:
        raise TooLargeError(
            f"the subgame after ({', '.join(game.history(part.root))}) has "
            f"{len(number[0]):,} x {len(number[1]):,} sequences",
            where=game.title or "game tree",
            allowed=f"{sequence_form.SIZE_BOUND} variables of the sequence form",
        )
    rows = [
        (leaf.weight, [leaf.weight * value for value in end])
        for leaf, end in zip(part.leaves, ends)
    ]
    unit = math.lcm(*{Fraction(v).denominator for weight, row in rows for v in (weight, *row)})
    tables = np.zeros((3, len(number[0]), len(number[1])), dtype=object)
    for leaf, (weight, row) in zip(part.leaves, rows):
        at = number[0][leaf.paths[first]], number[1][leaf.paths[second]]
        for k, value in enumerate((row[first], row[second], weight)):
            tables[(k, *at)] += int(value * unit)
    x, y = sequence_form.equilibrium(tables[0], tables[1], *choices, paid=tables[2])
    behaviour: Rows = {}
    free: list[int] = []
    for place, (who, weights) in enumerate(zip(active, (x, y))):
        for index, (before, follow) in zip(part.sets[who], choices[place]):
            if weights[before]:
                behaviour[index] = tuple(weights[k] / weights[before] for k in follow)
            else:
                free.append(index)
    for who, own in enumerate(part.sets):
        if who not in active:
            behaviour.update((index, (Fraction(1),)) for index in own)
    payoffs = [Fraction(0)] * len(game.players)
    for leaf, (_, row) in zip(part.leaves, rows):
        weight = x[number[0][leaf.paths[first]]] * y[number[1][leaf.paths[second]]]
        if weight:
            payoffs = [a + weight * b for a, b in zip(payoffs, row)]
    return [Local(behaviour, tuple(free), tuple(payoffs), 0)]


def _many_movers(
    game: ExtensiveGame,
    found: Found,
    part: strategic.Region,
    plans: Sequence[Any],
    table: Any,
) -> list[Local]:
    """Three movers and more: pure equilibria and the mixed ones that a search of supports finds."""
    search = equilibria_nplayer.support_search(table)
    if not search.proved:
        found.unproved.setdefault(
            part.root, "all pure equilibria and the mixed ones that a search of supports finds"
        )
    groups = components.connected(search.pairs) if search.pairs else ()
    of_point = {k: number for number, group in enumerate(groups) for k in group}
    out: list[Local] = []
    seen: set[Any] = set()
    for k, point in enumerate(search.points):
        rows: Rows = {}
        free: list[int] = []
        for who, own in enumerate(part.sets):
            _behaviour(game, own, plans[who], dict(enumerate(point[who])), rows, free)
        component = of_point.get(k, len(groups) + k)
        mark = (tuple(sorted(rows.items())), component if k in of_point else -1)
        if mark in seen:
            continue
        seen.add(mark)
        value = table
        for row in reversed(point):
            value = value @ np.array(row, dtype=object)
        out.append(Local(rows, tuple(free), tuple(value.tolist()), component))
    return out


def _one_node(
    game: ExtensiveGame, part: strategic.Region, ends: Sequence[Any], index: int
) -> list[Local]:
    """A region of one move: chance, or one decision."""
    if index < 0:
        return [Local({}, (), tuple(ends[0]), 0)]
    who = int(game.owner[index])
    if who < 0:
        total = [Fraction(0)] * len(game.players)
        for leaf, end in zip(part.leaves, ends):
            total = [a + leaf.weight * b for a, b in zip(total, end)]
        return [Local({}, (), tuple(total), 0)]
    best = max(end[who] for end in ends)
    return [
        Local({index: _point(len(ends), place)}, (), tuple(end), 0)
        for place, end in enumerate(ends)
        if end[who] == best
    ]


@cache
def _point(size: int, place: int) -> tuple[Fraction, ...]:
    return tuple(Fraction(int(k == place)) for k in range(size))


def _pure(
    game: ExtensiveGame,
    part: strategic.Region,
    plans: Sequence[Any],
    table: Any,
    unit: int,
    *,
    together: bool,
) -> list[Local]:
    """Pure equilibria of any number of movers; a lone mover's optima are one connected set."""
    out = []
    cells = np.argwhere(pure.pure_equilibria(table)).tolist()
    for number, cell in enumerate(cells):
        rows: Rows = {}
        free: list[int] = []
        for who, plan in enumerate(cell):
            for index, action in zip(part.sets[who], plans[who][plan].tolist()):
                if action < 0:
                    free.append(index)
                else:
                    rows[index] = _point(len(game.set_actions[index]), action)
        payoffs = _pays(table[(slice(None), *cell)], unit)
        out.append(Local(rows, tuple(free), payoffs, 0 if together else number))
    return out


def _two_movers(
    game: ExtensiveGame,
    part: strategic.Region,
    plans: Sequence[Any],
    table: Any,
    unit: int,
    active: Sequence[int],
) -> list[Local]:
    """All extreme equilibria of a region of two movers, as behaviour strategies."""
    first, second = active
    flat = table.reshape(len(plans), len(plans[first]), len(plans[second]))
    keep_first, keep_second = _undominated(flat[first], flat[second])
    flat = flat[:, keep_first][:, :, keep_second]
    answer = equilibria_exact.extreme_equilibria(flat[first].tolist(), flat[second].tolist())
    exact = flat.astype(object)
    of_pair = {}
    for number, group in enumerate(components.connected(answer.pairs)):
        of_pair.update(dict.fromkeys(group, number))
    out: list[Local] = []
    seen: set[Any] = set()
    for k, (r, c) in enumerate(answer.pairs):
        x, y = answer.row_strategies[r], answer.column_strategies[c]
        rows: Rows = {}
        free: list[int] = []
        mixed = {first: dict(zip(keep_first, x)), second: dict(zip(keep_second, y))}
        for who, own in enumerate(part.sets):
            weights = mixed.get(who, {0: Fraction(1)})
            _behaviour(game, own, plans[who], weights, rows, free)
        mark = (tuple(sorted(rows.items())), of_pair[k])
        if mark in seen:  # two mixtures of plans that are the same behaviour
            continue
        seen.add(mark)
        payoffs = np.array(y, dtype=object) @ (np.array(x, dtype=object) @ exact).T
        payoffs = payoffs / unit if unit else payoffs
        out.append(Local(rows, tuple(free), tuple(payoffs.tolist()), of_pair[k]))
    return out


def _undominated(a: Any, b: Any) -> tuple[list[int], list[int]]:
    """Plans left when plans worse than another one against everything are struck out in turn.

    No equilibrium uses a strictly dominated plan, so nothing is lost and the table shrinks.
    """
    rows, columns = list(range(a.shape[0])), list(range(a.shape[1]))
    while max(len(rows), len(columns)) <= _STRIKE:
        left, right = a[np.ix_(rows, columns)], b[np.ix_(rows, columns)].T
        keep_rows, keep_columns = _not_worse(left), _not_worse(right)
        if len(keep_rows) == len(rows) and len(keep_columns) == len(columns):
            return rows, columns
        rows = [rows[k] for k in keep_rows]
        columns = [columns[k] for k in keep_columns]
    return rows, columns


def _not_worse(own: Any) -> list[int]:
    if own.dtype != object:
        worse = np.zeros(len(own), dtype=bool)
        for row in own:
            worse |= (row > own).all(axis=-1)
        return np.flatnonzero(~worse).tolist()
    return [
        k
        for k in range(len(own))
        if not any(j != k and bool(np.all(own[j] > own[k])) for j in range(len(own)))
    ]


def _behaviour(
    game: ExtensiveGame,
    own: Sequence[int],
    plans: Any,
    weights: dict[int, Fraction],
    rows: Rows,
    free: list[int],
) -> None:
    """Kuhn's theorem: weights of plans to probabilities of actions, set by set."""
    for column, index in enumerate(own):
        size = len(game.set_actions[index])
        mass = [Fraction(0)] * size
        for plan, weight in weights.items():
            action = int(plans[plan, column])
            if action >= 0:
                mass[action] += weight
        total = sum(mass)
        if total:
            rows[index] = tuple(value / total for value in mass)
        else:
            free.append(index)


def count(game: ExtensiveGame, found: Found, *, with_free: bool) -> int:
    """How many profiles there are, without writing them out."""
    memo: dict[tuple[int, Payoffs], int] = {}
    # Inner subgames come later in preorder, so they are counted first.
    for root in reversed(list(found.regions)):
        inner = found.regions[root].inner
        for payoffs, entries in found.entries[root].items():
            memo[root, payoffs] = sum(
                (free_choices(game, entry.local) if with_free else 1)
                * math.prod(memo[child, below] for child, below in zip(inner, entry.below))
                for entry in entries
            )
    root = next(iter(found.regions))
    return sum(memo[root, payoffs] for payoffs in found.entries[root])


def free_choices(game: ExtensiveGame, local: Local) -> int:
    """Combinations of actions at the sets that a local equilibrium leaves free."""
    return math.prod(len(game.set_actions[index]) for index in local.free)


def profiles(
    game: ExtensiveGame, found: Found, *, with_free: bool
) -> Iterator[tuple[Payoffs, Profile]]:
    """All profiles; only payoffs that the whole game can still ask for are written out."""
    order = list(found.regions)
    wanted: dict[int, set[Payoffs]] = {root: set() for root in order}
    wanted[order[0]] = set(found.entries[order[0]])
    for root in order:
        for payoffs in wanted[root]:
            for entry in found.entries[root][payoffs]:
                for child, below in zip(found.regions[root].inner, entry.below):
                    wanted[child].add(below)
    made: dict[tuple[int, Payoffs], list[Profile]] = {}
    for root in reversed(order):
        inner, judges = found.regions[root].inner, found.judges[root]
        for payoffs in wanted[root]:
            made[root, payoffs] = [
                Profile(
                    entry.local,
                    rows,
                    below,
                    (
                        entry.local.component,
                        tuple(payoffs[who] for who in judges),
                        tuple(profile.key for profile in below),
                    ),
                )
                for entry in found.entries[root][payoffs]
                for rows in _fill(game, entry.local, with_free=with_free)
                for below in product(
                    *(made[child, value] for child, value in zip(inner, entry.below))
                )
            ]
    for payoffs in found.entries[order[0]]:
        for profile in made[order[0], payoffs]:
            yield payoffs, profile


def representatives(game: ExtensiveGame, found: Found, bound: int) -> list[Rows]:
    """One profile for each payoff vector of the whole game, where all are too many to write."""
    order = list(found.regions)
    out = []
    for payoffs in list(found.entries[order[0]])[:bound]:
        rows: Rows = {}
        waiting = [(order[0], payoffs)]
        while waiting:
            root, here = waiting.pop()
            entry = found.entries[root][here][0]
            rows.update(next(_fill(game, entry.local, with_free=False)))
            waiting.extend(zip(found.regions[root].inner, entry.below))
        out.append(rows)
    return out


def _fill(game: ExtensiveGame, local: Local, *, with_free: bool) -> Iterator[Rows]:
    """The local choices with the free sets filled: by every action, or by the first."""
    sizes = [len(game.set_actions[index]) for index in local.free]
    for choice in product(*(range(n if with_free else 1) for n in sizes)):
        rows = dict(local.rows)
        for index, size, place in zip(local.free, sizes, choice):
            rows[index] = _point(size, place)
        yield rows


def flatten(profile: Profile) -> Rows:
    """All choices of a profile, by number of information set."""
    rows: Rows = {}
    waiting = [profile]
    while waiting:
        part = waiting.pop()
        rows.update(part.rows)
        waiting.extend(part.below)
    return rows
