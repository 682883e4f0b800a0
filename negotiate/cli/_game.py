"""Strategic games on the command line: their quantities are asked about by exact maps."""

from __future__ import annotations

from negotiate.errors import InputError, NotApplicableError


def quantities(case: str, where: str) -> tuple[str, ...] | None:
    """Quantities of a strategic game's file; None for a case, which is moved by its paths."""
    from negotiate import declare, loading
    from negotiate.case import read as casefile

    path = casefile.resolve(case)
    if path.suffix.lower() in loading.suffixes():
        if _is_case(loading.load(case)):
            return None
        raise NotApplicableError(
            f"{path.name} has numbers only, no quantity to vary",
            where=where,
            allowed='a case, or a file of kind = "strategic"',
        )
    kind = casefile.kind_in(casefile.read_text(path))
    if kind in ("", "negotiation"):
        return None
    if kind != "strategic" and hasattr(declare.game_named(kind).type, "as_case"):
        return None  # such a file is the case of its quantities
    if kind != "strategic":
        raise NotApplicableError(
            f"{case} is of kind {kind}",
            where=where,
            allowed='a case, or a file of kind = "strategic" or "extensive"',
        )
    from negotiate.strategic._file import open_file

    return tuple(open_file(path).quantity)


def _is_case(found: object) -> bool:
    """Whether what a file holds has quantities that can be moved."""
    try:
        return hasattr(found, "as_case") and bool(found.as_case().quantities)
    except InputError:
        return False


def values(changes: list[str] | None) -> dict[str, str]:
    """NAME=VALUE pairs of ``--set``."""
    out = {}
    for text in changes or ():
        name, sign, value = text.partition("=")
        if not sign or not name.strip() or name.strip()[-1] in "*+":
            raise InputError(f"'{text}'", where="--set", allowed="NAME=VALUE, a number")
        out[name.strip().removeprefix("quantity.")] = value.strip()
    return out
