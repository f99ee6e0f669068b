"""Bytes of an answer: whatever a view returns, wrapped in the envelope by msgspec.

No camelising here: payloads are camelCase already (payloads.py).
"""

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import BaseRenderer

from api import request_ids
from api.envelope import CONTENT_TYPE, Answer, answer_bytes, error_bytes
from api.errors import ParlorError


class EnvelopeRenderer(BaseRenderer):
    """JSON, always: the client's Accept header is not asked (negotiation.py)."""

    media_type = CONTENT_TYPE
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """An `Answer`, an error of the family, or plain data."""
        if isinstance(data, ParlorError):
            request = (renderer_context or {}).get("request")
            return error_bytes(data, request_ids.of(request.META if request else {}))
        return answer_bytes(data if isinstance(data, Answer) else Answer(data))
