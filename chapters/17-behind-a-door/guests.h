/* guests.h - what the check of chapter 17 is told in: events that come, responses that
 * go, and memory that can be made to run out. */
#ifndef GUESTS_H
#define GUESTS_H

#include "gateway.h"
#include "handler.h"
#include "script.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes with their length: they may hold a NUL. */
#define BYTES(text) text, sizeof(text) - 1

static struct handler_request request;

/* Bytes as a line can show them. Three may stand in one line. */
static const char *shown(const char *bytes, size_t count)
{
    static char line[3][100];
    static int next;
    char *text = line[next++ % 3];
    int n = 0;
    size_t i = 0;
    for (; i < count && n < 76; i++) {
        bool plain = bytes[i] >= ' ' && bytes[i] <= '~';
        n += snprintf(text + n, 8, plain ? "%c" : "\\x%02x", (unsigned char)bytes[i]);
    }
    snprintf(text + n, 8, "%s", count > i ? "..." : "");
    return text;
}

/* --- events ----------------------------------------------------------------------- */

/* From memory that ends where the event ends, into a place with something behind it. */
static void reads(const char *event, size_t bytes)
{
    static struct {
        struct handler_request request;
        char behind[64];
    } place;
    static const char untouched[sizeof place.behind] = "still here";
    char *exact = malloc(bytes > 0 ? bytes : 1);
    if (exact == NULL)
        abort();
    memcpy(exact, event, bytes);
    memcpy(place.behind, untouched, sizeof untouched);
    handler_read(&place.request, exact, bytes);
    free(exact);
    request = place.request;
    if (memcmp(place.behind, untouched, sizeof untouched) != 0)
        want_yes(true, false, "was something written behind the end of request->body?");
}

static void comes(const char *event, size_t bytes)
{
    story_begin();
    story_tell("  an event: %s", shown(event, bytes));
    reads(event, bytes);
}

/* {"version":"2.0","rawPath":"PATH" MORE}, with `count` times `fill` for a @ in MORE */
static void comes_with(const char *path, const char *more, char fill, size_t count)
{
    static char event[200 * 1024];
    story_begin();
    story_tell("  format 2.0, \"rawPath\":\"%s\"%s", shown(path, strlen(path)),
               shown(more, strlen(more)));
    if (strchr(more, '@') != NULL)
        story_tell("  where @ is %zu times %c", count, fill);
    int n = snprintf(event, 2048, "{\"version\":\"2.0\",\"rawPath\":\"%s\"", path);
    for (; *more != '\0'; more++) {
        size_t times = *more == '@' ? count : 1;
        memset(event + n, *more == '@' ? fill : *more, times);
        n += (int)times;
    }
    event[n++] = '}';
    reads(event, (size_t)n);
}

static void want_good(void)
{
    want_ms(request.status, 0, "its status (0: it is good)");
    want_yes(request.error == NULL, true, "no error?");
}

static void want_refused(int status)
{
    want_ms(request.status, status, "its status");
    want_yes(request.error != NULL && *request.error != '\0', true,
             "is there a sentence that says why?");
    want_ms((int64_t)request.body_bytes, 0, "bytes of its body");
}

static void want_body(const char *body, size_t bytes)
{
    want_good();
    story_tell("  the body that was sent: %s", shown(body, bytes));
    want_ms((int64_t)request.body_bytes, (int64_t)bytes, "bytes of its body");
    want_yes(memcmp(request.body, body, bytes) == 0, true, "the same bytes?");
}

/* --- responses -------------------------------------------------------------------- */

static const char *const answer_names[] = {"FRESH", "STALE", "REFUSED", "FAILED",
                                           "TIMED_OUT"};

static char *answer_of(enum client_answer kind, int status, int64_t ms,
                       const char *body, size_t bytes)
{
    struct client_action action = {.kind = CLIENT_ANSWER,
                                   .answer = kind,
                                   .status = status,
                                   .age_ms = kind == CLIENT_STALE ? ms : 0,
                                   .retry_after_ms = kind >= CLIENT_REFUSED ? ms : 0};
    return handler_answer(&action, body, bytes);
}

static void want_response(const struct response *r)
{
    if (r->why != NULL)
        story_tell("  API Gateway makes it a 500: %s", r->why);
    want_yes(r->why == NULL, true, "can API Gateway read the response?");
}

/* Its memory is to be given back by forget(). */
static struct response answers(enum client_answer kind, int status, int64_t ms,
                               const char *body, size_t bytes)
{
    static const int user[] = {0, 200, 503, 502, 504};
    int given = kind == CLIENT_FRESH ? status : user[kind];
    story_begin();
    story_tell("  the client says %s, %d, %" PRId64 " ms", answer_names[kind], given,
               ms);
    if (bytes > 0)
        story_tell("  with a body of %zu bytes: %s", bytes, shown(body, bytes));
    char *exact = malloc(bytes > 0 ? bytes : 1);
    if (exact == NULL)
        abort();
    memcpy(exact, body != NULL ? body : "", bytes);
    char *text = answer_of(kind, given, ms, body != NULL ? exact : NULL, bytes);
    free(exact);
    struct response r = through_gateway(text);
    want_response(&r);
    return r;
}

/* A number in decimal digits; -1 if it is not one. */
static int64_t number_in(const char *text)
{
    char *end = NULL;
    long long number = strtoll(text, &end, 10);
    return *text >= '0' && *text <= '9' && *end == '\0' ? number : -1;
}

/* --- memory that runs out --------------------------------------------------------- */

static long in_use, to_be_had; /* pieces of memory */
static bool for_once;          /* one is refused, and then there is plenty */

static void *scarce(size_t size)
{
    bool none = for_once ? to_be_had == 0 : to_be_had <= 0;
    to_be_had--;
    if (none)
        return NULL;
    in_use++;
    return malloc(size);
}

static void give_back(void *memory)
{
    in_use -= memory != NULL;
    free(memory);
}

static void leave(long pieces)
{
    cJSON_Hooks hooks = {scarce, give_back};
    in_use = 0;
    to_be_had = pieces;
    cJSON_InitHooks(&hooks);
}

static void plenty(void)
{
    cJSON_InitHooks(NULL);
}

#endif
