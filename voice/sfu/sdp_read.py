"""SDP text → `Description` (RFC 8866; what the attributes mean: RFC 8829 §5.8).

The text is a stranger's: sizes are bounded before anything is looked at, every number is read by a
pattern, and the only way out besides a Description is SdpError. As RFC 8866 §5 asks, attributes
that we do not know, and codecs or extensions that we could not use anyway, are passed over.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple, get_args

from voice.sfu import ortc_check
from voice.sfu.ortc_types import (
    Direction,
    DtlsParameters,
    IceParameters,
    OrtcError,
    Parameters,
    RtpCodecParameters,
    RtpHeaderExtensionParameters,
)
from voice.sfu.sdp_types import (
    MAX_LINE,
    MAX_LINES,
    MAX_RIDS,
    MAX_SDP,
    MAX_SECTIONS,
    MAX_SSRCS,
    Description,
    SdpError,
    Section,
    Sources,
)

DIRECTIONS: tuple[Direction, ...] = get_args(Direction)
_ROLES = {"actpass": "auto", "active": "client", "passive": "server"}  # RFC 8842 §5

_MEDIA = re.compile(r"([A-Za-z0-9-]{1,32}) (\d{1,5}) ([A-Za-z0-9/]{1,64})((?: [!-~]{1,64})+)")
_MID = re.compile(r"[!#$%&'*+\-.^_`{|}~0-9A-Za-z]{1,32}")
_RTPMAP = re.compile(r"(\d{1,3}) ([!-.0-~]{1,64})/(\d{1,8})(?:/(\d{1,2}))?", re.ASCII)
_FMTP = re.compile(r"(\d{1,3}) (.+)", re.ASCII)
_FEEDBACK = re.compile(r"(\d{1,3}|\*) ([!-~]+)(?: ([ -~]+))?", re.ASCII)
_EXTMAP = re.compile(r"(\d{1,5})(?:/\w{1,16})? ([!-~]+)(?: .*)?", re.ASCII)
_SSRC = re.compile(r"(\d{1,10}) ([!-9;-~]+)(?::(.*))?", re.ASCII)
_SSRC_GROUP = re.compile(r"([A-Z-]{1,16})((?: \d{1,10})+)", re.ASCII)
_RID = re.compile(r"([A-Za-z0-9_-]{1,16}) (send|recv)(?: .*)?")
_CANONICAL_NUMBER = re.compile(r"0|[1-9]\d{0,14}", re.ASCII)


class Block(NamedTuple):
    """The lines from one `m=` to the next, or before the first: (attribute, value) in order."""

    media: str
    attributes: list[tuple[str, str]]

    def all(self, name: str) -> list[str]:
        """Every value of this attribute."""
        return [value for key, value in self.attributes if key == name]

    def first(self, name: str) -> str | None:
        """Its first value; "" for a bare attribute."""
        return next((value for key, value in self.attributes if key == name), None)

    def matches(self, name: str, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Its values as far as they have the right form; others mean nothing to us."""
        return filter(None, (pattern.fullmatch(value) for value in self.all(name)))


def read_description(sdp: object) -> Description:
    """Reads an offer or an answer."""
    session, *blocks = _blocks(_lines(sdp))
    if not 0 < len(blocks) <= MAX_SECTIONS:
        raise SdpError(f"there must be 1 to {MAX_SECTIONS} media sections")
    sections = tuple(_section(block, session) for block in blocks)
    if len({it.mid for it in sections}) != len(sections):
        raise SdpError("a mid occurs twice")
    live = [it.mid for it in sections if not it.is_rejected]
    if not live:
        raise SdpError("every media section is rejected")
    bundle = _bundle(session) or (live[0],)
    tagged = next((it for mid in bundle for it in sections if it.mid == mid in live), None)
    if tagged is None:
        raise SdpError("the BUNDLE group names no live media section")
    if tagged.ice_parameters is None or tagged.dtls_parameters is None:
        raise SdpError("ICE credentials or a DTLS fingerprint are missing")
    return Description(sections, bundle, tagged.ice_parameters, tagged.dtls_parameters)


