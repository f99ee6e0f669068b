"""Why a socket is closed (PROTOCOL.md, "Close codes")."""

from enum import IntEnum


class Close(IntEnum):
    """WebSocket close codes: 1xxx of RFC 6455 §7.4.1, 4xxx our own."""

    BINARY = 1003, "A binary frame; only text is read."
    TOO_BIG = 1009, "A frame over 64 KiB."
    RESTART = 1012, "The server restarts: connect again after a random moment."
    NOT_AN_OBJECT = 4400, "A frame that is not a JSON object."
    NOT_AUTHENTICATED = 4401, "Not, or no longer, signed in."
    BANNED = 4403, "The account is banned."
    TOO_SLOW = 4408, "Too slow to read: connect again and recover."
    REPLACED = 4409, "Replaced by a newer socket of the same person: do not connect again."
    FLOODING = 4429, "Too many frames a second."

    meaning: str

    def __new__(cls, code: int, meaning: str) -> "Close":
        """A code with its meaning (shown on /docs/ws)."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member
