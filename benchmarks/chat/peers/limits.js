// How often somebody may do something: in Redis where several processes count together, else in
// memory. The amounts come from the environment, as Parlor's do.
import { RateLimiterMemory, RateLimiterRedis } from "rate-limiter-flexible";

const amount = (name, otherwise) => Number(process.env[name] ?? otherwise);

/** @returns {(key: string) => Promise<boolean>} whether one more is within the limit */
export function limiter(redis, keyPrefix, points, duration) {
  const options = { keyPrefix, points, duration };
  const counter = redis
    ? new RateLimiterRedis({ ...options, storeClient: redis, useRedisPackage: true })
    : new RateLimiterMemory(options);
  return (key) =>
    counter.consume(key).then(
      () => true,
      () => false,
    );
}

export const messageLimit = (redis) => limiter(redis, "message", amount("MESSAGES_PER_S", 2), 1);
export const requestLimit = (redis) => limiter(redis, "request", amount("REQUESTS_PER_S", 10), 1);

/** A token bucket per socket, in memory: what floods is cut off. */
export function frameBucket() {
  const rate = amount("FRAMES_PER_S", 50);
  const burst = amount("FRAMES_BURST", 200);
  let tokens = burst;
  let then = performance.now();
  return () => {
    const now = performance.now();
    tokens = Math.min(burst, tokens + ((now - then) / 1000) * rate);
    then = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
