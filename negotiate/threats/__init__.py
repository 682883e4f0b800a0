"""Threats: which levers would be used if talks failed."""
