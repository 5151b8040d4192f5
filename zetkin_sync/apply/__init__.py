"""Deciding and carrying out: the only place that acts on the outside world."""
