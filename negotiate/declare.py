"""Declarations: every fact about a game, a concept or a metric, once, where the thing itself is.

A file of a room declares what it holds::

    @game("mediation", title="Mediation as cheap talk", solved_by=("perfect_bayesian",),
          metrics=(Metric("critical_bias", "number", "least bias at which ..."),))
    @dataclass(frozen=True)
    class Mediation(...): ...

    @compiles("mediation")
    def mediation(case: Negotiation) -> Mediation: ...

    @concept("nash_bargaining", title="Nash bargaining solution", short="Nash",
             games=("bargaining",), field="algebraic", axioms=("pareto", ...))
    def nash(problem: BargainingProblem, *, weights=None) -> Solution: ...

    @nash.checked_by
    def holds(problem: BargainingProblem, point: Point) -> Evidence: ...

Solving, what-if, report, command line, documentation and course read these declarations; no list
of names stands elsewhere. `catalogue` finds them by reading decorators as text, without importing
anything: its entries hold the literal facts (title, games, axioms, citations), and one broken file
costs one error, its own, when it is used. Files outside the package are found too: those of the
folders named in the environment variable ``NEGOTIATE_PATH`` and of `add_folder`.
"""

from __future__ import annotations

import ast
import functools
import importlib
import importlib.util
import inspect
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any, ClassVar, Generic, Literal, ParamSpec, TypeVar

from negotiate.errors import EvidenceError, NegotiateError, NotApplicableError, UnknownNameError
from negotiate.solution import Evidence, Point, Solution
from negotiate.units import Unit, unit
from negotiate.view import Viewable

P = ParamSpec("P")
T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])
Field = Literal["rational", "algebraic", "transcendental"]
Role = Literal["concept", "game", "assessment", "compiles", "reads", "slot", "section", "question"]

ROOT = Path(__file__).parent
PLACEHOLDERS = ("party", "issue", "option", "lever", "deal", "branch", "scenario", "player", "name")
"""What may stand in angle brackets in the name of a metric. ``name`` stands for names that only
the game itself knows (its states, its months); the metric's ``choices`` then lists them."""

MANY = 400
"""Points of an answer beyond which only the first so many are judged when it is given."""


class BrokenPluginError(NegotiateError, ImportError):
    """A file with declarations that cannot be imported; the cause is chained."""


# ---- metrics -------------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class Metric:
    """A number or label read off a game or off a solution: the thing a sweep records.

    Attributes
    ----------
    name
        Name within its game or concept, with placeholders: ``utility.<party>``.
    unit
        Of the closed list in `negotiate.units`; ``label`` for text.
    meaning
        One sentence: what it is, its sign, what it is where there is no deal.
    words
        How a sentence says it, placeholders in braces: ``utility of {party} at {concept}``.
    read
        ``read(thing, names)`` gives the value (arrays over draws where the thing has draws) from
        the game (or the solution, for a concept's metric) and the names that fill the
        placeholders. By default ``thing.measure(name)`` where the thing has that method (the name
        filled), else the attribute of that name.
    choices
        ``choices(case)`` lists what fills the placeholder ``<name>``.
    was
        Full names it had in earlier files, still read; with the same placeholders.
    """

    name: str
    unit: Unit | str
    meaning: str
    words: str = ""
    read: Callable[[Any, Mapping[str, str]], Any] | None = None
    choices: Callable[[Any], Sequence[str]] | None = None
    was: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if isinstance(self.unit, str):
            object.__setattr__(self, "unit", unit(self.unit))

    def __repr__(self) -> str:
        return f"<Metric {self.name}, {self.unit}>"

    @property
    def placeholders(self) -> tuple[str, ...]:
        """Kinds of the names that fill it, in order."""
        return tuple(re.findall(r"<([^<>]+)>", self.name))

    def value(self, thing: Any, names: Mapping[str, str]) -> Any:
        """The metric of ``thing``, with ``names`` in its placeholders."""
        if self.read is not None:
            return self.read(thing, names)
        if hasattr(thing, "measure"):
            own = self.name
            for kind, value in names.items():
                own = own.replace(f"<{kind}>", value)
            return thing.measure(own)
        return getattr(thing, self.name)


