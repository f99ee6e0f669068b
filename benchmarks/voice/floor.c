/* The least that forwarding can cost: decrypt once, then per listener copy, number, encrypt, send.
 *
 * On the libsrtp that Parlor uses, with system calls in batches. No rooms, no retransmission, no
 * RTCP, no header extensions, no answer to binding requests. Ends when the process is ended.
 */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

typedef int (*srtp_function)(void *session, void *data, int *length);

enum { RECEIVE = 32, SEND = 64, SLOT = 2048 };

static uint8_t in[RECEIVE][SLOT], out[SEND][SLOT];
static struct iovec in_iov[RECEIVE], out_iov[SEND];
static struct mmsghdr in_headers[RECEIVE], out_headers[SEND];

static void prepare(uint8_t (*slots)[SLOT], struct iovec *iov, struct mmsghdr *headers, int count) {
    for (int place = 0; place < count; place++) {
        iov[place] = (struct iovec){slots[place], SLOT};
        headers[place].msg_hdr.msg_iov = &iov[place];
        headers[place].msg_hdr.msg_iovlen = 1;
    }
}

static void flush(int fd, int count) {
    for (int sent = 0; sent < count;) {
        int taken = sendmmsg(fd, out_headers + sent, count - sent, 0);
        sent += taken > 0 ? taken : 1;
    }
}

void forward(int fd, void *rx, void **tx, void **names, const uint32_t *ssrcs, int count,
             srtp_function protect, srtp_function unprotect) {
    struct pollfd wanted = {.fd = fd, .events = POLLIN};
    prepare(in, in_iov, in_headers, RECEIVE);
    prepare(out, out_iov, out_headers, SEND);
    for (;;) {
        int filled = 0, got = recvmmsg(fd, in_headers, RECEIVE, MSG_DONTWAIT, 0);
        if (got <= 0) { poll(&wanted, 1, -1); continue; }
        for (int place = 0; place < got; place++) {
            int length = in_headers[place].msg_len;
            uint8_t *data = in[place];
            if (data[0] < 128 || data[0] > 191 || (data[1] > 191 && data[1] < 224)) continue;
            if (unprotect(rx, data, &length)) continue;
            for (int listener = 0; listener < count; listener++) {
                uint8_t *made = out[filled];
                uint32_t ssrc = htonl(ssrcs[listener]);
                int size = length;
                memcpy(made, data, length);
                memcpy(made + 8, &ssrc, 4);
                if (protect(tx[listener], made, &size)) continue;
                out_iov[filled].iov_len = size;
                out_headers[filled].msg_hdr.msg_name = names[listener];
                out_headers[filled].msg_hdr.msg_namelen = sizeof(struct sockaddr_in);
                if (++filled == SEND) flush(fd, filled), filled = 0;
            }
        }
        flush(fd, filled);
    }
}
