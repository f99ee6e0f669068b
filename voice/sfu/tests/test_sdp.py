"""Reading recorded offers, answering them, and offering consumers."""

import re

import pytest
from aiortc.sdp import SessionDescription
from hypothesis import given, settings
from hypothesis import strategies as st

from voice.sfu import ortc, sdp
from voice.sfu.ortc_types import ABS_SEND_TIME, AUDIO_LEVEL, MID, REPAIRED_RID, RID, TRANSPORT_CC
from voice.sfu.sdp_read import read_description
from voice.sfu.sdp_types import MAX_LINE, MAX_SDP, MAX_SECTIONS
from voice.sfu.tests.descriptions import (
    CANDIDATES,
    DTLS,
    END,
    H264,
    ICE,
    OFFERS,
    OPUS,
    VP8,
    consumable,
    consumed,
    recorded,
)

NAMES = sorted(path.stem for path in OFFERS.glob("*.sdp"))
STEREO = OPUS | {"parameters": {"useinbandfec": 1, "sprop-stereo": 1}}


def accepted(offer):
    sections = [it for it in offer.sections if offer.is_usable(it) and it.direction != "inactive"]
    return {it.mid: sdp.to_rtp_parameters(it) for it in sections}


def answered(text, **changes):
    offer = sdp.parse_offer(text)
    return sdp.answer(offer, *END, accepted(offer) | changes)


def attributes(text, mid=None):
    """The a= lines of one section, or of the session."""
    session, *sections = text.split("\r\nm=")
    if mid is None:
        return session.split("\r\n")
    return next(it for it in sections if f"\r\na=mid:{mid}\r\n" in it).split("\r\n")


def mimes(parameters):
    return [(it["mimeType"], it["payloadType"]) for it in parameters["codecs"]]


def uris(parameters):
    return {it["uri"]: it["id"] for it in parameters["headerExtensions"]}


def reply(offer_text):
    """The least that a client could answer to our offer."""
    lines = ["v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0"]
    lines += [it for it in attributes(offer_text) if it.startswith("a=group")]
    for section in offer_text.split("\r\nm=")[1:]:
        first, *rest = section.split("\r\n")
        keep = ("a=mid", "a=rtpmap", "a=fmtp", "a=rtcp-mux")
        lines += [f"m={first}", *(it for it in rest if it.startswith(keep))]
        lines += ["a=ice-ufrag:abcd", f"a=ice-pwd:{'x' * 24}", "a=recvonly"]
        lines += [f"a=fingerprint:sha-256 {':'.join(['CD'] * 32)}", "a=setup:active"]
    return "\r\n".join([*lines, ""])


# --- reading ---------------------------------------------------------------------------------------


def test_an_offer_of_a_camera_is_read_completely():
    offer = sdp.parse_offer(recorded("chromium_camera"))
    audio, video = offer.sections
    assert offer.bundle == ("0", "1")
    assert offer.dtls_parameters["role"] == "auto"
    assert offer.dtls_parameters["fingerprints"][0]["algorithm"] == "sha-256"
    assert len(offer.ice_parameters["usernameFragment"]) >= 4
    assert [it.kind for it in offer.sections] == ["audio", "video"]
    assert (audio.direction, video.direction) == ("sendonly", "sendonly")
    assert audio.codecs[0] == {
        "mimeType": "audio/opus",
        "payloadType": 111,
        "clockRate": 48000,
        "channels": 2,
        "parameters": {"minptime": 10, "useinbandfec": 1},
        "rtcpFeedback": [{"type": "transport-cc", "parameter": ""}],
    }
    assert {"111/111": ""} in [it["parameters"] for it in audio.codecs]
    profiles = [it["parameters"].get("profile-level-id") for it in video.codecs]
    assert "42e01f" in profiles
    (media,) = video.sources.rtx
    assert video.sources.ssrcs == (media, video.sources.rtx[media])
    assert video.sources.cname == audio.sources.cname
    assert video.stream_id
    assert video.track_id


