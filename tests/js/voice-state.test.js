import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { Emitter } from "../../static/js/net/emitter.js";
import { NetError } from "../../static/js/net/errors.js";
import { Devices } from "../../static/js/state/devices.js";
import { rooms } from "../../static/js/state/lists.js";
import { announcements, noticesReset, toast } from "../../static/js/state/notices.js";
import { me } from "../../static/js/state/session.js";
import { Talking } from "../../static/js/state/talking.js";
import { largeOf, pinned, tilesOf, togglePinned } from "../../static/js/state/tiles.js";
import { chooseMicMode, chooseVolume, keepVoiceChoices, micMode, volumeOf, volumes } from "../../static/js/state/voice-choices.js";
import { allSeats, call, callChanged, how, isCameraShown, isSpeaking, media, over, refused, roomSeats, sittersOf, voiceReset, voiceSpeaking, voiceState } from "../../static/js/state/voice.js";
import { Meter } from "../../static/js/voice/quality.js";
import { FakeTrack, settled } from "./voice-fakes.js";

const person = (id) => ({ id, username: id, displayName: id[0].toUpperCase() + id.slice(1), avatarUrl: null });
const seat = (userId, more = {}) => ({
  ...{ roomId: "r1", userId, user: person(userId), sessionId: `1-${userId}`, muted: false, deafened: false, serverMuted: false },
  ...{ speaking: false, video: false, screenSharing: false, joinedAt: "2026-11-20T20:36:02.123Z" },
  ...more,
});
const come = (userId, more) => ({ ...seat(userId, more), joined: true });
const go = (userId, more) => ({ ...seat(userId, more), joined: false });
const names = (roomId = "r1") => sittersOf(roomId).map(({ userId }) => userId);

beforeEach(() => {
  voiceReset();
  noticesReset();
  me.value = person("me");
  pinned.value = null;
});

describe("who sits where", () => {
  test("who comes sits there, who goes does not", () => {
    voiceState(come("bob"));
    voiceState(come("carol"));
    voiceState(go("bob"));
    assert.deepEqual([names(), names("r2")], [["carol"], []]);
  });

  test("a late word of an older session says nothing about the newer one", () => {
    voiceState(come("bob", { sessionId: "2" }));
    voiceState(go("bob", { sessionId: "1" }));
    voiceState(come("bob", { sessionId: "1", muted: true }));
    assert.deepEqual([names(), sittersOf("r1")[0].muted], [["bob"], false]);
  });

  test("who is not heard does not speak", () => {
    callChanged({ phase: "connected", roomId: "r1", sessionId: "1-me" });
    voiceState(come("bob"));
    voiceSpeaking({ roomId: "r1", userId: "bob", speaking: true });
    assert.equal(isSpeaking(sittersOf("r1")[0]), true);
    voiceState(come("bob", { muted: true }));
    assert.equal(isSpeaking(sittersOf("r1")[0]), false);
    // Also when nothing is muted any more: it was said before.
    voiceState(come("bob"));
    assert.equal(isSpeaking(sittersOf("r1")[0]), false);
  });

  test("in a room one does not sit in nobody is said to speak", () => {
    voiceState(come("bob"));
    voiceSpeaking({ roomId: "r1", userId: "bob", speaking: true });
    assert.equal(isSpeaking(sittersOf("r1")[0]), false);
  });
});

describe("tiles", () => {
  const face = { producerId: "p", userId: "bob", kind: "video", source: "camera", track: new FakeTrack("face") };

  beforeEach(() => {
    callChanged({ phase: "connected", roomId: "r1", sessionId: "1-me" });
    roomSeats("r1", [seat("me"), seat("bob", { video: true }), seat("carol", { screenSharing: true })]);
    media.value = [face];
  });

  test("screens first, then faces in the order of coming; what has not come yet has no picture", () => {
    const tiles = tilesOf("r1").map(({ key, track }) => [key, track?.name ?? null]);
    assert.deepEqual(tiles, [["carol-screen", null], ["me-camera", null], ["bob-camera", "face"], ["carol-camera", null]]);
  });

  test("a screen is large by itself, and what one chose instead", () => {
    assert.equal(largeOf(tilesOf("r1")).key, "carol-screen");
    togglePinned("bob-camera");
    assert.equal(largeOf(tilesOf("r1")).key, "bob-camera");
    togglePinned("bob-camera");
    assert.equal(largeOf(tilesOf("r1")).key, "carol-screen");
  });

  test("from outside one sees who is there, and no pictures", () => {
    callChanged({ phase: "off", roomId: null, sessionId: null });
    assert.deepEqual(tilesOf("r1").map(({ track }) => track), [null, null, null, null]);
  });
});

