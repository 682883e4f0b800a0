r"""Strategic trees: players who move in turn, with errors, and payoffs estimated from outcomes.

A tree of perfect information is played by players whose payoffs the analyst sees but for an error.
Every player knows its own error and the distribution of the others'; so an action is chosen with a
probability, and the players before it reckon with that probability. The utility of player i at an
outcome is an index U_i = X beta of its own regressors, and the log-likelihood of an observation is
the sum of the logarithms of the choice probabilities along its path. The choice of the right action
at a node of player i is Phi(z) (probit) or Lambda(z) (logit) with

* **agent error** (a normal or logistic error on each action of each agent, standard deviation
  sigma_i):         z = (EU_i(right) - EU_i(left)) / (sqrt 2 sigma_i);
* **private information** (an error on each payoff):
                    z = (EU_i(right) - EU_i(left)) / (sigma_i (sum over outcomes of q^2)^(1/2)),
  where q are the probabilities of the outcomes that the two actions lead to.

With agent error, logit, and all scales one number, this is the agent quantal response equilibrium
of McKelvey and Palfrey at precision 1/(sqrt 2 sigma). Only differences of a player's utilities in
units of its scale are in the data: sigma is one by convention, or utilities are fixed and scales
estimated. For every player but the first the utility of the first outcome below each of its moves
is zero.

Any tree with one move a player on a path can be fitted; with agent error a player may move again
(it then values a later node of its own by its expected payoff), and a logit node may have more
than two actions. Chance moves have known probabilities.

Sources: C. S. Signorino, "Strategic interaction and the statistical analysis of international
conflict", American Political Science Review 93 (1999), 279-297; "Structure and uncertainty in
discrete choice models", Political Analysis 11 (2003), 316-344; C. S. Signorino and A. Tarar,
American Journal of Political Science 50 (2006), 586-605; R. D. McKelvey and T. R. Palfrey,
Experimental Economics 1 (1998), 9-41. The trees are named as in the R package games (B. Kenkel and
C. S. Signorino, 2014).

>>> deter = tree("egame12", actions=("attack", "resist"))
>>> deter.indices
('u1(~attack)', 'u1(attack,~resist)', 'u1(attack,resist)', 'u2(attack,resist)')
>>> zero = [np.zeros(1)] * 4
>>> [(name, float(p[0])) for name, p in deter.events(zero).items()][2:]
[('attack,resist', 0.25), ('attack', 0.5), ('resist | attack', 0.5)]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from negotiate import tolerance
from negotiate.errors import InputError, NotApplicableError, TooLargeError, UnknownNameError
from negotiate.estimation.arithmetic import jets
from negotiate.estimation.arithmetic.jets import Jet
from negotiate.estimation.arithmetic.links import LINKS
from negotiate.estimation.outcomes import Labels, read_labels

Array = NDArray[np.float64]
Errors = Literal["agent", "private"]
Scale = Literal["none", "one", "player"]

ROOT_HALF = 1.0 / np.sqrt(2.0)
OUTCOME_BOUND = 200
"""Outcomes of a tree; each adds an index a player, and work grows with their square."""


@dataclass(frozen=True)
class Outcome:
    """A leaf.

    Attributes
    ----------
    players
        Players whose utility here is an index; that of the others is zero.
    label
        Name, or "" to be named by the path.
    """

    players: tuple[str, ...] = ()
    label: str = ""


@dataclass(frozen=True)
class Move:
    """A decision of a player between two or more actions."""

    player: str
    actions: tuple[tuple[str, Node], ...]


@dataclass(frozen=True)
class Chance:
    """A chance move: (label, probability, what follows)."""

    branches: tuple[tuple[str, float, Node], ...]


Node = Outcome | Move | Chance


def _binary(player: str, left: Node, right: Node) -> Move:
    return Move(player, (("L", left), ("R", right)))


SHAPES: dict[str, Move] = {
    "egame12": _binary("1", Outcome(("1",)), _binary("2", Outcome(("1",)), Outcome(("1", "2")))),
    "egame122": _binary(
        "1",
        _binary("2", Outcome(("1",)), Outcome(("1", "2"))),
        _binary("2", Outcome(("1",)), Outcome(("1", "2"))),
    ),
    "egame123": _binary(
        "1",
        Outcome(("1",)),
        _binary(
            "2",
            Outcome(("1",)),
            _binary("3", Outcome(("1", "2")), Outcome(("1", "2", "3"))),
        ),
    ),
}
"""The trees of the R package games: deterrence, two parallel replies, three movers in a row."""


@dataclass(frozen=True)
class StrategicTree:
    """A tree as a statistical model.

    Attributes
    ----------
    root
        The first move.
    link
        "probit" or "logit".
    errors
        "agent" (on each action of each agent) or "private" (on each payoff).
    scale
        Which standard deviations are estimated: "none" (one by convention), "one" for all
        players, or one a "player"; then some utilities must be fixed.
    names
        Labels of the outcomes, in the order of the leaves; () for the paths.
    heading
        Name of the tree, for people.
    """

    root: Move
    link: str = "probit"
    errors: Errors = "agent"
    scale: Scale = "none"
    names: tuple[str, ...] = ()
    heading: str = "strategic tree"

    def __post_init__(self) -> None:
        for what, given, allowed in (
            ("link", self.link, tuple(LINKS)),
            ("errors", self.errors, ("agent", "private")),
            ("scale", self.scale, ("none", "one", "player")),
        ):
            if given not in allowed:
                raise UnknownNameError(what, str(given), allowed, where=self.heading)
        count = len(self._paths)
        if count > OUTCOME_BOUND:
            raise TooLargeError(
                f"{count} outcomes", where=self.heading, allowed=f"at most {OUTCOME_BOUND}"
            )
        _check(self.root, self)
        if self.names and len(self.names) != count:
            raise InputError(
                f"{len(self.names)} names for {count} outcomes",
                where=self.heading,
                allowed=", ".join(self._paths),
            )
        if len(set(self.outcomes)) != count:
            raise InputError("two outcomes have one name", where=self.heading)

    def __repr__(self) -> str:
        return f"StrategicTree({self.heading}, {self.link}, {self.errors} errors)"

    # Labels

    @property
    def title(self) -> str:
        """Name for people."""
        return f"{self.heading}, {self.link}, {self.errors} errors"

    @cached_property
    def _paths(self) -> tuple[str, ...]:
        return tuple(_join(path) for path, _ in _leaves(self.root))

    @cached_property
    def outcomes(self) -> tuple[str, ...]:
        """Labels of the outcomes, in the order of the leaves."""
        if self.names:
            return self.names
        return tuple(leaf.label or _join(path) for path, leaf in _leaves(self.root))

    @cached_property
    def players(self) -> tuple[str, ...]:
        """Players in the order of their first move."""
        return tuple(dict.fromkeys(move.player for _, move in _moves(self.root)))

    @cached_property
    def utilities(self) -> tuple[tuple[str, int], ...]:
        """(player, number of the outcome) of each utility that is an index."""
        leaves = [leaf for _, leaf in _leaves(self.root)]
        return tuple(
            (player, k)
            for player in self.players
            for k, leaf in enumerate(leaves)
            if player in leaf.players
        )

    @cached_property
    def indices(self) -> tuple[str, ...]:
        """Utilities, then logarithms of the scales that are estimated."""
        names = [f"u{player}({self.outcomes[k]})" for player, k in self.utilities]
        if self.scale == "one":
            names.append("log(sigma)")
        elif self.scale == "player":
            names.extend(f"log(sigma{player})" for player in self.players)
        return tuple(names)

    @cached_property
    def moves(self) -> tuple[tuple[str, Move], ...]:
        """(path to it, move) in preorder."""
        return tuple((_join(path), move) for path, move in _moves(self.root))

    def acting(self, actions: Sequence[str]) -> StrategicTree:
        """The tree with its actions named by the variable of each depth: ``~war`` and ``war``."""
        depth = max(len(path) for path, _ in _leaves(self.root))
        if len(actions) != depth:
            raise InputError(
                f"{len(actions)} action variables for a tree of depth {depth}", where=self.heading
            )
        return replace(self, root=_named(self.root, tuple(actions)), names=())

    # Data

    def read_outcome(self, columns: Mapping[str, NDArray[Any]]) -> tuple[StrategicTree, Array]:
        """Outcomes from one variable with labels, one a depth (actions 0 and 1), or one a leaf.

        One a leaf may hold counts: how often that observation ended there.
        """
        names = tuple(columns)
        depth = max(len(path) for path, _ in _leaves(self.root))
        if len(names) == len(self.outcomes) and len(names) != depth:
            labels = Labels(self.heading, self.outcomes)
            counts = labels.counts(columns)
            model = self if self.names else replace(self, names=names)
            return model, model._taken(counts)
        if len(names) == 1 and depth != 1:
            codes = read_labels(columns[names[0]], self.outcomes, where=names[0])
            return self, self._taken(np.eye(len(self.outcomes))[codes])
        model = self if self.names else self.acting(names)
        bits = np.column_stack([Labels.indicator(columns[name], where=name) for name in names])
        counts = np.zeros((len(bits), len(self.outcomes)))
        for k, (path, _) in enumerate(_leaves(_named(self.root, names))):
            hit = np.ones(len(bits), dtype=bool)
            for depth_, action in enumerate(path):
                hit &= bits[:, depth_] == (not action.startswith("~"))
            counts[:, k] = hit
        return model, model._taken(counts)

    def write_outcome(self, outcome: Array, names: Sequence[str]) -> dict[str, NDArray[Any]]:
        """One column of labels, one indicator a depth, or one count a leaf."""
        counts = self.counts(outcome)
        if len(names) == 1:
            return {names[0]: np.array(self.outcomes)[counts.argmax(axis=1)]}
        if len(names) == len(self.outcomes):
            return {name: counts[:, k].astype(int) for k, name in enumerate(names)}
        bits = np.zeros((len(counts), len(names)), dtype=int)
        for k, (path, _) in enumerate(_leaves(_named(self.root, tuple(names)))):
            for depth, action in enumerate(path):
                bits[:, depth] += (counts[:, k] > 0) * (not action.startswith("~"))
        return {name: bits[:, k] for k, name in enumerate(names)}

    @cached_property
    def _below(self) -> tuple[tuple[tuple[int, ...], ...], ...]:
        """Of each move and action, the outcomes that follow."""
        numbers = {path: k for k, (path, _) in enumerate(_leaves(self.root))}
        out = []
        for path, move in _moves(self.root):
            length = len(path) + 1
            out.append(
                tuple(
                    tuple(k for leaf, k in numbers.items() if leaf[:length] == (*path, label))
                    for label, _ in move.actions
                )
            )
        return tuple(out)

    @property
    def _signed(self) -> bool:
        """Whether an outcome is one column a move: +1 right, -1 left, 0 not reached."""
        return all(len(move.actions) == 2 for _, move in _moves(self.root))

    def _taken(self, counts: Array) -> Array:
        """Counts of outcomes to counts of actions, or to signs where that says it all."""
        columns = [counts[:, list(below)].sum(axis=1) for group in self._below for below in group]
        if self._signed and (counts.sum(axis=1) == 1).all() and (counts.max(axis=1) == 1).all():
            columns = [columns[2 * k + 1] - columns[2 * k] for k in range(len(self._below))]
        return np.asfortranarray(np.column_stack(columns))

    def counts(self, outcome: Array) -> Array:
        """How often each outcome was seen, ``(rows, outcomes)``."""
        signs = outcome.shape[1] == len(self._below) and self._signed
        out = np.zeros((len(outcome), len(self.outcomes)))
        column = 0
        for m, group in enumerate(self._below):
            for a, below in enumerate(group):
                if len(below) == 1:
                    seen = (outcome[:, m] == (1 if a else -1)) if signs else outcome[:, column + a]
                    out[:, below[0]] = seen
            column += len(group)
        return out

    # The model

    def log_likelihood(self, eta: Sequence[Any], outcome: Array) -> Jet:
        """Sum over the moves on the path of the logarithm of the choice probability."""
        steps = self._induction(jets.seeds(eta))
        rows = len(outcome)
        total = Jet(np.zeros(rows), {}, {})
        log_cdf = LINKS[self.link].log_cdf
        if outcome.shape[1] == len(steps) and self._signed:
            for (z,), sign in zip(steps, outcome.T):  # sign: +1 right, -1 left, 0 not reached
                reached = np.abs(sign)
                at = log_cdf(Jet(sign * z.value, {0: 1.0}, {}))
                total = total + z.through(
                    at.value * reached, at.first[0] * sign, at.second[0, 0] * reached
                )
            return total
        column = 0
        for indices, group in zip(steps, self._below):
            taken = outcome[:, column : column + len(group)]
            column += len(group)
            if len(group) == 2:
                z = indices[0]
                total = total + log_cdf(z) * taken[:, 1] + log_cdf(-z) * taken[:, 0]
            else:
                for a, log_probability in enumerate(_log_shares(indices)):
                    total = total + log_probability * taken[:, a]
        return total

    def events(self, eta: Sequence[Any]) -> dict[str, Any]:
        """Probability of every outcome, and of every action where its move is reached."""
        steps = self._induction(eta)
        choices = [
            _shares(indices) if len(indices) > 1 else _both(LINKS[self.link].cdf, indices[0])
            for indices in steps
        ]
        outcomes: dict[str, Any] = {}
        labels = iter(self.outcomes)
        turns = iter(choices)

        def walk(node: Node, chance: Any) -> None:
            if isinstance(node, Outcome):
                outcomes[next(labels)] = chance
            elif isinstance(node, Chance):
                for _, odds, after in node.branches:
                    walk(after, odds * chance)
            else:
                for probability, (_, after) in zip(next(turns), node.actions):
                    walk(after, probability * chance)

        walk(self.root, 1.0)
        given: dict[str, Any] = {}
        for (path, move), probabilities in zip(self.moves, choices):
            for (label, _), probability in zip(move.actions[1:], probabilities[1:]):
                given[f"{label} | {path}" if path else label] = probability
        return {**outcomes, **{k: v for k, v in given.items() if k not in outcomes}}

    def simulate(self, eta: Sequence[Array], rng: np.random.Generator) -> Array:
        """One outcome a row."""
        events = self.events(eta)
        chances = np.column_stack([events[label] for label in self.outcomes])
        cut = rng.random(len(chances))[:, None] > np.cumsum(chances, axis=1)[:, :-1]
        return self._taken(np.eye(len(self.outcomes))[cut.sum(axis=1)])

    def _induction(self, eta: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Indices of every move, in preorder: z of the right action, or one utility an action."""
        number = {pair: k for k, pair in enumerate(self.utilities)}
        inverse: dict[str, Any] = {}
        first = len(self.utilities)
        if self.scale != "none":
            for k, player in enumerate(self.players):
                log_scale = eta[first + (k if self.scale == "player" else 0)]
                inverse[player] = jets.exp(-log_scale)
        leaf = iter(range(len(self.outcomes)))
        found: list[tuple[Any, ...]] = []
        cdf = LINKS[self.link].cdf

        def values(node: Node) -> tuple[dict[str, Any], list[Any]]:
            """Expected utilities of the players, and probabilities of the outcomes below."""
            if isinstance(node, Outcome):
                k = next(leaf)
                return {p: eta[number[p, k]] for p in node.players}, [1.0]
            if isinstance(node, Chance):
                parts = [(odds, *values(after)) for _, odds, after in node.branches]
                return _mean([odds for odds, _, _ in parts], [u for _, u, _ in parts]), [
                    odds * q for odds, _, qs in parts for q in qs
                ]
            place = len(found)
            found.append(())
            below = [values(after) for _, after in node.actions]
            own = [u.get(node.player, 0.0) for u, _ in below]
            scale = inverse.get(node.player, 1.0)
            if len(own) == 2:
                if self.errors == "agent":
                    scale = scale * ROOT_HALF
                else:
                    squares: Any = sum((jets.square(q) for _, qs in below for q in qs), start=0.0)
                    scale = scale * jets.inverse_root(squares)
                z = (own[1] - own[0]) * scale
                if not isinstance(z, Jet) and np.ndim(z) == 0:  # no utility of the player below
                    z = z + 0.0 * eta[0]
                found[place] = (z,)
                right = cdf(z)
                shares = [1.0 - right, right]
            else:
                found[place] = tuple(u * (scale * ROOT_HALF) + 0.0 * eta[0] for u in own)
                shares = _shares(found[place])
            if node is self.root:  # nobody looks at the tree from above
                return {}, []
            return _mean(shares, [u for u, _ in below]), [
                share * q for share, (_, qs) in zip(shares, below) for q in qs
            ]

        values(self.root)
        return found


