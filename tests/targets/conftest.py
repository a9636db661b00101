"""Parts that tests of targets share."""

from tests.targets.stand_ins import stand_ins

__all__ = ["stand_ins"]
