"""What a run's counts are called: ledgers and programs have names, people have words."""

from __future__ import annotations

from collections.abc import Mapping

from zetkin_sync.language import Message, say
from zetkin_sync.reports.words import LISTS, STATES

EFFECTS: Mapping[str, Message] = {
    "planned": say("not begun"),
    "sending": say("being done"),
    "scheduled": say("will be sent by Zetkin at a set time"),
    "done": say("done"),
    "unknown": say("not known: looked up before anything more"),
    "parked": say("put aside: a person must look"),
    "cancelled": say("cancelled"),
}
"""Where an effect stands."""

_COUNTS: Mapping[str, Message] = {
    **EFFECTS,
    # reading Zetkin
    "read": say("read"),
    "new": say("new"),
    "changed": say("changed"),
    "missing": say("not seen this time"),
    "gone": say("gone"),
    "renewed": say("rows carried over to a new key"),
    "organizations_failed": say("associations that could not be read"),
    # carrying out
    "dry": say("approved, but carrying out is off"),
    "waiting": say("waiting for the next run"),
    "not_confirmed": say("not confirmed by Zetkin yet"),
    "too_late": say("too late to take back"),
    "left_network": say("have left the network"),
    # mails
    "sent": say("sent"),
    "skipped": say("no mail this time, the reason stands in the ledger"),
    "already": say("had it already"),
    "refused": say("refused by the recipient's server"),
    # returned mail
    "mails": say("mails read"),
    "own": say("mails of our own"),
    "without_time": say("without a time"),
    "hard": say("address does not work"),
    "soft": say("did not arrive this time"),
    "delay": say("delayed"),
    "complaint": say("marked as spam"),
    "autoreply": say("automatic answers"),
    "none": say("nothing about an address"),
    "known_before": say("known before"),
    "unmatched": say("addresses that nobody has"),
    "set_aside": say("set aside for a person"),
    "probes_sent": say("test mails sent"),
    "probes_answered": say("test mails that were answered"),
    "status_mails_returned": say("our own mails that came back"),
    "cases_opened": say("cases opened"),
    "cases_closed": say("cases closed"),
    "restored": say("reached again"),
    "alerts": say("alerts about our own sending"),
    "alerts_opened": say("alerts begun"),
    "alerts_closed": say("alerts over"),
    "frozen": say("deliveries that failed on our side"),
    "now_ok": say("addresses that now work"),
    "now_unknown": say("addresses of which nothing is known now"),
    "now_doubtful": say("addresses now in doubt"),
    "now_unreachable": say("addresses that now do not work"),
    "now_complained": say("addresses that now want no mail"),
    # upkeep
    "made": say("backups made"),
    "deleted": say("backups removed"),
    "people_erased": say("people erased"),
    "rows_erased": say("rows erased with them"),
    "access_entry": say("old entries of the access log"),
    "access_person": say("people whom the access log does not mention any more"),
    "asked": say("old notes of who was asked"),
    "intent": say("old effects"),
    "approval": say("old decisions"),
    "plan": say("old proposals"),
    "mailing": say("old mails"),
    "run": say("old runs"),
    "snapshot": say("old readings of Zetkin"),
    "register_reading": say("old readings of registers"),
    "bounce_event": say("old returned mails"),
    "bounce_case": say("old cases"),
    "bounce_alert": say("old alerts"),
    "mail_delivery": say("old deliveries"),
    "mail_set_aside": say("old mails set aside"),
    "webhook_event": say("old calls of mail providers"),
    "probe": say("old test mails"),
    "shared_mail": say("old headers of the shared mailbox"),
    "actor": say("names of who has not logged in for long"),
    "bounce_event_of_nobody": say("returned mails of addresses that nobody has"),
    "reachability_of_nobody": say("addresses that nobody has any more"),
}
_OF_ACTION: Mapping[str, Message] = {
    "changes": say("changes proposed: {action}"),
    "messages": say("messages proposed: {action}"),
    "emails": say("emails proposed: {action}"),
}


def count_name(name: str, actions: Mapping[str, Message | None]) -> Message:
    """What a count is called; `actions` are the titles of the district's actions."""
    found = _COUNTS.get(name) or LISTS.get(name)
    kind, _, of = name.partition("_")
    if found is None and kind == "goals" and of in STATES:
        found = say("goals: {state}", state=STATES[of])
    if found is None and kind in _OF_ACTION and of:
        title = actions.get(of) or say("{title}", title=of.replace("_", " "))
        found = Message(_OF_ACTION[kind].text, {"action": title})
    return found or say("{name}", name=name.replace("_", " "))