def tree(
    shape: str | Move,
    *,
    link: str = "probit",
    errors: Errors = "agent",
    scale: Scale = "none",
    actions: Sequence[str] = (),
    outcomes: Sequence[str] = (),
) -> StrategicTree:
    """A strategic tree as a statistical model.

    Parameters
    ----------
    shape
        "egame12", "egame122", "egame123", or a `Move`.
    link
        "probit" or "logit".
    errors
        "agent" (on each action of each agent) or "private" (on each payoff).
    scale
        "none", "one" (for all players) or "player": scales that are estimated, which needs fixed
        utilities.
    actions
        Names of the right-hand action at each depth, as in the data ("esc", "war").
    outcomes
        Names of the outcomes in the order of the leaves, as in the data.

    Raises
    ------
    UnknownNameError
        A shape, link, or kind of error that does not exist.

    Examples
    --------
    >>> tree("egame123", link="logit").indices[:3]
    ('u1(L)', 'u1(RL)', 'u1(RRL)')
    """
    if isinstance(shape, str):
        if shape not in SHAPES:
            raise UnknownNameError("tree", shape, SHAPES)
        root, heading = SHAPES[shape], shape
    else:
        root, heading = shape, "strategic tree"
    model = StrategicTree(root, link, errors, scale, tuple(outcomes), heading)
    return model.acting(tuple(actions)) if actions else model


