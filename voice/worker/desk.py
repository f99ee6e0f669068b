"""The methods that web processes call, by name; each takes and answers plain data.

Errors become refusals that name an error of api/errors.py. Who may call was settled before.
"""

import logging
from collections.abc import Callable
from typing import Any

from voice import wire
from voice.sfu import parts
from voice.sfu.ortc_types import OrtcError
from voice.sfu.sdp_types import SdpError
from voice.sfu.transport import Transport
from voice.worker.house import House
from voice.worker.refusals import Refused

logger = logging.getLogger(__name__)

Data = dict[str, Any]
REFUSALS: dict[type[parts.SfuError], str] = {
    parts.NotFound: "NotFound",
    parts.IsClosed: "Conflict",
    parts.CannotConsume: "Conflict",
    parts.WrongDirection: "Conflict",
    parts.TooMany: "Conflict",
}


class Desk:
    """See the module."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._methods: dict[str, Callable[[Data], Any]] = {
            "join": self._join,
            "leave": self._leave,
            "set_state": self._set_state,
            "create_transport": self._create_transport,
            "connect": self._connect,
            "restart_ice": self._restart_ice,
            "produce": self._produce,
            "consume": self._consume,
            "pause": lambda data: self._rest(data, True),
            "resume": lambda data: self._rest(data, False),
            "close": self._close,
            "producers": self._producers,
            "publish": self._publish,
            "subscribe": self._subscribe,
            "answer": self._answer,
            "whip": lambda data: self._exchange(self._house.seat(data["sessionId"]).whip, data),
            "whep": lambda data: self._exchange(self._house.seat(data["sessionId"]).whep, data),
            "close_transport": self._close_transport,
        }

    def answer(self, ask: wire.Ask) -> wire.Answer:
        """Never raises."""
        try:
            return wire.Answer(ask.id, ok=self._methods[ask.method](ask.data))
        except Refused as no:
            refusal = wire.Refusal(no.kind, no.message, no.field)
        except OrtcError as wrong:
            refusal = wire.Refusal("ValidationFailed", wrong.message, wrong.field)
        except SdpError as wrong:
            refusal = wire.Refusal("ValidationFailed", f"The SDP cannot be taken: {wrong}.", "sdp")
        except parts.SfuError as no:
            refusal = wire.Refusal(REFUSALS.get(type(no), "Conflict"), str(no))
        except Exception:
            logger.exception("the media worker could not do %s", ask.method)
            refusal = wire.Refusal("InternalError", "The media worker failed.")
        return wire.Answer(ask.id, refusal=refusal)

    def _join(self, data: Data) -> Data:
        seat = self._house.join(data)
        return {
            "rtpCapabilities": seat.room.told_capabilities(),
            "producers": [it for it in seat.room.producers() if it["sessionId"] != seat.id],
        }

    def _leave(self, data: Data) -> None:
        seat = self._house.seats.get(data["sessionId"])
        if seat is not None:
            seat.end("left", is_told=False)

    def _set_state(self, data: Data) -> None:
        self._house.seat(data["sessionId"]).obey(data)

    def _create_transport(self, data: Data) -> Data:
        transport = self._house.seat(data["sessionId"]).create_transport(data["direction"])
        return {
            "id": transport.id,
            "iceParameters": transport.ice_parameters,
            "iceCandidates": transport.ice_candidates,
            "dtlsParameters": transport.dtls_parameters,
        }

    def _connect(self, data: Data) -> None:
        seat = self._house.seat(data["sessionId"])
        seat.transport(data["transportId"]).connect(data["dtlsParameters"])

    def _restart_ice(self, data: Data) -> Any:
        seat = self._house.seat(data["sessionId"])
        return seat.transport(data["transportId"]).restart_ice()

    def _produce(self, data: Data) -> str:
        return (
            self._house.seat(data["sessionId"])
            .produce(
                data["transportId"],
                data["kind"],
                data["rtpParameters"],
                data["source"],
                is_paused=data["paused"],
            )
            .id
        )

    def _consume(self, data: Data) -> Data:
        seat = self._house.seat(data["sessionId"])
        consumer = seat.consume(
            data["transportId"],
            data["producerId"],
            data["rtpCapabilities"],
            is_paused=data["paused"],
        )
        return seat.room.describe(consumer.producer) | {
            "id": consumer.id,
            "rtpParameters": consumer.rtp_parameters,
            "paused": consumer.is_paused,
            "producerPaused": consumer.producer.is_paused,
        }

    def _rest(self, data: Data, is_resting: bool) -> None:
        self._house.seat(data["sessionId"]).rest(data["id"], is_resting)

    def _close(self, data: Data) -> None:
        self._house.seat(data["sessionId"]).part(data["id"]).close("closed by its client")

    def _producers(self, data: Data) -> list[Data]:
        room = self._house.rooms.get(data["roomId"])
        return [] if room is None else room.producers()

    # --- by SDP --------------------------------------------------------------------------------
    def _publish(self, data: Data) -> Data:
        return self._house.seat(data["sessionId"]).publish(data["sdp"], data["sources"])

    def _subscribe(self, data: Data) -> Data:
        seat = self._house.seat(data["sessionId"])
        return seat.subscribe(restart_ice=data["restartIce"])

    def _answer(self, data: Data) -> str:
        seat = self._house.seat(data["sessionId"])
        return seat.answer(data["negotiationId"], data["sdp"])

    @staticmethod
    def _exchange(how: Callable[[object], tuple[Transport, str]], data: Data) -> Data:
        transport, answer = how(data["sdp"])
        return {"id": transport.id, "sdp": answer}

    def _close_transport(self, data: Data) -> bool:
        return self._house.seat(data["sessionId"]).close_transport(data["transportId"])
