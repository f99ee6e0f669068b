"""RTCP (RFC 3550 §6, RFC 4585, RFC 5104): reading what clients say, writing what the SFU says.

Bytes in, parsed reports out, and the other way round; no state, no sockets. The packets are
aiortc's classes. Reports, which every listener sends every second, are read here, the rest by it.
"""

import struct
import time
from collections.abc import Iterable

from aiortc.rtp import (
    RTCP_PSFB_APP,
    RTCP_PSFB_FIR,
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    AnyRtcpPacket,
    RtcpPacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSourceInfo,
    RtcpSrPacket,
    clamp_packets_lost,
    pack_remb_fci,
    unpack_remb_fci,
)

__all__ = [
    "RtcpPsfbPacket",
    "RtcpReceiverInfo",
    "RtcpRrPacket",
    "RtcpRtpfbPacket",
    "RtcpSenderInfo",
    "RtcpSrPacket",
]

NTP_EPOCH_S = 2_208_988_800  # from 1900 to 1970
CNAME = 1
MAX_REPORTS = 31  # of one packet: five bits
MAX_LOST_PER_NACK = 128
VERSION, PADDED = 2, 0x20
SENDER_REPORT, RECEIVER_REPORT, FEEDBACK = 200, 201, (205, 206)
HEADER = struct.Struct("!BBH")
NUMBER = struct.Struct("!I")
SENDER_INFO = struct.Struct("!IQIII")
BLOCK = struct.Struct("!6I")


def read(data: bytes) -> list[AnyRtcpPacket]:
    """The reports and the feedback of a compound; [] when it is broken. The rest is left out."""
    packets: list[AnyRtcpPacket] = []
    at = 0
    try:
        while at < len(data):
            first, kind, words = HEADER.unpack_from(data, at)
            end = at + 4 + words * 4
            if first >> 6 != VERSION or end > len(data):
                return []
            if first & PADDED or kind in FEEDBACK:
                packets += RtcpPacket.parse(data[at:end])
            elif kind == RECEIVER_REPORT:
                (ssrc,) = NUMBER.unpack_from(data, at + 4)
                packets.append(RtcpRrPacket(ssrc, _blocks(data[at + 8 : end], first & 31)))
            elif kind == SENDER_REPORT:
                ssrc, *info = SENDER_INFO.unpack_from(data, at + 4)
                blocks = _blocks(data[at + 28 : end], first & 31)
                packets.append(RtcpSrPacket(ssrc, RtcpSenderInfo(*info), blocks))
            at = end
    except (ValueError, struct.error, IndexError):
        return []
    return packets


def _blocks(data: bytes, count: int) -> list[RtcpReceiverInfo]:
    """Report blocks (RFC 3550 §6.4.1). Raises struct.error where there are fewer."""
    found = []
    for start in range(0, count * BLOCK.size, BLOCK.size):
        ssrc, loss, highest, jitter, lsr, dlsr = BLOCK.unpack_from(data, start)
        lost = loss & 0xFFFFFF
        lost -= (lost & 0x800000) << 1  # 24 bits with a sign
        found.append(RtcpReceiverInfo(ssrc, loss >> 24, lost, highest, jitter, lsr, dlsr))
    return found


def wanted_key_frames(packet: RtcpPsfbPacket) -> list[int]:
    """The SSRCs that a PLI (RFC 4585 §6.3.1) or FIR (RFC 5104 §4.3.1) is about."""
    if packet.fmt == RTCP_PSFB_PLI:
        return [packet.media_ssrc]
    if packet.fmt == RTCP_PSFB_FIR:
        whole = len(packet.fci) // 8 * 8
        return [entry[0] for entry in struct.iter_unpack("!II", packet.fci[:whole])]
    return []


def estimated_bitrate_bps(packet: RtcpPsfbPacket) -> int | None:
    """What a receiver says that it can take (draft-alvestrand-rmcat-remb-03)."""
    if packet.fmt != RTCP_PSFB_APP:
        return None
    try:
        return unpack_remb_fci(packet.fci)[0]
    except (ValueError, struct.error, IndexError):
        return None


