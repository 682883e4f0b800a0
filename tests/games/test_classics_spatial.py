"""Every spatial file answers as it says itself, and every answer passes its definition."""

import tomllib
from fractions import Fraction
from pathlib import Path

import pytest

import negotiate as ng
from negotiate import declare
from negotiate.spatial.files import open_file

FOLDER = Path(__file__).parents[2] / "games" / "classics"
FILES = sorted(
    path
    for path in FOLDER.glob("*.toml")
    if tomllib.loads(path.read_text(encoding="utf-8")).get("kind") == "spatial"
)
CASES = [(path, k) for path in FILES for k in range(len(open_file(path).expected))]


def test_there_are_some():
    assert {path.stem for path in FILES} >= {
        "ec-emissions",
        "logroll",
        "agenda-setter",
        "ktab-example",
    }


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_file_has_sources_and_answers(path):
    file = open_file(path)
    assert file.id == path.stem and file.source and file.expected
    known = {source.id for source in file.source}
    assert {s for e in file.expected for s in e.source} <= known
    assert ng.open(path.stem).as_case().principals == file.players


@pytest.mark.parametrize(
    ("path", "number"),
    CASES,
    ids=[f"{p.stem}-{k}-{open_file(p).expected[k].concept}" for p, k in CASES],
)
def test_expected_answers(path, number):
    file = open_file(path)
    model, expected = file.game(), file.expected[number]
    concept = declare.concept_named(expected.concept)
    found = concept(model, **expected.settings)
    assert all(item.holds for item in found.evidence) and found.evidence
    within = float(expected.within)
    for point in expected.points:
        for issue, level in point.items():
            wanted = Fraction(str(level))
            if not within:
                assert found.exact and found[0].terms[issue] == wanted
            else:
                assert float(found[0].terms[issue]) == pytest.approx(float(wanted), abs=within)
    for party, exponent in expected.risk_exponents.items():
        told = next(iter(found[0].facts["risk_exponents"].values()))
        assert told[party] == pytest.approx(float(exponent), abs=within)
