"""These tests look at what all others left behind, so they run after them: `make test` starts them last."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def left(request: pytest.FixtureRequest) -> list[Path]:
    """The folders that the run before has left behind."""
    return [Path(folder) for folder in request.config.getoption("--left") or ()]
