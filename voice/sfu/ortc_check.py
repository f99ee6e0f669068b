"""Checks ORTC parameters that come from the internet, and returns clean copies of them.

Whatever JSON comes, the answer is data of exactly the right types and bounded sizes, or OrtcError;
the input is never changed, and keys that nobody knows are left out. What a codec or an extension
means to the router is not asked here (`ortc`). Reading primitives is in `ortc_read`.
"""

from typing import Any

from voice.sfu import ortc_read as read
from voice.sfu.ortc_types import (
    DIRECTIONS,
    DTLS_ROLES,
    KINDS,
    DtlsFingerprint,
    DtlsParameters,
    IceParameters,
    Kind,
    OrtcError,
    RtcpFeedback,
    RtcpParameters,
    RtpCapabilities,
    RtpCodecCapability,
    RtpCodecParameters,
    RtpEncodingParameters,
    RtpHeaderExtension,
    RtpHeaderExtensionParameters,
    RtpParameters,
)

MAX_CODECS = 128  # payload types there are
MAX_EXTENSIONS = 64
MAX_ENCODINGS = 8
MAX_FEEDBACK = 32
MAX_FINGERPRINTS = 8
MAX_RATE = 10_000_000  # Hz
MAX_CHANNELS = 32
MAX_BITRATE = 1_000_000_000  # bit/s

# Bytes of each hash (RFC 8122 §5). SHA-1 and MD5 prove nothing any more and do not count.
_HASH_BYTES = {"sha-256": 32, "sha-384": 48, "sha-512": 64}
_WEAK_HASHES = frozenset(("sha-1", "sha-224", "md5", "md2"))


def validate_rtp_parameters(value: object, kind: Kind | None = None) -> RtpParameters:
    """What a client says it will send; with `kind`, of that kind only.

    A media codec comes first, RTX names a codec of the list, numbers are unique, and the streams
    can be found: by SSRC, by rid or by mid. Without encodings there is one, as in mediasoup.
    """
    data = read.mapping("rtpParameters", value)
    codecs = [
        codec_parameters(field, item)
        for field, item in read.items("codecs", data, MAX_CODECS, required=True)
    ]
    _check_codecs(codecs, kind)
    extensions = [
        extension_parameters(field, item)
        for field, item in read.items("headerExtensions", data, MAX_EXTENSIONS)
    ]
    read.unique("headerExtensions", "id", (it["id"] for it in extensions))
    read.unique("headerExtensions", "uri", (it["uri"] for it in extensions))
    encodings = [
        _encoding(field, item) for field, item in read.items("encodings", data, MAX_ENCODINGS)
    ]
    known: RtpParameters = {
        "codecs": codecs,
        "headerExtensions": extensions,
        "encodings": encodings or [{}],
        "rtcp": _rtcp(data.get("rtcp")),
    }
    mid = data.get("mid")
    if mid not in (None, ""):
        known["mid"] = read.token("mid", mid, 32)
    msid = data.get("msid")
    if msid not in (None, ""):
        known["msid"] = read.msid("msid", msid)
    _check_encodings(known)
    return known


def validate_rtp_capabilities(value: object) -> RtpCapabilities:
    """What a client could receive."""
    data = read.mapping("rtpCapabilities", value)
    codecs = [
        _codec_capability(field, item) for field, item in read.items("codecs", data, MAX_CODECS)
    ]
    numbers = (it["preferredPayloadType"] for it in codecs if "preferredPayloadType" in it)
    read.unique("codecs", "preferredPayloadType", numbers)
    extensions = [
        _extension(field, item)
        for field, item in read.items("headerExtensions", data, MAX_EXTENSIONS)
    ]
    return {"codecs": codecs, "headerExtensions": extensions}


def validate_dtls_parameters(value: object) -> DtlsParameters:
    """A client's certificate and role; at least one of its hashes must be SHA-256 or stronger."""
    data = read.mapping("dtlsParameters", value)
    role = read.choice("role", data.get("role", "auto"), DTLS_ROLES)
    fingerprints: list[DtlsFingerprint] = []
    for field, item in read.items("fingerprints", data, MAX_FINGERPRINTS, required=True):
        one = read.mapping(field, item)
        algorithm = read.text(f"{field}.algorithm", one.get("algorithm"), 16).lower()
        if algorithm in _WEAK_HASHES:
            continue
        if algorithm not in _HASH_BYTES:
            raise OrtcError(f"{field}.algorithm", "unknown")
        value_field = f"{field}.value"
        pairs = read.hex_pairs(value_field, one.get("value"), _HASH_BYTES[algorithm])
        fingerprints.append({"algorithm": algorithm, "value": pairs})
    if not fingerprints:
        raise OrtcError("fingerprints", "at least one of SHA-256 or stronger is needed")
    return {"role": role, "fingerprints": fingerprints}


