"""Findings in a case file: every mistake is placed, at once, with its remedy."""

import re
from fractions import Fraction

import pytest

from negotiate.case import read as casefile
from negotiate.errors import CaseError, FileFormatError, TooLargeError, UnknownNameError

SMALL = """format = 1
kind = "negotiation"
id = "small"
title = "A small dispute"

[[issue]]
id = "land"
name = "Land"

[[issue]]
id = "trade"
name = "Trade"

[[party]]
id = "ann"
name = "Ann"
discount = { value = 0.9, judgement = true }
[party.weights]
land = { value = 0.7, judgement = true }
trade = { value = 0.3, judgement = true }
[party.values.land]
ideal = { value = 1, judgement = true }
[party.values.trade]
ideal = { value = 1, judgement = true }

[[party]]
id = "bob"
name = "Bob"
[party.weights]
land = { value = 0.4, judgement = true }
trade = { value = 0.6, judgement = true }
[party.values.land]
ideal = { value = 0, judgement = true }
[party.values.trade]
ideal = { value = 0, judgement = true }

[[branch]]
id = "standoff"
name = "Standoff"
probability = { value = 0.75, judgement = true }
terms = { land = { value = 0, judgement = true }, trade = { value = 0, judgement = true } }

[[branch]]
id = "war"
name = "War"
probability = { value = 0.25, judgement = true }
terms = { land = { value = 1, judgement = true }, trade = { value = 0, judgement = true } }

[[lever]]
id = "sanctions"
name = "Sanctions"
holder = "ann"
cost = { bob = { value = 0.4, judgement = true }, ann = { value = 0.1, judgement = true } }
credibility.standoff = { value = 0.5, judgement = true }
credibility.war = { value = 1, judgement = true }

[quantity]
rate = { value = 0.5, judgement = true }
double = { value = "2 * rate" }
"""


def broken(*changes):
    text = SMALL
    for old, new in changes:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    return text


def errors(text):
    found, case = casefile.findings(text, "case.toml")
    wrong = [f for f in found if f.severity == "error"]
    assert (case is None) == bool(wrong)
    return wrong


def the_error(text, what):
    """The one error that says ``what``, after checking that its place is that of its text."""
    hits = [f for f in errors(text) if what in f.what]
    assert len(hits) == 1, [str(f) for f in errors(text)]
    finding = hits[0]
    line = text.split("\n")[finding.line - 1]
    head, shown, caret = str(finding).split("\n")[:3]
    assert head.startswith(f"case.toml:{finding.line}:{finding.column}: error:")
    # the caret points at the same characters as line and column do (short lines are not cut)
    start = caret.index("^")
    assert set(caret[start:]) == {"^"}
    if len(line) <= 96:
        assert shown.endswith(line)
        width = len(caret) - start
        assert shown[start : start + width] == line[finding.column - 1 :][:width]
    return finding, line[finding.column - 1 :]


def test_a_clean_case_has_no_findings():
    assert casefile.findings(SMALL)[0] == []
    assert casefile.loads(SMALL).principals == ("ann", "bob")


@pytest.mark.parametrize("case", sorted(casefile.cases()))
def test_shipped_negotiations_have_no_errors(case):
    path = casefile.cases()[case]
    if 'kind = "negotiation"' in path.read_text(encoding="utf-8"):
        assert [str(f) for f in casefile.check(case) if f.severity == "error"] == []


