/* The load: senders and listeners of one bench, on connected UDP sockets, in one thread.
 *
 * Called by generator.py once connections stand; SRTP sessions and libsrtp's functions come from
 * there, so nothing is linked. Packets are sent on a clock, or as fast as they come back. It knows
 * no server, measures no CPU time and prints nothing. The structs are mirrored in generator.py.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

typedef int (*srtp_function)(void *session, void *data, int *length);

enum { MAX_STREAMS = 32, BATCH = 32, SLOT = 2048, STAMP = 16, HEAD = 28 };
static const uint32_t MAGIC = 0x5061726c;
static const uint64_t SECOND = 1000000000ull;
static const uint64_t BINDING_PAUSE = 2500000000ull; /* as Chromium */
static const uint64_t MOST_LATE = 10000000ull;       /* behind the clock: no hurrying after */
static const uint64_t STALL = 200000000ull;          /* so long nothing came: it is lost … */
static const uint64_t LOST = 2000000000ull;          /* … and at the end, where waiting is free */

struct stream {
    uint32_t ssrc;
    uint32_t highest; /* with cycles, as RTCP says it */
    uint64_t packets;
};

struct leg { /* one connection */
    int32_t fd;
    int32_t binding_length;
    void *tx, *rx;
    const uint8_t *binding; /* a signed binding request: it says that we live */
    /* what it sends; ssrc 0: it only listens */
    uint32_t ssrc, payload_type, timestamp, timestamp_step;
    uint32_t clock_rate, sequence, transport_sequence, packets_per_frame;
    const uint8_t *payload;
    int32_t payload_length;
    uint32_t number;
    uint64_t sent, octets, due_ns, binding_due_ns, report_due_ns;
    /* what it has heard */
    uint64_t received, checked, wrong;
    int32_t stream_count;
    uint32_t own_ssrc;
    struct stream streams[MAX_STREAMS];
};

struct run {
    srtp_function protect, unprotect, protect_rtcp;
    double duration_s, packets_per_s; /* per sender; 0: as fast as they come back */
    int32_t window;                   /* packets of the sender that may be under way then */
    int32_t listeners;                /* per sender */
    int32_t check_every, is_checked;
    uint64_t sent, received, latency_count, latency_room;
    uint32_t *latencies_us;
};

static uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec;
}

static void put16(uint8_t *at, uint32_t value) { at[0] = value >> 8; at[1] = value; }
static void put32(uint8_t *at, uint32_t value) { put16(at, value >> 16); put16(at + 2, value); }
static uint32_t get32(const uint8_t *at) {
    return (uint32_t)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
}

/* RTP as Chromium writes it: audio level, abs-send-time, transport-cc and mid (RFC 8285 §4.2). */
static int write_packet(struct leg *leg, uint8_t *out, uint64_t now) {
    uint32_t place = leg->packets_per_frame ? leg->sent % leg->packets_per_frame : 0;
    int is_last = leg->packets_per_frame && place + 1 == leg->packets_per_frame;
    int is_audio = !leg->packets_per_frame;
    uint32_t send_time = (uint32_t)((unsigned __int128)now * (1 << 18) / SECOND) & 0xFFFFFF;
    out[0] = 0x90;
    out[1] = leg->payload_type | (is_last ? 128 : 0);
    put16(out + 2, leg->sequence++);
    put32(out + 4, leg->timestamp);
    put32(out + 8, leg->ssrc);
    put16(out + 12, 0xBEDE);
    put16(out + 14, 3);
    uint8_t *at = out + 16;
    *at++ = is_audio ? 0x10 : 0; /* a video has padding there */
    *at++ = is_audio ? 0x80 | (20 + leg->number % 8) : 0;
    *at++ = 0x22;
    *at++ = send_time >> 16, *at++ = send_time >> 8, *at++ = send_time;
    *at++ = 0x31;
    put16(at, leg->transport_sequence++), at += 2;
    *at++ = 0x40, *at++ = '0', *at++ = 0;
    memcpy(at, leg->payload, leg->payload_length);
    if (!is_audio) { /* RFC 7741: a frame's first packet; a key frame every second */
        uint64_t frame = leg->sent / leg->packets_per_frame;
        at[0] = place ? 0x00 : 0x10;
        at[1] = frame % 30 ? 0x01 : 0x00;
    }
    uint8_t *stamp = at + leg->payload_length - STAMP;
    put32(stamp, MAGIC), put32(stamp + 4, leg->number);
    memcpy(stamp + 8, &now, 8);
    if (is_audio || is_last) leg->timestamp += leg->timestamp_step;
    return HEAD + leg->payload_length;
}

