/* Connections: epoll, connecting from several addresses, the WebSocket handshake and frames.
 *
 * Knows nothing of what the texts say. Frames to the server carry a mask of zeros, which servers
 * undo like any other.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "load.h"

#define SCRATCH (1024 * 1024)
#define PER_ADDRESS 10000u
#define TEXT 1
#define GOODBYE 8
#define PING 9
#define PONG 10

struct line *lines;
uint64_t heard_ns;
void (*on_upgraded)(struct line *);
void (*on_text)(struct line *, const char *, size_t);
void (*on_bytes)(struct line *, uint64_t);
void (*on_closed)(struct line *);

bool stdin_is_readable;

static int epoll_fd = -1;
static char scratch[SCRATCH];

void lines_open(unsigned count) {
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    lines = calloc(count, sizeof *lines);
    if (epoll_fd < 0 || !lines) die("no memory for %u sockets", count);
    for (unsigned i = 0; i < count; i++) {
        lines[i].fd = -1;
        lines[i].index = i;
    }
}

/* Once: whoever asks reads it then. */
void watch_stdin(void) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLONESHOT, .data.ptr = NULL};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, 0, &event) &&
        epoll_ctl(epoll_fd, EPOLL_CTL_MOD, 0, &event))
        die("epoll: %s", strerror(errno));
}

static void watch(struct line *line, bool wants_write) {
    struct epoll_event event = {.events = EPOLLIN | (wants_write ? EPOLLOUT : 0), .data.ptr = line};
    line->wants_write = wants_write;
    if (epoll_ctl(epoll_fd, EPOLL_CTL_MOD, line->fd, &event)) die("epoll: %s", strerror(errno));
}

/* Several source addresses: one has too few ports for all the runs of a bench. */
static void bind_source(int fd, unsigned index) {
    int on = 1;
    struct sockaddr_in source = {.sin_family = AF_INET};
    source.sin_addr.s_addr =
        htonl(0x7F000000u | (options.source & 255u) << 8 | (2 + index / PER_ADDRESS));
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&source, sizeof source)) die("bind: %s", strerror(errno));
}

void line_connect(struct line *line) {
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) die("socket: %s (ulimit -n?)", strerror(errno));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    bind_source(fd, line->index);
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)options.targets[line->target].port)};
    inet_pton(AF_INET, options.targets[line->target].host, &to.sin_addr);
    line->fd = fd;
    line->state = CONNECTING;
    line->began_ns = now_ns();
    line->in_len = line->out_len = 0;
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.ptr = line};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event)) die("epoll: %s", strerror(errno));
    if (connect(fd, (struct sockaddr *)&to, sizeof to) && errno != EINPROGRESS)
        die("connect: %s", strerror(errno));
}

