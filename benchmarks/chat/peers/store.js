// What EchoRoom keeps in PostgreSQL. Every statement has a name, so that node-postgres prepares it
// once per connection.
import { randomUUID } from "node:crypto";
import pg from "pg";

const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: Number(process.env.DATABASE_POOL_MAX ?? 16),
});
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

const TAKE_NUMBER = {
  name: "take-number",
  text: `UPDATE rooms SET last_seq = last_seq + 1 WHERE id = $1 AND EXISTS
    (SELECT 1 FROM members WHERE room_id = $1 AND user_id = $2) RETURNING last_seq`,
};
const INSERT = {
  name: "insert-message",
  text: `INSERT INTO messages (id, room_id, sender_id, seq, text, nonce, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (room_id, sender_id, nonce) DO NOTHING`,
};
const BY_NONCE = {
  name: "by-nonce",
  text: `SELECT id, seq, text, created_at FROM messages
    WHERE room_id = $1 AND sender_id = $2 AND nonce = $3`,
};
const COLUMNS = `m.id, m.room_id, m.seq, m.text, m.nonce, m.created_at,
  u.id AS sender_id, u.display_name`;
const NEWEST = {
  name: "newest",
  text: `SELECT ${COLUMNS} FROM messages m JOIN users u ON u.id = m.sender_id
    WHERE m.room_id = $1 AND m.seq < $2 ORDER BY m.seq DESC LIMIT $3`,
};
const SINCE = {
  name: "since",
  text: `SELECT ${COLUMNS} FROM messages m JOIN users u ON u.id = m.sender_id
    WHERE m.room_id = $1 AND m.seq > $2 ORDER BY m.seq LIMIT 1000`,
};
const IS_MEMBER = {
  name: "is-member",
  text: "SELECT 1 FROM members WHERE room_id = $1 AND user_id = $2",
};
const USER = { name: "user", text: "SELECT id, display_name, status FROM users WHERE id = $1" };
const ROOM = { name: "room", text: "SELECT id, name, slug, last_seq FROM rooms WHERE id = $1" };
const READ = {
  name: "read",
  text: `INSERT INTO read_marks (user_id, room_id, seq) VALUES ($1, $2, $3)
    ON CONFLICT (user_id, room_id) DO UPDATE SET seq = greatest(read_marks.seq, excluded.seq)`,
};
const STATUS = { name: "status", text: "UPDATE users SET status = $2 WHERE id = $1" };

const query = (statement, values) => pool.query({ ...statement, values });

/** @returns what clients see of a message's row */
const shown = (row) => ({
  id: row.id,
  roomId: row.room_id,
  sender: { id: row.sender_id, displayName: row.display_name },
  text: row.text,
  seq: row.seq,
  nonce: row.nonce,
  isSystem: false,
  createdAt: row.created_at.toISOString(),
});

/** One transaction: the room's next number, the row. A nonce sent again is the first message. */
export async function addMessage(user, roomId, text, nonce) {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    const taken = await client.query({ ...TAKE_NUMBER, values: [roomId, user.id] });
    if (!taken.rowCount) {
      await client.query("ROLLBACK");
      return { refusal: "FORBIDDEN" };
    }
    const row = {
      id: randomUUID(), room_id: roomId, sender_id: user.id, display_name: user.display_name,
      seq: taken.rows[0].last_seq, text, nonce, created_at: new Date(),
    };
    const values = [row.id, roomId, user.id, row.seq, text, nonce, row.created_at];
    const inserted = await client.query({ ...INSERT, values });
    if (!inserted.rowCount) {
      await client.query("ROLLBACK");
      return await sentBefore(client, user, roomId, text, nonce);
    }
    await client.query("COMMIT");
    return { message: shown(row), isNew: true };
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw error;
  } finally {
    client.release();
  }
}

async function sentBefore(client, user, roomId, text, nonce) {
  const { rows } = await client.query({ ...BY_NONCE, values: [roomId, user.id, nonce] });
  if (rows[0].text !== text) return { refusal: "CONFLICT" };
  const row = { ...rows[0], room_id: roomId, sender_id: user.id, nonce };
  return { message: shown({ ...row, display_name: user.display_name }), isNew: false };
}

export async function newestMessages(roomId, limit, before = Number.MAX_SAFE_INTEGER) {
  const { rows } = await query(NEWEST, [roomId, before, limit]);
  return rows.reverse().map(shown);
}

export const messagesSince = async (roomId, seq) =>
  (await query(SINCE, [roomId, seq])).rows.map(shown);

export const isMember = async (roomId, userId) =>
  (await query(IS_MEMBER, [roomId, userId])).rowCount > 0;

export const findUser = async (id) => (await query(USER, [id])).rows[0];
export const findRoom = async (id) => (await query(ROOM, [id])).rows[0];
export const markRead = (userId, roomId, seq) => query(READ, [userId, roomId, seq]);
export const setStatus = (userId, status) => query(STATUS, [userId, status]);
