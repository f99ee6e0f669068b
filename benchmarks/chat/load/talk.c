/* The words of the two protocols: Parlor's frames (also spoken by the plain ws floor), and EchoRoom's
 * events in socket.io's (Engine.IO 4, WebSocket only) framing.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "load.h"

#define STARTS(text, len, with) ((len) >= sizeof(with) - 1 && !memcmp(text, with, sizeof(with) - 1))

static const char *token_of(const struct line *line) {
    return options.tokens[line->index % options.token_count];
}

static uint64_t number_after(const char *text, size_t len, const char *name) {
    const char *found = memmem(text, len, name, strlen(name));
    return found ? strtoull(found + strlen(name), NULL, 10) : 0;
}

/* The last one of that name: pages are in order. */
static uint64_t last_number_after(const char *text, size_t len, const char *name) {
    uint64_t number = 0;
    const char *end = text + len;
    for (const char *at = text; (at = memmem(at, (size_t)(end - at), name, strlen(name))); at++)
        number = strtoull(at + strlen(name), NULL, 10);
    return number;
}

static void nonce(const struct line *line, char *into, size_t room) {
    static uint64_t count;
    snprintf(into, room, "%x.%llx.%llx", line->index, (unsigned long long)now_ns(),
             (unsigned long long)count++);
}

/* --- Parlor ------------------------------------------------------------------------------------ */
static size_t parlor_compose(const struct line *line, enum act act, const char *text, char *into,
                             size_t size) {
    const char *room = options.rooms[line->room];
    char once[64];
    int len = 0;
    nonce(line, once, sizeof once);
    switch (act) {
    case IDENTIFY:
        len = snprintf(into, size, "{\"type\":\"auth:identify\",\"data\":{\"token\":\"%s\",\"protocol\":1}}",
                       token_of(line));
        break;
    case JOIN:
        len = snprintf(into, size, "{\"type\":\"room:join\",\"data\":{\"roomId\":\"%s\"}}", room);
        break;
    case VIEW:
        len = snprintf(into, size, "{\"type\":\"server:view\",\"data\":{\"serverId\":\"%s\"}}",
                       options.server_id);
        break;
    case SAY:
        len = snprintf(into, size,
                       "{\"type\":\"message:send\",\"data\":{\"roomId\":\"%s\",\"content\":\"%s\","
                       "\"nonce\":\"%s\"}}",
                       room, text, once);
        break;
    case RECOVER:
        len = snprintf(into, size,
                       "{\"type\":\"connection:recover\",\"data\":{\"roomId\":\"%s\",\"lastSeenSeq\":%llu}}",
                       room, (unsigned long long)line->cursor);
        break;
    case TYPE:
        len = snprintf(into, size, "{\"type\":\"typing:start\",\"data\":{\"roomId\":\"%s\"}}", room);
        break;
    case READ:
        len = snprintf(into, size, "{\"type\":\"read:update\",\"data\":{\"roomId\":\"%s\",\"seq\":%llu}}",
                       room, (unsigned long long)line->cursor);
        break;
    case CHOOSE:
        len = snprintf(into, size, "{\"type\":\"presence:set\",\"data\":{\"status\":\"%s\"}}", text);
        break;
    }
    return (size_t)len;
}

static enum heard parlor_classify(struct line *line, const char *text, size_t len) {
    const char *type = text + 9; /* after {"type":" */
    size_t left = len > 9 ? len - 9 : 0;
    if (STARTS(type, left, "message:new")) {
        uint64_t seq = number_after(type, left, "\"changeSeq\":");
        if (seq > line->cursor) line->cursor = seq;
        return MESSAGE;
    }
    if (STARTS(type, left, "message:ack")) return ACKED;
    if (STARTS(type, left, "auth:ok")) return WELCOMED;
    if (STARTS(type, left, "room:joined") || STARTS(type, left, "connection:missed")) {
        uint64_t seq = number_after(type, left, "\"upTo\":");
        if (!seq) seq = number_after(type, left, "\"lastSeq\":"); /* joined afresh */
        if (memmem(type, left, "\"recovered\":false", 17) && STARTS(type, left, "connection"))
            return REFUSED;
        if (seq > line->cursor) line->cursor = seq;
        return STARTS(type, left, "room:joined") ? JOINED : MISSED;
    }
    if (STARTS(type, left, "error") || STARTS(type, left, "auth:error")) return REFUSED;
    return OTHER;
}

const struct talk parlor_talk = {.path = "/ws",
                                 .needle = "\"content\":\"" MARK,
                                 .greets = false,
                                 .compose = parlor_compose,
                                 .classify = parlor_classify};

