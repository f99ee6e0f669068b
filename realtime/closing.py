"""Why a socket is closed (PROTOCOL.md, "Close codes")."""

from enum import IntEnum


class Close(IntEnum):
    """WebSocket close codes: 1xxx of RFC 6455 §7.4.1, 4xxx our own."""

    RESTART = 1012
    BINARY = 1003
    TOO_BIG = 1009
    NOT_AN_OBJECT = 4400
    NOT_AUTHENTICATED = 4401
    BANNED = 4403
    TOO_SLOW = 4408
    REPLACED = 4409
    FLOODING = 4429
