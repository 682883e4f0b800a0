"""Will it hold: patience against temptation, and how long the deal is expected to last.

Two models of the same deal. `negotiate.report.sections._patience` asks how patient each side must
be to keep
it; `negotiate.report.sections._lasting` plays a stochastic game of peace, violation, retaliation
and war.
What is known only afterwards stands apart at the end.
"""

from __future__ import annotations

from typing import Any

from negotiate.declare import section
from negotiate.report.blocks import Block
from negotiate.report.sections import _crisis as shared
from negotiate.report.sections import _lasting, _patience


def applies(context: Any) -> bool:
    """Where two principals signed a deal."""
    return bool(context.two and context.case.signed_deal)


@section("will_it_hold", title="Patience and time", order=59, applies=applies)
def blocks(context: Any) -> list[Block]:
    """Patience, then time, then hindsight; what the file lacks is left out with the reason."""
    out, first = _patience.blocks(context)
    more, second = _lasting.blocks(context)
    reasons = {"how patient the sides must be": first, "how long the deal lasts": second}
    return [*out, *more, *shared.left_out(reasons)]
