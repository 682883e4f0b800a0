r"""Extensive games: who moves when, knowing what.

An extensive game is a rooted tree whose inner nodes belong to a player or to chance, a partition
of each player's nodes into **information sets** (what the mover cannot tell apart, so all with the
same actions), probabilities at chance nodes and payoffs. Payoffs may stand at inner nodes too and
are then earned on the way: a path pays the sum of what lies on it.

Nodes are rows of arrays, in preorder, so that the subtree of a node is a slice; building, checking
and solving are linear in the nodes. Payoffs and chance probabilities are fractions, floats (with
any leading draw axes) or SymPy expressions.

Source: H. W. Kuhn, "Extensive games and the problem of information", Contributions to the Theory
of Games II (1953), pp. 193-216; M. J. Osborne and A. Rubinstein, A Course in Game Theory (1994),
definitions 200.1 (extensive game), 203.3 (perfect recall); R. Selten, International Journal of
Game Theory 4 (1975), pp. 25-55 (subgames, p. 33).

>>> from negotiate.extensive.build import GameTree
>>> tree = GameTree(["Entrant", "Incumbent"], title="Entry deterrence")
>>> entry = tree.root.move("Entrant", ["out", "in"])
>>> reply = entry["in"].move("Incumbent", ["fight", "yield"])
>>> entry["out"].pays(0, 2); reply["fight"].pays(-1, -1); reply["yield"].pays(1, 1)
>>> game = tree.build()
>>> game.count, [game.history(root) for root in game.subgames()], game.perfect_recall().holds
(5, [(), ('in',)], True)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from negotiate.case.game_file import as_case
from negotiate.declare import Playable, game, reads
from negotiate.errors import InputError, TooLargeError, UnknownNameError
from negotiate.extensive import _tree_checks
from negotiate.extensive._metrics import METRICS, Solved, measure, solved
from negotiate.extensive.arithmetic import tree
from negotiate.extensive.arithmetic.backward_induction import CHANCE, LEAF
from negotiate.solution import Evidence

KIND = "extensive"

NODE_BOUND = 5_000_000
"""Nodes a game may have; a game of this size takes about a gigabyte."""


class InformationSet(NamedTuple):
    """An information set by its labels: its player ("" for chance), name, actions, node numbers."""

    player: str
    label: str
    actions: tuple[str, ...]
    nodes: tuple[int, ...]


@game(
    "extensive",
    title="Extensive game",
    short="extensive",
    default=("subgame_perfect",),
    metrics=METRICS,
)
@dataclass(frozen=True, eq=False)
class ExtensiveGame(Playable):
    """A finite extensive game.

    Attributes
    ----------
    players
        Labels, distinct.
    parent
        (nodes,) in preorder; -1 at the root.
    action
        (nodes,) which action of the parent's information set leads here; -1 at the root.
    information_set
        (nodes,) number of the node's information set, -1 at a leaf. Chance nodes have sets too
        (Gambit's events); they carry no information.
    owner
        (sets,) player who moves there, -1 for chance.
    set_labels, set_actions
        Name of each set, distinct within its player, and the labels of its actions.
    outcome
        (nodes,) row of ``payoffs`` earned at the node, -1 for none.
    payoffs
        (..., outcomes, players).
    chance
        (..., nodes) probability of the node given its parent; 1 below a player's node.
    outcome_labels, node_labels
        Names, or empty where there are none.
    title, note
        For people.
    origin
        The parameter file that the game was read from, for `as_case`.
    """

    players: tuple[str, ...]
    parent: NDArray[np.int64]
    action: NDArray[np.int64]
    information_set: NDArray[np.int64]
    owner: NDArray[np.int64]
    set_labels: tuple[str, ...]
    set_actions: tuple[tuple[str, ...], ...]
    outcome: NDArray[np.int64]
    payoffs: NDArray[Any]
    chance: NDArray[Any]
    outcome_labels: tuple[str, ...] = ()
    node_labels: tuple[str, ...] = ()
    title: str = ""
    note: str = ""
    origin: Mapping[str, Any] | None = field(default=None, repr=False)

    _view: ClassVar[str] = "negotiate.extensive.views.game"

    def __post_init__(self) -> None:
        if len(self.parent) > NODE_BOUND:
            raise TooLargeError(
                f"the tree has {len(self.parent):,} nodes",
                where=self.title or "game tree",
                allowed=f"at most {NODE_BOUND:,}",
            )
        for name in ("parent", "action", "information_set", "owner", "outcome"):
            array = np.array(getattr(self, name), dtype=np.int64)
            array.setflags(write=False)
            object.__setattr__(self, name, array)
        for name in ("payoffs", "chance"):
            array = np.array(getattr(self, name))
            array.setflags(write=False)
            object.__setattr__(self, name, array)
        _tree_checks.check(self)

    # Reading it

    @property
    def count(self) -> int:
        """Number of nodes."""
        return len(self.parent)

    @property
    def draws(self) -> tuple[int, ...]:
        """Leading axes of the payoffs and chance probabilities; () for one game."""
        return np.broadcast_shapes(self.payoffs.shape[:-2], self.chance.shape[:-1])

    @property
    def exact(self) -> bool:
        """Whether the numbers are fractions (or expressions), not floats."""
        return bool(self.payoffs.dtype == object and self.chance.dtype == object)

    @cached_property
    def symbolic(self) -> bool:
        """Whether a payoff or probability is a SymPy expression."""
        return any(
            hasattr(kind, "free_symbols")
            for array in (self.payoffs, self.chance)
            if array.dtype == object
            for kind in set(map(type, array.reshape(-1).tolist()))
        )

    @cached_property
    def mover(self) -> NDArray[np.int64]:
        """(nodes,) player who moves; -1 chance, -2 leaf."""
        if len(self.owner) == 0:
            return np.full(self.count, LEAF, dtype=np.int64)
        return np.where(self.information_set < 0, LEAF, self.owner[self.information_set])

    @cached_property
    def end(self) -> NDArray[np.int64]:
        """(nodes,) one past the last node of the subtree."""
        return tree.subtree_end(self.parent)

    @cached_property
    def depth(self) -> NDArray[np.int64]:
        """(nodes,) moves from the root."""
        return tree.depth(self.parent)

    @cached_property
    def children(self) -> tuple[tuple[int, ...], ...]:
        """Children of each node, in the order of its actions."""
        out: list[list[int]] = [[] for _ in range(self.count)]
        for node, up in enumerate(self.parent.tolist()):
            if up >= 0:
                out[up].append(node)
        return tuple(map(tuple, out))

    @cached_property
    def members(self) -> tuple[tuple[int, ...], ...]:
        """Node numbers of each information set."""
        out: list[list[int]] = [[] for _ in self.set_labels]
        for node, index in enumerate(self.information_set.tolist()):
            if index >= 0:
                out[index].append(node)
        return tuple(map(tuple, out))

    def information_sets(self, player: str | None = None) -> tuple[InformationSet, ...]:
        """The information sets of a player (``""`` for chance), or of all players."""
        if player and player not in self.players:
            raise UnknownNameError("player", player, self.players, where=self.title)
        wanted = None if player is None else self.players.index(player) if player else CHANCE
        return tuple(
            InformationSet(
                self.players[who] if who >= 0 else "",
                self.set_labels[index],
                self.set_actions[index],
                self.members[index],
            )
            for index, who in enumerate(self.owner.tolist())
            if (who >= 0 if wanted is None else who == wanted)
        )

    def node_payoffs(self) -> NDArray[Any]:
        """(..., nodes, players) what each node pays when it is reached."""
        zero = np.zeros((*self.payoffs.shape[:-2], 1, len(self.players)), dtype=self.payoffs.dtype)
        rows = np.concatenate([self.payoffs, zero], axis=-2)
        return np.asarray(rows[..., self.outcome, :])

    def path_payoffs(self) -> NDArray[Any]:
        """(..., nodes, players) what has been earned on the way to each node, itself included."""
        return tree.path_sums(self.parent, self.node_payoffs())

    def leaves(self) -> NDArray[np.int64]:
        """Numbers of the terminal nodes."""
        return np.flatnonzero(self.information_set < 0)

    def history(self, node: int) -> tuple[str, ...]:
        """Labels of the actions that lead to a node."""
        out = []
        while node > 0:
            up = int(self.parent[node])
            out.append(self.set_actions[self.information_set[up]][self.action[node]])
            node = up
        return tuple(reversed(out))

    # Its structure

    @cached_property
    def perfect_information(self) -> bool:
        """Whether every player's information set is a single node."""
        sizes = np.bincount(
            self.information_set[self.mover >= 0], minlength=len(self.set_labels) or 1
        )
        return bool((sizes <= 1).all())

    def perfect_recall(self) -> Evidence:
        """Whether no player ever forgets what they knew or did; the witness says who forgets what.

        Every node of an information set must follow the same own earlier information sets and
        actions (Osborne and Rubinstein 1994, definition 203.3). The value counts the sets where
        this fails.
        """
        return _tree_checks.perfect_recall(self)

    def subgames(self) -> tuple[int, ...]:
        """Nodes at which a subgame starts, in preorder; the root is the first.

        A subgame starts at an inner node if no information set joins nodes inside its subtree
        with nodes outside (Selten 1975, p. 33).
        """
        return self._subgames

    @cached_property
    def _subgames(self) -> tuple[int, ...]:
        return _tree_checks.subgames(self)

    # Going elsewhere

    def as_case(self) -> Any:
        """The file's quantities as a case (a `Negotiation`), to draw, move and ask what if.

        >>> from negotiate.loading import load
        >>> load("entry-deterrence").as_case().principals
        ('Entrant', 'Incumbent')
        """
        if self.origin is None:
            raise InputError(
                "the game was not read from a parameter file", where=self.title or "game tree",
                allowed='a file of kind = "extensive" with its quantities',
            )  # fmt: skip
        return as_case(self.origin, KIND, ("tree", "node", "nodes", "root"))

    @cached_property
    def _induced(self) -> Solved:
        return solved(self)

    def measure(self, name: str) -> Any:
        """One metric of the game by its name, over its draws: ``payoff.Incumbent``, ``path``.

        From one backward induction, kept; so the game is one of perfect information.
        """
        return measure(self._induced, name)

    def floats(self) -> ExtensiveGame:
        """The same game with float numbers."""
        return self.with_numbers(
            payoffs=np.array(self.payoffs, dtype=np.float64),
            chance=np.array(self.chance, dtype=np.float64),
        )

    def with_numbers(
        self, *, payoffs: NDArray[Any] | None = None, chance: NDArray[Any] | None = None
    ) -> ExtensiveGame:
        """The same tree with other payoffs (..., outcomes, players) or chance (..., nodes)."""
        return replace(
            self,
            payoffs=self.payoffs if payoffs is None else payoffs,
            chance=self.chance if chance is None else chance,
            origin=None,
        )

    def to_strategic(self, *, bound: int | None = None) -> Any:
        """The normal form: one strategy per plan for all of a player's information sets."""
        from negotiate.extensive import _tree_strategic as strategic

        return strategic.normal_form(self, bound=bound or strategic.CELL_BOUND)

    def to_reduced_strategic(self, *, bound: int | None = None) -> Any:
        """The reduced normal form: plans that differ only where they never lead are one."""
        from negotiate.extensive import _tree_strategic as strategic

        return strategic.reduced_normal_form(self, bound=bound or strategic.CELL_BOUND)

    def to_efg(self) -> str:
        """The game in Gambit's file format."""
        from negotiate.extensive import efg as _gambit_efg

        return _gambit_efg.dumps(self)

    def to_networkx(self) -> Any:
        """A `networkx.DiGraph`; see `negotiate.extensive._tree_graph`."""
        from negotiate.extensive._tree_graph import to_networkx

        return to_networkx(self)

    def to_pygambit(self) -> Any:
        """A `pygambit.Game`; needs the extra ``gambit``."""
        from negotiate.extensive._tree_graph import to_pygambit

        return to_pygambit(self)

    @classmethod
    def from_pygambit(cls, game: Any) -> ExtensiveGame:
        """A game from a `pygambit.Game`, handed over in the ``.efg`` format."""
        from negotiate.extensive._tree_graph import from_pygambit

        return from_pygambit(game)

    def to_dict(self) -> dict[str, Any]:
        """The nested description that `from_dict` reads, with numbers as texts."""
        from negotiate.extensive import _tree_tables

        return _tree_tables.to_dict(self)


def from_dict(
    data: Mapping[str, Any], *, quantities: Mapping[str, Any] | None = None, where: str = ""
) -> ExtensiveGame:
    """A game from a parameter file (``kind = "extensive"``) read into a mapping.

    See `negotiate.extensive._tree_tables` for the three layouts: nested, by history, by node name.
    """
    from negotiate.extensive import _tree_tables

    return _tree_tables.from_dict(data, quantities=quantities, where=where)


def from_arrays(players: Sequence[str], **arrays: Any) -> ExtensiveGame:
    """A game from arrays over nodes, the quick way to a large tree.

    See `negotiate.extensive._tree_arrays.from_arrays`: ``parent``, ``mover``, ``payoffs``,
    ``chance``,
    ``information_set``, ``action_labels``, ``title``.
    """
    from negotiate.extensive import _tree_arrays

    return _tree_arrays.from_arrays(players, **arrays)


@reads("extensive")
def read(path: str | Path) -> ExtensiveGame:
    """A game from a ``.toml`` or ``.efg`` file."""
    from negotiate.extensive import _tree_tables
    from negotiate.extensive import efg as _gambit_efg

    path = Path(path)
    if path.suffix == ".efg":
        return _gambit_efg.read(path)
    if path.suffix == ".toml":
        return _tree_tables.read(path)
    raise InputError(
        f"'{path.suffix}' is no file of extensive games", where=str(path), allowed=".toml or .efg"
    )
