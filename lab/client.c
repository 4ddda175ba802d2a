/* client.c - the program `bootstrap` of the client function: reads its environment,
 * says what is wrong with it, and handles events for as long as it lives.
 *
 *      TABLE           name of the table with the breakers' items
 *      BREAKER         name of the breaker
 *      BACKEND         name of the function to call
 *      BREAKER_CONFIG  what the client does, JSON; see config.h
 *
 * and those of aws.h and runtime.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "config.h"
#include "driver.h"
#include "todo.h"

#ifndef BREAKER_BUILD
#define BREAKER_BUILD "unknown"
#endif

enum { WARM_MS = 500 };

/* A stub was called. It returns something harmless, and the log says why. */
void todo(int chapter, int task)
{
    static int said;
    if (said++ == 0)
        fprintf(stderr, "not written yet: chapter %d, task %d\n", chapter, task);
}

/* Connections cost most when there is least time for them, so they are made now. */
static void warm(struct aws *aws, const struct driver *driver)
{
    if (driver->client.config.shared.cache_ms > 0)
        aws_warm(aws, AWS_DYNAMODB, WARM_MS);
    aws_warm(aws, AWS_LAMBDA, WARM_MS);
}

static int serve(struct runtime *runtime, struct aws *aws)
{
    static struct driver driver; /* too large for a stack */
    struct driver_setup setup = {.aws = aws,
                                 .out = stdout,
                                 .table = getenv("TABLE"),
                                 .breaker = getenv("BREAKER"),
                                 .backend = getenv("BACKEND"),
                                 .config = getenv("BREAKER_CONFIG"),
                                 .build = BREAKER_BUILD,
                                 .random = clock_random()};
    char why[CONFIG_WHY_MAX];
    if (!driver_init(&driver, &setup, why, sizeof why))
        return runtime_init_error(runtime, "Client.Config", why);
    warm(aws, &driver);
    return runtime_loop(runtime, driver_handle, &driver);
}

int main(void)
{
    struct runtime runtime;
    struct aws aws;
    char why[RUNTIME_WHY_MAX + AWS_WHY_MAX];
    if (!runtime_init(&runtime, why, sizeof why)) {
        fprintf(stderr, "client: %s\n", why);
        return EXIT_FAILURE;
    }
    int status = EXIT_FAILURE;
    if (aws_init(&aws, why, sizeof why)) {
        status = serve(&runtime, &aws);
        aws_close(&aws);
    } else {
        status = runtime_init_error(&runtime, "Client.Config", why);
    }
    runtime_close(&runtime);
    return status;
}
