/* scene_test.c - the scene reader under bad input: every mistake is an error of one
 * line that says where it is, what was found and what is allowed; and nothing crashes.
 */
#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "json.h"
#include "scene.h"
#include "scene_rows.h"

static void quote(char *text)
{
    for (; *text != '\0'; text++)
        if (*text == '\'')
            *text = '"';
}

static void compose(char *out, size_t size, int which, const char *text)
{
    enum part part = (enum part)(which & ~IN_FLEET);
    const char *root = which & IN_FLEET ? usual_fleet : usual[ROOT];
    size_t used = (size_t)snprintf(out, size, "{%s", part == ROOT ? text : root);
    for (int i = LOAD; i < PARTS; i++) {
        const char *own = (enum part)i == part ? text : usual[i];
        if (own != NULL)
            used += (size_t)snprintf(out + used, size - used, ",'%s':%s", keys[i], own);
    }
    snprintf(out + used, size - used, "}");
    quote(out);
}

/* From a buffer of exactly its size, so that a sanitizer sees a byte too far. */
static bool parse(struct scene *scene, const char *text, size_t bytes, char *error)
{
    char *copy = malloc(bytes > 0 ? bytes : 1);
    memcpy(copy, text, bytes);
    bool good = scene_parse(scene, "t.json", copy, bytes, error);
    free(copy);
    ck_assert_msg(good == (error[0] == '\0'), "good %d, but: %s", good, error);
    ck_assert_msg(strpbrk(error, "\n\r\t\033") == NULL, "not one line: %s", error);
    if (!good)
        ck_assert_msg(strncmp(error, "t.json: ", 8) == 0, "no file: %s", error);
    return good;
}

static void must_fail(const char *text, size_t bytes, const char *wanted)
{
    static struct scene scene;
    char error[JSON_ERROR_MAX];
    if (parse(&scene, text, bytes, error))
        ck_abort_msg("no error, wanted: %s", wanted);
    if (strstr(error, wanted) == NULL)
        ck_abort_msg("found:  %s\nwanted: %s", error, wanted);
}

/* --- one part changed ------------------------------------------------------------- */

START_TEST(a_wrong_part_is_told)
{
    char text[4096];
    compose(text, sizeof text, wrong[_i].part, wrong[_i].text);
    must_fail(text, strlen(text), wrong[_i].error);
}
END_TEST

START_TEST(the_edge_of_right_is_right)
{
    static struct scene scene;
    char text[4096], error[JSON_ERROR_MAX];
    compose(text, sizeof text, right[_i].part, right[_i].text);
    if (!parse(&scene, text, strlen(text), error))
        ck_abort_msg("%s", error);
}
END_TEST

START_TEST(what_is_read_is_what_stands_there)
{
    static struct scene s;
    char text[4096], error[JSON_ERROR_MAX];
    compose(text, sizeof text, FAULTS,
            "[{'kind':'slow','shard':1,'from_ms':1.5,'to_ms':99,'pct':1000}]");
    ck_assert_msg(parse(&s, text, strlen(text), error), "%s", error);
    ck_assert_str_eq(s.name, "t");
    ck_assert(s.world.run == 10 * SIM_S && s.world.bucket == SIM_S);
    ck_assert(s.world.pool.size == 10 && s.world.load.rps == 10);
    ck_assert(s.world.backend.shards == 2 && s.world.backend.servers == 1);
    ck_assert(!s.world.backend.bounded && !s.world.backend.drops_expired);
    ck_assert(s.world.backend.service.mean_ns == 10 * SIM_MS);
    ck_assert(s.world.fault_count == 1 && s.world.faults[0].kind == FAULT_SLOW);
    ck_assert(s.world.faults[0].from == 1500 * SIM_US && s.world.faults[0].shard == 1);
    ck_assert(s.world.faults[0].pct == 1000 && s.clients == 2 && s.expects == 0);
    ck_assert_int_eq(scene_client_find(&s, "b"), 1);
    ck_assert_int_eq(scene_client_find(&s, "c"), -1);
    ck_assert_uint_eq(s.client[1].breakers, 1);
}
END_TEST

