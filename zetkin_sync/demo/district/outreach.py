"""How the district has reached people so far: a sender, letters, a survey, calls, tasks, cases, the network's form."""

from __future__ import annotations

import uuid
from datetime import timedelta
from random import Random
from typing import Any

from zetkin_sync.demo.district.plan import Building
from zetkin_sync.demo.district.tagging import NETWORK
from zetkin_sync.demo.world.calls import REACHED, CallAssignment, Caller, PhoneCall
from zetkin_sync.demo.world.emails import Email, EmailConfig, EmailRecipient, EmailTheme
from zetkin_sync.demo.world.joining import JoinForm, JoinSubmission
from zetkin_sync.demo.world.journeys import Instance, Journey, Milestone
from zetkin_sync.demo.world.lists import Query, Spec
from zetkin_sync.demo.world.surveys import Element, Option, Submission, Survey
from zetkin_sync.demo.world.tasks import Assigned, Task

_LETTERS = ((200, "Höstbrev"), (120, "Inför årsmötet"), (45, "Aktivistnätverket: tack"), (20, "Nyhetsbrev"))
_STEPS = ("Välkomstsamtal", "Första möte", "Första aktivitet")


def add_outreach(building: Building) -> None:
    """What Zetkin holds of letters, answers, calls, tasks and cases; also who may not be written to."""
    dice = building.dice("outreach")
    _senders(building)
    _blocked(building, dice)
    for days, title in _LETTERS:
        _letter(building, dice, title, days=days)
    _survey(building, dice)
    _calls(building, dice)
    _task(building, dice)
    _journeys(building, dice)
    _form(building, dice)


def _query(building: Building, kind: str, spec: Spec) -> int:
    made = Query(id=building.state.new_id("query"), organization=building.root, type=kind, filter_spec=spec)
    building.state.queries[made.id] = made
    return made.id


def _network_spec(building: Building) -> Spec:
    tags = [building.tags[NETWORK]]
    return [{"op": "add", "type": "person_tags", "config": {"condition": "all", "tags": tags}}]


def _senders(building: Building) -> None:
    state = building.state
    config = EmailConfig(
        id=state.new_id("email_config"),
        organization=building.root,
        sender_name="Exempeldistriktet",
        sender_email="brev@post.example.org",
        domain="post.example.org",
    )
    state.email_configs[config.id] = config
    footer = {
        "tagName": "mj-text",
        "attributes": {},
        "content": '<a href="{{unsub_org_url}}">Avregistrera</a>',
    }
    body = {"tagName": "placeholder", "attributes": {}}
    theme = EmailTheme(
        id=state.new_id("email_theme"),
        organization=building.root,
        css="h1 {}",
        frame_mjml={"tagName": "mj-wrapper", "attributes": {}, "children": [body, footer]},
    )
    state.email_themes[theme.id] = theme