static void send_packet(struct run *run, struct leg *leg, uint64_t now) {
    uint8_t out[SLOT];
    int length = write_packet(leg, out, now);
    leg->octets += leg->payload_length;
    if (run->protect(leg->tx, out, &length) == 0) {
        send(leg->fd, out, length, 0);
        leg->sent++;
        run->sent++;
    }
}

static struct stream *stream_of(struct leg *leg, uint32_t ssrc) {
    for (int place = 0; place < leg->stream_count; place++)
        if (leg->streams[place].ssrc == ssrc) return &leg->streams[place];
    if (leg->stream_count == MAX_STREAMS) return 0;
    struct stream *made = &leg->streams[leg->stream_count++];
    made->ssrc = ssrc;
    return made;
}

/* Decrypts one of many: it must be what was sent, and says how long it took. */
static void check(struct run *run, struct leg *leg, uint8_t *data, int length) {
    leg->checked++;
    uint64_t sent, now = now_ns();
    if (run->unprotect(leg->rx, data, &length) || length < STAMP) { leg->wrong++; return; }
    if (!run->is_checked) return; /* this server makes other packets of them */
    uint8_t *stamp = data + length - STAMP;
    if (get32(stamp) != MAGIC) { leg->wrong++; return; }
    memcpy(&sent, stamp + 8, 8);
    if (run->latency_count < run->latency_room)
        run->latencies_us[run->latency_count++] = (now - sent) / 1000;
}

static void take(struct run *run, struct leg *leg, uint8_t *data, int length) {
    if (length < 12 || data[0] < 128 || data[0] > 191) return; /* STUN, DTLS */
    if (data[1] > 191 && data[1] < 224) return;                /* RTCP */
    struct stream *stream = stream_of(leg, get32(data + 8));
    if (!stream) return;
    uint32_t sequence = data[2] << 8 | data[3];
    if (!stream->packets) stream->highest = sequence;
    int16_t ahead = sequence - stream->highest;
    if (ahead > 0) stream->highest += ahead;
    stream->packets++;
    run->received++;
    if (leg->received++ % run->check_every == 0) check(run, leg, data, length);
}

static void read_leg(struct run *run, struct leg *leg) {
    static uint8_t slots[BATCH][SLOT];
    struct iovec iovecs[BATCH];
    struct mmsghdr headers[BATCH];
    memset(headers, 0, sizeof headers);
    for (int place = 0; place < BATCH; place++) {
        iovecs[place] = (struct iovec){slots[place], SLOT};
        headers[place].msg_hdr.msg_iov = &iovecs[place];
        headers[place].msg_hdr.msg_iovlen = 1;
    }
    int count = recvmmsg(leg->fd, headers, BATCH, MSG_DONTWAIT, 0);
    for (int place = 0; place < count; place++)
        take(run, leg, slots[place], headers[place].msg_len);
}

/* RFC 3550 §6.4: a sender's report, or a receiver's about all that it hears. */
static void send_report(struct run *run, struct leg *leg, uint64_t now) {
    uint8_t out[SLOT] = {0};
    int length;
    out[0] = 0x80 | (leg->ssrc ? 0 : leg->stream_count);
    out[1] = leg->ssrc ? 200 : 201;
    put32(out + 4, leg->own_ssrc);
    if (leg->ssrc) {
        length = 28;
        put32(out + 8, now / SECOND);
        put32(out + 12, (uint32_t)(((now % SECOND) << 32) / SECOND));
        put32(out + 16, leg->timestamp);
        put32(out + 20, leg->sent);
        put32(out + 24, leg->octets);
    } else {
        length = 8;
        for (int place = 0; place < leg->stream_count && place < 31; place++, length += 24) {
            put32(out + length, leg->streams[place].ssrc);
            put32(out + length + 8, leg->streams[place].highest);
        }
    }
    put16(out + 2, length / 4 - 1);
    if (run->protect_rtcp(leg->tx, out, &length) == 0) send(leg->fd, out, length, 0);
}

