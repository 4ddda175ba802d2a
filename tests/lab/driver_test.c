/* driver_test.c - the driver with fakes in place of network and clock (driver_world.h).
 * A row is a plan, what each request meets, and the wanted story: every action in
 * order, then the answer, its status, and the state that it shows. */
#include "driver_world.h"

static const struct {
    const char *title, *config, *plan, *story;
} rows[] = {
    {"a good call", LOCAL, "0 200", "200 =fresh:200:closed; "},
    {"a failure", LOCAL, "0 500", "500 =failed:502:closed; "},
    {"no answer", LOCAL, "0 late", "late =timed-out:504:closed; "},
    {"our user's mistake is passed on", LOCAL, "0 404", "404 =fresh:404:closed; "},
    {"ours is not", LOCAL, "0 setup 1 setup 2 setup 3 200",
     "setup =failed:502:closed; setup =failed:502:closed; setup =failed:502:closed; "
     "200 =fresh:200:closed; "},
    {"two failures open it, and it closes again", LOCAL, "0 500 10 500 20 600 200",
     "500 =failed:502:closed; 500 =failed:502:open; =refused:503:open; "
     "200 =fresh:200:closed; "},
    {"tries, and sleeps between them", RETRY, "0 500 late 200",
     "500 sleep late sleep 200 =fresh:200:closed; "},
    {"tries that are used up", RETRY, "0 500 503 429",
     "500 sleep 503 sleep 429 =failed:502:closed; "},
    {"a fleet in health writes nothing, reads once in cache_ms", FLEET,
     "0 200 50 200 99 200 150 200",
     "read 200 =fresh:200:closed; 200 =fresh:200:closed; 200 =fresh:200:closed; "
     "read 200 =fresh:200:closed; "},
    {"a fleet opens, waits, probes, closes", FLEET, "0 500 10 500 20 700 200 710 200",
     "read 500 window =failed:502:closed; 500 count trip =failed:502:open; "
     "=refused:503:open; read probe 200 close =fresh:200:closed; 200 "
     "=fresh:200:closed; "},
    {"a probe that fails", FLEET, "0 500 10 500 700 late 710",
     "read 500 window =failed:502:closed; 500 count trip =failed:502:open; "
     "read probe late reopen =timed-out:504:open; =refused:503:open; "},
    {"another one opens it", FLEET, "0 200 other 50 200 150",
     "read 200 =fresh:200:closed; 200 =fresh:200:closed; read =refused:503:open; "},
    {"a failure that comes too late", FLEET, "0 200 other 50 500 60",
     "read 200 =fresh:200:closed; 500 window =failed:502:open; =refused:503:open; "},
    {"the store is down: its own breaker decides", FLEET,
     "down 0 500 10 500 20 600 200",
     "read 500 =failed:502:closed; read 500 =failed:502:open; read =refused:503:open; "
     "read 200 =fresh:200:closed; "},
    {"a Retry-After lengthens a rest",
     "{\"failures_to_open\":2,\"open_ms\":50,\"open_max_ms\":5000}",
     "0 500 10 503r 700 900 200",
     "500 =failed:502:closed; 503r =failed:502:open; =refused:503:open; "
     "200 =fresh:200:closed; "},
    {"a lost race is looked at by a strong read", FLEET, "0 500 10 500 echo 700 up 200",
     "read 500 window =failed:502:closed; 500 count trip =failed:502:open; "
     "read probe read! 200 close =fresh:200:closed; "},
    {"a count whose answer is lost is not made twice", FLEET,
     "0 500 drop 10 404 20 500 up 150 200",
     "read 500 window =failed:502:closed; 404 =fresh:404:closed; "
     "500 count =failed:502:closed; read 200 =fresh:200:closed; "},
};

START_TEST(a_plan_is_played)
{
    begin(rows[_i].config);
    play(rows[_i].plan);
    ck_assert_msg(strcmp(world.story, rows[_i].story) == 0, "%s\n  got  %s\n  want %s",
                  rows[_i].title, world.story, rows[_i].story);
    end();
}
END_TEST