def _lines(sdp: object) -> list[str]:
    """The lines without their ends, checked for size before anything else."""
    if not isinstance(sdp, str):
        raise SdpError("must be text")
    if len(sdp) > MAX_SDP:
        raise SdpError(f"longer than {MAX_SDP} characters")
    if sdp.count("\n") > MAX_LINES:
        raise SdpError(f"more than {MAX_LINES} lines")
    lines = [line.removesuffix("\r") for line in sdp.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    if not lines or lines[0] != "v=0":
        raise SdpError("does not begin with v=0")
    for line in lines:
        if len(line) > MAX_LINE:
            raise SdpError(f"a line is longer than {MAX_LINE} characters")
        if line[1:2] != "=" or "\r" in line or "\0" in line:
            raise SdpError("a line is not of the form x=value")
    return lines


def _blocks(lines: list[str]) -> list[Block]:
    blocks = [Block("", [])]
    for line in lines:
        kind, value = line[0], line[2:]
        if kind == "m":
            blocks.append(Block(value, []))
        elif kind == "a":
            name, _, rest = value.partition(":")
            blocks[-1].attributes.append((name, rest))
    return blocks


def _bundle(session: Block) -> tuple[str, ...]:
    """The mids of the first BUNDLE group (RFC 9143 §7.1)."""
    for value in session.all("group"):
        semantics, *mids = value.split()
        if semantics == "BUNDLE":
            return tuple(dict.fromkeys(mids))[:MAX_SECTIONS]
    return ()


def _section(block: Block, session: Block) -> Section:
    media = _MEDIA.fullmatch(block.media)
    mid = block.first("mid")
    if media is None:
        raise SdpError("an m= line cannot be read")
    if mid is None or not _MID.fullmatch(mid):
        raise SdpError("a media section has no mid, or one that is no token")
    kind, formats = media[1], tuple(media[4].split())
    if len(formats) > 256 or int(media[2]) > 65535:
        raise SdpError("an m= line cannot be read")
    stream_id, _, track_id = (block.first("msid") or "").partition(" ")
    return Section(
        mid=mid,
        kind=kind,
        port=int(media[2]),
        protocol=media[3],
        formats=formats,
        direction=_direction(block) or _direction(session) or "sendrecv",
        codecs=tuple(_codecs(kind, formats, block)),
        extensions=tuple(_extensions(block)),
        sources=_sources(block),
        simulcast=_simulcast(block),
        stream_id=stream_id,
        track_id=track_id,
        has_rtcp_mux=block.first("rtcp-mux") is not None,
        is_bundle_only=block.first("bundle-only") is not None,
        allows_mixed=any(it.first("extmap-allow-mixed") is not None for it in (block, session)),
        ice_parameters=_ice(block, session),
        dtls_parameters=_dtls(block, session),
    )


def _direction(block: Block) -> Direction | None:
    return next((it for it in DIRECTIONS if block.first(it) is not None), None)


def _codecs(kind: str, formats: tuple[str, ...], block: Block) -> Iterator[RtpCodecParameters]:
    """Codecs in the writer's order of preference, which is that of the m-line (RFC 3264 §5.1)."""
    names = {it[1]: it for it in block.matches("rtpmap", _RTPMAP)}
    parameters = {it[1]: _fmtp(it[2]) for it in block.matches("fmtp", _FMTP)}
    feedback: dict[str, list[dict[str, str]]] = {}
    for it in block.matches("rtcp-fb", _FEEDBACK):
        feedback.setdefault(it[1], []).append({"type": it[2], "parameter": it[3] or ""})
    for number in dict.fromkeys(formats):
        if kind not in ("audio", "video") or number not in names:
            continue
        name, rate, channels = names[number].group(2, 3, 4)
        own = feedback.get(number, []) + feedback.get("*", [])
        codec: dict[str, Any] = {
            "mimeType": f"{kind}/{name}",
            "payloadType": int(number),
            "clockRate": int(rate),
            "channels": int(channels or 1),
            "parameters": parameters.get(number, {}),
            "rtcpFeedback": [] if name.lower() == "rtx" else own,
        }
        try:
            yield ortc_check.codec_parameters("codec", codec)
        except OrtcError:
            continue


def _fmtp(text: str) -> Parameters:
    """`a=1;b` → {"a": 1, "b": ""}, as mediasoup-client reads it."""
    found: Parameters = {}
    for part in text.split(";"):
        name, _, value = (it.strip() for it in part.partition("="))
        if name:
            is_number = _CANONICAL_NUMBER.fullmatch(value) and name != "profile-level-id"
            found[name] = int(value) if is_number else value
    return found


def _extensions(block: Block) -> Iterator[RtpHeaderExtensionParameters]:
    """RFC 8285 §5. Encrypted ones (RFC 6904) have a URI that nobody here knows."""
    uris: set[str] = set()
    ids: set[int] = set()
    for it in block.matches("extmap", _EXTMAP):
        try:
            known = ortc_check.extension_parameters("extmap", {"id": int(it[1]), "uri": it[2]})
        except OrtcError:
            continue
        if known["uri"] not in uris and known["id"] not in ids:
            uris.add(known["uri"])
            ids.add(known["id"])
            yield known


def _sources(block: Block) -> Sources:
    ssrcs: dict[int, None] = {}
    cname = ""
    for it in block.matches("ssrc", _SSRC):
        ssrcs[int(it[1])] = None
        if it[2] == "cname" and not cname:
            cname = it[3] or ""
    if len(ssrcs) > MAX_SSRCS:
        raise SdpError(f"a media section has more than {MAX_SSRCS} SSRCs")
    simulcast: tuple[int, ...] = ()
    rtx: dict[int, int] = {}
    for it in block.matches("ssrc-group", _SSRC_GROUP):
        members = tuple(map(int, it[2].split()))
        if not ssrcs.keys() >= set(members):
            raise SdpError("an ssrc-group names SSRCs that the section does not have")
        if it[1] == "SIM":
            simulcast = members
        elif it[1] == "FID" and len(members) == 2:
            rtx[members[0]] = members[1]
    return Sources(tuple(ssrcs), cname, simulcast, rtx)


def _simulcast(block: Block) -> tuple[str, ...]:
    """The rids that are sent: the first of each alternative, paused or not (RFC 8853 §5.1)."""
    sent = [it[1] for it in block.matches("rid", _RID) if it[2] == "send"]
    if len(sent) > MAX_RIDS:
        raise SdpError(f"a media section has more than {MAX_RIDS} rids")
    words = (block.first("simulcast") or "").split()
    if "send" not in words:
        return tuple(sent)
    streams = words[words.index("send") + 1 :][:1]
    named = [it.partition(",")[0].removeprefix("~") for it in ";".join(streams).split(";")]
    return tuple(dict.fromkeys(it for it in named if it in sent))


def _ice(block: Block, session: Block) -> IceParameters | None:
    """Credentials, of the section or of the session (RFC 8839 §5.4)."""
    owner = block if block.first("ice-ufrag") is not None else session
    if owner.first("ice-ufrag") is None:
        return None
    given = {
        "usernameFragment": owner.first("ice-ufrag"),
        "password": owner.first("ice-pwd"),
        "iceLite": session.first("ice-lite") is not None,
    }
    try:
        return ortc_check.validate_ice_parameters(given)
    except OrtcError as error:
        raise SdpError(f"ICE {error}") from None


def _dtls(block: Block, session: Block) -> DtlsParameters | None:
    """Fingerprints and role, of the section or of the session (RFC 8122 §5, RFC 8842 §5)."""
    lines = block.all("fingerprint") or session.all("fingerprint")
    if not lines:
        return None
    setup = block.first("setup") or session.first("setup") or "actpass"
    pairs = (line.partition(" ") for line in lines)
    given = {
        "role": _ROLES.get(setup),
        "fingerprints": [{"algorithm": name, "value": value} for name, _, value in pairs],
    }
    try:
        return ortc_check.validate_dtls_parameters(given)
    except OrtcError as error:
        raise SdpError(f"DTLS {error}") from None
