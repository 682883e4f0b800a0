"""Perfect Bayesian equilibrium: all of them, with the beliefs that support each.

Strategies and beliefs such that every player's strategy is best at each of its information sets
given its belief there, and beliefs follow from Bayes' rule wherever they can. In a signalling game
the belief at a message nobody sends is free; so each equilibrium here carries, for every unsent
message, the whole set of beliefs and responses that support it, not one of them.

In a tree "wherever they can" means: from any node and from any information set that all nodes of a
later one follow and from which it is reached with positive probability, whether or not play leads
there; between sets of one player their own moves count as made. So an equilibrium is subgame
perfect (a weak perfect Bayesian equilibrium, which asks for Bayes' rule on the path only, need not
be: Mas-Colell, Whinston and Green 1995, Microeconomic Theory, example 9.C.5), but beliefs at
unrelated sets may contradict each other, which `sequential_equilibrium` forbids.

Points: one for every pure equilibrium; one for every equilibrium in mixed strategies, in signalling
games up to what is done at unsent messages (whose full range is in ``facts["off_path"]``). A
continuum is a component, given by its extreme points.

Source: Fudenberg and Tirole (1991), Game Theory, section 8.2; Cho and Kreps (1987), QJE
102:179-221. With a weak type of probability above one half beer and quiche has no pure
equilibrium, and the weak type drinks beer with the odds that leave the receiver indifferent:

>>> from fractions import Fraction
>>> from negotiate.extensive.signalling import beer_quiche
>>> [point.label for point in perfect_bayesian(beer_quiche(Fraction(1, 10)))]
['pooling on beer', 'pooling on quiche']
>>> perfect_bayesian(beer_quiche(Fraction(7, 10)))[0].strategies["sender"]["weak"]["beer"]
Fraction(3, 7)
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

from negotiate.declare import concept
from negotiate.errors import NotApplicableError, TooLargeError
from negotiate.extensive import _assessments
from negotiate.extensive._signalling_tree import on_tree, recognise
from negotiate.extensive.arithmetic import signalling as kernel
from negotiate.extensive.game import ExtensiveGame
from negotiate.extensive.signalling import Signalling, pure_margin, pure_profiles
from negotiate.numbers.exact_polytope import Vector
from negotiate.numbers.fractions import exact
from negotiate.solution import Evidence, Point, Solution

MAX_OFF_PATH = 4096


@concept(
    "perfect_bayesian",
    title="Perfect Bayesian equilibrium",
    short="PBE",
    games=("signalling", "extensive"),
    field="rational",
    axioms=("no profitable deviation",),
)
def perfect_bayesian(form: Any) -> Solution:
    """All perfect Bayesian equilibria.

    Parameters
    ----------
    form
        A `Signalling` game; an `ExtensiveGame` of perfect recall; or a form that knows its
        equilibria in closed form and offers ``equilibria()`` (audience costs, deterrence, crisis
        bargaining).

    Returns
    -------
    Solution
        ``complete`` unless the game exceeds the bound on mixed supports, in which case the pure
        equilibria are returned, complete as such, and a note says so; or unless, in a tree, the
        equations of some mixed supports could not be solved in fractions.
    """
    if isinstance(form, ExtensiveGame):
        return solve_tree(form, "perfect_bayesian", condition="updating")
    if not isinstance(form, Signalling):
        if hasattr(form, "equilibria"):
            answer: Solution = form.equilibria()
            return answer
        raise NotApplicableError(
            f"{type(form).__name__} has no perfect Bayesian solver",
            allowed="signalling and extensive games",
        )
    game = form.kernel()
    notes: tuple[str, ...] = ()
    complete = True
    try:
        outcomes, pieces = kernel.equilibria(game)
    except TooLargeError as error:
        outcomes, pieces = _pure_outcomes(form, game), ()
        complete = False
        notes = (f"Pure equilibria only: {error}.",)
    points: list[Point] = []
    place: dict[kernel.Outcome, list[int]] = {}
    for number, outcome in enumerate(outcomes):
        new = _points(form, game, outcome, number)
        place[outcome] = list(range(len(points), len(points) + len(new)))
        points.extend(new)
    components = _connected([sorted(i for o in piece for i in place[o]) for piece in pieces])
    return Solution(
        concept="perfect_bayesian",
        players=form.players,
        points=tuple(_unique(points)),
        complete=complete,
        exact=True,
        degenerate=bool(components) if complete else None,
        components=components,
        notes=notes,
        form=form,
    )


def solve_tree(form: ExtensiveGame, concept: str, *, condition: str) -> Solution:
    """Assessments of a tree: by tables where it is a signalling game, else by enumeration."""
    try:
        found = recognise(form)
    except NotApplicableError:
        return _assessments.solve(form, concept, condition=condition)
    inner = perfect_bayesian(found.game)
    return replace(
        inner,
        concept=concept,
        points=tuple(on_tree(found, p) for p in inner.points),
        exact=form.exact,
        form=form,
    )


def _pure_outcomes(form: Signalling, game: kernel.Game) -> tuple[kernel.Outcome, ...]:
    live = form.live_types
    small = Signalling(
        live,
        form.messages,
        form.responses,
        {t: exact(form.prior[t]) for t in live},
        {
            t: {
                m: {r: exact(x) for r, x in row.items()} for m, row in form.sender_payoff[t].items()
            }
            for t in live
        },
        {
            t: {
                m: {r: exact(x) for r, x in row.items()}
                for m, row in form.receiver_payoff[t].items()
            }
            for t in live
        },
        form.players,
    )
    found: dict[kernel.Outcome, None] = {}
    for sent, given in pure_profiles(small):
        if pure_margin(small, (sent, given)) < 0:
            continue
        rows = tuple(tuple(Fraction(int(sent[t] == m)) for m in form.messages) for t in live)
        replies = tuple(
            tuple(Fraction(int(given[m] == r)) for r in form.responses[m])
            if m in sent.values()
            else None
            for m in form.messages
        )
        payoffs = tuple(exact(form.sender_payoff[t][sent[t]][given[sent[t]]]) for t in live)
        found[kernel.Outcome(rows, replies, payoffs)] = None
    return tuple(found)


def _connected(groups: list[list[int]]) -> tuple[tuple[int, ...], ...]:
    merged: list[set[int]] = []
    for group in groups:
        now = set(group)
        apart = []
        for other in merged:
            if other & now:
                now |= other
            else:
                apart.append(other)
        merged = [*apart, now]
    return tuple(sorted(tuple(sorted(g)) for g in merged if len(g) > 1))


def _unique(points: list[Point]) -> list[Point]:
    seen: dict[str, int] = {}
    out = []
    for point in points:
        seen[point.label] = seen.get(point.label, 0) + 1
        if seen[point.label] > 1:
            point = Point(**{**point.__dict__, "label": f"{point.label} ({seen[point.label]})"})
        out.append(point)
    return out


def _points(
    form: Signalling, game: kernel.Game, outcome: kernel.Outcome, number: int
) -> list[Point]:
    live = form.live_types
    silent = [k for k in game.messages if outcome.receiver[k] is None]
    off: dict[str, Any] = {}
    options: list[list[tuple[Vector, Vector]]] = []
    pure_path = all(x in (0, 1) for row in outcome.sender for x in row) and all(
        x in (0, 1) for row in outcome.receiver if row is not None for x in row
    )
    for k in silent:
        found = kernel.deterring(game, outcome.payoffs, k)
        off[form.messages[k]] = _off_path_facts(form, live, k, found)
        pure = _pure_deterrents(game, outcome, k)
        # An equilibrium mixed off the path only is the same outcome: shown by its range.
        options.append(pure or [(found[0][1][0], kernel.mean(found[0][0].cell))])
    if not pure_path:
        options = [choices[:1] for choices in options]
    count = 1
    for choices in options:
        count *= len(choices)
    if count > MAX_OFF_PATH:
        options = [choices[:1] for choices in options]
    out = []
    for combination in product(*options):
        chosen = dict(zip(silent, combination))
        out.append(_point(form, game, outcome, chosen, off, number))
    return out


def _pure_deterrents(
    game: kernel.Game, outcome: kernel.Outcome, k: int
) -> list[tuple[Vector, Vector]]:
    out = []
    for r in game.responses(k):
        if any(game.sender[t][k][r] > outcome.payoffs[t] for t in game.types):
            continue
        cells = [c for c in game.replies(k, tuple(game.types)) if r in c.best]
        if cells:
            reply = tuple(Fraction(int(other == r)) for other in game.responses(k))
            corners = sorted({corner for cell in cells for corner in cell.cell})
            out.append((reply, kernel.mean(corners)))
    return out


def _off_path_facts(
    form: Signalling,
    live: tuple[str, ...],
    k: int,
    found: tuple[tuple[kernel.Replies, tuple[Vector, ...]], ...],
) -> dict[str, Any]:
    message = form.messages[k]
    mixtures = sorted({corner for _, corners in found for corner in corners})
    beliefs = sorted({corner for replies, _ in found for corner in replies.cell})
    facts: dict[str, Any] = {
        "responses": {
            r: (min(x[i] for x in mixtures), max(x[i] for x in mixtures))
            for i, r in enumerate(form.responses[message])
        },
        "extreme_responses": [dict(zip(form.responses[message], x)) for x in mixtures],
    }
    if len(live) == 2:
        cells = [[corner[0] for corner in replies.cell] for replies, _ in found]
        facts["beliefs"] = {live[0]: _intervals([(min(c), max(c)) for c in cells])}
    else:
        facts["beliefs"] = {
            t: ((min(b[i] for b in beliefs), max(b[i] for b in beliefs)),)
            for i, t in enumerate(live)
        }
        facts["extreme_beliefs"] = [dict(zip(live, b)) for b in beliefs]
    return facts


def _intervals(pieces: list[tuple[Fraction, Fraction]]) -> tuple[tuple[Fraction, Fraction], ...]:
    out: list[tuple[Fraction, Fraction]] = []
    for low, high in sorted(pieces):
        if out and low <= out[-1][1]:
            out[-1] = (out[-1][0], max(high, out[-1][1]))
        else:
            out.append((low, high))
    return tuple(out)


def _point(
    form: Signalling,
    game: kernel.Game,
    outcome: kernel.Outcome,
    chosen: dict[int, tuple[Vector, Vector]],
    off: dict[str, Any],
    number: int,
) -> Point:
    live = form.live_types
    sender_name, receiver_name = form.players
    strategies = {
        sender_name: {t: dict(zip(form.messages, outcome.sender[i])) for i, t in enumerate(live)},
        receiver_name: {},
    }
    beliefs: dict[str, dict[str, Fraction]] = {}
    worth = Fraction(0)
    for k, message in enumerate(form.messages):
        reply = outcome.receiver[k]
        if reply is None:
            reply, belief = chosen[k]
        else:
            belief = posterior(game, outcome.sender, k)
            for t in game.types:
                for r in game.responses(k):
                    worth += (
                        game.prior[t] * outcome.sender[t][k] * reply[r] * (game.receiver[t][k][r])
                    )
        strategies[receiver_name][message] = dict(zip(form.responses[message], reply))
        beliefs[message] = dict(zip(live, belief))
    kind, label = _name(form, live, outcome)
    payoffs = {sender_name: _expected(game.prior, outcome.payoffs), receiver_name: worth}
    return Point(
        payoffs=payoffs,
        strategies=strategies,
        beliefs=beliefs,
        regret=Fraction(0),
        label=label,
        marks=(kind,),
        facts={
            "type_payoffs": dict(zip(live, outcome.payoffs)),
            "off_path": off,
            "outcome": number,
        },
    )


def posterior(game: kernel.Game, sender: tuple[Vector, ...], message: int) -> Vector:
    """Bayes' rule at a message sent."""
    joint = [game.prior[t] * sender[t][message] for t in game.types]
    return tuple(x / sum(joint) for x in joint)


