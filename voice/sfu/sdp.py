"""Offers and answers, for clients with a plain RTCPeerConnection and for WHIP and WHEP.

    publishing   parse_offer → to_rtp_parameters (per section) → a producer each → answer
    subscribing  Sendings.add/remove → offer → parse_answer → Sendings.settle
    WHEP         parse_offer → to_rtp_capabilities → a consumer each → renumber → answer

The text is read in `sdp_read` and written in `sdp_write`; how it becomes ORTC is in
`sdp_parameters`. We are always ICE-lite, DTLS server, one BUNDLE with rtcp-mux, and each section
has one direction (RFC 3264, RFC 8829, RFC 9143). Pure: no I/O, and SdpError is the only error.
"""

from collections.abc import Mapping, Sequence

from voice.sfu import ortc_match as match
from voice.sfu import sdp_write
from voice.sfu.ortc_types import DtlsParameters, IceCandidate, IceParameters, RtpParameters
from voice.sfu.sdp_parameters import (
    idle_parameters,
    receiving_parameters,
    renumber,
    to_rtp_capabilities,
    to_rtp_parameters,
)
from voice.sfu.sdp_read import read_description
from voice.sfu.sdp_sendings import Sendings, is_msid
from voice.sfu.sdp_types import (
    MAX_SECTIONS,
    Answer,
    Offer,
    SdpError,
    Section,
    Sending,
)

__all__ = [
    "Answer",
    "Offer",
    "SdpError",
    "Section",
    "Sending",
    "Sendings",
    "answer",
    "idle_parameters",
    "offer",
    "parse_answer",
    "parse_exchange",
    "parse_offer",
    "renumber",
    "sent",
    "to_rtp_capabilities",
    "to_rtp_parameters",
]


def parse_offer(sdp: object) -> Offer:
    """Reads a client's offer. It may open DTLS (RFC 8842 §5.3): we are the server of it."""
    found = read_description(sdp)
    if found.dtls_parameters["role"] == "server":
        raise SdpError("a=setup must be actpass or active")
    return found


def sent(offer: Offer) -> dict[str, RtpParameters]:
    """What the offer sends, by mid, in codecs that we know. SdpError: it sends, and none such."""
    found: dict[str, RtpParameters] = {}
    problem: SdpError | None = None
    for section in filter(offer.is_usable, offer.sections):
        if section.direction in ("sendonly", "sendrecv"):
            try:
                found[section.mid] = to_rtp_parameters(section)
            except SdpError as error:
                problem = error
    if problem is not None and not found:
        raise problem
    return found


def parse_exchange(sdp: object, *, sends: bool) -> Offer:
    """Reads the only offer of a client of WHIP (`sends`) or WHEP, which must send, or receive."""
    found = parse_offer(sdp)
    if sends and not sent(found):
        raise SdpError("no section sends anything")
    receives = (it.direction == "recvonly" and found.is_usable(it) for it in found.sections)
    if not sends and not any(receives):
        raise SdpError("no section is recvonly")
    return found


def parse_answer(sdp: object, offered: Sequence[Sending]) -> Answer:
    """Reads a client's answer to `offer(offered, …)`; a section may come back rejected.

    It must have the same sections in the same order (RFC 3264 §6), each that is accepted with a
    codec of ours, and open DTLS. Whatever it sends beyond receiving is not listened to.
    """
    found = read_description(sdp)
    if found.dtls_parameters["role"] != "client":
        raise SdpError("a=setup must be active")
    places = [(it.mid, str(it.kind)) for it in offered]
    if [(it.mid, it.kind) for it in found.sections] != places:
        raise SdpError("the sections are not those of the offer")
    for section, sending in zip(found.sections, offered, strict=True):
        if section.is_rejected:
            continue
        ours = {
            it["payloadType"] for it in sending.rtp_parameters["codecs"] if not match.is_rtx(it)
        }
        theirs = {it["payloadType"] for it in section.codecs}
        if not found.is_usable(section) or ours.isdisjoint(theirs):
            raise SdpError("a section is accepted without a codec of the offer, or off the bundle")
    return found


def answer(
    offer: Offer,
    ice_parameters: IceParameters,
    ice_candidates: Sequence[IceCandidate],
    dtls_parameters: DtlsParameters,
    accepted: Mapping[str, RtpParameters],
    *,
    session_id: int = 1,
    version: int = 1,
    max_audio_bps: int | None = None,
) -> str:
    """The answer: `accepted` by mid, every other section rejected (RFC 8829 §5.3.1).

    Where the client sends, the parameters are those of the producer (`to_rtp_parameters`); where it
    only receives, those of a consumer in its numbers (`renumber`). Kept, but inactive, are sections
    that the client made inactive itself, for it may resume them, and the one that carries the
    bundle (RFC 9143 §7.3.3). `version` grows by one with each answer of a session (RFC 3264 §8).
    `max_audio_bps` is what a sound that the client sends may have.
    """
    transport = sdp_write.Transport(ice_parameters, ice_candidates, dtls_parameters, "passive")
    for mid, parameters in accepted.items():
        _check_accepted(offer, offer.section(mid), parameters)
    bundle = _kept(offer, accepted)
    lines = sdp_write.session(
        session_id,
        version,
        bundle,
        is_ice_lite=True,
        is_mixed=all(it.allows_mixed for it in offer.sections),
    )
    for section in offer.sections:
        if section.mid not in bundle:
            lines += sdp_write.rejected(section)
        elif section.mid in accepted:
            lines += _answered(section, accepted[section.mid], transport, max_audio_bps)
        else:
            lines += _inactive(section, transport)
        if bundle and section.mid == bundle[0]:
            lines += sdp_write.candidates(transport)
    return sdp_write.text(lines)


