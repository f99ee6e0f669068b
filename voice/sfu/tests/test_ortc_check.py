"""Whatever JSON comes, a validator returns clean data or raises OrtcError."""

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice.sfu import ortc
from voice.sfu.ortc_types import MID
from voice.sfu.tests.descriptions import DTLS, ICE, OPUS, ROUTER, VP8, VP8_RTX, sent

FULL = sent(
    VP8 | {"rtcpFeedback": [{"type": "nack", "parameter": "pli"}]},
    VP8_RTX,
    headerExtensions=[{"uri": MID, "id": 4, "encrypt": False, "parameters": {}}],
    encodings=[
        {
            "ssrc": 11,
            "rtx": {"ssrc": 12},
            "dtx": False,
            "scalabilityMode": "L1T3",
            "maxBitrate": 500_000,
            "maxFramerate": 30,
            "scaleResolutionDownBy": 1.5,
            "codecPayloadType": 120,
            "active": True,
        }
    ],
    msid="stream track",
)
VALIDATORS = [
    (ortc.validate_rtp_parameters, FULL),
    (ortc.validate_rtp_capabilities, ROUTER),
    (ortc.validate_dtls_parameters, DTLS),
    (ortc.validate_ice_parameters, ICE),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)


def places(value, path=()):
    """The path of every value inside."""
    yield path
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inner, (*path, key))


def with_change(value, path, new):
    if not path:
        return new
    changed = copy.deepcopy(value)
    *outer, last = path
    inner = changed
    for key in outer:
        inner = inner[key]
    inner[last] = new
    return changed


def check(validate, value):
    """Valid results are JSON, pass again unchanged, and did not change what was given."""
    before = repr(value)
    known = refusal = None
    try:
        known = validate(value)
    except ortc.OrtcError as error:
        refusal = error
    assert repr(value) == before
    if refusal is None:
        assert validate(known) == known
        json.dumps(known, allow_nan=False)
    else:
        assert refusal.field
        assert refusal.message
        assert len(str(refusal)) < 300


@settings(max_examples=150, deadline=None)
@given(value=JSON)
def test_any_json_is_answered(value):
    for validate, _ in VALIDATORS:
        check(validate, value)


@pytest.mark.parametrize(("validate", "valid"), VALIDATORS)
@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_valid_parameters_with_any_change_are_answered(validate, valid, data):
    value = valid
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(list(places(value))))
        value = with_change(value, path, data.draw(JSON))
    check(validate, value)


def test_what_is_valid_comes_back_complete():
    known = ortc.validate_rtp_parameters(FULL)
    assert known["codecs"][1]["parameters"] == {"apt": 120}
    assert known["codecs"][1]["rtcpFeedback"] == []
    assert "channels" not in known["codecs"][0]
    assert known["encodings"][0]["scaleResolutionDownBy"] == 1.5
    assert "active" not in known["encodings"][0]
    assert known["rtcp"] == {"cname": "alice", "reducedSize": True}
    assert ortc.validate_dtls_parameters(DTLS) == DTLS
    assert ortc.validate_ice_parameters(ICE) == ICE


def test_what_may_be_missing_has_mediasoups_defaults():
    mono = {"mimeType": "AUDIO/opus", "payloadType": 96.0, "clockRate": 48000}
    assert ortc.validate_rtp_parameters({"mid": "a", "codecs": [mono], "rtcp": None}) == {
        "mid": "a",
        "codecs": [
            {
                "mimeType": "audio/opus",
                "payloadType": 96,
                "clockRate": 48000,
                "channels": 1,
                "parameters": {},
                "rtcpFeedback": [],
            }
        ],
        "headerExtensions": [],
        "encodings": [{}],
        "rtcp": {"reducedSize": True},
    }
    assert ortc.validate_rtp_capabilities({}) == {"codecs": [], "headerExtensions": []}


