"""Chromium, and mediasoup-client in it, agree with what ortc and sdp say. No media flows here."""

from typing import Any

import pytest

from tests.browser.conftest import chromium  # noqa: F401 - a fixture
from voice.sfu import ortc, sdp
from voice.sfu.ortc_types import AUDIO_LEVEL, MID, RID
from voice.sfu.tests import mediasoup_client
from voice.sfu.tests.descriptions import (
    CANDIDATES,
    DTLS,
    END,
    H264,
    ICE,
    OPUS,
    ROUTER,
    VP8,
    consumable,
    consumed,
)

pytestmark = pytest.mark.browser

# Sources without devices or permissions: a canvas and a silent audio graph.
TRACKS = """
  self.canvas = document.createElement('canvas'); canvas.getContext('2d');
  self.graph = new AudioContext();
  self.newTrack = (kind) => kind === 'audio'
    ? graph.createMediaStreamDestination().stream.getAudioTracks()[0]
    : canvas.captureStream(5).getVideoTracks()[0];
"""
OFFER = """async (wanted) => {
  self.pc = new RTCPeerConnection({bundlePolicy: 'max-bundle'});
  for (const [kind, direction, rids] of wanted) {
    const source = direction === 'recvonly' ? kind : newTrack(kind);
    pc.addTransceiver(source, {direction, sendEncodings: rids.map((rid) => ({rid}))});
  }
  await pc.setLocalDescription(await pc.createOffer());
  return pc.localDescription.sdp;
}"""
ACCEPT = """async (sdp) => {
  await pc.setRemoteDescription({type: 'answer', sdp});
  return pc.getTransceivers().map(({mid, currentDirection, sender}) => ({
    mid, direction: currentDirection,
    codecs: sender.getParameters().codecs.map((it) => [it.mimeType, it.payloadType]),
    extensions: Object.fromEntries(sender.getParameters().headerExtensions.map((it) => [it.uri, it.id])),
    rids: sender.getParameters().encodings.map((it) => it.rid),
  }));
}"""
ANSWER = """async ([sdp, isFirst]) => {
  if (isFirst) {
    self.receiving = new RTCPeerConnection();
    self.heard = [];
    receiving.ontrack = ({transceiver, streams}) => heard.push([transceiver.mid, streams.map((it) => it.id)]);
  }
  await receiving.setRemoteDescription({type: 'offer', sdp});
  await receiving.setLocalDescription();
  return receiving.localDescription.sdp;
}"""
DEVICE = """async (routerRtpCapabilities) => {
  self.device = new mediasoup.Device();
  await device.load({routerRtpCapabilities});
  return {handler: device.handlerName, audio: device.canProduce('audio'),
          video: device.canProduce('video'), caps: device.rtpCapabilities ?? device.recvRtpCapabilities};
}"""
PRODUCE = """async ([transport, kind, options]) => {
  const sending = device.createSendTransport(transport);
  const asked = {};
  sending.on('connect', ({dtlsParameters}, done) => { asked.dtlsParameters = dtlsParameters; done(); });
  sending.on('produce', (what, done) => { Object.assign(asked, what); done({id: 'p'}); });
  if (options.codec) options.codec = device.rtpCapabilities.codecs.find((it) => it.mimeType === options.codec);
  await sending.produce({track: newTrack(kind), ...options});
  return JSON.parse(JSON.stringify(asked));
}"""
CONSUME = """async ([transport, consumers]) => {
  const receiving = device.createRecvTransport(transport);
  receiving.on('connect', (_, done) => done());
  const made = [];
  for (const [index, it] of consumers.entries()) {
    const consumer = await receiving.consume({...it, id: `c${index}`, producerId: `p${index}`});
    made.push([consumer.track.kind, consumer.rtpReceiver.getParameters().codecs.length > 0]);
  }
  return made;
}"""
TRANSPORT = {"id": "t", "iceParameters": ICE, "iceCandidates": CANDIDATES, "dtlsParameters": DTLS}


@pytest.fixture
def page(chromium: Any) -> Any:  # noqa: F811 - the fixture
    page = chromium.new_page()
    headed = page.evaluate("navigator.userAgent").replace("Headless", "")
    page.close()
    page = chromium.new_page(user_agent=headed)  # mediasoup-client does not know "HeadlessChrome"
    page.evaluate(f"() => {{ {TRACKS} }}")
    yield page
    page.close()


@pytest.fixture
def device(page: Any) -> Any:
    """A page with mediasoup-client that has loaded the router's capabilities."""
    page.add_script_tag(content=mediasoup_client.script())
    return page, page.evaluate(DEVICE, ROUTER)


