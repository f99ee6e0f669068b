/* The load client: many sockets on one core, little work per frame.
 *
 * main.c reads the options and prints the result; scenes.c decides what is done when; lines.c holds
 * the connections (epoll, handshakes, WebSocket frames); talk.c knows the two protocols' words;
 * figures.c counts. One thread, so the state below is global.
 */
#ifndef LOAD_H
#define LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define MAX_TARGETS 4
#define MAX_PIDS 8
#define MAX_ROOMS 256
#define MAX_WINDOW 64
#define MARK "zqT" /* stands before the time of sending in a message's text */
#define MARK_HEX 16

enum state { CLOSED, CONNECTING, UPGRADING, GREETING, IDENTIFYING, JOINING, READY };
enum act { IDENTIFY, JOIN, VIEW, SAY, RECOVER, TYPE, READ, CHOOSE };
enum heard { OTHER, GREETED, ADMITTED, WELCOMED, JOINED, ACKED, MESSAGE, MISSED, REFUSED, PINGED };

struct line {
    int fd;
    enum state state;
    unsigned index, room, target;
    bool is_away, wants_write;
    char *in, *out;
    size_t in_len, in_cap, out_len, out_cap;
    uint64_t began_ns;               /* of the connection, or of the request under way */
    uint64_t sent_ns[MAX_WINDOW];    /* of messages in flight, oldest first */
    unsigned sent_from, in_flight;
    unsigned messages;               /* heard, live or recovered */
    uint64_t cursor;                 /* the highest number heard */
    char session[48], offset[40];    /* socket.io's connection-state recovery */
};

struct histogram {
    uint64_t counts[64 * 64];
    uint64_t total, highest_ns;
};

/* One protocol. `compose` writes a frame's text; `classify` says what a text is. */
struct talk {
    const char *path, *needle; /* needle: how a message's text begins inside a page */
    bool greets;               /* the server speaks first */
    size_t (*compose)(const struct line *, enum act, const char *text, char *into, size_t room);
    enum heard (*classify)(struct line *, const char *text, size_t len);
};

struct options {
    const char *what, *path, *field, *server_id;
    const struct talk *talk;
    struct { char host[64]; int port; } targets[MAX_TARGETS];
    unsigned target_count, sockets, senders, window, room_count, missed, opening, storm, text_bytes;
    bool is_split, is_resumed;
    double warm_s, seconds, settle_s, rate;              /* rate: messages a second, 0: closed loop */
    double typing_rate, read_rate, choose_rate, reconnect_rate; /* mixed: a second, all together */
    unsigned source;                                     /* the third byte of 127.0.x.y */
    int pids[MAX_PIDS];
    unsigned pid_count;
    char rooms[MAX_ROOMS][64];
    char **tokens;
    unsigned token_count;
};

struct totals {
    uint64_t acks, messages, bytes, frames, refused, requests, closed, reconnects;
    struct histogram delivery, ack, request, recovery;
    uint64_t said[MAX_ROOMS];      /* acknowledged, per room, over the whole run */
    unsigned members[MAX_ROOMS];
    char first_refusal[300];
};

extern struct options options;
extern struct totals totals;
extern struct line *lines;

/* figures.c */
uint64_t now_ns(void);
void note(struct histogram *, uint64_t ns);
double quantile_ms(const struct histogram *, double share);
double cpu_of(int pid);
double own_cpu(void);

/* talk.c */
extern const struct talk parlor_talk, socketio_talk;
size_t socketio_connect(const struct line *, char *into, size_t room);

/* lines.c */
void lines_open(unsigned count);
void line_connect(struct line *);
void line_drop(struct line *);
void line_say(struct line *, const char *text, size_t len);
void line_send_raw(struct line *, const char *bytes, size_t len);
void pump(uint64_t until_ns);
void watch_stdin(void);
extern bool stdin_is_readable;
extern void (*on_upgraded)(struct line *);
extern void (*on_text)(struct line *, const char *text, size_t len);
extern void (*on_bytes)(struct line *, uint64_t at_ns); /* set for plain HTTP: bytes are in line->in */
extern void (*on_closed)(struct line *);
extern uint64_t heard_ns; /* when the bytes being read came */

/* scenes.c, rest.c */
void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
void play_chat(void);
void play_idle(void);
void play_recovery(void);
void play_mixed(void);
void play_rest(void);
/* main.c */
bool wait_for_word(void);
void begin_window(void);
void end_window(void);
void print_result(double lost, double repeated);

#endif
