"""One source of media: its streams (several with simulcast), who consumes it, its key frames.

Packets do not come through here: the transport gives them to the streams by SSRC, and they go on
through `Router.forward`. This is what is decided now and then.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from voice.sfu import ortc
from voice.sfu.key_frames import BY_MIME_TYPE, is_anything
from voice.sfu.layers import leave_dead_layers
from voice.sfu.nack import Missing
from voice.sfu.ortc_types import EncodingMapping, Kind, Mapping, RtpParameters
from voice.sfu.parts import Observers, Part
from voice.sfu.stream import ExtensionIds, Stream, Surroundings
from voice.sfu.stream_kinds import AudioStream, Retransmissions, VideoStream

if TYPE_CHECKING:
    from voice.sfu.consumer import Consumer
    from voice.sfu.transport import Transport

KEY_FRAME_PAUSE_S = 0.5  # between two requests: a key frame costs as much as ten others
FAR_BEYOND = 3  # times the bit rate that was told
BURST_S = 1.0  # what may come at once, in time at that rate: a key frame comes in one piece
SILENT_S = 10.0  # a producer that should be sending and is not


class Producer(Part):
    """See the module. Made by `Transport.produce`."""

    def __init__(
        self,
        transport: "Transport",
        kind: Kind,
        rtp_parameters: RtpParameters,
        mapping: Mapping,
        source: str,
        is_paused: bool,
    ) -> None:
        super().__init__(transport)
        caps = transport.router.rtp_capabilities
        self.transport = transport
        self.kind: Kind = kind
        self.source = source
        self.rtp_parameters = rtp_parameters
        self.mid = rtp_parameters.get("mid", "")
        self.mapping = mapping
        self.consumable = ortc.consumable_parameters(kind, rtp_parameters, caps, mapping)
        self.clock_rate = rtp_parameters["codecs"][0]["clockRate"]
        self.is_paused = is_paused
        self.paused: Observers[bool] = Observers()
        self.silent: Observers[bool] = Observers()  # nothing comes although it should, or again
        self.consumers: dict[str, Consumer] = {}
        self.streams: list[Stream] = []
        self.retransmissions: list[Retransmissions] = []
        self._key_frame_asked_at = -KEY_FRAME_PAUSE_S
        self._is_key_frame_due = False
        self._is_silent = False
        self._max_octets_per_s = 0  # 0: no bound
        self._allowed_at_s = 0.0
        self._made_at_s = transport.now_s()
        self._make_streams(transport.surroundings(kind, self.clock_rate, rtp_parameters))
        for stream in self.streams:
            if is_paused:
                stream.shut()

    def _make_streams(self, around: Surroundings) -> None:
        ours = _mapped_types(self.mapping)
        around = around._replace(payload_types=ours)
        rtx = _rtx_types(self.rtp_parameters)
        has_nack = any(
            it["type"] == "nack" and not it["parameter"]
            for it in self.rtp_parameters["codecs"][0]["rtcpFeedback"]
        )
        for encoding in self.mapping["encodings"]:
            stream = self._make_stream(around)
            stream.ssrc = encoding.get("ssrc", 0)
            stream.on_break = self.request_key_frame
            stream.on_gap = self.transport.ask_soon
            stream.missing = Missing() if has_nack else None
            self.streams.append(stream)
            again = Retransmissions(stream, rtx, around)
            again.ssrc = encoding.get("rtxSsrc", 0)
            self.retransmissions.append(again)

    def receivers(self) -> Iterator[Stream | Retransmissions]:
        """Everything that packets of this producer go to."""
        yield from self.streams
        yield from self.retransmissions

    def _make_stream(self, around: Surroundings) -> Stream:
        if self.kind == "audio":
            return AudioStream(around)
        mime_type = self.rtp_parameters["codecs"][0]["mimeType"].lower()
        return VideoStream(around, BY_MIME_TYPE.get(mime_type, is_anything))

    # --- finding its packets -------------------------------------------------------------------
    def adopt(self, ssrc: int, rid: str, repaired_rid: str, payload_type: int) -> bool:
        """Packets of an SSRC that was not signalled carry this producer's mid. Whether it is one.

        Simulcast says which stream by rid (RFC 8853 §5.5), or by the rid that it repairs.
        """
        for place, encoding in enumerate(self.mapping["encodings"]):
            if _is_of(encoding, repaired_rid or rid):
                is_rtx = bool(repaired_rid) or payload_type in _rtx_numbers(self.rtp_parameters)
                self._take_ssrc(place, ssrc, is_rtx)
                return True
        return False

    def _take_ssrc(self, place: int, ssrc: int, is_rtx: bool) -> None:
        part: Stream | Retransmissions
        part = self.retransmissions[place] if is_rtx else self.streams[place]
        self.transport.route(ssrc, part, part.ssrc)
        part.ssrc = ssrc
        if not is_rtx and self.consumers:
            self.request_key_frame()

    # --- who listens ---------------------------------------------------------------------------
    def stream_of(self, layer: int) -> Stream:
        """The stream of this layer, or the highest below it."""
        return self.streams[min(layer, len(self.streams) - 1)]

    def add_consumer(self, consumer: "Consumer") -> None:
        """It follows this producer, and ends with it."""
        self.consumers[consumer.id] = consumer

    def remove_consumer(self, consumer: "Consumer") -> None:
        """It has ended."""
        self.consumers.pop(consumer.id, None)

    # --- pausing -------------------------------------------------------------------------------
    def pause(self) -> None:
        """Forwards nothing until `resume`: a muted microphone, whatever the client sends."""
        self._set_paused(True)

    def resume(self) -> None:
        """Forwards again."""
        self._set_paused(False)

    def _set_paused(self, is_paused: bool) -> None:
        self.check_open()
        if is_paused == self.is_paused:
            return
        self.is_paused = is_paused
        for stream in self.streams:
            if is_paused:
                stream.shut()
            elif stream.is_heard:
                stream.open()
        if not is_paused:
            self.request_key_frame()
        self.paused.tell(is_paused)
        for consumer in list(self.consumers.values()):
            consumer.producer_paused.tell(is_paused)

    # --- how much --------------------------------------------------------------------------------
    def set_max_bitrate(self, bitrate_bps: int) -> None:
        """What its sender is to keep to (and is told, by SDP and REMB). What is three times beyond
        is dropped, per stream: a codec's peaks and redundancy pass, a flood does not.
        """
        if self._max_octets_per_s == 0:
            self._allowed_at_s = self.transport.now_s() - BURST_S
        self._max_octets_per_s = bitrate_bps * FAR_BEYOND // 8

    def allow(self, now_s: float) -> None:
        """Every 50 ms: the time that has passed is what may come."""
        if self._max_octets_per_s:
            passed_s = min(now_s - self._allowed_at_s, BURST_S)
            self._allowed_at_s = now_s
            more, most = (
                int(self._max_octets_per_s * passed_s),
                int(self._max_octets_per_s * BURST_S),
            )
            for stream in self.streams:
                stream.allow(more, most)

    # --- key frames ----------------------------------------------------------------------------
    def request_key_frame(self) -> None:
        """Asks the sender for one, at most every half second; a request in between waits."""
        if self.kind == "video" and not self.is_paused and not self.is_closed:
            self._is_key_frame_due = True
            self._ask_key_frame(self.transport.now_s())

    def _ask_key_frame(self, now_s: float) -> None:
        if self._is_key_frame_due and now_s - self._key_frame_asked_at >= KEY_FRAME_PAUSE_S:
            self._is_key_frame_due = False
            self._key_frame_asked_at = now_s
            self.transport.ask_key_frames([it.ssrc for it in self.streams if it.ssrc])

    def tick(self, now_s: float) -> None:
        """Every 50 ms: requests that had to wait, and listeners still without a picture."""
        leave_dead_layers(self.streams, now_s)
        if any(stream.waiting for stream in self.streams) and not self._is_key_frame_due:
            self.request_key_frame()
        self._ask_key_frame(now_s)

    def check_silence(self, now_s: float) -> None:
        """Every second: tells when nothing has come for long although it is not paused."""
        heard_at_s = max(self._made_at_s, *(it.reception.heard_at_s for it in self.streams))
        is_silent = not self.is_paused and now_s - heard_at_s > SILENT_S
        if is_silent != self._is_silent:
            self._is_silent = is_silent
            self.silent.tell(is_silent)

    def _release(self) -> None:
        for consumer in list(self.consumers.values()):
            consumer.close("producer closed")
        self.transport.forget_producer(self)
        self.paused.clear()
        self.silent.clear()


def _mapped_types(mapping: Mapping) -> list[int]:
    types = [-1] * 128
    for codec in mapping["codecs"]:
        types[codec["payloadType"]] = codec["mappedPayloadType"]
    return types


def _rtx_types(parameters: RtpParameters) -> list[int]:
    """The media's payload type by RTX's."""
    types = [-1] * 128
    for codec in parameters["codecs"]:
        if codec["mimeType"].lower().endswith("/rtx"):
            types[codec["payloadType"]] = int(codec["parameters"]["apt"])
    return types


def _rtx_numbers(parameters: RtpParameters) -> set[int]:
    return {number for number, media in enumerate(_rtx_types(parameters)) if media >= 0}


def _is_of(encoding: EncodingMapping, rid: str) -> bool:
    """Whether an unknown SSRC with this rid ("" where there is none) is this stream."""
    return encoding.get("rid", "") == rid if rid else "ssrc" not in encoding


def extension_ids(parameters: RtpParameters) -> ExtensionIds:
    """Where this producer writes what."""
    return ids_of({it["uri"]: it["id"] for it in parameters["headerExtensions"]})


def ids_of(by_uri: dict[str, int]) -> ExtensionIds:
    """Ids up to 14, which is all that the header reader has places for."""
    small = {uri: number for uri, number in by_uri.items() if number <= 14}
    return ExtensionIds(
        mid=small.get(ortc.MID, 0),
        rid=small.get(ortc.RID, 0),
        repaired_rid=small.get(ortc.REPAIRED_RID, 0),
        audio_level=small.get(ortc.AUDIO_LEVEL, 0),
        abs_send_time=small.get(ortc.ABS_SEND_TIME, 0),
        transport_cc=small.get(ortc.TRANSPORT_CC, 0),
    )