def offer(
    sections: Sequence[Sending],
    ice_parameters: IceParameters,
    ice_candidates: Sequence[IceCandidate],
    dtls_parameters: DtlsParameters,
    *,
    session_id: int = 1,
    version: int = 1,
) -> str:
    """An offer to receive: one sendonly section for each consumer, inactive where it is gone.

    `sections` are those of `Sendings`: never fewer than last time, in the same order (RFC 8829
    §5.2.2). A track comes in the stream that its producer put it in (msid), or in that of its
    cname, as in mediasoup-client.
    """
    if not 0 < len(sections) <= MAX_SECTIONS:
        raise SdpError(f"there must be 1 to {MAX_SECTIONS} sections")
    transport = sdp_write.Transport(ice_parameters, ice_candidates, dtls_parameters, "actpass")
    bundle = [it.mid for it in sections]
    lines = sdp_write.session(session_id, version, bundle, is_ice_lite=True, is_mixed=True)
    for it in sections:
        lines += sdp_write.media(
            it.kind, it.mid, it.rtp_parameters, transport, protocol=sdp_write.PROTOCOL
        )
        lines += _sent(it.rtp_parameters, it.track_id) if it.is_active else ["a=inactive"]
        if it.mid == bundle[0]:
            lines += sdp_write.candidates(transport)
    return sdp_write.text(lines)


def _answered(
    section: Section,
    parameters: RtpParameters,
    transport: sdp_write.Transport,
    max_audio_bps: int | None,
) -> list[str]:
    if section.direction == "recvonly":
        lines = sdp_write.media(
            section.kind, section.mid, parameters, transport, protocol=section.protocol
        )
        return lines + _sent(parameters, f"track-{section.mid}")
    wanted = receiving_parameters(parameters, max_audio_bps)
    lines = sdp_write.media(section.kind, section.mid, wanted, transport, protocol=section.protocol)
    rids = [it["rid"] for it in parameters["encodings"] if "rid" in it]
    return [*lines, "a=recvonly", *sdp_write.simulcast(rids)]


def _kept(offer: Offer, accepted: Mapping[str, RtpParameters]) -> list[str]:
    """The bundle of the answer: what is accepted, what only rests, and what carries it all."""
    tagged = offer.tagged
    kept = {
        it.mid
        for it in offer.sections
        if offer.is_usable(it) and it.codecs and (it.direction == "inactive" or it == tagged)
    }
    kept |= accepted.keys()
    if kept:
        kept.add(tagged.mid)
    return [mid for mid in offer.bundle if mid in kept]


def _inactive(section: Section, transport: sdp_write.Transport) -> list[str]:
    """Carries the transport and nothing else."""
    if not section.codecs:
        raise SdpError("the first section of the bundle can carry nothing")
    idle: RtpParameters = {
        "codecs": list(section.codecs[:1]),
        "headerExtensions": [],
        "encodings": [],
        "rtcp": {"reducedSize": True},
    }
    lines = sdp_write.media(section.kind, section.mid, idle, transport, protocol=section.protocol)
    return [*lines, "a=inactive"]


def _sent(parameters: RtpParameters, track_id: str) -> list[str]:
    """What we send, in the producer's stream, or one that its cname names ("-" is none)."""
    name = parameters.get("msid", parameters["rtcp"].get("cname", "")).partition(" ")[0]
    stream_id = name if is_msid(name) else "-"
    return ["a=sendonly", *sdp_write.streams(parameters, stream_id, track_id)]


def _check_accepted(offer: Offer, section: Section, parameters: RtpParameters) -> None:
    """An answer can only take what the offer has, in the offer's numbers."""
    if not offer.is_usable(section) or section.direction == "inactive":
        raise SdpError("the section cannot be accepted")
    offered = {it["payloadType"]: it for it in section.codecs}
    for codec in parameters["codecs"]:
        known = offered.get(codec["payloadType"])
        if known is None or not match.same_codec(codec, known):
            raise SdpError("the section does not offer this codec under this number")
    ids = {(it["uri"], it["id"]) for it in section.extensions}
    if not ids.issuperset((it["uri"], it["id"]) for it in parameters["headerExtensions"]):
        raise SdpError("the section does not offer this extension under this id")
    rids = {it["rid"] for it in parameters["encodings"] if "rid" in it}
    if not rids.issubset(section.simulcast):
        raise SdpError("the section does not offer this rid")
