"""Draws what is in front of what is to be painted anew, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable

from textual._compositor import Compositor
from textual.geometry import Region
from textual.strip import Strip


class FrontCompositor(Compositor):
    """A compositor that asks only those widgets for lines that are seen in the part to be painted.

    Textual's own asks every widget on the screen, the covered ones too, for every key.
    """

    def _get_renders(
        self, crop: Region | None = None
    ) -> Iterable[tuple[Region, Region, list[Strip]]]:
        """The lines of widgets from front to back, up to one that covers the whole part.

        Args:
            crop: The part; None for the whole screen.

        Returns:
            The region of each widget, the region that it is clipped to, and its lines in view.
        """
        part = crop or self.size.region
        for widget, (region, clip) in self.visible_widgets.items():
            seen = region.intersection(clip)
            if not seen.overlaps(part):
                continue
            yield region, clip, widget.render_lines(seen.translate(-region.offset))
            if seen.contains_region(part):
                return
