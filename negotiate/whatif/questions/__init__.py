"""One file a question: its answer, its table, its sentence."""
