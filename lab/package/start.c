/* start.c - how long a bootstrap takes from exec to its first GET next, and what memory
 * it holds then. It plays the one part of the Runtime API that is needed for that.
 *
 *      start RUNS PROGRAM [ARGUMENT]   prints: MEDIAN_us LEAST_us CPU_us RSS_kB
 *      start ask                       asks, and waits: a PROGRAM that does nothing
 * else
 *
 * The program sees this process's environment, with AWS_LAMBDA_RUNTIME_API set. Each
 * run is a new process, ended as soon as it has asked; the first one, which may have to
 * read the file from the disk, does not count. On a busy machine the median says more
 * about the machine: the processor time (median of the program's own, the kernel's for
 * it included) and the least time do not. A run that does not ask within ten seconds
 * ends it all with status 1. Called by measure.sh. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RUNS_MAX = 2000, WAIT_MS = 10000 };

struct start {
    int64_t took_us, cpu_us;
    long rss_kb;
};

static int64_t as_us(struct timeval time)
{
    return (int64_t)time.tv_sec * 1000000 + time.tv_usec;
}

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int give_up(const char *what)
{
    fprintf(stderr, "start: %s\n", what);
    return 1;
}

/* A socket on a free port of loopback, whose address goes into the environment. */
static int listen_here(void)
{
    struct sockaddr_in here = {.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t bytes = sizeof here;
    char text[32];
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&here, bytes) != 0 ||
        listen(fd, 8) != 0 || getsockname(fd, (struct sockaddr *)&here, &bytes) != 0)
        return -1;
    snprintf(text, sizeof text, "127.0.0.1:%d", ntohs(here.sin_port));
    return setenv("AWS_LAMBDA_RUNTIME_API", text, 1) == 0 ? fd : -1;
}

/* The connection of whoever has asked `listener` for an event; -1: nobody did. It stays
 * open, so that the program still waits for an answer when it is ended. */
static int asked(int listener)
{
    struct pollfd ready = {.fd = listener, .events = POLLIN};
    char text[512] = "";
    if (poll(&ready, 1, WAIT_MS) != 1)
        return -1;
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0 || recv(fd, text, sizeof text - 1, 0) <= 0 ||
        strstr(text, "/runtime/invocation/next") == NULL)
        return -1;
    return fd;
}

/* One start; took_us is -1 if it did not ask. */
static struct start start_once(int listener, char **command)
{
    struct rusage used;
    struct start start = {.took_us = -1};
    int64_t begin = now_us();
    pid_t child = vfork();
    if (child == 0) {
        execv(command[0], command);
        _exit(127);
    }
    if (child < 0)
        return start;
    int fd = asked(listener);
    if (fd >= 0)
        start.took_us = now_us() - begin;
    kill(child, SIGKILL);
    wait4(child, NULL, 0, &used);
    close(fd);
    start.cpu_us = as_us(used.ru_utime) + as_us(used.ru_stime);
    start.rss_kb = used.ru_maxrss;
    return start;
}

static int by_time(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

/* false: one of the runs did not ask. */
static int measure(int listener, int runs, char **command)
{
    static int64_t took[RUNS_MAX], cpu[RUNS_MAX];
    struct start start = {0};
    for (int run = -1; run < runs; run++) {
        start = start_once(listener, command);
        if (start.took_us < 0)
            return 0;
        if (run >= 0)
            took[run] = start.took_us, cpu[run] = start.cpu_us;
    }
    qsort(took, (size_t)runs, sizeof *took, by_time);
    qsort(cpu, (size_t)runs, sizeof *cpu, by_time);
    printf("%lld %lld %lld %ld\n", (long long)took[runs / 2], (long long)took[0],
           (long long)cpu[runs / 2], start.rss_kb);
    return 1;
}

/* As a program that is started: ask for an event, with no library, and wait. */
static int ask(void)
{
    const char *where = getenv("AWS_LAMBDA_RUNTIME_API");
    const char *text = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n";
    const char *port = where == NULL ? NULL : strchr(where, ':');
    struct sockaddr_in there = {.sin_family = AF_INET,
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    char answer;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (port == NULL || fd < 0)
        return 1;
    there.sin_port = htons((uint16_t)atoi(port + 1));
    return connect(fd, (struct sockaddr *)&there, sizeof there) != 0 ||
           send(fd, text, strlen(text), 0) < 0 || recv(fd, &answer, 1, 0) < 1;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "ask") == 0)
        return ask();
    int runs = argc >= 3 ? atoi(argv[1]) : 0;
    if (runs < 1 || runs > RUNS_MAX)
        return give_up("usage: start RUNS PROGRAM, 1 to 2000 runs");
    int listener = listen_here();
    if (listener < 0)
        return give_up("cannot listen on 127.0.0.1");
    if (!measure(listener, runs, argv + 2))
        return give_up("the program did not ask for an event");
    return 0;
}
