"""Callouts: who in the activist network is asked about what, why, and what comes of it. Pure."""
