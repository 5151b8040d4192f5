"""Where an event or a postcode lies: areas from drawings, postcodes, tags and names. The only place with shapely."""

from zetkin_sync.areas.area import Area, AreaFile
from zetkin_sync.areas.files import named_files, parse_areas, read_drawing
from zetkin_sync.areas.geojson import areas_from_zetkin, to_geojson
from zetkin_sync.areas.index import AreaIndex, Placed

__all__ = [
    "Area",
    "AreaFile",
    "AreaIndex",
    "Placed",
    "areas_from_zetkin",
    "named_files",
    "parse_areas",
    "read_drawing",
    "to_geojson",
]
