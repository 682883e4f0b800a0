"""Random graph models for property tests, and the same model in plain sets."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from negotiate.graphmodel.arithmetic.arcs import from_pairs
from negotiate.graphmodel.build import option_model
from negotiate.graphmodel.model import GraphModel, Option
from negotiate.graphmodel.preference import Preference, from_utilities
from tests.graphmodel.oracle import Plain


def plain(model: GraphModel) -> Plain:
    moves = [
        {s: set(arcs.of(s).tolist()) for s in range(len(model.states))} for arcs in model.moves
    ]
    p = model.preferences
    return Plain(
        len(model.players),
        len(model.states),
        moves,
        lambda i, s, q: p[i].prefers(s, q),
        lambda i, s, q: p[i].strongly(s, q),
        lambda i, s, q: p[i].unsure(s, q),
    )


@st.composite
def graphs(draw, *, relations: bool = False, most_players: int = 4, most_states: int = 7):
    """Any directed graphs, rankings with ties and levels, or relations with unknown pairs."""
    players = draw(st.integers(1, most_players))
    states = draw(st.integers(1, most_states))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    density = draw(st.sampled_from([0.1, 0.25, 0.5]))
    arcs = tuple(
        from_pairs(*np.nonzero(rng.random((states, states)) < density), states=states)
        for _ in range(players)
    )
    preferences = tuple(
        relation(rng, states) if relations else ranking(rng, states) for _ in range(players)
    )
    return GraphModel(
        tuple(f"P{i}" for i in range(players)),
        tuple(f"s{k}" for k in range(states)),
        arcs,
        preferences,
    )


def ranking(rng: np.random.Generator, states: int) -> Preference:
    values = rng.integers(0, max(2, states - 1), states)
    base = from_utilities(values.tolist())
    cut = int(rng.integers(1, states + 1))
    level = (np.asarray(base.rank) > cut).astype(np.int64)
    return Preference(rank=np.asarray(base.rank).copy(), level=level, value=base.value)


def relation(rng: np.random.Generator, states: int) -> Preference:
    """For each pair: one way, the other way, equal, or unknown; some strong; circles happen."""
    better = np.zeros((states, states), dtype=bool)
    unknown = np.zeros_like(better)
    much = np.zeros_like(better)
    for a in range(states):
        for b in range(a):
            kind = rng.integers(0, 5)
            if kind < 2:
                s, q = (a, b) if kind else (b, a)
                better[s, q] = True
                much[s, q] = rng.random() < 0.4
            elif kind < 4:
                unknown[a, b] = unknown[b, a] = True
    return Preference(better=better, much=much, unknown=unknown, origin="pairs")


@st.composite
def option_models(draw, *, most_players: int = 3):
    """Models in option form, with infeasible states, one-way options and tied preferences."""
    players = [f"P{i}" for i in range(draw(st.integers(1, most_players)))]
    options = [
        Option(
            f"o{k}",
            draw(st.sampled_from(players)),
            direction=draw(st.sampled_from(["both", "both", "forward", "back"])),
        )
        for k in range(draw(st.integers(1, 4)))
    ]
    signs = st.sampled_from("YN-")
    bad = draw(st.lists(st.text(signs, min_size=len(options), max_size=len(options)), max_size=2))
    bad = [text for text in bad if text.strip("-")]
    weights = st.fractions(min_value=-3, max_value=3, max_denominator=2)
    preferences = {
        player: {"weights": {option.id: draw(weights) for option in options}} for player in players
    }
    table = 1 << len(options)
    blocked = sum(2 ** text.count("-") for text in bad)
    if blocked >= table:
        bad = []
    return option_model(players, options, infeasible=bad, preferences=preferences)
