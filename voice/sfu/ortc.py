"""ORTC: from what a producer sends to what each consumer gets, as mediasoup does it.

    a client's RtpParameters ── producer_mapping ──► Mapping (its numbers → the router's)
              └─ consumable_parameters ──► the producer in the router's numbers
                        └─ consumer_parameters(capabilities) ──► what one listener is told

Pure functions on plain dictionaries: nothing here holds state, does I/O or changes its arguments.
Whatever comes from the internet goes through a `validate_…` first; what the router knows is in
`ortc_router`.
"""

import copy
import secrets

from voice.sfu import ortc_match as match
from voice.sfu.ortc_check import (
    validate_dtls_parameters,
    validate_ice_parameters,
    validate_rtp_capabilities,
    validate_rtp_parameters,
)
from voice.sfu.ortc_router import H264, H264_RTX, OPUS, RED, VP8, VP8_RTX, router_capabilities
from voice.sfu.ortc_types import (
    ABS_SEND_TIME,
    AUDIO_LEVEL,
    MID,
    REPAIRED_RID,
    RID,
    TRANSPORT_CC,
    CodecMapping,
    EncodingMapping,
    ExtensionMapping,
    Kind,
    Mapping,
    OrtcError,
    Parameters,
    RtpCapabilities,
    RtpCodecCapability,
    RtpCodecParameters,
    RtpEncodingParameters,
    RtpHeaderExtensionParameters,
    RtpParameters,
)

__all__ = [
    "ABS_SEND_TIME",
    "AUDIO_LEVEL",
    "H264",
    "H264_RTX",
    "MID",
    "OPUS",
    "RED",
    "REPAIRED_RID",
    "RID",
    "TRANSPORT_CC",
    "VP8",
    "VP8_RTX",
    "Mapping",
    "OrtcError",
    "RtpCapabilities",
    "RtpParameters",
    "can_consume",
    "consumable_parameters",
    "consumer_parameters",
    "producer_mapping",
    "router_capabilities",
    "validate_dtls_parameters",
    "validate_ice_parameters",
    "validate_rtp_capabilities",
    "validate_rtp_parameters",
]

_BANDWIDTH_FEEDBACK = frozenset(("goog-remb", "transport-cc"))


def producer_mapping(rtp_parameters: RtpParameters, router_caps: RtpCapabilities) -> Mapping:
    """How this producer's numbers become the router's. OrtcError: a codec that we do not have.

    Every stream gets a random SSRC inside the router; its retransmissions are unwrapped on the way
    in and have none. Header extensions that the router does not know are left out.
    """
    numbers = _map_codecs(rtp_parameters["codecs"], router_caps)
    kind = match.kind_of(rtp_parameters["codecs"][0])
    ids = {
        it["uri"]: it["preferredId"]
        for it in router_caps["headerExtensions"]
        if it["kind"] == kind and it["direction"] in ("sendrecv", "recvonly")
    }
    extensions: list[ExtensionMapping] = [
        {"uri": it["uri"], "id": it["id"], "mappedId": ids[it["uri"]]}
        for it in rtp_parameters["headerExtensions"]
        if it["uri"] in ids and not it["encrypt"]
    ]
    ssrcs = _new_ssrcs(len(rtp_parameters["encodings"]))
    encodings = [
        _map_encoding(encoding, ssrc)
        for encoding, ssrc in zip(rtp_parameters["encodings"], ssrcs, strict=True)
    ]
    return {"codecs": numbers, "headerExtensions": extensions, "encodings": encodings}


