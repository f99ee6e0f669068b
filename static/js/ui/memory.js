/** What the browser keeps between visits: no secrets, only where one was. The address is the URL's #/room. */

const PREFIX = "parlor.";

/** @import {Memory} from "../state/client.js" */

/** @type {Memory} */
export const memory = {
  get(key) {
    try {
      if (key === "address") return decodeURIComponent(location.hash.replace(/^#\/?/, "")) || null;
      return localStorage.getItem(PREFIX + key);
    } catch {
      // Storage may be forbidden, an address may be mangled; then this is like a first visit.
      return null;
    }
  },
  set(key, value) {
    if (key === "address") {
      history.replaceState(null, "", value === null ? location.pathname : `#/${encodeURIComponent(value)}`);
      return;
    }
    try {
      if (value === null) localStorage.removeItem(PREFIX + key);
      else localStorage.setItem(PREFIX + key, value);
    } catch {
      // As above.
    }
  },
};
