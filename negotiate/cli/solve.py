"""``negotiate solve``: solution concepts on a game or on the games of a case."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from negotiate.cli._options import CASE, DEAL, JSON, SCENARIO, SET, WITHOUT, load, print_json


def command(
    case: CASE,
    form: Annotated[
        str, typer.Option("--form", "--game", help="Game to compile a case into.")
    ] = "bargaining",
    concept: Annotated[
        list[str] | None,
        typer.Option("--concept", help="Solution concept; may be given again; 'all' for all."),
    ] = None,
    changes: SET = None,
    deal: DEAL = "",
    without: WITHOUT = None,
    scenario: SCENARIO = None,
    as_json: JSON = False,
) -> None:
    """Solve a game, or a game compiled from a case, by one or more solution concepts."""
    from negotiate import declare
    from negotiate.errors import InputError
    from negotiate.loading import load as open_file
    from negotiate.solution import solutions_to_dict

    thing = open_file(case)
    negotiation = None
    if declare.kind_of(thing) == "negotiation":
        compiled = _compiler(form)
        negotiation = load(case, changes, scenario, deal=deal, without=without)
        thing = compiled(negotiation)
    elif (changes or scenario) and hasattr(thing, "as_case"):
        thing = declare.load("compiles", declare.kind_of(thing))(
            load(case, changes, scenario, deal=deal, without=without)
        )
    elif changes or scenario:
        raise InputError(
            "a game has no scenarios or paths",
            where="--set, --scenario",
            remedy="they change a case of kind negotiation",
        )
    kind = declare.kind_of(thing)
    if negotiation is not None and not concept and not declare.concepts_of(kind):
        _numbers(negotiation, kind, thing, as_json=as_json)
        return
    names = chosen(kind, concept, of_case=negotiation is not None)
    solutions = _solved(thing, names, skip=not concept or concept == ["all"])
    if as_json:
        players = solutions[0].players if solutions else ()
        document = solutions_to_dict(players, solutions)
        if hasattr(thing, "listing"):  # what was solved: worths of coalitions, claims, rules
            document["game"] = thing.listing()
        print_json(document)
    else:
        typer.echo("\n\n".join(solution.text() for solution in solutions))
    if solutions and not any(len(solution) for solution in solutions):
        raise typer.Exit(3)


def _compiler(form: str) -> Any:
    """What builds ``form`` from a case; games that come from files of their own are refused."""
    from negotiate import declare
    from negotiate.errors import NotApplicableError

    stem = declare.game_named(form).name
    if stem not in declare.names("compiles"):
        raise NotApplicableError(
            f"a case is not compiled into the game {stem}",
            where="--form",
            allowed=", ".join(declare.names("compiles")),
            remedy=f'give a file of kind = "{stem}"' if stem in declare.names("reads") else "",
        )
    return declare.load("compiles", stem)


def _numbers(negotiation: Any, kind: str, game: Any, *, as_json: bool) -> None:
    """The numbers of what is judged or measured rather than solved."""
    from negotiate.whatif import metric

    if not as_json:
        typer.echo(game.text())
        return
    own = [n for n in metric.available(negotiation) if n.startswith(f"{kind}.") and "<" not in n]
    found = {n: value.item() for n, value in metric.evaluate(negotiation.floats(), own).items()}
    players = getattr(game, "players", ()) or getattr(game, "parties", ())
    print_json({"players": list(players), "solutions": [], "metrics": found})


def _solved(thing: Any, names: tuple[str, ...], *, skip: bool) -> list[Any]:
    """Solutions in turn.

    Where no concept was named, those that do not apply to this very game, or whose answer fails
    its own check, are told and left out; if none is left, the first reason is the error.
    """
    from negotiate import declare
    from negotiate.errors import EvidenceError, NotApplicableError, TooLargeError

    found: list[Any] = []
    refused: list[tuple[str, Exception]] = []
    for name in names:
        try:
            found.append(declare.concept_named(name)(thing))
        except (NotApplicableError, TooLargeError, EvidenceError) as error:
            if not skip:
                raise
            refused.append((name, error))
    if refused and not found:
        raise refused[0][1]
    for name, reason in refused:
        failed = isinstance(reason, EvidenceError)
        said = "gives no answer" if failed else "does not apply"
        typer.echo(f"{name} {said}: {reason}", err=True)
    return found


def chosen(kind: str, asked: list[str] | None, *, of_case: bool) -> tuple[str, ...]:
    """Concepts asked for, checked to apply to ``kind``.

    Where none is asked for: the game's own first answer, or, for a game of a case, every concept.
    """
    from negotiate import declare
    from negotiate.errors import NotApplicableError, UnknownNameError

    known = declare.concepts_of(kind)
    if not asked:
        return known if of_case else declare.game_named(kind).default or known[:1]
    if asked == ["all"]:
        return known
    every = declare.names("concept")
    for name in asked:
        if name not in every and name.replace("-", "_") not in every:
            raise UnknownNameError("concept", name, known)
    out = tuple(declare.entry("concept", name).name for name in asked)
    for name in out:
        if name not in known:
            raise NotApplicableError(
                f"{name} is not defined on a {kind} game", allowed=", ".join(known)
            )
    return out