describe("what one chose", () => {
  test("it is there at the next visit, what is not is not", () => {
    const kept = new Map();
    const memory = { get: (key) => kept.get(key) ?? null, set: (key, value) => (value === null ? kept.delete(key) : kept.set(key, value)) };
    keepVoiceChoices(memory);
    chooseVolume("bob", 0.3);
    chooseMicMode("hold");
    volumes.value = new Map();
    micMode.value = "open";
    keepVoiceChoices(memory);
    assert.deepEqual([volumeOf("bob"), volumeOf("carol"), micMode.value], [0.3, 1, "hold"]);
    chooseVolume("bob", 1);
    chooseMicMode("open");
    assert.equal(kept.size, 0);
  });

  test("what somebody wrote into the browser's memory does no harm", () => {
    const memory = { get: (key) => (key === "voice.volumes" ? '{"bob": 40, "carol": "loud", "dora": 0.5}' : "nonsense"), set() {} };
    keepVoiceChoices(memory);
    assert.deepEqual([...volumes.value], [["dora", 0.5]]);
    assert.equal(micMode.value, "open");
    keepVoiceChoices({ ...memory, get: () => "{" });
    assert.equal(volumes.value.size, 0);
  });
});

describe("how well one hears", () => {
  const pair = (rtt) => ({ type: "candidate-pair", nominated: true, state: "succeeded", currentRoundTripTime: rtt });
  const heard = (received, lost) => ({ type: "inbound-rtp", kind: "audio", packetsReceived: received, packetsLost: lost, bytesReceived: received * 100, jitter: 0.01 });
  const sent = (why) => ({ type: "outbound-rtp", kind: "video", bytesSent: 0, qualityLimitationReason: why });
  const read = (first, second) => {
    const meter = new Meter();
    meter.read(first, 0);
    return meter.read(second, 2_000);
  };

  for (const [name, stats, word, why] of [
    ["nothing stands in the way", [pair(0.02), heard(200, 0)], "good", null],
    ["a little gets lost on the way in", [pair(0.02), heard(195, 5)], "fair", "loss-in"],
    ["much gets lost on the way out", [pair(0.02), heard(200, 0), { type: "remote-inbound-rtp", fractionLost: 0.2 }], "poor", "loss-out"],
    ["the way is long", [pair(0.7), heard(200, 0)], "poor", "delay"],
    ["this device is slow", [pair(0.02), heard(200, 0), sent("cpu")], "fair", "cpu"],
    ["the network is narrow", [pair(0.02), heard(200, 0), sent("bandwidth")], "fair", "bandwidth"],
  ]) {
    test(name, () => {
      const { word: found, why: reason } = read([pair(0.02), heard(100, 0)], stats);
      assert.deepEqual([found, reason], [word, why]);
    });
  }

  test("before anything is known nothing is said", () => {
    assert.equal(new Meter().read([], 0).word, "unknown");
    // Five packets of which one is lost are no twenty percent.
    assert.equal(read([pair(0.02), heard(100, 0)], [pair(0.02), heard(104, 1)]).word, "good");
  });

  test("figures for the server", () => {
    const { figures } = read([pair(0.02), heard(100, 0)], [pair(0.03), heard(200, 0)]);
    assert.deepEqual(figures, { bitrate: 40_000, packetLoss: 0, jitter: 0.01, rtt: 0.03, resolution: null, fps: null });
  });
});