/* --- transitions ------------------------------------------------------------------ */

/* "trip closed>open 1, ..." as the report has them, local ones as "local". */
static void transitions(char *out, size_t room)
{
    size_t used = 0;
    out[0] = '\0';
    fflush(driver.setup.out);
    for (char *at = world.lines; at != NULL && *at != '\0'; at = strchr(at, '\n') + 1) {
        cJSON *line = cJSON_Parse(at); /* reads the first value, and no further */
        const char *event = cJSON_GetStringValue(cJSON_GetObjectItem(line, "event"));
        const char *change = cJSON_GetStringValue(cJSON_GetObjectItem(line, "change"));
        if (event != NULL && strstr(event, "transition") != NULL)
            used += (size_t)snprintf(
                out + used, room - used, "%s %s>%s %d, ",
                change != NULL ? change : "local",
                cJSON_GetStringValue(cJSON_GetObjectItem(line, "from")),
                cJSON_GetStringValue(cJSON_GetObjectItem(line, "to")),
                cJSON_GetObjectItem(line, "generation")->valueint);
        cJSON_Delete(line);
    }
}

static const struct {
    const char *title, *config, *plan, *told;
} told[] = {
    {"nothing of health, nor of counts", FLEET, "0 200 10 500 150 200", ""},
    {"each generation once", FLEET, "0 500 10 500 700 500 2000 200",
     "trip closed>open 1, probe open>half-open 2, reopen half-open>open 3, "
     "probe open>half-open 4, close half-open>closed 5, "},
    {"a probe that says nothing", FLEET, "0 500 10 500 700 404 800 200",
     "trip closed>open 1, probe open>half-open 2, confirm half-open>half-open 3, "
     "probe half-open>half-open 4, close half-open>closed 5, "},
    {"not what another one did", FLEET, "0 200 other 150 700 200",
     "probe open>half-open 2, close half-open>closed 3, "},
    {"not what nobody knows", FLEET, "0 500 10 500 drop 700 200",
     "trip closed>open 1, "},
    {"a probe that was won, although it seemed lost", FLEET,
     "0 500 10 500 echo 700 up 200",
     "trip closed>open 1, probe open>half-open 2, close half-open>closed 3, "},
    {"a probe whose end is not written, and that is met again", TWICE,
     "0 500 500 700 mute 500", "trip closed>open 1, probe open>half-open 2, "},
    {"without a store", LOCAL, "0 500 10 500 600 200",
     "local closed>open 1, local open>half-open 2, local half-open>closed 3, "},
};

START_TEST(the_winner_tells)
{
    char found[1000];
    begin(told[_i].config);
    play(told[_i].plan);
    transitions(found, sizeof found);
    ck_assert_msg(strcmp(found, told[_i].told) == 0, "%s\n  got  %s\n  want %s\n  %s",
                  told[_i].title, found, told[_i].told, world.story);
    end();
}
END_TEST

/* One metric line for each call, with what it cost. */
START_TEST(each_call_has_one_line)
{
    begin(FLEET);
    play("0 500 10 500 20 700 200");
    fflush(driver.setup.out);
    double sums[3] = {0};
    static const char *const names[] = {"Attempts", "StoreReads", "StoreWrites"};
    int lines = 0;
    for (char *at = world.lines; *at != '\0'; at = strchr(at, '\n') + 1) {
        cJSON *line = cJSON_Parse(at);
        lines += cJSON_GetObjectItem(line, "_aws") != NULL;
        for (int i = 0; i < 3; i++)
            if (cJSON_GetObjectItem(line, names[i]) != NULL)
                sums[i] += cJSON_GetObjectItem(line, names[i])->valuedouble;
        cJSON_Delete(line);
    }
    ck_assert_int_eq(lines, 4);
    ck_assert_msg(sums[0] == 3 && sums[1] == 2 && sums[2] == 5, "%s", world.story);
    end();
}
END_TEST