static void keep_house(struct run *run, struct leg *legs, int count, uint64_t now) {
    for (int place = 0; place < count; place++) {
        struct leg *leg = &legs[place];
        if (now >= leg->binding_due_ns) {
            if (leg->binding_due_ns) send(leg->fd, leg->binding, leg->binding_length, 0);
            /* The first time only spreads them. */
            uint64_t pause = leg->binding_due_ns ? BINDING_PAUSE : BINDING_PAUSE * place / count;
            leg->binding_due_ns = now + pause + 1;
        }
        if (now >= leg->report_due_ns) {
            if (leg->report_due_ns) send_report(run, leg, now);
            leg->report_due_ns = now + (leg->report_due_ns ? SECOND : SECOND * place / count) + 1;
        }
    }
}

/* Sends what is due; when the next is. */
static uint64_t send_paced(struct run *run, struct leg *legs, int senders, uint64_t now) {
    uint64_t pause = (uint64_t)(SECOND / run->packets_per_s), next = now + SECOND;
    for (int place = 0; place < senders; place++) {
        if (legs[place].due_ns + MOST_LATE < now) legs[place].due_ns = now - MOST_LATE;
        for (; legs[place].due_ns <= now; legs[place].due_ns += pause)
            send_packet(run, &legs[place], now);
        if (legs[place].due_ns < next) next = legs[place].due_ns;
    }
    return next;
}

static void send_freely(struct run *run, struct leg *legs, int senders, uint64_t forgiven) {
    uint64_t most = (uint64_t)run->window * senders;
    while (run->sent * run->listeners < run->received + forgiven + most * run->listeners)
        send_packet(run, &legs[run->sent % senders], now_ns());
}

static int open_epoll(struct leg *legs, int count) {
    int epoll = epoll_create1(0);
    for (int place = 0; place < count; place++) {
        struct epoll_event wanted = {.events = EPOLLIN, .data.u32 = place};
        epoll_ctl(epoll, EPOLL_CTL_ADD, legs[place].fd, &wanted);
    }
    return epoll;
}

/* Waits until `until_ns` at most. Whether media came. */
static int listen_until(struct run *run, struct leg *legs, int epoll, uint64_t until_ns) {
    struct epoll_event ready[256];
    uint64_t now = now_ns(), wait = until_ns > now ? until_ns - now : 0, before = run->received;
    struct timespec timeout = {wait / SECOND, wait % SECOND};
    int count = epoll_pwait2(epoll, ready, 256, &timeout, 0);
    for (int place = 0; place < count; place++) read_leg(run, &legs[ready[place].data.u32]);
    return run->received > before;
}

/* Sends and listens for the duration, then listens until all is there or nothing comes any more.
 * The first `senders` legs send. The time that was sent for, in ns. */
uint64_t generate(struct run *run, struct leg *legs, int count, int senders) {
    prctl(PR_SET_TIMERSLACK, 1000, 0, 0, 0);
    int epoll = open_epoll(legs, count);
    uint64_t start = now_ns(), now = start, heard = start, house = start, forgiven = 0;
    uint64_t end = start + (uint64_t)(run->duration_s * SECOND);
    for (int place = 0; place < senders && run->packets_per_s > 0; place++)
        legs[place].due_ns = start + (uint64_t)(SECOND / run->packets_per_s) * place / senders;
    for (; now < end; now = now_ns()) {
        uint64_t next = end;
        if (now >= house) keep_house(run, legs, count, now), house = now + SECOND / 100;
        if (run->packets_per_s > 0)
            next = send_paced(run, legs, senders, now);
        else
            send_freely(run, legs, senders, forgiven);
        if (house < next) next = house;
        if (listen_until(run, legs, epoll, next < end ? next : end)) heard = now_ns();
        if (run->packets_per_s <= 0 && now > heard + STALL)
            forgiven = run->sent * run->listeners - run->received, heard = now;
    }
    uint64_t took = now - start;
    for (heard = now; run->received < run->sent * run->listeners && now < heard + LOST;) {
        if (listen_until(run, legs, epoll, now + STALL)) heard = now_ns();
        now = now_ns();
    }
    close(epoll);
    return took;
}
