/** Oneself as a member: as far as the list has come, else asked for. */

import { useEffect, useState } from "preact/hooks";

import { memberOf } from "../../state/members.js";
import { me } from "../../state/session.js";
import { useClient } from "../parts/html.js";

/** @import {Member} from "../../net/protocol.js" */

/**
 * @param {string | null} serverId null: nowhere
 * @returns {Member | undefined}
 */
export function useSelf(serverId) {
  const client = useClient();
  const [asked, setAsked] = useState(/** @type {Member | undefined} */ (undefined));
  const listed = serverId === null ? undefined : memberOf(serverId, me.value?.id ?? "");
  useEffect(() => {
    setAsked(undefined);
    if (serverId === null || listed) return;
    let isHere = true;
    client.api.get(`/servers/${serverId}/members/me`).then(
      ({ data }) => isHere && setAsked(data),
      () => {},
    );
    return () => {
      isHere = false;
    };
  }, [serverId, listed === undefined]);
  return listed ?? asked;
}
