"""A bounce mailbox for the invented district: reports as mail systems write them, in a Maildir.

It belongs to the world outside, like the simulated Zetkin: the service only reads it.
"""

from zetkin_sync.demo.mailbox.story import Story, tell

__all__ = ["Story", "tell"]
