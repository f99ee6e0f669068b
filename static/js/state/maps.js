/** Maps held in signals are never changed in place: a change makes a new one. Nothing else here. */

/**
 * @template K, V
 * @param {ReadonlyMap<K, V>} map
 * @param {K} key
 * @param {V} value
 * @returns {Map<K, V>}
 */
export function withEntry(map, key, value) {
  return new Map(map).set(key, value);
}

/**
 * @template K, V
 * @param {ReadonlyMap<K, V>} map
 * @param {K} key
 * @returns {ReadonlyMap<K, V>} the same one where there is nothing to take away
 */
export function withoutEntry(map, key) {
  if (!map.has(key)) return map;
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}
