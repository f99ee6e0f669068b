/* Options in, one line of JSON out. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "load.h"

struct options options = {.what = "chat", .path = "", .field = "content", .talk = &parlor_talk,
                          .sockets = 1, .senders = 1, .window = 1, .opening = 16, .storm = 256, .text_bytes = 100,
                          .warm_s = 0.5, .seconds = 2};
struct totals totals;

static uint64_t began_ns, ended_ns;
static double cpu_before[MAX_PIDS], cpu_after[MAX_PIDS], own_before, own_after;
static uint64_t bytes_before, bytes_after, frames_before, frames_after;

void die(const char *format, ...) {
    va_list words;
    va_start(words, format);
    fputs("load: ", stderr);
    vfprintf(stderr, format, words);
    fputc('\n', stderr);
    va_end(words);
    exit(2);
}

/* --- options: name=value ------------------------------------------------------------------------- */
static char *read_lines(const char *path, char ***into, unsigned *count) {
    FILE *file = fopen(path, "r");
    if (!file) die("cannot read %s", path);
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    char *text = calloc(1, (size_t)size + 1);
    if (fread(text, 1, (size_t)size, file) != (size_t)size) die("cannot read %s", path);
    fclose(file);
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        *into = realloc(*into, (*count + 1) * sizeof **into);
        (*into)[(*count)++] = line;
    }
    return text;
}

static void read_rooms(char *value) {
    for (char *id = strtok(value, ","); id; id = strtok(NULL, ",")) {
        if (options.room_count == MAX_ROOMS) die("more than %d rooms", MAX_ROOMS);
        snprintf(options.rooms[options.room_count++], sizeof options.rooms[0], "%s", id);
    }
}

static void read_targets(char *value) {
    for (char *part = strtok(value, ","); part; part = strtok(NULL, ",")) {
        char *colon = strchr(part, ':');
        if (!colon || options.target_count == MAX_TARGETS) die("to=host:port[,host:port]");
        *colon = 0;
        snprintf(options.targets[options.target_count].host, 64, "%s", part);
        options.targets[options.target_count++].port = atoi(colon + 1);
    }
}

static void read_pids(char *value) {
    for (char *part = strtok(value, ","); part; part = strtok(NULL, ",")) {
        if (options.pid_count == MAX_PIDS) die("more than %d processes", MAX_PIDS);
        options.pids[options.pid_count++] = atoi(part);
    }
}

static bool read_number(const char *name, const char *value) {
    struct { const char *name; double *into; } reals[] = {
        {"warm_s", &options.warm_s}, {"seconds", &options.seconds}, {"settle_s", &options.settle_s},
        {"rate", &options.rate}, {"typing_rate", &options.typing_rate},
        {"read_rate", &options.read_rate}, {"choose_rate", &options.choose_rate},
        {"reconnect_rate", &options.reconnect_rate}};
    struct { const char *name; unsigned *into; } counts[] = {
        {"sockets", &options.sockets}, {"senders", &options.senders}, {"window", &options.window},
        {"missed", &options.missed}, {"opening", &options.opening}, {"storm", &options.storm}, {"source", &options.source},
        {"text_bytes", &options.text_bytes}};
    for (unsigned i = 0; i < sizeof reals / sizeof *reals; i++)
        if (!strcmp(name, reals[i].name)) return *reals[i].into = atof(value), true;
    for (unsigned i = 0; i < sizeof counts / sizeof *counts; i++)
        if (!strcmp(name, counts[i].name)) return *counts[i].into = (unsigned)atoi(value), true;
    return false;
}

static void read_option(char *word) {
    char *value = strchr(word, '=');
    if (!value) die("%s: write name=value", word);
    *value++ = 0;
    if (!strcmp(word, "what")) options.what = value;
    else if (!strcmp(word, "talk")) options.talk = *value == 's' ? &socketio_talk : &parlor_talk;
    else if (!strcmp(word, "path")) options.path = value;
    else if (!strcmp(word, "field")) options.field = value;
    else if (!strcmp(word, "server")) options.server_id = value;
    else if (!strcmp(word, "rooms")) read_rooms(value);
    else if (!strcmp(word, "to")) read_targets(value);
    else if (!strcmp(word, "pids")) read_pids(value);
    else if (!strcmp(word, "split")) options.is_split = atoi(value);
    else if (!strcmp(word, "resumed")) options.is_resumed = atoi(value);
    else if (!strcmp(word, "tokens")) read_lines(value, &options.tokens, &options.token_count);
    else if (!read_number(word, value)) die("there is no option %s", word);
}