@pytest.mark.parametrize(
    ("change", "what", "under", "remedy"),
    [
        (("discount =", "discuont ="), "unknown key 'discuont'", "discuont", "'discount'"),
        (('name = "Sanctions"', 'nmae = "Sanctions"'), "unknown key 'nmae'", "nmae", "'name'"),
        (("land = { value = 0.7, judgement = true }\n", ""), "no weight for land", "", "add land"),
        (("ideal = { value = 1,", "ideal = { valeu = 1,"), "unknown key 'valeu'", "valeu", "value"),
        (("{ value = 0.3,", "{ value = 0.4,"), "the weights sum to 1.1", "", "-0.1"),
        (("war = { value = 1,", "war = { value = 1.2,"), "credibility 1.2", "1.2", ""),
        (("{ bob = { value = 0.4", "{ bbo = { value = 0.4"), "no party 'bbo'", "bbo", "'bob'"),
        (('holder = "ann"', 'holder = "anne"'), "no party 'anne'", '"anne"', "'ann'"),
        (("discount = { value = 0.9", "discount = { value = nan"), "not finite", "nan", ""),
        (("discount = { value = 0.9", "discount = { value = inf"), "not finite", "inf", ""),
        (('id = "trade"', 'id = "land"'), "duplicate id 'land'", '"land"', "issue number 1"),
        (('id = "war"', 'id = "standoff"'), "duplicate id 'standoff'", '"standoff"', ""),
        (("rate = { value = 0.5", 'rate = { value = "double / 2"'), "a circle", "", ""),
        (("2 * rate", "2 * rat"), "no quantity 'rat'", '"2 * rat"', "'rate'"),
        (("2 * rate", "2 * open(rate)"), "'open' is not a function", '"2 * open(rate)"', ""),
        (("probability = { value = 0.25", "probability = { value = 0.3"), "sum to 1.05", "", ""),
        (
            ('kind = "negotiation"\n', 'kind = "negotiaton"\n'),
            "'negotiaton'",
            '"negotiaton"',
            "'negotiation'",
        ),
        (('name = "Bob"\n', ""), "'name' is missing", "", "add a line name"),
    ],
)
def test_one_mistake(change, what, under, remedy):
    finding, found = the_error(broken(change), what)
    assert found.startswith(under)
    assert remedy in finding.remedy or remedy in finding.allowed
    with pytest.raises(CaseError, match=re.escape(what)):
        casefile.loads(broken(change))


def test_all_mistakes_are_reported_at_once_in_order_of_the_file():
    text = broken(
        ("discount =", "discuont ="),
        ("{ value = 0.3,", "{ value = 0.4,"),
        ("war = { value = 1,", "war = { value = 1.2,"),
        ("{ bob = { value = 0.4", "{ bbo = { value = 0.4"),
        ("2 * rate", "2 * double"),
    )
    with pytest.raises(CaseError) as caught:
        casefile.loads(text)
    found = caught.value.findings
    places = [(f.line, f.column) for f in found]
    assert places == sorted(places)
    for what in ("discuont", "sum to 1.1", "credibility 1.2", "bbo", "circle"):
        assert sum(what in f.what for f in found) == 1, what
    assert str(caught.value).startswith(f"{len(found)} errors")


def test_a_path_in_a_scenario_must_exist():
    text = SMALL + '\n[[scenario]]\nid = "s"\nname = "S"\nset = { "lever.sanction.cost.bob" = 1 }\n'
    finding, found = the_error(text, "no path 'lever.sanction.cost.bob'")
    assert "lever.sanctions.cost.bob" in finding.remedy and "lever.sanction" in found[:20]


def test_a_number_without_a_source_is_a_warning():
    found, case = casefile.findings(
        broken(("rate = { value = 0.5, judgement = true }", "rate = { value = 0.5 }"))
    )
    assert case is not None
    assert [(f.severity, f.what) for f in found] == [("warning", "a number without a source")]


def test_decimals_are_exact():
    tenth = ("{ value = 0.7,", "{ value = 0.1,")
    case = casefile.loads(broken(tenth, ("{ value = 0.3,", "{ value = 0.9,")))
    assert case.value("weight.ann.land") * 10 == 1


# ---- files that cannot be read ------------------------------------------------------------------


def test_an_empty_file(tmp_path):
    for number, content in enumerate((b"", b" \n\t\n", b"\xef\xbb\xbf")):
        path = tmp_path / f"empty{number}.toml"
        path.write_bytes(content)
        with pytest.raises(FileFormatError, match="the file is empty") as caught:
            casefile.load(path)
        assert (caught.value.line, caught.value.column) == (1, 1)
        assert str(path) in str(caught.value)


def test_a_file_of_50_megabytes_is_refused_unread(tmp_path):
    path = tmp_path / "big.toml"
    with path.open("wb") as stream:
        stream.truncate(50_000_000)  # sparse: nothing is written
    with pytest.raises(TooLargeError, match=r"50,000,000 bytes.*at most 4,000,000"):
        casefile.load(path)


