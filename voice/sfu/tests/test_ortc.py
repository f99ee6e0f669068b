"""From a producer's parameters to a consumer's."""

import copy

import pytest

from voice.sfu import ortc
from voice.sfu.ortc_match import same_codec
from voice.sfu.ortc_types import ABS_SEND_TIME, MID, RID, TRANSPORT_CC
from voice.sfu.tests.descriptions import (
    H264,
    OPUS,
    ROUTER,
    VP8,
    VP8_RTX,
    consumable,
    consumed,
    sent,
)

RED = {
    "mimeType": "audio/red",
    "payloadType": 63,
    "clockRate": 48000,
    "channels": 2,
    "parameters": {"111/111": ""},
}
SIMULCAST = [
    {"rid": "q", "scalabilityMode": "L1T3", "maxBitrate": 100_000},
    {"rid": "h", "scalabilityMode": "L1T3"},
    {"rid": "f", "scalabilityMode": "L1T3", "maxBitrate": 900_000},
]


def mapping_of(*codecs, **more):
    parameters = ortc.validate_rtp_parameters(sent(*codecs, **more))
    return ortc.producer_mapping(parameters, ROUTER)


def names(parameters):
    return [it["mimeType"] for it in parameters["codecs"]]


def feedback(codec):
    return [f"{it['type']} {it['parameter']}".strip() for it in codec["rtcpFeedback"]]


def without(uri):
    caps = copy.deepcopy(ROUTER)
    caps["headerExtensions"] = [it for it in caps["headerExtensions"] if it["uri"] != uri]
    return caps


def only(*mime_types):
    caps = copy.deepcopy(ROUTER)
    caps["codecs"] = [it for it in caps["codecs"] if it["mimeType"] in mime_types]
    return caps


def test_the_router_has_opus_red_vp8_and_h264_each_video_with_rtx():
    assert names(ROUTER) == [
        "audio/opus", "audio/red", "video/VP8", "video/rtx", "video/H264", "video/rtx",
    ]  # fmt: skip
    assert ROUTER["codecs"][0]["parameters"] == {"useinbandfec": 1, "usedtx": 1}
    for codec, rtx in ((2, 3), (4, 5)):
        number = ROUTER["codecs"][codec]["preferredPayloadType"]
        assert ROUTER["codecs"][rtx]["parameters"] == {"apt": number}
        assert feedback(ROUTER["codecs"][codec]) == [
            "nack", "nack pli", "ccm fir", "goog-remb", "transport-cc",
        ]  # fmt: skip


def test_the_routers_own_capabilities_are_valid_and_nobody_shares_them():
    assert ortc.validate_rtp_capabilities(ROUTER) == ROUTER
    ortc.router_capabilities()["codecs"].clear()
    assert ortc.router_capabilities() == ROUTER


def test_a_producers_numbers_are_mapped_to_the_routers():
    extensions = [{"uri": MID, "id": 7}, {"uri": RID, "id": 8}, {"uri": "urn:3gpp:x", "id": 9}]
    mapping = mapping_of(
        VP8, VP8_RTX, encodings=[{"ssrc": 5, "rtx": {"ssrc": 6}}], headerExtensions=extensions
    )
    assert mapping["codecs"] == [
        {"payloadType": 120, "mappedPayloadType": ortc.VP8},
        {"payloadType": 124, "mappedPayloadType": ortc.VP8_RTX},
    ]
    assert mapping["headerExtensions"] == [
        {"uri": MID, "id": 7, "mappedId": 1},
        {"uri": RID, "id": 8, "mappedId": 2},
    ]
    (encoding,) = mapping["encodings"]
    assert (encoding["ssrc"], encoding["rtxSsrc"]) == (5, 6)
    assert encoding["mappedSsrc"] not in (5, 6)


def test_simulcast_streams_keep_their_rids_and_get_ssrcs_of_their_own():
    encodings = mapping_of(VP8, encodings=SIMULCAST)["encodings"]
    assert [it["rid"] for it in encodings] == ["q", "h", "f"]
    assert len({it["mappedSsrc"] for it in encodings}) == 3