def _expected(prior: Vector, payoffs: Vector) -> Fraction:
    return sum((p * u for p, u in zip(prior, payoffs)), Fraction(0))


def _name(form: Signalling, live: tuple[str, ...], outcome: kernel.Outcome) -> tuple[str, str]:
    supports = [tuple(m for m, x in zip(form.messages, row) if x) for row in outcome.sender]
    if all(len(s) == 1 for s in supports):
        sent = [s[0] for s in supports]
        if len(set(sent)) == 1:
            return "pooling", f"pooling on {sent[0]}"
        kind = "separating" if len(set(sent)) == len(sent) else "partly pooling"
        return kind, f"{kind}: " + ", ".join(f"{t} {m}" for t, m in zip(live, sent))
    alike = len(set(outcome.sender)) == 1
    kind = "pooling on a mixture" if alike and len(live) > 1 else "semi-separating"
    parts = ", ".join(f"{t} {' or '.join(s)}" for t, s in zip(live, supports))
    return kind, f"{kind}: {parts}"


@perfect_bayesian.checked_by
def holds(form: Any, point: Point) -> Evidence:
    """Recompute the definition: best messages, best responses at the beliefs, Bayes' rule."""
    if isinstance(form, ExtensiveGame):
        return _assessments.holds(form, point, condition="updating")
    if not isinstance(form, Signalling):
        answer: Evidence = form.holds(point)
        return answer
    game = form.kernel()
    live = form.live_types
    sender_name, receiver_name = form.players
    sender, receiver = point.strategies[sender_name], point.strategies[receiver_name]
    worst, witness = Fraction(0), ""
    for i, t in enumerate(live):
        worth = {
            m: sum(
                (
                    exact(receiver[m][r]) * game.sender[i][k][j]
                    for j, r in enumerate(form.responses[m])
                ),
                Fraction(0),
            )
            for k, m in enumerate(form.messages)
        }
        best = max(worth, key=lambda m: worth[m])
        regret = worth[best] - sum(
            (exact(sender[t][m]) * worth[m] for m in form.messages), Fraction(0)
        )
        if regret > worst:
            worst, witness = regret, f"type {t} gains by sending {best}"
    for k, m in enumerate(form.messages):
        belief = [exact(point.beliefs[m][t]) for t in live]
        reach = [game.prior[i] * exact(sender[t][m]) for i, t in enumerate(live)]
        if sum(reach) > 0:
            gap = max(abs(b - x / sum(reach)) for b, x in zip(belief, reach))
            if gap > worst:
                worst, witness = gap, f"the belief at {m} breaks Bayes' rule"
        gap = max(abs(sum(belief, Fraction(0)) - 1), -min(belief))
        if gap > worst:
            worst, witness = gap, f"the belief at {m} is no probability"
        worth_r = {
            r: sum((belief[i] * game.receiver[i][k][j] for i in game.types), Fraction(0))
            for j, r in enumerate(form.responses[m])
        }
        best = max(worth_r, key=lambda r: worth_r[r])
        regret = worth_r[best] - sum(
            (exact(receiver[m][r]) * worth_r[r] for r in worth_r), Fraction(0)
        )
        if regret > worst:
            worst, witness = regret, f"the receiver gains by {best} after {m}"
    total = [sum(exact(x) for x in row.values()) for row in [*sender.values(), *receiver.values()]]
    if any(t != 1 for t in total):
        worst, witness = worst + 1, "a strategy does not sum to one"
    return Evidence(worst == 0, worst, "regret", witness)