/* What a scene does not say is as AWS has it. */
START_TEST(a_fleet_is_read)
{
    static struct scene s;
    char text[4096], error[JSON_ERROR_MAX];
    compose(text, sizeof text, IN_FLEET | CLIENTS,
            "{'a':{'protocol':'leased'},'b':{}}");
    ck_assert_msg(parse(&s, text, strlen(text), error), "%s", error);
    const struct pool_config *pool = &s.world.pool;
    const struct store_config *store = &s.world.store;
    ck_assert(pool->fleet && pool->size == 1000 && pool->keep == 600 * SIM_S);
    ck_assert(pool->init_p50 == 15 * SIM_MS && pool->init_p99 == 30 * SIM_MS);
    ck_assert(pool->scale_per_s == 100 && pool->scale_burst == 1000);
    ck_assert(s.world.timeout == 3 * SIM_S && s.world.memory_mb == 128);
    ck_assert(s.world.has_store && !s.world.has_gateway && store->wcu == 1000);
    ck_assert(store->rcu == 3000 && store->stale_ppm == 330000);
    ck_assert(store->read_p99 == 10 * SIM_MS && store->write_p50 == 5 * SIM_MS);
    ck_assert_str_eq(scene_protocols[s.client[0].protocol].name, "leased");
    ck_assert_str_eq(scene_protocols[s.client[1].protocol].name, "ours");
    compose(text, sizeof text, ROOT,
            "'name':'t','fleet':{'runtime':'java','scale_per_s':7,'timeout_ms':0.5},"
            "'gateway':{'rps':5},'store':{'stale_pct':1,'hides_loser_item':true}");
    ck_assert_msg(parse(&s, text, strlen(text), error), "%s", error);
    ck_assert(pool->init_p50 == 250 * SIM_MS && pool->init_p99 == 2000 * SIM_MS);
    ck_assert(pool->scale_per_s == 7 && pool->scale_burst == 0);
    ck_assert(s.world.timeout == 500 * SIM_US && s.world.has_gateway);
    ck_assert(s.world.gateway.rps == 5 && s.world.gateway.burst == 0);
    ck_assert(s.world.gateway.timeout == 30 * SIM_S);
    ck_assert(store->stale_ppm == 10000 && store->hides_loser_item);
}
END_TEST

/* --- texts that are no JSON ------------------------------------------------------- */

static void whole_scene(char *text, size_t size)
{
    compose(text, size, EXPECT,
            "[{'client':'a','fact':'opens','min':0,'why':'\\u00e9'}]");
}

/* Bytes after, before and within a good scene. */
START_TEST(a_file_is_one_scene_in_utf8)
{
    static struct scene scene;
    char good[4096], text[8192], error[JSON_ERROR_MAX];
    whole_scene(good, sizeof good);
    size_t n = strlen(good);
    must_fail(good, 0, "t.json: is empty");
    must_fail(" \n ", 3, "line 2, column 1: this is not JSON");
    snprintf(text, sizeof text, "\xef\xbb\xbf%s \r\n\t", good);
    ck_assert_msg(parse(&scene, text, strlen(text), error), "%s", error);
    snprintf(text, sizeof text, "%s\n}", good);
    must_fail(text, n + 2, "line 2, column 1: this is not JSON, near \"}\"");
    must_fail(good, n + 1, "this is not text in UTF-8"); /* its own NUL */
    static const char *const bad[] = {
        "\xff", "\xc0\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80",
        "\x80", "\xe2\x82", "\xf8"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(text, sizeof text, "{\"name\": \"%s\"}", bad[i]);
        must_fail(text, strlen(text), "line 1, column 11: this is not text in UTF-8");
    }
    memcpy(text, good, n);
    text[n / 2] = '\0';
    must_fail(text, n, "this is not text in UTF-8");
}
END_TEST

START_TEST(a_scene_cut_anywhere_is_an_error)
{
    static struct scene scene;
    char text[4096], error[JSON_ERROR_MAX];
    whole_scene(text, sizeof text);
    for (size_t n = 0; n < strlen(text); n++)
        if (parse(&scene, text, n, error))
            ck_abort_msg("the first %zu bytes are taken for a scene", n);
}
END_TEST

