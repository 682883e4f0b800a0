"""Spatial forecasts: positions, salience and capability of parties, and what they lead to."""

from negotiate._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
