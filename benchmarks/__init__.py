"""Measurements beside a floor and the peers, each area in a package of its own: `python -m benchmarks [AREA …]`."""