/* --- EchoRoom on socket.io ---------------------------------------------------------------------- */
size_t socketio_connect(const struct line *line, char *into, size_t size) {
    if (options.is_resumed && line->session[0] && line->offset[0])
        return (size_t)snprintf(into, size, "40{\"pid\":\"%s\",\"offset\":\"%s\"}", line->session,
                                line->offset);
    return (size_t)snprintf(into, size, "40");
}

static size_t socketio_compose(const struct line *line, enum act act, const char *text, char *into,
                               size_t size) {
    const char *room = options.rooms[line->room];
    char once[64];
    int len = 0;
    nonce(line, once, sizeof once);
    switch (act) {
    case IDENTIFY:
        len = snprintf(into, size, "42[\"auth:identify\",{\"token\":\"%s\"}]", token_of(line));
        break;
    case JOIN:
        len = snprintf(into, size, "42[\"room:join\",{\"roomId\":\"%s\"}]", room);
        break;
    case VIEW:
        break; /* everybody hears who is there */
    case SAY:
        len = snprintf(into, size,
                       "42[\"message:send\",{\"roomId\":\"%s\",\"text\":\"%s\",\"nonce\":\"%s\"}]",
                       room, text, once);
        break;
    case RECOVER:
        len = snprintf(into, size,
                       "42[\"connection:recover\",{\"roomId\":\"%s\",\"lastSeenSeq\":%llu}]", room,
                       (unsigned long long)line->cursor);
        break;
    case TYPE:
        len = snprintf(into, size, "42[\"typing:start\",{\"roomId\":\"%s\"}]", room);
        break;
    case READ:
        len = snprintf(into, size, "42[\"read:update\",{\"roomId\":\"%s\",\"seq\":%llu}]", room,
                       (unsigned long long)line->cursor);
        break;
    case CHOOSE:
        len = snprintf(into, size, "42[\"presence:set\",{\"status\":\"%s\"}]", text);
        break;
    }
    return (size_t)len;
}

/* …,"offset"] at the end of a broadcast, where connection-state recovery is on. */
static void keep_offset(struct line *line, const char *text, size_t len) {
    const char *end = text + len - 2;
    if (!options.is_resumed || len < 8 || memcmp(end, "\"]", 2)) return;
    const char *quote = memrchr(text, '"', len - 2);
    size_t size = quote ? (size_t)(end - quote - 1) : 0;
    if (size && size < sizeof line->offset) {
        memcpy(line->offset, quote + 1, size);
        line->offset[size] = 0;
    }
}

static void keep_session(struct line *line, const char *text, size_t len) {
    const char *found = memmem(text, len, "\"pid\":\"", 7);
    if (!found) return;
    const char *from = found + 7, *to = memchr(from, '"', (size_t)(text + len - from));
    size_t size = to ? (size_t)(to - from) : 0;
    if (size && size < sizeof line->session) {
        memcpy(line->session, from, size);
        line->session[size] = 0;
    }
}

static enum heard socketio_classify(struct line *line, const char *text, size_t len) {
    if (text[0] == '2') return PINGED;
    if (text[0] == '0') return GREETED;
    if (STARTS(text, len, "40")) {
        keep_session(line, text, len);
        return ADMITTED;
    }
    const char *name = text + 4; /* after 42[" */
    size_t left = len > 4 ? len - 4 : 0;
    if (STARTS(name, left, "message:new")) {
        uint64_t seq = number_after(name, left, "\"seq\":");
        if (seq > line->cursor) line->cursor = seq;
        keep_offset(line, text, len);
        return MESSAGE;
    }
    if (STARTS(name, left, "message:ack")) return ACKED;
    if (STARTS(name, left, "auth:ok")) return WELCOMED;
    if (STARTS(name, left, "room:joined") || STARTS(name, left, "connection:missed")) {
        uint64_t seq = last_number_after(name, left, "\"seq\":");
        if (seq > line->cursor) line->cursor = seq;
        return STARTS(name, left, "room:joined") ? JOINED : MISSED;
    }
    if (STARTS(name, left, "error") || STARTS(name, left, "auth:error") || STARTS(text, len, "44"))
        return REFUSED;
    return OTHER;
}

const struct talk socketio_talk = {.path = "/socket.io/?EIO=4&transport=websocket",
                                   .needle = "\"text\":\"" MARK,
                                   .greets = true,
                                   .compose = socketio_compose,
                                   .classify = socketio_classify};
