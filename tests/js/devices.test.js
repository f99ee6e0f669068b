import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { Devices } from "../../static/js/state/devices.js";

class Track extends EventTarget {
  isStopped = false;

  stop() {
    this.isStopped = true;
  }
}

/** A browser's devices: what is asked for waits until the test answers. */
class Media extends EventTarget {
  asked = [];
  devices = [];

  getUserMedia(wanted) {
    return new Promise((resolve, reject) => this.asked.push({ wanted, resolve, reject }));
  }

  async enumerateDevices() {
    return this.devices;
  }

  async give() {
    const tracks = [new Track()];
    const stream = { tracks, getTracks: () => tracks };
    this.asked.shift().resolve(stream);
    await settled();
    return stream;
  }

  async refuse(name) {
    this.asked.shift().reject(Object.assign(new Error(name), { name }));
    await settled();
  }
}

const settled = () => new Promise((done) => setImmediate(done));
const device = (kind, deviceId, label = deviceId) => ({ kind, deviceId, label });

describe("microphone and camera", () => {
  let media;
  let kept;
  let memory;
  let devices;
  const stateOf = (kind) => devices.inputs[kind].state.value;
  const streamOf = (kind) => devices.inputs[kind].stream.value;
  beforeEach(() => {
    media = new Media();
    kept = new Map();
    memory = { get: (key) => kept.get(key) ?? null, set: (key, value) => (value === null ? kept.delete(key) : kept.set(key, value)) };
    devices = new Devices(media, memory);
  });

  test("one is asked for alone, and is there when it came", async () => {
    devices.turnOn("microphone");
    assert.equal(stateOf("microphone"), "asking");
    assert.deepEqual(Object.keys(media.asked[0].wanted), ["audio"]);
    const stream = await media.give();
    assert.deepEqual([stateOf("microphone"), streamOf("microphone"), stateOf("camera")], ["on", stream, "off"]);
  });

  for (const [name, state] of [
    ["NotAllowedError", "denied"],
    ["NotFoundError", "missing"],
    ["NotReadableError", "busy"],
    ["TypeError", "failed"],
  ]) {
    test(`${name} is said as "${state}"`, async () => {
      devices.turnOn("camera");
      await media.refuse(name);
      assert.deepEqual([stateOf("camera"), streamOf("camera")], [state, null]);
    });
  }

  test("a page that is not secure is handed nothing, and says so", async () => {
    devices = new Devices(null, memory);
    assert.equal(await devices.turnOn("microphone"), null);
    assert.equal(stateOf("microphone"), "insecure");
    await devices.refresh();
  });

  test("turned off, it is stopped at once", async () => {
    devices.turnOn("camera");
    const stream = await media.give();
    devices.turnOff("camera");
    assert.deepEqual([stateOf("camera"), streamOf("camera"), stream.tracks[0].isStopped], ["off", null, true]);
  });

  test("what comes after one changed one's mind is put back", async () => {
    const wish = devices.turnOn("camera");
    devices.turnOff("camera");
    const stream = await media.give();
    assert.deepEqual([await wish, stateOf("camera"), stream.tracks[0].isStopped], [null, "off", true]);
  });

  test("a refusal after one changed one's mind says nothing", async () => {
    devices.turnOn("camera");
    devices.turnOff("camera");
    await media.refuse("NotAllowedError");
    assert.equal(stateOf("camera"), "off");
  });

  test("a device that is unplugged is lost, and its stream gone", async () => {
    devices.turnOn("microphone");
    const stream = await media.give();
    stream.tracks[0].dispatchEvent(new Event("ended"));
    assert.deepEqual([stateOf("microphone"), streamOf("microphone")], ["lost", null]);
  });

  test("the one chosen is kept for the next visit, and what is on changes over", async () => {
    devices.turnOn("microphone");
    const first = await media.give();
    devices.choose("microphone", "m2");
    assert.deepEqual(media.asked[0].wanted.audio.deviceId, { exact: "m2" });
    const second = await media.give();
    assert.deepEqual([streamOf("microphone"), first.tracks[0].isStopped], [second, true]);
    const next = new Devices(media, memory);
    assert.equal(next.chosen.value.microphone, "m2");
    next.choose("microphone", "");
    assert.equal(kept.size, 0);
  });

  test("one that is not plugged in today is replaced by any, and stays chosen", async () => {
    kept.set("device.camera", "gone");
    devices = new Devices(media, memory);
    devices.turnOn("camera");
    await media.refuse("OverconstrainedError");
    assert.equal(media.asked[0].wanted.video.deviceId, undefined);
    await media.give();
    assert.deepEqual([stateOf("camera"), devices.chosen.value.camera], ["on", "gone"]);
  });

  test("a camera that says no is not asked a second time", async () => {
    kept.set("device.camera", "c1");
    devices = new Devices(media, memory);
    devices.turnOn("camera");
    await media.refuse("NotAllowedError");
    assert.deepEqual([media.asked.length, stateOf("camera")], [0, "denied"]);
  });

  test("devices are listed by kind, without those that have no name yet; anew when one is plugged in", async () => {
    media.devices = [device("audioinput", "m1"), device("videoinput", ""), device("audiooutput", "s1", "Headphones")];
    await devices.refresh();
    assert.deepEqual(devices.list.value, {
      microphone: [{ id: "m1", label: "m1" }],
      camera: [],
      speaker: [{ id: "s1", label: "Headphones" }],
    });
    media.devices = [device("videoinput", "c1")];
    media.dispatchEvent(new Event("devicechange"));
    await settled();
    assert.deepEqual(devices.list.value.camera, [{ id: "c1", label: "c1" }]);
  });
});