@dataclass(frozen=True, repr=False)
class NamedMetric:
    """A metric of one game (and concept), its placeholders filled: what questions are asked of.

    ``str`` gives the name that files and the command line use.

    >>> from negotiate import bargaining
    >>> utility = bargaining.nash.metric.utility["turkey"]
    >>> str(utility), utility.unit
    ('bargaining.nash_bargaining.utility.turkey', <Unit stake>)
    """

    game: str
    concept: str
    metric: Metric
    filled: tuple[str, ...]

    def __str__(self) -> str:
        own = self.metric.name
        for kind, value in zip(self.metric.placeholders, self.filled):
            own = own.replace(f"<{kind}>", value, 1)
        return ".".join(part for part in (self.game, self.concept, own) if part)

    def __repr__(self) -> str:
        return f"<Metric {self}, {self.unit}>"

    @property
    def unit(self) -> Unit:
        """Unit of the metric."""
        assert isinstance(self.metric.unit, Unit)
        return self.metric.unit

    @property
    def meaning(self) -> str:
        """What the metric is, in a sentence."""
        return self.metric.meaning

    @property
    def was(self) -> tuple[str, ...]:
        """Full names it had in earlier files, filled alike."""
        out = []
        for old in self.metric.was:
            for kind, value in zip(self.metric.placeholders, self.filled):
                old = old.replace(f"<{kind}>", value, 1)
            out.append(old)
        return tuple(out)

    @property
    def names(self) -> Mapping[str, str]:
        """Kind of placeholder to the name that fills it."""
        return MappingProxyType(dict(zip(self.metric.placeholders, self.filled)))


class Metrics:
    """The metrics of a concept by attribute: ``nash.metric.utility["turkey"]``.

    A metric without placeholders is the attribute itself; one with a placeholder is filled by
    brackets (several by a tuple).
    """

    def __init__(self, game: str, concept: str, declared: Sequence[Metric]) -> None:
        self._game, self._concept = game, concept
        self._declared = tuple(declared)

    def __dir__(self) -> list[str]:
        return sorted({metric.name.partition(".")[0] for metric in self._declared})

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        own = [m for m in self._declared if m.name.partition(".")[0] == name]
        if not own:
            raise UnknownNameError("metric", name, dir(self), where=self._concept or self._game)
        if len(own) == 1 and not own[0].placeholders:
            return NamedMetric(self._game, self._concept, own[0], ())
        return _Filling(self._game, self._concept, tuple(own))

    def __repr__(self) -> str:
        return f"<metrics of {self._concept or self._game}: {', '.join(dir(self))}>"


@dataclass(frozen=True, repr=False)
class _Filling:
    game: str
    concept: str
    metrics: tuple[Metric, ...]

    def __getitem__(self, names: str | tuple[str, ...]) -> NamedMetric:
        filled = (names,) if isinstance(names, str) else tuple(names)
        for metric in self.metrics:
            if len(metric.placeholders) == len(filled):
                return NamedMetric(self.game, self.concept, metric, filled)
        allowed = [metric.name for metric in self.metrics]
        raise UnknownNameError("metric", ".".join(filled), allowed, where=self.game)

    def __repr__(self) -> str:
        return f"<Metric {' or '.join(m.name for m in self.metrics)}: fill it with brackets>"


# ---- concepts ------------------------------------------------------------------------------------


