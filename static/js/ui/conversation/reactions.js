/** What people felt about a message: a chip for each emoji, pressed where one is among them. */

import { errorText, t } from "../../i18n/index.js";
import { asNetError } from "../../net/errors.js";
import { memberOf } from "../../state/members.js";
import { showToast } from "../../state/notices.js";
import { mayInRoom } from "../../state/permissions.js";
import { peopleHere } from "../../state/people.js";
import { rooms } from "../../state/rooms.js";
import { me } from "../../state/session.js";
import { emojiUsed } from "../../state/emoji.js";
import { openEmojiPicker } from "../composer/emoji-picker.js";
import { html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";

/** @import {Message, Reaction} from "../../net/protocol.js" */
/** @import {Client} from "../../state/client.js" */

/** More names than this are a number. */
const NAMES = 10;

/** @param {{message: Message}} props */
export function Reactions({ message }) {
  const client = useClient();
  if (message.reactions.length === 0) return null;
  const mayReact = mayInRoom(message.roomId, "react", true);
  return html`
    <ul class="reactions" aria-label=${t("reactions.label")} data-testid="reactions">
      ${message.reactions.map((reaction) => html`<${Chip} key=${reaction.emoji} ...${{ message, reaction, mayReact }} />`)}
      ${mayReact && html`<li>
        <button
          class="chip is-add"
          aria-label=${t("reactions.add")}
          title=${t("reactions.add")}
          onClick=${(/** @type {Event} */ event) => chooseReaction(client, message, /** @type {Element} */ (event.currentTarget))}
          data-testid="reaction-add"
        >
          <${Icon} name="smile" />
        </button>
      </li>`}
    </ul>
  `;
}

/** @param {{message: Message, reaction: Reaction, mayReact: boolean}} props */
function Chip({ message, reaction, mayReact }) {
  const client = useClient();
  const { emoji, count } = reaction;
  const isMine = isByMe(reaction);
  const who = names(message.roomId, reaction, isMine);
  return html`
    <li>
      <button
        class="chip"
        aria-pressed=${isMine}
        aria-disabled=${mayReact ? undefined : "true"}
        title=${who}
        onClick=${() => mayReact && react(client, message, emoji, !isMine)}
        data-testid="reaction"
        data-emoji=${emoji}
      >
        <span class="visually-hidden">${t("reactions.chip", { emoji, who })}</span>
        <span class="chip-emoji" aria-hidden="true">${emoji}</span><span class="chip-count" aria-hidden="true">${count}</span>
      </button>
    </li>
  `;
}

/**
 * Adds one's reaction or takes it back.
 * @param {Client} client
 * @param {Message} message
 * @param {string} emoji
 * @param {boolean} on
 */
export async function react(client, message, emoji, on) {
  try {
    if (on) emojiUsed(emoji);
    await client.react(message.id, emoji, on);
  } catch (error) {
    showToast(errorText(asNetError(error)));
  }
}

/**
 * @param {Client} client
 * @param {Message} message
 * @param {Element | null} anchor
 */
export function chooseReaction(client, message, anchor) {
  openEmojiPicker(anchor, (emoji) => react(client, message, emoji, true));
}

/** @param {Reaction} reaction */
export function isByMe(reaction) {
  const myId = me.value?.id ?? "";
  return reaction.me ?? reaction.userIds.includes(myId);
}

/**
 * "You, Bob and 3 others": as far as they are known here.
 * @param {string} roomId
 * @param {Reaction} reaction
 * @param {boolean} isMine
 */
function names(roomId, { userIds, count }, isMine) {
  const nameOf = namesIn(roomId);
  const others = userIds.filter((id) => id !== me.value?.id);
  const known = others.map(nameOf).filter((name) => name !== undefined);
  const named = [...(isMine ? [t("reactions.you")] : []), ...known].slice(0, NAMES);
  const rest = count - named.length;
  if (rest > 0) named.push(t(named.length > 0 ? "reactions.others" : "reactions.people", { count: rest }));
  return new Intl.ListFormat("en").format(named);
}

/**
 * Who is here, and who belongs to the community without being here.
 * @param {string} roomId
 * @returns {(userId: string) => string | undefined}
 */
function namesIn(roomId) {
  const here = peopleHere.value.get(roomId);
  const serverId = rooms.value.get(roomId)?.serverId ?? "";
  return (userId) => (here?.get(userId) ?? memberOf(serverId, userId)?.user)?.displayName;
}
