"""The site: `make docs` builds it offline, with warnings as errors.

Pages that say what the code says are written from the code when the build begins
(`docs/_ext/generated.py`), so that they cannot go stale.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path[:0] = [str(HERE / "_ext"), str(ROOT)]
# Kernels of executed pages are other processes: they too use the package of this checkout.
os.environ["PYTHONPATH"] = os.pathsep.join(
    [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
)
os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")

import negotiate  # noqa: E402
from negotiate.report.archive import code_digest  # noqa: E402

project = "negotiate"
author = "The negotiate developers"
project_copyright = "The negotiate developers, MIT licence"
version = release = negotiate.__version__
language = "en"

extensions = ["myst_nb", "generated", "mathml"]
exclude_patterns = [
    "_generated/architecture.md",
    "_ext",
    "_build",
    "schema",
    "**.ipynb_checkpoints",
]
suppress_warnings = [
    "toc.empty_glob",  # a folder whose pages have not been written yet
    "misc.highlighting_failure",  # a signature is not always a Python statement
    "mystnb.unknown_mime_type",
]
source_suffix = {".md": "myst-nb", ".ipynb": "myst-nb"}

myst_enable_extensions = ["dollarmath", "amsmath", "deflist", "colon_fence", "attrs_inline"]
myst_heading_anchors = 3
myst_links_external_new_tab = False

nb_execution_mode = "cache"
# Outputs depend on the code, not on the page alone: other code, another cache.
nb_execution_cache_path = str(ROOT / "build" / "docs-cache" / code_digest()[:12])
nb_execution_timeout = 180
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_merge_streams = True
# Widgets would fetch JavaScript from elsewhere; the fallback that every view has stands instead.
nb_ipywidgets_js = {}
nb_mime_priority_overrides = [("html", "application/vnd.jupyter.widget-view+json", None)]

html_math_renderer = "mathml"
html_theme = "pydata_sphinx_theme"
html_title = "negotiate"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_extra_path = ["_generated/extra"]
html_show_sourcelink = False
html_copy_source = False
# Pages without pages below them need no list of those: their tables get the room.
html_sidebars = {
    name: []
    for name in ("index", "tutorial", "whatif", "scale", "comparison", "glossary", "release")
}
html_theme_options = {
    "show_prev_next": True,
    "navigation_depth": 3,
    "show_toc_level": 2,
    "header_links_before_dropdown": 6,
    "navbar_end": ["theme-switcher"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "logo": {"text": "negotiate"},
    "secondary_sidebar_items": ["page-toc"],
}
