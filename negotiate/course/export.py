"""Exercises for nbgrader and for Otter-Grader, for those who grade with these.

Both tools hand one notebook to the whole class and grade by running it. So an exported exercise
has the same numbers for everybody (those drawn for a name of the instructor's choice), and what
students write is executed by the tool, in its own sandbox or none: that is the tool's way, not
this toolkit's. The tests in the notebook call `negotiate.course.autograde`, which needs the
toolkit where the grading runs. Solutions and hidden tests stand in the instructor's version only;
the tools strip them from what students get.

nbgrader: cells with metadata of schema version 3; a test cell's last value is its partial credit.
https://nbgrader.readthedocs.io/en/stable/contributor_guide/metadata.html

Otter: raw cells ``# BEGIN QUESTION`` ... of the assign format, one hidden test for each part of an
answer. https://otter-grader.readthedocs.io/en/latest/otter_assign/notebook_format.html
"""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from negotiate.course import files, package, solutions
from negotiate.course.drawing import Variant
from negotiate.course.exercise import Exercise, Question
from negotiate.course.text import fill
from negotiate.errors import UnknownNameError

NOTICE = (
    "Write each answer in its cell: a number (`0.75`, `3/4`), a word in quotes, a list. "
    "Here, unlike with `negotiate course grade`, the cells are run when they are graded."
)
KERNEL: dict[str, Any] = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def payload(exercise_text: str, variant: Variant) -> str:
    """An exercise and its drawn numbers as one word, for the hidden tests."""
    numbers = {name: str(value) for name, value in variant.drawn.items()}
    document = json.dumps({"exercise": exercise_text, "numbers": numbers}, sort_keys=True)
    return base64.b64encode(zlib.compress(document.encode(), 9)).decode()


def answer_literal(question: Question, correct: Any) -> str:
    """A correct answer as a student would write it in Python."""
    return repr(_written(correct)) if correct is not None else '""'


def _written(value: Any) -> Any:
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, float):
        return value
    if isinstance(value, Mapping):
        return {key: _written(entry) for key, entry in value.items()}
    if isinstance(value, (tuple, list)):
        return [_written(entry) for entry in value]
    return str(value)


def parts(variant: Variant, question: Question) -> int:
    """How many parts of an answer earn points of their own."""
    if not question.partial or question.kind in ("number", "fraction", "choice", "expression"):
        return 1
    if question.kind == "interval":
        return 2
    if question.kind == "case":
        return max(len(question.must), 1)
    correct = variant.world.correct(question)
    if question.kind == "profile":
        inner = [e for e in correct.values() if any(isinstance(v, dict) for v in e.values())]
        return sum(len(e) for e in inner) or len(correct)
    return max(len(correct), 1) if isinstance(correct, (tuple, dict)) else 1


# nbgrader


def nbgrader(variant: Variant, exercise_text: str) -> dict[str, str]:
    """An nbgrader assignment: ``source/<exercise>/<exercise>.ipynb``."""
    exercise = variant.exercise
    known = solutions.answers(variant)
    word = payload(exercise_text, variant)
    cells = [
        package.with_trees(_locked("head", _head(variant)), variant, exercise.text),
        _locked("notice", NOTICE),
        {**_code("answers = {}"), "metadata": _nb("setup", locked=True)},
    ]
    for number, question in enumerate(exercise.question, start=1):
        name = _name(exercise, question)
        points = float(question.points)
        told = _locked(f"{name}-text", package.question_text(variant, question, number))
        cells.append(package.with_trees(told, variant, question.text))
        if question.kind == "text":
            cells.append(
                {
                    "cell_type": "markdown",
                    "source": "*Your answer here.*",
                    "metadata": _nb(name, solution=True, grade=True, points=points),
                }
            )
            continue
        literal = answer_literal(question, known.get(question.id))
        # the name of the answer stays where nbgrader takes the solution out
        named = f'answers["{question.id}"] ='
        body = f"{named} None\n### BEGIN SOLUTION\n{named} {literal}\n### END SOLUTION"
        cells.append({**_code(body), "metadata": _nb(name, solution=True)})
        test = (
            f'assert "{question.id}" in answers, "no answer to {question.id}"\n'
            "### BEGIN HIDDEN TESTS\n"
            "from negotiate.course.autograde import points\n"
            f'points("{question.id}", answers["{question.id}"], "{word}")\n'
            "### END HIDDEN TESTS"
        )
        meta = _nb(f"{name}-test", locked=True, grade=True, points=points)
        cells.append({**_code(test), "metadata": meta})
    path = f"source/{exercise.id}/{exercise.id}.ipynb"
    return {path: package.book(cells, KERNEL)}


