"""The view of a course of learning names players, strategies and what runs along the axis."""

import negotiate as ng
from negotiate.strategic.learning import path as path_of


def test_two_populations_have_a_line_per_player_and_strategy():
    course = path_of(ng.open("matching-pennies"), dynamics="asymmetric_replicator", steps=50)
    text = course.text()
    for name in ("Row: Heads", "Column: Tails", "time"):
        assert name in text and name in course.html()
    assert course.figure().startswith("<svg") and "NaN" not in course.figure()


def test_one_population_is_shown_once():
    course = path_of(ng.open("stag-hunt"), dynamics="replicator", steps=50)
    assert "Row" not in course.text() and "Stag" in course.text()