def accepted(page, *wanted):
    """Chromium's offer, our answer, and what Chromium then says it will send."""
    offer = sdp.parse_offer(page.evaluate(OFFER, [list(it) for it in wanted]))
    taken = {it.mid: sdp.to_rtp_parameters(it) for it in offer.sections}
    return taken, page.evaluate(ACCEPT, sdp.answer(offer, *END, taken))


def answered(page, sections, is_first=True):
    offer = sdp.offer(sections, *END)
    return sdp.parse_answer(page.evaluate(ANSWER, [offer, is_first]), sections)


# --- a plain RTCPeerConnection ---------------------------------------------------------------------


def test_chromium_accepts_our_answer_and_will_send_what_we_took(page):
    wanted = (("audio", "sendonly", []), ("video", "sendonly", []), ("video", "sendonly", []))
    taken, senders = accepted(page, *wanted)
    assert [it["direction"] for it in senders] == ["sendonly"] * 3
    assert senders[0]["codecs"] == [["audio/opus", 111]]
    assert senders[1]["codecs"] == senders[2]["codecs"] == [["video/VP8", 96], ["video/rtx", 97]]
    for sender in senders:
        told = {it["uri"]: it["id"] for it in taken[sender["mid"]]["headerExtensions"]}
        assert sender["extensions"] == told
    assert {MID, AUDIO_LEVEL} <= senders[0]["extensions"].keys()


def test_chromium_will_send_every_layer_of_simulcast(page):
    _, (sender,) = accepted(page, ("video", "sendonly", ["q", "h", "f"]))
    assert sender["rids"] == ["q", "h", "f"]
    assert RID in sender["extensions"]


def test_chromium_accepts_an_answer_that_rejects_a_section(page):
    offer = sdp.parse_offer(
        page.evaluate(OFFER, [["audio", "sendonly", []], ["video", "sendonly", []]])
    )
    taken = {"1": sdp.to_rtp_parameters(offer.section("1"))}
    senders = page.evaluate(ACCEPT, sdp.answer(offer, *END, taken))
    assert [it["direction"] for it in senders] == ["inactive", "sendonly"]
    offer = sdp.parse_offer(
        page.evaluate(OFFER, [["audio", "sendonly", []], ["video", "sendonly", []]])
    )
    taken = {"0": sdp.to_rtp_parameters(offer.section("0"))}
    senders = page.evaluate(ACCEPT, sdp.answer(offer, *END, taken))
    assert [(it["mid"], it["direction"]) for it in senders if it["mid"]] == [("0", "sendonly")]


def test_a_publisher_in_chromium_takes_tracks_back_and_adds_others(page):
    wanted = (("audio", "sendonly", []), ("video", "sendonly", []))
    accepted(page, *wanted)
    for step, directions in (
        ("pc.removeTrack(pc.getSenders()[0])", ["inactive", "sendonly"]),
        ("pc.removeTrack(pc.getSenders()[1])", ["inactive", "inactive"]),
        ("pc.getTransceivers()[1].stop()", ["inactive"]),
        ("pc.addTransceiver(newTrack('video'), {direction: 'sendonly'})", ["inactive", "sendonly"]),
    ):
        again = "async () => { %s; await pc.setLocalDescription(); return pc.localDescription.sdp }"
        offer = sdp.parse_offer(page.evaluate(again % step))
        sending = [
            it for it in offer.sections if offer.is_usable(it) and it.direction == "sendonly"
        ]
        taken = {it.mid: sdp.to_rtp_parameters(it) for it in sending}
        senders = page.evaluate(ACCEPT, sdp.answer(offer, *END, taken, version=2))
        found = [it["direction"] for it in senders if it["direction"] not in (None, "stopped")]
        assert found == directions, step


def test_chromium_accepts_our_answer_of_whep(page):
    offer = sdp.parse_offer(
        page.evaluate(OFFER, [["audio", "recvonly", []], ["video", "recvonly", []]])
    )
    caps = sdp.to_rtp_capabilities(offer)
    told = {
        section.mid: sdp.renumber(ortc.consumer_parameters(consumable(codec), caps), section)
        for section, codec in zip(offer.sections, (OPUS, H264), strict=True)
    }
    receivers = page.evaluate(ACCEPT, sdp.answer(offer, *END, told))
    assert [it["direction"] for it in receivers] == ["recvonly", "recvonly"]


