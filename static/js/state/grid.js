/** Where arrows lead in a grid of groups. Pure: it knows numbers only. */

/** @typedef {{row: number, inside: number}} Place the group, and the place in it */

/**
 * In groups of these sizes, laid out in columns, where an arrow leads.
 * @param {number[]} sizes
 * @param {Place} from the group, and the place in it
 * @param {string} key
 * @param {number} columns
 * @returns {Place | null} null: up and out
 */
export function placeAfter(sizes, { row, inside }, key, columns) {
  const size = sizes[row] ?? 0;
  if (key === "Home") return { row, inside: 0 };
  if (key === "End") return { row, inside: size - 1 };
  if (key === "ArrowRight") return inside + 1 < size ? { row, inside: inside + 1 } : start(sizes, row, inside);
  if (key === "ArrowLeft") {
    if (inside > 0) return { row, inside: inside - 1 };
    return row > 0 ? { row: row - 1, inside: (sizes[row - 1] ?? 1) - 1 } : { row, inside };
  }
  return key === "ArrowDown" ? below(sizes, { row, inside }, columns) : above(sizes, { row, inside }, columns);
}

/**
 * @param {number[]} sizes
 * @param {Place} from
 * @param {number} columns
 * @returns {Place}
 */
function below(sizes, { row, inside }, columns) {
  const last = (sizes[row] ?? 1) - 1;
  if (inside + columns <= last) return { row, inside: inside + columns };
  // The line below is shorter.
  if (Math.floor(inside / columns) < Math.floor(last / columns)) return { row, inside: last };
  if (row + 1 >= sizes.length) return { row, inside };
  return { row: row + 1, inside: Math.min(inside % columns, (sizes[row + 1] ?? 1) - 1) };
}

/**
 * @param {number[]} sizes
 * @param {Place} from
 * @param {number} columns
 * @returns {Place | null}
 */
function above(sizes, { row, inside }, columns) {
  if (inside >= columns) return { row, inside: inside - columns };
  if (row === 0) return null;
  const last = (sizes[row - 1] ?? 1) - 1;
  const line = Math.floor(last / columns) * columns;
  return { row: row - 1, inside: Math.min(line + (inside % columns), last) };
}

/**
 * @param {number[]} sizes
 * @param {number} row
 * @param {number} inside
 * @returns {Place}
 */
function start(sizes, row, inside) {
  return row + 1 < sizes.length ? { row: row + 1, inside: 0 } : { row, inside };
}
