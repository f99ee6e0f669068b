"""What the tests of ortc and sdp are made of: our end, producers' parameters, recorded offers."""

from pathlib import Path
from typing import Any

from voice.sfu import ortc
from voice.sfu.ortc_types import RtpParameters

OFFERS = Path(__file__).parent / "offers"
ROUTER = ortc.router_capabilities()

ICE = {"usernameFragment": "serverufrag", "password": "p" * 24, "iceLite": True}
CANDIDATES = [
    {
        "foundation": "udpcandidate",
        "priority": 1076302079,
        "ip": "192.0.2.7",
        "address": "192.0.2.7",
        "protocol": "udp",
        "port": 40000,
        "type": "host",
    }
]
DTLS = {
    "role": "server",
    "fingerprints": [{"algorithm": "sha-256", "value": ":".join(["AB"] * 32)}],
}
END = (ICE, CANDIDATES, DTLS)

OPUS = {"mimeType": "audio/opus", "payloadType": 109, "clockRate": 48000, "channels": 2}
VP8 = {"mimeType": "video/VP8", "payloadType": 120, "clockRate": 90000}
VP8_RTX = {
    "mimeType": "video/rtx",
    "payloadType": 124,
    "clockRate": 90000,
    "parameters": {"apt": 120},
}
H264 = {
    "mimeType": "video/H264",
    "payloadType": 126,
    "clockRate": 90000,
    "parameters": {
        "level-asymmetry-allowed": 1,
        "packetization-mode": 1,
        "profile-level-id": "42e034",
    },
}


def recorded(name: str) -> str:
    """An offer as its maker wrote it."""
    return (OFFERS / f"{name}.sdp").read_bytes().decode()


def sent(*codecs: dict[str, Any], **more: Any) -> dict[str, Any]:
    """RtpParameters of a client, as JSON."""
    return {
        "mid": "0",
        "codecs": list(codecs),
        "encodings": [{"ssrc": 1111}],
        "rtcp": {"cname": "alice"},
    } | more


def consumable(*codecs: dict[str, Any], **more: Any) -> RtpParameters:
    """What the router makes of such a producer."""
    parameters = ortc.validate_rtp_parameters(sent(*codecs, **more))
    mapping = ortc.producer_mapping(parameters, ROUTER)
    kind = "audio" if codecs[0]["mimeType"].startswith("audio") else "video"
    return ortc.consumable_parameters(kind, parameters, ROUTER, mapping)


def consumed(*codecs: dict[str, Any], **more: Any) -> RtpParameters:
    """What a listener who knows all that the router knows is told."""
    return ortc.consumer_parameters(consumable(*codecs, **more), ROUTER)
