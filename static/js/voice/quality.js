/**
 * How well one hears and is heard, and what stands in the way: pure reckoning from a browser's statistics.
 * It must not fetch them, nor put it into words.
 */

/**
 * What stands in the way, the nearest first: what comes in gets lost · what goes out gets lost · the way is
 * long · this device is too slow for its picture · the way is too narrow for it.
 * @typedef {"loss-in" | "loss-out" | "delay" | "cpu" | "bandwidth"} Hindrance
 */
/** @typedef {{bitrate: number | null, packetLoss: number | null, jitter: number | null, rtt: number | null, resolution: string | null, fps: number | null}} Figures as POST voice/metrics takes them */
/** @typedef {{word: "unknown" | "good" | "fair" | "poor", why: Hindrance | null, figures: Figures}} Quality */
/** @typedef {{at: number, received: number, lost: number, bytes: number}} Counted */

/** From where on one notices, and from where on one minds. */
const LOSS = { fair: 0.03, poor: 0.1 };
const DELAY_S = { fair: 0.25, poor: 0.6 };
/** Fewer packets than this say nothing. */
const FEW = 20;

export class Meter {
  /** @type {Counted | null} */
  #before = null;

  /**
   * @param {any[]} stats of every way
   * @param {number} now milliseconds
   * @returns {Quality}
   */
  read(stats, now) {
    const counted = countOf(stats, now);
    const before = this.#before ?? counted;
    this.#before = counted;
    const lossIn = shareLost(before, counted);
    const lossOut = greatest(of(stats, "remote-inbound-rtp"), "fractionLost");
    const rtt = greatest(of(stats, "candidate-pair").filter(isUsed), "currentRoundTripTime");
    const figures = { ...figuresOf(stats, before, counted), packetLoss: lossIn, rtt };
    if (rtt === null) return { word: "unknown", why: null, figures };
    return { ...judged({ lossIn: lossIn ?? 0, lossOut: lossOut ?? 0, rtt, limit: limitOf(stats) }), figures };
  }
}

/**
 * @param {{lossIn: number, lossOut: number, rtt: number, limit: Hindrance | null}} seen
 * @returns {{word: "good" | "fair" | "poor", why: Hindrance | null}}
 */
function judged({ lossIn, lossOut, rtt, limit }) {
  /** @type {[number, {fair: number, poor: number}, Hindrance][]} */
  const rows = [
    [lossIn, LOSS, "loss-in"],
    [lossOut, LOSS, "loss-out"],
    [rtt, DELAY_S, "delay"],
  ];
  for (const word of /** @type {const} */ (["poor", "fair"])) {
    const found = rows.find(([value, limits]) => value >= limits[word]);
    if (found) return { word, why: found[2] };
  }
  return limit ? { word: "fair", why: limit } : { word: "good", why: null };
}

/** What keeps one's own picture small. @param {any[]} stats @returns {Hindrance | null} */
function limitOf(stats) {
  const why = of(stats, "outbound-rtp").map(({ qualityLimitationReason }) => qualityLimitationReason);
  return why.includes("cpu") ? "cpu" : why.includes("bandwidth") ? "bandwidth" : null;
}

/**
 * @param {any[]} stats
 * @param {number} at
 * @returns {Counted}
 */
function countOf(stats, at) {
  const heard = of(stats, "inbound-rtp");
  const both = [...heard.map(({ bytesReceived }) => bytesReceived), ...of(stats, "outbound-rtp").map(({ bytesSent }) => bytesSent)];
  return { at, received: sum(heard.map(({ packetsReceived }) => packetsReceived)), lost: sum(heard.map(({ packetsLost }) => packetsLost)), bytes: sum(both) };
}

/**
 * @param {Counted} before
 * @param {Counted} after
 * @returns {number | null} null where too little came to say
 */
function shareLost(before, after) {
  const lost = Math.max(0, after.lost - before.lost);
  const due = after.received - before.received + lost;
  return due < FEW ? null : lost / due;
}

/**
 * @param {any[]} stats
 * @param {Counted} before
 * @param {Counted} after
 */
function figuresOf(stats, before, after) {
  const heard = of(stats, "inbound-rtp");
  const pictures = heard.filter(({ kind, frameWidth }) => kind === "video" && frameWidth);
  const widest = pictures.sort((a, b) => b.frameWidth - a.frameWidth)[0];
  const seconds = (after.at - before.at) / 1000;
  return {
    bitrate: seconds > 0 ? Math.max(0, Math.round(((after.bytes - before.bytes) * 8) / seconds)) : null,
    jitter: greatest(heard, "jitter"),
    resolution: widest ? `${widest.frameWidth}x${widest.frameHeight}` : null,
    fps: widest?.framesPerSecond ?? null,
  };
}

/** @param {any[]} stats @param {string} type */
function of(stats, type) {
  return stats.filter((one) => one.type === type);
}

/** @param {any} pair */
function isUsed({ nominated, state }) {
  return nominated === true && state === "succeeded";
}

/** @param {any[]} rows @param {string} field @returns {number | null} */
function greatest(rows, field) {
  const values = rows.map((row) => row[field]).filter((value) => typeof value === "number" && Number.isFinite(value));
  return values.length > 0 ? Math.max(...values) : null;
}

/** @param {(number | undefined)[]} values */
function sum(values) {
  return values.reduce((/** @type {number} */ all, one) => all + (one ?? 0), 0);
}
