"""How many runs a second the ledger carries, beside plain Procrastinate, and with more workers."""
