"""Every verb that a change may have: one line here, its steps in a file of its own."""

from zetkin_sync.apply.steps import Verbs
from zetkin_sync.apply.verbs import calls, emails, lists, reminders, tags, tasks

VERBS: Verbs = {
    "create_tag": tags.CREATE,
    "tag": tags.PUT,
    "untag": tags.DELETE,
    "send_email": emails.SEND,
    "assign_task": tasks.ASSIGN,
    "draft_email": emails.DRAFT,
    "make_list": lists.MAKE,
    "draft_calls": calls.DRAFT,
    "remind": reminders.REMIND,
}
