"""Stability of random graph models against a plain transcription of the definitions, in one run.

Models have k options, divided among four decision makers, so 2^k states, and random strict
rankings. Stability of every state for every decision maker is asked under Nash, general and
symmetric metarational, sequential and symmetric sequential stability.

Claims, each a ratio in the same run (theirs over ours):

- ``stability 2^k``: all five concepts. The peer is a plain transcription in Python sets and lists:
  it walks the opponents' legal sequences state by state, stops at the first sanction, and keeps
  nothing else. The two answers are compared before a ratio is told.
- ``coalitions 2^6``: coalition sequential stability for all fifteen coalitions, same peer.
- ``draws``: sequential stability over 1,000 draws of utilities on 2^6 states against the toolkit
  itself called draw by draw.

Printed besides: our time and the peak of memory up to 2^14 states, and the growth from one size to
the next. ``--quick`` stays under 40 s.
"""

from __future__ import annotations

import json
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

import numpy as np

from negotiate.graphmodel._coalitions import coalition_table, coalitions_of
from negotiate.graphmodel._definition import Rules
from negotiate.graphmodel._engine import margins_over, table
from negotiate.graphmodel.build import option_model
from negotiate.graphmodel.model import GraphModel, Option
from negotiate.graphmodel.preference import Preference

PLAYERS = 4
CONCEPTS = {
    "Nash": Rules("none"),
    "GMR": Rules("moves"),
    "SMR": Rules("moves", counter=True),
    "SEQ": Rules("improvements"),
    "SSEQ": Rules("improvements", counter=True),
}


def timed(function: Callable[[], Any], *, repeat: int = 1) -> tuple[float, Any]:
    """Seconds of the best of ``repeat`` runs, and the answer."""
    best, answer = float("inf"), None
    for _ in range(repeat):
        start = time.perf_counter()
        answer = function()
        best = min(best, time.perf_counter() - start)
    return best, answer


def claim(peer: str, ours: float, theirs: float) -> dict[str, Any]:
    return {"ratio": theirs / ours, "peer": peer, "ours": ours, "theirs": theirs}


def random_model(options: int, seed: int = 1) -> GraphModel:
    rng = np.random.default_rng(seed)
    names = [f"P{i}" for i in range(PLAYERS)]
    owned = [Option(f"o{k}", names[k * PLAYERS // options]) for k in range(options)]
    ranks = {n: Preference(rank=rng.permutation(2**options) + 1) for n in names}
    return option_model(names, owned, preferences=ranks)


class Plain:
    """The definitions as they stand, on lists."""

    def __init__(self, model: GraphModel) -> None:
        self.states = len(model.states)
        self.moves = [[arcs.of(s).tolist() for s in range(self.states)] for arcs in model.moves]
        self.rank = [np.asarray(p.rank).tolist() for p in model.preferences]

    def reached(self, group: list[int], start: int, improving: bool) -> Iterator[int]:
        """States that legal sequences reach, with who moved last."""
        seen: set[tuple[int, int]] = set()
        told = {start}
        layer = [(start, -1)]
        while layer:
            after = []
            for s, last in layer:
                for j in group:
                    if j == last:
                        continue
                    rank = self.rank[j]
                    for q in self.moves[j][s]:
                        if (q, j) in seen or (improving and rank[q] <= rank[s]):
                            continue
                        seen.add((q, j))
                        after.append((q, j))
                        if q not in told:
                            told.add(q)
                            yield q
            layer = after

    def stable(self, i: int, s: int, rules: Rules) -> bool:
        """Whether s is stable for i."""
        rank = self.rank[i]
        others = [j for j in range(PLAYERS) if j != i]
        for q in self.moves[i][s]:
            if rank[q] <= rank[s]:
                continue
            if rules.answers == "none":
                return False
            for r in self.reached(others, q, rules.answers == "improvements"):
                if rank[r] <= rank[s] and not (
                    rules.counter and any(rank[t] > rank[s] for t in self.moves[i][r])
                ):
                    break
            else:
                return False
        return True

    def coalition(self, members: tuple[int, ...], s: int) -> bool:
        """Whether s is coalition sequentially stable for the members."""

        def gains(q: int) -> bool:
            return all(self.rank[i][q] > self.rank[i][s] for i in members)

        others = [j for j in range(PLAYERS) if j not in members]
        return all(
            any(not gains(r) for r in self.reached(others, q, True))
            for q in self.reached(list(members), s, False)
            if gains(q)
        )


def everything(model: GraphModel) -> dict[str, np.ndarray]:
    return {name: table(model, rules).stable for name, rules in CONCEPTS.items()}


def everything_plain(model: GraphModel) -> dict[str, np.ndarray]:
    plain = Plain(model)
    return {
        name: np.array(
            [[plain.stable(i, s, rules) for s in range(plain.states)] for i in range(PLAYERS)]
        )
        for name, rules in CONCEPTS.items()
    }


def sizes(quick: bool, results: dict[str, Any]) -> None:
    compared = (6, 8) if quick else (6, 8, 10)
    shown = (6, 8, 10, 12, 14)
    before = 0.0
    for options in shown:
        model = random_model(options)
        everything(random_model(4))
        tracemalloc.start()
        everything(model)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        ours, found = timed(lambda model=model: everything(model), repeat=3)
        growth = f", {ours / before:.1f} times the last" if before else ""
        arcs = sum(len(own) for own in model.moves)
        print(f"2^{options} states, {arcs:,} moves: {ours:.3f} s, peak {peak / 1e6:.0f} MB{growth}")
        before = ours
        if options in compared:
            theirs, expected = timed(lambda model=model: everything_plain(model))
            for name in CONCEPTS:
                assert np.array_equal(found[name], expected[name]), name
            results[f"stability 2^{options}"] = claim("plain transcription", ours, theirs)


def coalitions(results: dict[str, Any]) -> None:
    model = random_model(6)
    groups = coalitions_of(model, None)
    ours, found = timed(
        lambda: coalition_table(model, CONCEPTS["SEQ"], groups, reading="individual").stable,
        repeat=3,
    )
    plain = Plain(model)
    theirs, expected = timed(
        lambda: np.array([[plain.coalition(g, s) for s in range(plain.states)] for g in groups])
    )
    assert len(groups) == sum(1 for k in range(1, 5) for _ in combinations(range(4), k))
    assert np.array_equal(found, expected)
    results["coalitions 2^6"] = claim("plain transcription", ours, theirs)


def draws(results: dict[str, Any]) -> None:
    model = random_model(6)
    values = np.random.default_rng(2).random((1000, PLAYERS, 64))
    rules = CONCEPTS["SEQ"]
    ours, together = timed(lambda: margins_over(values, model, rules), repeat=2)
    theirs, alone = timed(lambda: np.array([margins_over(v, model, rules) for v in values]))
    assert np.array_equal(together, alone)
    results["draws"] = claim("the toolkit draw by draw", ours, theirs)


def main() -> None:
    quick = "--quick" in sys.argv
    results: dict[str, Any] = {}
    sizes(quick, results)
    coalitions(results)
    draws(results)
    for name, row in results.items():
        print(f"{name}: {row['ours']:.4f} s against {row['theirs']:.3f} s, {row['ratio']:.0f}x")
    print(json.dumps(results))


if __name__ == "__main__":
    main()
