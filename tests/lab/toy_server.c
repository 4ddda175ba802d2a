/* toy_server.c - see toy_server.h. */
#include "toy_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* --- in the child -------------------------------------------------------------------
 */

/* How long the body is, by the head that ends at `end`. */
static size_t content_length(const char *head, const char *end)
{
    for (const char *line = head; line < end; line++)
        if (*line == '\n' && strncasecmp(line + 1, "Content-Length:", 15) == 0)
            return strtoul(line + 16, NULL, 10);
    return 0;
}

/* Read one request. false: the peer has closed. */
static bool read_request(int fd, struct toy_request *r)
{
    size_t want = 0;
    *r = (struct toy_request){.connection = r->connection};
    for (;;) {
        char beyond[65536];
        size_t room = r->bytes < TOY_TEXT - 1 ? TOY_TEXT - 1 - r->bytes : 0;
        ssize_t got = room > 0 ? recv(fd, r->text + r->bytes, room, 0)
                               : recv(fd, beyond, sizeof beyond, 0);
        if (got <= 0)
            return false;
        r->bytes += (size_t)got;
        const char *end = strstr(r->text, "\r\n\r\n");
        if (want == 0 && end != NULL)
            want = (size_t)(end - r->text) + 4 + content_length(r->text, end);
        if (want > 0 && r->bytes >= want)
            return true;
    }
}

static void send_all(int fd, const char *text, size_t bytes)
{
    while (bytes > 0) {
        ssize_t sent = send(fd, text, bytes, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        text += sent;
        bytes -= (size_t)sent;
    }
}

static void answer(int fd, const struct toy_step *step)
{
    char head[1024];
    const char *body = step->body != NULL ? step->body : "";
    size_t bytes = step->bytes > 0 ? step->bytes : strlen(body);
    struct timespec delay = {step->delay_ms / 1000, step->delay_ms % 1000 * 1000000L};
    nanosleep(&delay, NULL);
    if (step->status == 0)
        return;
    int n =
        snprintf(head, sizeof head, "HTTP/1.1 %d Toy\r\n%sContent-Length: %zu\r\n\r\n",
                 step->status, step->headers != NULL ? step->headers : "", bytes);
    send_all(fd, head, (size_t)n);
    send_all(fd, body, bytes - step->cut);
}

static void serve(struct toy *toy, int fd, const struct toy_step *steps, size_t n)
{
    static struct toy_request request;
    request.connection = ++toy->connections;
    for (;;) {
        if (!read_request(fd, &request))
            break;
        size_t i = (size_t)toy->requests;
        if (i < TOY_SEEN)
            toy->seen[i] = request;
        toy->requests++;
        const struct toy_step *step = &steps[i < n ? i : n - 1];
        answer(fd, step);
        if (step->close || step->cut > 0)
            break;
    }
    close(fd);
}

/* --- in the test --------------------------------------------------------------------
 */

static int listen_on_loopback(int *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t bytes = sizeof at;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0 ||
        listen(fd, 16) != 0 || getsockname(fd, (struct sockaddr *)&at, &bytes) != 0) {
        perror("toy_server");
        abort();
    }
    *port = ntohs(at.sin_port);
    return fd;
}

struct toy *toy_start(const struct toy_step *steps, size_t n)
{
    int zero = fileno(tmpfile());
    struct toy *toy = MAP_FAILED;
    if (ftruncate(zero, sizeof *toy) == 0)
        toy = mmap(NULL, sizeof *toy, PROT_READ | PROT_WRITE, MAP_SHARED, zero, 0);
    if (toy == MAP_FAILED)
        abort();
    int fd = listen_on_loopback(&toy->port);
    pid_t child = fork();
    if (child == 0)
        for (;;)
            serve(toy, accept(fd, NULL, NULL), steps, n);
    close(fd);
    toy->child = child;
    return toy;
}

void toy_stop(struct toy *toy)
{
    kill(toy->child, SIGKILL);
    waitpid(toy->child, NULL, 0);
    munmap(toy, sizeof *toy);
}

void toy_endpoint(const struct toy *toy, const char *variable)
{
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d", toy->port);
    setenv(variable, url, 1);
}
