"""What a bounce says: which address could not be reached, why, on whose side, and what is known of it by now.

The way through: `guard` bounds the bytes, `mime` splits them, `reader` asks each way of reading in turn, `reasons`
decides why, `reachability` what the evidence adds up to. All of it is functions of what they are given.
"""