class Concept(Generic[P]):
    """A solution concept: a function from a game to a `Solution`, with its facts beside it.

    Calling it solves; `holds` judges a point by the definition; `explain` gives worked steps;
    ``metric`` names what a sweep can record of it. A call judges its own answer and raises
    `EvidenceError` where a point fails the definition.

    Attributes
    ----------
    name, title, short
        Id in files and JSON; heading; word for tables and axes.
    games
        Names of the games that the function itself takes. A game may also declare that it solves
        itself by this concept (``solved_by``); the call then goes there.
    field
        In which numbers its exact answers are: ``rational``, ``algebraic``, ``transcendental``.
    axioms
        What it promises; the contract attacks each on random games.
    cites
        Keys of the bibliography.
    metrics
        What can be read off its solution.
    """

    def __init__(
        self,
        function: Callable[P, Solution],
        *,
        name: str,
        title: str,
        short: str,
        games: tuple[str, ...],
        field: Field,
        axioms: frozenset[str],
        cites: tuple[str, ...],
        metrics: tuple[Metric, ...],
    ) -> None:
        functools.update_wrapper(self, function)
        self.function = function
        self.name, self.title, self.short = name, title, short
        self.games, self.field, self.axioms, self.cites = games, field, axioms, cites
        self.metrics = metrics
        self._holds: Callable[..., Evidence] | None = None
        self._explain: Callable[..., str] | None = None

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Solution:
        """Solve, and judge the answer."""
        thing: Any = args[0] if args else next(iter(kwargs.values()), None)
        own = declaration(thing)
        if own is not None and own.name not in self.games and self.name in own.solved_by:
            return judged(own.solve_by(thing, self.name, **kwargs), own_holds(thing))
        found = self.function(*args, **kwargs)
        solved = thing if own is not None or found.form is None else found.form  # tables: a game
        return judged(found, self._judge(solved, kwargs))

    def _judge(
        self, thing: Any, asked: Mapping[str, Any] = MappingProxyType({})
    ) -> Callable[[Point], Evidence] | None:
        """The check of a point of ``thing``, under those settings asked for that it knows."""
        if self._holds is None:
            return None
        known = inspect.signature(self._holds).parameters
        settings = {name: value for name, value in asked.items() if name in known}
        return functools.partial(self._holds, thing, **settings)

    def __repr__(self) -> str:
        return f"<Concept {self.name}: {self.title}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return concept_named, (self.name,)

    def checked_by(self, function: Callable[..., Evidence]) -> Callable[..., Evidence]:
        """Decorator: this function judges a point by the definition."""
        self._holds = function
        return function

    def explained_by(self, function: Callable[..., str]) -> Callable[..., str]:
        """Decorator: this function writes the worked steps."""
        self._explain = function
        return function

    def holds(self, thing: Any, point: Point, **settings: Any) -> Evidence:
        """Whether ``point`` satisfies the definition, with the number that decides it.

        Parameters
        ----------
        thing
            The game.
        point
            One point, of this concept or made up.
        settings
            Those under which the point was found, where the definition depends on them.

        Returns
        -------
        Evidence
            With the witness that refutes the claim where it fails.
        """
        own = declaration(thing)
        if own is not None and own.name not in self.games and self.name in own.solved_by:
            given: Evidence = thing.holds(point)
            return given
        if self._holds is None:
            raise NotApplicableError(f"{self.name} has no check of its own", where=self.name)
        return self._holds(thing, point, **settings)

    @property
    def can_explain(self) -> bool:
        """Whether it has worked steps."""
        return self._explain is not None

    def explain(self, thing: Any, **settings: Any) -> str:
        """Worked steps for ``thing`` in Markdown with TeX."""
        if self._explain is None:
            raise NotApplicableError(f"{self.name} has no worked steps", where="explain")
        return self._explain(thing, **settings)

    @property
    def metric(self) -> Metrics:
        """Its metrics by attribute, for the first of its games."""
        return Metrics(self.games[0] if self.games else "", self.name, self.metrics)

    @property
    def settings(self) -> Mapping[str, inspect.Parameter]:
        """Its keyword arguments: options of ``negotiate solve``."""
        found = inspect.signature(self.function).parameters
        return {n: p for n, p in found.items() if p.kind is inspect.Parameter.KEYWORD_ONLY}


