"""A negotiation tells one truth: attributes are current; it is set, saved, compared, built."""

from __future__ import annotations

import pickle
from fractions import Fraction as F
from pathlib import Path

import numpy as np
import pytest
import sympy

import negotiate as ng
from negotiate.case.negotiation import from_case
from negotiate.case.read import cases, kind_in, loads
from negotiate.case.schema import Case
from negotiate.errors import CaseError, InputError, UnknownNameError

PATH = "lever.straits.cost.russia"


@pytest.fixture(scope="module")
def idlib() -> ng.Negotiation:
    return ng.load("idlib-2020")


def canal(**changes: object) -> dict[str, object]:
    """A smallest dispute as a document."""
    return {
        "parties": {
            "north": {"weights": {"canal": 0.7, "port": 0.3},
                      "values": {"canal": {"ideal": 1}, "port": {"ideal": 0}}},
            "south": {"weights": {"canal": 0.4, "port": 0.6},
                      "values": {"canal": {"ideal": 0}, "port": {"ideal": 1}}},
        },
        "issues": {"canal": {}, "port": {}},
        "branches": {"stalemate": {"probability": 1, "terms": {"canal": 0.5, "port": 0.5}}},
        "levers": {"embargo": {"holder": "north", "cost": {"south": 0.2, "north": 0.05},
                               "credibility": {"stalemate": 0.5}}},
    } | changes  # fmt: skip


def test_attributes_are_the_current_values(idlib: ng.Negotiation) -> None:
    case = idlib.set({PATH: 0.9, "lever.sanctions.available": False})
    cost = case.levers["straits"].cost["russia"]
    assert cost == cost.value == case.value(PATH) == case.quantities[PATH] == F(9, 10)
    assert case.levers["sanctions"].available is False and idlib.levers["sanctions"].available
    assert idlib.levers["straits"].cost["russia"] == F(3, 10)
    assert cost.unit == "stake" and cost.source and cost.low == F(3, 25) and cost.is_set
    assert PATH in idlib.uncertain() and PATH not in case.uncertain()


def test_every_attribute_reads_its_path(idlib: ng.Negotiation) -> None:
    lever, party = idlib.levers["migrants"], idlib.parties["turkey"]
    assert lever.response is not None
    assert lever.response.concession_cost == idlib["lever.migrants.concession_cost"]
    moved = idlib.set("ideal.turkey.hts", "1/3", "party.turkey.foresight", 0.5)
    assert moved.parties["turkey"].values["hts"].ideal == F(1, 3)
    assert moved.parties["turkey"].foresight == F(1, 2)
    assert party.values["hts"].form == "quadratic" and party.values["hts"].table == {}
    assert sum(w.value for w in moved.parties["turkey"].weights.values()) == 1
    branch = idlib.set("branch.drift.terms.hts", 0).branches["drift"]
    assert branch.terms["hts"] == 0 and branch.probability == idlib["branch.drift.probability"]
    assert idlib.set("deal.signed.hts", 1).deals["signed"].terms["hts"] == 1


def test_an_amount_computes_like_its_number(idlib: ng.Negotiation) -> None:
    cost = idlib.levers["straits"].cost["russia"]
    x = sympy.Symbol("x")
    assert (cost + 1, 1 - cost, cost * 2, 1 / cost) == (F(13, 10), F(7, 10), F(3, 5), F(10, 3))
    assert F(1, 2) + cost == F(4, 5) and cost < 0.5 and -cost == F(-3, 10)
    assert np.allclose(np.array([1.0, 2.0]) * cost, [0.3, 0.6])
    assert sympy.simplify(x + sympy.Rational(3, 10) - (x + sympy.Rational(cost.value))) == 0
    assert idlib.set(PATH, cost * 2)[PATH] == F(3, 5)
    assert idlib.set(PATH, idlib.levers["straits"].cost["turkey"])[PATH] == F(1, 2)


def test_reprs_are_short(idlib: ng.Negotiation) -> None:
    lever = idlib.levers["straits"]
    for thing in (
        idlib, idlib.case, lever, lever.cost, lever.cost["russia"], idlib.parties["russia"],
        idlib.quantities, idlib.branches, idlib.diff(idlib), idlib.case.lever[0],
        idlib.set(dict.fromkeys(idlib.matching("lever.*.cost.*"), 0.1)),
    ):  # fmt: skip
        assert len(repr(thing)) < 400, repr(thing)
    assert pickle.loads(pickle.dumps(idlib)) == idlib


