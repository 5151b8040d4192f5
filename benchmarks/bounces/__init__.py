"""How fast mails of a bounce mailbox are read, beside flufl.bounce and the bare parser of the standard library."""
