/** Why an invite was refused, in a sentence. */

import { t } from "../../i18n/index.js";
import { refusalText } from "../parts/refusal.js";

/** @import {NetError} from "../../net/errors.js" */

/** @param {NetError} error */
export function inviteRefusal(error) {
  if (error.code === "NOT_FOUND") return t("invite.unknown");
  return error.code === "GONE" ? t("invite.over") : refusalText(error);
}