@pytest.mark.parametrize(
    ("changes", "is_known"),
    [
        ({}, True),
        ({"profile-level-id": "42001f"}, False),  # baseline
        ({"profile-level-id": "4d801f"}, True),  # main with constraint_set0: constrained baseline
        ({"profile-level-id": "4d001f"}, False),
        ({"profile-level-id": "64001f"}, False),
        ({"profile-level-id": "nonsense"}, False),
        ({"profile-level-id": "ffffff"}, False),
        ({"packetization-mode": 0}, False),
    ],
)
def test_h264_is_known_by_its_profile_and_mode_at_any_level(changes, is_known):
    codec = H264 | {"parameters": H264["parameters"] | changes}
    if is_known:
        assert mapping_of(codec)["codecs"][0]["mappedPayloadType"] == ortc.H264
    else:
        with pytest.raises(ortc.OrtcError) as caught:
            mapping_of(codec)
        assert caught.value.field == "codecs[0]"


@pytest.mark.parametrize(
    "change", [{"mimeType": "audio/PCMU"}, {"channels": 1}, {"clockRate": 8000}]
)
def test_a_codec_that_the_router_does_not_have_is_refused(change):
    with pytest.raises(ortc.OrtcError, match="does not have this codec"):
        mapping_of(OPUS | change)


def test_vp9_is_known_by_its_profile():
    vp9 = {**VP8, "mimeType": "video/VP9", "parameters": {}, "rtcpFeedback": []}
    assert same_codec(vp9, vp9 | {"parameters": {"profile-id": 0}})
    assert not same_codec(vp9, vp9 | {"parameters": {"profile-id": 2}})


def test_retransmissions_of_a_codec_that_has_none_are_refused():
    rtx = {
        "mimeType": "audio/rtx",
        "payloadType": 100,
        "clockRate": 48000,
        "channels": 2,
        "parameters": {"apt": 109},
    }
    with pytest.raises(ortc.OrtcError, match="does not retransmit"):
        mapping_of(OPUS, rtx)


def test_red_is_taken_only_around_the_routers_own_number_of_opus():
    assert mapping_of(RED, OPUS | {"payloadType": 111})["codecs"] == [
        {"payloadType": 63, "mappedPayloadType": ortc.RED},
        {"payloadType": 111, "mappedPayloadType": ortc.OPUS},
    ]
    for codecs in (
        [RED],
        [RED, OPUS],
        [RED | {"parameters": {}}, OPUS | {"payloadType": 111}],
        [RED | {"parameters": {"109/109": ""}}, OPUS],
    ):
        with pytest.raises(ortc.OrtcError, match="RED must carry Opus as 111"):
            mapping_of(*codecs)


def test_the_consumable_speaks_the_routers_numbers_and_keeps_the_producers_parameters():
    stereo = OPUS | {"parameters": {"sprop-stereo": 1, "useinbandfec": 1}}
    found = consumable(stereo)
    assert found["codecs"][0]["payloadType"] == ortc.OPUS
    assert found["codecs"][0]["parameters"] == {"sprop-stereo": 1, "useinbandfec": 1}
    assert found["rtcp"] == {"cname": "alice", "reducedSize": True}
    assert TRANSPORT_CC not in {it["uri"] for it in found["headerExtensions"]}


def test_the_consumable_offers_rtx_even_of_a_producer_without():
    found = consumable(VP8, encodings=SIMULCAST)
    assert names(found) == ["video/VP8", "video/rtx"]
    assert not any("rid" in it for it in found["encodings"])
    assert RID not in {it["uri"] for it in found["headerExtensions"]}


def test_a_producer_without_a_cname_gets_one():
    assert consumable(OPUS, rtcp={})["rtcp"]["cname"]