static void check_options(void) {
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    if (!options.target_count || !options.room_count || !options.token_count)
        die("to, rooms and tokens are needed");
    if (!options.sockets || options.senders > options.sockets || !options.senders)
        die("1 ≤ senders ≤ sockets");
    if (options.window < 1 || options.window >= MAX_WINDOW) die("1 ≤ window < %d", MAX_WINDOW);
    if (options.sockets + 64 > files.rlim_max)
        die("%u sockets need a higher ulimit -n than %lu", options.sockets,
            (unsigned long)files.rlim_max);
}

/* --- what whoever started this waits for --------------------------------------------------------- */
/* Ready for a round: sockets stay served while waiting. False where there is no other. */
bool wait_for_word(void) {
    char word[16];
    puts("{\"event\": \"ready\"}");
    fflush(stdout);
    stdin_is_readable = false;
    watch_stdin();
    while (!stdin_is_readable) pump(now_ns() + 1000000000u);
    return fgets(word, sizeof word, stdin) && word[0] == 'g';
}

void begin_window(void) {
    for (unsigned i = 0; i < options.pid_count; i++) cpu_before[i] = cpu_of(options.pids[i]);
    own_before = own_cpu();
    bytes_before = totals.bytes;
    frames_before = totals.frames;
    began_ns = now_ns();
}

void end_window(void) {
    ended_ns = now_ns();
    own_after = own_cpu();
    bytes_after = totals.bytes;
    frames_after = totals.frames;
    for (unsigned i = 0; i < options.pid_count; i++) cpu_after[i] = cpu_of(options.pids[i]);
}

static void print_latency(const char *name, const struct histogram *histogram) {
    printf(", \"%s\": {\"count\": %llu, \"p50_ms\": %.4f, \"p99_ms\": %.4f, \"max_ms\": %.4f}", name,
           (unsigned long long)histogram->total, quantile_ms(histogram, 0.50),
           quantile_ms(histogram, 0.99), (double)histogram->highest_ns / 1e6);
}

static void print_quoted(const char *text) {
    putchar('"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') putchar('\\');
        if ((unsigned char)*text >= 32) putchar(*text);
    }
    putchar('"');
}

void print_result(double lost, double repeated) {
    double cpu = 0;
    unsigned long long said = 0, heard = 0;
    for (unsigned i = 0; i < options.room_count; i++) said += totals.said[i];
    for (unsigned i = 0; i < options.sockets; i++) heard += lines[i].messages;
    for (unsigned i = 0; i < options.pid_count; i++) cpu += cpu_after[i] - cpu_before[i];
    printf("{\"event\": \"done\", \"seconds\": %.6f, \"acks\": %llu, \"deliveries\": %llu,"
           " \"requests\": %llu, \"reconnects\": %llu, \"frames\": %llu, \"bytes\": %llu,"
           " \"server_cpu_s\": %.4f, \"load_cpu_s\": %.4f, \"lost\": %.0f, \"repeated\": %.0f,"
           " \"refused\": %llu, \"closed\": %llu, \"said\": %llu, \"heard\": %llu",
           (double)(ended_ns - began_ns) / 1e9, (unsigned long long)totals.acks,
           (unsigned long long)totals.messages, (unsigned long long)totals.requests,
           (unsigned long long)totals.reconnects,
           (unsigned long long)(frames_after - frames_before),
           (unsigned long long)(bytes_after - bytes_before), cpu, own_after - own_before, lost,
           repeated, (unsigned long long)totals.refused, (unsigned long long)totals.closed, said, heard);
    print_latency("delivery", &totals.delivery);
    print_latency("ack", &totals.ack);
    print_latency("request", &totals.request);
    print_latency("recovery", &totals.recovery);
    printf(", \"first_refusal\": ");
    print_quoted(totals.first_refusal);
    puts("}");
    fflush(stdout);
}

int main(int count, char **words) {
    for (int i = 1; i < count; i++) read_option(words[i]);
    check_options();
    if (!strcmp(options.what, "chat")) play_chat();
    else if (!strcmp(options.what, "idle")) play_idle();
    else if (!strcmp(options.what, "recovery")) play_recovery();
    else if (!strcmp(options.what, "mixed")) play_mixed();
    else if (!strcmp(options.what, "get") || !strcmp(options.what, "post")) play_rest();
    else die("what is %s?", options.what);
    return 0;
}