def test_chromium_accepts_our_offer_of_every_codec(page):
    sendings = sdp.Sendings()
    stereo = OPUS | {"parameters": {"sprop-stereo": 1}}
    for kind, codec in (("audio", OPUS), ("audio", stereo), ("video", VP8), ("video", H264)):
        sendings.add(kind, consumed(codec), f"t{len(sendings.sections())}")
    answer = answered(page, sendings.sections())
    assert [it.direction for it in answer.sections] == ["recvonly"] * 4
    for section, sending in zip(answer.sections, sendings.sections(), strict=True):
        told = [(it["mimeType"], it["payloadType"]) for it in sending.rtp_parameters["codecs"]]
        assert [(it["mimeType"], it["payloadType"]) for it in section.codecs] == told
    assert page.evaluate("heard") == [[str(i), ["alice"]] for i in range(4)]


def test_consumers_come_and_go_in_chromium_without_new_sections(page):
    sendings = sdp.Sendings()
    for kind, codec in (("audio", OPUS), ("video", VP8)):
        sendings.add(kind, consumed(codec), kind)
    answered(page, sendings.sections())
    sendings.settle(sendings.sections())
    for number in range(3):
        sendings.remove("0")
        answer = answered(page, sendings.sections(), is_first=False)
        assert answer.section("0").direction == "inactive"
        sendings.settle(sendings.sections())
        sendings.add("audio", consumed(OPUS, rtcp={"cname": f"guest{number}"}), f"t{number}")
        answer = answered(page, sendings.sections(), is_first=False)
        assert answer.section("0").direction == "recvonly"
    assert [it.mid for it in sendings.sections()] == ["0", "1"]
    assert page.evaluate("heard.slice(2)") == [["0", [f"guest{number}"]] for number in range(3)]


# --- mediasoup-client ------------------------------------------------------------------------------


def test_mediasoup_client_loads_the_routers_capabilities(device):
    _, loaded = device
    assert (loaded["audio"], loaded["video"]) == (True, True)
    caps = ortc.validate_rtp_capabilities(loaded["caps"])
    assert {it["mimeType"] for it in caps["codecs"]} == {it["mimeType"] for it in ROUTER["codecs"]}
    numbers = {it["mimeType"]: it["preferredPayloadType"] for it in caps["codecs"]}
    assert numbers["audio/opus"] == ortc.OPUS


@pytest.mark.parametrize(
    ("kind", "options", "codec"),
    [
        ("audio", {}, "audio/opus"),
        ("audio", {"codecOptions": {"opusStereo": True, "opusDtx": True}}, "audio/opus"),
        ("video", {}, "video/VP8"),
        ("video", {"codec": "video/H264"}, "video/H264"),
        ("video", {"encodings": [{"maxBitrate": 100_000}, {}, {}]}, "video/VP8"),
    ],
)
def test_what_mediasoup_client_produces_goes_through_to_its_consumers(device, kind, options, codec):
    page, loaded = device
    asked = page.evaluate(PRODUCE, [TRANSPORT, kind, options])
    assert ortc.validate_dtls_parameters(asked["dtlsParameters"])["role"] == "client"
    parameters = ortc.validate_rtp_parameters(asked["rtpParameters"], kind)
    assert parameters["codecs"][0]["mimeType"] == codec
    assert len(parameters["encodings"]) == len(options.get("encodings", [1]))
    mapping = ortc.producer_mapping(parameters, ROUTER)
    made = ortc.consumable_parameters(kind, parameters, ROUTER, mapping)
    caps = ortc.validate_rtp_capabilities(loaded["caps"])
    told = ortc.consumer_parameters(made, caps)
    assert told["msid"] == asked["rtpParameters"]["msid"]
    consumers = [{"kind": kind, "rtpParameters": {**told, "mid": "0"}}]
    assert page.evaluate(CONSUME, [TRANSPORT, consumers]) == [[kind, True]]


def test_mediasoup_client_consumes_everything_that_a_room_can_hold(device):
    page, loaded = device
    caps = ortc.validate_rtp_capabilities(loaded["caps"])
    red = [
        {**OPUS, "mimeType": "audio/red", "payloadType": 63, "parameters": {"111/111": ""}},
        {**OPUS, "payloadType": 111},
    ]
    consumers = []
    for kind, codecs in (("audio", [OPUS]), ("audio", red), ("video", [VP8]), ("video", [H264])):
        told = ortc.consumer_parameters(consumable(*codecs), caps)
        consumers.append({"kind": kind, "rtpParameters": {**told, "mid": str(len(consumers))}})
    made = page.evaluate(CONSUME, [TRANSPORT, consumers])
    assert made == [[it["kind"], True] for it in consumers]
