"""The kinds of mail, one file each: from the situation and a reader to what is said, or to why nothing is."""
