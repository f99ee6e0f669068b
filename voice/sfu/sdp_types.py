"""What SDP says, as data: descriptions, their sections, and what we send in them. No text here."""

from dataclasses import dataclass, field

from voice.sfu.ortc_types import (
    KINDS,
    Direction,
    DtlsParameters,
    IceParameters,
    Kind,
    RtpCodecParameters,
    RtpHeaderExtensionParameters,
    RtpParameters,
)

MAX_SDP = 1_000_000  # characters
MAX_LINES = 20_000
MAX_LINE = 8192  # characters
MAX_SECTIONS = 64
MAX_SSRCS = 64  # in one section
MAX_RIDS = 16


class SdpError(Exception):
    """A description that cannot be read, or that says what cannot be; the text says which."""


@dataclass(frozen=True, slots=True)
class Sources:
    """`a=ssrc` and `a=ssrc-group` of a section (RFC 5576)."""

    ssrcs: tuple[int, ...] = ()
    cname: str = ""
    simulcast: tuple[int, ...] = ()  # the SIM group, lowest first
    rtx: dict[int, int] = field(default_factory=dict)  # FID groups: media → retransmissions


@dataclass(frozen=True, slots=True)
class Section:
    """One m-section. `simulcast` has the rids that the writer sends, in its order (RFC 8853)."""

    mid: str
    kind: str  # audio, video, application, or what the future brings
    port: int
    protocol: str
    formats: tuple[str, ...]
    direction: Direction
    codecs: tuple[RtpCodecParameters, ...] = ()
    extensions: tuple[RtpHeaderExtensionParameters, ...] = ()
    sources: Sources = Sources()
    simulcast: tuple[str, ...] = ()
    stream_id: str = ""
    track_id: str = ""
    has_rtcp_mux: bool = False
    is_bundle_only: bool = False
    allows_mixed: bool = False  # one- and two-byte header extensions (RFC 8285 §6)
    ice_parameters: IceParameters | None = None
    dtls_parameters: DtlsParameters | None = None

    @property
    def is_rejected(self) -> bool:
        """Port 0, unless it only waits for its bundle (RFC 9143 §6)."""
        return self.port == 0 and not self.is_bundle_only

    @property
    def is_media(self) -> bool:
        """Whether it is sound or picture over DTLS-SRTP (RFC 8829 §5.1.2 on the names)."""
        return self.kind in KINDS and self.protocol.endswith(("RTP/SAVPF", "RTP/SAVP"))


@dataclass(frozen=True, slots=True)
class Description:
    """An offer or an answer. ICE and DTLS are those of the bundle, the only transport we make."""

    sections: tuple[Section, ...]
    bundle: tuple[str, ...]  # mids of the first BUNDLE group; without one, the first live section
    ice_parameters: IceParameters
    dtls_parameters: DtlsParameters

    @property
    def tagged(self) -> Section:
        """The first live section of the bundle, whose transport is everybody's (RFC 9143 §7.2)."""
        live = {it.mid: it for it in self.sections if not it.is_rejected}
        return next(live[mid] for mid in self.bundle if mid in live)

    def section(self, mid: str) -> Section:
        """The section of this mid, or SdpError."""
        for it in self.sections:
            if it.mid == mid:
                return it
        raise SdpError("there is no such mid")

    def is_usable(self, section: Section) -> bool:
        """Whether it can be accepted: live, media, on the bundle's transport, RTCP on the same."""
        on_transport = section.mid in self.bundle and section.has_rtcp_mux
        return section.is_media and not section.is_rejected and on_transport


Offer = Description
Answer = Description


@dataclass(frozen=True, slots=True)
class Sending:
    """A section in which we send one consumer. Inactive, it keeps its place and its codecs."""

    mid: str
    kind: Kind
    rtp_parameters: RtpParameters
    track_id: str
    is_active: bool = True