def test_invalid_utf8_says_which_byte(tmp_path):
    path = tmp_path / "latin.toml"
    path.write_bytes(b'format = 1\ntitle = "Montr\xe9al"\n')
    with pytest.raises(FileFormatError, match="byte 0xe9 is not UTF-8") as caught:
        casefile.load(path)
    assert (caught.value.line, caught.value.column) == (2, 15)


def test_a_syntax_error_says_line_and_column_with_a_caret(tmp_path):
    path = tmp_path / "syntax.toml"
    path.write_text('format = 1\nkind = = "x"\n', encoding="utf-8")
    with pytest.raises(FileFormatError, match="not valid TOML") as caught:
        casefile.load(path)
    assert (caught.value.line, caught.value.column) == (2, 8)
    text, caret = str(caught.value).split("\n")[1:3]
    assert text[caret.index("^")] == "=" and text[: caret.index("^")].endswith("kind = ")


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, "a = " + "[" * 100_000, "a = 1\na = 2", 'a = "\x00"', "a = '''", "= 1", "a",
     "a = 1e999999999", "\ud7ff = 1", "x = 2020-13-40"],
)  # fmt: skip
def test_hostile_documents_end_in_an_error_of_ours(text):
    with pytest.raises((FileFormatError, TooLargeError, CaseError)):
        casefile.loads(text)


@pytest.mark.parametrize(
    "text",
    ["party = 3", "party = [1, 2]", "issue = 'x'", "[party]\nid = 1", "[[lever]]\ncost = 3",
     "[[party]]\nweights = [1]", "[quantity]\nx = [[1]]", "[[deal]]\nterms = 4\nsignatories = 5",
     "[[branch]]\nterms = 'x'\nprobability = 'y'", "[[scenario]]\nremove = 4",
     "[[lever]]\nresponse = 'x'\nfacts = 3", "[[issue]]\nid = 'a'\nsource = 7",
     "[[fact]]\nsource = true", "[[issue]]\nid = 'a'\noptions = 3\n[[deal]]\nterms = {a = 'x'}",
     "[[issue]]\nid = []\n[[deal]]\nterms = {a = 1}", "[[fact]]\nid = [1]\nknown = false",
     "[[branch]]\nfacts = [[1]]\n[[lever]]\nfacts = [{}]",
     "[quantity.x]\nvalue = 1\nsource = [[1]]",
     "[[group]]\nmembers = 3\n[[claim]]\ncondition = 4", "[model]\nx = 3", "[party.values]\na = 1",
     "[[party]]\nid = 'a'\n[party.values.b]\nform = []", "[[lever]]\nholder = []\nenters = [{}]",
     "[[issue]]\nid = 'a'\noptions = [[1], 2]\n[[party]]\n[party.values.a]\nform = 'table'"],
)  # fmt: skip
def test_malformed_shapes_are_findings_not_crashes(text):
    found, case = casefile.findings(text)
    assert case is None and all(f.line >= 1 and f.column >= 1 for f in found)


def test_unknown_case_is_answered_with_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'idlib-2020'"):
        casefile.load("idlib-2021")
    with pytest.raises(FileFormatError, match="did you mean the case 'idlib-2020'"):
        casefile.load("nowhere/idlib-202.toml")


def test_published_numbers_that_miss_one_by_rounding_are_divided_by_their_sum():
    text = broken(("{ value = 0.3,", "{ value = 0.29,"))
    warning = next(f for f in casefile.findings(text)[0] if "as rounded numbers do" in f.what)
    assert warning.severity == "warning" and "sum to 0.99" in warning.what
    case = casefile.loads(text)
    assert case.weight("ann", "trade") == Fraction(29, 99) and case.notes
    assert case.text_of_file() == text
    digits = broken(("{ value = 0.3,", "{ value = 0.2999999999999999,"))
    assert sum(w.value for w in casefile.loads(digits).parties["ann"].weights.values()) == 1


def test_a_sum_that_no_rounding_makes_is_an_error():
    assert the_error(broken(("{ value = 0.3,", "{ value = 0.2,")), "the weights sum to 0.9")
    assert the_error(broken(("{ value = 0.3,", "{ value = 0.26,")), "the weights sum to 0.96")
