"""Formulas as MathML, by the converter of the reports: a browser needs nothing from outside."""

from __future__ import annotations

from typing import Any

from sphinx.util import logging

from negotiate.report.writers.math import mathml

logger = logging.getLogger(__name__)


def _put(translator: Any, node: Any, *, display: bool) -> None:
    from docutils import nodes

    tex = node.astext().strip()
    found = mathml(tex, tex, display=display)
    if found is None:
        logger.warning("this formula cannot be set: %s", tex, location=node)
        found = f"<code>{translator.encode(tex)}</code>"
    translator.body.append(f"<div>{found}</div>" if display else found)
    raise nodes.SkipNode


def _inline(translator: Any, node: Any) -> None:
    _put(translator, node, display=False)


def _block(translator: Any, node: Any) -> None:
    _put(translator, node, display=True)


def setup(app: Any) -> dict[str, Any]:
    """Register the renderer."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
