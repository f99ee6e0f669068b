"""The contract with aiortc, aioice and pylibsrtp: a version that changes what we use fails here."""

import inspect
from importlib.metadata import version

import pytest
from aioice import stun
from aiortc.rtcdtlstransport import SRTP_PROFILES, RTCDtlsTransport, State
from pylibsrtp import Policy, Session
from pylibsrtp._binding import lib

from voice.sfu.dtls_private import Memory, Srtp
from voice.sfu.tests.peer import make_rtp

PINNED = {"aiortc": "1.16.0", "aioice": "0.13.0", "pylibsrtp": "1.0.0"}
READ_AGAIN = "read voice/sfu/dtls_private.py against the new version, then change it here"


@pytest.mark.parametrize("name", PINNED)
def test_the_version_is_the_one_that_was_read(name: str) -> None:
    assert version(name) == PINNED[name], READ_AGAIN


def test_aiortc_has_the_names_that_are_used() -> None:
    source = inspect.getsource(RTCDtlsTransport)
    used = (
        "_set_role",
        "_set_state",
        "_srtp_profiles",
        "_rx_srtp",
        "_tx_srtp",
        "_ssl",
        "_task",
        "_state",
    )
    assert not [
        name for name in used if f"self.{name}" not in source and f"def {name}" not in source
    ]
    assert {"NEW", "CONNECTING", "CONNECTED", "CLOSED", "FAILED"} <= set(State.__members__)
    assert list(inspect.signature(RTCDtlsTransport).parameters) == ["transport", "certificates"]


def test_aiortc_offers_the_profiles_that_browsers_want() -> None:
    names = {it.openssl_profile for it in SRTP_PROFILES}
    assert {b"SRTP_AEAD_AES_256_GCM", b"SRTP_AES128_CM_SHA1_80"} <= names


def test_libsrtp_has_the_calls_that_are_used() -> None:
    calls = ("protect", "unprotect", "protect_rtcp", "unprotect_rtcp", "remove_stream")
    assert not [name for name in calls if not hasattr(lib, f"srtp_{name}")]


def test_aioice_reads_and_signs_stun() -> None:
    made = stun.Message(stun.Method.BINDING, stun.Class.REQUEST, attributes={"USERNAME": "a:b"})
    made.add_message_integrity(b"password")
    again = stun.parse_message(bytes(made))
    assert again.check_message_integrity(b"password")
    assert not again.check_message_integrity(b"passwort")


@pytest.mark.parametrize(
    ("profile", "key_length"),
    [(Policy.SRTP_PROFILE_AEAD_AES_256_GCM, 44), (Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 30)],
)
def test_packets_are_the_same_by_our_calls_and_by_session(profile: int, key_length: int) -> None:
    def session(ssrc_type: int) -> Session:
        return Session(
            Policy(key=bytes(range(key_length)), ssrc_type=ssrc_type, srtp_profile=profile)
        )

    ours, theirs = Srtp(session(Policy.SSRC_ANY_OUTBOUND)), session(Policy.SSRC_ANY_OUTBOUND)
    back, memory, packet = Srtp(session(Policy.SSRC_ANY_INBOUND)), Memory(200), make_rtp(1)
    memory.view[: len(packet)] = packet
    size = ours.protect(memory.data, len(packet))
    assert bytes(memory.view[:size]) == theirs.protect(packet)
    assert back.unprotect(memory.data, size) == len(packet)
    assert bytes(memory.view[: len(packet)]) == packet
    assert back.unprotect(memory.data, size) == 0  # no longer encrypted
    back.forget(1111)
