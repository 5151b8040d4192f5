"""The schema's history, oldest first. `make schema` writes a revision from the records."""
