"""Mistakes that beginners make in the starter case: each named, with line and remedy."""

import json

import pytest

from negotiate.cli import main
from negotiate.cli.new import started

ANNOUNCE = 'announce = { value = 0.01, low = 0, high = 0.03, unit = "stake", judgement = true }'
CLASH = 'clash = { value = 0.95, low = 0.8, high = 1, unit = "probability", judgement = true }'
INSPECTION = 'inspection = { value = 0.1, low = 0, high = 0.3, unit = "level", judgement = true }'
BETA = '{ value = 0.1, low = 0, high = 0.3, distribution = "beta", judgement = true }'
SIGNED = """[[deal]]
id = "other"
name = "Other"
signed = true
terms = { water = 0.1, inspection = 0.2 }
"""

# what is changed in the starter, into what, and what the finding says
MISTAKES = {
    "a key misspelled": ('holder = "upstream"', 'holdr = "upstream"', "did you mean 'holder'?"),
    "a table misspelled": ("\n[[claim]]", "\n[[claims]]", "did you mean 'claim'?"),
    "a party that is not there": ('holder = "upstream"', 'holder = "upsteam"', "'upstream'?"),
    "a target that is not there": (
        "downstream = { value = 0.3, low = 0.15",
        "delta = { value = 0.3, low = 0.15",
        "no party 'delta'",
    ),
    "a decimal with a comma": (
        "announce = { value = 0.01,",
        "announce = { value = 0,01,",
        "a decimal has a point",
    ),
    "quotes forgotten": ('\nrole = "principal"', "\nrole = principal", "not valid TOML"),
    "a role that is none": ('\nrole = "principal"', '\nrole = "mediator"', "principal, third"),
    "weights above one": ("water = { value = 0.6,", "water = { value = 0.7,", "sum"),
    "branches above one": ("probability = { value = 0.8,", "probability = { value = 0.9,", "sum"),
    "a percentage for a probability": (
        "drift = { value = 0.5, low = 0.2, high = 0.8,",
        "drift = { value = 50, low = 20, high = 80,",
        "0 to 1",
    ),
    "low above high": (
        "water = { value = 0.6, low = 0.45, high = 0.75,",
        "water = { value = 0.6, low = 0.75, high = 0.45,",
        "above high",
    ),
    "a value outside its range": (
        "water = { value = 0.6, low = 0.45,",
        "water = { value = 0.6, low = 0.65,",
        "below low",
    ),
    "a level above one": (
        'water = { value = 0.5, unit = "level", source',
        'water = { value = 5, unit = "level", source',
        "0 to 1",
    ),
    "an issue left out of a deal": (
        'inspection = { value = 0.4, unit = "level", source = ["S1"] }',
        "",
        "inspection",
    ),
    "an issue left out of a branch": (INSPECTION, "", "inspection"),
    "an id with blanks": ('id = "diversion"', 'id = "the diversion"', "id"),
    "an id twice": ('id = "boycott"', 'id = "diversion"', "diversion"),
    "a source that is not there": (
        'unit = "stake", source = ["F1"]',
        'unit = "stake", source = ["F7"]',
        "no source or fact 'F7'",
    ),
    "a form that is none": ('form = "quadratic"', 'form = "square"', "quadratic"),
    "a slot that is none": (
        'enters = ["disagreement"]',
        'enters = ["disagrement"]',
        "disagreement",
    ),
    "a distribution that is none": (
        "announce = { value = 0.01,",
        'announce = { distribution = "gaussian", value = 0.01,',
        "normal",
    ),
    "a date in words": ("as_of = 2020-01-31", 'as_of = "January 2020"', "date"),
    "a lever of a scenario that is not there": (
        'remove = ["diversion"]',
        'remove = ["diverson"]',
        "'diversion'?",
    ),
    "a path that is not there": (
        '"branch.clash.probability" = 2',
        '"branch.war.probability" = 2',
        "branch.war.probability",
    ),
    "a claim on a metric that is not there": (
        'metric = "deal.margin.least"',
        'metric = "deal.margin.leats"',
        "'deal.margin.least'?",
    ),
    "a condition that means nothing": (
        'condition = "> 0"',
        'condition = "positive"',
        "means nothing",
    ),
    "a condition of another kind": ('condition = "> 0"', "condition = '== \"high\"'", "number"),
    "an expectation on a metric that is not there": (
        'metric = "threats.utility.downstream"',
        'metric = "threats.utility.downstrem"',
        "'threats.utility.downstream'?",
    ),
    "a lever without credibility in a branch": (CLASH, "", "no credibility in clash"),
    "one principal": (
        'name = "Downstream"\nrole = "principal"',
        'name = "Downstream"\nrole = "third"',
        "nobody to bargain with",
    ),
    "money for stakes": (ANNOUNCE, ANNOUNCE.replace("stake", "dollars"), "currency of"),
    "a slot that nothing reads": (
        'enters = ["disagreement"]',
        'enters = ["disagreement", "side_payment"]',
        "nothing of this case reads",
    ),
    "a quantity that nothing reads": (
        "# ---- Where does it come from?",
        "[quantity.hazzard]\nvalue = 0.1\njudgement = true\n# ----",
        "did you mean 'hazard'?",
    ),
    "a number without a source": (ANNOUNCE, "announce = { value = 0.01 }", "without a source"),
    "a bare number": (ANNOUNCE, "announce = 0.01", "without a source"),
    "two deals signed": (
        '[[scenario]]\nid = "no-diversion"',
        SIGNED + '[[scenario]]\nid = "no-diversion"',
        "second signed deal",
    ),
    "a value at the end of its range": (
        "announce = { value = 0.01, low = 0,",
        "announce = { value = 0.03, low = 0,",
        "its own range",
    ),
    "a range that a beta cannot have": (
        'diversion"\nname',
        'diversion"\nwin_probability = ' + BETA + "\nname",
        "strictly between 0 and 1",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_at_its_line(mistake, tmp_path, capsys):
    old, new, told = MISTAKES[mistake]
    right = started("river", "")
    assert old in right
    wrong = right.replace(old, new, 1)
    path = tmp_path / "river.toml"
    path.write_text(wrong, encoding="utf-8")
    code = main(["check", "--strict", "--json", str(path)])
    out, err = capsys.readouterr()
    assert code == 2
    if not out:  # no TOML: one error, at its line
        assert told in err and f"{path}:" in err
        return
    found = json.loads(out)["findings"]
    named = [one for one in found if told in f"{one['what']} {one['allowed']} {one['remedy']}"]
    assert named, found
    assert named[0]["line"] > 0 and (named[0]["allowed"] or named[0]["remedy"])


def test_the_starter_itself_has_none(tmp_path, capsys):
    path = tmp_path / "river.toml"
    path.write_text(started("river", ""), encoding="utf-8")
    assert main(["check", "--strict", str(path)]) == 0
    assert "no findings" in capsys.readouterr().out
