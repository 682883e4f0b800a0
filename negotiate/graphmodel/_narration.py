"""Stability in words: for every state and decision maker why it holds or not."""

from __future__ import annotations

from collections.abc import Callable

from negotiate.errors import TooLargeError
from negotiate.graphmodel._definition import Verdict, in_words
from negotiate.graphmodel.model import GraphModel, words

MAX_NARRATED = 400
"""States told of in words; a longer text would not be read."""


def narrate(model: GraphModel, verdict: Callable[[int, int], Verdict], concept: str) -> str:
    """Tell of every state whether it is an equilibrium and why.

    Parameters
    ----------
    model
        The model.
    verdict
        What the definition says of decision maker i at state s.
    concept
        Name of the concept in words.

    Returns
    -------
    str
        Markdown: a heading for each state, a line for each decision maker.
    """
    if len(model.states) > MAX_NARRATED:
        raise TooLargeError(
            f"{len(model.states):,} states in words",
            allowed=f"up to {MAX_NARRATED}",
            remedy="ask about single states with `why`",
        )
    out = []
    for s, label in enumerate(model.states):
        verdicts = [verdict(i, s) for i in range(len(model.players))]
        stable = all(said.stable for said in verdicts)
        described = words(model, s)
        more = f" ({described})" if described != label else ""
        out.append(f"**{label}**{more}: {'an equilibrium' if stable else 'no equilibrium'}.")
        out += [
            "- " + " ".join(in_words(model, i, s, said, concept)) for i, said in enumerate(verdicts)
        ]
        out.append("")
    return "\n".join(out).rstrip() + "\n"
