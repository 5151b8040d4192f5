"""The pull measured beside a floor, a plain download and its peers: `python -m benchmarks sync`."""

PREPARED = ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL")
