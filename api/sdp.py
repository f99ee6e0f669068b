"""`application/sdp` at the REST door (WHIP and WHEP): bodies and answers that are no JSON.

Bytes and headers only; what the text means is voice's.
"""

from collections.abc import Mapping
from typing import IO, Any

from django.http import HttpResponse
from rest_framework.parsers import BaseParser

from api.errors import TooLarge, ValidationFailed

SDP = "application/sdp"
MAX_BYTES = 256 * 1024  # some ten times what a browser with many tracks says


class SdpParser(BaseParser):
    """Reads a description as `{"sdp": text}`."""

    media_type = SDP

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, str]:
        """Raises TooLarge, and ValidationFailed where it is not UTF-8 (RFC 8866 §4.5)."""
        body = stream.read(MAX_BYTES + 1)
        if len(body) > MAX_BYTES:
            raise TooLarge(f"The body may have {MAX_BYTES} bytes.")
        try:
            return {"sdp": body.decode()}
        except UnicodeDecodeError:
            raise ValidationFailed.of("sdp", "invalid", "The body is not UTF-8.") from None


def sdp_response(text: str, **headers: str) -> HttpResponse:
    """201 with a description. `headers` are written `Link=…`, with `_` for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items() if value}
    return HttpResponse(text, status=201, content_type=SDP, headers=named)
