/** Which of the column's menus and dialogs is open. It is fetched when the first of them is asked for. */

import { t } from "../../i18n/index.js";
import { rooms } from "../../state/rooms.js";
import { html, useClient } from "../parts/html.js";
import { roomName } from "../parts/room-name.js";
import { CategoryMenu, RoomMenu } from "./menus.js";
import { NameCategory } from "./name-category.js";
import { NewChannel } from "./new-channel.js";
import { closeOverlay } from "./opened.js";
import { Question } from "../parts/question.js";

/** @import {Category, Room} from "../../net/protocol.js" */
/** @import {Open} from "./opened.js" */

/** @param {{open: Open}} props */
export function OverlayView({ open }) {
  const onClose = () => closeOverlay(open);
  switch (open.kind) {
    case "room-menu":
      return html`<${RoomMenu} room=${rooms.value.get(open.room.id) ?? open.room} anchor=${open.anchor} onClose=${onClose} />`;
    case "category-menu":
      return html`<${CategoryMenu} category=${open.category} anchor=${open.anchor} onClose=${onClose} />`;
    case "new-channel":
      return html`<${NewChannel} serverId=${open.serverId} categoryId=${open.categoryId} onClose=${onClose} />`;
    case "new-category":
      return html`<${NameCategory} serverId=${open.serverId} onClose=${onClose} />`;
    case "rename-category":
      return html`<${NameCategory} serverId=${open.category.serverId} category=${open.category} onClose=${onClose} />`;
    case "delete-category":
      return html`<${DeleteCategory} category=${open.category} onClose=${onClose} />`;
    default:
      return html`<${DeleteChannel} room=${open.room} onClose=${onClose} />`;
  }
}

/** @param {{category: Category, onClose: () => void}} props */
function DeleteCategory({ category, onClose }) {
  const client = useClient();
  return html`
    <${Question}
      title=${t("channels.category.delete.ask", { name: category.name })}
      text=${t("channels.category.delete.explain")}
      yes=${t("channels.category.delete")}
      no=${t("channels.keep")}
      run=${() => client.channels.deleteCategory(category)}
      onClose=${onClose}
    />
  `;
}

/** @param {{room: Room, onClose: () => void}} props */
function DeleteChannel({ room, onClose }) {
  const client = useClient();
  return html`
    <${Question}
      title=${t("channels.delete.ask", { name: roomName(room) })}
      text=${t("channels.delete.explain")}
      yes=${t("channels.delete")}
      no=${t("channels.keep")}
      run=${() => client.channels.delete(room.id)}
      onClose=${onClose}
    />
  `;
}
