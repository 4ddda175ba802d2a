/* backend_test.c - the backend's modes as text, then the program itself between a
 * platform and a store of toys: what each mode makes of a call. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "backend_mode.h"
#include "clock.h"
#include "toy_server.h"

#define N(table) (sizeof(table) / sizeof *(table))
#define ITEM(mode, more)                                                               \
    "{\"Item\":{\"pk\":{\"S\":\"mode#backend\"},\"mode\":{\"S\":\"" mode "\"}" more "}}"

/* --- text to mode -------------------------------------------------------------------
 */

static const struct {
    const char *text;
    bool believed;
    enum backend_kind kind;
    uint32_t ms, pct;
} modes[] = {
    {"{}", true, BACKEND_OK, 0, 0},
    {ITEM("ok", ""), true, BACKEND_OK, 0, 0},
    {ITEM("slow", ",\"ms\":{\"N\":\"800\"}"), true, BACKEND_SLOW, 800, 0},
    {ITEM("error", ""), true, BACKEND_ERROR, 0, 0},
    {ITEM("hang", ""), true, BACKEND_HANG, 0, 0},
    {ITEM("flaky", ",\"pct\":{\"N\":\"100\"}"), true, BACKEND_FLAKY, 0, 100},
    {ITEM("flaky", ",\"pct\":{\"N\":\"101\"}"), true, BACKEND_FLAKY, 0, 0},
    {ITEM("slow", ",\"ms\":{\"N\":\"900001\"}"), true, BACKEND_SLOW, 0, 0},
    {ITEM("slow", ",\"ms\":{\"S\":\"800\"}"), true, BACKEND_SLOW, 0, 0},
    {ITEM("slow", ",\"ms\":800"), true, BACKEND_SLOW, 0, 0},
    {ITEM("OK", ""), false, BACKEND_HANG, 7, 7},
    {"{\"Item\":{}}", false, BACKEND_HANG, 7, 7},
    {"{\"Item\":[]}", false, BACKEND_HANG, 7, 7},
    {"{\"Item\":null}", false, BACKEND_HANG, 7, 7},
    {"[]", false, BACKEND_HANG, 7, 7},
    {"", false, BACKEND_HANG, 7, 7},
    {"{\"Item\":{\"mode\":{\"S\":\"ok\"}", false, BACKEND_HANG, 7, 7},
};

START_TEST(a_mode_is_read)
{
    struct backend_mode mode = {.kind = BACKEND_HANG, .ms = 7, .pct = 7, .read_ms = 3};
    bool believed = backend_mode_read(&mode, modes[_i].text, strlen(modes[_i].text));
    ck_assert_msg(believed == modes[_i].believed, "%s", modes[_i].text);
    ck_assert_int_eq(mode.kind, modes[_i].kind);
    ck_assert_uint_eq(mode.ms, modes[_i].ms);
    ck_assert_uint_eq(mode.pct, modes[_i].pct);
    ck_assert_int_eq(mode.read_ms, 3);
}
END_TEST

static void set_environment(const struct toy *store)
{
    setenv("AWS_REGION", "eu-west-1", 1);
    setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
    toy_endpoint(store, "AWS_ENDPOINT_URL_DYNAMODB");
    toy_endpoint(store, "AWS_ENDPOINT_URL_LAMBDA");
}

/* When the store is asked, "ask" or "keep", as time goes by; its third answer is an
 * error, and the mode before stays. */
static const struct {
    int64_t now_ms;
    int asked;
    enum backend_kind kind;
} times[] = {
    {1000000, 1, BACKEND_ERROR}, {1000999, 1, BACKEND_ERROR},
    {1001000, 2, BACKEND_SLOW},  {1002000, 3, BACKEND_SLOW},
    {1002500, 3, BACKEND_SLOW},  {1002400, 3, BACKEND_SLOW},
    {1001999, 4, BACKEND_OK}, /* a clock set back */
};

START_TEST(a_mode_is_kept_for_a_second)
{
    static const struct toy_step steps[] = {{.status = 200, .body = ITEM("error", "")},
                                            {.status = 200, .body = ITEM("slow", "")},
                                            {.status = 500, .body = "{}"},
                                            {.status = 200, .body = "{}"}};
    struct toy *store = toy_start(steps, N(steps));
    struct aws aws;
    struct backend_mode mode = {.kind = BACKEND_OK};
    char why[AWS_WHY_MAX];
    set_environment(store);
    ck_assert(aws_init(&aws, why, sizeof why));
    for (size_t i = 0; i < N(times); i++) {
        backend_mode_refresh(&mode, &aws, "breakers", times[i].now_ms);
        ck_assert_msg(store->requests == times[i].asked && mode.kind == times[i].kind,
                      "row %zu: asked %d, mode %d", i, store->requests, (int)mode.kind);
    }
    ck_assert_ptr_nonnull(strstr(store->seen[0].text, "DynamoDB_20120810.GetItem"));
    ck_assert_ptr_null(strstr(store->seen[0].text, "ConsistentRead"));
    aws_close(&aws);
    toy_stop(store);
}
END_TEST

/* --- the program --------------------------------------------------------------------
 */