/* --- stale answers ---------------------------------------------------------------- */

/* The body for a request, to be freed. */
static char *body_for(const char *event)
{
    cJSON *response = ask(event, 5000);
    tell("=%s:%d; ", header(response, "x-breaker-answer"), status_of(response));
    char *body = strdup(
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(response, "body")));
    cJSON_Delete(response);
    return body;
}

#define SHARD(name) EVENT(",\"queryStringParameters\":{\"shard\":\"" name "\"}")

START_TEST(a_kept_answer_is_its_own)
{
    begin(STALE);
    world.next = "200 200 500 500 500";
    char *a = body_for(SHARD("a"));
    world.now_ms += 1000;
    char *b = body_for(SHARD("b"));
    world.now_ms += 1000;
    char *again = body_for(SHARD("a"));
    ck_assert_str_eq(a, "{\"at\":1000001}");
    ck_assert_str_eq(b, "{\"at\":1001002}");
    ck_assert_ptr_nonnull(strstr(again, "\"at\":1000001"));
    ck_assert_ptr_nonnull(strstr(again, "\"age_ms\":2002")); /* of this one */
    free(again);
    world.now_ms += 1000; /* for all shards there is one breaker: b's would do */
    free(body_for(SHARD("a")));
    free(body_for(SHARD("c"))); /* there was never one */
    ck_assert_str_eq(world.story, "200 =fresh:200; 200 =fresh:200; 500 =stale:200; "
                                  "500 =failed:502; =refused:503; ");
    free(a);
    free(b);
    end();
}
END_TEST

/* A user's mistake does not take the place of a good answer; and what was sent by one
 * user is not answered to another. */
START_TEST(only_good_answers_are_kept)
{
    begin(STALE);
    world.next = "200 404 500";
    free(body_for(SHARD("a")));
    free(body_for(SHARD("a")));
    char *stale = body_for(SHARD("a"));
    ck_assert_ptr_nonnull(strstr(stale, "\"at\":1000001"));
    free(stale);
    world.next = "200 late";
    free(body_for(EVENT(",\"body\":\"what I sent\"")));
    free(body_for(EVENT("")));
    ck_assert_str_eq(world.story, "200 =fresh:200; 404 =fresh:404; 500 =stale:200; "
                                  "200 =fresh:200; late =timed-out:504; ");
    end();
}
END_TEST

/* Nothing was kept of b, and its request was refused: then it hears for how long, as it
 * would without a fallback. One whose call was made hears nothing: nobody knows. */
START_TEST(without_a_kept_answer_a_refusal_says_how_long)
{
    begin(STALE);
    world.next = "200 500 500 500";
    free(body_for(SHARD("a")));
    for (int i = 0; i < 3; i++)
        free(body_for(SHARD("a")));
    world.now_ms += 1;
    cJSON *refused = ask(SHARD("b"), 5000);
    ck_assert_int_eq(status_of(refused), 503);
    ck_assert_str_eq(header(refused, "retry-after"), "5"); /* open_ms is 5 s */
    cJSON_Delete(refused);
    end();
}
END_TEST

START_TEST(a_large_answer_is_not_kept)
{
    begin(STALE);
    memset(world.body, 'x', KEPT_BODY_MAX + 1);
    world.next = "200 late";
    free(body_for(SHARD("a")));
    free(body_for(SHARD("a")));
    ck_assert_str_eq(world.story, "200 =fresh:200; late =timed-out:504; ");
    end();
}
END_TEST

/* --- time and bad input ----------------------------------------------------------- */

