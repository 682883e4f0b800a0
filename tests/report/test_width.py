"""Nothing in a report scrolls sideways: measured in a browser, where one is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

import negotiate as ng
from negotiate.report import assemble
from negotiate.report.context import CaseContext
from negotiate.report.writers.html import html

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
PROBE = """<script>addEventListener("load", () => {
const wide = [...document.querySelectorAll(".scroll, figure, table, svg")]
  .filter(e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth).length;
document.body.dataset.probe = [document.documentElement.scrollWidth, innerWidth, wide].join(" ");
});</script>"""


@pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")
@pytest.mark.parametrize("width", [1200, 768, 390])
def test_nothing_scrolls_sideways(width: int, tmp_path: Path) -> None:
    """The page's own policy forbids scripts: the copy that is measured has it taken off."""
    document = assemble.build(CaseContext(ng.load("jet-crisis-2015"), draws=32), length="standard")
    text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html(document))
    page = tmp_path / "page.html"
    page.write_text(text.replace("</body>", f"{PROBE}</body>"), encoding="utf-8")
    found = subprocess.run(
        [
            str(BROWSER),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            f"--user-data-dir={tmp_path / 'profile'}",
            f"--window-size={width},1200",
            "--dump-dom",
            page.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    told = re.search(r'data-probe="(\d+) (\d+) (\d+)"', found.stdout)
    assert told is not None
    page_width, window, scrolling = map(int, told.groups())
    assert page_width <= window and scrolling == 0
