"""Errors: one root, and each error is also the built-in that a Python user expects.

A message says where, what, what is allowed and how to mend it. Errors raised for input carry the
four parts as attributes, so that the command line and the notebook can lay them out.

>>> raise InputError("credibility is 1.2", where="lever straits", allowed="0 to 1",
...                  remedy="write a probability")
Traceback (most recent call last):
    ...
negotiate.errors.InputError: lever straits: credibility is 1.2; allowed: 0 to 1; write a probability
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class NegotiateError(Exception):
    """Root of every error the toolkit raises on purpose."""

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", allowed: str = "", remedy: str = "") -> None:
        self.what, self.where, self.allowed, self.remedy = what, where, allowed, remedy
        parts = [f"{where}: {what}" if where else what]
        if allowed:
            parts.append(f"allowed: {allowed}")
        if remedy:
            parts.append(remedy)
        super().__init__("; ".join(parts))


class InputError(NegotiateError, ValueError):
    """A value that the definition does not allow."""

    exit_code = 2


class FileFormatError(InputError):
    """A file that is not in the format it claims; carries line and column."""

    def __init__(
        self,
        what: str,
        *,
        path: str = "",
        line: int = 0,
        column: int = 0,
        allowed: str = "",
        remedy: str = "",
    ) -> None:
        self.path, self.line, self.column = path, line, column
        super().__init__(
            what, where=f"{path or 'text'}:{line}:{column}", allowed=allowed, remedy=remedy
        )


class CaseError(InputError):
    """A parameter file with findings; all of them at once, laid out in ``str(error)``."""

    def __init__(self, findings: Iterable[object], *, where: str = "") -> None:
        self.findings = tuple(findings)
        lines = "\n".join(str(finding) for finding in self.findings)
        count = len(self.findings)
        super().__init__(f"{count} error{'s' if count != 1 else ''}\n{lines}", where=where)


class UnknownNameError(NegotiateError, LookupError):
    """A name that does not exist, with the nearest one that does."""

    exit_code = 2

    def __init__(self, kind: str, name: str, known: Iterable[str], *, where: str = "") -> None:
        self.kind, self.name, self.known = kind, name, tuple(known)
        near = difflib.get_close_matches(name, self.known, 1, 0.6)
        if not near and len(name) > 2:  # a part of a name: "nash" for "nash_bargaining"
            near = [known for known in self.known if name.lower() in known.lower()][:3]
        shown = ", ".join(self.known[:12]) + (", ..." if len(self.known) > 12 else "")
        super().__init__(
            f"there is no {kind} '{name}'",
            where=where,
            allowed=shown or "none is defined",
            remedy=f"did you mean {' or '.join(map(repr, near))}?" if near else "",
        )


class MissingQuantityError(InputError):
    """A case lacks numbers that a model reads; ``missing`` names them all at once."""

    def __init__(self, missing: Iterable[str], what: str, **parts: str) -> None:
        self.missing = tuple(missing)
        super().__init__(what, **parts)


class TooLargeError(InputError):
    """A problem over the stated bound, refused before work starts, with its count."""


class NotApplicableError(NegotiateError, TypeError):
    """A concept asked of a form, or a model of a case, that it is not defined on.

    What the case lacks is structure (a deal, a second party), not a number: see
    `MissingQuantityError` for that.
    """

    exit_code = 2


class NoSolutionError(NegotiateError, ValueError):
    """The question has no answer here (no bargaining zone, no root); says why."""

    exit_code = 3


class EvidenceError(NegotiateError, ArithmeticError):
    """An answer that fails its own check by the definition; carries the evidence.

    It is a fault of the toolkit or of rounding, never of the input, and is never shown as an
    answer.
    """

    exit_code = 1

    def __init__(
        self, what: str, *, witness: str = "", evidence: Iterable[object] = (), where: str = ""
    ) -> None:
        self.witness, self.evidence = witness, tuple(evidence)
        shown = f"{what} (refuted by {witness})" if witness else what
        super().__init__(
            shown, where=where, remedy="please report it with the file: no answer is given instead"
        )


class NotConvergedError(NegotiateError, ArithmeticError):
    """An iteration stopped at its bound; carries the residual it had reached."""

    exit_code = 3

    def __init__(self, what: str, *, residual: float, where: str = "", remedy: str = "") -> None:
        self.residual = residual
        super().__init__(f"{what} (residual {residual:.3g})", where=where, remedy=remedy)


class MissingExtraError(NegotiateError, ImportError):
    """An optional library is absent; names the extra that brings it."""

    exit_code = 2

    def __init__(self, library: str, extra: str) -> None:
        self.library, self.extra = library, extra
        super().__init__(
            f"{library} is not installed",
            remedy=f"pip install 'negotiate-toolkit[{extra}]'",
        )
