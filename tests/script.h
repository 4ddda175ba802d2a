/* script.h - what a chapter's check is written in.
 *
 * A check is a table of tests. A test is a script that a person can read, or a function
 * in plain C for what no script can say; each runs in a process of its own. Its name is
 * an invariant of the chapter: row n is invariant n of the README.
 *
 * A script is a list of moves, each a time in milliseconds, a word, and what the word
 * needs, in any order: a name for the call, where several are in flight; a number.
 *
 *      breaker     0 allow, 1 fail, 2 allow a, 5 allow b, 9 fail a, 9 refuse, 9 open
 *
 *      allow refuse           ask at that time, and say what is wanted
 *      ok fail ignore         record the oldest open permit, or the named one; a named
 *                             permit may be recorded again, and a named refusal too
 *      closed open half-open  the state to be shown
 *
 *      client      0 start, 0 call 100, 40 reply 503, 40 call 60, 70 timeout, 70 calls
 * 2
 *
 *      start [deadline]       events: a request; the backend's answer; none; the sleep
 *      reply <status>         is over
 *      timeout  woke
 *      call [ms]  sleep [ms]  wanted: the action that came out of the last event, with
 *      fresh [status]         its time limit (`never` for none) or the user's status
 *      refused failed timed-out stale [status]
 *      gave-up                failed or timed out, either will do
 *      calls <n>              wanted: the calls to the backend so far, in all
 *
 * What a check may rely on is the contract in chapters/ alone: public functions, never
 * the fields of a struct. So a check holds for every later breaker, too. */
#ifndef SCRIPT_H
#define SCRIPT_H

#include "client.h"

struct check_test {
    const char *id;                     /* for T= and for the wrong answers; stable */
    const char *name;                   /* the invariant */
    const char *lesson;                 /* what to say when it does not hold */
    const struct breaker_config *knobs; /* a script of breaker words */
    const struct client_config *client; /* a script of client words */
    const char *script;
    void (*body)(void); /* or plain C: ends well if it ends */
};

struct check {
    int chapter;
    const char *name; /* as in the folder: "trip" */
    const struct check_test *tests;
    int count;
};

/* Plays a check; the exit code of main. */
int check_main(int argc, char **argv, const struct check *check);

/* --- for tests in plain C --------------------------------------------------------- */

/* Play a script from within. The story begins anew, so only the last one is told. */
void play_breaker(const struct breaker_config *knobs, const char *script);
void play_client(const struct client_config *config, const char *script);

/* Forget the story so far, tell one line of it. Of a long one the first line is kept,
 * and the last ones. tell_knobs says in a line what a new breaker is like. */
void story_begin(void);
void tell_knobs(const struct breaker_config *knobs);
void story_tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* For what is asked from here on in this story, say this sentence (a literal) in place
 * of the test's own lesson; NULL: that again. For a test that asks about several
 * things. */
void story_lesson(const char *sentence);

/* Go on if `you` is what is wanted, else end the test with the story. The words say
 * what was asked: want_ms(deadline_after(5, 9), 14, "deadline_after(5, 9)"). */
void want_ms(int64_t you, int64_t wanted, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void want_yes(bool you, bool wanted, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void want_outcome(enum breaker_outcome you, enum breaker_outcome wanted,
                  const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Chance, from the environment's SEED or else from a fixed one. A red test that used it
 * says how to play it again. */
uint64_t chance(void);
uint32_t chance_below(uint32_t n);

/* A script put together move by move; aborts when it does not fit. */
struct script_text {
    char text[4096];
    int length;
};
void script_add(struct script_text *script, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
