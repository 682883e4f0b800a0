"""The doors that need no room: solve anything by name, list what there is, write a report.

>>> solve("chicken").concept
'nash_equilibrium'
>>> solve("idlib-2020", "mediation").complete
True
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from negotiate import declare
from negotiate.case.negotiation import Negotiation
from negotiate.declare import Concept, Game, NamedMetric, Playable
from negotiate.errors import NotApplicableError
from negotiate.loading import load as load_any
from negotiate.solution import Solution


def load(case: str | Path) -> Negotiation:
    """The negotiation of a case file.

    Parameters
    ----------
    case
        Id of a shipped case, or path of a file.

    Returns
    -------
    Negotiation

    Raises
    ------
    CaseError
        With every finding of the file at once.
    NotApplicableError
        Where the file holds a game; `negotiate.open` opens games.

    Examples
    --------
    >>> load("idlib-2020").principals
    ('russia', 'turkey')
    """
    found = load_any(case)
    if not isinstance(found, Negotiation):
        raise NotApplicableError(
            f"{case} holds a game of kind {declare.kind_of(found)}",
            where="load",
            allowed='a case (kind = "negotiation")',
            remedy="negotiate.open opens games",
        )
    return found


def open(file: str | Path) -> Any:
    """The game in a file: a parameter file of any kind, Gambit's ``.nfg`` and ``.efg`` ...

    Parameters
    ----------
    file
        Id of a shipped game, or path of a file.

    Returns
    -------
    A game, or a `Negotiation`
        Of the type that the file's kind says.

    Examples
    --------
    >>> open("chicken").players
    ('Row', 'Column')
    """
    return load_any(file)


def solve(thing: Any, game: str = "", *, concept: str = "", **settings: Any) -> Solution:
    """Solve a game, or a game of a case, by name: the command line's and the teacher's door.

    Parameters
    ----------
    thing
        A game, a negotiation, or the id or path of either.
    game
        For a negotiation: which game to compile, ``bargaining`` if left out; see `games`.
    concept
        By which concept; the game's own first answer if left out; see `concepts`.
    settings
        Keyword arguments of the concept.

    Returns
    -------
    Solution

    Raises
    ------
    UnknownNameError, NotApplicableError
        With the names there are.

    Examples
    --------
    >>> [str(point.label) for point in solve("idlib-2020", "mediation")]
    ['babbling']
    """
    if isinstance(thing, (str, Path)):
        thing = load_any(thing)
    if isinstance(thing, Negotiation):
        thing = declare.load("compiles", game or "bargaining")(thing)
    elif game and game != declare.kind_of(thing):
        raise NotApplicableError(f"a {declare.kind_of(thing)} game is no {game} game")
    if not isinstance(thing, Playable):
        raise NotApplicableError(f"a {type(thing).__name__}", allowed="a game or a case")
    return thing.solve(concept.replace("-", "_"), **settings)


def game(case: Negotiation | str | Path, name: str, **settings: Any) -> Any:
    """A game of a case by name, or what is judged of it (``deal``, ``durability``).

    Parameters
    ----------
    case
        A negotiation, or the id or path of one.
    name
        Which game; see `games`.
    settings
        Keyword arguments of the function that compiles it: ``commitment``, ``levers`` ...

    Returns
    -------
    A game

    Examples
    --------
    >>> game("idlib-2020", "mediation").solve()[0].label
    'babbling'
    """
    if not isinstance(case, Negotiation):
        case = load(case)
    return declare.load("compiles", name)(case, **settings)


def concepts(game: str = "") -> tuple[Concept[Any], ...]:
    """Solution concepts, all or those that solve one kind of game.

    Parameters
    ----------
    game
        Id of a kind of game.

    Returns
    -------
    tuple of Concept
        With title, axioms, citations; for one kind its defaults stand first.

    Examples
    --------
    >>> concepts("bargaining")[0]
    <Concept nash_bargaining: Nash bargaining solution>
    """
    names = declare.concepts_of(game) if game else declare.names("concept")
    return tuple(declare.concept_named(name) for name in names)


def games() -> tuple[Game, ...]:
    """Every kind of game, with its title and the concepts that solve it.

    Returns
    -------
    tuple of Game

    Examples
    --------
    >>> "mediation" in [game.name for game in games()]
    True
    """
    return tuple(declare.game_named(name) for name in declare.names("game"))


def metrics(case: Negotiation | str | Path, pattern: str = "*") -> tuple[NamedMetric, ...]:
    """What a sweep of ``case`` can record, with unit and meaning.

    Parameters
    ----------
    case
        A negotiation, or the id or path of one.
    pattern
        With ``*`` for anything, dots included: ``bargaining.nash*``; without ``*``, whatever
        contains it: ``escalation``.

    Returns
    -------
    tuple of NamedMetric

    Examples
    --------
    >>> [str(m) for m in metrics("idlib-2020", "deal.margin.*")][0]
    'deal.margin.russia'
    """
    import fnmatch

    from negotiate.whatif import metric

    if not isinstance(case, Negotiation):
        case = load(case)
    known = metric.declared(case)
    there = set(metric.available(case))
    if not set(pattern) & set("*?["):
        pattern = f"*{pattern}*"
    return tuple(
        item for name, item in known.items() if name in there and fnmatch.fnmatchcase(name, pattern)
    )


def report(
    case: Negotiation | str | Path,
    path: str | Path,
    *,
    draws: int = 2_000,
    seed: int = 0,
    sections: Sequence[str] = (),
    length: str = "standard",
) -> tuple[Path, ...]:
    """Write the report of a case: HTML (self-contained), Markdown or PDF, by the suffix.

    Parameters
    ----------
    case
        A negotiation, or the id or path of one.
    path
        File to write.
    draws
        Joint samples of all uncertain quantities.
    seed
        Seed of the draws.
    sections
        Only these, whatever the length.
    length
        ``brief`` (the first page), ``standard`` (the chapters) or ``full`` (appendices too).

    Returns
    -------
    tuple of Path
        The files written.
    """
    from negotiate.report import assemble
    from negotiate.report.context import CaseContext

    if not isinstance(case, Negotiation):
        case = load(case)
    context = CaseContext(case, draws, seed)
    document = assemble.build(context, only=tuple(sections), length=length)
    return assemble.write(document, path)