def test_a_publishers_sections_become_producers_parameters():
    audio, video = sdp.parse_offer(recorded("chromium_camera")).sections
    sound, picture = sdp.to_rtp_parameters(audio), sdp.to_rtp_parameters(video)
    assert mimes(sound) == [("audio/opus", 111)]
    assert uris(sound) == {AUDIO_LEVEL: 1, ABS_SEND_TIME: 2, TRANSPORT_CC: 3, MID: 4}
    assert mimes(picture) == [("video/VP8", 96), ("video/rtx", 97)]
    assert picture["encodings"][0]["rtx"]["ssrc"] == video.sources.ssrcs[1]
    assert picture["rtcp"]["cname"] == video.sources.cname
    assert {"type": "goog-remb", "parameter": ""} not in picture["codecs"][0]["rtcpFeedback"]
    mapping = ortc.producer_mapping(picture, ortc.router_capabilities())
    assert mapping["codecs"][0]["mappedPayloadType"] == ortc.VP8


def test_simulcast_becomes_encodings_by_rid():
    video = sdp.parse_offer(recorded("chromium_simulcast")).section("1")
    assert video.simulcast == ("q", "h", "f")
    parameters = sdp.to_rtp_parameters(video)
    assert parameters["encodings"] == [{"rid": "q"}, {"rid": "h"}, {"rid": "f"}]
    assert {RID, REPAIRED_RID} <= uris(parameters).keys()


def test_alternatives_and_paused_streams_of_simulcast_are_read():
    text = recorded("chromium_simulcast")
    text = text.replace("a=simulcast:send q;h;f", "a=simulcast:recv z send f,h;~q")
    assert sdp.parse_offer(text).section("1").simulcast == ("f", "q")


def test_an_ssrc_group_is_simulcast_as_well():
    text = (
        recorded("chromium_audio")
        + "a=ssrc:1 cname:x\r\na=ssrc:2 cname:x\r\na=ssrc-group:SIM 1 2\r\n"
    )
    assert [
        it["ssrc"] for it in sdp.to_rtp_parameters(sdp.parse_offer(text).section("0"))["encodings"]
    ] == [1, 2]


def test_a_section_without_ssrcs_is_found_by_its_mid():
    lines = recorded("chromium_audio").split("\r\n")
    text = "\r\n".join(it for it in lines if not it.startswith("a=ssrc"))
    parameters = sdp.to_rtp_parameters(sdp.parse_offer(text).section("0"))
    assert parameters["encodings"] == [{}]
    assert parameters["mid"] == "0"


def test_the_first_codec_that_the_router_has_is_taken():
    text = recorded("chromium_camera").replace(
        "SAVPF 96 97 102 103", "SAVPF 98 99 108 109 96 97 102 103"
    )
    video = sdp.parse_offer(text).section("1")
    assert mimes(sdp.to_rtp_parameters(video)) == [("video/H264", 108), ("video/rtx", 109)]
    red_first = recorded("chromium_audio").replace("SAVPF 111 63", "SAVPF 63 111")
    audio = sdp.parse_offer(red_first).section("0")
    assert mimes(sdp.to_rtp_parameters(audio)) == [("audio/opus", 111)]


def test_a_receivers_capabilities_let_it_consume():
    caps = sdp.to_rtp_capabilities(sdp.parse_offer(recorded("chromium_receiver")))
    assert ortc.validate_rtp_capabilities(caps) == caps
    for codec in (OPUS, VP8, H264):
        assert ortc.can_consume(consumable(codec), caps)
    with pytest.raises(sdp.SdpError, match="sends nothing"):
        sdp.to_rtp_parameters(sdp.parse_offer(recorded("chromium_receiver")).section("0"))


def test_another_implementations_offer_is_read():
    offer = sdp.parse_offer(recorded("aiortc_camera"))
    assert [mimes(it) for it in accepted(offer).values()] == [
        [("audio/opus", 96)],
        [("video/VP8", 97), ("video/rtx", 98)],
    ]


