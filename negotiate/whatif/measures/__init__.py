"""Measures of importance on arrays of inputs and outputs."""
