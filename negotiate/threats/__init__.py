"""Threats: which levers would be used if talks failed."""

from negotiate._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
