/** What to say where the server refuses: its own sentence tells more than "you may not". It draws nothing. */

import { errorText } from "../../i18n/index.js";
import { asNetError } from "../../net/errors.js";

/** @param {unknown} thrown */
export function refusalText(thrown) {
  const error = asNetError(thrown);
  return error.code === "FORBIDDEN" ? error.sentence : errorText(error);
}
