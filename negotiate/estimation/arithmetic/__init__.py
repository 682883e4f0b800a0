"""Functions on arrays for estimation: rows are the problem, no labels, no data frames."""
