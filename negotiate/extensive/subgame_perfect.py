"""Subgame perfect equilibrium: all of them, for any payoffs, ties included.

A profile of behaviour strategies that is a Nash equilibrium in every subgame. Subgames are solved
from the last to the first with all equilibria of each kept, so every combination is followed
upwards; how many there are is counted before they are written out.

What is listed: every pure equilibrium; in subgames where two players move without seeing each
other's moves, every extreme mixed equilibrium. A continuum (an indifferent player may mix) is
given by its extreme points and named in ``components``. ``complete`` is false, with the reason in
the notes, where more than two players move unseen in one subgame and a search of supports does not
prove its list complete (their pure equilibria always are), where two movers have so many plans that
only their pure equilibria and one found by Lemke's algorithm are given, or where a continuum inside
the tree changes what earlier movers expect: then mixtures inside it may support others. Choices
at an information set which its owner's own plan never reaches are free; each is listed while the
total stays within ``bound``.

Source: R. Selten, "Spieltheoretische Behandlung eines Oligopolmodells mit Nachfrageträgheit",
Zeitschrift für die gesamte Staatswissenschaft 121 (1965), 301-324; the same, International Journal
of Game Theory 4 (1975), p. 33; Osborne and Rubinstein (1994), definition 97.2.

Entry deterrence (Selten's chain store with one town, Theory and Decision 9 (1978), 127-159): the
threat to fight is not credible.

>>> from negotiate.extensive.game import from_dict
>>> game = from_dict({"players": ["E", "I"], "tree": {"player": "E", "actions": {
...     "out": {"payoffs": [1, 5]}, "in": {"player": "I", "actions": {
...         "fight": {"payoffs": [0, 0]}, "yield": {"payoffs": [2, 2]}}}}}})
>>> answer = subgame_perfect(game)
>>> [point.label for point in answer], answer.complete, answer[0].regret
(['in, yield'], True, Fraction(0, 1))
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from negotiate import tolerance
from negotiate.declare import concept
from negotiate.errors import NotApplicableError
from negotiate.extensive import _subgames
from negotiate.extensive import profile as _tree_profile
from negotiate.extensive.arithmetic import backward_induction as kernel
from negotiate.extensive.game import ExtensiveGame
from negotiate.numbers import reading as _numbers
from negotiate.solution import Evidence, Point, Solution

PROFILE_BOUND = 10_000
_LABEL_SETS = 8


@concept(
    "subgame_perfect",
    title="Subgame perfect equilibrium",
    short="SPE",
    games=("extensive",),
    field="rational",
    axioms=("no profitable deviation",),
)
def subgame_perfect(form: ExtensiveGame, *, bound: int = PROFILE_BOUND) -> Solution:
    """All subgame perfect equilibria.

    Parameters
    ----------
    form
        A game of numbers, of perfect recall. Floats are read as the decimals they print as, so
        that ties mean what was written.
    bound
        Most equilibria that are written out. Of more, one for each payoff vector is given, with
        their count in the notes and ``complete`` false.
    """
    exact = admit(form, "subgame_perfect")
    _tree_profile.need_recall(form, "subgame perfection")
    unique = _unique(exact)
    if unique is not None:
        return _solution(form, exact, [unique], (), _subgames.Found(), bound=bound, notes=())
    found = _subgames.solve_regions(exact)
    total = _subgames.count(exact, found, with_free=True)
    with_free = total <= bound
    if not with_free:
        kept = _subgames.count(exact, found, with_free=False)
        if kept > bound:
            listed = _subgames.representatives(exact, found, bound)
            told = (
                f"There are {kept:,} subgame perfect equilibria, more than the bound of {bound:,} "
                f"that are written out: here is one for each of the {len(listed):,} payoff vectors "
                "they give.",
                *_notes(exact, found, kept, with_free=True),
            )
            return _solution(
                form, exact, listed, (), found, bound=bound, notes=told, with_free=False
            )
    notes = _notes(exact, found, total, with_free=with_free)
    pairs = list(_subgames.profiles(exact, found, with_free=with_free))
    groups: dict[Any, list[int]] = {}
    for number, (_, profile) in enumerate(pairs):
        groups.setdefault(profile.key, []).append(number)
    rows = [_subgames.flatten(profile) for _, profile in pairs]
    return _solution(
        form,
        exact,
        rows,
        tuple(map(tuple, groups.values())),
        found,
        bound=bound,
        notes=notes,
        with_free=with_free,
    )


def admit(form: Any, concept: str) -> ExtensiveGame:
    """The game in fractions, or `NotApplicableError`."""
    if not isinstance(form, ExtensiveGame):
        raise NotApplicableError(
            f"is a {type(form).__name__}", where=concept, allowed="an extensive game"
        )
    if form.draws or form.symbolic:
        raise NotApplicableError(
            f"the game has draw axes {form.draws}" if form.draws else "payoffs contain symbols",
            where=concept,
            allowed="one game of numbers",
            remedy="use backward_induction over draws, or give every symbol a value",
        )
    if form.exact:
        return form
    chance = _numbers.to_fractions(np.asarray(form.chance))
    for children in form.children:
        # Decimals such as 0.3333333333333333 are divided by their sum, one by a hair.
        total = sum(chance[list(children)]) if children else 0
        if children and form.mover[form.parent[children[0]]] == kernel.CHANCE and total != 1:
            chance[list(children)] = [value / total for value in chance[list(children)]]
    return form.with_numbers(payoffs=_numbers.to_fractions(np.asarray(form.payoffs)), chance=chance)


def _unique(game: ExtensiveGame) -> _subgames.Rows | None:
    """The one equilibrium of a game of perfect information without ties, else None."""
    if not game.perfect_information:
        return None
    answer = kernel.backward_induction(
        game.parent, game.mover, game.node_payoffs(), chance=game.chance
    )
    if answer.tie.any():
        return None
    one, zero = Fraction(1), Fraction(0)
    pure = {
        size: [tuple(one if k == place else zero for k in range(size)) for place in range(size)]
        for size in {len(actions) for actions in game.set_actions}
    }
    rows: _subgames.Rows = {}
    for node in np.flatnonzero(answer.choice >= 0).tolist():
        index = int(game.information_set[node])
        chosen = int(game.action[answer.choice[node]])
        rows[index] = pure[len(game.set_actions[index])][chosen]
    return rows


def _notes(
    game: ExtensiveGame, found: _subgames.Found, total: int, *, with_free: bool
) -> tuple[str, ...]:
    out = []
    for root, what in list(found.unproved.items())[:5]:
        movers = sum(map(bool, found.regions[root].sets))
        out.append(
            f"In the subgame after ({', '.join(game.history(root))}) {movers} players move without "
            f"seeing all before them: {what}."
        )
    if len(found.unproved) > 5:
        out.append(f"The same holds in {len(found.unproved) - 5} more subgames.")
    if found.varying:
        out.append(
            f"In {len(found.varying)} subgame(s), the first after "
            f"({', '.join(game.history(found.varying[0]))}), a continuum of equilibria changes "
            "what earlier movers expect. Its extreme points are followed; mixtures of them may "
            "support further equilibria."
        )
    elif found.continua:
        out.append(
            "There are connected sets of equilibria; each component lists its extreme points."
        )
    if not with_free:
        out.append(
            f"With every choice at information sets that their owner's plan never reaches there "
            f"are {total:,} equilibria; here such a choice is the first action."
        )
    return tuple(out)


def _solution(
    form: ExtensiveGame,
    exact: ExtensiveGame,
    rows: list[_subgames.Rows],
    components: tuple[tuple[int, ...], ...],
    found: _subgames.Found,
    *,
    bound: int,
    notes: tuple[str, ...],
    with_free: bool = True,
) -> Solution:
    judge = _tree_profile.Judge(exact)
    points = [_point(form, judge, row) for row in rows]
    seen: dict[str, int] = {}
    for number, point in enumerate(points):
        seen[point.label] = seen.get(point.label, 0) + 1
        if seen[point.label] > 1:
            points[number] = replace(point, label=f"{point.label} ({seen[point.label]})")
    worst: Any = max((point.regret or 0 for point in points), default=Fraction(0))
    allowed = slack(form) or (tolerance.REGRET if any(map(_has_floats, points)) else 0)
    complete = not found.unproved and not found.varying and with_free
    return Solution(
        concept="subgame_perfect",
        players=form.players,
        points=tuple(points),
        complete=complete,
        exact=form.exact and not any(map(_has_floats, points)),
        # Unknown equilibria may join what is listed, so nothing is called apart unless all are.
        components=(components or tuple((k,) for k in range(len(points)))) if complete else (),
        evidence=(
            Evidence(worst <= allowed, worst, "largest gain from a deviation in any subgame"),
            Evidence(True, len(form.subgames()), "subgames"),
        ),
        settings={"bound": bound},
        notes=notes,
        form=form,
    )


def _point(form: ExtensiveGame, judge: _tree_profile.Judge, rows: _subgames.Rows) -> Point:
    exact = judge.game
    strategies = _tree_profile.named(exact, rows)
    worth, regret = judge.judge(rows)
    beliefs = {} if exact.perfect_information else _tree_profile.beliefs(exact, strategies)
    return Point(
        payoffs=dict(zip(form.players, (_given(form, value) for value in worth))),
        strategies=_given(form, strategies),
        beliefs=_given(form, beliefs),
        regret=_given(form, regret),
        label=label(exact, rows),
    )


def _given(form: ExtensiveGame, value: Any) -> Any:
    """Results of a float game as floats."""
    if form.exact:
        return value
    if isinstance(value, dict):
        return {key: _given(form, item) for key, item in value.items()}
    return float(value)


def label(game: ExtensiveGame, rows: _subgames.Rows) -> str:
    """All choices of a small game; of a large one, those on the path of play."""
    own = [index for index, who in enumerate(game.owner.tolist()) if who >= 0]
    if len(own) > _LABEL_SETS:
        own, node = [], 0
        while game.information_set[node] >= 0 and len(own) < _LABEL_SETS:
            index = int(game.information_set[node])
            if index not in rows:  # chance moves: the path of play branches here
                break
            own.append(index)
            place = max(range(len(rows[index])), key=rows[index].__getitem__)
            node = game.children[node][place]
    parts = []
    for index in own:
        used = [(a, p) for a, p in zip(game.set_actions[index], rows[index]) if p]
        parts.append(
            used[0][0]
            if len(used) == 1
            else "{" + ", ".join(f"{action}: {p}" for action, p in used) + "}"
        )
    return ", ".join(parts)


def slack(form: ExtensiveGame) -> Any:
    """Zero in fractions; `tolerance.REGRET` of the spread of payoffs in floats."""
    if form.exact:
        return 0
    spread = float(np.ptp(np.asarray(form.payoffs, dtype=np.float64))) if form.payoffs.size else 0.0
    return tolerance.REGRET * max(spread, 1.0)


@subgame_perfect.checked_by
def holds(form: ExtensiveGame, point: Point) -> Evidence:
    """Whether no player gains in any subgame by any other plan, recomputed from the tree."""
    if not isinstance(form, ExtensiveGame):
        raise NotApplicableError(
            f"is a {type(form).__name__}", where="subgame_perfect", allowed="an extensive game"
        )
    if form.draws:
        raise NotApplicableError(
            f"the game has draw axes {form.draws}",
            where="subgame_perfect",
            allowed="one game",
            remedy="backward_induction.holds judges all draws at once",
        )
    gains = _tree_profile.regrets(form, point.strategies)
    worst, root, player = max(
        ((gain, root, who) for root, row in gains.items() for who, gain in row.items()),
        key=lambda item: item[0],
        default=(Fraction(0), 0, ""),
    )
    allowed = slack(form) or (tolerance.REGRET if _has_floats(point) else 0)
    kept = bool(worst <= allowed) and _pays(form, point, allowed)
    path = " / ".join(form.history(root))
    witness = f"{player} gains {worst} {'after ' + path if path else 'in the whole game'}"
    if kept:
        witness = ""
    elif worst <= allowed:
        witness = "the payoffs stated are not those of the strategies"
    return Evidence(kept, worst, "largest gain from a deviation in any subgame", witness=witness)


def _has_floats(point: Point) -> bool:
    """Whether a probability is a float: an irrational equilibrium of an exact game."""
    return any(
        isinstance(p, float)
        for own in point.strategies.values()
        for row in own.values()
        for p in row.values()
    )


def _pays(form: ExtensiveGame, point: Point, allowed: Any) -> bool:
    """Whether the payoffs of the point are those of its strategies."""
    worth = _tree_profile.payoffs(form, point.strategies)
    return all(abs(worth[p] - value) <= allowed for p, value in point.payoffs.items())
