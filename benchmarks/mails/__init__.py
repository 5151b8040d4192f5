"""How large mails are and how long they take, beside the template without its styles written into the elements."""