def _nb(
    name: str,
    *,
    solution: bool = False,
    grade: bool = False,
    locked: bool = False,
    points: float | None = None,
) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "grade_id": re.sub(r"[^A-Za-z0-9_-]", "-", name),
        "schema_version": 3,
        "task": False,
        "solution": solution,
        "grade": grade,
        "locked": locked,
    }
    if points is not None:
        entry["points"] = points
    return {"nbgrader": entry}


def _locked(name: str, text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "source": text, "metadata": _nb(name, locked=True)}


# Otter


def otter(variant: Variant, exercise_text: str) -> dict[str, str]:
    """A notebook in the format that ``otter assign`` reads: ``<exercise>/<exercise>.ipynb``."""
    exercise = variant.exercise
    known = solutions.answers(variant)
    word = payload(exercise_text, variant)
    config = (
        "# ASSIGNMENT CONFIG\ninit_cell: true\nexport_cell: false\n"
        "generate:\n  pdf: false\n  show_stdout: false\n"
    )
    cells = [
        _raw(config), package.with_trees(_markdown(_head(variant)), variant, exercise.text),
        _markdown(NOTICE), _code("answers = {}"),
    ]  # fmt: skip
    for number, question in enumerate(exercise.question, start=1):
        cells += _otter_question(variant, question, number, known, word)
    path = f"{exercise.id}/{exercise.id}.ipynb"
    return {path: package.book(cells, KERNEL)}


def _otter_question(
    variant: Variant, question: Question, number: int, known: Mapping[str, Any], word: str
) -> list[dict[str, Any]]:
    manual = question.kind == "text"
    head = [f"name: {question.id}", f"points: {float(question.points):g}"]
    if manual:
        head.append("manual: true")
    out = [
        _raw("# BEGIN QUESTION\n" + "\n".join(head)),
        package.with_trees(
            _markdown(package.question_text(variant, question, number)), variant, question.text
        ),
        _raw("# BEGIN SOLUTION"),
    ]
    literal = answer_literal(question, known.get(question.id))
    if manual:
        words = fill(question.solution, variant.world, answers=known) or "a person marks this."
        out.append(_markdown(f"**SOLUTION:** {words}"))
    else:
        out.append(_code(f'answers["{question.id}"] = {literal} # SOLUTION'))
    out.append(_raw("# END SOLUTION"))
    if not manual:
        count = parts(variant, question)
        out.append(_raw("# BEGIN TESTS"))
        for part in range(1, count + 1):
            # without points of its own each test gets an equal part of the question's
            settings = '""" # BEGIN TEST CONFIG\nhidden: true\n""" # END TEST CONFIG'
            test = (
                f"{settings}\nfrom negotiate.course.autograde import share\n"
                f'bool(share("{question.id}", answers.get("{question.id}"), "{word}")'
                f" >= {part} / {count} - 1e-9)"
            )
            out.append(
                {
                    **_code(test),
                    "outputs": [
                        {
                            "output_type": "execute_result",
                            "execution_count": None,
                            "metadata": {},
                            "data": {"text/plain": "True"},
                        }
                    ],
                }
            )
        out.append(_raw("# END TESTS"))
    out.append(_raw("# END QUESTION"))
    return out


# Cells


def _head(variant: Variant) -> str:
    exercise = variant.exercise
    return (
        f"# {fill(exercise.title, variant.world)}\n\n{fill(exercise.text.strip(), variant.world)}"
    )


def _name(exercise: Exercise, question: Question) -> str:
    return f"{exercise.id}-{question.id}"


def _markdown(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def _raw(text: str) -> dict[str, Any]:
    return {"cell_type": "raw", "metadata": {}, "source": text}


def _code(text: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "outputs": [],
        "source": text,
        "metadata": {},
    }


FORMATS: dict[str, Callable[[Variant, str], dict[str, str]]] = {
    "nbgrader": nbgrader,
    "otter": otter,
}


def export(
    exercises: Mapping[str, tuple[Exercise, str]], key: bytes, out: Path, *, to: str, student: str
) -> list[Path]:
    """Write exercises in a format; ``student`` names the draw that everybody gets.

    Parameters
    ----------
    exercises
        Id to the exercise and the text of its file.
    """
    from negotiate.course.drawing import first

    if to not in FORMATS:
        raise UnknownNameError("format", to, FORMATS)
    written = []
    for exercise, text in exercises.values():
        plain = exercise.model_copy(update={"draw": exercise.draw.model_copy(update={"names": {}})})
        variant = replace(first(plain, student, key), coded=False)  # one version for everybody
        for name, content in FORMATS[to](variant, text).items():
            files.write(out / name, content)
            written.append(out / name)
    return written
