/* What is done when: opening all sockets, chatting, being idle, recovering.
 *
 * A message's text carries the time it was sent (in an open loop: was to be sent, so that a stalled
 * server does not hide its own delay).
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "load.h"

#define SECOND 1000000000ull
#define GIVE_UP_NS (60 * SECOND)

static bool is_closed_loop, is_measuring;
static unsigned ready_count, done_count;
static uint64_t said_total;

static uint64_t after_s(double seconds) {
    return now_ns() + (uint64_t)(seconds * 1e9);
}

static void send_act(struct line *line, enum act act, const char *text) {
    static char frame[4096];
    size_t len = options.talk->compose(line, act, text, frame, sizeof frame);
    if (len) line_say(line, frame, len);
}

/* --- messages ------------------------------------------------------------------------------------ */
static void say_at(struct line *line, uint64_t at_ns) {
    static const char words[] = " and so the evening went on, with people coming in, sitting down,"
                                " telling what the day had been like and asking who was there";
    char text[512];
    int len = snprintf(text, sizeof text, MARK "%016llx", (unsigned long long)at_ns);
    while ((unsigned)len < options.text_bytes && (unsigned)len < sizeof text - 1) {
        int part = (int)options.text_bytes - len;
        len += snprintf(text + len, sizeof text - (size_t)len, "%.*s", part, words);
    }
    line->sent_ns[(line->sent_from + line->in_flight) % MAX_WINDOW] = at_ns;
    line->in_flight++;
    send_act(line, SAY, text);
}

static void acked(struct line *line) {
    if (!line->in_flight) return;
    uint64_t sent = line->sent_ns[line->sent_from];
    line->sent_from = (line->sent_from + 1) % MAX_WINDOW;
    line->in_flight--;
    totals.said[line->room]++;
    said_total++;
    if (is_measuring) {
        totals.acks++;
        note(&totals.ack, heard_ns - sent);
    }
    if (is_closed_loop) say_at(line, now_ns());
}

static void delivered(struct line *line, const char *text, size_t len) {
    line->messages++;
    if (is_measuring) {
        const char *mark = memmem(text, len, MARK, strlen(MARK));
        totals.messages++;
        if (mark && mark + strlen(MARK) + MARK_HEX <= text + len) {
            uint64_t sent = strtoull(mark + strlen(MARK), NULL, 16);
            note(&totals.delivery, heard_ns > sent ? heard_ns - sent : 0);
        }
    }
    if (options.missed && line->is_away && line->messages >= options.missed) {
        line->is_away = false;
        note(&totals.recovery, heard_ns - line->began_ns);
        done_count++;
    }
}

/* --- coming in ----------------------------------------------------------------------------------- */
static void is_ready(struct line *line) {
    if (line->state == READY) return;
    line->state = READY;
    ready_count++;
}

static void upgraded(struct line *line) {
    line->state = options.talk->greets ? GREETING : IDENTIFYING;
    if (!options.talk->greets) send_act(line, IDENTIFY, "");
}

static void admitted(struct line *line) {
    if (options.is_resumed && line->is_away) {
        is_ready(line); /* its rooms come back with the session */
        return;
    }
    line->state = IDENTIFYING;
    send_act(line, IDENTIFY, "");
}

static void welcomed(struct line *line) {
    line->state = JOINING;
    send_act(line, line->is_away ? RECOVER : JOIN, "");
    if (options.server_id) send_act(line, VIEW, "");
}

static void page_came(struct line *line, const char *text, size_t len) {
    const char *at = text, *end = text + len, *needle = options.talk->needle;
    while ((at = memmem(at, (size_t)(end - at), needle, strlen(needle)))) {
        line->messages++;
        at += strlen(needle);
    }
    if (memmem(text, len, "\"more\":true", 11)) return;
    is_ready(line);
    if (line->is_away && line->messages >= options.missed) {
        line->is_away = false;
        note(&totals.recovery, heard_ns - line->began_ns);
        done_count++;
    }
}

static void refused(const char *text, size_t len) {
    if (!totals.refused++)
        snprintf(totals.first_refusal, sizeof totals.first_refusal, "%.*s", (int)len, text);
}

