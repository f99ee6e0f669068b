/** The picture of a conversation: the other person's, or two of the group's one over the other. */

import { Avatar } from "../parts/avatar.js";
import { html } from "../parts/html.js";

/** @import {Person} from "../../net/protocol.js" */

/** @param {{people: Person[]}} props */
export function Faces({ people }) {
  const [first = null, second] = people;
  if (!second) return html`<${Avatar} person=${first} small />`;
  return html`<span class="faces"><${Avatar} person=${first} small /><${Avatar} person=${second} small /></span>`;
}
