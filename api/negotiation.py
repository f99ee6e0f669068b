"""Content negotiation without surprises: the view decides, whatever Accept says."""

from collections.abc import Iterable
from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class AlwaysFirstRenderer(DefaultContentNegotiation):
    """Never 406, no other format by `?format=`; parsers go by Content-Type as usual."""

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, Any]:
        """The first one."""
        first = next(iter(renderers))
        return first, first.media_type
