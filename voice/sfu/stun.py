"""The two STUN messages of ICE-lite (RFC 8489): a binding request is read, a success written.

Bytes in, bytes out, without an object per attribute: every client of every room sends a request
each 2.5 s, mostly into a cold cache. That it reads and writes what aioice's complete implementation
does is held by tests/test_stun.py.
"""

import binascii
import hmac
import socket
import struct
from typing import NamedTuple

HEADER_LENGTH = 20
BINDING_REQUEST = b"\x00\x01"  # RFC 8489 §5
BINDING_SUCCESS = b"\x01\x01"
MAGIC_COOKIE = b"\x21\x12\xa4\x42"
MAX_REQUEST_LENGTH = 548  # RFC 8489 §6.1: what fits any IPv4 path

USERNAME, MESSAGE_INTEGRITY, XOR_MAPPED_ADDRESS = 0x0006, 0x0008, 0x0020  # RFC 8489 §18.3
USE_CANDIDATE, FINGERPRINT = 0x0025, 0x8028  # RFC 8445 §16.1, RFC 8489 §14.7
INTEGRITY_LENGTH, FINGERPRINT_LENGTH = 20, 4
FINGERPRINT_XOR = 0x5354554E
ATTRIBUTE = struct.Struct("!HH")
NUMBER = struct.Struct("!I")


class Request(NamedTuple):
    """A binding request, not yet trusted."""

    transaction_id: bytes
    username: str  # ours: the half before the colon
    is_nomination: bool  # the client wants this pair of addresses for media (RFC 8445 §7.3.1.5)
    signed: bytes  # what MESSAGE-INTEGRITY is over; b"" without one
    signature: bytes

    def is_signed_with(self, password: bytes) -> bool:
        """Whether MESSAGE-INTEGRITY is there and right (RFC 8489 §14.5)."""
        if not self.signed:
            return False
        return hmac.compare_digest(self.signature, hmac.digest(password, self.signed, "sha1"))


def read_request(data: bytes) -> Request | None:
    """None: no binding request that could be for us."""
    length = len(data)
    if not HEADER_LENGTH <= length <= MAX_REQUEST_LENGTH or length % 4:
        return None
    if data[:2] != BINDING_REQUEST or data[4:8] != MAGIC_COOKIE:
        return None
    if int.from_bytes(data[2:4], "big") != length - HEADER_LENGTH:
        return None
    username, is_nomination, signed, signature = "", False, b"", b""
    at = HEADER_LENGTH
    while at + 4 <= length:
        kind, size = ATTRIBUTE.unpack_from(data, at)
        start, end = at + 4, at + 4 + size
        if end > length:
            return None
        if kind == FINGERPRINT:
            return _fingerprinted(data, at, size, username, is_nomination, signed, signature)
        if not signed:  # what follows MESSAGE-INTEGRITY nobody has signed (RFC 8489 §9)
            if kind == USERNAME:
                username = data[start:end].partition(b":")[0].decode("ascii", "replace")
            elif kind == USE_CANDIDATE:
                is_nomination = True
            elif kind == MESSAGE_INTEGRITY:
                signed, signature = _ending(data, end)[:at], data[start:end]
        at = end + (-size & 3)
    return Request(data[8:20], username, is_nomination, signed, signature) if username else None


def _ending(data: bytes, end: int) -> bytes:
    """The message as if it ended there: integrity and fingerprint are over such ones."""
    return data[:2] + (end - HEADER_LENGTH).to_bytes(2, "big") + data[4:end]


def _fingerprinted(
    data: bytes, at: int, size: int, username: str, is_nomination: bool, signed: bytes, mac: bytes
) -> Request | None:
    """The request, if it is what its last attribute says (RFC 8489 §14.7)."""
    if size != FINGERPRINT_LENGTH or at + 8 != len(data) or not username:
        return None
    if NUMBER.unpack_from(data, at + 4)[0] != binascii.crc32(data[:at]) ^ FINGERPRINT_XOR:
        return None
    return Request(data[8:20], username, is_nomination, signed, mac)


def success(transaction_id: bytes, password: bytes, ip: str, port: int) -> bytes:
    """Signed, with the address that the request came from (RFC 8489 §14.2, §14.5, §14.7)."""
    family, mask = (2, MAGIC_COOKIE + transaction_id) if ":" in ip else (1, MAGIC_COOKIE)
    packed = socket.inet_pton(socket.AF_INET6 if family == 2 else socket.AF_INET, ip)
    masked = int.from_bytes(packed, "big") ^ int.from_bytes(mask, "big")
    address = struct.pack("!HHxBH", XOR_MAPPED_ADDRESS, 4 + len(packed), family, port ^ 0x2112)
    address += masked.to_bytes(len(packed), "big")
    rest = MAGIC_COOKIE + transaction_id + address

    def ending(more: int) -> bytes:
        return BINDING_SUCCESS + (len(address) + more).to_bytes(2, "big") + rest

    mac = hmac.digest(password, ending(4 + INTEGRITY_LENGTH), "sha1")
    signature = ATTRIBUTE.pack(MESSAGE_INTEGRITY, INTEGRITY_LENGTH) + mac
    whole = ending(4 + INTEGRITY_LENGTH + 4 + FINGERPRINT_LENGTH) + signature
    print_ = binascii.crc32(whole) ^ FINGERPRINT_XOR
    return whole + ATTRIBUTE.pack(FINGERPRINT, FINGERPRINT_LENGTH) + NUMBER.pack(print_)
