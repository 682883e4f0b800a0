r"""Sources of a case as BibTeX, and which of them stand behind given numbers.

A source in a case file is a sentence, not a record of fields, so that an entry is a ``@misc`` with
the sentence in ``note``, its year where the sentence names one, and the address. Characters that
LaTeX reads as commands are escaped. Keys are ``<case>:<source>``, so that two cases do not clash.

>>> import negotiate as ng
>>> case = ng.load("idlib-2020")
>>> behind(case, ["lever.sanctions.cost.turkey"])[:2]
('S27', 'S28')
>>> print(entry("x", "S1", "Smith & Jones (1999), War_and_peace", "http://a.b/c_d"))
@misc{x:S1,
  note = {Smith \& Jones (1999), War\_and\_peace},
  year = {1999},
  url = {http://a.b/c_d},
}
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from negotiate.errors import UnknownNameError

_TEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip
_YEAR = re.compile(r"\b(1[5-9]\d\d|20\d\d)\b")


def latex_escaped(text: str) -> str:
    r"""Text on one line with LaTeX's own characters escaped.

    >>> latex_escaped("5 % of {x}\n& more")
    '5 \\% of \\{x\\} \\& more'
    """
    return "".join(_TEX.get(character, character) for character in " ".join(text.split()))


def entry(case: str, source: str, text: str, url: str = "") -> str:
    """One BibTeX entry.

    Parameters
    ----------
    case, source
        Ids; together they are the key.
    text
        The citation as the file has it.
    url
        Its address; spaces and braces in it are percent-encoded.
    """
    lines = [f"@misc{{{case}:{source},", f"  note = {{{latex_escaped(text)}}},"]
    years = _YEAR.findall(text)
    if years:
        lines.append(f"  year = {{{years[0]}}},")
    if url:
        safe = re.sub(r"[\s{}\\]", lambda m: f"%{ord(m.group()):02X}", url)
        lines.append(f"  url = {{{safe}}},")
    return "\n".join([*lines, "}"])


def bibtex(case: Any, ids: Iterable[str] | None = None) -> str:
    """Sources of a case as a BibTeX file.

    Parameters
    ----------
    case
        The negotiation.
    ids
        Ids of sources, as `behind` gives them; all of the file by default.
    """
    known = {source.id: source for source in case.case.source}
    wanted = list(known) if ids is None else list(dict.fromkeys(ids))
    for name in wanted:
        if name not in known:
            raise UnknownNameError("source", name, known, where=f"case {case.id}")
    entries = [entry(case.id, s.id, s.text, s.url) for s in map(known.__getitem__, wanted)]
    return "\n\n".join(entries) + "\n"


def behind(case: Any, paths: Sequence[str]) -> tuple[str, ...]:
    """Ids of the sources behind the numbers at ``paths``, in the order of the file.

    A number may cite a fact; then the fact's sources are meant. ``*`` in a path stands for any
    name at that place.
    """
    facts = {fact.id: fact.source for fact in case.case.fact}
    cited: set[str] = set()
    for pattern in paths:
        for path in case.matching(pattern):
            quantity = case.stated.get(path)
            for name in quantity.source if quantity is not None else ():
                cited.update(facts.get(name, (name,)))
    return tuple(source.id for source in case.case.source if source.id in cited)
