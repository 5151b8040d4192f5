"""The demo's config/: the shipped files, with the invented district's own where they differ."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from zetkin_sync.configuration import read_associations
from zetkin_sync.demo.district import catalogue
from zetkin_sync.demo.mailbox.formats import DOMAIN
from zetkin_sync.reports.readers import ASSOCIATION

SHIPPED = Path(__file__).parents[2] / "config"

_DISTRICT = """\
title = "{title}"
short = "Exempel"
language = "sv"
timezone = "Europe/Stockholm"
reply_to = "expeditionen@distriktet.example.org"
default_kind = "geographic"
kinds = [{{ kind = "branch", words = ["branschförening"] }}]

[zetkin]
person_fields = ["medlem_sedan"]
tag_values = ["Roll:", "DS-kontakt"]
our_tag_group = "zetkin_sync"
our_folder = "zetkin_sync"

[connectors]
zetkin = "zetkin"
mailer = "folder"
mailbox = "maildir"

[connector_options.mailer]
path = {mail}

[connector_options.mailbox]
path = {mailbox}
"""


def write_configuration(folder: Path, *, mail: Path, mailbox: Path) -> None:
    """The files that need no organization ids; `mail` is where mails are put, `mailbox` what came back."""
    shutil.copytree(SHIPPED, folder)
    text = _DISTRICT.format(
        title=catalogue.DISTRICT_TITLE, mail=json.dumps(str(mail)), mailbox=json.dumps(str(mailbox))
    )
    (folder / "district.toml").write_text(text, encoding="utf-8")
    actions = (folder / "actions.toml").read_text(encoding="utf-8")
    (folder / "actions.toml").write_text(actions.replace("push = false", "push = true"), encoding="utf-8")
    (folder / "recipients.toml").write_text("", encoding="utf-8")
    rules = (folder / "bounces.toml").read_text(encoding="utf-8")
    (folder / "bounces.toml").write_text(
        rules.replace("domains = []", f'domains = ["{DOMAIN}"]', 1), encoding="utf-8"
    )
    _write_areas(folder)


def complete_configuration(folder: Path, *, today: date) -> None:
    """What needs to know which associations there are, which `init` has written: readers and priorities."""
    ids = {a.title: a.id for a in read_associations(folder / "associations.csv", [])}
    _write_recipients(folder / "recipients.toml", ids)
    _write_priorities(folder, ids, today=today)


def _write_recipients(path: Path, ids: Mapping[str, int]) -> None:
    entries = []
    for recipient in catalogue.recipients():
        if recipient.role == ASSOCIATION and recipient.unit not in ids:
            continue
        lines = ["[[recipient]]", f'role = "{recipient.role}"', f'address = "{recipient.address}"']
        if recipient.unit is not None:
            lines.append(f"unit = {json.dumps(recipient.unit, ensure_ascii=False)}")
        entries.append("\n".join(lines))
    path.write_text("\n\n".join(entries) + "\n", encoding="utf-8")


def _write_areas(folder: Path) -> None:
    drawing = folder / "areas" / "demo.geojson"
    drawing.parent.mkdir(exist_ok=True)
    drawing.write_text(json.dumps(catalogue.areas_geojson(), ensure_ascii=False), encoding="utf-8")
    chosen = set(catalogue.district_priorities())
    lines = [
        "# Made for the demo; the borders are approximate and no authority's.",
        "snap_metres = 50",
        '[[source]]\nfile = "areas/demo.geojson"\nid_column = "id"\ntitle_column = "title"',
    ]
    for area in catalogue.areas():
        codes = ", ".join(f'"{code}"' for code in area.postcodes)
        priority = "\npriority = true" if area.id in chosen else ""
        lines.append(f'[[area]]\nid = "{area.id}"\npostcodes = [{codes}]{priority}')
    (folder / "areas.toml").write_text("\n\n".join(lines) + "\n", encoding="utf-8")


def _write_priorities(folder: Path, ids: Mapping[str, int], *, today: date) -> None:
    confirmed = today.replace(month=1, day=15).isoformat()
    root = ids[catalogue.DISTRICT_TITLE]
    rows: list[tuple[int, str, str, str, str, str, str]] = [
        (root, "geographic", area, confirmed, "", "", "") for area in catalogue.district_priorities()
    ]
    for title, places in sorted(catalogue.priorities().items()):
        for place in places if title in ids else ():
            own = place.id.startswith("workplace")
            lat, lng, radius = (str(place.lat), str(place.lng), str(place.radius)) if own else ("", "", "")
            rows.append((ids[title], "geographic", place.id, confirmed, lat, lng, radius))
    for title, kind, subject in catalogue.other_priorities():
        if title in ids:
            rows.append((ids[title], kind, subject, confirmed, "", "", ""))
    with (folder / "priorities.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(("organization", "kind", "subject", "confirmed", "lat", "lng", "radius"))
        writer.writerows(rows)
