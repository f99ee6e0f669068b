/** What one may do, for as long as a component looks at it. Who knows it is state/permissions.js. */

import { useEffect } from "preact/hooks";

import { permissionsOf } from "../../state/permissions.js";
import { useClient } from "./html.js";

/** @import {Kind} from "../../state/permissions.js" */

/**
 * Kept fresh while this component is drawn.
 * @param {Kind} kind
 * @param {string | null} id null: of nothing
 */
export function usePermissions(kind, id) {
  const client = useClient();
  useEffect(() => (id === null ? undefined : client.standing.watch(kind, id)), [kind, id]);
  return id === null ? null : permissionsOf(kind, id);
}