def concept(
    name: str,
    *,
    title: str,
    short: str = "",
    games: Sequence[str] = (),
    field: Field,
    axioms: Sequence[str] = (),
    cites: Sequence[str] = (),
    metrics: Sequence[Metric] = (),
) -> Callable[[Callable[P, Solution]], Concept[P]]:
    """Declare a solution concept; see `Concept` for the facts.

    Parameters
    ----------
    name
        Its id; unique. All arguments but ``metrics`` must be literals: they are read as text.
    title, short, games, field, axioms, cites, metrics
        As in `Concept`.

    Returns
    -------
    Callable
        A decorator of the solving function.
    """

    def decorate(function: Callable[P, Solution]) -> Concept[P]:
        return Concept(
            function,
            name=name,
            title=title,
            short=short or title,
            games=tuple(games),
            field=field,
            axioms=frozenset(axioms),
            cites=tuple(cites),
            metrics=tuple(metrics),
        )

    return decorate


def judged(solution: Solution, judge: Callable[[Point], Evidence] | None) -> Solution:
    """The solution with evidence for its points; an answer that fails it is an error.

    Points over draws are judged by the contract's loops, not here. Evidence that the solver gave
    itself is kept and is judged too.
    """
    evidence = solution.evidence
    if judge is not None and not evidence and not _drawn(solution):
        evidence = tuple(judge(point) for point in solution.points[:MANY])
        solution = replace(solution, evidence=evidence)
    refuted = [item for item in evidence if not _all(item.holds)]
    if refuted:
        worst = refuted[0]
        raise EvidenceError(
            f"the answer of {solution.concept} fails its own check: {worst.what} is {worst.value}",
            witness=worst.witness,
            evidence=evidence,
            where=solution.concept,
        )
    return solution


def _all(truth: Any) -> bool:
    return bool(truth.all()) if hasattr(truth, "all") else bool(truth)


def _drawn(solution: Solution) -> bool:
    return any(
        getattr(value, "ndim", 0) for point in solution.points for value in point.payoffs.values()
    )


def own_holds(thing: Any) -> Callable[[Point], Evidence] | None:
    """The check of a game that solves itself."""
    found: Callable[[Point], Evidence] | None = getattr(thing, "holds", None)
    return found


# ---- games ---------------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class Game:
    """The declaration of a kind of game.

    Attributes
    ----------
    name, title, short
        Id in files and metrics; heading; word for tables.
    solved_by
        Concepts that the game solves itself, through its method ``equilibria`` (one concept) or
        ``solutions`` (concept to method name, where there are several).
    default
        Concepts that answer when none is asked for.
    metrics
        What can be read off the game itself.
    cites
        Keys of the bibliography.
    file
        ``numbers`` where a file of ``kind = name`` gives the game's named numbers: one reader,
        declared as ``numbers``, reads them all.
    type
        The class.
    """

    name: str
    title: str
    short: str = ""
    solved_by: tuple[str, ...] = ()
    default: tuple[str, ...] = ()
    metrics: tuple[Metric, ...] = ()
    cites: tuple[str, ...] = ()
    applies: Callable[[Any], bool] | None = None
    file: str = ""
    type: Any = field(default=None, compare=False)

    def __repr__(self) -> str:
        return f"<Game {self.name}: {self.title}>"

    def solve_by(self, thing: Any, name: str, **settings: Any) -> Solution:
        """The game's own solution by one of its ``solved_by``."""
        method = getattr(type(thing), "solutions", {}).get(name, "equilibria")
        found: Solution = getattr(thing, method)(**settings)
        return found if found.concept == name else replace(found, concept=name)


class Playable(Viewable):
    """What every game can: be solved by its concepts, and say which they are.

    Subclasses are decorated with `game`.
    """

    declaration: ClassVar[Game]

    def solve(self, by: str = "", **settings: Any) -> Solution:
        """Solve the game.

        Parameters
        ----------
        by
            Name of a concept; the game's first default if left out.
        settings
            Keyword arguments of the concept.

        Returns
        -------
        Solution
            Every point the concept knows, with its evidence.

        Raises
        ------
        NotApplicableError
            Where the concept is not defined on this kind of game, with those that are.
        """
        known = concepts_of(self.declaration.name)
        if not known:
            raise NotApplicableError(f"no concept solves a {self.declaration.name} game")
        name = by or (self.declaration.default or known)[0]
        if name not in known:
            concept_named(name)
            raise NotApplicableError(
                f"{name} is not defined on a {self.declaration.name} game",
                allowed=", ".join(known),
            )
        return concept_named(name)(self, **settings)

    def concepts(self) -> tuple[str, ...]:
        """Names of the concepts that solve it, defaults first."""
        return concepts_of(self.declaration.name)


