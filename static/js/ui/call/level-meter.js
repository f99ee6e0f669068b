/** How loud the microphone hears one: a bar that moves, and a meter for those who do not see it. */

import { useEffect, useRef, useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { html, useClient } from "../parts/html.js";

/** Quieter than this is a room, louder than the other is a shout. */
const QUIET_DB = -60;
const LOUD_DB = -10;
/** Spoken values change less often than the bar. */
const TOLD_MS = 500;

export function LevelMeter() {
  const { devices } = useClient();
  const stream = devices.inputs.microphone.stream.value;
  const bar = useRef(/** @type {HTMLElement | null} */ (null));
  const [percent, setPercent] = useState(0);
  useEffect(() => {
    setPercent(0);
    if (!stream) return undefined;
    let toldAt = 0;
    return listen(stream, (level) => {
      // Past the component: it moves sixty times a second.
      if (bar.current) bar.current.style.transform = `scaleX(${level / 100})`;
      if (performance.now() - toldAt < TOLD_MS) return;
      toldAt = performance.now();
      setPercent(level);
    });
  }, [stream]);
  return html`
    <div
      class="level"
      role="meter"
      aria-label=${t("device.level")}
      aria-valuemin="0"
      aria-valuemax="100"
      aria-valuenow=${stream ? percent : 0}
      data-testid="level"
    >
      <span class="level-bar" ref=${bar}></span>
    </div>
  `;
}

/**
 * @param {MediaStream} stream
 * @param {(level: number) => void} tell 0 to 100, with every picture that is drawn
 * @returns {() => void} ends it
 */
function listen(stream, tell) {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let frame = 0;
  const draw = () => {
    analyser.getFloatTimeDomainData(samples);
    tell(levelOf(samples));
    frame = requestAnimationFrame(draw);
  };
  draw();
  return () => {
    cancelAnimationFrame(frame);
    context.close();
  };
}

/** @param {Float32Array} samples */
export function levelOf(samples) {
  const power = samples.reduce((sum, one) => sum + one * one, 0) / samples.length;
  const db = power > 0 ? 10 * Math.log10(power) : QUIET_DB;
  return Math.round(Math.min(100, Math.max(0, ((db - QUIET_DB) / (LOUD_DB - QUIET_DB)) * 100)));
}
