"""When two descriptions mean the same codec. It neither builds descriptions nor checks input."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from voice.sfu.ortc_types import RtcpFeedback, RtpCodecCapability, RtpCodecParameters

# Dictionaries of either shape; TypedDicts of different names have no common base to name here.
AnyCodec = RtpCodecCapability | RtpCodecParameters

# What browsers mean when they name none (libwebrtc's choice; RFC 6184 §8.1 would say 42000a).
DEFAULT_PROFILE_LEVEL_ID = "42e01f"


class H264Profile(NamedTuple):
    """A profile as far as decoders tell them apart, and its level."""

    name: str
    level: int


# profile_idc, the constraint flags that count, their value, the name (RFC 6184 table 5).
_H264_PROFILES = (
    (0x42, 0x4F, 0x40, "constrained-baseline"),
    (0x4D, 0x8F, 0x80, "constrained-baseline"),
    (0x58, 0xCF, 0xC0, "constrained-baseline"),
    (0x42, 0x4F, 0x00, "baseline"),
    (0x58, 0xCF, 0x80, "baseline"),
    (0x4D, 0xAF, 0x00, "main"),
    (0x64, 0xFF, 0x00, "high"),
    (0x64, 0xFF, 0x0C, "constrained-high"),
    (0xF4, 0xFF, 0x00, "predictive-high-444"),
)
_HEXADECIMAL = frozenset("0123456789abcdefABCDEF")


def is_rtx(codec: AnyCodec) -> bool:
    """Whether these are retransmissions of another codec (RFC 4588 §8)."""
    return codec["mimeType"].lower().endswith("/rtx")


def is_red(codec: AnyCodec) -> bool:
    """Whether these are redundant copies of another audio codec (RFC 2198)."""
    return codec["mimeType"].lower() == "audio/red"


def kind_of(codec: AnyCodec) -> str:
    """`audio` or `video`."""
    return codec["mimeType"].partition("/")[0].lower()


def h264_profile(parameters: dict[str, Any]) -> H264Profile | None:
    """Reads `profile-level-id`; None when it is none that anybody knows (RFC 6184 §8.1)."""
    text = str(parameters.get("profile-level-id", DEFAULT_PROFILE_LEVEL_ID))
    if len(text) != 6 or not _HEXADECIMAL.issuperset(text):
        return None
    profile_idc, flags, level = bytes.fromhex(text)
    for idc, mask, value, name in _H264_PROFILES:
        if profile_idc == idc and flags & mask == value:
            return H264Profile(name, level)
    return None


def same_codec(a: AnyCodec, b: AnyCodec) -> bool:
    """Whether what one sends as `a` the other receives as `b`; numbers do not matter here.

    H.264 needs the same packetization mode and profile (RFC 6184 §8.2.2), of any level: browsers
    say `level-asymmetry-allowed=1`. VP9 needs the same profile (RFC 9628 §7.2).
    """
    mime = a["mimeType"].lower()
    if mime != b["mimeType"].lower() or a["clockRate"] != b["clockRate"]:
        return False
    if a.get("channels", 1) != b.get("channels", 1):
        return False
    mine, theirs = a["parameters"], b["parameters"]
    if mime == "video/h264":
        if mine.get("packetization-mode", 0) != theirs.get("packetization-mode", 0):
            return False
        profile, other = h264_profile(mine), h264_profile(theirs)
        return profile is not None and other is not None and profile.name == other.name
    if mime == "video/vp9":
        return mine.get("profile-id", 0) == theirs.get("profile-id", 0)
    return True


def find_codec(codec: AnyCodec, among: Iterable[RtpCodecCapability]) -> RtpCodecCapability | None:
    """The first capability that means this media codec."""
    return next((it for it in among if not is_rtx(it) and same_codec(codec, it)), None)


def find_rtx(
    codec: RtpCodecCapability, among: Iterable[RtpCodecCapability]
) -> RtpCodecCapability | None:
    """The retransmissions of this capability. One without a number of its own takes any."""
    number = codec.get("preferredPayloadType")
    for it in among:
        if is_rtx(it) and it["kind"] == codec["kind"] and number in (None, it["parameters"]["apt"]):
            return it
    return None


def common_feedback(a: AnyCodec, b: AnyCodec) -> list[RtcpFeedback]:
    """The feedback that both know, in the order of `a`."""
    return [it.copy() for it in a["rtcpFeedback"] if it in b["rtcpFeedback"]]