def consumable_parameters(
    kind: Kind, rtp_parameters: RtpParameters, router_caps: RtpCapabilities, mapping: Mapping
) -> RtpParameters:
    """The producer in the router's numbers: the common ground of all its consumers.

    The codec's own parameters stay the producer's (stereo, H.264's level); RTX is offered whether
    or not the producer has it, because retransmitting to a listener is the router's work.
    """
    mapped = {it["payloadType"]: it["mappedPayloadType"] for it in mapping["codecs"]}
    codecs: list[RtpCodecParameters] = []
    for codec in rtp_parameters["codecs"]:
        if match.is_rtx(codec):
            continue
        number = mapped[codec["payloadType"]]
        known = next(it for it in router_caps["codecs"] if it["preferredPayloadType"] == number)
        codecs.append(_in_use(known, codec["parameters"]))
        rtx = match.find_rtx(known, router_caps["codecs"])
        if rtx:
            codecs.append(_in_use(rtx, rtx["parameters"]))
    extensions: list[RtpHeaderExtensionParameters] = [
        {"uri": it["uri"], "id": it["preferredId"], "encrypt": False, "parameters": {}}
        for it in router_caps["headerExtensions"]
        if it["kind"] == kind and it["direction"] in ("sendrecv", "sendonly")
    ]
    encodings: list[RtpEncodingParameters] = []
    for encoding, known_as in zip(rtp_parameters["encodings"], mapping["encodings"], strict=True):
        stream = encoding.copy()
        for name in ("rid", "rtx", "codecPayloadType"):
            stream.pop(name, None)  # type: ignore[misc]  # names are keys, but not literal ones
        stream["ssrc"] = known_as["mappedSsrc"]
        encodings.append(stream)
    consumable: RtpParameters = {
        "codecs": codecs,
        "headerExtensions": extensions,
        "encodings": encodings,
        "rtcp": {"cname": _cname(rtp_parameters), "reducedSize": True},
    }
    return _same_stream(consumable, rtp_parameters)


def can_consume(consumable: RtpParameters, caps: RtpCapabilities) -> bool:
    """Whether somebody with these (validated) capabilities understands what the producer sends.

    Stricter than mediasoup, which is content with any codec: the first one must be known, since
    that is what is being sent, and a listener who knows only the second hears nothing.
    """
    return match.find_codec(consumable["codecs"][0], caps["codecs"]) is not None


def consumer_parameters(
    consumable: RtpParameters, caps: RtpCapabilities, *, pipe: bool = False
) -> RtpParameters:
    """What one listener is told: one stream with SSRCs of its own; `mid` is for the caller to add.

    With `pipe` the listener is another router: all streams, and nothing that belongs to one
    connection (mid, bandwidth estimation). OrtcError when `can_consume` is false.
    """
    if not can_consume(consumable, caps):
        raise OrtcError("rtpCapabilities.codecs", "no codec of this producer")
    codecs = _common_codecs(consumable["codecs"], caps["codecs"])
    kind = match.kind_of(codecs[0])
    uris = {it["uri"] for it in caps["headerExtensions"] if it["kind"] == kind}
    if pipe:
        uris -= {MID, ABS_SEND_TIME, TRANSPORT_CC}
    extensions = [copy.deepcopy(it) for it in consumable["headerExtensions"] if it["uri"] in uris]
    unused = unused_feedback({it["uri"] for it in extensions})
    for codec in codecs:
        codec["rtcpFeedback"] = [it for it in codec["rtcpFeedback"] if it["type"] not in unused]
    has_rtx = any(match.is_rtx(it) for it in codecs)
    streams = consumable["encodings"] if pipe else [_one_stream(consumable["encodings"])]
    told: RtpParameters = {
        "codecs": codecs,
        "headerExtensions": extensions,
        "encodings": _with_new_ssrcs(streams, has_rtx=has_rtx),
        "rtcp": consumable["rtcp"].copy(),
    }
    return _same_stream(told, consumable)


def _map_codecs(codecs: list[RtpCodecParameters], caps: RtpCapabilities) -> list[CodecMapping]:
    known: dict[int, RtpCodecCapability] = {}
    for place, codec in enumerate(codecs):
        if match.is_rtx(codec):
            continue
        found = match.find_codec(codec, caps["codecs"])
        if found is None:
            raise OrtcError(f"codecs[{place}]", "the router does not have this codec")
        known[codec["payloadType"]] = found
    for place, codec in enumerate(codecs):
        if match.is_red(codec):
            _check_red(place, codec, known)
        if match.is_rtx(codec):
            media = known.get(int(codec["parameters"]["apt"]))
            found = match.find_rtx(media, caps["codecs"]) if media else None
            if found is None:
                raise OrtcError(f"codecs[{place}]", "the router does not retransmit this codec")
            known[codec["payloadType"]] = found
    return [
        {"payloadType": number, "mappedPayloadType": it["preferredPayloadType"]}
        for number, it in known.items()
    ]


