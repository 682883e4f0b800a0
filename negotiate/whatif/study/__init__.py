"""Studies: what is drawn, how it is run, what is kept."""
