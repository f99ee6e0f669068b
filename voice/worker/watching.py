"""What a client hears and sees by one offer of its own (WHEP, draft-ietf-wish-whep).

There is one exchange and no second: each section that the client offers to receive gets a
producer that is there now, and keeps it.
"""

from typing import TYPE_CHECKING

from voice.sfu import sdp
from voice.sfu.consumer import Consumer
from voice.sfu.ortc_types import RtpParameters
from voice.sfu.parts import CannotConsume
from voice.sfu.producer import Producer
from voice.sfu.transport import Transport
from voice.worker.refusals import Refused

if TYPE_CHECKING:
    from voice.worker.seats import Seat

FIRST = ("screen", "camera", "mic")  # what somebody who gets only one thing wants to get


def watch(seat: "Seat", offer: sdp.Offer) -> tuple[Transport, str]:
    """A receiving transport, and the answer. Raises SdpError, SfuError, Refused (nothing fits)."""
    transport = seat.create_transport("recv")
    try:
        taken = _take(seat, transport, offer)
        if not taken:
            raise Refused("Conflict", "Nothing that you could receive is sent in this room now.")
        transport.connect(offer.dtls_parameters)
        text = sdp.answer(
            offer,
            transport.ice_parameters,
            transport.ice_candidates,
            transport.dtls_parameters,
            {mid: it.rtp_parameters for mid, it in taken.items()},
        )
    except Exception:
        transport.close("refused")
        raise
    return transport, text


def _take(seat: "Seat", transport: Transport, offer: sdp.Offer) -> dict[str, Consumer]:
    """A consumer for each section that offers to receive, as far as there is something."""
    caps = sdp.to_rtp_capabilities(offer)
    left = _in_order(seat)
    taken: dict[str, Consumer] = {}
    for section in filter(offer.is_usable, offer.sections):
        if section.direction != "recvonly":
            continue

        def numbered(parameters: RtpParameters, section: sdp.Section = section) -> RtpParameters:
            return sdp.renumber(parameters, section)

        for producer in [it for it in left if it.kind == section.kind]:
            left.remove(producer)
            try:
                taken[section.mid] = seat.consume(
                    transport.id, producer.id, caps, is_paused=False, numbered=numbered
                )
            except (CannotConsume, sdp.SdpError):
                continue
            break
    return taken


def _in_order(seat: "Seat") -> list[Producer]:
    """Others' producers: screens first, then cameras, and each picture's sound before others'."""
    room = seat.room
    others = [it for it in room.router.producers.values() if it.id not in seat.producers]
    ordered = sorted(others, key=lambda it: FIRST.index(it.source))
    shown = [it for it in ordered if it.kind == "video"]
    first = room.owners[shown[0].id] if shown and shown[0].id in room.owners else None
    return sorted(ordered, key=lambda it: first is not None and room.owners.get(it.id) is not first)