CAMERA = recorded("chromium_camera")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "must be text"),
        ({"sdp": CAMERA}, "must be text"),
        ("", "v=0"),
        ("v=0\r\n", "media sections"),
        (CAMERA + "x" * MAX_SDP, "longer than"),
        (CAMERA + "a=x\r\n" * 20_001, "lines"),
        (CAMERA + "a=" + "x" * MAX_LINE, "a line is longer"),
        (CAMERA + "nonsense", "of the form"),
        (CAMERA.replace("a=mid:1", "a=mid:0"), "twice"),
        (CAMERA.replace("a=mid:1", "a=x:1"), "no mid"),
        (CAMERA.replace("a=mid:1", "a=mid:a b"), "no mid"),
        (CAMERA.replace("a=ice-ufrag:", "a=x:"), "missing"),
        (CAMERA.replace("a=ice-pwd:", "a=ice-pwd:!"), "ICE password"),
        (CAMERA.replace("a=fingerprint:", "a=x:"), "missing"),
        (CAMERA.replace("sha-256 ", "sha-1 "), "DTLS"),
        (CAMERA.replace("a=setup:actpass", "a=setup:passive"), "setup"),
        (CAMERA.replace("a=setup:actpass", "a=setup:maybe"), "DTLS role"),
        (CAMERA.replace("m=video 9", "m=video 99999"), "m= line"),
        (CAMERA.replace("m=video 9", "m=video x"), "m= line"),
        (CAMERA.replace("m=audio 9", "m=audio 0").replace("m=video 9", "m=video 0"), "every media"),
        (CAMERA.replace("BUNDLE 0 1", "BUNDLE x"), "BUNDLE"),
        (CAMERA + "".join(f"a=ssrc:{i} cname:x\r\n" for i in range(65)), "SSRCs"),
        (CAMERA + "a=ssrc-group:FID 1 2\r\n", "ssrc-group"),
        (CAMERA + "".join(f"a=rid:r{i} send\r\n" for i in range(17)), "rids"),
        (CAMERA + CAMERA[CAMERA.index("m=video") :] * MAX_SECTIONS, "1 to 64"),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(text, message):
    with pytest.raises(sdp.SdpError, match=message):
        sdp.parse_offer(text)


# --- answering -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [it for it in NAMES if "receiver" not in it])
def test_aiortc_reads_our_answer_as_we_meant_it(name):
    text = answered(recorded(name))
    offer = sdp.parse_offer(recorded(name))
    read = SessionDescription.parse(text)
    assert [it.rtp.muxId for it in read.media] == [it.mid for it in offer.sections]
    for media, section in zip(read.media, offer.sections, strict=True):
        if section.mid not in accepted(offer):
            assert media.port == 0
            continue
        wanted = accepted(offer)[section.mid]
        assert media.direction == "recvonly"
        assert [(it.mimeType, it.payloadType) for it in media.rtp.codecs] == mimes(wanted)
        assert {it.uri: it.id for it in media.rtp.headerExtensions} == uris(wanted)
        assert media.rtcp_mux
        assert media.ice.usernameFragment == "serverufrag"
        assert media.ice.iceLite
        assert media.dtls.role == "server"
        assert media.dtls.fingerprints[0].value == ":".join(["AB"] * 32)
    assert [it.ip for it in read.media[0].ice_candidates] == ["192.0.2.7"]


def test_our_own_reader_reads_our_answer():
    read = read_description(answered(recorded("chromium_simulcast")))
    assert read.dtls_parameters["role"] == "server"
    assert read.ice_parameters == END[0]
    assert [it.direction for it in read.sections] == ["recvonly", "recvonly"]


def test_an_answer_is_ice_lite_passive_and_takes_every_layer():
    text = answered(recorded("chromium_simulcast"))
    assert "a=ice-lite" in attributes(text)
    assert "a=group:BUNDLE 0 1" in attributes(text)
    video = attributes(text, "1")
    assert {"a=setup:passive", "a=rid:q recv", "a=rid:h recv", "a=rid:f recv"} <= set(video)
    assert "a=simulcast:recv q;h;f" in video
    assert "a=end-of-candidates" in attributes(text, "0")
    assert not [it for it in video if it.startswith("a=candidate")]