def game(
    name: str,
    *,
    title: str,
    short: str = "",
    solved_by: Sequence[str] = (),
    default: Sequence[str] = (),
    metrics: Sequence[Metric] = (),
    cites: Sequence[str] = (),
    applies: Callable[[Any], bool] | None = None,
    file: str = "",
) -> Callable[[type[T]], type[T]]:
    """Declare a kind of game on its class; see `Game` for the facts.

    Parameters
    ----------
    name
        Its id; unique. All arguments but ``metrics`` and ``applies`` must be literals.
    applies
        Whether a case could be compiled into it at all, seen before any number is read.
    title, short, solved_by, default, metrics, cites, file
        As in `Game`.

    Returns
    -------
    Callable
        A decorator of the class.
    """

    def decorate(kind: type[T]) -> type[T]:
        declared = Game(
            name, title, short or title, tuple(solved_by), tuple(default) or tuple(solved_by[:1]),
            tuple(metrics), tuple(cites), applies, file, kind,
        )  # fmt: skip
        kind.declaration = declared  # type: ignore[attr-defined]
        return kind

    return decorate


assessment = game
"""Declare what is judged or measured from a case rather than solved (a deal, its duration): the
facts are those of `game`, no concept solves it."""


def declaration(thing: Any) -> Game | None:
    """The declaration of a game's kind; None for what is no game."""
    found = getattr(type(thing), "declaration", None)
    return found if isinstance(found, Game) else None


def kind_of(thing: Any) -> str:
    """Id of the kind of game an object is; ``negotiation`` for a case, empty for neither."""
    found = declaration(thing)
    if found is not None:
        return found.name
    return "negotiation" if type(thing).__name__ == "Negotiation" else ""


def _marked(role: Role, name: str) -> Callable[[F], F]:
    def decorate(function: F) -> F:
        function.__dict__.setdefault("declares", []).append((role, name))
        return function

    return decorate


def compiles(name: str, *, slots: Sequence[str] = ()) -> Callable[[F], F]:
    """Declare the function that makes the game ``name`` from a case, and the slots it reads.

    Parameters
    ----------
    name
        Id of the game.
    slots
        Slots of levers whose effects the game reads; a literal.

    Returns
    -------
    Callable
        A decorator of the function.
    """
    return _marked("compiles", name)


def reads(name: str) -> Callable[[F], F]:
    """Declare the function that reads a file of ``kind = name`` (``read(path) -> game``).

    A name that begins with a dot is the suffix of a file format: ``.nfg``.
    """
    return _marked("reads", name)


LENGTHS = ("brief", "standard", "full")
"""Lengths of a report, each holding the one before it."""


@dataclass(frozen=True)
class ReportSection:
    """A section of the report: what it says, for which cases, and where it stands.

    Attributes
    ----------
    name, title
        Id on the command line; heading.
    order
        Its place among the sections; ties by name.
    applies
        Whether a case has anything to say here.
    blocks
        ``blocks(context)``: what it says, as blocks.
    length
        The shortest report it stands in, of `LENGTHS`.
    """

    name: str
    title: str
    order: float
    applies: Callable[[Any], bool]
    blocks: Callable[[Any], Sequence[Any]]
    length: str = "full"


def section(
    name: str,
    *,
    title: str,
    order: float,
    applies: Callable[[Any], bool] | None = None,
    length: str = "full",
) -> Callable[[Callable[[Any], Sequence[Any]]], ReportSection]:
    """Declare a section of the report on the function that gives its blocks.

    Parameters
    ----------
    name, title, order, applies, length
        As in `ReportSection`; without ``applies`` it has something to say for every case.

    Returns
    -------
    Callable
        A decorator.
    """

    def decorate(blocks: Callable[[Any], Sequence[Any]]) -> ReportSection:
        return ReportSection(name, title, order, applies or (lambda _: True), blocks, length)

    return decorate