def validate_ice_parameters(value: object) -> IceParameters:
    """Credentials of an ICE agent: 4 to 256 and 22 to 256 ice-chars (RFC 8839 §5.4)."""
    data = read.mapping("iceParameters", value)
    known: IceParameters = {
        "usernameFragment": read.ice_chars("usernameFragment", data.get("usernameFragment"), 4),
        "password": read.ice_chars("password", data.get("password"), 22),
    }
    if data.get("iceLite") is not None:
        known["iceLite"] = read.boolean("iceLite", data["iceLite"])
    return known


def codec_parameters(field: str, value: object) -> RtpCodecParameters:
    """One codec in use; `field` is its place in what is being checked."""
    data = read.mapping(field, value)
    mime = read.mime_type(f"{field}.mimeType", data.get("mimeType"))
    codec: RtpCodecParameters = {
        "mimeType": mime,
        "payloadType": read.payload_type(f"{field}.payloadType", data.get("payloadType")),
        "clockRate": read.integer(f"{field}.clockRate", data.get("clockRate"), 1, MAX_RATE),
        "parameters": read.parameters(f"{field}.parameters", data.get("parameters")),
        "rtcpFeedback": _feedback(field, data),
    }
    if mime.startswith("audio/"):
        codec["channels"] = _channels(field, data)
    _check_apt(field, codec)
    return codec


def _codec_capability(field: str, value: object) -> RtpCodecCapability:
    data = read.mapping(field, value)
    mime = read.mime_type(f"{field}.mimeType", data.get("mimeType"))
    kind: Kind = "audio" if mime.startswith("audio/") else "video"
    codec: RtpCodecCapability = {
        "kind": kind,  # the mime type decides, as in mediasoup
        "mimeType": mime,
        "clockRate": read.integer(f"{field}.clockRate", data.get("clockRate"), 1, MAX_RATE),
        "parameters": read.parameters(f"{field}.parameters", data.get("parameters")),
        "rtcpFeedback": _feedback(field, data),
    }
    number = data.get("preferredPayloadType")
    if number is not None:
        codec["preferredPayloadType"] = read.payload_type(f"{field}.preferredPayloadType", number)
    if kind == "audio":
        codec["channels"] = _channels(field, data)
    _check_apt(field, codec)
    return codec


def _channels(field: str, data: dict[str, Any]) -> int:
    value = data.get("channels")
    return 1 if value is None else read.integer(f"{field}.channels", value, 1, MAX_CHANNELS)


def _check_apt(field: str, codec: RtpCodecParameters | RtpCodecCapability) -> None:
    """`apt` names a payload type, and retransmissions must have one (RFC 4588 §8.6)."""
    apt = codec["parameters"].get("apt")
    if apt is not None or codec["mimeType"].lower().endswith("/rtx"):
        read.payload_type(f"{field}.parameters.apt", apt)


def _feedback(field: str, data: dict[str, Any]) -> list[RtcpFeedback]:
    found: list[RtcpFeedback] = []
    for where, item in read.items("rtcpFeedback", data, MAX_FEEDBACK, prefix=f"{field}."):
        one = read.mapping(where, item)
        parameter = one.get("parameter")
        found.append(
            {
                "type": read.word(f"{where}.type", one.get("type"), 64),
                "parameter": ""
                if parameter in (None, "")
                else read.printable(f"{where}.parameter", parameter, 64),
            }
        )
    return found


def extension_parameters(field: str, value: object) -> RtpHeaderExtensionParameters:
    """One header extension in use."""
    data = read.mapping(field, value)
    return {
        "uri": read.word(f"{field}.uri", data.get("uri"), 256),
        "id": read.extension_id(f"{field}.id", data.get("id")),
        "encrypt": read.flag(f"{field}.encrypt", data.get("encrypt")),
        "parameters": read.parameters(f"{field}.parameters", data.get("parameters")),
    }


