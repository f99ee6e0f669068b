"""SRTP for the load: keys from DTLS, and libsrtp's functions as addresses that C can call.

The only place of the bench that reaches behind pylibsrtp's documentation. It is the libsrtp that
Parlor uses, so the floor in C is held against the very same one.
"""

from typing import Any, NamedTuple

from pylibsrtp import Policy, Session
from pylibsrtp._binding import ffi, lib  # type: ignore[import-not-found]

PROFILE_NAME = b"SRTP_AEAD_AES_256_GCM"  # what browsers and every server here agree on
KEY_LENGTH, SALT_LENGTH = 32, 12  # RFC 7714 §12
EXPORTER = b"EXTRACTOR-dtls_srtp"  # RFC 5764 §4.2


class Functions(NamedTuple):
    """Addresses of libsrtp's functions."""

    protect: int
    unprotect: int
    protect_rtcp: int


def functions() -> Functions:
    """Of the libsrtp inside pylibsrtp."""
    return Functions(*(_address(ffi.addressof(lib, f"srtp_{it}")) for it in Functions._fields))


def _address(pointer: Any) -> int:
    return int(ffi.cast("uintptr_t", pointer))


def handle(session: Session) -> int:
    """The session as libsrtp's functions want it."""
    return _address(session._srtp[0])


def sessions(material: bytes) -> tuple[Session, Session]:
    """Sending and receiving of the DTLS client, from its exported keying material."""
    keys = [material[:KEY_LENGTH], material[KEY_LENGTH : 2 * KEY_LENGTH]]
    salts = [material[-2 * SALT_LENGTH : -SALT_LENGTH], material[-SALT_LENGTH:]]
    (client, server) = (key + salt for key, salt in zip(keys, salts, strict=True))
    return (
        _session(client, Policy.SSRC_ANY_OUTBOUND),
        _session(server, Policy.SSRC_ANY_INBOUND),
    )


def _session(key: bytes, ssrc_type: int) -> Session:
    policy = Policy(key=key, ssrc_type=ssrc_type, srtp_profile=Policy.SRTP_PROFILE_AEAD_AES_256_GCM)
    policy.window_size = 1024
    return Session(policy)
