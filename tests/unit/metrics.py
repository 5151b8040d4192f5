"""The metrics by name, as the configuration's loader would give them."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import Any

from zetkin_sync.goals import metrics

METRICS: dict[str, Any] = {
    m.name: import_module(f"{metrics.__name__}.{m.name}") for m in pkgutil.iter_modules(metrics.__path__)
}
