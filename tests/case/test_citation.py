"""Sources as BibTeX: what stands behind a number, and text that LaTeX may not misread."""

from __future__ import annotations

import re

import pytest

import negotiate as ng
from negotiate.case import citation
from negotiate.case import read as casefile
from negotiate.cli.new import started
from negotiate.errors import UnknownNameError

HOSTILE = r"""
[[source]]
id = "S2"
text = "\\input{/etc/passwd} 100 % of A&B_c {x} $y$ #1 ~^"
url = "https://example.org/a b}{_%25"
"""


@pytest.fixture
def case() -> ng.Negotiation:
    return casefile.loads(started("river", "") + HOSTILE)


def test_sources_behind_a_number_go_through_facts(case: ng.Negotiation) -> None:
    assert citation.behind(case, ["lever.diversion.cost.downstream"]) == ("S1",)  # by fact F1
    assert citation.behind(case, ["deal.treaty.*"]) == ("S1",)  # directly
    assert citation.behind(case, ["lever.boycott.cost.*"]) == ()  # judgement
    with pytest.raises(UnknownNameError):
        citation.behind(case, ["lever.nothing.cost.upstream"])


def test_entries(case: ng.Negotiation) -> None:
    text = citation.bibtex(case)
    assert re.findall(r"@misc\{([^,]+),", text) == ["river:S1", "river:S2"]
    assert "year = {2020}" in text
    assert citation.bibtex(case, ["S2", "S2"]).count("@misc") == 1
    with pytest.raises(UnknownNameError, match="S9"):
        citation.bibtex(case, ["S9"])


def test_no_command_survives(case: ng.Negotiation) -> None:
    text = citation.bibtex(case, ["S2"])
    note = re.search(r"note = \{(.*)\},\n", text)
    assert note
    commands = set(re.findall(r"\\([a-zA-Z]+|.)", note.group(1)))
    assert commands <= {"textbackslash", "textasciitilde", "textasciicircum", *"&%$#_{}"}
    bare = re.sub(r"\\(?:[a-z]+\{\}|.)", "", note.group(1))
    assert not set(bare) & set("\\{}%&_$#~^"), bare
    assert "url = {https://example.org/a%20b%7D%7B_%25}" in text


def test_every_source_of_the_shipped_case_becomes_an_entry() -> None:
    case = ng.load("idlib-2020")
    text = citation.bibtex(case)
    assert text.count("@misc{idlib-2020:") == len(case.case.source)
    for line in text.splitlines():
        if line.startswith("  note"):
            bare = re.sub(r"\\(?:[a-z]+\{\}|.)", "", line.removeprefix("  note = {")[:-2])
            assert not set(bare) & set("\\{}%&_$#~^"), line
