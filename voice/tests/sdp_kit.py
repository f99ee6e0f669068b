"""A client that speaks SDP, for tests: what it offers and answers is written out here by hand.

Media is voice/sfu/tests/peer.py's, led by what the server's descriptions say.
"""

import re
import types
from typing import Any

from voice.sfu.dtls_private import Certificate
from voice.sfu.sdp_read import read_description
from voice.sfu.tests.peer import LEVEL, MID, Peer, make_rtp

OPUS, LEVEL_ID, MID_ID = 96, 3, 5  # not the router's own
TURNED = {"a=setup:actpass": "a=setup:active", "a=sendonly": "a=recvonly"}
CERTIFICATE = ":".join(["AB"] * 32)


def audio_offer(
    fingerprint: str = CERTIFICATE,
    *,
    ssrc: int = 1111,
    mids: tuple[str, ...] = ("0",),
    direction: str = "sendonly",
    ufrag: str = "client",
) -> str:
    """Sections of Opus on one bundle; each has an SSRC of its own."""
    lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", f"a=group:BUNDLE {' '.join(mids)}"]
    for number, mid in enumerate(mids):
        lines += [
            f"m=audio 9 UDP/TLS/RTP/SAVPF {OPUS}",
            "c=IN IP4 0.0.0.0",
            f"a=mid:{mid}",
            f"a=ice-ufrag:{ufrag}",
            "a=ice-pwd:aPasswordThatIsLongEnough",
            f"a=fingerprint:sha-256 {fingerprint}",
            "a=setup:actpass",
            "a=rtcp-mux",
            f"a=extmap:{LEVEL_ID} {LEVEL}",
            f"a=extmap:{MID_ID} {MID}",
            f"a=rtpmap:{OPUS} opus/48000/2",
            f"a={direction}",
        ]
        if direction == "sendonly":
            lines.append(f"a=ssrc:{ssrc + number} cname:them")
    return "".join(line + "\r\n" for line in lines)


def answer_to(offer: str, fingerprint: str, *, takes: bool = True) -> str:
    """As a browser answers: the same sections, received, or (`takes`) not at all."""
    kept: list[str] = []
    for line in offer.splitlines():
        if line.startswith(("a=ssrc", "a=msid:", "a=candidate", "a=end-of", "a=ice-lite")):
            continue
        is_ours = line.startswith("a=fingerprint")
        said = f"a=fingerprint:sha-256 {fingerprint}" if is_ours else line
        kept.append(TURNED.get(said, said))
    text = "".join(line + "\r\n" for line in kept)
    return text if takes else text.replace("a=recvonly", "a=inactive")


def peer_of(description: str, certificate: Certificate) -> Peer:
    """A peer that connects to where the server says it is; its certificate was told before."""
    found = read_description(description)
    port = re.search(r"a=candidate:\S+ 1 udp \d+ 127\.0\.0\.1 (\d+) typ host", description)
    assert port, description
    stub: Any = types.SimpleNamespace(
        ice_parameters=found.ice_parameters,
        dtls_parameters=found.dtls_parameters | {"role": "server"},
        endpoint=types.SimpleNamespace(port=int(port[1])),
        connect=lambda parameters: None,
    )
    return Peer(stub, certificate=certificate)


def fingerprint_of(certificate: Certificate) -> str:
    """SHA-256, as SDP writes it."""
    fingerprints = certificate.parameters()["fingerprints"]
    return next(it["value"] for it in fingerprints if it["algorithm"] == "sha-256")


def speech(sequence: int, ssrc: int = 1111) -> bytes:
    """A packet of the first section."""
    extensions = {LEVEL_ID: bytes([10]), MID_ID: b"0"}
    return make_rtp(sequence, ssrc=ssrc, payload_type=OPUS, extensions=extensions)