def _extension(field: str, value: object) -> RtpHeaderExtension:
    data = read.mapping(field, value)
    return {
        "kind": read.choice(f"{field}.kind", data.get("kind"), KINDS),
        "uri": read.word(f"{field}.uri", data.get("uri"), 256),
        "preferredId": read.extension_id(f"{field}.preferredId", data.get("preferredId")),
        "preferredEncrypt": read.flag(f"{field}.preferredEncrypt", data.get("preferredEncrypt")),
        "direction": read.choice(
            f"{field}.direction", data.get("direction") or "sendrecv", DIRECTIONS
        ),
    }


def _encoding(field: str, value: object) -> RtpEncodingParameters:
    data = {key: it for key, it in read.mapping(field, value).items() if it is not None}
    known: RtpEncodingParameters = {}
    if "ssrc" in data:
        known["ssrc"] = read.ssrc(f"{field}.ssrc", data["ssrc"])
    if "rid" in data:
        known["rid"] = read.rid(f"{field}.rid", data["rid"])
    if "codecPayloadType" in data:
        number_field = f"{field}.codecPayloadType"
        known["codecPayloadType"] = read.payload_type(number_field, data["codecPayloadType"])
    if "rtx" in data:
        rtx = read.mapping(f"{field}.rtx", data["rtx"])
        known["rtx"] = {"ssrc": read.ssrc(f"{field}.rtx.ssrc", rtx.get("ssrc"))}
    if "dtx" in data:
        known["dtx"] = read.boolean(f"{field}.dtx", data["dtx"])
    if "scalabilityMode" in data:
        mode_field = f"{field}.scalabilityMode"
        known["scalabilityMode"] = read.scalability_mode(mode_field, data["scalabilityMode"])
    if "maxBitrate" in data:
        bitrate = read.number(f"{field}.maxBitrate", data["maxBitrate"], 0, MAX_BITRATE)
        known["maxBitrate"] = int(bitrate)
    if "maxFramerate" in data:
        known["maxFramerate"] = read.number(f"{field}.maxFramerate", data["maxFramerate"], 0, 1000)
    if "scaleResolutionDownBy" in data:
        scale_field = f"{field}.scaleResolutionDownBy"
        known["scaleResolutionDownBy"] = read.number(
            scale_field, data["scaleResolutionDownBy"], 1, 1000
        )
    return known


def _rtcp(value: object) -> RtcpParameters:
    data = {} if value is None else read.mapping("rtcp", value)
    known: RtcpParameters = {"reducedSize": data.get("reducedSize") is not False}
    cname = data.get("cname")
    if cname not in (None, ""):
        known["cname"] = read.word("rtcp.cname", cname, 255)
    return known


def _check_codecs(codecs: list[RtpCodecParameters], kind: Kind | None) -> None:
    """One kind, unique numbers, a media codec first, and RTX only of what is there."""
    read.unique("codecs", "payloadType", (it["payloadType"] for it in codecs))
    kind_of_all = kind or codecs[0]["mimeType"].partition("/")[0]
    rtx = [it["mimeType"].lower().endswith("/rtx") for it in codecs]
    if rtx[0]:
        raise OrtcError("codecs[0]", "the first codec must carry media")
    media = {it["payloadType"] for it, is_rtx in zip(codecs, rtx, strict=True) if not is_rtx}
    for place, codec in enumerate(codecs):
        if not codec["mimeType"].startswith(f"{kind_of_all}/"):
            raise OrtcError(f"codecs[{place}].mimeType", f"must be {kind_of_all}")
        if rtx[place] and codec["parameters"]["apt"] not in media:
            raise OrtcError(f"codecs[{place}].parameters.apt", "names no codec of the list")


def _check_encodings(params: RtpParameters) -> None:
    """Streams are found by SSRC, by rid (RFC 8852) or, a single one, by mid (RFC 9143 §9.2)."""
    encodings = params["encodings"]
    media_ssrcs = [it["ssrc"] for it in encodings if "ssrc" in it]
    rtx_ssrcs = [it["rtx"]["ssrc"] for it in encodings if "rtx" in it]
    read.unique("encodings", "ssrc", media_ssrcs + rtx_ssrcs)
    read.unique("encodings", "rid", (it["rid"] for it in encodings if "rid" in it))
    numbers = {it["payloadType"] for it in params["codecs"]}
    for place, encoding in enumerate(encodings):
        named = "ssrc" in encoding or "rid" in encoding
        if not named and (len(encodings) > 1 or "mid" not in params):
            raise OrtcError(f"encodings[{place}]", "needs an ssrc or a rid")
        if encoding.get("codecPayloadType") not in {None, *numbers}:
            raise OrtcError(f"encodings[{place}].codecPayloadType", "names no codec of the list")
