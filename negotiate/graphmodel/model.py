r"""Graph models: decision makers, states, the moves of each, and what each prefers.

A graph model (Kilgour, Hipel and Fang 1987, Automatica 23:41-55; Fang, Hipel and Kilgour 1993,
Interactive Decision Making, Wiley) is a set N of decision makers, a set S of states, for each
:math:`i \in N` a directed graph on S whose arcs are the moves that i can make alone, and for each
i a preference over S. In **option form** a state says which options are taken; a decision maker
moves by changing any of its own options at once, if the state that results is feasible and no
option goes a way it cannot go (an abandoned plant does not reopen). Payoffs are ordinal: nothing
here takes an expectation.

The prisoners' dilemma, one option each:

>>> from negotiate.graphmodel.build import option_model
>>> model = option_model(
...     ["Row", "Column"],
...     [Option("row_confesses", "Row"), Option("column_confesses", "Column")],
...     preferences={
...         "Row": {"statements": ["not column_confesses", "row_confesses"]},
...         "Column": {"statements": ["not row_confesses", "column_confesses"]},
...     },
... )
>>> model
<GraphModel: 2 decision makers, 4 states, 2 options>
>>> model.moves[0].of(0).tolist(), model.states[1]
([1], 'row_confesses')
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from negotiate.case.game_file import as_case as file_as_case
from negotiate.case.negotiation import Negotiation
from negotiate.declare import Playable, game
from negotiate.errors import InputError, UnknownNameError
from negotiate.graphmodel.arithmetic.arcs import Arcs
from negotiate.graphmodel.preference import Preference
from negotiate.graphmodel.statements import true_of

KIND = "graph"
MODEL_KEYS = (
    "option",
    "states",
    "moves",
    "infeasible",
    "required",
    "same",
    "labels",
    "forbidden",
    "numbered",
    "preferences",
    "status_quo",
)
"""Keys of a file that make the model."""

MAX_OPTIONS = 20
"""Options of a model: all combinations, a million, are written out before the infeasible go."""

MAX_STATES = 1 << 16
"""Feasible states."""

MAX_ARCS = 1 << 25
"""Moves of all decision makers together; 8 bytes each."""

MAX_PLAYERS = 20
"""Decision makers."""

DIRECTIONS = ("both", "forward", "back")
"""Ways an option can go: taken and given up, only taken, only given up."""


@dataclass(frozen=True)
class Option:
    """One option of one decision maker.

    Attributes
    ----------
    id
        Short name, used in statements and labels.
    owner
        Decision maker who takes it or not.
    name
        Name in words; the id if not given.
    direction
        "both", "forward" (once taken it stays taken), "back" (once given up it stays so).
    """

    id: str
    owner: str
    name: str = ""
    direction: str = "both"

    @property
    def label(self) -> str:
        """Name in words."""
        return self.name or self.id


@dataclass(frozen=True)
class Step:
    """One step of the path that history took.

    Attributes
    ----------
    state
        Label of the state.
    by
        Who moved there; empty for the first.
    when
        Date, as the file has it.
    note
        What happened.
    source
        Ids of sources.
    """

    state: str
    by: tuple[str, ...] = ()
    when: str = ""
    note: str = ""
    source: tuple[str, ...] = ()


@game(
    "graph",
    title="Graph model of a conflict",
    short="graph model",
    default=(
        "nash_stability",
        "general_metarational",
        "symmetric_metarational",
        "sequential_stability",
    ),
)
@dataclass(frozen=True, eq=False)
class GraphModel(Playable):
    """A graph model, see the module.

    Attributes
    ----------
    players
        Decision makers.
    states
        Labels of the states.
    moves
        Arcs of each decision maker.
    preferences
        Preference of each decision maker.
    options
        Options, in option form; else empty.
    table
        Options taken, boolean, shape ``(combinations, options)``; in option form.
    choices
        What each decision maker has chosen in each combination, as a number, shape
        ``(combinations, players)``; None where states are not made of choices.
    member
        State of each combination, shape ``(combinations,)``: several combinations may be one
        state.
    status_quo
        Label of the state the conflict is in; empty if not told.
    path
        The path that history took.
    title, note
        Words.
    utilities
        Utilities as floats, shape ``(..., players, states)``, leading axes being draws, where the
        model was compiled from a case in floats; rankings then only stand for them.
    slack
        Differences of ``utilities`` up to this are ties.
    extra
        What a file carried along: sources, expected answers.
    """

    players: tuple[str, ...]
    states: tuple[str, ...]
    moves: tuple[Arcs, ...]
    preferences: tuple[Preference, ...]
    options: tuple[Option, ...] = ()
    table: np.ndarray | None = None
    choices: np.ndarray | None = None
    member: np.ndarray | None = None
    status_quo: str = ""
    path: tuple[Step, ...] = ()
    title: str = ""
    note: str = ""
    utilities: np.ndarray | None = field(default=None, repr=False)
    slack: float = 0.0
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)

    _view = "negotiate.graphmodel.view"

    def __post_init__(self) -> None:
        for array in (self.table, self.choices, self.member, self.utilities):
            if array is not None:
                array.setflags(write=False)
        object.__setattr__(self, "_index", {name: k for k, name in enumerate(self.states)})

    def __repr__(self) -> str:
        form = f", {len(self.options)} options" if self.options else ""
        title = f" '{self.title}'" if self.title else ""
        return (
            f"<GraphModel{title}: {len(self.players)} decision makers, "
            f"{len(self.states)} states{form}>"
        )

    def state(self, name: str) -> int:
        """Index of a state by its label, or by a statement that only one state fulfils.

        Parameters
        ----------
        name
            Label, pattern of Y and N, or statement on options.

        Returns
        -------
        int
            Index into ``states``.

        Raises
        ------
        UnknownNameError
            If no state bears the label.
        InputError
            If a statement fits no state or several.
        """
        index: dict[str, int] = getattr(self, "_index")  # noqa: B009  # set in __post_init__
        if name in index:
            return index[name]
        if self.table is None or self.member is None:
            raise UnknownNameError("state", name, self.states)
        ids = [option.id for option in self.options]
        try:
            fits = np.unique(self.member[true_of(name, self.table, ids)])
        except UnknownNameError as error:
            raise UnknownNameError("state", name, self.states) from error
        if len(fits) != 1:
            raise InputError(
                f"'{name}' fits {len(fits)} states", where="state", allowed="exactly one"
            )
        return int(fits[0])

    def player(self, name: str) -> int:
        """Index of a decision maker by its name."""
        if name not in self.players:
            raise UnknownNameError("decision maker", name, self.players)
        return self.players.index(name)

    def taken(self, state: int) -> tuple[bool | None, ...]:
        """Options taken in a state; None where the combinations that it stands for differ."""
        if self.table is None or self.member is None:
            return ()
        rows = self.table[self.member == state]
        return tuple(bool(column[0]) if (column == column[0]).all() else None for column in rows.T)

    def as_case(self) -> Negotiation:
        """The file's quantities as a case, to draw, move and ask what if.

        Returns
        -------
        Negotiation
            Without issues; its principals are the decision makers.

        Raises
        ------
        InputError
            If the model was not read from a parameter file.
        """
        origin = self.extra.get("origin")
        if origin is None:
            raise InputError(
                "the model was not read from a parameter file",
                where=self.title or "graph model",
                allowed='a file of kind = "graph" with its quantities',
            )
        return file_as_case(origin, KIND, MODEL_KEYS)

    @property
    def draws(self) -> tuple[int, ...]:
        """Shape of the draws; empty for one problem."""
        return () if self.utilities is None else self.utilities.shape[:-2]

    @property
    def is_ranked(self) -> bool:
        """Whether every preference is a ranking."""
        return all(preference.is_ranking for preference in self.preferences)

    def ranks(self) -> np.ndarray:
        """Ranks of the states for each decision maker, floats, shape ``(players, states)``."""
        return np.stack([np.asarray(p.rank, dtype=float) for p in self.preferences])


def words(model: GraphModel, state: str | int) -> str:
    """A state in words: the options taken, by their names.

    Parameters
    ----------
    model
        The model.
    state
        Label or index.

    Returns
    -------
    str
        Such as ``"Modify, Accept"``; the label where there are no options.

    Examples
    --------
    >>> from negotiate.graphmodel.build import option_model
    >>> model = option_model(["A"], [Option("go", "A", "Go to war")], preferences={"A": {
    ...     "statements": ["go"]}})
    >>> words(model, "go"), words(model, "none")
    ('Go to war', 'no option taken')
    """
    at = state if isinstance(state, int) else model.state(state)
    taken = model.taken(at)
    if not taken:
        return model.states[at]
    names = [option.label for option, is_taken in zip(model.options, taken) if is_taken]
    return ", ".join(names) or "no option taken"


def number(value: Any) -> Fraction | int | float:
    """A rank or a utility as it is shown: integers stay integers.

    >>> number(Fraction(4, 2)), number(Fraction(1, 3))
    (2, Fraction(1, 3))
    """
    if isinstance(value, Fraction) and value.denominator == 1:
        return int(value)
    return value  # type: ignore[no-any-return]
