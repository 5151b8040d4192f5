"""What the simulated API answers, one module a family of endpoints."""
