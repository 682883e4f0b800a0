"""How archives and their verification look."""