# Walking


def _leaves(node: Node, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Outcome]]:
    if isinstance(node, Outcome):
        yield path, node
        return
    branches = node.actions if isinstance(node, Move) else [(b[0], b[2]) for b in node.branches]
    for label, after in branches:
        yield from _leaves(after, (*path, label))


def _moves(node: Node, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Move]]:
    if isinstance(node, Outcome):
        return
    if isinstance(node, Move):
        yield path, node
    branches = node.actions if isinstance(node, Move) else [(b[0], b[2]) for b in node.branches]
    for label, after in branches:
        yield from _moves(after, (*path, label))


def _join(path: Sequence[str]) -> str:
    return ("" if all(len(action) == 1 for action in path) else ",").join(path)


def _named(node: Node, actions: tuple[str, ...]) -> Any:
    """The tree with ``~x`` and ``x`` for the two actions of the depth whose variable is x."""
    if isinstance(node, Outcome):
        return node
    if isinstance(node, Chance) or len(node.actions) != 2:
        raise NotApplicableError(
            "action variables name the moves of trees with two actions a move and no chance",
            remedy="give outcomes by their labels",
        )
    labels = (f"~{actions[0]}", actions[0])
    return Move(
        node.player,
        tuple(
            (label, _named(after, actions[1:])) for label, (_, after) in zip(labels, node.actions)
        ),
    )


