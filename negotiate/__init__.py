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
    "archive": "negotiate.report.archive",
    "verify_archive": "negotiate.report.verify",
    "load": "negotiate.loading",
    "check": "negotiate.case.read",
    "cases": "negotiate.case.read",
    "Negotiation": "negotiate.case.negotiation",
    "Quantity": "negotiate.case.quantity",
    "Solution": "negotiate.solution",
    "study": "negotiate.whatif.study.case",
    "sensitivity": "negotiate.whatif.questions.ask",
    "threshold": "negotiate.whatif.questions.ask",
    "discover": "negotiate.whatif.questions.ask",
    "tree": "negotiate.whatif.questions.ask",
    "counterfactual": "negotiate.whatif.questions.ask",
    "attribute": "negotiate.whatif.questions.ask",
    "infer": "negotiate.whatif.questions.ask",
    "match": "negotiate.whatif.questions.ask",
    "information": "negotiate.whatif.questions.ask",
    "robustness": "negotiate.whatif.questions.ask",
    "claim": "negotiate.whatif.questions.robustness",
    "tornado": "negotiate.whatif.questions.oneway",
    "curve": "negotiate.whatif.questions.oneway",
    "spider": "negotiate.whatif.questions.oneway",
    "cells": "negotiate.whatif.questions.cells",
    "phase": "negotiate.whatif.questions.phase",
    "explore": "negotiate.whatif.views.explore",
    "equilibrium_map": "negotiate.strategic.maps.equilibrium_map",
    "ExtensiveGame": "negotiate.extensive.game",
    "StrategicGame": "negotiate.strategic.game",
    "NegotiateError": "negotiate.errors",
}

__all__ = sorted(_PUBLIC)


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(importlib.import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'negotiate' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted([*globals(), *_PUBLIC])