/* Runs it with these two; its exit status. A NULL table is one that is not set. */
static int run(const struct toy *platform, const struct toy *store, const char *table)
{
    char api[40];
    int status = 0;
    set_environment(store);
    snprintf(api, sizeof api, "127.0.0.1:%d", platform->port);
    setenv("AWS_LAMBDA_RUNTIME_API", api, 1);
    unsetenv("TABLE");
    if (table != NULL)
        setenv("TABLE", table, 1);
    pid_t child = fork();
    if (child == 0) {
        const char *program = getenv("LAB_BACKEND_PROGRAM");
        execl(program, program, (char *)NULL);
        _exit(127);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFEXITED(status), "killed by %d", WTERMSIG(status));
    return WEXITSTATUS(status);
}

#define TELLS_OF(n, ok, shard)                                                         \
    "\r\n\r\n{\"status\":" n ",\"retry_after_ms\":0,\"body\":\"{\\\"ok\\\":" ok        \
    ",\\\"path\\\":\\\"/call\\\",\\\"shard\\\":\\\"" shard "\\\"}\"}"
#define TELLS(n, ok) TELLS_OF(#n, #ok, "s1")
static const struct {
    struct toy_step store;
    const char *answer;
    int64_t least_ms, most_ms;
    const char *shard;
} rows[] = {
    {{.status = 200, .body = "{}"}, TELLS(200, true), 0, 2000, "s1"},
    {{.status = 200, .body = ITEM("error", "")}, TELLS(500, false), 0, 2000, "s1"},
    {{.status = 200, .body = ITEM("slow", ",\"ms\":{\"N\":\"700\"}")},
     TELLS(200, true),
     700,
     3000,
     "s1"},
    {{.status = 200, .body = ITEM("flaky", ",\"pct\":{\"N\":\"100\"}")},
     TELLS(500, false),
     0,
     2000,
     "s1"},
    {{.status = 200, .body = ITEM("flaky", ",\"pct\":{\"N\":\"0\"}")},
     TELLS(200, true),
     0,
     2000,
     "s1"},
    /* Nobody kills it here: a second after its end it gives itself away. */
    {{.status = 200, .body = ITEM("hang", "")}, TELLS(500, false), 3900, 6000, "s1"},
    {{.status = 403, .body = "{}"}, TELLS(200, true), 0, 2000, "s1"},
    {{.close = true}, TELLS(200, true), 0, 2000, "s1"},
    {{.status = 200, .body = "{}"},
     TELLS_OF("404", "false", "missing-1"),
     0,
     2000,
     "missing-1"},
    {{.status = 200, .body = ITEM("error", "")},
     TELLS_OF("500", "false", "missing"),
     0,
     2000,
     "missing"},
};

START_TEST(the_program_does_as_told)
{
    char event[100];
    snprintf(event, sizeof event,
             "{\"path\":\"/call\",\"shard\":\"%s\",\"within_ms\":250}", rows[_i].shard);
    const struct toy_step events[] = {
        {.status = 200,
         .headers = "Lambda-Runtime-Aws-Request-Id: a-1\r\n",
         .body = event},
        {.status = 202},
        {.status = 500}};
    struct toy *platform = toy_start(events, N(events));
    const struct toy_step store_steps[] = {{.status = 200, .body = "healthy"},
                                           rows[_i].store};
    struct toy *store = toy_start(store_steps, 2);
    int64_t began = clock_platform_ms();
    ck_assert_int_eq(run(platform, store, "breakers"), 1);
    int64_t took = clock_platform_ms() - began;
    ck_assert_int_ge(platform->requests, 3);
    ck_assert_msg(strstr(platform->seen[1].text, rows[_i].answer) != NULL, "%s",
                  platform->seen[1].text);
    ck_assert_msg(took >= rows[_i].least_ms && took <= rows[_i].most_ms, "%d ms",
                  (int)took);
    ck_assert_int_ge(store->requests,
                     2); /* warmed before the first event, then asked */
    ck_assert_int_eq(strncmp(store->seen[0].text, "GET / ", 6), 0);
    toy_stop(platform);
    toy_stop(store);
}
END_TEST

static const char *const tables[] = {NULL, "", "a\"b"};

START_TEST(without_a_table_it_cannot_start)
{
    static const struct toy_step ok[] = {{.status = 202}};
    struct toy *platform = toy_start(ok, 1), *store = toy_start(ok, 1);
    ck_assert_int_eq(run(platform, store, tables[_i]), 1);
    ck_assert_int_eq(platform->requests, 1);
    ck_assert_ptr_nonnull(strstr(platform->seen[0].text, "/runtime/init/error "));
    ck_assert_ptr_nonnull(strstr(platform->seen[0].text, "TABLE is not set"));
    ck_assert_int_eq(store->requests, 0);
    toy_stop(platform);
    toy_stop(store);
}
END_TEST

static const struct unit_case cases[] = {
    {"modes", &a_mode_is_read, UNIT_ROWS(modes)},
    {"kept", &a_mode_is_kept_for_a_second, 0},
    {"program", &the_program_does_as_told, UNIT_ROWS(rows)},
    {"table", &without_a_table_it_cannot_start, UNIT_ROWS(tables)},
};

int main(void)
{
    return unit_run("lab/backend", cases, sizeof cases / sizeof *cases);
}
