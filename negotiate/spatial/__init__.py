"""Spatial forecasts."""
