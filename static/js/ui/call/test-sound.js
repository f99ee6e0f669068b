/** Two soft notes through the chosen speaker. Made here: no file is fetched. */

const NOTES_HZ = [523.25, 659.25];
const NOTE_S = 0.35;

/**
 * @param {string} speakerId "": the system's own choice
 * @returns {Promise<void>} when it has been played; rejects where it could not be
 */
export async function playTestSound(speakerId) {
  const context = new AudioContext();
  const audio = new Audio();
  try {
    const out = context.createMediaStreamDestination();
    audio.srcObject = out.stream;
    if (speakerId && "setSinkId" in audio) await audio.setSinkId(speakerId);
    await context.resume();
    await audio.play();
    const last = NOTES_HZ.map((hz, index) => note(context, out, hz, context.currentTime + index * NOTE_S)).at(-1);
    await new Promise((done) => last?.addEventListener("ended", done));
  } finally {
    audio.srcObject = null;
    await context.close();
  }
}

/**
 * @param {AudioContext} context
 * @param {AudioNode} out
 * @param {number} hz
 * @param {number} at seconds of the context's clock
 */
function note(context, out, hz, at) {
  const tone = new OscillatorNode(context, { frequency: hz });
  const volume = new GainNode(context, { gain: 0 });
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(0.2, at + 0.03);
  volume.gain.linearRampToValueAtTime(0, at + NOTE_S);
  tone.connect(volume).connect(out);
  tone.start(at);
  tone.stop(at + NOTE_S);
  return tone;
}
