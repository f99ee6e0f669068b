"""ICE-lite (RFC 8445 §2.5): what a client is told of us, credentials and candidates. Pure."""

import secrets
from typing import NamedTuple

from voice.sfu.ortc_types import IceCandidate, IceParameters

HOST_PREFERENCE = 126  # RFC 8445 §5.1.2.1


class Credentials(NamedTuple):
    """One generation; an ICE restart makes the next (RFC 8445 §9)."""

    username: str
    password: str

    @classmethod
    def new(cls) -> "Credentials":
        """Random ones, longer than RFC 8839 §5.4 asks: the user name finds the transport."""
        return cls(secrets.token_hex(8), secrets.token_hex(16))

    def parameters(self) -> IceParameters:
        """For the client."""
        return {"usernameFragment": self.username, "password": self.password, "iceLite": True}


def candidates(announced: list[tuple[str, int]]) -> list[IceCandidate]:
    """Host candidates, in order of preference; names (for mDNS or split DNS) are let through."""
    made: list[IceCandidate] = []
    for place, (address, port) in enumerate(announced):
        priority = (HOST_PREFERENCE << 24) | ((65535 - place) << 8) | 255  # RFC 8445 §5.1.2.1
        made.append(
            {
                "foundation": f"udp{place}",
                "priority": priority,
                "ip": address,
                "address": address,
                "protocol": "udp",
                "port": port,
                "type": "host",
            }
        )
    return made
