"""The areas somebody has drawn in Zetkin, of which there are fewer than the district speaks of."""

from __future__ import annotations

from zetkin_sync.demo.district.catalogue import areas, district_priorities
from zetkin_sync.demo.district.plan import Building
from zetkin_sync.demo.world.areas import Area


def add_areas(building: Building) -> None:
    """The district's own priority areas as polygons (API v2)."""
    for place in areas():
        if place.id in district_priorities():
            made = Area(
                id=building.state.new_id("area"),
                organization=building.root,
                title=place.title,
                description="Ungefärlig gräns.",
                boundary={"type": "Polygon", "coordinates": [place.polygon]},
                created=building.ago(500),
            )
            building.state.areas[made.id] = made
