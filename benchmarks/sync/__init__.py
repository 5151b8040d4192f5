"""The pull measured beside a floor, a plain download and its peers: `python -m benchmarks sync`."""
