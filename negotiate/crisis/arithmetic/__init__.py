"""Crisis games on arrays: leading axes are draws."""
