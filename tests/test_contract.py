"""What every plug-in owes, checked on all that exist: a new file is under the contract at once."""

from __future__ import annotations

import inspect

import pytest

from negotiate import declare, registry

FIELDS = {"rational", "algebraic", "transcendental"}


@pytest.mark.parametrize("name", declare.names("concept"))
def test_a_concept_declares_what_the_contract_asks(name: str) -> None:
    module = declare.concept_named(name)
    assert set(module.FORM) <= set(registry.names("forms")), module.FORM
    assert module.FIELD in FIELDS
    assert isinstance(module.DECLARES, frozenset)
    for function in (module.solve, module.holds):
        assert inspect.getdoc(function), function
    assert (module.__doc__ or "").strip()


@pytest.mark.parametrize("name", registry.names("forms"))
def test_a_form_documents_itself(name: str) -> None:
    module = registry.load("forms", name)
    assert (module.__doc__ or "").strip()
    if hasattr(module, "METRICS"):
        offered = [n for n in vars(module) if n.startswith(("evaluate", "pure_margins"))]
        assert offered, "metrics need something that evaluates them"
        for metric, meaning in module.METRICS.items():
            assert isinstance(meaning, str) and meaning, metric


@pytest.mark.parametrize("name", registry.names("levers"))
def test_a_slot_says_what_it_means(name: str) -> None:
    module = registry.load("levers", name)
    assert module.MEANING
    assert (module.__doc__ or "").startswith(f"Slot ``{name}``")


@pytest.mark.parametrize("name", registry.names("cli"))
def test_a_command_has_help(name: str) -> None:
    module = registry.load("cli", name)
    assert hasattr(module, "program") or inspect.getdoc(module.command)
