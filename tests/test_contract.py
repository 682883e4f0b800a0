"""What every declaration owes, checked on all that exist: a new file is under it at once."""

from __future__ import annotations

import inspect

import pytest

from negotiate import declare

FIELDS = {"rational", "algebraic", "transcendental"}


@pytest.mark.parametrize("name", declare.names("concept"))
def test_a_concept_declares_what_the_contract_asks(name: str) -> None:
    concept = declare.concept_named(name)
    assert concept.field in FIELDS and concept.title and concept.short
    assert inspect.getdoc(concept.function)
    assert (inspect.getmodule(concept.function).__doc__ or "").strip()
    takers = [g for g in declare.names("game") if name in declare.concepts_of(g)]
    assert takers, f"{name} solves no game"


@pytest.mark.parametrize("name", declare.names("game"))
def test_a_game_documents_itself(name: str) -> None:
    game = declare.game_named(name)
    assert inspect.getdoc(game.type) and game.title
    for metric in game.metrics:
        assert metric.meaning, metric


@pytest.mark.parametrize("name", declare.files_in("case.slots"))
def test_a_slot_says_what_it_means(name: str) -> None:
    module = declare.file_named("case.slots", name)
    if hasattr(module, "read"):
        assert module.MEANING
        assert (module.__doc__ or "").startswith(f"Slot ``{name}``")


@pytest.mark.parametrize("name", declare.files_in("cli"))
def test_a_command_has_help(name: str) -> None:
    module = declare.file_named("cli", name)
    assert hasattr(module, "program") or inspect.getdoc(module.command)
