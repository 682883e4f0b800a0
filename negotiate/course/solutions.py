"""Worked solutions: the toolkit's own steps, then the author's text with the student's numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from negotiate import declare
from negotiate.course import package
from negotiate.course.drawing import Variant
from negotiate.course.exercise import Exercise, Question
from negotiate.course.text import fill, shown, tex
from negotiate.errors import NegotiateError


def answers(variant: Variant) -> dict[str, Any]:
    """Correct answers by question; expressions as their text, words and case files left out."""
    out: dict[str, Any] = {}
    for question in variant.exercise.question:
        if question.kind in ("text", "case"):
            continue
        if question.kind == "expression":
            if isinstance(question.answer, str):
                out[question.id] = question.answer
            continue
        out[question.id] = variant.world.correct(question)
    return out


def answer_text(question: Question, correct: Any) -> str:
    """A correct answer in words: Markdown."""
    if question.kind == "expression":
        return f"`{correct}`" if correct else "any expression equal to the toolkit's answer"
    if question.kind in ("number", "fraction"):
        exact, near = shown(correct), shown(correct, "4")
        return f"${tex(correct)}$" + (f" (about {near})" if "/" in exact else "")
    if question.kind in ("choice", "choices"):
        texts = {option.id: option.text for option in question.options}
        given = (correct,) if isinstance(correct, str) else correct
        return "; ".join(f"`{one}`: {texts.get(one, one)}" for one in given) or "none of them"
    return shown(correct)


def worked(variant: Variant, question: Question, known: Mapping[str, Any] | None = None) -> str:
    """The worked solution of one question: the answer, the toolkit's steps, the author's words."""
    known = answers(variant) if known is None else known
    parts = []
    if question.kind == "case":
        parts.append("The case file is asked for: " + "; ".join(f"`{m}`" for m in question.must))
    elif question.kind != "text":
        correct = package.encoded(question, variant, known.get(question.id))
        words = answer_text(_coded(question, variant), correct)
        parts.append(f"**Answer:** {fill(words, variant.world)}")
    if question.explain:
        steps = explained(variant, question)
        if steps:
            parts.append(steps)
    if question.solution:
        where = f"question {question.id}, solution"
        parts.append(fill(question.solution.strip(), variant.world, where=where, answers=known))
    return "\n\n".join(parts)


def _coded(question: Question, variant: Variant) -> Question:
    """A question whose options carry the codes that the student sees."""
    codes = package.option_codes(question, variant)
    options = tuple(o.model_copy(update={"id": codes[o.id]}) for o in question.options)
    return question.model_copy(update={"options": options})


def explained(variant: Variant, question: Question) -> str:
    """Worked steps of the concept on the question's game; empty where it cannot explain itself."""
    module = declare.concept_named(question.explain)
    if not hasattr(module, "explain"):
        return ""
    named = question.game or getattr(question.answer, "game", "")
    try:
        text = str(module.explain(variant.world.game(named)))
    except NegotiateError:
        return ""
    # steps stand below a question's own heading
    return "\n".join(f"###{line}" if line.startswith("#") else line for line in text.splitlines())


def sheet(variant: Variant) -> str:
    """An instructor's solution sheet of one student's exercise."""
    exercise: Exercise = variant.exercise
    known = answers(variant)
    lines = [
        f"# {fill(exercise.title, variant.world)}: solution for {variant.student}",
        "",
        f"Exercise `{exercise.id}`, stamp `{variant.stamp}`.",
        "",
        fill(exercise.text.strip(), variant.world),
    ]
    for number, question in enumerate(exercise.question, start=1):
        points = shown(question.points)
        lines += [
            "",
            f"## {number}. {question.id} ({points} point{'s' if points != '1' else ''})",
            "",
            fill(question.text.strip(), variant.world),
            "",
            worked(variant, question, known),
        ]
        for mistake in question.mistake:
            lines += ["", *_mistake(variant, question, mistake)]
    lines += cited(exercise, "## Sources")
    return "\n".join(lines) + "\n"


def cited(exercise: Exercise, heading: str) -> list[str]:
    """The publications that solutions name, as lines of Markdown; nothing where there are none."""
    if not exercise.source:
        return []
    entries = (f"- {s.text}{f' <{s.url}>' if s.url else ''}" for s in exercise.source)
    return ["", heading, "", *entries]


def _mistake(variant: Variant, question: Question, mistake: Any) -> list[str]:
    from negotiate.course.marking import mistaken

    if question.kind == "expression":
        given = f"`{mistake.answer}`" if isinstance(mistake.answer, str) else "the toolkit's"
    else:
        value = mistaken(variant.world, question, mistake)
        if value is None:
            return []
        given = shown(package.encoded(question, variant, value))
    words = fill(mistake.feedback, variant.world)
    return [f"- *{mistake.id}* ({given}), credit {shown(mistake.credit)}: {words}"]
