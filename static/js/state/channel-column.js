/**
 * A server's channels as one column: those under no heading, then each heading with its own, the archived
 * ones apart. And as lines one after the other, which is what is moved about. Pure.
 */

/** @import {Category, Room} from "../net/protocol.js" */

/** @typedef {{category: Category | null, rooms: Room[]}} ChannelGroup `category` null: under no heading */
/** @typedef {{groups: ChannelGroup[], archived: Room[]}} Column */
/** @typedef {{id: string, position: number, categoryId: string | null}} ChannelPlace */

const ROOM = "room:";
const CATEGORY = "category:";

/**
 * @param {readonly Room[]} rooms in their places
 * @param {readonly Category[]} categories in theirs
 * @returns {Column} the group of no heading is always there, and first
 */
export function columnOf(rooms, categories) {
  const isKnown = new Set(categories.map(({ id }) => id));
  const open = rooms.filter(({ isArchived }) => !isArchived);
  const under = (/** @type {string | null} */ wanted) =>
    open.filter(({ categoryId }) => (categoryId !== null && isKnown.has(categoryId) ? categoryId : null) === wanted);
  return {
    groups: [null, ...categories].map((category) => ({ category, rooms: under(category?.id ?? null) })),
    archived: rooms.filter(({ isArchived }) => isArchived),
  };
}

/** @param {string} roomId */
export const roomKey = (roomId) => ROOM + roomId;

/** @param {string} categoryId */
export const categoryKey = (categoryId) => CATEGORY + categoryId;

/** @param {string} key */
export const isRoomKey = (key) => key.startsWith(ROOM);

/** @param {string} key */
export const idOf = (key) => key.slice(key.indexOf(":") + 1);

/**
 * Each line of the column, top to bottom.
 * @param {Column} column
 * @returns {string[]} keys
 */
export function linesOf({ groups }) {
  return groups.flatMap(({ category, rooms }) => [
    ...(category ? [categoryKey(category.id)] : []),
    ...rooms.map(({ id }) => roomKey(id)),
  ]);
}

/**
 * The column as it would be with its lines in this order.
 * @param {Column} column
 * @param {readonly string[]} lines
 * @returns {Column}
 */
export function columnBy({ groups, archived }, lines) {
  const rooms = new Map(groups.flatMap((group) => group.rooms).map((room) => [roomKey(room.id), room]));
  const headings = new Map(groups.flatMap(({ category }) => (category ? [[categoryKey(category.id), category]] : [])));
  /** @type {ChannelGroup[]} */
  const ordered = [{ category: null, rooms: [] }];
  for (const line of lines) {
    const category = headings.get(line);
    const room = rooms.get(line);
    if (category) ordered.push({ category, rooms: [] });
    else if (room) ordered.at(-1)?.rooms.push(room);
  }
  return { groups: ordered, archived };
}

/**
 * What has to be told so that the channels stand in this order: only those that move.
 * @param {Column} column as it is
 * @param {readonly string[]} lines as they shall be
 * @returns {ChannelPlace[]}
 */
export function placesFor(column, lines) {
  const before = new Map(column.groups.flatMap(({ rooms }) => rooms).map((room) => [room.id, room]));
  const next = columnBy(column, lines).groups.flatMap(({ category, rooms }) =>
    rooms.map(({ id }) => ({ id, categoryId: category?.id ?? null })),
  );
  return next
    .map((place, position) => ({ ...place, position }))
    .filter(({ id, position, categoryId }) => {
      const room = before.get(id);
      return room?.position !== position || room.categoryId !== categoryId;
    });
}
