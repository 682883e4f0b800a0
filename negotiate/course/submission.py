"""Reading what a student handed in: an answers file or a notebook, as data, never as code.

An answers file is TOML (or JSON) with ``exercise``, ``student``, ``stamp`` and a table
``answers``. Where it is no valid TOML its answers are read line by line, so that one bad character
costs one answer at most. From a notebook only lines ``answers["<question>"] = <literal>`` in code
cells are read, by the toolkit's own reader of literals; for an answer that is computed there, the
value that the last cell stored beside its output. Sizes are bounded before anything is parsed.

>>> write_answers("chicken", "s1", "ab12", {"press": Fraction(3, 4)}).splitlines()[-1]
'press = "3/4"'
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from negotiate.course.literals import MAX_DEPTH, MAX_ITEMS, LiteralError, literal_at
from negotiate.errors import FileFormatError, NegotiateError, TooLargeError

MAX_ANSWERS = 200_000
"""Bytes of an answers file."""
MAX_NOTEBOOK = 20_000_000
"""Bytes of a notebook: figures a student keeps in it take room."""
MAX_QUESTIONS = 100
MAX_BITS = 10_000
SIMPLE = 100_000
"""Largest denominator of a fraction that a float is taken for: two of them differ by 1e-10."""
SUFFIXES = (".toml", ".json", ".ipynb")
STORED = "application/vnd.negotiate.answers+json"
"""Kind of the output in which the last cell of a notebook keeps the answers it read."""

_ASSIGN = re.compile(
    r"^answers(?:\[\s*(['\"])([A-Za-z][A-Za-z0-9_]{0,59})\1\s*\])?[ \t]*=(?!=)", re.M
)
_ANSWER_LINE = re.compile(r"[ \t]*;?[ \t]*(?:#[^\n]*)?(?:\r?\n|\Z)")


@dataclass(frozen=True)
class Submission:
    """What one file says.

    Attributes
    ----------
    exercise, student, stamp
        Whose answers to what, as the file claims.
    answers
        Question to plain data.
    problems
        Question to why its entry could not be read.
    numbers
        The drawn numbers, as the file claims; the stamp proves them.
    notes
        What is to be said of how the file was read.
    """

    exercise: str
    student: str
    stamp: str
    answers: Mapping[str, Any]
    problems: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        """Whether nothing was answered."""
        return not self.problems and all(empty_entry(entry) for entry in self.answers.values())


def read(path: Path) -> Submission | None:
    """The submission in a file; None for a file that is something else (a case, a picture).

    Raises
    ------
    NegotiateError
        A broken file, with what is wrong and where.
    """
    suffix = kind_of(path.name)
    size = path.stat().st_size
    allowed = MAX_NOTEBOOK if suffix == ".ipynb" else MAX_ANSWERS
    if size > allowed:
        raise TooLargeError(f"{size:,} bytes", where=path.name, allowed=f"at most {allowed:,}")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileFormatError(
            f"byte 0x{error.object[error.start]:02x} is not UTF-8", path=path.name, line=1
        ) from None
    if not text.strip():
        raise FileFormatError("the file is empty", path=path.name, line=1, column=1)
    if suffix == ".ipynb":
        return _notebook(_json(text, path.name), path.name)
    if suffix == ".json":
        return _answers(_json(text, path.name), path.name)
    from negotiate.case.findings import parse_toml

    try:
        return _answers(parse_toml(text, path.name), path.name)
    except NegotiateError:
        found = _by_lines(text, path.name)
        if found is None:
            raise
        return found


def kind_of(name: str) -> str:
    """The suffix that says how a file is read: ``.toml.txt``, as some editors save, is TOML."""
    lower = name.lower()
    if lower.endswith(".txt") and Path(lower[:-4]).suffix in SUFFIXES:
        lower = lower[:-4]
    return Path(lower).suffix


_HEADER = re.compile(r"^[ \t]*\[[ \t]*answers[ \t]*\][ \t]*(?:#.*)?$", re.M)
_LINE = re.compile(r"^[ \t]*(['\"]?)([A-Za-z][A-Za-z0-9_]{0,59})\1[ \t]*=(.*)$")


def _by_lines(text: str, name: str) -> Submission | None:
    """Answers of a file that is no valid TOML, each by itself; None where the rest is broken."""
    from negotiate.case.findings import parse_toml

    header = _HEADER.search(text)
    if header is None:
        return None
    try:
        head = _answers({**parse_toml(text[: header.start()], name), "answers": {}}, name)
    except NegotiateError:
        return None
    if head is None:
        return None
    answers: dict[str, Any] = {}
    problems: dict[str, str] = {}
    alone = 0
    for question, chunk in _chunks(text[header.end() :]):
        try:
            data = parse_toml(chunk, name)
            answers[question] = _plain(data[question], 0, [0])
            problems.pop(question, None)
        except (NegotiateError, KeyError):
            alone += 1
            raw = chunk.split("=", 1)[1].split("\n")[0].split("#")[0].strip()
            raw = raw.translate(_QUOTES).strip("'\" ")
            answers.pop(question, None)
            if raw and raw[0] not in "[{" and len(raw) <= 200:
                answers[question] = raw
            else:
                problems[question] = "this line is no TOML: numbers as 0.75, words in quotes"
    note = f"{alone} line{'s' if alone != 1 else ''} no valid TOML, read by themselves"
    return replace(head, answers=answers, problems=problems, notes=(note,))


_QUOTES = {ord(mark): '"' for mark in "\u201c\u201d\u201e\u00ab\u00bb\u2018\u2019\u201a"}


def _chunks(text: str) -> list[tuple[str, str]]:
    """Lines of answers with the lines that continue them."""
    out: list[tuple[str, str]] = []
    for line in text.splitlines()[:20_000]:
        found = _LINE.match(line)
        if found:
            if len(out) >= MAX_QUESTIONS:
                break
            out.append((found[2], line))
        elif out and line.strip() and not line.lstrip().startswith(("#", "[answers")):
            out[-1] = (out[-1][0], out[-1][1] + "\n" + line)
    return out


def _json(text: str, name: str) -> Any:
    def refuse(word: str) -> Any:
        raise ValueError(f"{word} is no number")

    try:
        return json.loads(text, parse_float=Decimal, parse_constant=refuse)
    except json.JSONDecodeError as error:
        raise FileFormatError(
            f"not JSON: {error.msg}", path=name, line=error.lineno, column=error.colno
        ) from None
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise FileFormatError(
            f"not JSON we can read: {str(error)[:100]}", path=name, line=1, column=1
        ) from None


def _answers(data: Any, name: str) -> Submission | None:
    if not isinstance(data, dict):
        raise FileFormatError("no table of answers", path=name, line=1, column=1)
    if "answers" not in data and "exercise" not in data:
        return None
    given = data.get("answers", {})
    if not isinstance(given, dict) or len(given) > MAX_QUESTIONS:
        raise FileFormatError(
            "'answers' is no table",
            path=name,
            line=1,
            column=1,
            allowed=f"question = answer, at most {MAX_QUESTIONS}",
        )
    answers, problems = {}, {}
    for question, entry in given.items():
        try:
            answers[str(question)] = _plain(entry, 0, [0])
        except NegotiateError as error:
            problems[str(question)] = str(error)
    return Submission(*_claims(data), answers, problems, _numbers(data))


def _claims(data: Mapping[str, Any]) -> tuple[str, str, str]:
    exercise, student, stamp = (data.get(key, "") for key in ("exercise", "student", "stamp"))
    texts = [item if isinstance(item, str) else "" for item in (exercise, student, stamp)]
    return texts[0][:80], texts[1][:80], texts[2][:80]


def _numbers(data: Mapping[str, Any]) -> dict[str, str]:
    """Numbers a file states, as text; anything odd is left out, and then proves nothing."""
    given = data.get("numbers")
    if not isinstance(given, Mapping) or len(given) > MAX_QUESTIONS:
        return {}
    return {str(k): v for k, v in given.items() if isinstance(v, str) and len(v) <= 80}


def _plain(entry: Any, depth: int, count: list[int]) -> Any:
    """Data of bounded depth and size with exact numbers."""
    count[0] += 1
    if depth > MAX_DEPTH or count[0] > MAX_ITEMS:
        raise LiteralError(f"deeper than {MAX_DEPTH} or more than {MAX_ITEMS} items")
    if isinstance(entry, Mapping):
        return {str(k): _plain(v, depth + 1, count) for k, v in entry.items()}
    if isinstance(entry, list):
        return [_plain(v, depth + 1, count) for v in entry]
    if isinstance(entry, (bool, str)) or entry is None:
        return entry
    if isinstance(entry, (int, float, Decimal)):
        from negotiate.numbers.fractions import exact

        try:
            return exact(entry)
        except ValueError as error:
            raise LiteralError(str(error)[:100]) from None
    raise LiteralError(f"a {type(entry).__name__} is no answer")


def _notebook(data: Any, name: str) -> Submission | None:
    if not isinstance(data, dict) or not isinstance(data.get("cells"), list):
        raise FileFormatError("no notebook: it has no cells", path=name, line=1, column=1)
    metadata = data.get("metadata")
    claims = metadata.get("negotiate") if isinstance(metadata, dict) else None
    answers: dict[str, Any] = {}
    problems: dict[str, str] = {}
    stored: dict[str, Any] = {}
    for cell in data["cells"]:
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            _cell(_source(cell), answers, problems)
            stored.update(_stored(cell))
    for question, value in stored.items():
        if question in problems and not empty_entry(value):
            answers[question] = value
            del problems[question]
    if not isinstance(claims, dict):
        if not answers and not problems:
            return None
        claims = {}
    return Submission(*_claims(claims), answers, problems, _numbers(claims))


def _stored(cell: Mapping[str, Any]) -> dict[str, Any]:
    """Answers that `student.hand_in` kept in the output of its cell, as data."""
    out: dict[str, Any] = {}
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else []:
        data = output.get("data") if isinstance(output, dict) else None
        kept = data.get(STORED) if isinstance(data, dict) else None
        if not isinstance(kept, dict) or len(kept) > MAX_QUESTIONS:
            continue
        for question, value in kept.items():
            with contextlib.suppress(NegotiateError):
                out[str(question)] = _plain(value, 0, [0])
    return out


def empty_entry(entry: Any) -> bool:
    """Whether an entry was left open."""
    return entry is None or entry in ("", [], {})


def _source(cell: Mapping[str, Any]) -> str:
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    return source[:MAX_ANSWERS] if isinstance(source, str) else ""


def _cell(source: str, answers: dict[str, Any], problems: dict[str, str]) -> None:
    """Assignments of literals in a cell; a later one replaces an earlier one, as when run."""
    for found in _ASSIGN.finditer(source):
        question = found[2]
        if question is None:
            _whole(source, found.end(), answers, problems)
            continue
        answers.pop(question, None)
        problems.pop(question, None)
        if len(answers) + len(problems) >= MAX_QUESTIONS:
            return
        try:
            value, end = literal_at(source, found.end())
            if not _ANSWER_LINE.match(source, end):
                raise LiteralError(
                    "the answer is computed",
                    allowed='a plain value such as 3/4, "war", [1, 2]',
                    remedy="write the result itself: answers are read, never run",
                )
            answers[question] = value
        except LiteralError as error:
            problems[question] = str(error)


def _whole(source: str, at: int, answers: dict[str, Any], problems: dict[str, str]) -> None:
    """``answers = {...}`` replaces all that stood before; what is no table is left aside."""
    try:
        value, _ = literal_at(source, at)
    except LiteralError:
        return
    if isinstance(value, dict):
        answers.clear()
        problems.clear()
        answers.update(list(value.items())[:MAX_QUESTIONS])


# Writing


def write_answers(
    exercise: str,
    student: str,
    stamp: str,
    answers: Mapping[str, Any],
    numbers: Mapping[str, str] | None = None,
) -> str:
    """An answers file as TOML; the stamp proves ``numbers``, the student's drawn numbers."""
    lines = [
        '# Answers to one exercise: numbers as 0.75 or "3/4", words in quotes, lists in [ ].',
        'kind = "answers"',
        f"exercise = {json.dumps(exercise)}",
        f"student = {json.dumps(student)}",
        f"stamp = {json.dumps(stamp)}",
        *([f"numbers = {toml(numbers)}"] if numbers else []),
        "",
        "[answers]",
    ]
    lines += [f"{name} = {toml(value)}" for name, value in answers.items()]
    return "\n".join(lines) + "\n"


