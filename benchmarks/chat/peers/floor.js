// The floor of fan-out: plain `ws`, one room, no database, no rights, no numbers, no limits. It speaks
// as much of Parlor's frames as the load client needs.
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { WebSocket, WebSocketServer } from "ws";

const sockets = new Set();
const server = createServer((_request, response) => response.end("ok"));
const gateway = new WebSocketServer({ server, path: "/ws", perMessageDeflate: false });
let seq = 0;

const say = (socket, type, data) => socket.send(JSON.stringify({ type, timestamp: "", data }));

function send(socket, { roomId, content, nonce }) {
  seq += 1;
  const id = randomUUID();
  const createdAt = new Date().toISOString();
  const message = { id, roomId, seq, changeSeq: seq, sender: socket.id, content, nonce, createdAt };
  const frame = Buffer.from(JSON.stringify({ type: "message:new", timestamp: createdAt, data: { message } }));
  say(socket, "message:ack", { id, roomId, seq, changeSeq: seq, nonce, createdAt });
  for (const other of sockets)
    if (other.readyState === WebSocket.OPEN) other.send(frame, { binary: false });
}

gateway.on("connection", (socket) => {
  socket.id = randomUUID();
  socket.on("message", (text) => {
    const { type, data } = JSON.parse(text);
    if (type === "auth:identify") say(socket, "auth:ok", {});
    else if (type === "room:join") {
      sockets.add(socket);
      say(socket, "room:joined", { lastSeq: seq });
    } else if (type === "message:send") send(socket, data);
  });
  socket.on("close", () => sockets.delete(socket));
  socket.on("error", () => {});
});
server.listen(Number(process.env.PORT), "127.0.0.1");