static void text_came(struct line *line, const char *text, size_t len) {
    char connect[256];
    totals.frames++;
    switch (options.talk->classify(line, text, len)) {
    case GREETED: line_say(line, connect, socketio_connect(line, connect, sizeof connect)); break;
    case PINGED: line_say(line, "3", 1); break;
    case ADMITTED: admitted(line); break;
    case WELCOMED: welcomed(line); break;
    case JOINED: is_ready(line); break;
    case MISSED: page_came(line, text, len); break;
    case ACKED: acked(line); break;
    case MESSAGE: delivered(line, text, len); break;
    case REFUSED: refused(text, len); break;
    case OTHER: break;
    }
}

static void closed(struct line *line) {
    if (line->is_away) {
        uint64_t began = line->began_ns; /* it tries again, as a client would; the time goes on */
        line_connect(line);
        line->began_ns = began;
        return;
    }
    if (totals.closed > 0 && ready_count < options.sockets)
        die("a socket was closed while coming in: %s", totals.first_refusal);
}

static void place(struct line *line) {
    line->room = line->index % options.room_count;
    line->target = options.is_split ? (line->index >= options.senders) % options.target_count
                                    : line->index % options.target_count;
    totals.members[line->room]++;
}

/* At most `opening` on their way at once. */
static void open_until(unsigned first, unsigned count) {
    uint64_t give_up = now_ns() + GIVE_UP_NS * 5;
    unsigned next = first, base = ready_count;
    while (ready_count - base < count) {
        while (next < first + count && next - first - (ready_count - base) < options.opening)
            line_connect(&lines[next++]);
        pump(after_s(0.1));
        if (totals.refused) die("refused while coming in: %s", totals.first_refusal);
        if (now_ns() > give_up) die("only %u of %u sockets came in", ready_count, options.sockets);
    }
}

static void open_all(void) {
    on_upgraded = upgraded;
    on_text = text_came;
    on_closed = closed;
    lines_open(options.sockets);
    for (unsigned i = 0; i < options.sockets; i++) place(&lines[i]);
    open_until(0, options.sockets);
    uint64_t settled = after_s(options.settle_s);
    while (now_ns() < settled) pump(settled);
}

static uint64_t expected(void) {
    uint64_t sum = 0;
    for (unsigned room = 0; room < options.room_count; room++)
        sum += totals.said[room] * totals.members[room];
    return sum;
}

static uint64_t heard_by_all(void) {
    uint64_t sum = 0;
    for (unsigned i = 0; i < options.sockets; i++) sum += lines[i].messages;
    return sum;
}

static bool is_settled(void) {
    for (unsigned i = 0; i < options.sockets; i++)
        if (lines[i].in_flight && lines[i].fd >= 0) return false;
    return heard_by_all() >= expected();
}

/* Everything acknowledged must reach everybody of its room, once. */
static void settle_and_print(void) {
    uint64_t give_up = after_s(20);
    is_closed_loop = false;
    while (!is_settled() && now_ns() < give_up) pump(after_s(0.05));
    double lost = 0, repeated = 0;
    for (unsigned i = 0; i < options.sockets; i++) {
        double difference = (double)totals.said[lines[i].room] - (double)lines[i].messages;
        if (difference > 0) lost += difference;
        else repeated -= difference;
    }
    print_result(lost, repeated);
}

static void measure(bool on) {
    if (on) begin_window();
    is_measuring = on;
    if (!on) end_window();
}

/* --- scenes: rounds of the same, as often as asked for, on the same sockets ----------------------- */
static void run_closed(uint64_t until_ns) {
    while (now_ns() < until_ns) pump(until_ns);
}

static void run_open(uint64_t until_ns) {
    static unsigned sender;
    uint64_t interval = (uint64_t)(1e9 / options.rate), next = now_ns();
    for (;;) {
        uint64_t now = now_ns();
        if (now >= until_ns) return;
        for (; next <= now; next += interval) {
            struct line *line = &lines[sender++ % options.senders];
            if (line->in_flight < MAX_WINDOW - 1) say_at(line, next);
            else refused("the server is behind", 20);
        }
        pump(next < until_ns ? next : until_ns);
    }
}

static void forget_round(void) {
    unsigned members[MAX_ROOMS];
    memcpy(members, totals.members, sizeof members);
    memset(&totals, 0, sizeof totals);
    memcpy(totals.members, members, sizeof members);
    for (unsigned i = 0; i < options.sockets; i++) lines[i].messages = 0;
}

static void play_round(void (*run)(uint64_t)) {
    forget_round();
    is_closed_loop = run == run_closed;
    if (is_closed_loop)
        for (unsigned i = 0; i < options.senders; i++)
            for (unsigned j = 0; j < options.window; j++) say_at(&lines[i], now_ns());
    run(after_s(options.warm_s));
    measure(true);
    run(after_s(options.seconds));
    measure(false);
    settle_and_print();
}

