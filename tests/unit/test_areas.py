"""Areas: what is read, what is mended, what is refused, and where things lie."""

import json
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyproj
import pytest
import shapely

from zetkin_sync.areas import Area, AreaIndex, areas_from_zetkin, parse_areas, read_drawing, to_geojson
from zetkin_sync.areas.postcodes import normal_postcode, postcode_in
from zetkin_sync.areas.sweref import Order, recognise, to_wgs84


def square(lng: float = 18.0, lat: float = 59.3, size: float = 0.02) -> list[list[float]]:
    return [[lng, lat], [lng + size, lat], [lng + size, lat + size], [lng, lat + size], [lng, lat]]


def feature(id_: str, ring: list[list[float]] | None = None, **properties: object) -> dict[str, object]:
    geometry = {"type": "Polygon", "coordinates": [ring or square()]}
    return {"type": "Feature", "properties": {"id": id_, **properties}, "geometry": geometry}


def collection(*features: object) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


@dataclass(frozen=True)
class Place:
    lat: float | None = None
    lng: float | None = None
    title: str = "Torgmöte"
    place_title: str | None = None


def index(*areas: Area, **more: object) -> AreaIndex:
    return AreaIndex(areas, **more)  # type: ignore[arg-type]


def drawn(id_: str, lng: float = 18.0, lat: float = 59.3, size: float = 0.02, **more: object) -> Area:
    return Area(id=id_, title=id_, geometry=shapely.Polygon(square(lng, lat, size)), **more)  # type: ignore[arg-type]


def test_sweref_agrees_with_proj_to_a_hundredth_of_a_millimetre() -> None:
    random = np.random.default_rng(3)
    lng, lat = random.uniform(10.5, 24.5, 5000), random.uniform(55, 69.5, 5000)
    east, north = pyproj.Transformer.from_crs(4326, 3006, always_xy=True).transform(lng, lat)
    found_lng, found_lat = to_wgs84(east, north)
    assert np.abs(found_lat - lat).max() * 111e3 < 1e-5
    assert np.abs(found_lng - lng).max() * 111e3 < 1e-5


@pytest.mark.parametrize(
    ("first", "second", "order"),
    [
        (18.06, 59.33, Order.LNG_LAT),
        (59.33, 18.06, Order.LAT_LNG),
        (674_000, 6_580_000, Order.EAST_NORTH),
        (6_580_000, 674_000, Order.NORTH_EAST),
        (2.35, 48.85, Order.ABROAD),
        (1_628_000, 6_580_000, Order.UNKNOWN),
        (float("nan"), 59.0, Order.UNKNOWN),
    ],
)
def test_the_kind_of_coordinates_is_told_by_their_range(first: float, second: float, order: Order) -> None:
    assert recognise(np.array([first]), np.array([second])) is order


def test_swapped_axes_are_turned_and_said() -> None:
    swapped = [[lat, lng] for lng, lat in square()]
    found, problems = read_drawing(collection(feature("a", swapped)), file="f.geojson")
    assert problems == []
    assert [str(note.wrong) for note in found.notes] == [
        "latitude and longitude were swapped, and are turned"
    ]
    assert AreaIndex(found.areas).locate_event(Place(59.31, 18.01)).areas == ("a",)


def test_sweref_polygons_are_converted() -> None:
    to_sweref = pyproj.Transformer.from_crs(4326, 3006, always_xy=True)
    ring = [list(to_sweref.transform(lng, lat)) for lng, lat in square()]
    found, _ = read_drawing(collection(feature("a", ring)), file="f.geojson")
    assert shapely.hausdorff_distance(found.areas[0].geometry, shapely.Polygon(square())) < 1e-5


def test_a_ring_that_crosses_itself_is_mended_and_reported() -> None:
    bow = [[18.0, 59.3], [18.02, 59.32], [18.02, 59.3], [18.0, 59.32], [18.0, 59.3]]
    found, problems = read_drawing(collection(feature("bow", bow)), file="f.geojson")
    assert problems == []
    assert "mended" in str(found.notes[0])
    assert shapely.is_valid(found.areas[0].geometry)


