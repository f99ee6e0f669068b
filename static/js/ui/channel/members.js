/** Who belongs to a private channel: letting people in, and out again. */

import { useEffect, useState } from "preact/hooks";

import { t } from "../../i18n/index.js";
import { me } from "../../state/session.js";
import { Avatar } from "../parts/avatar.js";
import { Dialog, DialogHead } from "../parts/dialog.js";
import { html, useClient } from "../parts/html.js";
import { Icon } from "../parts/icons.js";
import { PersonPicker } from "../parts/person-picker.js";
import { refusalText } from "../parts/refusal.js";

/** @import {Member, Participant, Room} from "../../net/protocol.js" */

/** @param {{room: Room}} props */
export function MembersSection({ room }) {
  const client = useClient();
  if (room.isPrivate) return html`<${OwnMembers} room=${room} />`;
  return html`
    <p class="lead" data-testid="members-open">${t("channel.members.open")}</p>
    <button class="button" onClick=${() => client.go({ name: "channel", id: room.id, section: "permissions" })}>${t("channel.members.close")}</button>
  `;
}

/** @param {{room: Room}} props */
function OwnMembers({ room }) {
  const client = useClient();
  const [list, setList] = useState(/** @type {Participant[] | null} */ (null));
  const [problem, setProblem] = useState("");
  const [isAdding, setAdding] = useState(false);
  const load = async () => {
    try {
      setList(await client.channels.members(room.id));
      setProblem("");
    } catch (error) {
      setProblem(refusalText(error));
    }
  };
  // What others did to the channel may have changed who is in it.
  useEffect(() => void load(), [room]);
  /** @param {() => Promise<unknown>} work */
  const act = async (work) => {
    try {
      await work();
      await load();
    } catch (error) {
      setProblem(refusalText(error));
    }
  };
  return html`
    <p class="lead">${t("channel.members.lead")}</p>
    <button class="button" onClick=${() => setAdding(true)} data-testid="let-in"><${Icon} name="plus" /> ${t("channel.members.add")}</button>
    <p class="form-error" role="alert" data-testid="members-problem">${problem}</p>
    ${list === null && problem && html`<button class="button is-small" onClick=${load}>${t("app.retry")}</button>`}
    ${list === null && !problem && html`<p class="hint" role="status">${t("people.loading")}</p>`}
    ${list &&
    html`
      <ul class="target-list" data-testid="room-members">
        ${list.map((one) => html`<li key=${one.user.id}><${MemberLine} one=${one} onRemove=${() => act(() => client.channels.removeMember(room.id, one.user.id))} /></li>`)}
      </ul>
    `}
    ${isAdding && html`<${Adding} room=${room} list=${list ?? []} onAdd=${act} onClose=${() => setAdding(false)} />`}
  `;
}

/** @param {{one: Participant, onRemove: () => void}} props */
function MemberLine({ one: { user, role }, onRemove }) {
  return html`
    <div class="target" data-testid="room-member" data-username=${user.username}>
      <${Avatar} person=${user} small />
      <span class="target-words">
        <span class="name">${user.displayName}</span> <span class="hint">@${user.username}${role === "owner" && ` · ${t("channel.members.maker")}`}</span>
      </span>
      ${user.id !== me.value?.id &&
      html`
        <button class="button is-small" aria-label=${t("channel.members.remove.label", { name: user.displayName })} onClick=${onRemove} data-testid="let-out">
          ${t("channel.members.remove")}
        </button>
      `}
    </div>
  `;
}

/** @param {{room: Room, list: Participant[], onAdd: (work: () => Promise<unknown>) => void, onClose: () => void}} props */
function Adding({ room, list, onAdd, onClose }) {
  const client = useClient();
  const inside = new Set(list.map(({ user }) => user.id));
  const pick = (/** @type {Member} */ { user }) => {
    onClose();
    onAdd(() => client.channels.addMember(room.id, user.id));
  };
  return html`
    <${Dialog} label=${t("channel.members.add")} onClose=${onClose} testid="let-in-dialog">
      <${DialogHead} title=${t("channel.members.add")} onClose=${onClose} />
      <div class="dialog-body">
        <${PersonPicker} serverId=${room.serverId} label=${t("picker.who")} without=${inside} isFocused onPick=${pick} />
      </div>
    <//>
  `;
}
