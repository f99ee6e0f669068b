"""Between SDP and ORTC: what a section says, as the parameters that producers and consumers take.

Reads and writes no text, and knows nothing about transports.
"""

import copy
from collections.abc import Iterable

from voice.sfu import ortc
from voice.sfu import ortc_match as match
from voice.sfu.ortc_router import with_audio_bitrate
from voice.sfu.ortc_types import (
    Kind,
    OrtcError,
    Parameters,
    RtcpParameters,
    RtpCapabilities,
    RtpCodecCapability,
    RtpCodecParameters,
    RtpEncodingParameters,
    RtpHeaderExtension,
    RtpParameters,
)
from voice.sfu.sdp_sendings import is_msid
from voice.sfu.sdp_types import Description, SdpError, Section


def to_rtp_parameters(section: Section, caps: RtpCapabilities | None = None) -> RtpParameters:
    """What the writer of this section sends, for a producer.

    Of the codecs only the first that the router has (and its RTX), because every listener must
    understand what comes. RED is not taken: it would be silence for those who do not know it.
    Streams: rids (RFC 8853), or a SIM group, or the SSRC that is given, or by mid alone.
    """
    caps = caps or ortc.router_capabilities()
    if section.direction not in ("sendonly", "sendrecv"):
        raise SdpError("the section sends nothing")
    codecs = _first_codec(section, caps)
    uris = {
        it["uri"]
        for it in caps["headerExtensions"]
        if it["kind"] == section.kind and it["direction"] in ("sendrecv", "recvonly")
    }
    extensions = [it.copy() for it in section.extensions if it["uri"] in uris]
    unused = ortc.unused_feedback({it["uri"] for it in extensions})
    for codec in codecs:
        codec["rtcpFeedback"] = [it for it in codec["rtcpFeedback"] if it["type"] not in unused]
    found = {
        "mid": section.mid,
        "codecs": codecs,
        "headerExtensions": extensions,
        "encodings": _encodings(section, has_rtx=len(codecs) > 1),
        "rtcp": {"cname": section.sources.cname, "reducedSize": True},
    }
    stream = f"{section.stream_id} {section.track_id}".rstrip()
    if is_msid(section.stream_id) and (not section.track_id or is_msid(section.track_id)):
        found["msid"] = stream
    try:
        return ortc.validate_rtp_parameters(found)
    except OrtcError as error:
        raise SdpError(str(error)) from None


def to_rtp_capabilities(description: Description) -> RtpCapabilities:
    """What the writer can receive: codecs and extensions of all its usable sections, once each."""
    codecs: dict[int, RtpCodecCapability] = {}
    extensions: dict[tuple[str, str], RtpHeaderExtension] = {}
    for section in filter(description.is_usable, description.sections):
        kind: Kind = "audio" if section.kind == "audio" else "video"
        for it in section.codecs:
            codecs.setdefault(it["payloadType"], _capability(kind, it))
        for extension in section.extensions:
            known: RtpHeaderExtension = {
                "kind": kind,
                "uri": extension["uri"],
                "preferredId": extension["id"],
                "preferredEncrypt": False,
                "direction": "sendrecv",
            }
            extensions.setdefault((kind, extension["uri"]), known)
    return {"codecs": list(codecs.values()), "headerExtensions": list(extensions.values())}


def renumber(rtp_parameters: RtpParameters, section: Section) -> RtpParameters:
    """A consumer's parameters in the numbers of the section that offers to receive it (WHEP).

    An answer takes the offer's payload types and extension ids (RFC 3264 §6.1, RFC 8285 §6); what
    was not offered is left out. The packets have to be rewritten accordingly.
    """
    codecs: list[RtpCodecParameters] = []
    numbers = {it["payloadType"]: it for it in section.codecs}
    for codec in rtp_parameters["codecs"]:
        if match.is_rtx(codec):
            continue
        offered = next((it for it in numbers.values() if match.same_codec(codec, it)), None)
        if offered is None:
            continue
        number = offered["payloadType"]
        codecs.append({**copy.deepcopy(codec), "payloadType": number})
        rtx = _rtx_of(number, section.codecs)
        if rtx and _rtx_of(codec["payloadType"], rtp_parameters["codecs"]):
            codecs.append(copy.deepcopy(rtx))
    if not codecs:
        raise SdpError("the section has no codec of this consumer")
    ids = {it["uri"]: it["id"] for it in section.extensions}
    renumbered = copy.deepcopy(rtp_parameters)
    renumbered["mid"] = section.mid
    renumbered["codecs"] = codecs
    renumbered["headerExtensions"] = [
        {**it, "id": ids[it["uri"]]} for it in renumbered["headerExtensions"] if it["uri"] in ids
    ]
    if not any(match.is_rtx(it) for it in codecs):
        for encoding in renumbered["encodings"]:
            encoding.pop("rtx", None)
    return renumbered


