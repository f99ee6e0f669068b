import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { VoiceCall } from "../../static/js/voice/call.js";
import { FakeClock } from "./fakes.js";
import { FakeLine, FakeTrack, fakeDevices, settled } from "./voice-fakes.js";

const BOB = { userId: "bob", roomId: "r1", sessionId: "s-bob" };
const HIS_VOICE = { id: "bob/mic/audio", kind: "audio", source: "mic", userId: "bob", sessionId: "s-bob" };
const HIS_FACE = { id: "bob/camera/video", kind: "video", source: "camera", userId: "bob", sessionId: "s-bob" };

describe("sitting in a room's voice", () => {
  let line;
  let clock;
  let made;
  let call;
  let told;
  const phase = () => call.state.phase;
  const heard = () => told.media.at(-1)?.map(({ producerId }) => producerId) ?? [];
  // Both ways, or the one that is in use.
  const connected = () => [made.into, made.out].forEach((way) => way.connectionState !== "new" && way.become("connected"));
  const tick = async (ms) => {
    await clock.tick(ms);
    await settled();
  };
  const sit = async (how = { muted: false, deafened: false }) => {
    await call.join("r1", how);
    connected();
    await settled();
  };

  beforeEach(() => {
    line = new FakeLine();
    clock = new FakeClock();
    const devices = fakeDevices();
    made = devices.made;
    call = new VoiceCall({ line, newDevice: devices.newDevice, silence: () => new FakeTrack("silence"), clock });
    told = { state: [], media: [], over: [], people: [] };
    for (const name of Object.keys(told)) call.on(name, (data) => told[name].push(data));
    line.here = [BOB];
    line.inRoom = [HIS_VOICE];
  });

  test("one is in when the way is, not when the server has said yes", async () => {
    await call.join("r1", { muted: false, deafened: false });
    assert.equal(phase(), "joining");
    connected();
    assert.equal(phase(), "connected");
    assert.deepEqual(told.people[0].map(({ userId }) => userId), ["me", "bob"]);
  });

  test("who has no microphone sends silence: a way that sends nothing is none", async () => {
    await sit();
    assert.deepEqual(line.last("produce"), { kind: "audio", rtpParameters: {}, source: "mic" });
    assert.equal(made.out.made[0].track.name, "silence");
    await call.setTrack("mic", new FakeTrack("mic"));
    assert.equal(made.out.made[0].track.name, "mic'");
    assert.equal(line.count("produce"), 1);
  });

  test("speech is sent with what makes up for losses, a picture begins large enough", async () => {
    await sit();
    await call.setTrack("camera", new FakeTrack("camera"));
    const [voice, face] = made.out.made;
    assert.deepEqual([voice.codecOptions, face.codecOptions], [{ opusDtx: true, opusFec: true }, { videoGoogleStartBitrate: 1000 }]);
  });

  test("those who are there are heard, whoever comes is, and whoever goes no longer", async () => {
    await sit();
    await settled();
    assert.deepEqual(heard(), ["bob/mic/audio"]);
    line.emit("voice:new_producer", { roomId: "r1", userId: "carol", producerId: "carol/mic/audio", kind: "audio" });
    await settled();
    assert.deepEqual(heard(), ["bob/mic/audio", "carol/mic/audio"]);
    line.emit("voice:producer_closed", { roomId: "r1", userId: "bob", producerId: "bob/mic/audio" });
    assert.deepEqual(heard(), ["carol/mic/audio"]);
  });

  test("nobody hears themselves", async () => {
    await sit();
    line.emit("voice:new_producer", { roomId: "r1", userId: "me", producerId: "me/mic/audio", kind: "audio" });
    await settled();
    assert.deepEqual(heard(), ["bob/mic/audio"]);
  });

  test("who begins to speak while one comes in is heard, too", async () => {
    const joining = call.join("r1", { muted: false, deafened: false });
    line.emit("voice:new_producer", { roomId: "r1", userId: "carol", producerId: "carol/mic/audio", kind: "audio" });
    line.emit("voice:new_producer", { roomId: "r1", userId: "dora", producerId: "dora/mic/audio", kind: "audio" });
    line.emit("voice:producer_closed", { roomId: "r1", userId: "dora", producerId: "dora/mic/audio" });
    await joining;
    await settled();
    assert.deepEqual(heard().sort(), ["bob/mic/audio", "carol/mic/audio"]);
  });

  test("a camera that the server ends is said to be off", async () => {
    const stopped = [];
    call.on("stopped", (what) => stopped.push(what));
    await sit();
    await call.setTrack("camera", new FakeTrack("camera"));
    const face = made.out.made.at(-1);
    line.emit("voice:producer_closed", { roomId: "r1", userId: "me", producerId: face.id });
    assert.deepEqual([stopped, face.track.readyState], [["camera"], "ended"]);
    // What one turns off oneself is no news.
    await call.setTrack("camera", new FakeTrack("camera"));
    await call.setTrack("camera", null);
    line.emit("voice:producer_closed", { roomId: "r1", userId: "me", producerId: made.out.made.at(-1).id });
    assert.deepEqual(stopped, ["camera"]);
  });

  test("a camera turned on without the gateway is shown when it is back", async () => {
    await sit();
    line.refusals.produce = "DISCONNECTED";
    await assert.rejects(call.setTrack("camera", new FakeTrack("camera")), { code: "DISCONNECTED" });
    line.refusals = {};
    line.emit("ready", {});
    await settled();
    assert.equal(made.out.made.at(-1).track.name, "camera'");
  });

  test("what is gone while it is asked for is not kept", async () => {
    await sit();
    line.emit("voice:new_producer", { roomId: "r1", userId: "carol", producerId: "carol/mic/audio", kind: "audio" });
    line.emit("voice:producer_closed", { roomId: "r1", userId: "carol", producerId: "carol/mic/audio" });
    await settled();
    assert.deepEqual(heard(), ["bob/mic/audio"]);
  });

  test("muted, nothing leaves this device, whether or not the server can be told", async () => {
    await sit();
    await call.setTrack("mic", new FakeTrack("mic"));
    line.refusals.setState = "DISCONNECTED";
    call.setHow({ muted: true });
    await settled();
    assert.equal(made.out.made[0].track.enabled, false);
    line.refusals = {};
    line.emit("ready", {});
    await settled();
    assert.deepEqual(line.last("setState"), { muted: true, deafened: false });
    call.setHow({ muted: false });
    assert.equal(made.out.made[0].track.enabled, true);
  });

  test("a microphone that comes while one is muted stays shut", async () => {
    await sit({ muted: true, deafened: false });
    await call.setTrack("mic", new FakeTrack("mic"));
    assert.equal(made.out.made[0].track.enabled, false);
  });

  test("a key that is not held keeps it shut without a word to the server", async () => {
    call.setMicOpen(false);
    await sit();
    await call.setTrack("mic", new FakeTrack("mic"));
    assert.equal(made.out.made[0].track.enabled, false);
    call.setMicOpen(true);
    assert.equal(made.out.made[0].track.enabled, true);
    assert.equal(line.count("setState"), 0);
  });

  test("pictures nobody looks at rest", async () => {
    line.inRoom = [HIS_VOICE, HIS_FACE];
    call.watch(false);
    await sit();
    assert.deepEqual(line.last("consume"), { producerId: "bob/camera/video", paused: true });
    call.watch(true);
    assert.deepEqual(line.last("resume"), { consumerId: "c-bob/camera/video" });
    call.watch(false);
    assert.deepEqual(line.last("pause"), { consumerId: "c-bob/camera/video" });
    assert.equal(line.count("pause"), 1);
  });

  test("what the door says is told, and one sits nowhere", async () => {
    line.refusals.join = "CONFLICT";
    await assert.rejects(call.join("r1", { muted: false, deafened: false }), { code: "CONFLICT" });
    assert.equal(phase(), "off");
  });

  test("who leaves before the door has answered is not left sitting there", async () => {
    const joining = call.join("r1", { muted: false, deafened: false });
    call.leave();
    await joining;
    assert.deepEqual([phase(), line.last("leave"), made.out], ["off", "s1", null]);
  });

  test("who turns to another room while joining is in that one only", async () => {
    const first = call.join("r1", { muted: false, deafened: false });
    await call.join("r2", { muted: false, deafened: false });
    await first;
    assert.deepEqual([call.state.roomId, line.count("leave"), made.count], ["r2", 0, 1]);
  });

  test("leaving says so, and ends what was sent", async () => {
    const mic = new FakeTrack("mic");
    await call.setTrack("mic", mic);
    await sit();
    const sent = made.out.made[0].track;
    call.leave();
    assert.deepEqual([phase(), line.last("leave"), sent.readyState], ["off", "s1", "ended"]);
    // The microphone itself is its owner's.
    assert.equal(mic.readyState, "live");
    assert.deepEqual(heard(), []);
  });

  describe("when something happens", () => {
    beforeEach(async () => {
      await call.setTrack("mic", new FakeTrack("mic"));
      await sit();
    });

    for (const reason of ["silent", "socket_lost", "worker_lost"]) {
      test(`${reason}: one comes back by oneself`, async () => {
        line.emit("voice:left", { sessionId: "s1", roomId: "r1", reason });
        await settled();
        assert.deepEqual([phase(), line.count("join")], ["reconnecting", 2]);
        connected();
        assert.deepEqual([phase(), call.state.sessionId, told.over], ["connected", "s2", []]);
        assert.equal(made.out.made[0].track.name, "mic'");
      });
    }

    for (const reason of ["replaced", "removed", "ended", "signed_out", "left"]) {
      test(`${reason}: it is over, and nobody tries`, async () => {
        line.emit("voice:left", { sessionId: "s1", roomId: "r1", reason });
        await tick(10_000);
        assert.deepEqual([phase(), told.over, line.count("join")], ["off", [{ roomId: "r1", reason }], 1]);
      });
    }

    test("another session's end is none of this one's", () => {
      line.emit("voice:left", { sessionId: "s0", roomId: "r1", reason: "replaced" });
      assert.equal(phase(), "connected");
    });

    test("the room moves: muted as before", async () => {
      call.setHow({ muted: true });
      line.emit("voice:moved", { sessionId: "s1", roomId: "r1", reason: "worker_lost" });
      await settled();
      assert.deepEqual(line.last("join"), { roomId: "r1", muted: true, deafened: false });
    });

    test("sent elsewhere by somebody, one goes there", async () => {
      line.emit("voice:left", { sessionId: "s1", roomId: "r1", reason: "moved" });
      line.emit("voice:moved", { sessionId: "s1", roomId: "r2", reason: "moved" });
      await settled();
      connected();
      assert.deepEqual([call.state.roomId, phase()], ["r2", "connected"]);
    });

    test("no worker yet: again and again, until there is one", async () => {
      line.refusals.join = "UNAVAILABLE";
      line.emit("voice:moved", { sessionId: "s1", roomId: "r1", reason: "worker_lost" });
      await tick(4_900);
      assert.equal(phase(), "reconnecting");
      line.refusals = {};
      await tick(600);
      connected();
      assert.equal(phase(), "connected");
    });

    test("no worker at all: after a minute it is said", async () => {
      line.refusals.join = "UNAVAILABLE";
      line.emit("voice:moved", { sessionId: "s1", roomId: "r1", reason: "worker_lost" });
      await tick(70_000);
      assert.deepEqual([phase(), told.over[0].reason], ["off", "lost"]);
    });

    test("one may not come in again: it is said why", async () => {
      line.refusals.join = "FORBIDDEN";
      line.emit("voice:left", { sessionId: "s1", roomId: "r1", reason: "silent" });
      await settled();
      assert.deepEqual(told.over, [{ roomId: "r1", reason: "removed" }]);
    });

    test("a device that slept does not wake up with an open microphone", async () => {
      clock.time += 10 * 60_000;
      line.emit("voice:left", { sessionId: "s1", roomId: "r1", reason: "silent" });
      await settled();
      assert.deepEqual(told.over, [{ roomId: "r1", reason: "asleep" }]);
    });

    test("a device that wakes up before anybody tells it is not heard either", async () => {
      clock.time += 10 * 60_000;
      await tick(300);
      assert.deepEqual(told.over, [{ roomId: "r1", reason: "asleep" }]);
      assert.equal(line.count("leave"), 1);
      await tick(10_000);
      assert.equal(line.count("join"), 1);
    });

    test("a way that breaks off is mended by new credentials", async () => {
      made.out.become("disconnected");
      await settled();
      assert.equal(phase(), "reconnecting");
      assert.equal(line.count("restartIce") > 0, true);
      connected();
      await tick(5_000);
      assert.deepEqual([phase(), line.count("join")], ["connected", 1]);
    });

    test("where that does not help one comes in again", async () => {
      made.out.become("disconnected");
      await tick(2_600);
      assert.equal(line.count("join"), 2);
      connected();
      assert.equal(phase(), "connected");
    });

    test("without the gateway one waits for it; then one comes in again", async () => {
      line.isReady = false;
      line.refusals.restartIce = "DISCONNECTED";
      made.out.become("disconnected");
      await tick(20_000);
      assert.deepEqual([phase(), line.count("join")], ["reconnecting", 1]);
      line.isReady = true;
      await tick(2_600);
      assert.equal(line.count("join"), 2);
    });

    test("a network that lets nothing through is said to be one", async () => {
      for (let turn = 0; turn < 3; turn += 1) {
        made.out.become("failed");
        await tick(2_600);
      }
      assert.deepEqual(told.over, [{ roomId: "r1", reason: "unreachable" }]);
    });

    test("the socket was away: who still sits there hears what was told to nobody here", async () => {
      line.inRoom = [{ ...HIS_VOICE, id: "carol/mic/audio", userId: "carol", sessionId: "s-carol" }];
      line.emit("ready", {});
      await settled();
      assert.deepEqual([heard(), line.count("join")], [["carol/mic/audio"], 1]);
    });

    test("the socket was away: the ways, which may not know yet that they are cut, get new credentials", async () => {
      line.emit("ready", {});
      await settled();
      assert.deepEqual([phase(), line.count("restartIce") > 0, line.count("join")], ["connected", true, 1]);
      await tick(5_000);
      assert.equal(line.count("join"), 1);
    });

    test("a way over which nothing comes any more is mended before the browser says that it is cut", async () => {
      await tick(2_000);
      assert.equal(line.count("restartIce"), 0);
      made.out.received = () => 1000;
      for (let turn = 0; turn < 8; turn += 1) await tick(250);
      assert.equal(line.count("restartIce") > 0, true);
      made.out.received = () => (made.out.count += 1);
      await tick(5_000);
      assert.deepEqual([phase(), line.count("join")], ["connected", 1]);
    });

    test("where mending does not help one comes in again, whatever the browser says of the way", async () => {
      made.out.received = () => 1000;
      for (let turn = 0; turn < 20; turn += 1) await tick(250);
      assert.equal(line.count("join"), 2);
    });

    test("what was tried on the old network does not keep it from trying on the new one", async () => {
      line.refusals.restartIce = "DISCONNECTED";
      made.out.become("disconnected");
      await settled();
      const before = line.count("restartIce");
      line.refusals = {};
      line.emit("ready", {});
      await settled();
      assert.equal(line.count("restartIce") > before, true);
    });

    test("the socket was away for too long: one comes in again", async () => {
      line.refusals.session = "NOT_FOUND";
      line.emit("ready", {});
      await settled();
      assert.equal(line.count("join"), 2);
    });

    test("now and then it looks for what the doorbell lost, and says how well it hears", async () => {
      line.inRoom = [HIS_VOICE, HIS_FACE];
      for (let turn = 0; turn < 16; turn += 1) await tick(2_000);
      assert.deepEqual(heard(), ["bob/mic/audio", "bob/camera/video"]);
      assert.equal(line.count("measured"), 1);
    });
  });
});
