"""Estimation: payoffs, audience costs and durations of strategic models from data."""

from negotiate._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
