"""How each type looks in a notebook, as text and as a figure."""
