/** The line that "Move" was chosen for in its menu; it takes it from here. Nothing else. */

import { signal } from "@preact/signals";

/** @import {Signal} from "@preact/signals" */

/** @type {Signal<string | null>} */
export const moveRequest = signal(/** @type {string | null} */ (null));
