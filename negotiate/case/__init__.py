"""The case: a dispute written down once, its numbers under paths, read, checked and changed."""
