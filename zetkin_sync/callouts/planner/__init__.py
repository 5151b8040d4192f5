"""The planner: who is asked about what, as numbers. Pure and deterministic; it knows no Zetkin and no names."""
