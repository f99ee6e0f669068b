/* Counting: clocks, latencies in a log-linear histogram (within 1.6 %), CPU time of processes. */
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "load.h"

uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* 64 buckets per power of two: bucket 64 e + s holds [2^e (1 + s/64), 2^e (1 + (s+1)/64)). */
void note(struct histogram *histogram, uint64_t ns) {
    unsigned exponent = ns ? 63 - (unsigned)__builtin_clzll(ns) : 0;
    unsigned sub = exponent >= 6 ? (unsigned)(ns >> (exponent - 6)) & 63 : 0;
    histogram->counts[exponent * 64 + sub]++;
    histogram->total++;
    if (ns > histogram->highest_ns) histogram->highest_ns = ns;
}

double quantile_ms(const struct histogram *histogram, double share) {
    uint64_t wanted = (uint64_t)(share * (double)histogram->total), seen = 0;
    if (!histogram->total) return 0;
    for (unsigned bucket = 0; bucket < 64 * 64; bucket++) {
        seen += histogram->counts[bucket];
        if (seen > wanted) {
            double low = (double)(1ull << (bucket / 64));
            return low * (1 + (bucket % 64 + 0.5) / 64) / 1e6;
        }
    }
    return (double)histogram->highest_ns / 1e6;
}

/* User and system time of all threads, also of those that ended, in seconds. */
double cpu_of(int pid) {
    char path[64], text[1024];
    unsigned long user = 0, system = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    if (!file) die("process %d is gone", pid);
    size_t len = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[len] = 0;
    char *after = strrchr(text, ')'); /* the name may hold anything */
    if (!after || sscanf(after + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
                         &system) != 2)
        die("cannot read %s", path);
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

double own_cpu(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}
