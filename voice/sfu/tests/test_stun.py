"""STUN as ICE-lite needs it, held against aioice's complete implementation."""

import aioice.stun as complete
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.sfu import stun

PASSWORD = b"a password of ice"


def request(**attributes: object) -> complete.Message:
    return complete.Message(
        complete.Method.BINDING,
        complete.Class.REQUEST,
        attributes={"USERNAME": "ours:theirs", "PRIORITY": 7, **attributes},
    )


def signed(message: complete.Message) -> bytes:
    message.add_message_integrity(PASSWORD)
    return bytes(message)


def longer(data: bytes, attribute: bytes) -> bytes:
    """With one more attribute at its end, and the length put right."""
    length = len(data) + len(attribute) - stun.HEADER_LENGTH
    return data[:2] + length.to_bytes(2, "big") + data[4:] + attribute


def without_fingerprint(data: bytes) -> bytes:
    return longer(data[:-8], b"")


def test_a_signed_request_is_read() -> None:
    message = request()
    read = stun.read_request(signed(message))
    assert read is not None
    assert (read.transaction_id, read.username) == (message.transaction_id, "ours")
    assert not read.is_nomination
    assert read.is_signed_with(PASSWORD)
    assert not read.is_signed_with(b"another")


def test_a_nomination_is_seen() -> None:
    read = stun.read_request(signed(request(**{"USE-CANDIDATE": None})))
    assert read is not None
    assert read.is_nomination


def test_an_unsigned_request_is_signed_by_nobody() -> None:
    read = stun.read_request(bytes(request()))
    assert read is not None
    assert not read.is_signed_with(b"")


def test_what_follows_the_signature_does_not_count() -> None:
    data = without_fingerprint(signed(request()))
    read = stun.read_request(longer(data, b"\x00\x25\x00\x00"))
    assert read is not None
    assert read.is_signed_with(PASSWORD)
    assert not read.is_nomination


def test_a_wrong_fingerprint_is_no_request() -> None:
    data = signed(request())
    assert stun.read_request(data[:-1] + bytes([data[-1] ^ 1])) is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes(20),
        bytes(request())[:-4],
        signed(request())[:-2],
        bytes(complete.Message(complete.Method.BINDING, complete.Class.REQUEST)),
        bytes(complete.Message(complete.Method.BINDING, complete.Class.RESPONSE)),
        longer(bytes(request()), b"\x00\x06\xff\xff"),
        longer(bytes(request()), bytes(600)),
    ],
    ids=["nothing", "zeros", "cut", "odd", "nobody", "a response", "too long inside", "too long"],
)
def test_what_is_no_request_of_ours_is_none(data: bytes) -> None:
    assert stun.read_request(data) is None


@given(st.binary(max_size=120))
def test_any_bytes_are_read_or_refused(attributes: bytes) -> None:
    data = stun.BINDING_REQUEST + len(attributes).to_bytes(2, "big") + stun.MAGIC_COOKIE
    read = stun.read_request(data + bytes(12) + attributes)
    assert read is None or not read.is_signed_with(PASSWORD)


@given(
    transaction_id=st.binary(min_size=12, max_size=12),
    ip=st.ip_addresses().map(str),
    port=st.integers(0, 65535),
)
def test_a_success_is_what_a_complete_implementation_writes(
    transaction_id: bytes, ip: str, port: int
) -> None:
    message = complete.Message(
        complete.Method.BINDING,
        complete.Class.RESPONSE,
        transaction_id=transaction_id,
        attributes={"XOR-MAPPED-ADDRESS": (ip, port)},
    )
    assert stun.success(transaction_id, PASSWORD, ip, port) == signed(message)
