"""Numbers: one reader, three arithmetics, exact linear programmes and polytopes, random streams."""
