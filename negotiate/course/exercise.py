"""What an exercise file holds: text, drawn quantities, games, questions, common mistakes.

One TOML file is one exercise (``docs/course/format.md`` says the whole format). Numbers are drawn
for each student from stated grids, games are built from the drawn numbers, and every answer is a
declarative reference into the toolkit: nothing in the file is executed.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Discriminator, Field, Tag, field_validator, model_validator

from negotiate.case.deal import Source
from negotiate.case.quantity import Exact, Frozen
from negotiate.numbers.fractions import exact

NAME = r"^[A-Za-z][A-Za-z0-9_]{0,59}$"
"""Names stand in expressions, so a hyphen (a minus sign there) is not part of one."""
MAX_GRID = 100_000

Kind = Literal[
    "number",
    "fraction",
    "expression",
    "interval",
    "numbers",
    "choice",
    "choices",
    "profile",
    "equilibria",
    "case",
    "text",
]
KINDS: tuple[str, ...] = get_args(Kind)


class Reference(Frozen):
    """Where an answer comes from: one way of asking the toolkit, see `WAYS`.

    Attributes
    ----------
    game
        Id of a game of the file; not needed where there is one.
    solve, settings, point, read
        Solution concept, its settings, which of its points, what to read off it.
    metric
        A number a form computes (``demand``, ``ideal.turkey``; a case's ``bargaining.zone``).
    at
        A profile (or the terms of a deal) at which ``read`` or ``metric`` is taken.
    change
        Quantities that take other values in this question: what-if, or a stated mistake.
    root, over, between
        The value of the quantity ``over`` at which the expression ``root`` is zero.
    cases
        The first of several answers whose condition holds.
    low, high
        The ends of an interval.
    table
        A number for each label.
    """

    game: str = Field("", description="id of a game of the file")
    solve: str = Field("", description="a solution concept")
    settings: dict[str, Any] = Field(default_factory=dict, description="settings of the concept")
    point: str = Field("", description="which point: only, pure, mixed, best.<player>, a label")
    read: str | tuple[str, ...] = Field("", description="what to read off the solution")
    metric: str = Field("", description="a number that the form computes")
    at: dict[str, Any] = Field(default_factory=dict, description="a profile, or terms of a deal")
    change: dict[str, Answer] = Field(
        default_factory=dict, description="quantity to the value it takes in this question"
    )
    root: str = Field("", description="expression whose zero is the answer")
    over: str = Field("", description="quantity that moves until the root is zero")
    between: tuple[Answer, Answer] | None = Field(None, description="bracket of the root")
    cases: tuple[Branch, ...] = Field((), description="the first answer whose condition holds")
    low: Answer | None = Field(None, description="lower end of an interval")
    high: Answer | None = Field(None, description="upper end of an interval")
    table: dict[str, Answer] = Field(default_factory=dict, description="a number by label")
    value: Answer | None = Field(None, description="an expression, taken under the change")

    @property
    def way(self) -> str:
        """Which of `WAYS` this reference takes; empty where none or several."""
        found = [
            name
            for name, fields in WAYS.items()
            if getattr(self, fields[0]) not in (None, "", (), {}) and name != "at"
        ]
        if self.at and not found:  # a metric may be taken at a profile, so `at` decides last
            return "at"
        return found[0] if len(found) == 1 else ""


def _tag(value: Any) -> str:
    if isinstance(value, (dict, Reference)):
        return "reference"
    if isinstance(value, (list, tuple)):
        return "list"
    if isinstance(value, str):
        return "text"
    return "number"


Answer = Annotated[
    Annotated[Exact, Tag("number")]
    | Annotated[str, Tag("text")]
    | Annotated[tuple[str | dict[str, Any], ...], Tag("list")]
    | Annotated[Reference, Tag("reference")],
    Discriminator(_tag),
]
"""A number, an expression over quantities and values (or a label), labels, or a reference."""

WAYS: dict[str, tuple[str, ...]] = {
    "solve": ("solve", "read", "game", "settings", "point", "at", "change"),
    "metric": ("metric", "game", "at", "change"),
    "at": ("at", "read", "game", "change"),
    "root": ("root", "over", "between", "change"),
    "cases": ("cases", "change"),
    "interval": ("low", "high", "change"),
    "table": ("table", "change"),
    "value": ("value", "change"),
}
"""Ways of asking, each with the key that decides it first and the keys it may use."""


class Branch(Frozen):
    """One of several answers, and the condition under which it is the answer."""

    when: str = Field("", description="a condition; without one it always holds")
    answer: Answer = Field(alias="is", description="the answer")


class Quantity(Frozen):
    """A number drawn for each student: a grid from low to high, or a list, or a fixed value.

    A bare string is an expression over quantities named before it or after it.
    """

    low: Exact | None = Field(None, description="first value of the grid")
    high: Exact | None = Field(None, description="last value of the grid")
    step: Exact | None = Field(None, description="distance of two values of the grid")
    values: tuple[Exact, ...] = Field((), description="the values, where they are no grid")
    value: Exact | None = Field(None, description="the same value for every student")
    expression: str = Field("", description="computed from other quantities")
    unit: str = Field("", description="unit of the number")
    note: str = Field("", description="what it is")

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, data: Any) -> Any:
        if isinstance(data, str):
            try:
                return {"value": exact(data)}
            except ValueError:
                return {"expression": data}
        if isinstance(data, (int, float, Decimal, Fraction)) and not isinstance(data, bool):
            return {"value": data}
        if isinstance(data, (list, tuple)):
            return {"values": data}
        return data

    @model_validator(mode="after")
    def _one_way(self) -> Quantity:
        grid = [self.low, self.high, self.step]
        given = any(x is not None for x in grid)
        if sum((given, bool(self.values), self.value is not None, bool(self.expression))) != 1:
            raise ValueError("give low, high and step; or values; or value; or an expression")
        if given:
            if self.low is None or self.high is None or self.step is None:
                raise ValueError("a grid needs low, high and step")
            if self.step <= 0 or self.high < self.low:
                raise ValueError("a grid needs a positive step and high at or above low")
            if (self.high - self.low) % self.step:
                raise ValueError("high - low is no multiple of step")
            if self.size > MAX_GRID:
                raise ValueError(f"a grid of {self.size:,} values; at most {MAX_GRID:,}")
        if len(set(self.values)) != len(self.values):
            raise ValueError("a value stands twice: that draws it twice as often")
        return self

    @property
    def size(self) -> int:
        """How many values can be drawn."""
        if self.low is not None and self.high is not None and self.step is not None:
            return int((self.high - self.low) / self.step) + 1
        return len(self.values) or 1

    @property
    def drawn(self) -> bool:
        """Whether students have different values."""
        return self.size > 1

    def at(self, index: int) -> Fraction:
        """Value number ``index`` of the grid or the list."""
        if self.low is not None and self.step is not None:
            return self.low + index * self.step
        if self.value is not None:
            return self.value
        return self.values[index]


class Draw(Frozen):
    """Which draws are refused: ties, kinks, games without the property the text relies on."""

    require: tuple[str, ...] = Field((), description="conditions every draw satisfies")
    distinct: tuple[tuple[str, ...], ...] = Field((), description="expressions that all differ")
    separate: bool = Field(True, description="refuse draws at which a mistake gives the answer")
    names: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="a name of the file to the names it may have"
    )


class Mistake(Frozen):
    """A wrong answer with a name: what the toolkit gives under the mistake, and what to say."""

    id: str = Field(pattern=NAME, description="name of the mistake")
    answer: Answer | None = Field(None, description="the answer a student who errs so would give")
    change: dict[str, Answer] = Field(
        default_factory=dict, description="the same question with these quantities"
    )
    feedback: str = Field(description="what to say; Markdown with placeholders")
    credit: Exact = Field(Fraction(0), ge=0, le=1, description="share of the points it earns")


class Option(Frozen):
    """An option of a choice."""

    id: str = Field(min_length=1, max_length=80, description="what a student writes")
    text: str = Field(description="what it says; Markdown with placeholders")

    @field_validator("id")
    @classmethod
    def _plain(cls, value: str) -> str:
        if not value.isprintable() or set(value) & set("'\"<>,`|"):
            raise ValueError(f"{value!r} cannot be written plainly; no quotes, commas, < > ` |")
        return value


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


class Question(Frozen):
    """A question, its correct answer by reference, and how an answer is marked."""

    id: str = Field(pattern=NAME, description="name of the question")
    kind: Kind = Field(description="kind of answer")
    text: str = Field(description="the question; Markdown with placeholders")
    points: Exact = Field(Fraction(1), gt=0, le=1000, description="points for a correct answer")
    answer: Answer | None = Field(None, description="the correct answer, by reference")
    tolerance: Exact | None = Field(None, ge=0, description="largest absolute error")
    relative: Exact | None = Field(None, ge=0, description="largest error over the answer")
    variables: tuple[str, ...] = Field((), description="letters an expression may contain")
    domain: tuple[Answer, Answer] | None = Field(None, description="where the letters live")
    options: tuple[Option, ...] = Field((), description="options of a choice")
    keep_order: bool = Field(
        False, description="options in the order of the file; else in each student's own order"
    )
    labels: tuple[str, ...] = Field((), description="labels of a table of numbers")
    partial: bool = Field(True, description="whether parts of the answer earn points")
    public: tuple[str, ...] = Field((), description="conditions a student may check")
    hints: Annotated[tuple[str, ...], BeforeValidator(_as_tuple)] = Field((), description="hints")
    follow: dict[str, str] = Field(
        default_factory=dict, description="value to the earlier question that may replace it"
    )
    follow_credit: Exact = Field(Fraction(1, 2), ge=0, le=1, description="credit for following on")
    mistake: tuple[Mistake, ...] = Field((), description="wrong answers with their own feedback")
    explain: str = Field("", description="concept whose worked steps are shown")
    solution: str = Field("", description="worked solution; Markdown with placeholders")
    must: tuple[str, ...] = Field((), description="properties of a case file, with conditions")
    game: str = Field("", description="the game that explain and profiles speak of")


class Exercise(Frozen):
    """An exercise as its file holds it."""

    format: Literal[1] = Field(description="version of the file format")
    kind: Literal["exercise"] = Field(description="what the file describes")
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$", description="name of the exercise")
    title: str = Field(max_length=200, description="title")
    topic: str = Field(pattern=r"^[a-z][a-z0-9 -]{0,59}$", description="subject, in a few words")
    difficulty: int = Field(ge=1, le=5, description="1 (first week) to 5 (project)")
    order: int = Field(0, ge=0, le=999, description="place in the sequence of the course")
    minutes: int = Field(30, ge=1, le=600, description="time a student needs")
    text: str = Field(description="what all questions share; Markdown with placeholders")
    shown: tuple[str, ...] = Field((), description="values that students may see in texts")
    quantity: dict[str, Quantity] = Field(default_factory=dict, description="drawn numbers")
    draw: Draw = Field(
        default_factory=lambda: Draw.model_validate({}), description="which draws are refused"
    )
    game: dict[str, dict[str, Any]] = Field(default_factory=dict, description="games by id")
    value: dict[str, Answer] = Field(default_factory=dict, description="named results")
    question: tuple[Question, ...] = Field(min_length=1, max_length=40, description="questions")
    source: tuple[Source, ...] = Field((), description="publications cited")

    def points(self) -> Fraction:
        """Points of all questions together."""
        return sum((q.points for q in self.question), Fraction(0))


for _model in (Reference, Branch, Mistake, Question, Exercise):
    _model.model_rebuild()


def schema() -> dict[str, Any]:
    """JSON Schema of an exercise file, for editors: short forms included."""
    document = Exercise.model_json_schema(by_alias=True)
    _loosen(document)
    defs = document["$defs"]
    number = {"type": ["number", "string"]}
    defs["Quantity"] = {"anyOf": [defs["Quantity"], number, {"type": "array", "items": number}]}
    hints = defs["Question"]["properties"]["hints"]
    about = hints.pop("description")
    defs["Question"]["properties"]["hints"] = {
        "anyOf": [{**hints}, {"type": "string"}],
        "description": about,
        "default": [],
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **document,
        "title": "negotiate exercise file",
        "description": "An exercise of `negotiate`, format 1.",
    }


def _loosen(node: Any) -> None:
    """An exact number may be written as text ("1/3"); bounds are the reader's to check."""
    if isinstance(node, dict):
        if node.get("type") == "number":
            node["type"] = ["number", "string"]
        if "oneOf" in node:  # text fits a number and an expression alike
            node["anyOf"] = node.pop("oneOf")
        for entry in node.values():
            _loosen(entry)
    elif isinstance(node, list):
        for entry in node:
            _loosen(entry)
