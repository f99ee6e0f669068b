/**
 * The address bar: what follows its #, and the one path there is beside "/", a call's. It must not know
 * what they mean: state/route.js does.
 */

/** @import {Address} from "../state/client.js" */

const CALL = "/call/";

/** @type {Address} */
export const address = {
  read: () => (location.hash === "" && location.pathname.startsWith(CALL) ? location.pathname : location.hash.replace(/^#/, "")),
  write(to, { isStep }) {
    const url = to.startsWith(CALL) ? to : to === "" ? "/" : `/#${to}`;
    if (isStep) history.pushState(null, "", url);
    else history.replaceState(null, "", url);
  },
};
