"""Draws: repeatable, different for different students, uniform, refused where stated."""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiate.course import drawing
from negotiate.course.exercise import Exercise
from negotiate.course.reader import loads
from negotiate.errors import InputError, NoSolutionError
from tests.course.conftest import KEY

NAMES = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FFF), min_size=1, max_size=20)

TINY = """
format = 1
kind = "exercise"
id = "tiny"
title = "t"
topic = "t"
difficulty = 1
text = "t"
[quantity]
a = [1, 2, 3]
b = { low = 0, high = 1, step = "1/2" }
[draw]
require = ["a != 2"]
[[question]]
id = "q"
kind = "fraction"
text = "<<a>>"
answer = "a + b"
"""


@pytest.fixture(scope="module")
def tiny() -> Exercise:
    return loads(TINY)


@settings(max_examples=25, deadline=None)
@given(student=NAMES)
def test_a_draw_can_be_repeated(chicken: Exercise, student: str) -> None:
    one, two = (drawing.first(chicken, student, KEY) for _ in range(2))
    assert one.numbers() == two.numbers() and one.stamp == two.stamp


@settings(max_examples=25, deadline=None)
@given(students=st.lists(NAMES, min_size=2, max_size=6, unique_by=lambda s: s))
def test_no_two_students_of_a_class_have_the_same_numbers(
    chicken: Exercise, students: list[str]
) -> None:
    found = drawing.assign(chicken, students, KEY)
    assert len({variant.numbers() for variant in found.values()}) == len(students)
    assert len({variant.stamp for variant in found.values()}) == len(students)


def test_the_hash_is_hmac_sha256_of_the_fields_with_their_lengths() -> None:
    message = b"\x00\x00\x00\x02ab\x00\x00\x00\x01c"
    assert drawing.digest(KEY, "ab", "c") == hmac.new(KEY, message, hashlib.sha256).digest()
    assert drawing.digest(KEY, "ab", "c") != drawing.digest(KEY, "a", "bc")


def test_a_key_or_exercise_changes_the_numbers(chicken: Exercise) -> None:
    others = [drawing.first(chicken, "s1", KEY + bytes([i])).numbers() for i in range(6)]
    assert len({drawing.first(chicken, "s1", KEY).numbers(), *others}) >= 6
    renamed = chicken.model_copy(update={"id": "other"})
    assert drawing.first(renamed, "s1", KEY).stamp != drawing.first(chicken, "s1", KEY).stamp


def test_refused_draws_never_appear_and_the_rest_are_uniform(tiny: Exercise) -> None:
    found = Counter(drawing.first(tiny, f"s{i}", KEY).numbers() for i in range(1200))
    assert all(dict(numbers)["a"] != 2 for numbers in found)
    assert len(found) == 6  # two values of a times three of b
    assert all(120 < count < 280 for count in found.values())  # 200 each, 5 deviations of 13


def test_students_beyond_the_grid_are_refused_with_the_count(tiny: Exercise) -> None:
    found = drawing.assign(tiny, [f"s{i}" for i in range(6)], KEY)
    assert len({v.numbers() for v in found.values()}) == 6
    with pytest.raises(NoSolutionError, match="6 variants are in use"):
        drawing.assign(tiny, [f"s{i}" for i in range(7)], KEY)


def test_students_added_at_the_end_change_nobodys_numbers(tiny: Exercise) -> None:
    four = drawing.assign(tiny, ["d", "b", "a", "c"], KEY)
    six = drawing.assign(tiny, ["d", "b", "a", "c", "x", "y"], KEY)
    assert all(four[s].numbers() == six[s].numbers() for s in four)


def test_a_stamp_names_its_variant_and_no_other_student(tiny: Exercise) -> None:
    found = drawing.assign(tiny, [f"t{i}" for i in range(6)], KEY)
    moved = [v for v in found.values() if v.turn > 0]
    assert moved, "with six of six variants in use somebody takes a later draw"
    for student, variant in found.items():
        again = drawing.stamped(tiny, student, KEY, variant.stamp)
        assert again is not None and again.numbers() == variant.numbers()
        other = next(s for s in found if s != student)
        assert drawing.stamped(tiny, other, KEY, variant.stamp) is None


def test_an_impossible_exercise_says_why(tiny: Exercise) -> None:
    none = tiny.model_copy(update={"draw": tiny.draw.model_copy(update={"require": ("a > 3",)})})
    with pytest.raises(NoSolutionError, match="a > 3 does not hold"):
        drawing.first(none, "s", KEY)


def test_draws_at_which_a_mistake_is_right_are_refused() -> None:
    text = TINY + '[[question.mistake]]\nid = "m"\nanswer = "2 * a"\nfeedback = "no"\n'
    exercise = loads(text)
    for i in range(60):  # a + b = 2a where b = a: a = 1, b = 1
        drawn = drawing.first(exercise, f"s{i}", KEY).drawn
        assert drawn["a"] != drawn["b"]


@pytest.mark.parametrize("key", [b"", b"short", b"   1234567890   ", b"x" * 5000])
def test_weak_keys_are_refused(key: bytes) -> None:
    with pytest.raises(InputError, match="course key of"):
        drawing.key_from(key)