def _check_red(place: int, codec: RtpCodecParameters, known: dict[int, RtpCodecCapability]) -> None:
    """The number of Opus inside RED must be the router's already (RFC 2198 §3)."""
    carried = {number for key in codec["parameters"] for number in key.split("/")}
    opus = known.get(OPUS)
    if carried != {str(OPUS)} or opus is None or opus["preferredPayloadType"] != OPUS:
        raise OrtcError(f"codecs[{place}]", f"RED must carry Opus as {OPUS}")


def _map_encoding(encoding: RtpEncodingParameters, ssrc: int) -> EncodingMapping:
    mapped: EncodingMapping = {"mappedSsrc": ssrc}
    if "ssrc" in encoding:
        mapped["ssrc"] = encoding["ssrc"]
    if "rid" in encoding:
        mapped["rid"] = encoding["rid"]
    if "rtx" in encoding:
        mapped["rtxSsrc"] = encoding["rtx"]["ssrc"]
    if "scalabilityMode" in encoding:
        mapped["scalabilityMode"] = encoding["scalabilityMode"]
    return mapped


def _in_use(codec: RtpCodecCapability, parameters: Parameters) -> RtpCodecParameters:
    used: RtpCodecParameters = {
        "mimeType": codec["mimeType"],
        "payloadType": codec["preferredPayloadType"],
        "clockRate": codec["clockRate"],
        "parameters": parameters.copy(),
        "rtcpFeedback": [it.copy() for it in codec["rtcpFeedback"]],
    }
    if "channels" in codec:
        used["channels"] = codec["channels"]
    return used


def _common_codecs(
    codecs: list[RtpCodecParameters], caps: list[RtpCodecCapability]
) -> list[RtpCodecParameters]:
    """The codecs that the listener knows too, each with the RTX and the feedback it knows."""
    common: list[RtpCodecParameters] = []
    rtx_by_apt = {it["parameters"]["apt"]: it for it in codecs if match.is_rtx(it)}
    for codec in codecs:
        found = None if match.is_rtx(codec) else match.find_codec(codec, caps)
        if found is None:
            continue
        used = copy.deepcopy(codec)
        used["rtcpFeedback"] = match.common_feedback(codec, found)
        common.append(used)
        rtx = rtx_by_apt.get(codec["payloadType"])
        if rtx and match.find_rtx(found, caps):
            common.append(copy.deepcopy(rtx))
    return common


def unused_feedback(uris: set[str]) -> frozenset[str]:
    """One estimator per connection: transport-cc where it can be, else REMB, else none."""
    if TRANSPORT_CC in uris:
        return frozenset(("goog-remb",))
    if ABS_SEND_TIME in uris:
        return frozenset(("transport-cc",))
    return _BANDWIDTH_FEEDBACK


def _one_stream(encodings: list[RtpEncodingParameters]) -> RtpEncodingParameters:
    """All simulcast streams as the layers of one, which is what the listener sees."""
    stream: RtpEncodingParameters = {}
    mode = next((it["scalabilityMode"] for it in encodings if "scalabilityMode" in it), "")
    if len(encodings) > 1:
        mode = f"L{len(encodings)}T{mode[3:4] or 1}"
    if mode:
        stream["scalabilityMode"] = mode
    bitrate = max((it.get("maxBitrate", 0) for it in encodings), default=0)
    if bitrate:
        stream["maxBitrate"] = bitrate
    return stream


def _with_new_ssrcs(
    encodings: list[RtpEncodingParameters], *, has_rtx: bool
) -> list[RtpEncodingParameters]:
    ssrcs = _new_ssrcs(2 * len(encodings))
    numbered = [it.copy() for it in encodings]
    for encoding in numbered:
        encoding["ssrc"] = ssrcs.pop()
        if has_rtx:
            encoding["rtx"] = {"ssrc": ssrcs.pop()}
    return numbered


def _new_ssrcs(count: int) -> list[int]:
    """Random and different (RFC 3550 §8); who holds many of them checks for collisions."""
    found: set[int] = set()
    while len(found) < count:
        found.add(1 + secrets.randbelow(2**32 - 1))
    return list(found)


def _same_stream(parameters: RtpParameters, source: RtpParameters) -> RtpParameters:
    """Tracks that left in one MediaStream arrive in one."""
    if "msid" in source:
        parameters["msid"] = source["msid"]
    return parameters


def _cname(rtp_parameters: RtpParameters) -> str:
    """The producer's own, so that its sound and picture stay in step (RFC 3550 §6.5.1)."""
    return rtp_parameters["rtcp"].get("cname") or secrets.token_hex(8)
