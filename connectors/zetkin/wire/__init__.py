"""What Zetkin's answers look like, field by allowed field, and how they become rows of the mirror.

Only the fields that a record keeps exist in these structs: whatever else an answer holds is skipped while it
is parsed and never becomes a value (ARCHITECTURE decision 2).
"""
