"""What a student gets: a notebook, an answers file, and the public part of the exercise.

    <exercise>.ipynb           text, hints, one cell for each answer
    <exercise>.answers.toml    the same answers to be filled in without a notebook
    <exercise>.public.json     kinds of answer, options, public checks; no answers, no key

The stamp in each is a keyed hash of the numbers. None of these files holds an answer, a mistake or
the course key; the drawn numbers stand in the text anyway.
"""

from __future__ import annotations

import base64
import json
from fractions import Fraction
from hashlib import sha256
from typing import Any

from negotiate.course.drawing import Variant
from negotiate.course.exercise import Option, Question
from negotiate.course.kinds import KINDS, shape
from negotiate.course.submission import write_answers
from negotiate.course.text import fill, holes, shown, table

MAX_PICTURE = 60
"""Nodes of a tree that a picture of a page's width can show."""
NOTICE = (
    "Write each answer as a plain value: a number (`0.75`, `3/4`), a word in quotes, a list. "
    'Answers are read, never run: `answers["q"] = x + 1` is not seen. '
    "Run the last cell to write your answers file and to see the public checks."
)


def allowed(question: Question, variant: Variant) -> str:
    """What a student may write, in words, with this question's own labels."""
    kind = KINDS[question.kind]
    if question.options:
        codes = option_codes(question, variant)
        names = ", ".join(f'"{codes[option.id]}"' for option in offered(question, variant))
        return f"{kind.allowed}: {names}"
    if question.variables:
        return f"{kind.allowed}: {', '.join(question.variables)}"
    if question.labels:
        return f"{kind.allowed}: {', '.join(question.labels)}{_near(question)}"
    if question.kind in ("profile", "equilibria"):
        return f"{kind.allowed}; {_labels(shape(variant.world, question))}{_near(question)}"
    return f"{kind.allowed}{_near(question)}"


def _near(question: Question) -> str:
    """How near an answer must be, in words; empty where it must be exact."""
    if question.tolerance:
        return f" (right within {_decimal(question.tolerance)})"
    if question.relative:
        return f" (right within {_decimal(100 * question.relative)} % of the answer)"
    return ""


def _decimal(value: Fraction) -> str:
    """A tolerance without an exponent: 0.00005."""
    return f"{float(value):.12f}".rstrip("0").rstrip(".")


def offered(question: Question, variant: Variant) -> tuple[Option, ...]:
    """The options in the order in which this student sees them.

    They are sorted by a hash of stamp, question and option, so where an option stands says nothing
    of where the author put it (authors tend to write the right one first), and differs from
    student to student. A question with ``keep_order`` keeps the order of the file.
    """
    if question.keep_order:
        return question.options
    return tuple(
        sorted(
            question.options,
            key=lambda o: sha256(f"{variant.stamp}|{question.id}|{o.id}".encode()).digest(),
        )
    )


LETTERS = "bcdfghjkmnpqrstvwxz"
"""Letters of codes: no vowels, so that no code is a word; none that looks like a digit."""