def test_an_answer_asks_for_dtx_and_for_stereo_where_it_was_announced():
    assert "a=fmtp:111 useinbandfec=1;usedtx=1" in attributes(
        answered(recorded("chromium_audio")), "0"
    )
    stereo = recorded("chromium_audio").replace("useinbandfec=1", "useinbandfec=1;sprop-stereo=1")
    assert "a=fmtp:111 useinbandfec=1;usedtx=1;stereo=1" in attributes(answered(stereo), "0")


def test_what_is_not_accepted_is_rejected_in_its_place():
    text = answered(recorded("chromium_screen"))
    assert [it.split(" ")[1] for it in text.split("\r\nm=")[1:]] == ["40000"] * 4 + ["0"]
    assert "a=group:BUNDLE 0 1 2 3" in attributes(text)
    offer = sdp.parse_offer(recorded("chromium_camera"))
    text = sdp.answer(offer, *END, {"0": accepted(offer)["0"]}, session_id=7, version=3)
    assert "o=- 7 3 IN IP4 0.0.0.0" in attributes(text)
    assert "a=group:BUNDLE 0" in attributes(text)
    assert attributes(text, "1")[0].startswith("video 0 UDP/TLS/RTP/SAVPF 96 97 102 ")


def test_the_section_that_carries_the_bundle_is_inactive_rather_than_rejected():
    offer = sdp.parse_offer(recorded("chromium_camera"))
    text = sdp.answer(offer, *END, {"1": accepted(offer)["1"]})
    assert "a=group:BUNDLE 0 1" in attributes(text)
    assert {"a=inactive", "a=end-of-candidates", "a=rtpmap:111 opus/48000/2"} <= set(
        attributes(text, "0")
    )
    assert "a=recvonly" in attributes(text, "1")
    first, *rest = recorded("chromium_screen").split("\r\nm=")
    data_first = "\r\nm=".join([first.replace("BUNDLE 0 1 2 3 4", "BUNDLE 4 0 1 2 3"), *rest])
    with pytest.raises(sdp.SdpError, match="can carry nothing"):
        answered(data_first)


def test_a_section_that_rests_is_kept():
    rests = recorded("chromium_camera").replace("a=sendonly", "a=inactive")
    sections = SessionDescription.parse(answered(rests)).media
    assert [(it.port, it.direction) for it in sections] == [(40000, "inactive")] * 2


def test_an_answer_that_takes_nothing_keeps_the_connection_or_rejects_all():
    offer = sdp.parse_offer(recorded("chromium_camera"))
    text = sdp.answer(offer, *END, {})
    assert "a=group:BUNDLE 0" in attributes(text)
    assert [it.port for it in SessionDescription.parse(text).media] == [40000, 0]
    data_only = (
        recorded("chromium_screen")
        .replace("m=audio 9", "m=audio 0")
        .replace("m=video 9", "m=video 0")
    )
    text = sdp.answer(sdp.parse_offer(data_only), *END, {})
    assert "BUNDLE" not in text
    assert [it.port for it in SessionDescription.parse(text).media] == [0] * 5


def test_an_answer_takes_nothing_that_was_not_offered():
    offer = sdp.parse_offer(recorded("chromium_camera"))
    known = accepted(offer)
    for mid, wrong in (
        ("7", known["0"]),
        ("0", known["1"]),
        ("1", consumed(H264) | {"codecs": [{**consumed(H264)["codecs"][0], "payloadType": 96}]}),
        (
            "1",
            {
                **known["1"],
                "headerExtensions": [{"uri": MID, "id": 1, "encrypt": False, "parameters": {}}],
            },
        ),
        ("1", {**known["1"], "encodings": [{"rid": "x"}]}),
    ):
        with pytest.raises(sdp.SdpError):
            sdp.answer(offer, *END, {mid: wrong})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a=group:BUNDLE 0 1", "a=group:BUNDLE 0"),  # off our transport
        ("a=rtcp-mux\r\n", ""),
        ("a=sendonly", "a=inactive"),
        ("m=video 9 UDP/TLS/RTP/SAVPF", "m=video 9 RTP/AVP"),
        ("m=video 9", "m=video 0"),
    ],
)
def test_a_section_that_cannot_work_is_not_accepted(old, new):
    good = accepted(sdp.parse_offer(CAMERA))
    offer = sdp.parse_offer(CAMERA.replace(old, new))
    with pytest.raises(sdp.SdpError):
        sdp.answer(offer, *END, {"1": good["1"]})


