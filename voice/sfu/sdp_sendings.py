"""Which consumer has which section of a client's receiving connection. No text of SDP here."""

import re
from collections.abc import Sequence
from dataclasses import replace

from voice.sfu.ortc_types import Kind, RtpParameters
from voice.sfu.sdp_types import MAX_SECTIONS, SdpError, Sending

_MSID = re.compile(r"[!#$%&'*+\-.^_`{|}~0-9A-Za-z]{1,64}")  # RFC 8830 §2


def is_msid(text: str) -> bool:
    """Whether this can name a stream or a track."""
    return _MSID.fullmatch(text) is not None


class Sendings:
    """The sections of one client's receiving connection, with mids that never change.

    A removed one becomes inactive, and once the client has answered that, its place is free for
    the next consumer of the same kind (RFC 8829 §5.2.2), so people may come and go all day.
    """

    def __init__(self) -> None:
        self._sendings: list[Sending] = []
        self._free: set[str] = set()

    def sections(self) -> tuple[Sending, ...]:
        """What to offer now."""
        return tuple(self._sendings)

    def add(self, kind: Kind, rtp_parameters: RtpParameters, track_id: str) -> Sending:
        """Gives a consumer its section; SdpError when all are taken."""
        if not is_msid(track_id):
            raise SdpError("the track id is no token")
        free = (it.mid for it in self._sendings if it.kind == kind and it.mid in self._free)
        mid = next(free, str(len(self._sendings)))
        if int(mid) == MAX_SECTIONS:
            raise SdpError(f"there are {MAX_SECTIONS} sections already")
        sending = Sending(mid, kind, {**rtp_parameters, "mid": mid}, track_id)
        self._sendings[int(mid) : int(mid) + 1] = [sending]
        self._free.discard(mid)
        return sending

    def remove(self, mid: str) -> None:
        """Its consumer is gone; a mid that has none already, or never was, is left alone."""
        for place, it in enumerate(self._sendings):
            if it.mid == mid:
                self._sendings[place] = replace(it, is_active=False)

    def settle(self, offered: Sequence[Sending]) -> None:
        """The client has answered this offer: what it saw inactive may be taken again.

        Not earlier: a section that goes from one consumer straight to another fires no `track`.
        """
        gone = {it.mid for it in offered if not it.is_active}
        self._free |= {it.mid for it in self._sendings if it.mid in gone and not it.is_active}
