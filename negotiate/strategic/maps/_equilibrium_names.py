"""Names of extreme equilibria from their labels: the strategies each player plays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

Labels = tuple[int, int]
"""Masks of the row and the column vertex: bits of rows, then of columns; set where unplayed or a
best reply."""


def supports(pair: Labels, m: int, n: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Positions of the strategies that the row and the column player play."""
    return (
        tuple(i for i in range(m) if not pair[0] >> i & 1),
        tuple(j for j in range(n) if not pair[1] >> (m + j) & 1),
    )


def ordered(structure: Iterable[Labels], m: int, n: int) -> list[Labels]:
    """By size of supports, then by supports, rows first."""

    def key(pair: Labels) -> tuple[int, tuple[int, ...], tuple[int, ...], Labels]:
        one, two = supports(pair, m, n)
        return len(one) + len(two), one, two, pair

    return sorted(structure, key=key)


def support_names(
    structure: Iterable[Labels], players: Sequence[str], strategies: Mapping[str, Sequence[str]]
) -> tuple[str, ...]:
    """``Firm + Yield | Firm`` for each, in order; a repeated name gets a number."""
    m, n = (len(strategies[p]) for p in players)
    out: list[str] = []
    seen: dict[str, int] = {}
    for pair in ordered(structure, m, n):
        name = " | ".join(
            " + ".join(strategies[p][k] for k in chosen)
            for p, chosen in zip(players, supports(pair, m, n))
        )
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(out)
