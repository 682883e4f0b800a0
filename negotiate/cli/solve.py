"""``negotiate solve``: solution concepts on a game or on the games of a case."""

from __future__ import annotations

from collections.abc import Callable
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
    negotiation = None
    if form_of(thing) == "negotiation":
        compiled = _compiler(form)
        negotiation = load(case, changes, scenario)
        thing = compiled(negotiation)
    elif (changes or scenario) and hasattr(thing, "as_case"):
        thing = registry.load("forms", form_of(thing)).compile(load(case, changes, scenario))
    elif changes or scenario:
        raise InputError("a game has no scenarios or paths", where="--set, --scenario",
                         remedy="they change a case of kind negotiation")  # fmt: skip
    kind = form_of(thing)
    if negotiation is not None and not concept and not applicable(kind):
        _numbers(negotiation, kind, thing, as_json=as_json)
        return
    names = chosen(kind, concept)
    solutions = _solved(thing, names, skip=not concept or concept == ["all"])
    if as_json:
        players = solutions[0].players if solutions else ()
        print_json(solutions_to_dict(players, solutions))
    else:
        typer.echo("\n\n".join(solution.text() for solution in solutions))
    if solutions and not any(len(solution) for solution in solutions):
        raise typer.Exit(3)


def _compiler(form: str) -> Callable[..., Any]:
    """What builds ``form`` from a case; forms that come from files of their own are refused."""
    from negotiate import registry
    from negotiate.errors import NotApplicableError

    module = registry.load("forms", form)
    if not hasattr(module, "compile"):
        built = [
            n for n in registry.names("forms") if hasattr(registry.load("forms", n), "compile")
        ]
        raise NotApplicableError(
            f"a case is not compiled into the form {form}", where="--form",
            allowed=", ".join(built), remedy=f"give a file that holds the {form} game",
        )  # fmt: skip
    built_by: Callable[..., Any] = module.compile
    return built_by


def _numbers(negotiation: Any, kind: str, form: Any, *, as_json: bool) -> None:
    """The numbers of a form that is solved in closed form and has no concept of its own."""
    from negotiate.whatif import metric

    typer.echo(f"{kind} has no solution concept; these are its numbers", err=True)
    if not as_json:
        typer.echo(form.text())
        return
    own = [n for n in metric.available(negotiation) if n.startswith(f"{kind}.") and "<" not in n]
    found = {n: value.item() for n, value in metric.evaluate(negotiation.floats(), own).items()}
    players = getattr(form, "players", ()) or getattr(form, "parties", ())
    print_json({"players": list(players), "solutions": [], "metrics": found})


def _solved(thing: Any, names: tuple[str, ...], *, skip: bool) -> list[Any]:
    """Solutions in turn.

    Where no concept was named, those that do not apply to this very game are told and left out;
    if none applies, the first reason is the error.
    """
    from negotiate import declare
    from negotiate.errors import NotApplicableError

    found, refused = [], []
    for name in names:
        try:
            found.append(declare.concept_named(name)(thing))
        except NotApplicableError as error:
            if not skip:
                raise
            refused.append((name, error))
    if refused and not found:
        raise refused[0][1]
    for name, reason in refused:
        typer.echo(f"{name} does not apply: {reason}", err=True)
    return found


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
        from negotiate import declare

        declare.concept_named(name)  # unknown names say what is near
        if name not in known:
            raise NotApplicableError(
                f"{name} is not defined on a {kind} game", allowed=", ".join(known)
            )
    return out


def applicable(kind: str) -> tuple[str, ...]:
    """Concepts that say they apply to ``kind``."""
    from negotiate import declare

    modules: dict[str, Any] = {n: declare.concept_named(n) for n in declare.names("concept")}
    return tuple(name for name, module in modules.items() if kind in getattr(module, "FORM", ()))