# ---- how declarations are found ------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """A declaration as its text says it: nothing has been imported.

    Attributes
    ----------
    role
        ``concept``, ``game``, ``compiles``, ``reads`` ...
    name
        The id.
    module
        Dotted name, or path of a file outside the package.
    function
        Name of what is decorated.
    facts
        The literal arguments.
    """

    role: str
    name: str
    module: str
    function: str
    facts: Mapping[str, Any]


ROLES = ("concept", "game", "assessment", "compiles", "reads", "slot", "section", "question")
_START = re.compile(rf"^@(?:declare\.)?({'|'.join(ROLES)})\(", re.MULTILINE)
_END = re.compile(r"^(?:class|def|async def)\s+(\w+)", re.MULTILINE)
_added: list[Path] = []


def add_folder(folder: str | Path) -> None:
    """Look for declarations in the files of ``folder`` too.

    Parameters
    ----------
    folder
        A folder of Python files. They are imported when something they declare is used: add only
        folders whose code you trust.
    """
    _added.append(Path(folder).resolve())
    catalogue.cache_clear()
    _lookup.cache_clear()
    readers_of.cache_clear()


@cache
def catalogue() -> tuple[Entry, ...]:
    """Every declaration of the package and of added folders; nothing is imported.

    Raises
    ------
    NegotiateError
        Where two files declare the same name in the same role.

    Examples
    --------
    >>> [entry.module for entry in catalogue() if entry.name == "nash_bargaining"]
    ['negotiate.bargaining.nash']
    """
    found: list[Entry] = []
    for path, module in _files():
        text = path.read_text(encoding="utf-8", errors="replace")
        if "\n@" in text:
            found.extend(_entries(text, module))
    seen: dict[tuple[str, str], Entry] = {}
    for entry in found:
        other = seen.setdefault((entry.role, entry.name), entry)
        if other is not entry:
            raise NegotiateError(
                f"{entry.role} '{entry.name}' is declared twice",
                where=f"{other.module}, {entry.module}",
                remedy="give one of them another name",
            )
    return tuple(found)


def _files() -> Iterator[tuple[Path, str]]:
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if len(parts) > 1 and parts[-1] != "__init__" and not parts[0].startswith("_"):
            yield path, ".".join(("negotiate", *parts))
    named = [Path(one) for one in os.environ.get("NEGOTIATE_PATH", "").split(os.pathsep) if one]
    for folder in (*named, *_added):
        for path in sorted(folder.rglob("*.py")):
            yield path, str(path)


def _entries(text: str, module: str) -> Iterator[Entry]:
    for start in _START.finditer(text):
        end = _END.search(text, start.end())
        if end is None:
            continue
        inner = text.find("\n@", start.end(), end.start())
        snippet = text[start.start() + 1 : inner if inner >= 0 else end.start()]
        try:
            call = ast.parse(snippet.strip(), mode="eval").body
        except SyntaxError:
            continue
        if isinstance(call, ast.Call) and call.args:
            try:
                name = ast.literal_eval(call.args[0])
            except ValueError:
                continue
            facts = {word.arg: _literal(word.value) for word in call.keywords if word.arg}
            yield Entry(start[1], str(name), module, end[1], MappingProxyType(facts))


def _literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None


@cache
def _lookup(role: str) -> Mapping[str, Entry]:
    return MappingProxyType({entry.name: entry for entry in catalogue() if entry.role == role})


def names(role: Role) -> tuple[str, ...]:
    """Names declared in a role, sorted; nothing is imported.

    >>> "nash_bargaining" in names("concept")
    True
    """
    return tuple(sorted(_lookup(role)))


def entry(role: Role, name: str) -> Entry:
    """The declaration of ``name``, as text; hyphens may stand for underscores.

    Raises
    ------
    UnknownNameError
        With the nearest name that exists.
    """
    known = _lookup(role)
    stem = name if name in known else name.replace("-", "_")
    if stem not in known:
        word = {"compiles": "game of a case", "reads": "kind of file"}.get(role, role)
        raise UnknownNameError(word, name, names(role))
    return known[stem]


def module_of(found: Entry) -> ModuleType:
    """Import the file of a declaration."""
    try:
        if not found.module.endswith(".py"):
            return importlib.import_module(found.module)
        known = f"negotiate_plugin_{Path(found.module).stem}"
        if known in sys.modules:
            return sys.modules[known]
        spec = importlib.util.spec_from_file_location(known, found.module)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[known] = module
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[known]
            raise
        return module
    except Exception as error:
        raise BrokenPluginError(
            f"{found.role} '{found.name}' cannot be imported: {error}", where=found.module
        ) from error


def load(role: Role, name: str) -> Any:
    """The declared thing itself: its file is imported, no other."""
    found = entry(role, name)
    return getattr(module_of(found), found.function)


def concept_named(name: str) -> Concept[Any]:
    """The concept with this id.

    Parameters
    ----------
    name
        Id; hyphens may stand for underscores.

    Returns
    -------
    Concept

    Raises
    ------
    UnknownNameError
        With the nearest name that exists.

    Examples
    --------
    >>> concept_named("nash-bargaining").title
    'Nash bargaining solution'
    """
    found: Concept[Any] = load("concept", name)
    return found


def game_named(name: str) -> Game:
    """The declaration of the game with this id.

    >>> game_named("bargaining").title
    'Bargaining problem'
    """
    found: Game = load(_role(name), name).declaration
    return found


def _role(game: str) -> Role:
    stem = game.replace("-", "_")
    return "assessment" if stem in _lookup("assessment") else "game"


@cache
def concepts_of(game: str) -> tuple[str, ...]:
    """Names of the concepts that solve games of this kind: defaults first; nothing is imported.

    >>> concepts_of("bargaining")[0]
    'nash_bargaining'
    """
    facts = entry(_role(game), game).facts
    own = tuple(facts.get("solved_by") or ())
    fitting = [e.name for e in catalogue() if e.role == "concept" and game in e.facts["games"]]
    first = tuple(facts.get("default") or own[:1])
    return tuple(dict.fromkeys((*first, *own, *sorted(fitting))))


def kinds() -> Mapping[str, str]:
    """Kinds of parameter files, besides cases, and the name of the reader of each.

    >>> kinds()["screening"], kinds()["strategic"]
    ('numbers', 'strategic')
    """
    of_numbers = {e.name: "numbers" for e in catalogue() if e.facts.get("file") == "numbers"}
    own = {name: name for name in names("reads") if name[0] != "." and name != "numbers"}
    return MappingProxyType(dict(sorted({**of_numbers, **own}.items())))


@cache
def readers_of(slot: str) -> tuple[str, ...]:
    """Games that say they read a slot of levers, sorted; nothing is imported.

    >>> readers_of("inside_flow")
    ('alternating_offers',)
    """
    return tuple(sorted(e.name for e in catalogue() if e.role == "compiles" and slot in _slots(e)))


def _slots(found: Entry) -> tuple[str, ...]:
    return tuple(found.facts.get("slots") or ())


def file_of(game: str) -> ModuleType:
    """The file that compiles the game ``game`` from a case."""
    return module_of(entry("compiles", game))


def files_in(room: str) -> tuple[str, ...]:
    """Stems of the public files of a folder of the package, sorted; nothing is imported.

    >>> "solve" in files_in("cli")
    True
    """
    folder = ROOT.joinpath(*room.split("."))
    return tuple(sorted(p.stem for p in folder.glob("*.py") if not p.stem.startswith("_")))


def file_named(room: str, stem: str) -> ModuleType:
    """Import one public file of a folder of the package."""
    if stem not in files_in(room):
        raise UnknownNameError(room.rpartition(".")[2].rstrip("s"), stem, files_in(room))
    return module_of(Entry("file", stem, f"negotiate.{room}.{stem}", "", MappingProxyType({})))
