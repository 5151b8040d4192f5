"""The event types, projects and themes the district uses, and how likely each is."""

from __future__ import annotations

from zetkin_sync.demo.district.catalogue import COMMITTEES
from zetkin_sync.demo.district.plan import Building
from zetkin_sync.demo.world.events import Activity, Campaign

OUTWARD = {"Torgmöte": 5, "Flygblad": 6, "Dörrknackning": 3, "Affischering": 2}
INWARD = {"Medlemsmöte": 5, "Styrelsemöte": 5, "Studiecirkel": 4, "Social träff": 2, "Digital kväll": 1}
RARE = (
    "Utbildning",
    "Styrelseutbildning",
    "Ledarskapsutbildning",
    "Ansvarigutbildning",
    "Ordförandeträff",
    "Gruppledarträff",
    "Feministiskt självförsvar",
    "Mansgrupp",
    "Utskottsmöte",
    "Demonstration",
    "Årsmöte",
)
THEMES = (
    "klimat",
    "biologisk mångfald",
    "välfärd",
    "vård",
    "bostad",
    "trygghet",
    "fackligt",
    "antirasism",
    "feminism",
    "kvinnofrid",
    "kultur",
    "fred",
    "flyktingar",
)
PARTNERS = ("Ung Vänster", "Hyresgästföreningen", "facket", "klimatrörelsen")
DAYS = ("8 mars", "1 maj", "Pride", "3 december")


def add_types(building: Building) -> None:
    """Make the event types and the projects, all owned by the district."""
    state = building.state
    for title in (*OUTWARD, *INWARD, *RARE):
        activity = Activity(id=state.new_id("activity"), organization=building.root, title=title)
        state.activities[activity.id] = activity
        building.activities[title] = activity.id
    projects = [*(f"Tema: {theme}" for theme in THEMES), *(f"Utskott: {name}" for name in COMMITTEES)]
    for title in (*projects, *DAYS, "Sommarlägret", "Aktivistnätverket"):
        project = Campaign(
            id=state.new_id("campaign"),
            organization=building.root,
            title=title,
            info_text="",
            visibility="hidden" if title.startswith("Utskott") else "open",
        )
        state.campaigns[project.id] = project
        building.campaigns[title] = project.id
