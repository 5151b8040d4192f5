"""Smart search: which people a list of filters finds (API.md §5)."""

from zetkin_sync.demo.simulator.search.evaluation import check_spec, evaluate
from zetkin_sync.demo.simulator.search.filters import BadSpec

__all__ = ["BadSpec", "check_spec", "evaluate"]
