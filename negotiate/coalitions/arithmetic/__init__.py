"""Functions on arrays of worths: leading axes are draws, the last axis is the coalitions."""
