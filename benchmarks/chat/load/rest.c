/* REST: connections that each have one request under way, for as long as the window lasts. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "load.h"

static bool is_measuring, is_posting;

static void ask(struct line *line) {
    static unsigned long count;
    char request[4096], body[1024] = "";
    const char *room = options.rooms[line->index % options.room_count];
    int size = 0;
    if (is_posting)
        size = snprintf(body, sizeof body,
                        "{\"%s\":\"" MARK "%016llx and so the evening went on, with people coming in,"
                        " sitting down and telling what the day had been like\",\"nonce\":\"%llx.%lx\"}",
                        options.field, (unsigned long long)now_ns(),
                        (unsigned long long)now_ns(), count++);
    int len = snprintf(request, sizeof request,
                       "%s %s/rooms/%s/messages%s HTTP/1.1\r\nHost: localhost:%d\r\n"
                       "Authorization: Bearer %s\r\nContent-Type: application/json\r\n"
                       "Content-Length: %d\r\n\r\n%s",
                       is_posting ? "POST" : "GET", options.path, room, is_posting ? "" : "?limit=50",
                       options.targets[line->target].port,
                       options.tokens[line->index % options.token_count], size, body);
    line->began_ns = now_ns();
    line_send_raw(line, request, (size_t)len);
}

static void opened(struct line *line) {
    line->state = READY;
    ask(line);
}

static void closed(struct line *line) {
    line_connect(line); /* a server may end an idle connection; that is counted */
}

/* Whether a whole answer is there: its head says how long the body is. */
static bool is_whole(const char *bytes, size_t len, int *status) {
    const char *end = memmem(bytes, len, "\r\n\r\n", 4);
    if (!end) return false;
    const char *length = strcasestr(bytes, "\r\ncontent-length:");
    if (!length || length > end) die("an answer without a length: %.*s", 200, bytes);
    *status = atoi(bytes + 9);
    return len >= (size_t)(end - bytes) + 4 + strtoul(length + 17, NULL, 10);
}

static void came(struct line *line, uint64_t at_ns) {
    int status = 0;
    if (line->in_len + 1 > line->in_cap) {
        line->in_cap = line->in_len + 1;
        line->in = realloc(line->in, line->in_cap);
    }
    line->in[line->in_len] = 0;
    if (!is_whole(line->in, line->in_len, &status)) return;
    if (status != 200 && status != 201 && !totals.refused++)
        snprintf(totals.first_refusal, sizeof totals.first_refusal, "%.299s", line->in);
    if (is_measuring) {
        totals.requests++;
        note(&totals.request, at_ns - line->began_ns);
    }
    line->in_len = 0;
    ask(line);
}

static void run(double seconds) {
    uint64_t until = now_ns() + (uint64_t)(seconds * 1e9);
    while (now_ns() < until) pump(until);
}

void play_rest(void) {
    is_posting = !strcmp(options.what, "post");
    on_upgraded = opened;
    on_bytes = came;
    on_closed = closed;
    lines_open(options.sockets);
    while (wait_for_word()) {
        memset(&totals, 0, sizeof totals);
        for (unsigned i = 0; i < options.sockets; i++) {
            lines[i].target = i % options.target_count;
            line_connect(&lines[i]);
        }
        run(options.warm_s);
        begin_window();
        is_measuring = true;
        run(options.seconds);
        is_measuring = false;
        end_window();
        for (unsigned i = 0; i < options.sockets; i++) line_drop(&lines[i]);
        print_result(0, 0);
    }
}