def test_a_whep_answer_is_in_the_clients_numbers():
    text = recorded("chromium_receiver").replace("a=extmap:4 ", "a=extmap:13 ", 1)
    offer = sdp.parse_offer(text)
    audio = sdp.renumber(consumed(OPUS), offer.section("0"))
    video = sdp.renumber(consumed(H264), offer.section("1"))
    assert uris(audio)[MID] == 13
    assert mimes(video) == [("video/H264", 108), ("video/rtx", 109)]
    answer = sdp.answer(offer, *END, {"0": audio, "1": video})
    ssrc, rtx = video["encodings"][0]["ssrc"], video["encodings"][0]["rtx"]["ssrc"]
    assert {"a=sendonly", f"a=ssrc-group:FID {ssrc} {rtx}", "a=msid:alice track-1"} <= set(
        attributes(answer, "1")
    )
    assert [it.direction for it in SessionDescription.parse(answer).media] == ["sendonly"] * 2


def test_a_whep_client_without_rtx_or_the_codec_is_not_given_them():
    lines = recorded("chromium_receiver").split("\r\n")
    text = "\r\n".join(it for it in lines if "rtx" not in it)
    video = sdp.renumber(consumed(VP8), sdp.parse_offer(text).section("1"))
    assert mimes(video) == [("video/VP8", 96)]
    assert "rtx" not in video["encodings"][0]
    with pytest.raises(sdp.SdpError, match="no codec"):
        sdp.renumber(consumed(OPUS), sdp.parse_offer(text).section("1"))


# --- offering --------------------------------------------------------------------------------------


def two_sendings():
    sendings = sdp.Sendings()
    sendings.add("audio", consumed(OPUS), "sound")
    sendings.add("video", consumed(VP8), "picture")
    return sendings


def test_aiortc_reads_our_offer_as_we_meant_it():
    sendings = two_sendings()
    read = SessionDescription.parse(sdp.offer(sendings.sections(), *END))
    for media, sending in zip(read.media, sendings.sections(), strict=True):
        assert media.direction == "sendonly"
        assert [(it.mimeType, it.payloadType) for it in media.rtp.codecs] == mimes(
            sending.rtp_parameters
        )
        encoding = sending.rtp_parameters["encodings"][0]
        assert media.ssrc[0].ssrc == encoding["ssrc"]
        assert media.ssrc[0].cname == "alice"
        assert media.msid == f"alice {sending.track_id}"
        assert media.dtls.role == "auto"
    assert [it.rtp.muxId for it in read.media] == ["0", "1"]


def test_a_section_keeps_its_mid_and_is_used_again_only_after_the_client_saw_it_inactive():
    sendings = two_sendings()
    sendings.remove("0")
    sendings.remove("nobody")
    offered = sendings.sections()
    assert "a=inactive" in attributes(sdp.offer(offered, *END, version=2), "0")
    assert sendings.add("audio", consumed(OPUS), "early").mid == "2"
    sendings.settle(offered)
    assert sendings.add("video", consumed(VP8), "other").mid == "3"
    again = sendings.add("audio", consumed(OPUS), "late")
    assert again.mid == again.rtp_parameters["mid"] == "0"
    assert [it.mid for it in sendings.sections()] == ["0", "1", "2", "3"]
    assert sendings.add("audio", consumed(OPUS), "last").mid == "4"