def test_a_consumer_gets_one_stream_with_ssrcs_of_its_own():
    producer = consumable(VP8, encodings=SIMULCAST)
    first, second = (ortc.consumer_parameters(producer, ROUTER) for _ in range(2))
    (encoding,) = first["encodings"]
    assert (encoding["scalabilityMode"], encoding["maxBitrate"]) == ("L3T3", 900_000)
    ssrcs = [it["encodings"][0][key] for it in (first, second) for key in ("ssrc",)]
    ssrcs += [it["encodings"][0]["rtx"]["ssrc"] for it in (first, second)]
    ssrcs += [it["ssrc"] for it in producer["encodings"]]
    assert len(set(ssrcs)) == len(ssrcs)
    assert "mid" not in first


def test_nobody_but_the_asker_changes_by_asking():
    producer = consumable(VP8, VP8_RTX)
    before = copy.deepcopy(producer)
    told = ortc.consumer_parameters(producer, ROUTER)
    told["codecs"][0]["rtcpFeedback"].clear()
    told["rtcp"]["cname"] = "mallory"
    assert producer == before


def test_a_consumer_without_rtx_is_not_told_of_it():
    told = ortc.consumer_parameters(consumable(VP8), only("video/VP8"))
    assert names(told) == ["video/VP8"]
    assert "rtx" not in told["encodings"][0]


def test_rtx_of_another_codec_does_not_count():
    caps = only("video/VP8", "video/rtx")
    caps["codecs"] = [it for it in caps["codecs"] if it["parameters"].get("apt") != ortc.VP8]
    assert names(ortc.consumer_parameters(consumable(VP8), caps)) == ["video/VP8"]


def test_capabilities_in_other_numbers_are_understood():
    caps = ortc.validate_rtp_capabilities(
        {"codecs": [{**it, "preferredPayloadType": it["payloadType"]} for it in (VP8, VP8_RTX)]}
    )
    told = ortc.consumer_parameters(consumable(VP8), caps)
    assert [it["payloadType"] for it in told["codecs"]] == [ortc.VP8, ortc.VP8_RTX]


def test_a_connection_estimates_its_bandwidth_in_one_way():
    producer = consumable(VP8)
    for caps, wanted in (
        (ROUTER, {"transport-cc"}),
        (without(TRANSPORT_CC), {"goog-remb"}),
    ):
        found = {
            it["type"]
            for it in ortc.consumer_parameters(producer, caps)["codecs"][0]["rtcpFeedback"]
        }
        assert found & {"transport-cc", "goog-remb"} == wanted
    caps = without(TRANSPORT_CC)
    caps["headerExtensions"] = []
    told = ortc.consumer_parameters(producer, caps)
    assert feedback(told["codecs"][0]) == ["nack", "nack pli", "ccm fir"]
    assert told["headerExtensions"] == []


def test_who_does_not_know_what_is_sent_cannot_consume_it():
    red = consumable(RED, OPUS | {"payloadType": 111})
    assert ortc.can_consume(red, ROUTER)
    for producer, caps in (
        (red, only("audio/opus")),
        (consumable(OPUS), only("video/VP8", "video/rtx")),
        (consumable(VP8), only("video/H264", "video/rtx")),
        (consumable(VP8), {"codecs": [], "headerExtensions": []}),
    ):
        assert not ortc.can_consume(producer, caps)
        with pytest.raises(ortc.OrtcError):
            ortc.consumer_parameters(producer, caps)


def test_another_router_gets_every_stream_and_nothing_of_one_connection():
    told = ortc.consumer_parameters(consumable(VP8, encodings=SIMULCAST), ROUTER, pipe=True)
    assert len(told["encodings"]) == 3
    assert (
        len(
            {it["ssrc"] for it in told["encodings"]}
            | {it["rtx"]["ssrc"] for it in told["encodings"]}
        )
        == 6
    )
    assert not {MID, ABS_SEND_TIME, TRANSPORT_CC} & {it["uri"] for it in told["headerExtensions"]}
    assert feedback(told["codecs"][0]) == ["nack", "nack pli", "ccm fir"]


def test_what_a_consumer_is_told_is_valid_itself():
    for told in (consumed(OPUS), consumed(VP8, VP8_RTX), consumed(H264)):
        assert ortc.validate_rtp_parameters(told) == told
