"""Game forms, one a file, each with its compile."""
