/** What the browser keeps between visits: no secrets, only where one was and what one chose. */

const PREFIX = "parlor.";

/** @import {Memory} from "../state/client.js" */

/** @type {Memory} */
export const memory = {
  get(key) {
    try {
      return localStorage.getItem(PREFIX + key);
    } catch {
      // Storage may be forbidden; then this is like a first visit.
      return null;
    }
  },
  set(key, value) {
    try {
      if (value === null) localStorage.removeItem(PREFIX + key);
      else localStorage.setItem(PREFIX + key, value);
    } catch {
      // As above.
    }
  },
};