def test_set_takes_pairs_patterns_and_mappings(idlib: ng.Negotiation) -> None:
    assert idlib.set(PATH, "0.25").value(PATH) == F(1, 4)
    off = idlib.set("lever.*.available", False)
    assert not any(lever.available for lever in off.levers.values())
    for wrong in ((PATH,), (PATH, 1, PATH), ({PATH: 1}, 2)):
        with pytest.raises(InputError):
            idlib.set(*wrong)
    with pytest.raises(UnknownNameError, match="did you mean"):
        idlib.set("lever.strait.cost.russia", 1)


@pytest.mark.parametrize(
    "name",
    sorted(k for k, file in cases().items() if kind_in(file.read_text("utf-8")) == "negotiation"),
)
def test_a_file_is_saved_to_the_byte_but_for_what_changed(name: str, tmp_path: Path) -> None:
    case = ng.load(name)
    assert case.text_of_file() == case.source_text
    for path in case.uncertain()[::7]:
        if path.startswith(("weight.", "branch.")):
            continue
        quantity = case.quantities[path]
        assert quantity.high is not None
        moved = case.set(path, quantity.high)
        moved.save(tmp_path / "moved.toml")
        again = loads((tmp_path / "moved.toml").read_text("utf-8"))
        assert not moved.diff(again).rows
        assert path not in again.uncertain()  # a number that was set is known
        kept = [line for line in case.source_text.splitlines() if line.startswith("#")]
        text = (tmp_path / "moved.toml").read_text("utf-8")
        assert [line for line in text.splitlines() if line.startswith("#")] == kept


def test_groups_switches_and_forms_are_saved(idlib: ng.Negotiation, tmp_path: Path) -> None:
    case = idlib.set(
        {
            "lever.sanctions.available": False,
            "weight.russia.hts": 0.4,
            "form.russia.hts": "peaked",
            "branch.drift.probability": "1/3",
            next(iter(idlib.derived)): 0.2,
        }
    )
    case.save(tmp_path / "a.toml")
    again = ng.load(tmp_path / "a.toml")
    assert (
        not case.diff(again).rows and len(idlib.diff(again)) == 12
    )  # 6 weights, 3 branches, 3 more
    assert not [f for f in ng.check(tmp_path / "a.toml") if f.severity == "error"]
    assert again.diff(idlib).to_dict()["weight.russia.hts"] == ["2/5", "1/5"]
    assert "weight.russia.hts" in idlib.diff(again).text()


def test_saving_is_all_or_nothing(idlib: ng.Negotiation, tmp_path: Path) -> None:
    target = tmp_path / "x.toml"
    target.write_text("before")
    with pytest.raises(InputError, match="draws or symbols"):
        idlib.with_draws({PATH: np.array([0.1, 0.2])}).save(target)
    with pytest.raises(InputError, match="draws or symbols"):
        idlib.symbols((PATH,)).save(target)
    assert target.read_text() == "before" and list(tmp_path.iterdir()) == [target]


def test_a_case_built_in_python_is_checked_saved_and_read(tmp_path: Path) -> None:
    case = ng.Negotiation.build("canal", "Who runs the canal", **canal())  # type: ignore[arg-type]
    assert case.levers["embargo"].cost["south"] == F(1, 5)
    case.set("weight.north.canal", 0.5).save(tmp_path / "canal.toml")
    again = ng.load(tmp_path / "canal.toml")
    assert again.parties["north"].weights["port"] == F(1, 2)
    assert not again.diff(case.set("weight.north.canal", 0.5)).rows


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"levers": {"embargo": {"holder": "nobody", "cost": {"south": 1}}}}, "no party 'nobody'"),
        (
            {"branches": {"war": {"probability": 0.5, "terms": {"canal": 0, "port": 0}}}},
            "branch probabilities sum to 0.5",
        ),
        ({"issues": {"canal": {}}}, "no issue 'port'"),
        ({"quantities": {"x": {"value": "2 * y"}}}, "no quantity 'y'"),
        ({"oddity": 3}, "unknown key 'oddity'"),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_a_builder_gives_the_messages_of_a_file(change: dict[str, object], what: str) -> None:
    with pytest.raises(CaseError, match=what):
        ng.Negotiation.build("canal", "Who runs the canal", **canal(**change))  # type: ignore[arg-type]


@pytest.mark.parametrize("weight", [0.2, 2.45])
def test_a_model_in_python_gets_the_checks_of_a_file(weight: float) -> None:
    case = ng.Negotiation.build("canal", "Who runs the canal", **canal())  # type: ignore[arg-type]
    good = case.case.model_dump(exclude_unset=True)
    assert from_case(Case.model_validate(good)).base == case.base
    good["party"][0]["weights"]["canal"] = {"value": weight}
    with pytest.raises(CaseError, match="the weights sum to"):
        from_case(Case.model_validate(good))
