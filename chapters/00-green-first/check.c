/* Check of chapter 0: is the bench in order? Green as shipped. */
#include "script.h"

static const struct breaker_config knobs = {.failures_to_open = 3};
static const struct client_config client = {.breaker.failures_to_open = 3};

static const struct check_test tests[] = {
    {"new-is-closed", "a breaker that has seen nothing is closed",
     "Closed means that calls go through. Without a reason, nothing may be refused.",
     .knobs = &knobs, .script = "0 closed, 1000 closed"},
    {"new-lets-through", "a breaker that has seen nothing lets calls through",
     "Nothing has failed yet, so there is no reason to refuse a call.", .knobs = &knobs,
     .script = "0 allow, 5 allow, 1000 allow"},
    {"success-changes-nothing", "a call that goes well changes nothing",
     "As long as all goes well, nobody should notice that there is a breaker.",
     .knobs = &knobs, .script = "0 allow, 20 ok, 20 closed, 30 allow, 50 ok, 60 allow"},
    {"answer-passed-on", "the backend's answer is passed on as it came",
     "The user asked the backend, not us: what it says goes through unchanged.",
     .client = &client,
     .script = "0 start a, 0 call a, 20 reply 200 a, 20 fresh 200 a,"
               "30 start b, 30 call b, 50 reply 404 b, 50 fresh 404 b, 50 calls 2 b"},
};

int main(int argc, char **argv)
{
    return check_main(argc, argv,
                      &(struct check){0, "green-first", tests,
                                      (int)(sizeof tests / sizeof tests[0])});
}
