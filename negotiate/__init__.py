"""Model international negotiations: one sourced parameter file, bargaining games, what-if.

>>> import negotiate as ng
>>> idlib = ng.load("idlib-2020")
>>> idlib.principals
('russia', 'turkey')

Names are loaded when first used, so that ``import negotiate`` stays fast.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_PUBLIC = {
    "archive": "negotiate.report._archive",
    "verify_archive": "negotiate.report._verify",
    "load": "negotiate.loading",
    "check": "negotiate.model.casefile",
    "cases": "negotiate.model.casefile",
    "Negotiation": "negotiate.model.negotiation",
    "Quantity": "negotiate.model.quantity",
    "Solution": "negotiate.solution",
    "study": "negotiate.whatif.case",
    "sensitivity": "negotiate.whatif.ask",
    "threshold": "negotiate.whatif.ask",
    "discover": "negotiate.whatif.ask",
    "tree": "negotiate.whatif.ask",
    "counterfactual": "negotiate.whatif.ask",
    "attribute": "negotiate.whatif.ask",
    "infer": "negotiate.whatif.ask",
    "match": "negotiate.whatif.ask",
    "information": "negotiate.whatif.ask",
    "robustness": "negotiate.whatif.ask",
    "claim": "negotiate.whatif.robustness",
    "tornado": "negotiate.whatif.oneway",
    "curve": "negotiate.whatif.oneway",
    "spider": "negotiate.whatif.oneway",
    "cells": "negotiate.whatif.cells",
    "phase": "negotiate.whatif.phase",
    "explore": "negotiate.display.explore",
    "equilibrium_map": "negotiate.whatif.equilibrium_map",
    "ExtensiveGame": "negotiate.forms.extensive",
    "StrategicGame": "negotiate.forms.strategic",
    "NegotiateError": "negotiate.errors",
}

__all__ = sorted(_PUBLIC)


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(importlib.import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'negotiate' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted([*globals(), *_PUBLIC])
