/** A list that is read page by page, as screens hold it. Types only. */

/**
 * @template Row
 * @typedef {{rows: Row[], total: number, pages: number}} Page
 */

export {};