/* Without a goodbye, as lost connections are; a reset also leaves no port waiting. */
void line_drop(struct line *line) {
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    if (line->fd < 0) return;
    setsockopt(line->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(line->fd);
    free(line->in);
    free(line->out);
    line->in = line->out = NULL;
    line->fd = -1;
    line->in_len = line->in_cap = line->out_len = line->out_cap = 0;
    line->in_flight = 0;
    line->wants_write = false;
    line->state = CLOSED;
}

static void keep(char **kept, size_t *len, size_t *cap, const char *bytes, size_t more) {
    if (*len + more > *cap) {
        *cap = (*len + more) * 2;
        *kept = realloc(*kept, *cap);
        if (!*kept) die("no memory");
    }
    memcpy(*kept + *len, bytes, more);
    *len += more;
}

void line_send_raw(struct line *line, const char *bytes, size_t len) {
    ssize_t sent = line->out_len ? 0 : send(line->fd, bytes, len, MSG_NOSIGNAL);
    if (sent < 0) sent = 0; /* what is wrong with it shows when it is read */
    if ((size_t)sent < len) {
        keep(&line->out, &line->out_len, &line->out_cap, bytes + sent, len - (size_t)sent);
        if (!line->wants_write) watch(line, true);
    }
}

static void send_frame(struct line *line, int opcode, const char *payload, size_t len) {
    static char frame[SCRATCH];
    size_t head = 2;
    if (len + 16 > sizeof frame) die("a frame of %zu bytes", len);
    frame[0] = (char)(0x80 | opcode);
    if (len < 126) {
        frame[1] = (char)(0x80 | len);
    } else {
        if (len > 65535) die("a frame of %zu bytes", len);
        frame[1] = (char)(0x80 | 126);
        frame[2] = (char)(len >> 8);
        frame[3] = (char)len;
        head = 4;
    }
    memset(frame + head, 0, 4);
    memcpy(frame + head + 4, payload, len);
    line_send_raw(line, frame, head + 4 + len);
}

void line_say(struct line *line, const char *text, size_t len) {
    send_frame(line, TEXT, text, len);
}

static void ask_upgrade(struct line *line) {
    char request[512];
    int len = snprintf(request, sizeof request,
                       "GET %s HTTP/1.1\r\nHost: localhost:%d\r\nUpgrade: websocket\r\n"
                       "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                       "Sec-WebSocket-Version: 13\r\n\r\n",
                       options.talk->path, options.targets[line->target].port);
    line->state = UPGRADING;
    line_send_raw(line, request, (size_t)len);
}

static size_t read_upgrade(struct line *line, const char *bytes, size_t len) {
    const char *end = memmem(bytes, len, "\r\n\r\n", 4);
    if (!end) return 0;
    if (len < 12 || memcmp(bytes, "HTTP/1.1 101", 12))
        die("the handshake was refused: %.*s", (int)(len > 200 ? 200 : len), bytes);
    on_upgraded(line);
    return (size_t)(end - bytes) + 4;
}

/* The length of one whole frame at `bytes`, 0 if more must come first. */
static size_t read_frame(struct line *line, const char *bytes, size_t len) {
    const unsigned char *head = (const unsigned char *)bytes;
    size_t start = 2, size;
    if (len < 2) return 0;
    size = head[1] & 127;
    if (size == 126) {
        if (len < 4) return 0;
        size = (size_t)head[2] << 8 | head[3];
        start = 4;
    } else if (size == 127) {
        if (len < 10) return 0;
        size = 0;
        for (int i = 2; i < 10; i++) size = size << 8 | head[i];
        start = 10;
    }
    if (len < start + size) return 0;
    if (!(head[0] & 0x80) || !(head[0] & 15)) die("the server sends messages in fragments");
    int opcode = head[0] & 15;
    if (opcode == TEXT) on_text(line, bytes + start, size);
    else if (opcode == PING) send_frame(line, PONG, bytes + start, size);
    else if (opcode == GOODBYE && size >= 2 && !totals.first_refusal[0])
        snprintf(totals.first_refusal, sizeof totals.first_refusal, "closed with %u",
                 (unsigned)head[start] << 8 | head[start + 1]);
    return start + size;
}

static size_t read_some(struct line *line, const char *bytes, size_t len) {
    size_t used = 0;
    for (;;) {
        size_t part = line->state == UPGRADING ? read_upgrade(line, bytes + used, len - used)
                                               : read_frame(line, bytes + used, len - used);
        if (!part || line->fd < 0) return used;
        used += part;
    }
}

static void lost(struct line *line) {
    totals.closed++;
    line_drop(line);
    on_closed(line);
}

static void readable(struct line *line) {
    size_t kept = line->in_len;
    if (kept > SCRATCH / 2) die("a frame larger than this client reads");
    memcpy(scratch, line->in, kept);
    ssize_t got = recv(line->fd, scratch + kept, SCRATCH - kept, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
        lost(line);
        return;
    }
    heard_ns = now_ns();
    totals.bytes += (uint64_t)got;
    size_t len = kept + (size_t)got, used = 0;
    line->in_len = 0;
    if (on_bytes) {
        keep(&line->in, &line->in_len, &line->in_cap, scratch, len);
        on_bytes(line, heard_ns);
        return;
    }
    used = read_some(line, scratch, len);
    if (line->fd >= 0 && used < len)
        keep(&line->in, &line->in_len, &line->in_cap, scratch + used, len - used);
}

static void writable(struct line *line) {
    if (line->state == CONNECTING) {
        int error = 0;
        socklen_t size = sizeof error;
        getsockopt(line->fd, SOL_SOCKET, SO_ERROR, &error, &size);
        if (error) die("connecting failed: %s", strerror(error));
        watch(line, false);
        if (on_bytes) on_upgraded(line);
        else ask_upgrade(line);
        return;
    }
    ssize_t sent = send(line->fd, line->out, line->out_len, MSG_NOSIGNAL);
    if (sent > 0) {
        line->out_len -= (size_t)sent;
        memmove(line->out, line->out + sent, line->out_len);
    }
    if (!line->out_len) watch(line, false);
}

/* Wait for something until then, and do what came. */
void pump(uint64_t until_ns) {
    static struct epoll_event events[512];
    uint64_t now = now_ns(), wait_ns = until_ns > now ? until_ns - now : 0;
    struct timespec wait = {.tv_sec = (time_t)(wait_ns / 1000000000u),
                            .tv_nsec = (long)(wait_ns % 1000000000u)};
    int count = epoll_pwait2(epoll_fd, events, 512, &wait, NULL);
    for (int i = 0; i < count; i++) {
        struct line *line = events[i].data.ptr;
        if (!line) {
            stdin_is_readable = true;
            continue;
        }
        if (line->fd >= 0 && events[i].events & EPOLLOUT) writable(line);
        if (line->fd >= 0 && events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) readable(line);
    }
}