/* However short the life of an event, it is answered within it, in ask(). */
START_TEST(no_event_outlives_its_deadline)
{
    static const char *const plans[] = {"late", "hang late", "200", "late hang", "500"};
    for (int64_t life_ms = 60; life_ms < 1200; life_ms++) {
        begin(FLEET);
        world.next = plans[life_ms % 5];
        world.store = life_ms % 2 != 0 ? HANG : UP;
        cJSON_Delete(ask(EVENT(""), life_ms));
        ck_assert_int_le(world.longest_ms, 100);
        end();
    }
    begin(FLEET);
    cJSON *response = ask(EVENT(""), 20); /* too short for anything */
    ck_assert_str_eq(header(response, "x-breaker-answer"), "refused");
    ck_assert_str_eq(world.story, "");
    cJSON_Delete(response);
    end();
}
END_TEST

/* The call's end is set so early that its failure can still be counted, and a store
 * that hangs then does not outlive the event either. */
START_TEST(there_is_time_to_tell_the_store)
{
    static const char *const plans[] = {"late", "late hang"};
    for (int i = 0; i < 2; i++) {
        begin(FLEET);
        world.next = plans[i];
        cJSON_Delete(ask(EVENT(""), 150));
        ck_assert_str_eq(world.story, "read late window ");
        end();
    }
}
END_TEST

START_TEST(bad_input_is_refused)
{
    static const char *const events[] = {"", "{", "[]", "{\"version\":\"1.0\"}"};
    begin(FLEET);
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        cJSON *response = ask(events[i], 5000);
        ck_assert_int_eq(status_of(response), 400);
        ck_assert_str_eq(header(response, "x-breaker-build"), "abc123");
        ck_assert_ptr_null(header(response, "x-breaker-answer"));
        cJSON_Delete(response);
    }
    ck_assert_str_eq(world.story, "");
    end();
}
END_TEST

START_TEST(a_bad_set_up_is_told)
{
    static const struct {
        struct driver_setup setup;
        const char *why;
    } setups[] = {
        {{.table = "t", .breaker = "b", .backend = "backend"}, "BREAKER_CONFIG"},
        {{.config = "{}", .breaker = "b", .backend = "backend"}, "TABLE"},
        {{.config = "{}", .table = "t", .backend = "backend"}, "BREAKER"},
        {{.config = "{}", .table = "t", .breaker = "b"}, "BACKEND"},
        {{.config = "{}", .table = "t", .breaker = "b", .backend = "a:b"}, "BACKEND"}};
    for (size_t i = 0; i < sizeof setups / sizeof *setups; i++) {
        char why[1200] = "";
        ck_assert(!driver_init(&driver, &setups[i].setup, why, sizeof why));
        ck_assert_msg(strstr(why, setups[i].why) != NULL, "%s", why);
    }
}
END_TEST

/* FNV-1a, 64 bits: the values published with it. */
START_TEST(a_shard_is_a_number)
{
    ck_assert(driver_shard("") == 0xcbf29ce484222325);
    ck_assert(driver_shard("a") == 0xaf63dc4c8601ec8c);
    ck_assert(driver_shard("foobar") == 0x85944171f73967e8);
}
END_TEST

static const struct unit_case cases[] = {
    {"plans", &a_plan_is_played, UNIT_ROWS(rows)},
    {"transitions", &the_winner_tells, UNIT_ROWS(told)},
    {"metrics", &each_call_has_one_line, 0},
    {"stale", &a_kept_answer_is_its_own, 0},
    {"stale", &without_a_kept_answer_a_refusal_says_how_long, 0},
    {"only good ones", &only_good_answers_are_kept, 0},
    {"large", &a_large_answer_is_not_kept, 0},
    {"deadline", &no_event_outlives_its_deadline, 0},
    {"time to tell", &there_is_time_to_tell_the_store, 0},
    {"bad input", &bad_input_is_refused, 0},
    {"set-up", &a_bad_set_up_is_told, 0},
    {"shards", &a_shard_is_a_number, 0},
};

int main(void)
{
    return unit_run("driver", cases, sizeof cases / sizeof *cases);
}
