"""The report's machinery is light until it writes."""

from __future__ import annotations

import subprocess
import sys


def test_nothing_heavy_is_loaded_before_it_is_needed() -> None:
    code = (
        "import sys; import negotiate.report.assemble, negotiate.drawing.figures, "
        "negotiate.drawing.tables; "
        "print([m for m in ('jinja2', 'typst', 'latex2mathml', 'matplotlib', 'scipy', 'sympy', "
        "'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
