"""The shapes of ORTC: what mediasoup-client sends and expects, as plain camelCase dictionaries.

They go over the wire as they are (voice rows of PROTOCOL.md), so the names are the field's own, not
the house's. Only shapes and the one error; checking is in `ortc_check`, matching in `ortc_match`.
"""

from typing import Literal, NotRequired, TypedDict

Kind = Literal["audio", "video"]
Direction = Literal["sendrecv", "sendonly", "recvonly", "inactive"]
DtlsRole = Literal["auto", "client", "server"]
Parameters = dict[str, str | int | float]

KINDS: tuple[Kind, ...] = ("audio", "video")
DIRECTIONS: tuple[Direction, ...] = ("sendrecv", "sendonly", "recvonly", "inactive")
DTLS_ROLES: tuple[DtlsRole, ...] = ("auto", "client", "server")

# Header extensions by URI (RFC 8285 §5): RFC 9143 §15, RFC 8852 §4, RFC 6464 §4; the other two are
# libwebrtc's.
MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
RID = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
REPAIRED_RID = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
AUDIO_LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
ABS_SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
TRANSPORT_CC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"


class OrtcError(Exception):
    """Parameters that cannot be: `field` says where (`codecs[0].payloadType`), `message` why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


class RtcpFeedback(TypedDict):
    """One `a=rtcp-fb` (RFC 4585 §4.2); `parameter` is "" when there is none."""

    type: str
    parameter: str


class RtpCodecCapability(TypedDict):
    """A codec that somebody could use; `channels` only for audio."""

    kind: Kind
    mimeType: str
    preferredPayloadType: NotRequired[int]
    clockRate: int
    channels: NotRequired[int]
    parameters: Parameters
    rtcpFeedback: list[RtcpFeedback]


class RtpHeaderExtension(TypedDict):
    """A header extension that somebody could use; `direction` as seen by whoever offers it."""

    kind: Kind
    uri: str
    preferredId: int
    preferredEncrypt: bool
    direction: Direction


class RtpCapabilities(TypedDict):
    """What the router, or a client, can send and receive."""

    codecs: list[RtpCodecCapability]
    headerExtensions: list[RtpHeaderExtension]


class RtpCodecParameters(TypedDict):
    """A codec in use; `channels` only for audio."""

    mimeType: str
    payloadType: int
    clockRate: int
    channels: NotRequired[int]
    parameters: Parameters
    rtcpFeedback: list[RtcpFeedback]


class RtpHeaderExtensionParameters(TypedDict):
    """A header extension in use, under this id."""

    uri: str
    id: int
    encrypt: bool
    parameters: Parameters


class RtxParameters(TypedDict):
    """The stream of retransmissions beside an encoding (RFC 4588 §8.3)."""

    ssrc: int


class RtpEncodingParameters(TypedDict):
    """One stream. Chromium's simulcast says `rid` only, everything else says `ssrc`."""

    ssrc: NotRequired[int]
    rid: NotRequired[str]
    codecPayloadType: NotRequired[int]
    rtx: NotRequired[RtxParameters]
    dtx: NotRequired[bool]
    scalabilityMode: NotRequired[str]
    scaleResolutionDownBy: NotRequired[float]
    maxBitrate: NotRequired[int]
    maxFramerate: NotRequired[float]


class RtcpParameters(TypedDict):
    """RTCP of one sender (RFC 3550 §6.5.1, RFC 5506)."""

    cname: NotRequired[str]
    reducedSize: bool


class RtpParameters(TypedDict):
    """What one sender sends: codecs in order of preference, ids, streams.

    `msid` names the MediaStream and, after a blank, the track (RFC 8830).
    """

    mid: NotRequired[str]
    msid: NotRequired[str]
    codecs: list[RtpCodecParameters]
    headerExtensions: list[RtpHeaderExtensionParameters]
    encodings: list[RtpEncodingParameters]
    rtcp: RtcpParameters


class DtlsFingerprint(TypedDict):
    """Hash of a certificate: `value` in upper-case hexadecimal pairs (RFC 8122 §5)."""

    algorithm: str
    value: str


class DtlsParameters(TypedDict):
    """Who opens DTLS, and the certificate to expect."""

    role: DtlsRole
    fingerprints: list[DtlsFingerprint]


class IceParameters(TypedDict):
    """Credentials of one ICE agent (RFC 8839 §5.4)."""

    usernameFragment: str
    password: str
    iceLite: NotRequired[bool]


class IceCandidate(TypedDict):
    """An address of the server (RFC 8839 §5.1); `ip` is what older mediasoup-clients read."""

    foundation: str
    priority: int
    ip: NotRequired[str]
    address: NotRequired[str]
    protocol: str
    port: int
    type: str
    tcpType: NotRequired[str]


class CodecMapping(TypedDict):
    """A producer's payload type and the router's for the same codec."""

    payloadType: int
    mappedPayloadType: int


class ExtensionMapping(TypedDict):
    """A producer's header-extension id and the router's for the same URI."""

    uri: str
    id: int
    mappedId: int


class EncodingMapping(TypedDict):
    """A producer's stream, by `ssrc` or `rid` (or by mid alone), and the router's SSRC for it."""

    ssrc: NotRequired[int]
    rid: NotRequired[str]
    rtxSsrc: NotRequired[int]
    scalabilityMode: NotRequired[str]
    mappedSsrc: int


class Mapping(TypedDict):
    """How packets of one producer are rewritten, once, into the router's numbers."""

    codecs: list[CodecMapping]
    headerExtensions: list[ExtensionMapping]
    encodings: list[EncodingMapping]
