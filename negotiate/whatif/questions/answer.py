"""What every answer is: a table, a sentence made from its numbers, a picture.

A `Picture` says what to draw in plain data; `negotiate.whatif.views.answer` draws it. Computing
never
loads a plotting library.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Self

from negotiate.solution import number_to_json
from negotiate.view import Viewable
from negotiate.whatif.words import told


@dataclass(frozen=True)
class Picture:
    """What to draw.

    Attributes
    ----------
    kind
        ``bars`` (values with low and high), ``waterfall`` (steps between two totals),
        ``histogram``, ``lines`` (several curves over x), ``box`` (restricted ranges, with
        ``points`` marked in them and ``ends`` in the row's own unit).
    labels, values
        One label and one number (or array) for each bar, step, line or range.
    low, high
        Ends of the intervals, where there are some.
    x
        Common abscissa of lines.
    x_label, y_label
        Axis labels with units.
    marks
        Abscissas to mark: thresholds, the base value; ``mark_words`` says what they are.
    """

    kind: str
    labels: tuple[str, ...]
    values: tuple[Any, ...]
    low: tuple[Any, ...] = ()
    high: tuple[Any, ...] = ()
    x: Any = None
    x_label: str = ""
    y_label: str = ""
    marks: tuple[float, ...] = ()
    mark_words: tuple[str, ...] = ()
    points: tuple[float, ...] = ()
    ends: tuple[tuple[str, str], ...] = ()


class Answer(Viewable):
    """Base of answers; a subclass has ``records``, ``sentence``, ``picture`` and ``notes``."""

    _view = "negotiate.whatif.views.answer"
    notes: tuple[str, ...] = ()
    names: Mapping[str, str] = MappingProxyType({})
    """Words of paths and ids; an answer about a case has them from `named`."""

    def named(self, names: Mapping[str, str]) -> Self:
        """The same answer, told with words for paths and ids."""
        out = copy.copy(self)
        object.__setattr__(out, "names", dict(names))
        return out

    def word(self, name: str) -> str:
        """The words of one path or id, or itself."""
        return self.names.get(name, name)

    def said(self) -> str:
        """The sentence with words for paths."""
        text = told(self.sentence(), self.names)
        return text[:1].upper() + text[1:] if self.names else text

    def records(self) -> list[dict[str, Any]]:
        """Rows of the table."""
        raise NotImplementedError

    def sentence(self) -> str:
        """The answer in words, made from the numbers."""
        raise NotImplementedError

    def picture(self) -> Picture:
        """What to draw."""
        raise NotImplementedError

    def table(self) -> Any:
        """The table as a pandas DataFrame."""
        import pandas as pd

        return pd.DataFrame(self.records())

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "answer": type(self).__name__.lower(),
            "sentence": self.said(),
            "table": [_plain(row) for row in self.records()],
            "notes": list(self.notes),
        }


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row for JSON: counts stay numbers, an undefined number is null."""
    out = {}
    for key, value in row.items():
        value = value.item() if hasattr(value, "item") else value
        undefined = isinstance(value, float) and math.isnan(value)
        out[key] = None if undefined else value if isinstance(value, int) else number_to_json(value)
    return out


def shown(value: float) -> str:
    """A number for a sentence: three significant digits, no exponent in ordinary ranges.

    >>> shown(0.30519), shown(-1234.5), shown(2.0)
    ('0.305', '−1,230', '2')
    """
    if not math.isfinite(value):
        return "undefined" if math.isnan(value) else ("infinity" if value > 0 else "−infinity")
    if value == 0:
        return "0"
    if abs(value) >= 1e7 or abs(value) < 1e-4:
        return f"{value:.2e}".replace("-", "−")
    digits = max(2 - math.floor(math.log10(abs(value))), 0)
    rounded = round(value, 2 - math.floor(math.log10(abs(value))))
    text = f"{rounded:,.{digits}f}".replace("-", "−")
    return text.rstrip("0").rstrip(".") if "." in text else text


def listed(names: Sequence[str], word: str = "and") -> str:
    """Names in a sentence.

    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    names = list(names)
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}"


def percent(share: float) -> str:
    """A share as a percentage that is never rounded to all or nothing.

    >>> percent(0.4567), percent(0.99996), percent(1.0)
    ('46 %', 'over 99.9 %', '100 %')
    """
    if 0 < share < 0.001:
        return "under 0.1 %"
    if 0.999 < share < 1:
        return "over 99.9 %"
    text = (
        f"{100 * share:.0f}" if 0.01 <= share <= 0.99 or share in (0, 1) else f"{100 * share:.1f}"
    )
    return f"{text} %"