def option_codes(question: Question, variant: Variant) -> dict[str, str]:
    """Option to the two letters by which this student names it; the option itself where not coded.

    Codes come from a hash of stamp, question and option, so what a neighbour wrote for a choice
    says nothing, and no name of an option hints at what is right.
    """
    if not variant.coded:
        return {option.id: option.id for option in question.options}
    out: dict[str, str] = {}
    for option in question.options:
        for turn in range(400):
            hashed = sha256(f"code|{variant.stamp}|{question.id}|{option.id}|{turn}".encode())
            number = int.from_bytes(hashed.digest()[:4], "big")
            code = LETTERS[number % 19] + LETTERS[number // 19 % 19]
            if code not in out.values():
                break
        out[option.id] = code
    return out


def encoded(question: Question, variant: Variant, answer: Any) -> Any:
    """An answer as this student writes it: options by their codes."""
    codes = option_codes(question, variant)
    if isinstance(answer, str):
        return codes.get(answer, answer)
    if question.options and isinstance(answer, (list, tuple)):
        return [codes.get(one, one) if isinstance(one, str) else one for one in answer]
    return answer


def decoded(question: Question, variant: Variant, entry: Any) -> Any:
    """What a student wrote, with codes of options turned into the options.

    An option's own id in place of its code stands for no option: nobody was shown it.
    """
    if not question.options or not variant.coded:
        return entry
    known = {code: option for option, code in option_codes(question, variant).items()}

    def one(word: Any) -> Any:
        if not isinstance(word, str):
            return "?" if word is not None else word
        plain = word.strip().strip("'\"").casefold()
        return known.get(plain, word if not word.strip() else f"({word.strip()[:60]})")

    if isinstance(entry, str) and question.kind == "choices":
        entry = [part for part in entry.split(",") if part.strip()]
    if isinstance(entry, (list, tuple)):
        return [one(word) for word in entry]
    return one(entry)


def _labels(labels: Any, name: str = "") -> str:
    """Labels a profile may use, in words."""
    if isinstance(labels, dict):
        return "; ".join(
            _labels(entry, f'{name} at "{key}"' if name else key) for key, entry in labels.items()
        )
    return f"{name}: {' or '.join(labels)}"


def example(question: Question, variant: Variant) -> str:
    """An entry of the right shape; dots stand where a label of it would be a hint."""
    if question.options:
        return '["...", "..."]' if question.kind == "choices" else '"..."'
    if question.labels:
        return json.dumps(dict.fromkeys(question.labels, "1/2"))
    if question.kind in ("profile", "equilibria"):
        entry = json.dumps(_dots(shape(variant.world, question)), ensure_ascii=False)
        return f"[{entry}, ...]" if question.kind == "equilibria" else entry
    if question.variables:
        return json.dumps(" + ".join(question.variables))
    return KINDS[question.kind].example


def _dots(labels: Any) -> Any:
    if isinstance(labels, dict):
        return {name: _dots(entry) for name, entry in labels.items()}
    return "..."


def public(variant: Variant) -> str:
    """The public part of an exercise as JSON: what `negotiate course check` needs."""
    exercise = variant.exercise
    questions = []
    for question in exercise.question:
        entry: dict[str, Any] = {
            "id": question.id,
            "kind": question.kind,
            "points": str(question.points),
            "options": [
                option_codes(question, variant)[option.id] for option in offered(question, variant)
            ],
            "labels": list(question.labels),
            "variables": list(question.variables),
            "public": list(question.public),
        }
        if question.kind in ("profile", "equilibria"):
            entry["shape"] = shape(variant.world, question)
        questions.append(entry)
    document = {
        "kind": "exercise-public",
        "exercise": exercise.id,
        "title": exercise.title,
        "student": variant.student,
        "stamp": variant.stamp,
        "drawn": drawn_numbers(variant),
        "numbers": _numbers(variant),
        "questions": questions,
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def drawn_numbers(variant: Variant) -> dict[str, str]:
    """The drawn numbers as text, for the stamp to prove."""
    return {name: str(value) for name, value in variant.drawn.items()}


def _numbers(variant: Variant) -> dict[str, str]:
    """The drawn numbers, and those computed ones that a public check reads."""
    from negotiate.course.conditions import read

    exercise = variant.exercise
    read_by = {n for q in exercise.question for text in q.public for n in read(text).names}
    return {
        name: str(variant.world[name])
        for name, quantity in exercise.quantity.items()
        if quantity.drawn or name in read_by
    }


def answers_file(variant: Variant) -> str:
    """An answers file to be filled in: every question open, with what is allowed beside it."""
    text = write_answers(
        variant.exercise.id, variant.student, variant.stamp, {}, drawn_numbers(variant)
    )
    lines = [text.rstrip("\n")]
    for question in variant.exercise.question:
        sample = toml_example(example(question, variant))
        words = " ".join(allowed(question, variant).split())
        lines += ["", f"# {words}", f"# {question.id} = {sample}", f'{question.id} = ""']
    return "\n".join(lines) + "\n"


def toml_example(entry: str) -> str:
    """A JSON example in TOML."""
    from negotiate.course.submission import toml

    dotted = entry.replace(", ...]", "]")
    return toml(json.loads(dotted)) + (" and so on" if dotted != entry else "")


# The notebook


def question_text(variant: Variant, question: Question, number: int, *, hints: bool = True) -> str:
    """A question as Markdown: text, options, how to answer, hints folded away."""
    world = variant.world
    points = shown(question.points)
    lines = [
        f"### {number}. ({points} point{'s' if points != '1' else ''})",
        "",
        fill(question.text.strip(), world, where=f"question {question.id}"),
    ]
    if question.options:
        codes = option_codes(question, variant)
        lines += [
            "",
            *(f"- `{codes[o.id]}`: {fill(o.text, world)}" for o in offered(question, variant)),
        ]
    words, sample = allowed(question, variant), example(question, variant)
    asked = "" if question.kind == "choice" else f" For example `{sample}`"
    lines += ["", f"*Answer: {words}.*{asked}"]
    if hints:
        for place, hint in enumerate(question.hints, start=1):
            lines += [
                "",
                f"<details><summary>Hint {place}</summary>",
                "",
                fill(hint, world),
                "",
                "</details>",
            ]
    return "\n".join(lines)


def notebook(variant: Variant, *, hints: bool = True) -> str:
    """The student's notebook as JSON; the same variant gives the same bytes."""
    exercise, world = variant.exercise, variant.world
    total = shown(exercise.points())
    head = (
        f"# {fill(exercise.title, world)}\n\n*{exercise.topic}; about {exercise.minutes} minutes; "
        f"{total} points; for {variant.student}*\n\n{fill(exercise.text.strip(), world)}"
    )
    cells = [
        with_trees(_markdown(head), variant, exercise.text),
        _markdown(NOTICE),
        _code("answers = {}"),
    ]
    for number, question in enumerate(exercise.question, start=1):
        told = _markdown(question_text(variant, question, number, hints=hints))
        cells.append(with_trees(told, variant, question.text))
        cells.append(_code(f'answers["{question.id}"] = None', tags=["answer"]))
    cells.append(
        _code(f'from negotiate.course.student import hand_in\n\nhand_in(answers, "{exercise.id}")')
    )
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "negotiate": {
            "exercise": exercise.id,
            "student": variant.student,
            "stamp": variant.stamp,
            "numbers": drawn_numbers(variant),
        },
    }
    return book(cells, metadata)


def book(cells: list[dict[str, Any]], metadata: dict[str, Any]) -> str:
    """Cells as a notebook of format 4.5, ids by position."""
    numbered = [{"id": f"cell-{i:02d}", **cell} for i, cell in enumerate(cells)]
    document = {"cells": numbered, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def with_trees(cell: dict[str, Any], variant: Variant, text: str) -> dict[str, Any]:
    """A Markdown cell with pictures of the trees its text shows, as attachments.

    The tree stands in the text as a list too, for readers without pictures.
    """
    from negotiate.declare import kind_of

    source, attached = cell["source"], {}
    for name, style in holes(text):
        game = variant.world.game(style) if name == "game" else None
        if game is None or kind_of(game) != "extensive" or game.count > MAX_PICTURE:
            continue
        file, words = f"{style or 'game'}.svg", table(game)
        source = source.replace(words, f"{words}\n![game tree](attachment:{file})\n", 1)
        attached[file] = {"image/svg+xml": base64.b64encode(game.figure().encode()).decode()}
    return {**cell, "source": source, "attachments": attached} if attached else cell


def _markdown(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def _code(text: str, *, tags: list[str] | None = None) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "outputs": [],
        "source": text,
        "metadata": {"tags": tags} if tags else {},
    }
