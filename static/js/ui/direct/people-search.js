/** Whom one might write to: people one knows, then whoever the server finds by the letters typed. */

import { useEffect, useState } from "preact/hooks";

import { errorText } from "../../i18n/index.js";
import { asNetError } from "../../net/errors.js";
import { directRooms, partnersOf } from "../../state/direct.js";
import { bestMatch } from "../../state/match.js";
import { membersOf } from "../../state/members.js";
import { chosenServerId, serverTiles, servers } from "../../state/rooms.js";
import { me } from "../../state/session.js";
import { useClient } from "../parts/html.js";

/** @import {Person} from "../../net/protocol.js" */

/** @typedef {{state: "ready" | "searching" | "failed", people: Person[], why: string}} Found */

/** As many as one reads. */
const MOST = 20;
/** Somebody who goes on typing is not answered letter by letter. */
const PAUSE_MS = 200;

/**
 * @param {string} query
 * @param {Person[]} chosen are left out
 * @returns {Found}
 */
export function useFound(query, chosen) {
  const client = useClient();
  const words = query.trim();
  const [answer, setAnswer] = useState(/** @type {{words: string, people: Person[], why: string | null}} */ ({ words: "", people: [], why: null }));
  useEffect(() => {
    const serverId = chosenServerId.peek() ?? serverTiles.peek()[0]?.server?.id;
    if (serverId) client.loadMembers(serverId);
  }, []);
  useEffect(() => {
    if (words === "") return undefined;
    let isWanted = true;
    const timer = setTimeout(async () => {
      const found = await client.direct.search(words, MOST).then(
        (people) => ({ words, people, why: null }),
        (error) => ({ words, people: [], why: errorText(asNetError(error)) }),
      );
      if (isWanted) setAnswer(found);
    }, PAUSE_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [words]);
  const isAnswered = words === "" || answer.words === words;
  const known = knownPeople().filter(({ displayName, username }) => words === "" || bestMatch(words, [displayName, username]));
  const all = new Map([...known, ...(isAnswered && words !== "" ? answer.people : [])].map((person) => [person.id, person]));
  for (const { id } of chosen) all.delete(id);
  const why = isAnswered && words !== "" ? answer.why : null;
  return { state: why ? "failed" : isAnswered ? "ready" : "searching", people: [...all.values()].slice(0, MOST), why: why ?? "" };
}

/** Whom one wrote to last, then the people of one's communities as far as they are loaded. @returns {Person[]} */
function knownPeople() {
  const partners = directRooms.value.flatMap(partnersOf);
  const members = [...servers.value.keys()].flatMap((id) => membersOf(id).value.list.map(({ user }) => user));
  return [...new Map([...partners, ...members].map((one) => [one.id, one])).values()].filter(({ id }) => id !== me.value?.id);
}
