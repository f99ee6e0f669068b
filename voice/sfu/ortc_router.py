"""What every router takes in and gives out: its codecs, header extensions and their numbers.

The payload types are those that Chromium chooses, because RED carries the number of Opus inside
(RFC 2198 §3), where nobody rewrites it. Data only: `ortc` says what is done with it.
"""

import copy

from voice.sfu.ortc_types import (
    ABS_SEND_TIME,
    AUDIO_LEVEL,
    KINDS,
    MID,
    REPAIRED_RID,
    RID,
    TRANSPORT_CC,
    Direction,
    Parameters,
    RtcpFeedback,
    RtpCapabilities,
    RtpCodecCapability,
    RtpHeaderExtension,
)

OPUS, RED, VP8, VP8_RTX, H264, H264_RTX = 111, 63, 96, 97, 108, 109

# (URI, id, direction for audio, for video), seen by the router as in mediasoup: a rid only comes
# in, because a consumer is one stream; audio is not paced, so it needs no transport-cc going out.
_EXTENSIONS: tuple[tuple[str, int, Direction | None, Direction | None], ...] = (
    (MID, 1, "sendrecv", "sendrecv"),
    (RID, 2, None, "recvonly"),
    (REPAIRED_RID, 3, None, "recvonly"),
    (ABS_SEND_TIME, 4, "sendrecv", "sendrecv"),
    (TRANSPORT_CC, 5, "recvonly", "sendrecv"),
    (AUDIO_LEVEL, 10, "sendrecv", None),
)


def router_capabilities() -> RtpCapabilities:
    """What every router takes in and gives out; a fresh copy, the caller's own."""
    red: Parameters = {f"{OPUS}/{OPUS}": ""}  # as mediasoup-client reads `a=fmtp:63 111/111`
    h264: Parameters = {
        "level-asymmetry-allowed": 1,
        "packetization-mode": 1,
        "profile-level-id": "42e01f",
    }
    return {
        "codecs": [
            _audio("opus", OPUS, {"useinbandfec": 1, "usedtx": 1}),
            _audio("red", RED, red),
            *_video("VP8", VP8, {}, VP8_RTX),
            *_video("H264", H264, h264, H264_RTX),
        ],
        "headerExtensions": _extensions(),
    }


def with_audio_bitrate(caps: RtpCapabilities, max_audio_bps: int | None) -> RtpCapabilities:
    """A copy that asks whoever sends sound for no more than this (RFC 7587 §6.1)."""
    told = copy.deepcopy(caps)
    if max_audio_bps is not None:
        for codec in told["codecs"]:
            if codec["mimeType"].lower() == "audio/opus":
                codec["parameters"]["maxaveragebitrate"] = max_audio_bps
    return told


def _feedback(*kinds: str) -> list[RtcpFeedback]:
    return [
        {"type": name, "parameter": parameter}
        for name, _, parameter in (kind.partition(" ") for kind in kinds)
    ]


def _audio(name: str, number: int, parameters: Parameters) -> RtpCodecCapability:
    return {
        "kind": "audio",
        "mimeType": f"audio/{name}",
        "preferredPayloadType": number,
        "clockRate": 48000,
        "channels": 2,
        "parameters": parameters,
        # libwebrtc retransmits sound as well, though it does not say so; mediasoup-client does.
        "rtcpFeedback": _feedback("nack", "transport-cc"),
    }


def _video(
    name: str, number: int, parameters: Parameters, rtx_number: int
) -> tuple[RtpCodecCapability, RtpCodecCapability]:
    """The codec and its retransmissions (RFC 4588 §8.6)."""
    codec: RtpCodecCapability = {
        "kind": "video",
        "mimeType": f"video/{name}",
        "preferredPayloadType": number,
        "clockRate": 90000,
        "parameters": parameters,
        "rtcpFeedback": _feedback("nack", "nack pli", "ccm fir", "goog-remb", "transport-cc"),
    }
    rtx: RtpCodecCapability = {
        "kind": "video",
        "mimeType": "video/rtx",
        "preferredPayloadType": rtx_number,
        "clockRate": 90000,
        "parameters": {"apt": number},
        "rtcpFeedback": [],
    }
    return codec, rtx


def _extensions() -> list[RtpHeaderExtension]:
    return [
        {
            "kind": kind,
            "uri": uri,
            "preferredId": number,
            "preferredEncrypt": False,
            "direction": direction,
        }
        for uri, number, *directions in _EXTENSIONS
        for kind, direction in zip(KINDS, directions, strict=True)
        if direction
    ]
