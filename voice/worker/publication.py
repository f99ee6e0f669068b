"""What a client sends by SDP: one connection of theirs, described anew with each of its offers.

For `voice:publish` of the gateway, where offers follow each other, and for WHIP (RFC 9725), where
there is one. Which section is what (`mic`, `camera`, `screen`) SDP does not say: the client may,
and otherwise the first sound is the microphone's and the first picture the camera's.
"""

from typing import TYPE_CHECKING, Any, NamedTuple

from voice.sfu import sdp
from voice.sfu.ortc_types import DtlsParameters, IceParameters, Kind, RtpParameters
from voice.sfu.producer import Producer
from voice.worker.refusals import Refused

if TYPE_CHECKING:
    from voice.worker.seats import Seat

SOURCES: dict[Kind, tuple[str, ...]] = {"audio": ("mic", "screen"), "video": ("camera", "screen")}


class Wanted(NamedTuple):
    """A section that the client sends something in."""

    kind: Kind
    parameters: RtpParameters
    source: str


class Publication:
    """One sending transport and its producers, by mid. Made by its seat; lives until it closes."""

    def __init__(self, seat: "Seat") -> None:
        self._seat = seat
        self.transport = seat.create_transport("send")
        self._producers: dict[str, Producer] = {}
        self._ice: IceParameters | None = None
        self._dtls: DtlsParameters | None = None
        self._version = 0

    def is_of(self, offer: sdp.Offer) -> bool:
        """Whether this offer comes from the same connection: its certificate says so."""
        return not self.transport.is_closed and (
            self._dtls is None
            or self._dtls["fingerprints"] == offer.dtls_parameters["fingerprints"]
        )

    def answer(self, offer: sdp.Offer, sources: dict[str, str]) -> str:
        """What the offer sends is produced from now on, and what it sends no longer has ended.

        New ICE credentials in it are an ICE restart (RFC 8839 §4.4.1.1.1). Nothing new stays of an
        offer that is refused. Raises SdpError, OrtcError, SfuError, Refused.
        """
        wanted = self._wanted(offer, sources)
        for mid, producer in list(self._producers.items()):
            if producer.is_closed or not _is_same(producer, wanted.get(mid)):
                producer.close("no longer offered")
                del self._producers[mid]
        made: list[str] = []
        try:
            for mid in wanted.keys() - self._producers.keys():
                self._producers[mid] = self._produce(wanted[mid])
                made.append(mid)
            if self._dtls is None:
                self.transport.connect(offer.dtls_parameters)
            elif self._ice != offer.ice_parameters:
                self.transport.restart_ice()
            text = self._text(offer)
        except Exception:
            for mid in made:
                self._producers.pop(mid).close("refused")
            raise
        self._ice, self._dtls = offer.ice_parameters, offer.dtls_parameters
        return text

    def tracks(self) -> list[dict[str, Any]]:
        """What is sent, by mid."""
        return [
            {"mid": mid, "producerId": it.id, "kind": it.kind, "source": it.source}
            for mid, it in sorted(self._producers.items())
        ]

    def _produce(self, wanted: Wanted) -> Producer:
        kind, parameters, source = wanted
        return self._seat.produce(self.transport.id, kind, parameters, source, is_paused=False)

    def _text(self, offer: sdp.Offer) -> str:
        self._version += 1
        transport = self.transport
        return sdp.answer(
            offer,
            transport.ice_parameters,
            transport.ice_candidates,
            transport.dtls_parameters,
            {mid: it.rtp_parameters for mid, it in self._producers.items()},
            version=self._version,
            max_audio_bps=self._seat.room.max_audio_bps,
        )

    def _wanted(self, offer: sdp.Offer, sources: dict[str, str]) -> dict[str, Wanted]:
        """What the offer sends, by mid. Raises SdpError, Refused."""
        found: dict[str, Wanted] = {}
        # What the seat sends elsewhere is taken already.
        mine = {it.id for it in self._producers.values()}
        taken = {(it.kind, it.source) for it in self._seat.producers.values() if it.id not in mine}
        for mid, parameters in sdp.sent(offer).items():
            kind: Kind = "audio" if offer.section(mid).kind == "audio" else "video"
            source = self._source(mid, kind, sources, taken)
            taken.add((kind, source))
            found[mid] = Wanted(kind, parameters, source)
        if any(it.kind == "video" for it in found.values()):
            self._seat.require_video()
        return found

    def _source(
        self, mid: str, kind: Kind, sources: dict[str, str], taken: set[tuple[Kind, str]]
    ) -> str:
        known = self._producers.get(mid)
        given = sources.get(mid) or (known.source if known is not None else "")
        if given and given not in SOURCES[kind]:
            raise Refused("ValidationFailed", f"{given} does not go with {kind}.", "sources")
        free = [it for it in SOURCES[kind] if (kind, it) not in taken]
        if given in free:
            return given
        if given or not free:
            raise Refused("Conflict", "You send this already; close that first.")
        # What another section names is not for this one to take.
        return next((it for it in free if it not in sources.values()), free[0])


def _is_same(producer: Producer, wanted: Wanted | None) -> bool:
    """Whether a section still says what it said."""
    if wanted is None or producer.source != wanted.source:
        return False
    now, before = wanted.parameters, producer.rtp_parameters
    return (now["codecs"], now["encodings"], now["headerExtensions"]) == (
        before["codecs"],
        before["encodings"],
        before["headerExtensions"],
    )