@pytest.mark.parametrize(
    ("path", "new", "field"),
    [
        ((), [], "rtpParameters"),
        (("codecs",), [], "codecs"),
        (("codecs",), [OPUS] * 129, "codecs"),
        (("codecs",), [VP8_RTX], "codecs[0]"),
        (("codecs",), [VP8, VP8], "codecs"),
        (("codecs",), [VP8, OPUS], "codecs[1].mimeType"),
        (("codecs", 0, "mimeType"), "video/VP8\r\na=x", "codecs[0].mimeType"),
        (("codecs", 0, "payloadType"), True, "codecs[0].payloadType"),
        (("codecs", 0, "payloadType"), 96.5, "codecs[0].payloadType"),
        (("codecs", 0, "payloadType"), 72, "codecs[0].payloadType"),
        (("codecs", 0, "payloadType"), 10**400, "codecs[0].payloadType"),
        (("codecs", 0, "clockRate"), float("nan"), "codecs[0].clockRate"),
        (("codecs", 0, "parameters"), {"a;b": 1}, "codecs[0].parameters"),
        (("codecs", 0, "parameters"), {"a": "1\n"}, "codecs[0].parameters"),
        (("codecs", 0, "parameters"), {"a": []}, "codecs[0].parameters"),
        (("codecs", 1, "parameters", "apt"), "120", "codecs[1].parameters.apt"),
        (("codecs", 1, "parameters"), {}, "codecs[1].parameters.apt"),
        (("codecs", 1, "parameters", "apt"), 99, "codecs[1].parameters.apt"),
        (("codecs", 0, "rtcpFeedback", 0, "type"), "", "codecs[0].rtcpFeedback[0].type"),
        (("headerExtensions", 0, "id"), 15, "headerExtensions[0].id"),
        (("headerExtensions", 0, "id"), 0, "headerExtensions[0].id"),
        (("headerExtensions", 0, "encrypt"), "no", "headerExtensions[0].encrypt"),
        (("headerExtensions",), [{"uri": "a", "id": 1}, {"uri": "b", "id": 1}], "headerExtensions"),
        (("encodings",), [{"rid": str(i)} for i in range(9)], "encodings"),
        (("encodings",), [{"rid": "a"}, {"rid": "a"}], "encodings"),
        (("encodings",), [{"ssrc": 1}, {"ssrc": 2, "rtx": {"ssrc": 1}}], "encodings"),
        (("encodings",), [{"ssrc": 1}, {}], "encodings[1]"),
        (("encodings", 0, "ssrc"), 0, "encodings[0].ssrc"),
        (("encodings", 0, "ssrc"), 2**32, "encodings[0].ssrc"),
        (("encodings", 0, "rid"), "a" * 17, "encodings[0].rid"),
        (("encodings", 0, "codecPayloadType"), 99, "encodings[0].codecPayloadType"),
        (("encodings", 0, "scalabilityMode"), "L1", "encodings[0].scalabilityMode"),
        (("rtcp", "cname"), "a b", "rtcp.cname"),
        (("rtcp",), "x", "rtcp"),
        (("mid",), "a b", "mid"),
        (("msid",), "a b c", "msid"),
        (("msid",), "a" * 65, "msid"),
    ],
)
def test_a_wrong_value_is_named_by_its_place(path, new, field):
    with pytest.raises(ortc.OrtcError) as caught:
        ortc.validate_rtp_parameters(with_change(FULL, path, new))
    assert caught.value.field == field


def test_a_stream_that_nothing_identifies_is_refused():
    nameless = {"codecs": [OPUS]}
    with pytest.raises(ortc.OrtcError, match="needs an ssrc or a rid"):
        ortc.validate_rtp_parameters(nameless)


def test_parameters_of_the_other_kind_are_refused():
    with pytest.raises(ortc.OrtcError, match="must be audio"):
        ortc.validate_rtp_parameters(FULL, "audio")


def test_a_certificate_must_have_a_strong_hash_of_the_right_length():
    weak = {"algorithm": "sha-1", "value": ":".join(["AB"] * 20)}
    strong = {"algorithm": "SHA-256", "value": ":".join(["ab"] * 32)}
    known = ortc.validate_dtls_parameters({"fingerprints": [weak, strong]})
    assert known == {"role": "auto", "fingerprints": DTLS["fingerprints"]}
    for fingerprints in (
        [],
        [weak],
        [{**strong, "algorithm": "sha-512"}],
        [{**strong, "algorithm": "rot-13"}],
        [{**strong, "value": "AB" * 32}],
        [strong] * 9,
    ):
        with pytest.raises(ortc.OrtcError):
            ortc.validate_dtls_parameters({"fingerprints": fingerprints})
    with pytest.raises(ortc.OrtcError, match="role"):
        ortc.validate_dtls_parameters({"role": "boss", "fingerprints": [strong]})


@pytest.mark.parametrize(
    "change",
    [{"usernameFragment": "abc"}, {"password": "p" * 21}, {"password": "p" * 257}, {"iceLite": 1}],
)
def test_ice_credentials_have_their_lengths(change):
    with pytest.raises(ortc.OrtcError):
        ortc.validate_ice_parameters(ICE | change)