def simple(value: float) -> Fraction | None:
    """The fraction a float stands for, where a simple one has just this float.

    In a notebook 1/3 is a float by the time it is written down; a student who computed it has
    found the exact number.

    >>> simple(1 / 3), simple(0.1), simple(2**0.5)
    (Fraction(1, 3), Fraction(1, 10), None)
    """
    near = Fraction(value).limit_denominator(SIMPLE)
    return near if float(near) == value else None


def toml(value: Any) -> str:
    """A plain value in TOML, on one line."""
    if value is None:
        return '""'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(int(value)) if value.bit_length() < MAX_BITS else '"a number too large"'
    if isinstance(value, float):
        if value != value or abs(value) == float("inf"):
            return '""'
        return toml(near) if (near := simple(float(value))) is not None else repr(float(value))
    if isinstance(value, Fraction):
        if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_BITS:
            return '"a number too large"'
        return str(value.numerator) if value.denominator == 1 else f'"{value}"'
    if isinstance(value, str):
        value = value.encode("utf-8", "replace").decode()  # no half of a surrogate pair
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        inside = ", ".join(f"{toml(str(k))} = {toml(v)}" for k, v in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, (list, tuple, set, frozenset)):
        return "[" + ", ".join(toml(v) for v in value) + "]"
    if hasattr(value, "item"):  # a NumPy number
        return toml(value.item())
    return toml(str(value))
