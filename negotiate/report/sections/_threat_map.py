r"""The game of threats at the slope of the deal, and its exact map over each number it reads.

Near the predicted deal one stake of party 2 trades for s stakes of party 1, s = (g1 w2) / (g2 w1)
with the gains g over disagreement and the bargaining weights w. A pair of lever sets (A1, A2) is
then worth d1(A1, A2) - s d2(A1, A2) to party 1 and the opposite to party 2 (Nash 1953, Econometrica
21:128-140). The d are polynomials in costs, credibilities and announcing costs, so the equilibria
are mapped exactly (`negotiate.strategic.maps.equilibrium_map`). On each side the two levers
nearest to a
change of use enter; with effects that add up, the others change nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from negotiate.case.slots import disagreement as slot
from negotiate.strategic.game import StrategicGame
from negotiate.strategic.maps.equilibrium_map import EquilibriumMap, equilibrium_map
from negotiate.strategic.maps.phase_diagram import PhaseDiagram, phase_diagram
from negotiate.whatif.words import words

LEVERS = 2
"""Levers a side: at most four strategies each."""
PLACES = 4
"""Decimals to which the slope of the deal is read as a fraction."""


@dataclass(frozen=True)
class ThreatMaps:
    """The maps of one case.

    Attributes
    ----------
    levers
        The levers in the game, by party.
    slope
        Stakes of party 1 for one of party 2 at the deal.
    maps
        Path of a quantity to its map, over the range of the file.
    start, fixed, commitment, titles
        What the game is made of: worth of no threat and of each lever, whether threats are sure,
        names of the levers.
    """

    levers: tuple[tuple[str, ...], tuple[str, ...]]
    slope: Fraction
    maps: dict[str, EquilibriumMap]
    start: Any
    fixed: Mapping[str, Any]
    commitment: str
    titles: Mapping[str, str]

    @property
    def changing(self) -> dict[str, EquilibriumMap]:
        """Maps with a critical value, the one nearest to its base first (relative to the range)."""
        found = {path: item for path, item in self.maps.items() if item.critical}
        return dict(sorted(found.items(), key=lambda pair: _distance(pair[1])))


def _distance(item: EquilibriumMap) -> float:
    low, high = float(item.low or 0), float(item.high or 0)
    base = float(item.base or 0)
    return min(abs(float(c.value) - base) for c in item.critical) / ((high - low) or 1.0)


def threat_maps(
    case: Any, solution: Any, *, names: Mapping[str, str] | None = None
) -> ThreatMaps | None:
    """Maps over every uncertain number of the levers nearest to a change; None without levers.

    Parameters
    ----------
    case
        A negotiation of two principals.
    solution
        Its rational threats: gains and advantages are read from its first point.
    names
        Names of levers by id, for the labels of threats.
    """
    facts = solution[0].facts
    parties = tuple(case.principals)
    held = tuple(_nearest(case, facts["advantage"], party) for party in parties)
    gains = [float(facts["gains"][p]) for p in parties]
    weights = [float(case.get(f"party.{p}.bargaining_weight", 1)) for p in parties]
    if not any(held) or min(gains) <= 0 or min(weights) <= 0:
        return None
    traded = gains[0] * weights[1] / (gains[1] * weights[0])
    slope = Fraction(round(traded * 10**PLACES), 10**PLACES)
    commitment = solution.settings.get("commitment", "stated")
    start = slot.base(case, parties[0]) - slope * slot.base(case, parties[1])
    every = (*held[0], *held[1])
    titles = {name: (names or {}).get(name, name) for name in every}
    fixed = {name: worth(case, name, slope, commitment) for name in every}
    maps = {}
    for path in _paths(case, every):
        moved = path.split(".")[1]  # lever.<name>.<number>: no other lever reads it
        varied = worth(case.symbols({path: "q"}), moved, slope, commitment)
        if not getattr(varied, "free_symbols", ()):
            continue  # a branch that never comes, a cost that is not counted
        game = threat_game(parties, held, start, {**fixed, moved: varied}, titles)
        quantity = case.quantities[path]
        found = equilibrium_map(game, "q", low=quantity.low, high=quantity.high)
        maps[path] = _named(found, case, path)
    return ThreatMaps((held[0], held[1]), slope, maps, start, fixed, commitment, titles)


def threat_plane(case: Any, found: ThreatMaps) -> PhaseDiagram | None:
    """The phase diagram over the number nearest to a change and a second, of its lever if it can.

    None where fewer than two numbers have a critical value.
    """
    paths = list(found.changing)
    if len(paths) < 2:
        return None
    head = paths[0].rpartition(".cost.")[0] or paths[0].rpartition(".")[0]
    paths = [paths[0], *sorted(paths[1:], key=lambda path: not path.startswith(head))][:2]
    both = case.symbols(dict(zip(paths, ("x", "y"))))
    moved = {path.split(".")[1] for path in paths}
    worths = {
        name: worth(both, name, found.slope, found.commitment) if name in moved else fixed
        for name, fixed in found.fixed.items()
    }
    game = threat_game(tuple(case.principals), found.levers, found.start, worths, found.titles)
    spans = [(case.quantities[p].low, case.quantities[p].high) for p in paths]
    drawn = phase_diagram(game, "x", "y", x_range=spans[0], y_range=spans[1], points=41, mesh=60)
    one, two = paths
    return replace(
        drawn,
        names=(words(case, one), words(case, two)),
        bases=(Fraction(case.value(one)), Fraction(case.value(two))),
        units=(case.quantities[one].unit or "", case.quantities[two].unit or ""),
    )


def worth(case: Any, lever: str, slope: Fraction, commitment: str) -> Any:
    """What threatening a lever adds to d1 - s d2: an exact number, or a polynomial in a symbol."""
    first, second = (slot.effect(case, lever, p, commitment=commitment) for p in case.principals)
    return first - slope * second


def threat_game(
    parties: Sequence[str],
    levers: Sequence[Sequence[str]],
    start: Any,
    worths: Mapping[str, Any],
    titles: Mapping[str, str],
) -> StrategicGame:
    """d1 - s d2 for the first party and its opposite for the second, by pair of lever sets."""
    first, second = parties
    sets: list[list[tuple[str, ...]]] = [[()] for _ in levers]
    for own, side in zip(sets, levers):
        for name in side:
            own += [(*chosen, name) for chosen in own]
    table = [[start + sum(worths[x] for x in (*one, *two)) for two in sets[1]] for one in sets[0]]
    return StrategicGame.from_arrays(
        {first: table, second: [[-v for v in row] for row in table]},
        strategies={
            p: [" + ".join(titles[x] for x in chosen) or "no threat" for chosen in own]
            for p, own in zip((first, second), sets)
        },
        title="Threats at the slope of the deal",
    )


def _nearest(case: Any, advantage: Any, party: str) -> tuple[str, ...]:
    """The levers of a party whose use is nearest to a change, in the file's order."""
    own = [x for x in case.on_table() if case.levers[x].holder == party and x in advantage]
    chosen = sorted(own, key=lambda x: abs(float(advantage[x])))[:LEVERS]
    return tuple(x for x in own if x in chosen)


def _paths(case: Any, levers: Sequence[str]) -> list[str]:
    """Numbers with a range that the disagreement point reads; a conceding third party's are not
    polynomial and stay out.
    """
    heads = tuple(f"lever.{x}." for x in levers if case.levers[x].response is None)
    return (
        [
            path
            for path, q in case.quantities.items()
            if path.startswith(heads)
            and q.low is not None
            and q.high is not None
            and q.low < q.high
            and path in case.base
        ]
        if heads
        else []
    )


def _named(found: EquilibriumMap, case: Any, path: str) -> EquilibriumMap:
    """The map with the quantity's unit and value in the file."""
    value = case.value(path)
    return replace(
        found,
        unit=case.quantities[path].unit or "",
        base=Fraction(value) if isinstance(value, (int, Fraction)) else None,
    )