def receiving_parameters(
    rtp_parameters: RtpParameters, max_audio_bps: int | None = None
) -> RtpParameters:
    """The same codecs with what we, the receiver, ask of them; for our answer.

    Parameters of a format speak for the one who receives it (RFC 7587 §7.1, RFC 6184 §8.2.2): DTX
    and FEC of Opus, its bit rate, packetization of H.264, and stereo where it was announced.
    """
    caps = with_audio_bitrate(ortc.router_capabilities(), max_audio_bps)
    wanted = copy.deepcopy(rtp_parameters)
    for codec in wanted["codecs"]:
        found = None if match.is_rtx(codec) else match.find_codec(codec, caps["codecs"])
        if found is None:
            continue
        ours: Parameters = found["parameters"].copy()
        if codec["parameters"].get("sprop-stereo") == 1:
            ours["stereo"] = 1
        if "profile-level-id" in codec["parameters"]:
            ours["profile-level-id"] = codec["parameters"]["profile-level-id"]
        codec["parameters"] = ours
    return wanted


def idle_parameters() -> RtpParameters:
    """Of a section that carries a connection and nothing else: inactive, so that nobody sends."""
    codec = ortc.router_capabilities()["codecs"][0]
    used: RtpCodecParameters = {
        "mimeType": codec["mimeType"],
        "payloadType": codec["preferredPayloadType"],
        "clockRate": codec["clockRate"],
        "channels": codec["channels"],
        "parameters": codec["parameters"].copy(),
        "rtcpFeedback": [],
    }
    rtcp: RtcpParameters = {"reducedSize": True}
    return {"codecs": [used], "headerExtensions": [], "encodings": [], "rtcp": rtcp}


def _first_codec(section: Section, caps: RtpCapabilities) -> list[RtpCodecParameters]:
    for codec in section.codecs:
        if match.is_rtx(codec) or match.is_red(codec):
            continue
        found = match.find_codec(codec, caps["codecs"])
        if found is None:
            continue
        used = copy.deepcopy(codec)
        used["rtcpFeedback"] = match.common_feedback(codec, found)
        if used["parameters"].get("stereo") == 1:  # wants it, so will send it when we want it too
            used["parameters"]["sprop-stereo"] = 1
        rtx = _rtx_of(codec["payloadType"], section.codecs)
        return (
            [used, copy.deepcopy(rtx)] if rtx and match.find_rtx(found, caps["codecs"]) else [used]
        )
    raise SdpError("the section has no codec that the router knows")


def _rtx_of(number: int, codecs: Iterable[RtpCodecParameters]) -> RtpCodecParameters | None:
    """The retransmissions of this payload type."""
    return next(
        (it for it in codecs if match.is_rtx(it) and it["parameters"]["apt"] == number), None
    )


def _encodings(section: Section, *, has_rtx: bool) -> list[RtpEncodingParameters]:
    if section.simulcast:
        return [{"rid": it} for it in section.simulcast]
    sources = section.sources
    repeats = set(sources.rtx.values())
    media = sources.simulcast or tuple(it for it in sources.ssrcs if it not in repeats)[:1]
    encodings: list[RtpEncodingParameters] = []
    for ssrc in media:
        encoding: RtpEncodingParameters = {"ssrc": ssrc}
        if has_rtx and ssrc in sources.rtx:
            encoding["rtx"] = {"ssrc": sources.rtx[ssrc]}
        encodings.append(encoding)
    return encodings


def _capability(kind: Kind, codec: RtpCodecParameters) -> RtpCodecCapability:
    known: RtpCodecCapability = {
        "kind": kind,
        "mimeType": codec["mimeType"],
        "preferredPayloadType": codec["payloadType"],
        "clockRate": codec["clockRate"],
        "parameters": codec["parameters"].copy(),
        "rtcpFeedback": [it.copy() for it in codec["rtcpFeedback"]],
    }
    if "channels" in codec:
        known["channels"] = codec["channels"]
    return known