describe("talking", () => {
  let voice;
  let devices;
  let asked;
  let talking;
  let answers;
  let listeners;

  const stream = (kind) => {
    const tracks = [new FakeTrack(kind)];
    const of = (wanted) => (kind === wanted ? tracks : []);
    return { getTracks: () => tracks, getAudioTracks: () => of("mic"), getVideoTracks: () => of("camera") };
  };

  beforeEach(() => {
    asked = [];
    answers = { join: null, mic: () => Promise.resolve(stream("mic")), states: [] };
    voice = new (class extends Emitter {
      async join(roomId, sits) {
        asked.push(["join", roomId, { ...sits }]);
        if (answers.join) throw answers.join;
        this.emit("state", { phase: "connected", roomId, sessionId: "1-me" });
      }

      leave() {
        asked.push(["leave"]);
      }

      setHow = (change) => asked.push(["how", change]);
      setMicOpen = (isOpen) => asked.push(["open", isOpen]);
      setTrack = async (what, track) => void asked.push(["track", what, track?.name ?? null]);
      watch() {}
      networkChanged() {}
    })();
    const sound = { play() {}, setDeafened() {}, setSpeaker() {}, adjust() {}, unblock() {} };
    const getUserMedia = (wanted) => (wanted.audio ? answers.mic() : Promise.resolve(stream("camera")));
    devices = new Devices({ getUserMedia, enumerateDevices: async () => [], addEventListener() {} }, { get: () => null, set() {} });
    listeners = new Emitter();
    const api = { get: async () => ({ data: answers.states }), request: async () => ({ data: [] }) };
    talking = new Talking({ gateway: listeners, api, devices, makeEngine: async () => ({ call: voice, sound }) });
    chooseMicMode("open");
  });

  const last = (name) => asked.filter(([one]) => one === name).at(-1);

  test("sitting down turns the microphone on, getting up turns everything off", async () => {
    await talking.join("r1");
    await settled();
    assert.deepEqual([call.value.phase, devices.inputs.microphone.state.value, last("track")], ["connected", "on", ["track", "mic", "mic"]]);
    talking.leave();
    assert.deepEqual([call.value.phase, devices.inputs.microphone.state.value], ["off", "off"]);
  });

  test("muted, one comes in without a microphone; it comes with the first word", async () => {
    how.value = { muted: true, deafened: false };
    await talking.join("r1");
    assert.equal(devices.inputs.microphone.state.value, "off");
    assert.deepEqual(last("join")[2], { muted: true, deafened: false });
    talking.toggleMute();
    await settled();
    assert.deepEqual([devices.inputs.microphone.state.value, last("how")[1]], ["on", { muted: false, deafened: false }]);
  });

  test("where there is no microphone the others see that one is muted", async () => {
    answers.mic = () => Promise.reject(Object.assign(new Error("no"), { name: "NotAllowedError" }));
    await talking.join("r1");
    await settled();
    assert.deepEqual([how.value.muted, last("how")[1], call.value.phase], [true, { muted: true }, "connected"]);
  });

  test("what the door says stands there until something else is done", async () => {
    answers.join = new NetError("UNAVAILABLE");
    await talking.join("r1");
    assert.deepEqual([call.value.phase, refused.value.roomId, refused.value.error.code], ["off", "r1", "UNAVAILABLE"]);
    assert.equal(devices.inputs.microphone.state.value, "off");
    answers.join = null;
    await talking.join("r1");
    assert.equal(refused.value, null);
  });

  test("a library that does not come is no mystery, and is asked for again", async () => {
    const broken = new Talking({ gateway: listeners, api: {}, devices, makeEngine: () => Promise.reject(new TypeError("Failed to fetch")) });
    const warn = console.warn;
    console.warn = () => {};
    await broken.join("r1");
    console.warn = warn;
    assert.equal(refused.value.error.code, "VOICE_FAILED");
    broken.makeEngine = async () => ({ call: voice, sound: { play() {}, setDeafened() {}, setSpeaker() {}, adjust() {} } });
    await broken.join("r1");
    assert.equal(call.value.phase, "connected");
  });

  test("the end is told once, with its reason, and the light goes out", async () => {
    await talking.join("r1");
    await settled();
    voice.emit("over", { roomId: "r1", reason: "replaced" });
    assert.deepEqual([call.value.phase, over.value.reason, devices.inputs.microphone.state.value], ["off", "replaced", "off"]);
    assert.match(announcements.value.at(-1).text, /another device/);
  });

  test("who hears nothing is not heard", async () => {
    await talking.join("r1");
    talking.toggleDeafen();
    assert.deepEqual([last("how")[1], last("open")[1]], [{ deafened: true }, false]);
    talking.toggleMute();
    talking.toggleMute();
    assert.deepEqual([how.value, last("open")[1]], [{ muted: false, deafened: false }, true]);
  });

  test("a key opens the microphone where one chose so", async () => {
    chooseMicMode("hold");
    await talking.join("r1");
    assert.equal(last("open")[1], false);
    talking.hold(true);
    assert.equal(last("open")[1], true);
    talking.hold(false);
    assert.equal(last("open")[1], false);
  });

  test("what is told while the list of all is on its way is newer", async () => {
    answers.states = [seat("bob"), seat("carol")];
    const asking = talking.refresh();
    const told = go("bob");
    talking.told(told);
    voiceState(told);
    await asking;
    assert.deepEqual(names(), ["carol"]);
  });

  test("those who hear the page hear who comes, goes and is silent where they sit", async () => {
    await talking.join("r1");
    for (const told of [come("bob"), come("bob", { muted: true }), go("bob"), come("carol", { roomId: "r2" })]) {
      talking.told(told);
      voiceState(told);
    }
    const said = announcements.value.map(({ text }) => text).filter((text) => !text.startsWith("You"));
    assert.deepEqual(said, ["Bob has joined.", "Bob is muted.", "Bob has left."]);
  });

  test("a call between two is heard wherever one is; what one sits in rings no more", () => {
    rooms.value = new Map([["r1", { id: "r1", type: "direct", recipients: [] }]]);
    talking.told(come("bob"));
    assert.match(toast.value.text, /^Bob calls you/);
    noticesReset();
    allSeats([seat("bob")]);
    talking.told(come("carol"));
    assert.equal(toast.value, null);
    rooms.value = new Map();
  });

  test("a camera that may not be shown does not look as if it were", async () => {
    await talking.join("r1");
    await talking.toggleCamera();
    assert.equal(isCameraShown.value, true);
    voice.emit("stopped", "camera");
    assert.deepEqual([isCameraShown.value, devices.inputs.camera.state.value], [false, "off"]);
    assert.match(toast.value.text, /may not show pictures/);
  });

  test("what is on before a call is on inside, what is off is off", async () => {
    await devices.turnOn("camera");
    await talking.comeIn(async () => {});
    assert.deepEqual(how.value, { muted: true, deafened: false });
    await talking.join("r1");
    await settled();
    assert.deepEqual(asked.filter(([name, what]) => name === "track" && what === "camera").at(-1), ["track", "camera", "camera"]);
  });
});