def test_every_bad_feature_is_a_problem_and_the_good_ones_are_kept() -> None:
    data = collection(
        feature("good"),
        {"type": "Feature", "properties": {}, "geometry": None},
        {
            "type": "Feature",
            "properties": {"id": "point"},
            "geometry": {"type": "Point", "coordinates": [18, 59]},
        },
        feature("good"),
        feature("far", [[1e7, 1e7], [1e7, 2e7], [2e7, 2e7], [1e7, 1e7]]),
        feature("code", postcodes="12, 16x"),
        {
            "type": "Feature",
            "properties": {"id": "empty"},
            "geometry": {"type": "Polygon", "coordinates": []},
        },
    )
    found, problems = read_drawing(data, file="f.geojson")
    assert [area.id for area in found.areas] == ["good"]
    assert [problem.key for problem in problems] == [
        "feature 2",
        "feature 3 (point)",
        "feature 4 (good)",
        "feature 5 (far)",
        "feature 6 (code)",
        "feature 7 (empty)",
    ]


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{", b'{"type":"FeatureCollection"}', b"\xff\xfe", b"[" * 5000]
)
def test_what_is_not_geojson_is_one_problem(data: bytes) -> None:
    found, problems = read_drawing(data, file="f.geojson")
    assert found.areas == ()
    assert len(problems) == 1


def test_a_point_in_several_areas_gets_all_of_them_the_smallest_first() -> None:
    areas = index(drawn("big", size=0.05), drawn("small", size=0.01), drawn("middle"))
    assert areas.locate_event(Place(59.305, 18.005)).areas == ("small", "middle", "big")


def test_equally_large_areas_come_by_id() -> None:
    assert index(drawn("b"), drawn("a")).locate_event(Place(59.31, 18.01)).areas == ("a", "b")


def test_a_boundary_is_inside_on_both_sides() -> None:
    areas = index(drawn("west"), drawn("east", lng=18.02))
    assert areas.locate_event(Place(59.31, 18.02)).areas == ("east", "west")
    assert areas.locate_event(Place(59.3, 18.0)).areas == ("west",)


@pytest.mark.parametrize(("metres", "found"), [(10, ("a",)), (49, ("a",)), (51, ()), (500, ())])
def test_a_quay_within_fifty_metres_belongs_to_the_nearest_area(
    metres: float, found: tuple[str, ...]
) -> None:
    west = 18.0 - metres / (111_195 * np.cos(np.radians(59.31)))
    placed = index(drawn("a"), drawn("b", lng=18.02)).locate_event(Place(59.31, west))
    assert (placed.areas, placed.how) == (found, "located")
    assert placed.snapped is bool(found)


def test_a_multipolygon_and_a_hole_are_what_they_are() -> None:
    hole = shapely.Polygon(square(size=0.05), [square(18.02, 59.32, 0.01)])
    islands = shapely.MultiPolygon([shapely.Polygon(square(18.2)), shapely.Polygon(square(18.3))])
    areas = index(Area(id="ring", title="r", geometry=hole), Area(id="isles", title="i", geometry=islands))
    assert areas.locate_event(Place(59.325, 18.025)).areas == ()
    assert areas.locate_event(Place(59.31, 18.21)).areas == ("isles",)
    assert areas.locate_event(Place(59.31, 18.31)).areas == ("isles",)
    assert areas.locate_event(Place(59.31, 18.27)).areas == ()


def test_the_longest_postcode_prefix_wins_however_it_is_written() -> None:
    rules = index(
        Area(id="west", title="V", postcodes=("16",)),
        Area(id="tensta", title="T", postcodes=("163", "16445")),
    )
    for written in ("163 45", "16345", "SE-163 45", "S-16345", " 16345 "):
        assert rules.locate_person(postcode=written).areas == ("tensta",)
    assert rules.locate_person(postcode="16444").areas == ("west",)
    assert rules.locate_person(postcode="99999").how == "unknown"


@pytest.mark.parametrize("text", [None, "", "1634", "abc", "163455", "01234"])
def test_what_is_no_postcode_is_none(text: str | None) -> None:
    assert normal_postcode(text) is None


def test_a_postcode_in_an_address_line_is_found_unless_there_are_two() -> None:
    assert postcode_in("Tenstagången 20, 163 64 Spånga") == "16364"
    assert postcode_in("163 64 eller 163 65") is None
    assert postcode_in("ring 070-123 45 67") is None


def test_a_name_is_whole_words_the_longest_first_and_never_a_guess() -> None:
    names = index(
        Area(id="botkyrka", title="Botkyrka"),
        Area(id="norra", title="Norra Botkyrka", names=("Fittja",)),
        Area(id="tensta", title="Tensta"),
    )
    assert names.locate_event(Place(title="Torgmöte i NORRA BOTKYRKA!")).areas == ("norra",)
    assert names.locate_event(Place(title="Dörrknackning, Fittja centrum")).areas == ("norra",)
    assert names.locate_event(Place(title="Tenstatorget")).how == "unknown"
    assert names.locate_event(Place(title="Från Tensta till Botkyrka")).how == "unknown"
    assert names.locate_event(Place(title="Om Tensta", place_title="Botkyrka")).areas == ("botkyrka",)


def test_coordinates_come_before_a_postcode_and_a_postcode_before_a_name() -> None:
    areas = index(
        drawn("here"), Area(id="code", title="X", postcodes=("163",)), Area(id="name", title="Tensta")
    )
    assert areas.locate_event(Place(59.31, 18.01, place_title="163 64 Tensta")).how == "located"
    assert areas.locate_event(Place(place_title="163 64 Tensta")) == areas.locate_event(
        Place(title="Tensta", place_title="Torget, 163 64")
    )
    assert areas.locate_event(Place(place_title="Tensta")).how == "text"


def test_a_version_holds_on_its_own_days() -> None:
    old = drawn("a", valid_to=date(2024, 12, 31))
    new = drawn("a", lng=18.5, valid_from=date(2025, 1, 1))
    there = Place(59.31, 18.01)
    assert index(old, new, day=date(2024, 6, 1)).locate_event(there).areas == ("a",)
    assert index(old, new, day=date(2025, 6, 1)).locate_event(there).areas == ()
    assert index(old, new, day=date(2024, 6, 1)).digest != index(old, new, day=date(2025, 6, 1)).digest


def test_zetkins_own_areas_are_read() -> None:
    row = {"id": 601, "title": "Kajen", "boundary": {"type": "Polygon", "coordinates": [square()]}}
    found, problems = areas_from_zetkin([row, {"id": 602, "title": "Utan", "boundary": None}])
    assert [area.id for area in found.areas] == ["zetkin-601"]
    assert [problem.key for problem in problems] == ["area 602 (zetkin-602)"]


def test_what_is_written_as_geojson_is_read_again() -> None:
    one = drawn("tensta", postcodes=("163",), names=("Spånga",))
    found, problems = read_drawing(to_geojson([one]), file="f.geojson")
    assert problems == []
    assert (found.areas[0].postcodes, found.areas[0].names) == (("163",), ("Spånga",))


def test_a_configuration_with_mistakes_says_all_of_them() -> None:
    toml = b"""
snap_meters = 50
[[source]]
file = "areas/missing.geojson"
[[source]]
file = "areas/two.shp"
[[area]]
id = "a"
postcodes = ["163", "16 x"]
[[area]]
id = "nothing"
[[area]]
id = "b"
point = { lat = 18.0, lng = 59.3 }
"""
    _, problems = parse_areas(toml, file="areas.toml", read=lambda name: None)
    assert sorted(problem.key for problem in problems) == [
        "-: snap_meters",
        "area a: postcodes[1]",
        "area b: point.lat",
        "area b: point.lng",
        "area nothing",
        "source areas/missing.geojson",
        "source areas/two.shp",
    ]
    assert (
        str(problems[[p.key for p in problems].index("-: snap_meters")].allowed)
        == "did you mean snap_metres?"
    )


def test_an_entry_adds_to_the_drawing_with_its_id() -> None:
    toml = b'[[source]]\nfile = "a.geojson"\n[[area]]\nid = "a"\npostcodes = ["163"]\n'
    found, problems = parse_areas(toml, file="areas.toml", read=lambda name: collection(feature("a")))
    assert problems == []
    assert (len(found.areas), found.areas[0].postcodes) == (1, ("163",))
