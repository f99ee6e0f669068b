/** Who is in a room now, who writes, and how people look to others. The server says it; none is guessed. */

import { signal } from "@preact/signals-core";

import { withEntry, withoutEntry } from "./maps.js";

/** @import {Signal} from "@preact/signals-core" */
/** @import {Participant, Person, PresenceChange, PresenceStatus} from "../net/protocol.js" */

/** @typedef {{status: PresenceStatus, customStatus: string | null}} Presence */
/** @typedef {Person & {role: string}} PersonHere */

/** @type {Signal<ReadonlyMap<string, Presence>>} by user id */
export const presence = signal(new Map());

/** Before the server has said how people look, nobody is "offline". */
export const isPresenceKnown = signal(false);

/** @type {Signal<ReadonlyMap<string, ReadonlyMap<string, PersonHere>>>} by room id, then user id */
export const peopleHere = signal(new Map());

/** @type {Signal<ReadonlyMap<string, number>>} how many are in a room, where only that is told */
export const countsHere = signal(new Map());

/** @type {Signal<ReadonlyMap<string, ReadonlyMap<string, Person>>>} by room id, then user id */
export const typing = signal(new Map());

/** @param {{changes: PresenceChange[]}} data */
export function presenceUpdated({ changes }) {
  const next = new Map(presence.value);
  for (const { userId, status, customStatus } of changes) next.set(userId, { status, customStatus });
  presence.value = next;
  isPresenceKnown.value = true;
}

/**
 * What `server:view` answers: everybody of that server who is not offline. Who went while nobody
 * looked is not in it.
 * @param {{changes: PresenceChange[]}} data
 */
export function presenceReplaced(data) {
  presence.value = new Map();
  presenceUpdated(data);
}

/**
 * A participant is a row per visit; a person is here once.
 * @param {string} roomId
 * @param {Participant[]} participants
 * @param {Person[]} writing
 */
export function roomEntered(roomId, participants, writing) {
  const here = participants.filter(({ leftAt }) => leftAt === null);
  const people = new Map(here.map(({ user, role }) => [user.id, { ...user, role }]));
  peopleHere.value = withEntry(peopleHere.value, roomId, people);
  countsHere.value = withEntry(countsHere.value, roomId, people.size);
  typing.value = withEntry(typing.value, roomId, new Map(writing.map((person) => [person.id, person])));
}

/** @param {{roomId: string, user: Person | null, count?: number}} data */
export function userJoined({ roomId, user, count }) {
  const here = peopleHere.value.get(roomId) ?? new Map();
  if (user && !here.has(user.id)) {
    setHere(roomId, withEntry(here, user.id, { ...user, role: "member" }));
  }
  if (count !== undefined) countsHere.value = withEntry(countsHere.value, roomId, count);
}

/** @param {{roomId: string, user: Person | null, count?: number}} data */
export function userLeft({ roomId, user, count }) {
  const here = peopleHere.value.get(roomId) ?? new Map();
  if (user) {
    setHere(roomId, withoutEntry(here, user.id));
    typingUpdated({ roomId, user, isTyping: false });
  }
  if (count !== undefined) countsHere.value = withEntry(countsHere.value, roomId, count);
}

/** @param {{roomId: string, user: Person, isTyping: boolean}} data */
export function typingUpdated({ roomId, user, isTyping }) {
  const before = typing.value.get(roomId) ?? new Map();
  const after = isTyping ? withEntry(before, user.id, user) : withoutEntry(before, user.id);
  if (after !== before) typing.value = withEntry(typing.value, roomId, after);
}

/** @param {Person} user */
export function personUpdated({ id, username, displayName, avatarUrl }) {
  for (const [roomId, here] of peopleHere.value) {
    const known = here.get(id);
    if (known) setHere(roomId, withEntry(here, id, { ...known, username, displayName, avatarUrl }));
  }
}

/** Without a connection nobody can be said to write. */
export function typingForgotten() {
  typing.value = new Map();
}

export function peopleReset() {
  isPresenceKnown.value = false;
  presence.value = new Map();
  peopleHere.value = new Map();
  countsHere.value = new Map();
  typing.value = new Map();
}

/**
 * @param {string} roomId
 * @param {ReadonlyMap<string, PersonHere>} here
 */
function setHere(roomId, here) {
  peopleHere.value = withEntry(peopleHere.value, roomId, here);
  countsHere.value = withEntry(countsHere.value, roomId, here.size);
}
