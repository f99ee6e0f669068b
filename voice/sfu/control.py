"""RTCP of one transport: what its client reports and asks for, and what it is told.

Producers of a sending transport get receiver reports, NACKs, key-frame requests and transport-cc
feedback; consumers of a receiving one get sender reports, and their NACKs and requests are served.
"""

import secrets
from typing import TYPE_CHECKING

from voice.sfu import rtcp
from voice.sfu.layers import Layers
from voice.sfu.stream import Stream

if TYPE_CHECKING:
    from voice.sfu.transport import Transport

MAX_COMPOUND = 1200  # bytes; what fits any path


class Control:
    """See the module. Made by its transport."""

    def __init__(self, transport: "Transport") -> None:
        self._transport = transport
        self._ssrc = 1 + secrets.randbelow(2**32 - 1)
        self.available_bps: int | None = None  # what the client says that it can receive
        self.max_incoming_bps: int | None = None  # what it may send in all
        self.unreadable = 0
        self._layers = Layers()
        self._reported_at_s = transport.now_s()

    # --- from the client -----------------------------------------------------------------------
    def receive(self, data: bytes, now_s: float) -> None:
        """A decrypted compound packet."""
        packets = rtcp.read(data)
        if not packets:
            self.unreadable += 1
        for packet in packets:
            if isinstance(packet, rtcp.RtcpRtpfbPacket):
                self._on_transport_feedback(packet, now_s)
            elif isinstance(packet, rtcp.RtcpPsfbPacket):
                self._on_payload_feedback(packet)
            else:
                if isinstance(packet, rtcp.RtcpSrPacket):
                    self._on_sender_report(packet, now_s)
                for report in rtcp.reports_of(packet):
                    consumer = self._transport.consumers_by_ssrc.get(report.ssrc)
                    if consumer is not None and report.ssrc == consumer.ssrc:
                        consumer.on_receiver_report(report, now_s)

    def _on_sender_report(self, packet: rtcp.RtcpSrPacket, now_s: float) -> None:
        info = packet.sender_info
        for producer in self._transport.producers.values():
            for stream in producer.streams:
                if stream.ssrc == packet.ssrc:
                    stream.reception.on_sender_report(info.ntp_timestamp, info.rtp_timestamp, now_s)

    def _on_transport_feedback(self, packet: rtcp.RtcpRtpfbPacket, now_s: float) -> None:
        consumer = self._transport.consumers_by_ssrc.get(packet.media_ssrc)
        if consumer is not None and rtcp.is_nack(packet):
            consumer.resend(packet.lost, now_s)

    def _on_payload_feedback(self, packet: rtcp.RtcpPsfbPacket) -> None:
        for ssrc in rtcp.wanted_key_frames(packet):
            consumer = self._transport.consumers_by_ssrc.get(ssrc)
            if consumer is not None:
                consumer.producer.request_key_frame()
        bitrate_bps = rtcp.estimated_bitrate_bps(packet)
        if bitrate_bps is not None:
            self.available_bps = bitrate_bps

    # --- to the client -------------------------------------------------------------------------
    def send(self, data: bytes) -> None:
        """Encrypts a compound and sends it."""
        transport = self._transport
        target, srtp = transport.destination, transport.tx
        if target is None or srtp is None or not data:
            return
        socket = target.socket
        socket.out_view[: len(data)] = data
        size = srtp.protect_rtcp(socket.out_data, len(data))
        if size:
            socket.push(size, target)

    def ask_again(self, stream: Stream, now_s: float) -> None:
        """Asks for what a stream misses and has not been asked for just now."""
        if stream.missing is None or not stream.ssrc:
            return
        sequences = [index & 0xFFFF for index in stream.missing.due(now_s)]
        if sequences:
            self.send(rtcp.nack(self._ssrc, stream.ssrc, sequences))

    def ask_key_frames(self, ssrcs: list[int]) -> None:
        """By PLI, at once."""
        self.send(b"".join(rtcp.picture_loss(self._ssrc, ssrc) for ssrc in ssrcs))
        self._transport.endpoint.flush_soon()

    def tick(self, now_s: float) -> None:
        """Every 50 ms: arrivals, what is still missing, requests that had to wait."""
        transport = self._transport
        if not transport.producers:
            return
        media_ssrc = self._any_ssrc()
        if media_ssrc:
            self.send(transport.arrivals.take(self._ssrc, media_ssrc) or b"")
        for producer in transport.producers.values():
            producer.allow(now_s)
            for stream in producer.streams:
                if stream.missing:
                    self.ask_again(stream, now_s)
            if producer.kind == "video":
                producer.tick(now_s)

    def _any_ssrc(self) -> int:
        producers = self._transport.producers.values()
        return next((it.ssrc for part in producers for it in part.streams if it.ssrc), 0)

    def report(self, now_s: float) -> None:
        """Every second: RFC 3550's reports, and the bit rates between two of them."""
        interval_s = now_s - self._reported_at_s
        self._reported_at_s = now_s
        self._report_reception(now_s, interval_s)
        consumers = list(self._transport.consumers.values())
        for consumer in consumers:
            consumer.stats.measure(consumer.octets, interval_s)
        self._layers.choose(consumers, self.available_bps, now_s)
        compound = rtcp.receiver_reports(self._ssrc, [])
        for consumer in consumers:
            report = consumer.sender_report(now_s)
            if len(compound) + len(report) > MAX_COMPOUND:
                self.send(compound)
                compound = rtcp.receiver_reports(self._ssrc, [])
            compound += report
        if len(compound) > 8:
            self.send(compound)

    def _report_reception(self, now_s: float, interval_s: float) -> None:
        reports, ssrcs = [], []
        for producer in list(self._transport.producers.values()):
            producer.check_silence(now_s)
            for stream in producer.streams:
                if stream.ssrc and stream.reception.packets:
                    stream.reception.measure(interval_s)
                    reports.append(stream.reception.report(stream.ssrc, now_s))
                    ssrcs.append(stream.ssrc)
        if reports:
            self.send(rtcp.receiver_reports(self._ssrc, reports))
        if ssrcs and self.max_incoming_bps is not None:
            self.send(rtcp.remb(self._ssrc, self.max_incoming_bps, ssrcs))
