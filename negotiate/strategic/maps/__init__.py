"""Maps of equilibria over one quantity or two, with exact borders."""
