// EchoRoom as its users would run it: Express 5, Socket.IO 4 (WebSocket only), node-postgres.
//
// PORT, DATABASE_URL, JWT_SECRET; REDIS_URL makes several processes one; RECOVERY=1 turns on
// Socket.IO's connection-state recovery, which between processes needs the Redis streams adapter.
import { createServer } from "node:http";
import { createAdapter } from "@socket.io/redis-adapter";
import { createAdapter as createStreamsAdapter } from "@socket.io/redis-streams-adapter";
import express from "express";
import jwt from "jsonwebtoken";
import { createClient } from "redis";
import { Server } from "socket.io";
import { messageLimit, requestLimit } from "./limits.js";
import { attach, checkDraft } from "./sockets.js";
import * as store from "./store.js";

const { PORT, REDIS_URL, RECOVERY, JWT_SECRET } = process.env;

async function redisClient() {
  if (!REDIS_URL) return null;
  const client = createClient({ url: REDIS_URL });
  client.on("error", (error) => console.error(error));
  await client.connect();
  return client;
}

async function adapterFor(redis) {
  if (!redis) return undefined;
  if (RECOVERY) return createStreamsAdapter(redis);
  const subscriber = redis.duplicate();
  await subscriber.connect();
  return createAdapter(redis, subscriber);
}

const redis = await redisClient();
const mayRequest = requestLimit(redis);
const maySend = messageLimit(redis);
const app = express();
app.disable("x-powered-by");
app.use(express.json({ limit: "1mb" }));

app.get("/health", (_request, response) => response.json({ ok: true }));

app.use(async (request, response, next) => {
  try {
    const claims = jwt.verify((request.headers.authorization ?? "").slice(7), JWT_SECRET);
    request.user = await store.findUser(claims.sub);
  } catch {
    request.user = null;
  }
  if (!request.user) return response.status(401).json({ error: { code: "INVALID_TOKEN" } });
  if (!(await mayRequest(request.user.id)))
    return response.status(429).json({ error: { code: "RATE_LIMITED" } });
  return next();
});

app.get("/rooms/:roomId/messages", async (request, response) => {
  const { roomId } = request.params;
  if (!(await store.isMember(roomId, request.user.id)))
    return response.status(404).json({ error: { code: "NOT_FOUND" } });
  const limit = Math.min(Math.max(Number(request.query.limit) || 50, 1), 100);
  const before = Number(request.query.before) || undefined;
  return response.json({ messages: await store.newestMessages(roomId, limit, before) });
});

app.post("/rooms/:roomId/messages", async (request, response) => {
  const draft = checkDraft({ ...request.body, roomId: request.params.roomId });
  if (!(await maySend(`${request.user.id}:${draft.roomId}`)))
    return response.status(429).json({ error: { code: "RATE_LIMITED" } });
  const done = await store.addMessage(request.user, draft.roomId, draft.text, draft.nonce);
  if (!done.message) return response.status(403).json({ error: { code: done.refusal } });
  if (done.isNew) io.to(draft.roomId).emit("message:new", done.message);
  return response.status(done.isNew ? 201 : 200).json({ message: done.message });
});

app.use((error, _request, response, _next) => {
  console.error(error);
  response.status(400).json({ error: { code: "VALIDATION_ERROR" } });
});

const server = createServer(app);
const io = new Server(server, {
  transports: ["websocket"],
  serveClient: false,
  adapter: await adapterFor(redis),
  ...(RECOVERY ? { connectionStateRecovery: { maxDisconnectionDuration: 120_000 } } : {}),
});
attach(io, maySend);
server.listen(Number(PORT), "127.0.0.1");
