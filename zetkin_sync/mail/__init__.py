"""From what the store knows to mails that have left: gathering, readers, delivery, stopping. Reports say what; this sends it."""