def test_a_section_taken_back_before_the_answer_is_not_free():
    sendings = two_sendings()
    sendings.remove("0")
    offered = sendings.sections()
    sendings.settle(offered)
    sendings.add("audio", consumed(OPUS), "next")
    sendings.settle(offered)  # an old answer says nothing about the new consumer
    assert sendings.add("audio", consumed(OPUS), "another").mid == "2"


def test_there_are_at_most_sixty_four_sections():
    sendings = sdp.Sendings()
    told = consumed(OPUS)
    for number in range(MAX_SECTIONS):
        sendings.add("audio", told, f"t{number}")
    with pytest.raises(sdp.SdpError, match="64"):
        sendings.add("audio", told, "more")
    with pytest.raises(sdp.SdpError):
        sdp.offer([], *END)
    with pytest.raises(sdp.SdpError, match="token"):
        sdp.Sendings().add("audio", told, "a b")


def test_a_cname_that_names_no_stream_is_left_out_of_msid():
    sendings = sdp.Sendings()
    sendings.add("audio", consumed(OPUS, rtcp={"cname": "alice@home"}), "t")
    lines = attributes(sdp.offer(sendings.sections(), *END), "0")
    assert "a=msid:- t" in lines
    assert any(it.endswith("cname:alice@home") for it in lines)


def test_a_track_comes_in_the_stream_that_its_producer_put_it_in():
    section = sdp.parse_offer(recorded("chromium_camera")).section("1")
    msid = f"{section.stream_id} {section.track_id}"
    assert sdp.to_rtp_parameters(section)["msid"] == msid
    told = consumed(VP8, msid=msid)
    assert told["msid"] == msid
    sendings = sdp.Sendings()
    sendings.add("video", told, "t")
    assert f"a=msid:{section.stream_id} t" in attributes(sdp.offer(sendings.sections(), *END), "0")


def test_addresses_of_every_kind_are_written():
    tcp = {**CANDIDATES[0], "address": "2001:db8::7", "protocol": "tcp", "tcpType": "passive"}
    sections = two_sendings().sections()
    lines = attributes(sdp.offer(sections, ICE, [tcp, *CANDIDATES], DTLS), "0")
    assert "c=IN IP6 2001:db8::7" in lines
    assert [it for it in lines if it.startswith("a=candidate")] == [
        "a=candidate:udpcandidate 1 tcp 1076302079 2001:db8::7 40000 typ host tcptype passive",
        "a=candidate:udpcandidate 1 udp 1076302079 192.0.2.7 40000 typ host",
    ]
    assert attributes(sdp.offer(sections, ICE, [], DTLS), "0")[:2] == [
        "audio 9 UDP/TLS/RTP/SAVPF 111",
        "c=IN IP4 0.0.0.0",
    ]


def test_a_line_break_never_gets_into_a_description():
    sendings = two_sendings().sections()
    evil = {**END[0], "usernameFragment": "abcd\r\na=evil"}
    with pytest.raises(sdp.SdpError, match="line break"):
        sdp.offer(sendings, evil, *END[1:])


def test_an_answer_to_our_offer_is_read():
    sections = two_sendings().sections()
    text = reply(sdp.offer(sections, *END))
    answer = sdp.parse_answer(text, sections)
    assert answer.dtls_parameters["role"] == "client"
    assert [it.direction for it in answer.sections] == ["recvonly"] * 2
    rejected = sdp.parse_answer(text.replace("m=video 40000", "m=video 0"), sections)
    assert rejected.section("1").is_rejected


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a=setup:active", "a=setup:actpass"),
        ("a=setup:active", "a=setup:passive"),
        ("a=mid:1", "a=mid:2"),
        ("m=video", "m=audio"),
        ("96", "35"),
        ("a=rtcp-mux\r\n", ""),
        ("BUNDLE 0 1", "BUNDLE 0"),
        ("v=0", "v=1"),
    ],
)
def test_an_answer_that_does_not_fit_the_offer_is_refused(old, new):
    sections = two_sendings().sections()
    text = reply(sdp.offer(sections, *END))
    assert old in text
    with pytest.raises(sdp.SdpError):
        sdp.parse_answer(text.replace(old, new), sections)


