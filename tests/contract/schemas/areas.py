"""Areas and canvasses, version 2 only (API.md §4.14)."""

from __future__ import annotations

from typing import Any, Literal

from tests.contract.schemas.events import LocationV2
from tests.contract.schemas.forms import Count, Naive, Strict


class Polygon(Strict):
    type: Literal["Polygon"]
    coordinates: list[list[list[float]]]


class Area(Strict):
    id: int
    title: str
    description: str | None
    organization_id: int
    boundary: Polygon
    created: Naive
    created_by_user_id: int | None


class AreaAssignment(Strict):
    id: int
    title: str
    instructions: str | None
    organization_id: int
    project_id: int
    start_date: Naive | None
    end_date: Naive | None
    reporting_level: Literal["location", "household"]
    created: Naive
    created_by_user_id: int | None


class AreaAssignee(Strict):
    area_assignment_id: int
    area_id: int
    user_id: int
    created: Naive
    created_by_user_id: int | None


class AssignmentMetric(Strict):
    id: int
    area_assignment_id: int
    question: str
    type: Literal["bool", "scale5"]
    defines_success: bool
    created: Naive
    created_by_user_id: int | None


class AssignmentLocation(LocationV2):
    num_visits: Count
    num_successful_visits: Count


class AssignmentStats(Strict):
    num_locations: Count
    num_households: Count
    num_visits: Count
    num_successful_visits: Count
    num_locations_visited: Count
    num_households_visited: Count
    num_households_successfully_visited: Count
    metrics: list[dict[str, Any]]


class AreaStats(Strict):
    id: int
    area_id: int
    count_households: Count
    count_locations: Count
    count_unique_households_visited: Count
    count_unique_locations_visited: Count
    sum_visits: Count
    sum_successful_visits: Count


class ConnectedUser(Strict):
    id: int
    first_name: str
    last_name: str
    email: str | None
    phone: str | None
