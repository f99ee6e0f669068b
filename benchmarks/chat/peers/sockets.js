// EchoRoom's Socket.IO events: identify, join, leave, send, typing, reading, presence, recover.
import jwt from "jsonwebtoken";
import { frameBucket } from "./limits.js";
import * as store from "./store.js";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const MAX_TEXT = 4000;
const PRESENCE_EVERY_MS = 1000;
const TYPING_ENDS_MS = 6000;

class Refused extends Error {}

const require_ = (holds, code) => {
  if (!holds) throw new Refused(code);
};

/** What a message must be, wherever it came from. */
export function checkDraft(data) {
  require_(UUID.test(data?.roomId), "VALIDATION_ERROR");
  const text = typeof data.text === "string" ? data.text.trim() : "";
  require_(text && text.length <= MAX_TEXT, "VALIDATION_ERROR");
  require_(typeof data.nonce === "string" && data.nonce.length <= 64, "VALIDATION_ERROR");
  return { roomId: data.roomId, text, nonce: data.nonce };
}

export function attach(io, messageLimit) {
  const presence = new Map(); // user id → status, told once a second
  const timers = new WeakMap(); // socket → when its typing ends by itself
  setInterval(() => {
    if (!presence.size) return;
    const changes = [...presence].map(([userId, status]) => ({ userId, status }));
    presence.clear();
    io.local.emit("presence:update", { changes });
  }, PRESENCE_EVERY_MS);

  const handlers = {
    async "auth:identify"(socket, { token }) {
      const claims = jwt.verify(token, process.env.JWT_SECRET);
      const user = await store.findUser(claims.sub);
      require_(user, "INVALID_TOKEN");
      socket.data.user = user;
      socket.join(`user:${user.id}`);
      presence.set(user.id, user.status);
      socket.emit("auth:ok", { user: { id: user.id, displayName: user.display_name } });
    },
    async "room:join"(socket, { roomId }) {
      await enter(socket, roomId);
      const [room, messages] = await Promise.all([
        store.findRoom(roomId),
        store.newestMessages(roomId, 50),
      ]);
      socket.emit("room:joined", { room, messages });
    },
    async "room:leave"(socket, { roomId }) {
      await socket.leave(roomId);
      socket.emit("room:left", { roomId });
    },
    async "message:send"(socket, data) {
      const draft = checkDraft(data);
      require_(socket.rooms.has(draft.roomId), "FORBIDDEN");
      const { user } = socket.data;
      require_(await messageLimit(`${user.id}:${draft.roomId}`), "RATE_LIMITED");
      const done = await store.addMessage(user, draft.roomId, draft.text, draft.nonce);
      require_(done.message, done.refusal);
      const { id, seq, nonce, createdAt } = done.message;
      socket.emit("message:ack", { id, roomId: draft.roomId, seq, nonce, createdAt });
      if (done.isNew) io.to(draft.roomId).emit("message:new", done.message);
    },
    async "typing:start"(socket, { roomId }) {
      typing(socket, roomId, true);
    },
    async "typing:stop"(socket, { roomId }) {
      typing(socket, roomId, false);
    },
    async "read:update"(socket, { roomId, seq }) {
      require_(socket.rooms.has(roomId) && Number.isSafeInteger(seq), "VALIDATION_ERROR");
      await store.markRead(socket.data.user.id, roomId, seq);
      io.to(`user:${socket.data.user.id}`).emit("read:updated", { roomId, seq });
    },
    async "presence:set"(socket, { status }) {
      require_(["online", "idle", "dnd", "offline"].includes(status), "VALIDATION_ERROR");
      await store.setStatus(socket.data.user.id, status);
      presence.set(socket.data.user.id, status);
    },
    async "connection:recover"(socket, { roomId, lastSeenSeq }) {
      require_(Number.isSafeInteger(lastSeenSeq), "VALIDATION_ERROR");
      await enter(socket, roomId);
      const messages = await store.messagesSince(roomId, lastSeenSeq);
      socket.emit("connection:missed", { roomId, messages });
    },
  };

  async function enter(socket, roomId) {
    require_(UUID.test(roomId), "VALIDATION_ERROR");
    require_(await store.isMember(roomId, socket.data.user.id), "NOT_FOUND");
    await socket.join(roomId);
  }

  function typing(socket, roomId, isTyping) {
    require_(socket.rooms.has(roomId), "FORBIDDEN");
    const { id, display_name: displayName } = socket.data.user;
    const tell = (on) =>
      socket.to(roomId).emit("typing:update", { roomId, user: { id, displayName }, isTyping: on });
    clearTimeout(timers.get(socket));
    tell(isTyping);
    if (isTyping) timers.set(socket, setTimeout(() => tell(false), TYPING_ENDS_MS));
  }

  io.on("connection", (socket) => {
    const take = frameBucket();
    socket.use((_event, next) => (take() ? next() : socket.disconnect(true)));
    for (const [name, handle] of Object.entries(handlers)) {
      socket.on(name, async (data) => {
        try {
          require_(socket.data.user || name === "auth:identify", "NOT_AUTHENTICATED");
          await handle(socket, data ?? {});
        } catch (error) {
          const isIdentity = name === "auth:identify";
          const code = error instanceof Refused ? error.message : isIdentity ? "INVALID_TOKEN" : "ERROR";
          if (code === "ERROR") console.error(error);
          socket.emit(isIdentity ? "auth:error" : "error", { code });
        }
      });
    }
    socket.on("disconnect", () => {
      if (socket.data.user) presence.set(socket.data.user.id, "offline");
    });
  });
}
