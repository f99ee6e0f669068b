/** Opening a direct conversation from anywhere on the page: what does not work is said, the field gets the focus. */

import { errorText } from "../../i18n/index.js";
import { asNetError } from "../../net/errors.js";
import { showToast } from "../../state/notices.js";
import { focusComposer } from "../composer/editing.js";
import { hideDrawer } from "../viewport.js";

/** @import {Client} from "../../state/client.js" */

/**
 * @param {Client} client
 * @param {string[]} userIds of the others
 */
export async function openDirect(client, userIds) {
  try {
    await client.direct.open(userIds);
    hideDrawer();
    // It may have to be drawn first.
    requestAnimationFrame(focusComposer);
  } catch (error) {
    showToast(errorText(asNetError(error)));
  }
}