void play_chat(void) {
    open_all();
    while (wait_for_word()) play_round(options.rate > 0 ? run_open : run_closed);
}

void play_idle(void) {
    open_all();
    while (wait_for_word()) {
        forget_round();
        measure(true);
        run_closed(after_s(options.seconds));
        measure(false);
        print_result(0, 0);
    }
}

static void say_and_wait(unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        uint64_t wanted = said_total + 1, give_up = now_ns() + GIVE_UP_NS;
        say_at(&lines[0], now_ns());
        while (said_total < wanted && now_ns() < give_up) pump(after_s(0.1));
        if (said_total < wanted) die("a message was not acknowledged: %s", totals.first_refusal);
    }
}

/* All but the first lose their connection; it writes what they miss. */
static void let_them_miss(unsigned missed) {
    say_and_wait(1);
    uint64_t give_up = now_ns() + GIVE_UP_NS;
    while (!is_settled() && now_ns() < give_up) pump(after_s(0.05));
    for (unsigned i = 1; i < options.sockets; i++) line_drop(&lines[i]);
    run_closed(after_s(1.0));
    say_and_wait(missed);
    run_closed(after_s(0.3));
    for (unsigned i = 1; i < options.sockets; i++) {
        lines[i].is_away = true;
        lines[i].messages = 0;
    }
}

static void come_back_at_once(void) {
    unsigned next = 1, others = options.sockets - 1;
    uint64_t give_up = now_ns() + GIVE_UP_NS;
    done_count = 0;
    while (done_count < others && now_ns() < give_up) {
        while (next <= others && next - 1 - done_count < options.storm) line_connect(&lines[next++]);
        pump(after_s(0.1));
    }
}

void play_recovery(void) {
    unsigned missed = options.missed;
    options.missed = 0;
    open_all();
    while (wait_for_word()) {
        forget_round();
        options.missed = 0;
        let_them_miss(missed);
        options.missed = missed;
        begin_window();
        come_back_at_once();
        end_window();
        double lost = 0, repeated = 0;
        for (unsigned i = 1; i < options.sockets; i++) {
            if (lines[i].messages < missed) lost += missed - lines[i].messages;
            else repeated += lines[i].messages - missed;
        }
        print_result(lost, repeated);
    }
}

/* --- a busy server ------------------------------------------------------------------------------- */
static struct line *anybody(unsigned from) {
    static uint64_t seed = 0x9E3779B97F4A7C15ull; /* the same people every time */
    seed = seed * 6364136223846793005ull + 1442695040888963407ull;
    return &lines[from + (unsigned)(seed >> 33) % (options.sockets - from)];
}

static void lose_one(void) {
    struct line *line = anybody(options.senders);
    if (line->state != READY) return;
    line_drop(line);
    line->is_away = true;
    totals.reconnects++;
    line_connect(line);
}

static void do_one(unsigned kind, uint64_t due_ns) {
    static const char *statuses[] = {"online", "idle", "dnd"};
    static const enum act acts[] = {SAY, TYPE, READ, CHOOSE};
    static unsigned turn;
    struct line *line = kind ? anybody(0) : &lines[turn % options.senders];
    turn++;
    if (kind == 4) lose_one();
    else if (line->state != READY) return;
    else if (kind) send_act(line, acts[kind], statuses[turn % 3]);
    else if (line->in_flight < MAX_WINDOW - 1) say_at(line, due_ns);
}

static void run_mixed(uint64_t until_ns) {
    double rates[5] = {options.rate, options.typing_rate, options.read_rate, options.choose_rate,
                       options.reconnect_rate};
    uint64_t next[5] = {0};
    for (uint64_t now; (now = now_ns()) < until_ns;) {
        uint64_t soonest = until_ns;
        for (unsigned kind = 0; kind < 5; kind++) {
            if (rates[kind] <= 0) continue;
            if (!next[kind]) next[kind] = now;
            for (; next[kind] <= now; next[kind] += (uint64_t)(1e9 / rates[kind]))
                do_one(kind, next[kind]);
            if (next[kind] < soonest) soonest = next[kind];
        }
        pump(soonest);
    }
}

void play_mixed(void) {
    open_all();
    while (wait_for_word()) play_round(run_mixed);
}
