/** A sound track in which nothing is to be heard. Nothing else belongs here. */

/** @type {AudioContext | null} one for all: browsers allow few */
let context = null;

/** @returns {MediaStreamTrack} a new one, to be stopped by whoever has it */
export function silence() {
  context ??= new AudioContext();
  const [track] = context.createMediaStreamDestination().stream.getAudioTracks();
  return /** @type {MediaStreamTrack} */ (track);
}