/* Each byte of a scene changed: whatever comes of it, no crash and one line. */
START_TEST(a_scene_with_a_byte_changed_is_read_or_not)
{
    static struct scene scene;
    static const char others[] = "\"{}[],:0-e\\ \x01\x80\xff";
    char text[4096], error[JSON_ERROR_MAX];
    whole_scene(text, sizeof text);
    for (size_t n = strlen(text), i = 0; i < n; i++) {
        char was = text[i];
        for (const char *c = others; *c != '\0'; c++) {
            text[i] = *c;
            parse(&scene, text, n, error);
        }
        text[i] = was;
    }
}
END_TEST

START_TEST(large_and_deep_texts_are_refused)
{
    size_t n = 100000;
    char *text = malloc(n + 64);
    memset(text, '[', n);
    must_fail(text, n, "this is not JSON");
    for (size_t i = 0; i < n; i++)
        text[i] = "{\"a\":"[i % 5];
    must_fail(text, n, "this is not JSON");
    memset(text, 'x', n);
    memcpy(text, "{\"name\":\"", 9);
    memcpy(text + n - 2, "\"}", 2);
    must_fail(text, n, "$.name: found 99989 bytes, allowed 47");
    memset(text, 'x', n);
    memcpy(text, "{\"", 2);
    memcpy(text + n - 4, "\":1}", 4);
    must_fail(text, n, "allowed: run_ms");
    for (size_t i = 1; i + 7 < n; i += 7) /* a hundred thousand times the same key */
        memcpy(text + i, "\"name\":", 7);
    must_fail(text, n, "this is not JSON");
    free(text);
}
END_TEST

/* A megabyte of keys must not take a minute. */
START_TEST(many_keys_are_refused_quickly)
{
    static char text[JSON_FILE_MAX];
    size_t n = 0;
    text[n++] = '{';
    while (n + 32 < sizeof text)
        n += (size_t)sprintf(text + n, "\"run_ms\":%s,", n > 1000000 ? "1" : "5000");
    text[n - 1] = '}';
    must_fail(text, n, "$: \"run_ms\" stands twice, allowed once");
}
END_TEST

/* --- files ------------------------------------------------------------------------ */

static void load_must_fail(const char *file, const char *wanted)
{
    static struct scene scene;
    char error[JSON_ERROR_MAX];
    ck_assert(!scene_load(&scene, file, error));
    ck_assert_msg(strncmp(error, file, strlen(file)) == 0, "no file: %s", error);
    ck_assert_msg(strstr(error, wanted) != NULL, "found: %s\nwanted: %s", error,
                  wanted);
}

START_TEST(files_that_are_none)
{
    char name[] = "/tmp/scene-test-XXXXXX";
    int fd = mkstemp(name);
    ck_assert_int_ge(fd, 0);
    load_must_fail(name, "is empty");
    ck_assert_int_eq(ftruncate(fd, 2 << 20), 0);
    load_must_fail(name, "is larger than 1 MiB, the most that is read");
    ck_assert_int_eq(ftruncate(fd, 5), 0);
    load_must_fail(name, "line 1, column 1: this is not text in UTF-8");
    if (getuid() != 0) { /* nothing is unreadable for root */
        ck_assert_int_eq(fchmod(fd, 0), 0);
        load_must_fail(name, "cannot be opened: Permission denied");
    }
    close(fd);
    unlink(name);
    load_must_fail(name, "cannot be opened: No such file or directory");
    load_must_fail("/", "cannot be read: Is a directory");
}
END_TEST

int main(void)
{
    const struct unit_case cases[] = {
        {"wrong", &a_wrong_part_is_told, UNIT_ROWS(wrong)},
        {"right", &the_edge_of_right_is_right, UNIT_ROWS(right)},
        {"read", &what_is_read_is_what_stands_there, 0},
        {"fleet", &a_fleet_is_read, 0},
        {"one-scene", &a_file_is_one_scene_in_utf8, 0},
        {"cut", &a_scene_cut_anywhere_is_an_error, 0},
        {"changed", &a_scene_with_a_byte_changed_is_read_or_not, 0},
        {"large", &large_and_deep_texts_are_refused, 0},
        {"many-keys", &many_keys_are_refused_quickly, 0},
        {"files", &files_that_are_none, 0},
    };
    return unit_run("scene", cases, sizeof cases / sizeof *cases);
}
