"""Non-myopic equilibria of 2 x 2 games: Brams's theory of moves.

From a state, each player asks where play would end if it moved first and both then looked ahead
around the cycle of states; the ends so chosen are the non-myopic equilibria (Brams 1994, Theory of
Moves, chapter 1). Conventions: a mover that would gain nothing stays; play that returns
to its first state stops there; where one player moves and the other would stay, the move counts,
unless the other by moving itself brings about an end better for both: then it does (two-sidedness
convention); where both would move, who moves first decides (order power) and both ends are given.
Payoffs are ranks: only their order is read. Woerdman (2000, Rationality and Society 12:67-86) tells
the theory with the convention from the theory without it; ``two_sided=False`` gives the latter.

The prisoner's dilemma has two, the mutual ones (Brams 1994, chapter 1); play that starts at mutual
defection stays there, from everywhere else it ends at cooperation:

>>> game = StrategicGame.from_arrays([[[3, 1], [4, 2]], [[3, 4], [1, 2]]],
...                                  strategies=[("Cooperate", "Defect")] * 2)
>>> [point.label for point in theory_of_moves(game)]
['Cooperate, Cooperate', 'Defect, Defect']
>>> theory_of_moves(game)[1].facts["reached from"]
('Defect, Defect',)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from negotiate.declare import concept
from negotiate.errors import NotApplicableError
from negotiate.solution import Evidence, Point, Solution
from negotiate.strategic import _shared as shared
from negotiate.strategic import tex as _tex
from negotiate.strategic.arithmetic import theory_of_moves as kernel
from negotiate.strategic.game import StrategicGame


@concept(
    "theory_of_moves",
    title="Nonmyopic equilibria of the theory of moves",
    short="theory of moves",
    games=("strategic",),
    field="rational",
    axioms=("relabelling",),
)
def theory_of_moves(form: Any, column: Any = None, *, two_sided: bool = True) -> Solution:
    """The non-myopic equilibria and the states they are reached from.

    Parameters
    ----------
    form
        A 2 x 2 game, or the payoffs of the row player.
    column
        With a table: the payoffs of the column player.
    two_sided
        Whether Brams's two-sidedness convention holds.

    Returns
    -------
    Solution
        One point per non-myopic equilibrium; ``facts["reached from"]`` lists the starting states
        as profiles joined by ", ". ``settings["from"]`` maps every state to its equilibria.
    """
    game = _admit(form, column)
    mask = kernel.equilibria(game.payoffs, two_sided=two_sided)
    labels = [shared.joined(shared.names(game, state)) for state in kernel.STATES]
    points = []
    for end, state in enumerate(kernel.STATES):
        sources = tuple(labels[k] for k in range(4) if mask[k, end])
        if sources:
            points.append(
                shared.point(
                    game,
                    shared.pure(game, state),
                    label=labels[end],
                    marks=_marks(game, mask, end),
                    facts={"reached from": sources, "two_sided": two_sided},
                )
            )
    table = {labels[k]: tuple(labels[end] for end in range(4) if mask[k, end]) for k in range(4)}
    notes = [
        "Brams's rules: a mover that gains nothing stays; play that returns to its first state "
        "stops; where both would move, both ends are given; "
        + (
            "one that would stay moves where that is better for both than the other's move."
            if two_sided
            else "one that would stay does so (no two-sidedness convention)."
        )
    ]
    if _tied(game):
        notes.append("Some payoffs are equal; the theory is stated for strict ranks.")
    return Solution(
        concept="theory_of_moves",
        players=game.players,
        points=tuple(points),
        complete=True,
        exact=True,
        settings={"from": table, "two_sided": two_sided},
        notes=tuple(notes),
        form=game,
    )


@theory_of_moves.checked_by
def holds(form: StrategicGame, point: Point) -> Evidence:
    """Walk every cycle of moves afresh, from each state and first mover, by recursion."""
    game = _admit(form)
    labels = [shared.joined(shared.names(game, state)) for state in kernel.STATES]
    claimed = tuple(point.facts["reached from"])
    two_sided = point.facts.get("two_sided", True)
    found = []
    for start, name in enumerate(labels):
        if labels.index(point.label) in _from(game, start, two_sided=two_sided):
            found.append(name)
    wrong = sorted(set(found) ^ set(claimed))
    return Evidence(
        not wrong and bool(found),
        len(wrong),
        "starting states wrongly claimed or left out",
        "; ".join(wrong),
    )


def _from(game: StrategicGame, start: int, *, two_sided: bool) -> set[int]:
    """Ends of play from a state, rule by rule."""
    stops = [_walk(game, start, start, mover, 0) for mover in (0, 1)]
    moved = [mover for mover in (0, 1) if stops[mover] != start]
    if len(moved) != 1:
        return {stops[mover] for mover in moved} or {start}
    mine, other = moved[0], 1 - moved[0]
    led = kernel.STATES[stops[mine]]
    instead = _walk(game, start, _next(start, other), mine, 1)  # the other moves, like it or not
    both = all(game.payoffs[i][kernel.STATES[instead]] > game.payoffs[i][led] for i in (0, 1))
    return {instead if two_sided and both else stops[mine]}


def _next(state: int, mover: int) -> int:
    row, column = kernel.STATES[state]
    return kernel.STATES.index((1 - row, column) if mover == 0 else (row, 1 - column))


def _walk(game: StrategicGame, start: int, state: int, mover: int, moves: int) -> int:
    """Where play ends when ``mover`` decides at ``state``."""
    if moves == 4:
        return start
    row, column = kernel.STATES[state]
    ahead = _walk(game, start, _next(state, mover), 1 - mover, moves + 1)
    worth = game.payoffs[mover]
    return ahead if worth[kernel.STATES[ahead]] > worth[row, column] else state


def _admit(form: Any, column: Any = None) -> StrategicGame:
    game = shared.admit(form, "theory_of_moves", players=2, column=column)
    if game.shape != (2, 2):
        raise NotApplicableError(
            f"the game is {game.shape[0]} x {game.shape[1]}",
            where="theory_of_moves",
            allowed="2 x 2",
            remedy="restrict it to two strategies each",
        )
    return game


def _tied(game: StrategicGame) -> bool:
    return any(len(set(game.payoffs[i].flat)) < 4 for i in range(2))


def _marks(game: StrategicGame, mask: Any, end: int) -> tuple[str, ...]:
    marks = []
    if mask[:, end].all():
        marks.append("reached from every state")
    state = kernel.STATES[end]
    better = np.all([game.payoffs[i] > game.payoffs[i][state] for i in range(2)], axis=0)
    if better.any():
        marks.append("pareto dominated")
    return tuple(marks)


@theory_of_moves.explained_by
def explain(form: Any, *, two_sided: bool = True) -> str:
    """From every state and first mover: the round of moves, and the look ahead from its end."""
    game = _admit(form)
    answer = theory_of_moves(game, two_sided=two_sided)
    labels = [shared.joined(shared.names(game, state)) for state in kernel.STATES]
    number = _tex.number
    lines = [
        "**Theory of moves.**",
        "",
        *_tex.payoff_table(game),
        "",
        "From a state, players move in turn around the four states; whoever would not gain by "
        "what follows stays, and after four moves play is back and stops. Read from the last "
        "mover backwards.",
    ]
    for start, name in enumerate(labels):
        lines += ["", f"**From ({name})**", ""]
        stops = []
        for first, player in enumerate(game.players):
            path = kernel.cycle(start, first)
            lines.append(f"{player} first:")
            end = start
            steps = []
            for state, mover in reversed(path):
                here, ahead = (game.payoffs[mover][kernel.STATES[s]] for s in (state, end))
                moves = ahead > here
                steps.append(
                    f"- at ({labels[state]}) {game.players[mover]} has ${number(here)}$; moving "
                    f"leads to ({labels[end]}) with ${number(ahead)}$: it "
                    f"{'moves' if moves else 'stays'};"
                )
                end = end if moves else state
            lines += [*steps, f"- so play ends at ({labels[end]}).", ""]
            stops.append(end)
        moved = list(dict.fromkeys(end for end in stops if end != start))
        if not moved:
            lines.append(f"Neither moves first: ({name}) is its own non-myopic equilibrium.")
        elif len(moved) == 1 and (end := min(_from(game, start, two_sided=two_sided))) != moved[0]:
            other = game.players[int(stops[0] != start)]
            lines.append(
                f"That would leave both worse off than if {other} moved first, so {other} does "
                f"(two-sidedness): the non-myopic equilibrium from here is ({labels[end]})."
            )
        elif len(moved) == 1:
            lines.append(f"The non-myopic equilibrium from here is ({labels[moved[0]]}).")
        else:
            both = " or ".join(f"({labels[end]})" for end in moved)
            lines.append(f"Both would move: {both}, by who moves first (order power).")
    ends = "; ".join(f"({point.label})" for point in answer.points)
    lines += ["", f"The non-myopic equilibria are {ends}."]
    return "\n".join(lines)