def _blocked(building: Building, dice: Random) -> None:
    """Some have left the letters; to some of the rest letters have failed."""
    members = building.state.members(building.root)
    building.state.unsubscribed[building.root] = set(dice.sample(members, k=max(1, len(members) // 80)))
    building.state.blacklisted |= set(dice.sample(members, k=max(1, len(members) // 150)))


def _letter(building: Building, dice: Random, title: str, *, days: int) -> None:
    """An email that was sent: copies, some opened."""
    state = building.state
    sent = building.ago(days).replace(hour=9)
    number = state.new_id("email")
    people = sorted(state.tags[building.tags[NETWORK]].people)
    made = Email(
        id=number,
        organization=building.root,
        uuid=str(uuid.UUID(int=dice.getrandbits(128), version=4)),
        title=title,
        subject=title,
        content='{"blocks":[]}',
        config=next(iter(state.email_configs)),
        theme=next(iter(state.email_themes)),
        campaign=building.campaigns["Aktivistnätverket"],
        target=_query(building, "email_target", _network_spec(building)),
        locked=sent - timedelta(hours=2),
        targets=tuple(people),
        published=sent,
        processed=sent + timedelta(minutes=2),
    )
    blocked = state.unsubscribed[building.root] | state.blacklisted
    for person in people:
        if person not in blocked and (state.people[person].email or "").strip():
            copy = EmailRecipient(id=state.new_id("recipient"), email=number, person=person, sent=sent)
            if dice.random() < 0.55:
                copy.opened = sent + timedelta(minutes=dice.randrange(5, 4000))
            made.recipients[person] = copy
    state.emails[made.id] = made


def _survey(building: Building, dice: Random) -> None:
    """How one wants to help: options and free text, answered by some, also by strangers and namelessly."""
    state = building.state
    when = Element(
        id=state.new_id("element"),
        type="question",
        question="När kan du hjälpa till?",
        response_type="options",
        response_config={"widget_type": "checkbox"},
        options=[Option(id=state.new_id("option"), text=t) for t in ("Vardagar", "Kvällar", "Helger")],
    )
    more = Element(
        id=state.new_id("element"),
        type="question",
        question="Något mer?",
        response_config={"multiline": True},
    )
    made = Survey(
        id=state.new_id("survey"),
        organization=building.root,
        title="Hur vill du hjälpa till?",
        published=building.ago(300),
        campaign=building.campaigns["Aktivistnätverket"],
        elements=[Element(id=state.new_id("element"), type="text", header="Välkommen"), when, more],
    )
    state.surveys[made.id] = made
    members = state.members(building.root)
    for person in dice.sample(members, k=max(3, len(members) // 60)):
        chosen = dice.sample([o.id for o in when.options], k=dice.randrange(1, 3))
        answers: list[dict[str, Any]] = [
            {"question_id": when.id, "options": chosen},
            {"question_id": more.id},
        ]
        if dice.random() < 0.4:
            answers[1]["response"] = "Jag har bil."
        submission = Submission(
            id=state.new_id("submission"),
            survey=made.id,
            organization=building.root,
            submitted=building.ago(dice.randrange(5, 290)),
            respondent=_respondent(building, dice, person),
            responses=answers,
        )
        state.submissions[submission.id] = submission


def _respondent(building: Building, dice: Random, person: int) -> dict[str, Any] | None:
    fate, found = dice.random(), building.state.people[person]
    if fate < 0.1:
        return None
    row = {"id": person, "first_name": found.first_name, "last_name": found.last_name, "email": found.email}
    return {**row, "id": None} if fate < 0.2 else row


def _calls(building: Building, dice: Random) -> None:
    """A call assignment, half done."""
    state = building.state
    number = state.new_id("call_assignment")
    goal: Spec = [{"type": "call_history", "config": {"operator": "reached", "assignment": number}}]
    made = CallAssignment(
        id=number,
        organization=building.root,
        title="Ring nätverket",
        target=_query(building, "callassignment_target", _network_spec(building)),
        goal=_query(building, "callassignment_goal", goal),
        start_date=(building.today - timedelta(days=40)).isoformat(),
        cooldown=24,
    )
    state.call_assignments[made.id] = made
    callers = sorted(state.organizations[building.root].officials)
    made.callers.update({person: Caller() for person in callers})
    targets = sorted(state.tags[building.tags[NETWORK]].people)
    for target in targets[: len(targets) // 3]:
        when = building.ago(dice.randrange(2, 40))
        record = PhoneCall(
            id=state.new_id("call"),
            organization=building.root,
            assignment=made.id,
            caller=dice.choice(callers),
            target=target,
            allocated=when,
            updated=when + timedelta(minutes=6),
            state=dice.choice((REACHED, REACHED, 11, 12, 14, 21)),
        )
        if record.state == 21:
            record.organizer_action_needed, record.message_to_organizer = True, "Fel nummer."
        state.calls[record.id] = record


def _task(building: Building, dice: Random) -> None:
    """A task that some have done."""
    state = building.state
    published = building.ago(30)
    made = Task(
        id=state.new_id("task"),
        organization=building.root,
        title="Dela uppropet",
        instructions="Dela länken i ditt trapphus.",
        type="share_link",
        config={"url": "https://example.org/upprop", "default_message": "Skriv under!"},
        campaign=building.campaigns["Aktivistnätverket"],
        target=_query(building, "task_target", _network_spec(building)),
        published=published,
        deadline=building.ago(-5),
        expires=building.ago(-20),
        time_estimate=5,
    )
    for person in sorted(state.tags[building.tags[NETWORK]].people):
        given = Assigned(id=state.new_id("assigned"), person=person, assigned=published)
        fate = dice.random()
        if fate < 0.25:
            given.completed = published + timedelta(days=dice.randrange(1, 20))
        elif fate < 0.3:
            given.ignored = published + timedelta(days=1)
        made.assigned[person] = given
    state.tasks[made.id] = made


def _journeys(building: Building, dice: Random) -> None:
    """New members, mentors, and associations that get support."""
    state = building.state
    wanted = (("Ny medlem", 25), ("Mentor", 6), ("Stöd till förening", 8))
    for title, count in wanted:
        journey = Journey(
            id=state.new_id("journey"),
            organization=building.root,
            title=title,
            singular_label=title.lower(),
            plural_label=title.lower(),
            milestones=[Milestone(id=state.new_id("milestone"), title=step) for step in _STEPS],
        )
        state.journeys[journey.id] = journey
        members = state.members(building.root)
        for person in dice.sample(members, k=min(len(members), count)):
            _case(building, dice, journey, person)


def _case(building: Building, dice: Random, journey: Journey, person: int) -> None:
    state = building.state
    days = dice.randrange(3, 200)
    made = Instance(
        id=state.new_id("instance"),
        organization=building.root,
        journey=journey.id,
        created=building.ago(days),
    )
    made.subjects[person] = None
    done = dice.randrange(4)
    for number, step in enumerate(journey.milestones):
        copy = Milestone(id=state.new_id("milestone"), title=step.title)
        if number < done:
            copy.completed = building.ago(days * 0.8)
        made.milestones.append(copy)
    if done == len(journey.milestones):
        made.closed = building.ago(days * 0.5)
    state.instances[made.id] = made


def _form(building: Building, dice: Random) -> None:
    """The way into the activist network, with a few waiting at the door."""
    state = building.state
    made = JoinForm(
        id=state.new_id("join_form"),
        organization=building.root,
        title="Gå med i aktivistnätverket",
        submit_token=state.new_secret(),
        fields=["first_name", "last_name", "email", "phone", "zip_code"],
        tags=[building.tags[NETWORK]],
        requires_email_verification=True,
    )
    state.join_forms[made.id] = made
    for number in range(4):
        given = {
            "first_name": dice.choice(("Alva", "Noor", "Sixten")),
            "last_name": f"Provperson{number}",
            "email": f"prov{number}@example.org",
        }
        waiting = JoinSubmission(
            id=state.new_id("join_submission"),
            organization=building.root,
            form=made.id,
            submitted=building.ago(dice.randrange(1, 14)),
            person_data=given,
        )
        state.join_submissions[waiting.id] = waiting