def test_what_the_reader_passes_over_leaves_the_rest():
    text = recorded("chromium_audio")
    for junk in (
        "a=rtpmap:x",
        "a=rtcp-fb:*",
        "a=fmtp:300 ;;",
        "a=extmap:15 urn:x",
        "a=rid:!",
        "b=AS:x",
        "a=",
    ):
        text += f"{junk}\r\n"
    text = text.replace(" 13 110", " 13 70 110") + "a=rtpmap:70 odd/8000\r\n"
    assert mimes(accepted(sdp.parse_offer(text))["0"]) == [("audio/opus", 111)]
    everywhere = text + "a=rtcp-fb:* nack\r\n"
    assert {"type": "nack", "parameter": ""} in sdp.parse_offer(everywhere).section("0").codecs[0][
        "rtcpFeedback"
    ]


# --- whatever comes --------------------------------------------------------------------------------

LINES = sorted({line for name in NAMES for line in recorded(name).split("\r\n")})
CHANGE = st.one_of(
    st.tuples(st.just("drop"), st.just("")),
    st.tuples(st.just("insert"), st.sampled_from(LINES)),
    st.tuples(st.just("replace"), st.sampled_from(LINES)),
    st.tuples(st.just("insert"), st.text(max_size=60)),
    st.tuples(st.just("garble"), st.text(max_size=12)),
    st.tuples(st.just("number"), st.sampled_from(["0", "-1", "٣", "9" * 30, "1e9", "65536"])),
)


def changed(lines, place, change):
    what, text = change
    line = lines[place]
    if what == "drop":
        return lines[:place] + lines[place + 1 :]
    if what == "insert":
        return [*lines[:place], text, *lines[place:]]
    if what == "garble":
        cut = len(line) // 2
        text = line[:cut] + text + line[cut + 1 :]
    if what == "number":
        text = "".join(text if it.isdigit() else it for it in line[:8]) + line[8:]
    return [*lines[:place], text, *lines[place + 1 :]]


def use(text):
    """Everything that is done with an offer; what we write must be readable."""
    offer = sdp.parse_offer(text)
    caps = sdp.to_rtp_capabilities(offer)
    assert ortc.validate_rtp_capabilities(caps) == caps
    taken = {}
    for section in filter(offer.is_usable, offer.sections):
        try:
            if section.direction == "recvonly":
                told = consumed(OPUS) if section.kind == "audio" else consumed(VP8)
                taken[section.mid] = sdp.renumber(told, section)
            elif section.direction != "inactive":
                taken[section.mid] = sdp.to_rtp_parameters(section)
        except sdp.SdpError:
            continue
    text = sdp.answer(offer, *END, taken)
    if all(re.fullmatch("[A-Z/]+", it.protocol) for it in offer.sections):  # aiortc insists
        SessionDescription.parse(text)
    if taken or offer.tagged.codecs:
        read = read_description(text)
        live = {it.mid for it in read.sections if not it.is_rejected}
        assert live >= taken.keys() | {offer.tagged.mid}
        assert all(read.section(it).direction == "inactive" for it in live - taken.keys())
    return taken


@settings(max_examples=300, deadline=None)
@given(data=st.data(), name=st.sampled_from(NAMES))
def test_a_changed_offer_is_used_or_refused(data, name):
    lines = recorded(name).split("\r\n")
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(lines) - 1))
        lines = changed(lines, place, data.draw(CHANGE))
    try:
        use("\r\n".join(lines))
    except sdp.SdpError:
        pass


@settings(max_examples=200, deadline=None)
@given(text=st.text() | st.lists(st.sampled_from(LINES)).map(lambda it: "\r\n".join(["v=0", *it])))
def test_any_text_is_used_or_refused(text):
    try:
        use(text)
    except sdp.SdpError:
        pass


@pytest.mark.parametrize("name", NAMES)
def test_every_recorded_offer_is_used(name):
    assert use(recorded(name))