def _check(node: Node, model: StrategicTree, above: tuple[str, ...] = ()) -> None:
    """Refuse what the choice of link and errors has no formula for."""
    if isinstance(node, Outcome):
        return
    if isinstance(node, Chance):
        total = sum(odds for _, odds, _ in node.branches)
        if abs(total - 1.0) > tolerance.WEIGHT_SUM or min(odds for _, odds, _ in node.branches) < 0:
            raise InputError(f"chance probabilities sum to {total:g}", where=model.heading)
        for _, _, after in node.branches:
            _check(after, model, above)
        return
    if len(node.actions) < 2:
        raise InputError("a move has one action", where=model.heading, allowed="two or more")
    if model.errors == "private" and node.player in above:
        raise NotApplicableError(
            f"player {node.player} moves twice on a path, and under private information its first"
            " choice tells of its later payoffs",
            where=model.heading,
            remedy="use errors='agent'",
        )
    if len(node.actions) > 2 and (model.link != "logit" or model.errors != "agent"):
        raise NotApplicableError(
            "a move has more than two actions",
            where=model.heading,
            allowed="link='logit', errors='agent'",
        )
    for _, after in node.actions:
        _check(after, model, (*above, node.player))


def _mean(shares: Sequence[Any], utilities: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for share, utility in zip(shares, utilities):
        for player, u in utility.items():
            out[player] = out[player] + share * u if player in out else share * u
    return out


def _both(cdf: Any, z: Any) -> list[Any]:
    return [cdf(-z), cdf(z)]


def _shares(utilities: Sequence[Any]) -> list[Any]:
    return [jets.exp(log_share) for log_share in _log_shares(utilities)]


def _log_shares(utilities: Sequence[Any]) -> list[Any]:
    """Logit log-probabilities of actions, shifted by the largest utility for safety."""
    top = np.max([np.asarray(jets.value(u)) for u in utilities], axis=0)
    shifted = [u - top for u in utilities]
    total: Any = sum((jets.exp(u) for u in shifted), start=0.0)
    log_total = jets.log(total)
    return [u - log_total for u in shifted]