def is_nack(packet: RtcpRtpfbPacket) -> bool:
    """Whether its `lost` are to be sent again."""
    return packet.fmt == RTCP_RTPFB_NACK


def nack(own_ssrc: int, media_ssrc: int, sequences: list[int]) -> bytes:
    """Asks for these again (RFC 4585 §6.2.1)."""
    lost = sequences[:MAX_LOST_PER_NACK]
    return bytes(RtcpRtpfbPacket(RTCP_RTPFB_NACK, own_ssrc, media_ssrc, lost))


def picture_loss(own_ssrc: int, media_ssrc: int) -> bytes:
    """Asks for a key frame (RFC 4585 §6.3.1)."""
    return bytes(RtcpPsfbPacket(RTCP_PSFB_PLI, own_ssrc, media_ssrc))


def full_intra(own_ssrc: int, media_ssrc: int, number: int) -> bytes:
    """Asks for a key frame, of those that know no PLI (RFC 5104 §4.3.1)."""
    fci = struct.pack("!IB3x", media_ssrc, number & 0xFF)
    return bytes(RtcpPsfbPacket(RTCP_PSFB_FIR, own_ssrc, 0, fci))


def remb(own_ssrc: int, bitrate_bps: int, ssrcs: list[int]) -> bytes:
    """Bounds what a sender sends on all these streams together."""
    fci = pack_remb_fci(bitrate_bps, ssrcs)
    return bytes(RtcpPsfbPacket(RTCP_PSFB_APP, own_ssrc, 0, fci))


def receiver_reports(own_ssrc: int, reports: list[RtcpReceiverInfo]) -> bytes:
    """RRs; also the empty one that a compound packet must begin with (RFC 3550 §6.1)."""
    made = b""
    for start in range(0, max(len(reports), 1), MAX_REPORTS):
        made += bytes(RtcpRrPacket(own_ssrc, reports[start : start + MAX_REPORTS]))
    return made


def sender_report(
    ssrc: int, ntp: int, rtp_timestamp: int, packets: int, octets: int, cname: str
) -> bytes:
    """SR with its SDES (RFC 3550 §6.4.1, §6.5)."""
    info = RtcpSenderInfo(ntp, rtp_timestamp, packets & 0xFFFFFFFF, octets & 0xFFFFFFFF)
    return bytes(RtcpSrPacket(ssrc, info)) + source(ssrc, cname)


def source(ssrc: int, cname: str) -> bytes:
    """SDES with the CNAME."""
    return bytes(RtcpSdesPacket([RtcpSourceInfo(ssrc, [(CNAME, cname.encode()[:255])])]))


def compact_ntp(ntp: int) -> int:
    """The middle 32 bits, in 1/65536 s (RFC 3550 §4)."""
    return (ntp >> 16) & 0xFFFFFFFF


def ntp_now() -> int:
    """64-bit NTP time (RFC 3550 §4)."""
    return int((time.time() + NTP_EPOCH_S) * (1 << 32))


def reports_of(packet: AnyRtcpPacket) -> Iterable[RtcpReceiverInfo]:
    """The report blocks of an SR or RR."""
    return packet.reports if isinstance(packet, RtcpSrPacket | RtcpRrPacket) else ()


def report(
    ssrc: int, fraction_lost: int, lost: int, highest: int, jitter: int, lsr: int, dlsr: int
) -> RtcpReceiverInfo:
    """One report block (RFC 3550 §6.4.1), with its fields in their bounds."""
    return RtcpReceiverInfo(
        ssrc=ssrc,
        fraction_lost=max(0, min(fraction_lost, 255)),
        packets_lost=clamp_packets_lost(lost),
        highest_sequence=highest & 0xFFFFFFFF,
        jitter=jitter & 0xFFFFFFFF,
        lsr=lsr,
        dlsr=dlsr & 0xFFFFFFFF,
    )
