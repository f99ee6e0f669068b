"""Data → the lines of SDP, in the order that RFC 8829 §5.2.1 gives them. Decides nothing.

What is written was checked when it came in; `text` still refuses a value with a line break.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from voice.sfu.ortc_types import (
    DtlsParameters,
    IceCandidate,
    IceParameters,
    Parameters,
    RtpCodecParameters,
    RtpParameters,
)
from voice.sfu.sdp_types import SdpError, Section

PROTOCOL = "UDP/TLS/RTP/SAVPF"


class Transport(NamedTuple):
    """Our end: one bundle, ICE-lite, on addresses that we know from the start."""

    ice_parameters: IceParameters
    ice_candidates: Sequence[IceCandidate]
    dtls_parameters: DtlsParameters
    setup: str  # actpass in offers, passive in answers (RFC 8842 §5.2, §5.3)


def text(lines: Iterable[str]) -> str:
    """The lines as they are sent."""
    found = list(lines)
    if any("\r" in line or "\n" in line for line in found):
        raise SdpError("a value has a line break")
    return "".join(f"{line}\r\n" for line in found)


def session(
    session_id: int, version: int, bundle: Sequence[str], *, is_ice_lite: bool, is_mixed: bool
) -> list[str]:
    """What stands before the first m-section."""
    lines = ["v=0", f"o=- {session_id} {version} IN IP4 0.0.0.0", "s=-", "t=0 0"]
    if is_ice_lite:
        lines.append("a=ice-lite")
    if bundle:
        lines.append(f"a=group:BUNDLE {' '.join(bundle)}")
    if is_mixed:
        lines.append("a=extmap-allow-mixed")
    return [*lines, "a=msid-semantic: WMS *"]


def rejected(section: Section) -> list[str]:
    """A section that we do not take: same media, protocol and formats, port 0 (RFC 3264 §6)."""
    return [
        f"m={section.kind} 0 {section.protocol} {' '.join(section.formats)}",
        "c=IN IP4 0.0.0.0",
        f"a=mid:{section.mid}",
        "a=inactive",
    ]


def media(
    kind: str, mid: str, parameters: RtpParameters, transport: Transport, *, protocol: str
) -> list[str]:
    """An m-section up to its codecs and extensions; direction and streams are the caller's."""
    address, port = _default(transport.ice_candidates)
    version = "IP6" if ":" in address else "IP4"
    numbers = " ".join(str(it["payloadType"]) for it in parameters["codecs"])
    return [
        f"m={kind} {port} {protocol} {numbers}",
        f"c=IN {version} {address}",
        f"a=mid:{mid}",
        f"a=ice-ufrag:{transport.ice_parameters['usernameFragment']}",
        f"a=ice-pwd:{transport.ice_parameters['password']}",
        _fingerprint(transport.dtls_parameters),
        f"a=setup:{transport.setup}",
        "a=rtcp-mux",
        "a=rtcp-rsize",
        *(f"a=extmap:{it['id']} {it['uri']}" for it in parameters["headerExtensions"]),
        *(line for it in parameters["codecs"] for line in _codec(it)),
    ]


def candidates(transport: Transport) -> list[str]:
    """All our addresses; there will be no more (RFC 8839 §5.1, RFC 8840 §8.2)."""
    lines = []
    for it in transport.ice_candidates:
        tcp_type = f" tcptype {it['tcpType']}" if it.get("tcpType") else ""
        lines.append(
            f"a=candidate:{it['foundation']} 1 {it['protocol']} {it['priority']}"
            f" {_address(it)} {it['port']} typ {it['type']}{tcp_type}"
        )
    return [*lines, "a=end-of-candidates"]


def streams(parameters: RtpParameters, stream_id: str, track_id: str) -> list[str]:
    """`a=msid` (RFC 8830) and the SSRCs (RFC 5576), retransmissions grouped (RFC 4588 §8.3)."""
    lines = [f"a=msid:{stream_id} {track_id}"]
    cname = parameters["rtcp"].get("cname", "-")
    for it in parameters["encodings"]:
        if "ssrc" not in it:
            continue
        ssrcs = [it["ssrc"]]
        if "rtx" in it:
            ssrcs.append(it["rtx"]["ssrc"])
            lines.append(f"a=ssrc-group:FID {ssrcs[0]} {ssrcs[1]}")
        lines += [f"a=ssrc:{ssrc} cname:{cname}" for ssrc in ssrcs]
    return lines


def simulcast(rids: Sequence[str]) -> list[str]:
    """What we receive of the rids that the other side sends (RFC 8851 §6.2, RFC 8853 §5.3)."""
    if not rids:
        return []
    return [*(f"a=rid:{rid} recv" for rid in rids), f"a=simulcast:recv {';'.join(rids)}"]


def _codec(codec: RtpCodecParameters) -> list[str]:
    number, name = codec["payloadType"], codec["mimeType"].partition("/")[2]
    channels = codec.get("channels", 1)
    suffix = f"/{channels}" if channels > 1 else ""
    lines = [
        f"a=rtpmap:{number} {name}/{codec['clockRate']}{suffix}",
        *(
            f"a=rtcp-fb:{number} {it['type']} {it['parameter']}".rstrip()
            for it in codec["rtcpFeedback"]
        ),
    ]
    if codec["parameters"]:
        lines.append(f"a=fmtp:{number} {_fmtp(codec['parameters'])}")
    return lines


def _fmtp(parameters: Parameters) -> str:
    """A value that is "" is written as the bare name: `111/111` of RED is one."""
    return ";".join(
        f"{name}={value}" if value != "" else name for name, value in parameters.items()
    )


def _fingerprint(parameters: DtlsParameters) -> str:
    """One is enough, and some clients take only the last: SHA-256, which everybody knows."""
    known = {it["algorithm"]: it["value"] for it in parameters["fingerprints"]}
    algorithm = "sha-256" if "sha-256" in known else next(iter(known))
    return f"a=fingerprint:{algorithm} {known[algorithm]}"


def _address(candidate: IceCandidate) -> str:
    return candidate.get("address") or candidate.get("ip") or "0.0.0.0"  # noqa: S104 - not bound


def _default(ice_candidates: Sequence[IceCandidate]) -> tuple[str, int]:
    """The default destination (RFC 8839 §4.2.1.2), 9 and nowhere when there is none."""
    for it in ice_candidates:
        return _address(it), it["port"]
    return "0.0.0.0", 9  # noqa: S104 - not bound
