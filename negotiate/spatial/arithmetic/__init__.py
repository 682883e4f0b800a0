"""Functions on arrays for spatial forecasts: leading axes are draws, the last ones the problem."""
