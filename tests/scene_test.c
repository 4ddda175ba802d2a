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

/* A scene is put together from parts, of which a row changes one. In all texts here '
 * stands for ". */
enum part { ROOT, LOAD, BACKEND, FAULTS, CLIENTS, EXPECT, PARTS };
static const char *const keys[PARTS] = {NULL,     "load",    "backend",
                                        "faults", "clients", "expect"};
static const char *const usual[PARTS] = {"'name':'t','run_ms':10000,'workers':10",
                                         "{'rps':10}",
                                         "{'shards':2,'service':{'mean_ms':10}}",
                                         "[]",
                                         "{'a':{'attempts':1},'b':{}}",
                                         "[]"};

struct row {
    enum part part;
    const char *text; /* NULL: the part is missing */
    const char *error;
};

static void quote(char *text)
{
    for (; *text != '\0'; text++)
        if (*text == '\'')
            *text = '"';
}

static void compose(char *out, size_t size, enum part part, const char *text)
{
    size_t used = (size_t)snprintf(out, size, "{%s", part == ROOT ? text : usual[ROOT]);
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

/* --- one wrong part --------------------------------------------------------------- */

static const struct row wrong[] = {
    {ROOT, "'name':'t','runs_ms':1",
     "$: unknown \"runs_ms\": did you mean \"run_ms\"?"},
    {ROOT, "'name':'t','zzz':1",
     "$: unknown \"zzz\", allowed: run_ms, bucket_ms, work"},
    {ROOT, "'name':'t','':1", "$: unknown \"\", allowed: run_ms"},
    {ROOT, "'name':'t','\\u001b[31m':1", "$: unknown \"?[31m\", allowed"},
    {ROOT, "'name':'t','name':'u'", "$: \"name\" stands twice, allowed once"},
    {ROOT, "'name':'t','run_ms':'1'",
     "$.run_ms: found a text, allowed a number from 1000"},
    {ROOT, "'name':'t','run_ms':999", "$.run_ms: found 999, allowed 1000 to 86400000"},
    {ROOT, "'name':'t','run_ms':86400001", "$.run_ms: found 86400001, allowed 1000 to"},
    {ROOT, "'name':'t','run_ms':-1", "$.run_ms: found -1, allowed 1000 to 86400000"},
    {ROOT, "'name':'t','run_ms':1e999",
     "$.run_ms: found inf, allowed 1000 to 86400000"},
    {ROOT, "'name':'t','run_ms':-1e999", "$.run_ms: found -inf, allowed 1000"},
    {ROOT, "'name':'t','run_ms':NaN",
     "line 1, column 21: this is not JSON, near \"NaN"},
    {ROOT, "'name':'t','run_ms':Infinity", "this is not JSON, near \"Infinity"},
    {ROOT, "'name':'t','run_ms':-Infinity", "this is not JSON, near \"-Infinity"},
    {ROOT, "'name':'t','run_ms':null", "$.run_ms: found null, allowed a number"},
    {ROOT, "'name':'t','workers':1.5",
     "$.workers: found 1.5, allowed 1 to 100000, whole"},
    {ROOT, "'name':'t','workers':0", "$.workers: found 0, allowed 1 to 100000"},
    {ROOT, "'name':'t','bucket_ms':36",
     "$.bucket_ms: run_ms / bucket_ms is 4166, allowed"},
    {ROOT, "'run_ms':10000", "$.name: found nothing, wanted a text"},
    {ROOT, "'name':''", "$.name: found an empty text, wanted a name"},
    {ROOT, "'name':7", "$.name: found a number, wanted a text"},
    {ROOT, "'name':'a\\nb'", "$.name: found a control character, wanted one line"},
    {ROOT, "'name':'123456789 123456789 123456789 123456789 12345678'",
     "$.name: found 48 bytes, allowed 47"},
    {ROOT, "'name':'t','about':[]", "$.about: found a list, wanted a text"},
    {ROOT, "'name':'t','source':{}", "$.source: found an object, wanted a text"},

    {LOAD, NULL, "$.load: found nothing, wanted an object { }"},
    {LOAD, "[]", "$.load: found a list, wanted an object { }"},
    {LOAD, "{}", "$.load.rps: found nothing, allowed 1 to 1000000 (or steps)"},
    {LOAD, "{'rsp':1}", "$.load: unknown \"rsp\": did you mean \"rps\"?"},
    {LOAD, "{'rps':1,'rps':2}", "$.load: \"rps\" stands twice, allowed once"},
    {LOAD, "{'rps':1000001}", "$.load.rps: found 1000001, allowed 0 to 1000000"},
    {LOAD, "{'rps':1,'arrivals':'poison'}",
     "$.load.arrivals: unknown \"poison\": did you mean \"poisson\"?"},
    {LOAD, "{'rps':1,'arrivals':'x'}",
     "$.load.arrivals: unknown \"x\", allowed: poisson, even, users"},
    {LOAD, "{'rps':1,'arrivals':1}", "$.load.arrivals: found a number, wanted a text"},
    {LOAD, "{'arrivals':'users','users':5}",
     "$.load: users wants \"users\" and \"think_ms"},
    {LOAD, "{'arrivals':'users','users':5,'think_ms':0.5}", "$.load: users wants"},
    {LOAD, "{'arrivals':'users','users':5,'think_ms':1,'rps':1}",
     "$.load: found \"rps\""},
    {LOAD, "{'rps':1,'users':5}",
     "$.load: found \"users\", not allowed with arrivals \"p"},
    {LOAD, "{'rps':1,'patience_ms':true}", "$.load.patience_ms: found true or false"},
    {LOAD, "{'steps':{}}", "$.load.steps: found an object, wanted a list [ ]"},
    {LOAD, "{'steps':[1]}", "$.load.steps[0]: found a number, wanted an object"},
    {LOAD, "{'steps':[{'rps':1}]}",
     "$.load.steps[0].at_ms: found nothing, wanted a time"},
    {LOAD, "{'steps':[{'at_ms':1}]}",
     "$.load.steps[0].rps: found nothing, wanted a rate"},
    {LOAD, "{'steps':[{'at_ms':1.5,'rps':1}]}",
     "$.load.steps[0].at_ms: found 1.5, allowed"},
    {LOAD, "{'steps':[{'at_ms':5,'rps':1},{'at_ms':5,'rps':1}]}",
     "$.load.steps[1]: found at_ms 5 after 5, it must grow"},
    {LOAD, "{'steps':[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]}",
     "$.load.steps: found 17 entries, allowed 16"},
    {LOAD, "{'rps':1,'steps':[{'at_ms':1,'rps':1}]}",
     "$.load: found \"rps\" and \"steps\""},
    {LOAD, "{'arrivals':'even','steps':[{'at_ms':1,'rps':1}]}",
     "$.load.steps: goes with"},

    {BACKEND, NULL, "$.backend: found nothing, wanted an object"},
    {BACKEND, "{}", "$.backend.service: found nothing, wanted an object"},
    {BACKEND, "{'server':1}",
     "$.backend: unknown \"server\": did you mean \"servers\"?"},
    {BACKEND, "{'shards':65}", "$.backend.shards: found 65, allowed 1 to 64, whole"},
    {BACKEND, "{'queue_max':-1}",
     "$.backend.queue_max: found -1, allowed 0 to 100000000"},
    {BACKEND, "{'drops_expired':1}",
     "$.backend.drops_expired: found a number, wanted true or false"},
    {BACKEND, "{'service':{}}",
     "$.backend.service.mean_ms: found nothing, wanted more"},
    {BACKEND, "{'service':{'mean_ms':0}}",
     "$.backend.service.mean_ms: found 0, wanted"},
    {BACKEND, "{'service':{'p90_ms':1}}",
     "$.backend.service: unknown \"p90_ms\": did you"},
    {BACKEND, "{'service':{'law':'fix'}}",
     "law: unknown \"fix\": did you mean \"fixed\"?"},
    {BACKEND, "{'service':{'law':'lognormal','p50_ms':2,'p99_ms':1}}",
     "0 < p50 <= p99"},
    {BACKEND, "{'service':{'mean_ms':1,'p50_ms':1}}",
     "found \"p50_ms\", not allowed with"},

    {FAULTS, "{}", "$.faults: found an object, wanted a list [ ]"},
    {FAULTS, "[{}]", "$.faults[0].kind: found nothing, wanted hang, refuse, errors"},
    {FAULTS, "[{'kind':'hang'}]", "$.faults[0].from_ms: found nothing, wanted a time"},
    {FAULTS, "[{'kind':'hang','from_ms':1}]", "$.faults[0].to_ms: found nothing"},
    {FAULTS, "[{'kind':'hand','from_ms':1,'to_ms':2}]", "did you mean \"hang\"?"},
    {FAULTS, "[{'kind':'hang','from_ms':1,'to_ms':10001}]",
     "$.faults[0]: found from_ms 1, to_ms 10001, allowed from < to <= 10000"},
    {FAULTS, "[{'kind':'hang','from_ms':2,'to_ms':2}]", "allowed from < to <= 10000"},
    {FAULTS, "[{'kind':'hang','from_ms':1,'to_ms':2,'shard':2}]",
     "$.faults[0].shard: found 2, allowed 0 to 1, whole numbers only"},
    {FAULTS, "[{'kind':'hang','from_ms':1,'to_ms':2,'shard':-1}]",
     "found -1, allowed 0"},
    {FAULTS, "[{'kind':'hang','from_ms':1,'to_ms':2,'pct':5}]",
     "$.faults[0]: found a pct, but \"hang\" takes none"},
    {FAULTS, "[{'kind':'slow','from_ms':1,'to_ms':2}]",
     "no pct, but \"slow\" wants one"},
    {FAULTS, "[{'kind':'errors','from_ms':1,'to_ms':2,'pct':101}]",
     "$.faults[0]: found pct 101, allowed 0 to 100 for \"errors\""},
    {FAULTS, "[{'kind':'load','from_ms':1,'to_ms':2,'pct':5,'shard':0}]", "about all"},

    {CLIENTS, NULL, "$.clients: wanted an object with at least one client"},
    {CLIENTS, "{}", "$.clients: wanted an object with at least one client"},
    {CLIENTS, "[{}]", "$.clients: wanted an object with at least one client"},
    {CLIENTS, "{'a':3}", "$.clients.a: found a number, wanted an object { }"},
    {CLIENTS, "{'':{}}", "$.clients.: found a name, allowed 1 to 23 letters, digits"},
    {CLIENTS, "{'a,b':{}}", "$.clients.a,b: found a name, allowed 1 to 23 letters"},
    {CLIENTS, "{'a':{},'a':{}}", "$.clients.a: stands twice, allowed once"},
    {CLIENTS, "{'123456789012345678901234':{}}",
     "found a name, allowed 1 to 23 letters"},
    {CLIENTS, "{'a':{},'b':{},'c':{},'d':{},'e':{},'f':{},'g':{}}",
     "$.clients.g: is one too many: allowed 6 clients"},
    {CLIENTS, "{'a':{'breakers':11}}",
     "$.clients.a.breakers: found 11, allowed 1 to 10"},
    {CLIENTS, "{'a':{'timeout':1}}",
     "$.clients.a: unknown \"timeout\": did you mean \"ti"},
    {CLIENTS, "{'a':{'attempts':2.5}}",
     "$.clients.a.attempts: found 2.5, allowed 0 to 100"},
    {CLIENTS, "{'a':{'attempts':101}}",
     "$.clients.a.attempts: found 101, allowed 0 to 100"},
    {CLIENTS, "{'a':{'per_shard':2}}",
     "$.clients.a.per_shard: found 2, allowed 0 to 1"},
    {CLIENTS, "{'a':{'window_ms':5,'window_calls':5}}",
     "$.clients.a: window_calls and"},
    {CLIENTS, "{'a':{'failure_pct':50}}",
     "$.clients.a: a rate (failure_pct, slow_pct)"},
    {CLIENTS, "{'a':{'backoff_ms':9,'backoff_max_ms':5}}",
     "$.clients.a: backoff_max_ms"},
    {CLIENTS, "{'a':{'budget_max':5,'budget_cost':6}}",
     "$.clients.a: budget_cost is more"},

    {EXPECT, "7", "$.expect: found a number, wanted a list [ ]"},
    {EXPECT, "[7]", "$.expect[0]: found a number, wanted an object { }"},
    {EXPECT, "[{'fact':'opens','min':1}]",
     "$.expect[0].client: found nothing, wanted the"},
    {EXPECT, "[{'client':'a','min':1}]",
     "$.expect[0].fact: found nothing, wanted the name"},
    {EXPECT, "[{'client':'c','fact':'opens','min':1}]",
     "$.expect[0].client: unknown \"c\": did you mean \"a\"?"},
    {EXPECT, "[{'client':'nobody','fact':'opens','min':1}]",
     "\"nobody\", allowed: a, b"},
    {EXPECT, "[{'client':'a','fact':'open','min':1}]", "did you mean \"opens\"?"},
    {EXPECT, "[{'client':'a','fact':'opens'}]", "$.expect[0]: has neither min nor max"},
    {EXPECT, "[{'client':'a','fact':'opens','min':2,'max':1}]",
     "min 2, more than max 1"},
    {EXPECT, "[{'client':'a','fact':'opens','min':0.5}]", "$.expect[0].min: found 0.5"},
    {EXPECT, "[{'client':'a','fact':'opens','min':1,'in_pct':0}]",
     "found 0, allowed 1 to"},
    {EXPECT, "[{'client':'a','fact':'opens','min':1,'when':1}]", "unknown \"when\""},
};

START_TEST(a_wrong_part_is_told)
{
    char text[4096];
    compose(text, sizeof text, wrong[_i].part, wrong[_i].text);
    must_fail(text, strlen(text), wrong[_i].error);
}
END_TEST

/* --- parts at the edge of what is right ------------------------------------------- */

static const struct row right[] = {
    {ROOT, "'name':'\xc3\xa4\xe2\x82\xac\xf0\x9f\x8c\xa9','about':'\\u00e9'", NULL},
    {ROOT, "'name':'t','run_ms':86400000,'bucket_ms':21100,'workers':100000", NULL},
    {ROOT, "'name':'t','run_ms':1000,'bucket_ms':10,'workers':10", NULL},
    {LOAD, "{'rps':1000000,'repeats':100}", NULL},
    {LOAD, "{'arrivals':'users','users':1,'think_ms':1}", NULL},
    {LOAD, "{'steps':[{'at_ms':0,'rps':0},{'at_ms':86400000,'rps':1}]}", NULL},
    {BACKEND, "{'shards':64,'service':{'mean_ms':0.000001}}", NULL},
    {BACKEND, "{'service':{'law':'lognormal','p50_ms':1,'p99_ms':1}}", NULL},
    {FAULTS, NULL, NULL},
    {FAULTS, "[{'kind':'hang','shard':1,'from_ms':0,'to_ms':10000}]", NULL},
    {CLIENTS, "{'a-_.9':{'breakers':10}}", NULL},
    {EXPECT, NULL, NULL},
    {EXPECT, "[{'client':'b','fact':'p99_ms','min':-1000000000,'max':1000000000}]",
     NULL},
};

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
    ck_assert(s.world.workers == 10 && s.world.load.rps == 10);
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
    must_fail(" \n ", 3, "line 2, column 2: this is not JSON");
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
        {"one-scene", &a_file_is_one_scene_in_utf8, 0},
        {"cut", &a_scene_cut_anywhere_is_an_error, 0},
        {"changed", &a_scene_with_a_byte_changed_is_read_or_not, 0},
        {"large", &large_and_deep_texts_are_refused, 0},
        {"many-keys", &many_keys_are_refused_quickly, 0},
        {"files", &files_that_are_none, 0},
    };
    return unit_run("scene", cases, sizeof cases / sizeof *cases);
}
