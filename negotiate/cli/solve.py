"""``negotiate solve``: solution concepts on a game or on the games of a case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from negotiate.cli._options import CASE, JSON, SCENARIO, SET, load, print_json

DEFAULT = {
    "strategic": ("nash_equilibrium",),
    "extensive": ("subgame_perfect",),
    "signalling": ("perfect_bayesian",),
}


def command(
    case: CASE,
    form: Annotated[
        str, typer.Option("--form", help="Game form to compile a case into.")
    ] = "bargaining",
    concept: Annotated[
        list[str] | None,
        typer.Option("--concept", help="Solution concept; may be given again; 'all' for all."),
    ] = None,
    changes: SET = None,
    scenario: SCENARIO = None,
    as_json: JSON = False,
) -> None:
    """Solve a game, or a form compiled from a case, by one or more solution concepts."""
    from negotiate import registry
    from negotiate.errors import InputError
    from negotiate.loading import form_of
    from negotiate.loading import load as open_file
    from negotiate.solution import solutions_to_dict

    thing = open_file(case)
    if form_of(thing) == "negotiation":
        thing = registry.load("forms", form).compile(load(case, changes, scenario))
    elif (changes or scenario) and hasattr(thing, "as_case"):
        thing = registry.load("forms", form_of(thing)).compile(load(case, changes, scenario))
    elif changes or scenario:
        raise InputError("a game has no scenarios or paths", where="--set, --scenario",
                         remedy="they change a case of kind negotiation")  # fmt: skip
    kind = form_of(thing)
    names = chosen(kind, concept)
    solutions = list(_solved(thing, names, skip=concept == ["all"]))
    if as_json:
        players = solutions[0].players if solutions else ()
        print_json(solutions_to_dict(players, solutions))
    else:
        typer.echo("\n\n".join(solution.text() for solution in solutions))
    if solutions and not any(len(solution) for solution in solutions):
        raise typer.Exit(3)


def _solved(thing: Any, names: tuple[str, ...], *, skip: bool) -> Iterator[Any]:
    """Solutions in turn; of "all", concepts that do not apply to this very game are named."""
    from negotiate import registry
    from negotiate.errors import NotApplicableError

    for name in names:
        try:
            yield registry.load("solutions", name).solve(thing)
        except NotApplicableError as error:
            if not skip:
                raise
            typer.echo(f"{name} does not apply: {error}", err=True)


def chosen(kind: str, asked: list[str] | None) -> tuple[str, ...]:
    """Concepts asked for, checked to apply to ``kind``; the form's defaults where none is."""
    from negotiate.errors import NotApplicableError

    if not asked and kind in DEFAULT:
        return DEFAULT[kind]
    known = applicable(kind)
    if not asked or asked == ["all"]:
        return known
    out = tuple(name.replace("-", "_") for name in asked)
    for name in out:
        from negotiate import registry

        registry.load("solutions", name)  # unknown names say what is near
        if name not in known:
            raise NotApplicableError(
                f"{name} is not defined on a {kind} game", allowed=", ".join(known)
            )
    return out


def applicable(kind: str) -> tuple[str, ...]:
    """Concepts that say they apply to ``kind``."""
    from negotiate import registry

    modules: dict[str, Any] = {
        n: registry.load("solutions", n) for n in registry.names("solutions")
    }
    return tuple(name for name, module in modules.items() if kind in getattr(module, "FORM", ()))
