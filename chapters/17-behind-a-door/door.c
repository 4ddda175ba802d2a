/* door.c - the door of chapter 17: plays each visit of visits.h on somebody's
 * handler.c, as API Gateway and a Lambda would, and says what the visitors got.
 *
 *      door            each visit that went wrong, in words
 *      door --marks    a line for each party: its name, a |, and a mark for each visit
 *      door --facts    lines `fact value`
 *
 * Each visit is played in a process of its own, and for a second at most, since a
 * handler may crash. Then the visitor gets a 500, and the environment is gone with all
 * that it remembered. */
#include "gateway.h"
#include "handler.h"
#include "todo.h"
#include "visits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum verdict { RIGHT, WRONG, CRASHED };
enum { PLAYED = 40, NOT_PLAYED = 50 }; /* exit codes that no handler thinks of */

/* A stub was called. It returns something harmless. */
void todo(int chapter, int task)
{
    (void)chapter, (void)task;
}

static struct handler_request request;

/* --- one visit -------------------------------------------------------------------- */

/* The event in memory that ends where it ends. */
static char *event_of(const struct visit *v, size_t *bytes)
{
    const char *at = v->repeat > 0 ? memchr(v->event, '@', v->event_bytes) : NULL;
    size_t before = at != NULL ? (size_t)(at - v->event) : v->event_bytes;
    size_t after = at != NULL ? v->event_bytes - before - 1 : 0;
    *bytes = before + v->repeat + after;
    char *event = malloc(*bytes + 1);
    if (event == NULL)
        exit(2);
    memcpy(event, v->event, before);
    memset(event + before, 'a', v->repeat);
    memcpy(event + before + v->repeat, v->event + v->event_bytes - after, after);
    return event;
}

static char *answer_to(const struct visit *v)
{
    struct client_action action = {.kind = CLIENT_ANSWER,
                                   .answer = v->answer,
                                   .status = v->status > 0 ? v->status : 200,
                                   .age_ms = v->ms,
                                   .retry_after_ms = v->ms};
    if (v->status > 0)
        return handler_answer(&action, v->body, v->body_bytes);
    return handler_answer(&action, request.body, request.body_bytes);
}

static struct response visit(const struct visit *v)
{
    size_t bytes;
    char *event = event_of(v, &bytes);
    handler_read(&request, event, bytes);
    free(event);
    return through_gateway(request.status != 0 ? handler_refuse(&request)
                                               : answer_to(v));
}

/* What is wrong with what the visitor got; NULL if nothing is. */
static const char *fault_of(const struct visit *v, const struct response *r)
{
    if (r->status != v->want)
        return r->why != NULL ? r->why : "another status was wanted";
    if (v->want_retry != NULL && strcmp(r->retry_after, v->want_retry) != 0)
        return "another Retry-After was wanted";
    if (v->want_age != NULL && strcmp(r->age, v->want_age) != 0)
        return "another Age was wanted";
    if (v->want_body != NULL && (r->bytes != v->want_bytes ||
                                 memcmp(r->body, v->want_body, v->want_bytes) != 0))
        return "the body is not the one that was sent";
    return NULL;
}

/* --- all of them ------------------------------------------------------------------ */

/* Whatever the handler and the sanitizers print is not for the picture. */
static FILE *silence(void)
{
    FILE *told = fdopen(dup(STDOUT_FILENO), "w");
    if (told == NULL || freopen("/dev/null", "w", stdout) == NULL ||
        freopen("/dev/null", "w", stderr) == NULL)
        _exit(NOT_PLAYED);
    return told;
}

/* In a child: tells what is wrong, if that is wanted, and ends. */
_Noreturn static void play(const struct visit *v, bool words)
{
    FILE *told = silence();
    alarm(1); /* nobody catches it */
    struct response r = visit(v);
    const char *fault = fault_of(v, &r);
    if (fault != NULL && words)
        fprintf(told, "  %-30s got %d, wanted %d: %s\n", v->title, r.status, v->want,
                fault);
    fflush(told);
    _exit(PLAYED + (fault != NULL ? WRONG : RIGHT));
}

static enum verdict judge(const struct visit *v, bool words)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0)
        play(v, words);
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child)
        exit(2);
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    if (code == PLAYED + RIGHT || code == PLAYED + WRONG)
        return code == PLAYED + RIGHT ? RIGHT : WRONG;
    if (code == NOT_PLAYED)
        exit(2);
    if (words)
        printf("  %-30s got 500, wanted %d: IT CRASHED\n", v->title, v->want);
    return CRASHED;
}

int main(int argc, char **argv)
{
    bool marks = argc > 1 && strcmp(argv[1], "--marks") == 0;
    bool facts = argc > 1 && strcmp(argv[1], "--facts") == 0;
    int count[3] = {0};
    for (int i = 0; i < PARTIES; i++) {
        if (marks)
            printf("%s|", parties[i].name);
        for (size_t k = 0; k < parties[i].count; k++) {
            enum verdict verdict = judge(&parties[i].visits[k], !marks && !facts);
            count[verdict]++;
            if (marks)
                putchar(".x!"[verdict]);
        }
        if (marks)
            putchar('\n');
    }
    if (facts)
        printf("visits %d\nright %d\nwrong %d\ncrashed %d\n",
               count[0] + count[1] + count[2], count[0], count[1], count[2]);
    return 0;
}
