"""SDP for the servers that want it: one offer to send, one to hear, one answer to an offer.

As little as they take (RFC 8829), and nothing of Parlor's own SDP code. We open DTLS always.
"""

from benchmarks.voice.generator import payload_type, sender_ssrc
from benchmarks.voice.leg import Identity, Local, Remote
from benchmarks.voice.scenes import Scene

# As Chromium numbers them; generator.c writes them.
EXTENSIONS = {
    1: "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    2: "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    3: "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    4: "urn:ietf:params:rtp-hdrext:sdes:mid",
}
KEPT = ("a=mid:", "a=rtpmap:", "a=fmtp:", "a=rtcp-fb:", "a=extmap:")


def offer(scene: Scene, place: int | None, local: Local, identity: Identity) -> str:
    """To send as the sender with this number, or (None) to hear one."""
    number, is_video = payload_type(scene), scene.kind == "video"
    lines = [
        f"m={scene.kind} 9 UDP/TLS/RTP/SAVPF {number}",
        *_transport(local, identity),
        "a=mid:0",
        f"a=rtpmap:{number} {'VP8/90000' if is_video else 'opus/48000/2'}",
        f"a=rtcp-fb:{number} transport-cc",
        f"a=rtcp-fb:{number} nack",
        *([f"a=rtcp-fb:{number} nack pli", f"a=rtcp-fb:{number} ccm fir"] if is_video else []),
        *(f"a=extmap:{it} {uri}" for it, uri in EXTENSIONS.items()),
        "a=recvonly" if place is None else "a=sendonly",
    ]
    if place is not None:
        lines += ["a=msid:bench track", f"a=ssrc:{sender_ssrc(place)} cname:bench"]
    return _text(["a=group:BUNDLE 0", *lines])


def answer(offered: str, local: Local, identity: Identity) -> str:
    """Hears everything that is offered."""
    _, *sections = offered.replace("\r\n", "\n").split("\nm=")
    lines: list[str] = []
    mids = []
    for section in sections:
        head, *rest = section.splitlines()
        mids += [it[len("a=mid:") :] for it in rest if it.startswith("a=mid:")]
        kept = [it for it in rest if it.startswith(KEPT)]
        lines += [f"m={head}", *_transport(local, identity), *kept, "a=recvonly"]
    return _text([f"a=group:BUNDLE {' '.join(mids)}", *lines])


def read_remote(sdp: str) -> Remote:
    """Where its bundle is to be found: the first host candidate for UDP on IPv4."""
    values: dict[str, str] = {}
    host, port = "", 0
    for line in sdp.splitlines():
        name, _, value = line.removeprefix("a=").partition(":")
        if name == "fingerprint" and not value.lower().startswith("sha-256 "):
            continue
        values.setdefault(name, value)
        if name == "candidate" and not port:
            parts = value.split()
            if parts[1] == "1" and parts[2].lower() == "udp" and ":" not in parts[4]:
                host, port = parts[4], int(parts[5])
    fingerprint = values["fingerprint"].split()[1]
    return Remote(host, port, values["ice-ufrag"], values["ice-pwd"], fingerprint)


def _transport(local: Local, identity: Identity) -> list[str]:
    return [
        "c=IN IP4 127.0.0.1",
        f"a=ice-ufrag:{local.username}",
        f"a=ice-pwd:{local.password}",
        f"a=fingerprint:sha-256 {identity.fingerprint}",
        "a=setup:active",
        "a=rtcp-mux",
    ]


def _text(lines: list[str]) -> str:
    head = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0"]
    return "\r\n".join([*head, *lines, ""])
