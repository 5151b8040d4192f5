"""What is true in the simulated Zetkin: its records, without a word about how they are served."""

from zetkin_sync.demo.world.state import State

__all__ = ["State"]
