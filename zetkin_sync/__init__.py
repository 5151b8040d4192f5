"""A service that keeps a political district's plan honest."""

__version__ = "0.1.0"
