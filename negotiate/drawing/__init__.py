"""Drawing: figures as marks, tables and text, with nothing computed."""
