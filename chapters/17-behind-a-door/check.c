/* Check of chapter 17: the handler. Whatever comes in is a request or a 4xx, whatever
 * goes out is one that API Gateway can read, and no byte is lost in between. guests.h
 * is what the tests are told in, gateway.h what API Gateway makes of a response. */
#include "leaving.h"

/* --- events ----------------------------------------------------------------------- */

static void only_format_2(void)
{
    comes(BYTES("{\"version\":\"2.0\",\"rawPath\":\"/call\"}"));
    want_good();
    static const struct {
        const char *event;
        size_t bytes;
    } others[] = {
        {BYTES("{\"version\":\"1.0\",\"resource\":\"/call\",\"path\":\"/call\","
               "\"httpMethod\":\"GET\"}")},
        {BYTES("{\"version\":\"1.0\",\"rawPath\":\"/call\"}")},
        {BYTES("{\"version\":\"2.00\",\"rawPath\":\"/call\"}")},
        {BYTES("{\"version\":\"2\",\"rawPath\":\"/call\"}")},
        {BYTES("{\"version\":2.0,\"rawPath\":\"/call\"}")},
        {BYTES("{\"version\":null,\"rawPath\":\"/call\"}")},
        {BYTES("{\"rawPath\":\"/call\"}")},
        {BYTES("{\"Records\":[{\"eventSource\":\"aws:sqs\"}]}")},
        {BYTES("{}")},
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        comes(others[i].event, others[i].bytes);
        want_refused(400);
    }
}

static void path_comes(const char *path)
{
    comes_with(path, "", 'a', 0);
    want_good();
    want_yes(strcmp(request.path, path) == 0, true, "is the path as it came?");
}

static void a_path(void)
{
    path_comes("/");
    path_comes("/call");
    path_comes("/a%20b%2Fc/../d");
    path_comes("/stra\xc3\x9f"
               "e");
    comes(BYTES("{\"version\":\"2.0\",\"path\":\"/wrong\",\"rawPath\":\"/right\"}"));
    want_good();
    want_yes(strcmp(request.path, "/right") == 0, true, "is it rawPath, not path?");
    for (size_t length = 1; length <= 600; length += length < 250 ? 83 : 1) {
        char path[601];
        memset(path, 'p', length);
        path[0] = '/';
        path[length] = '\0';
        comes_with(path, "", 'a', 0);
        story_tell("  its path has %zu bytes", length);
        if (length < HANDLER_PATH_MAX)
            want_good();
        else
            want_refused(414);
    }
    static const char *const bad[] = {"", "call", "?/", " /call"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        comes_with(bad[i], "", 'a', 0);
        want_refused(400);
    }
    comes(BYTES("{\"version\":\"2.0\",\"path\":\"/call\"}"));
    want_refused(400);
    comes(BYTES("{\"version\":\"2.0\",\"rawPath\":null}"));
    want_refused(400);
}

static void a_shard(void)
{
    comes_with("/", ",\"queryStringParameters\":{\"shard\":\"eu/7\",\"x\":\"1\"}", 0,
               0);
    want_good();
    want_yes(strcmp(request.shard, "eu/7") == 0, true, "is the shard eu/7?");
    static const char *const none[] = {"", ",\"queryStringParameters\":null",
                                       ",\"queryStringParameters\":{\"Shard\":\"7\"}",
                                       ",\"queryStringParameters\":{}"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        comes_with("/", none[i], 0, 0);
        want_good();
        want_yes(request.shard[0] == '\0', true, "is there no shard?");
    }
    for (size_t length = 0; length <= 200; length++) {
        comes_with("/", ",\"queryStringParameters\":{\"shard\":\"@\"}", 's', length);
        story_tell("  its shard has %zu bytes", length);
        if (length >= HANDLER_SHARD_MAX) {
            want_refused(400);
            continue;
        }
        want_good();
        want_ms((int64_t)strlen(request.shard), (int64_t)length, "bytes of the shard");
    }
}

/* --- bodies ----------------------------------------------------------------------- */

static void comes_as_base64(const char *body, size_t bytes)
{
    static char more[4096];
    int n = snprintf(more, sizeof more, ",\"isBase64Encoded\":true,\"body\":\"");
    base64_write(more + n, body, bytes);
    strcat(more, "\"");
    comes_with("/", more, 'a', 1); /* base64 has no @ */
}

/* To be refused, or to be read to its end; not to be cut off in the middle. */
static void holds_nul(const char *json, const char *body, size_t bytes)
{
    comes_with("/", json, 0, 0);
    if (request.status == 0)
        want_body(body, bytes);
    else
        want_refused(400);
}

static void an_escaped_nul(void)
{
    holds_nul(",\"body\":\"a\\u0000b\"", BYTES("a\0b"));
    holds_nul(",\"body\":\"ab\\u0000\"", BYTES("ab\0"));
    holds_nul(",\"body\":\"\\\\\\u0000b\"", BYTES("\\\0b"));
    holds_nul(",\"body\":\"\\n\\u0000b\"", BYTES("\n\0b"));
    comes_with("/", ",\"body\":\"a\\\\u0000b\"", 0, 0); /* a backslash, and no NUL */
    want_body(BYTES("a\\u0000b"));
    comes_with("/", ",\"body\":\"\\u0001\"", 0, 0);
    want_body(BYTES("\x01"));
}

static void the_bytes_sent(void)
{
    an_escaped_nul();
    comes_with("/", "", 0, 0);
    want_body("", 0);
    comes_with("/", ",\"isBase64Encoded\":true", 0, 0);
    want_body("", 0);
    comes_with("/", ",\"isBase64Encoded\":true,\"body\":\"\"", 0, 0);
    want_body("", 0);
    comes_with("/", ",\"body\":\"aGVsbG8=\"", 0, 0); /* nobody says that it is */
    want_body(BYTES("aGVsbG8="));
    comes_with("/", ",\"isBase64Encoded\":false,\"body\":\"aGVsbG8=\"", 0, 0);
    want_body(BYTES("aGVsbG8="));
    comes_with("/", ",\"body\":\"say \\\"\\u20ac\\\"\\n\"", 0, 0);
    want_body(BYTES("say \"\xe2\x82\xac\"\n"));
    comes_as_base64(BYTES("hello"));
    want_body(BYTES("hello"));
    comes_as_base64(BYTES("\0\xff\0"));
    want_body(BYTES("\0\xff\0"));
    for (size_t bytes = 0; bytes < 100; bytes++) {
        char body[100];
        memset(body, 't', sizeof body);
        comes_with("/", ",\"body\":\"@\"", 't', bytes);
        want_body(body, bytes);
        for (size_t i = 0; i < bytes; i++)
            body[i] = (char)chance_below(256);
        comes_as_base64(body, bytes);
        want_body(body, bytes);
    }
}

static void no_base64(void)
{
    static const char *const bad[] = {
        "a",    "aG",       "aGV",    "aGVsb",       "aGV=s", "=",
        "=aGV", "====",     "a===",   "aGV\xc3\xbc", "aG=s",  "aGVs=aGV",
        "aGV.", "aG==aGVs", "aGV\\n", "aGVs aGVs ab"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char more[100];
        snprintf(more, sizeof more, ",\"isBase64Encoded\":true,\"body\":\"%s\"",
                 bad[i]);
        comes_with("/", more, 0, 0);
        want_refused(400);
    }
    /* base64_bytes makes 65,536 of it, which is not what base64_read would write */
    comes_with("/", ",\"isBase64Encoded\":true,\"body\":\"@==\"", 'A', 87385);
    want_refused(400);
}

/* Each byte, the last one too: a copy that ends with a NUL has no room for that. */
static void want_all(char byte, size_t bytes)
{
    want_good();
    want_ms((int64_t)request.body_bytes, (int64_t)bytes, "bytes of its body");
    size_t same = 0;
    while (same < bytes && request.body[same] == byte)
        same++;
    want_ms((int64_t)same, (int64_t)bytes, "of them as they were sent");
}

static void how_large(void)
{
    static const char text[] = ",\"body\":\"@\"";
    static const char coded[] = ",\"isBase64Encoded\":true,\"body\":\"@%s\"";
    static const struct {
        const char *end; /* of the base64: these many bytes after 65,535 */
        int64_t bytes;
    } ends[] = {{"", 65535}, {"YQ==", 65536}, {"YWE=", 65537}, {"YWFh", 65538}};
    for (size_t bytes = 65534; bytes <= 65538; bytes++) {
        comes_with("/", text, 't', bytes);
        story_tell("  its body has %zu bytes, as text", bytes);
        if (bytes <= HANDLER_BODY_MAX)
            want_all('t', bytes);
        else
            want_refused(413);
    }
    for (size_t i = 0; i < 4; i++) {
        char more[100];
        snprintf(more, sizeof more, coded, ends[i].end);
        comes_with("/", more, 'A', 87380);
        story_tell("  its body has %" PRId64 " bytes, sent as base64", ends[i].bytes);
        if (ends[i].bytes > HANDLER_BODY_MAX) {
            want_refused(413);
            continue;
        }
        want_good();
        want_ms((int64_t)request.body_bytes, ends[i].bytes, "bytes of its body");
    }
    comes_with("/", text, 't', 199000);
    want_refused(413);
}

/* --- whatever comes --------------------------------------------------------------- */

static const char whole[] =
    "{\"version\":\"2.0\",\"routeKey\":\"GET /call\",\"rawPath\":\"/call\","
    "\"headers\":{\"accept\":\"text/html,*/*\",\"host\":\"x.example\"},"
    "\"queryStringParameters\":{\"shard\":\"eu/7\"},"
    "\"requestContext\":{\"http\":{\"method\":\"GET\",\"path\":\"/call\"}},"
    "\"body\":\"aGVsbG8=\",\"isBase64Encoded\":true}";

/* Good, or refused with a response that a user can read. */
static void good_or_4xx(void)
{
    if (request.status == 0) {
        want_yes(request.path[0] == '/', true, "it is good: does its path begin so?");
        return;
    }
    want_yes(request.status >= 400 && request.status <= 499, true,
             "its status is %d: is that a 4xx?", request.status);
    want_refused(request.status);
    struct response r = through_gateway(handler_refuse(&request));
    want_response(&r);
    want_ms(r.status, request.status, "the status that the user gets");
    cJSON *body = cJSON_Parse(r.body);
    want_yes(cJSON_IsString(cJSON_GetObjectItem(body, "error")), true,
             "does the body say {\"error\": \"...\"}?");
    cJSON_Delete(body);
    forget(&r);
}

static void more_behind_it(void)
{
    static const char *const more[] = {"}", "x", "{}", ",", whole};
    char event[2 * sizeof whole];
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        int n = snprintf(event, sizeof event, "%s%s", whole, more[i]);
        comes(event, (size_t)n);
        story_tell("  there is more behind it: %s", shown(more[i], strlen(more[i])));
        want_yes(request.status != 0, true, "is it refused?");
        good_or_4xx();
    }
}

/* What must be a string or a bool is something else, or is there twice. */
static void wrong_shapes(void)
{
    static const char *const fields[] = {"version", "rawPath", "body",
                                         "isBase64Encoded", "queryStringParameters"};
    static const char *const values[] = {"7", "[]", "[\"/\"]", "{\"a\":[]}", "1e999"};
    char event[200];
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        for (size_t k = 0; k < sizeof values / sizeof *values; k++) {
            int n = snprintf(event, sizeof event, "{%s%s\"%s\":%s}",
                             i == 0 ? "" : "\"version\":\"2.0\",",
                             i == 1 ? "" : "\"rawPath\":\"/\",", fields[i], values[k]);
            comes(event, (size_t)n);
            want_yes(request.status != 0, true, "is it refused?");
            good_or_4xx();
        }
    comes_with("/", ",\"body\":\"a\",\"body\":\"b\"", 0, 0);
    want_refused(400);
    comes_with("/", ",\"queryStringParameters\":{\"shard\":\"a\",\"shard\":\"b\"}", 0,
               0);
    want_refused(400);
}

static void any_event(void)
{
    static const char odd[] = "\0\x01 \"\\{}[],:/0u=\x7f\x80\xc3\xf4\xff";
    char event[sizeof whole];
    more_behind_it();
    wrong_shapes();
    for (size_t cut = 0; cut < sizeof whole - 1; cut++) {
        comes(whole, cut);
        want_yes(request.status != 0, true, "it is cut off: is it refused?");
        good_or_4xx();
    }
    for (int i = 0; i < 2000; i++) {
        memcpy(event, whole, sizeof whole);
        for (uint32_t n = chance_below(4) + 1; n > 0; n--)
            event[chance_below(sizeof whole - 1)] = odd[chance_below(sizeof odd - 1)];
        comes(event, sizeof whole - 1);
        good_or_4xx();
    }
    for (int i = 0; i < 200; i++) {
        for (size_t k = 0; k < sizeof whole - 1; k++)
            event[k] = (char)chance_below(256);
        comes(event, chance_below(sizeof whole));
        good_or_4xx();
    }
}

/* --- memory ----------------------------------------------------------------------- */

static void event_with(long pieces, const char *behind)
{
    char event[sizeof whole + 10];
    int n = snprintf(event, sizeof event, "%s%s", whole, behind);
    leave(pieces);
    comes(event, (size_t)n);
    long kept = in_use;
    plenty();
    story_tell("  after %ld pieces of memory there is none", pieces);
    want_ms(kept, 0, "pieces that cJSON took and nobody gave back");
    good_or_4xx();
}

static void whole_or_nothing(void)
{
    for (size_t row = 0; row < sizeof made / sizeof *made; row++) {
        long enough = 0;
        for_once = false;
        while (!made_with(enough, row))
            want_yes(++enough < 200, true, "is there ever an answer?");
        for_once = true;
        for (long pieces = 0; pieces < enough; pieces++)
            made_with(pieces, row);
    }
    for_once = false;
    for (long pieces = 0; pieces < 100; pieces++)
        event_with(pieces, "");
    event_with(1000, "{}"); /* and there is enough */
}

static const struct check_test tests[] = {
    {"format-2", "only an event of payload format 2.0 is read",
     "Format 1.0 has other names in it: whoever reads it as 2.0 finds nothing.",
     .body = only_format_2},
    {"a-path", "a path begins with a slash and has 255 bytes at most",
     "It is rawPath. What is longer than its place is a 414; cut off, it is another.",
     .body = a_path},
    {"a-shard", "a shard may be missing, and has 63 bytes at most",
     "Cut off, a name becomes another name, and so another shard's breaker.",
     .body = a_shard},
    {"bytes-sent", "a body is the bytes that were sent, base64 or not",
     "isBase64Encoded says which; what the text looks like says nothing.",
     .body = the_bytes_sent},
    {"no-base64", "what says that it is base64, and is not, is a 400",
     "Its length is a multiple of four, and base64_read says whether it is right.",
     .body = no_base64},
    {"how-large", "a body of 65,536 bytes is read, one byte more is a 413",
     "Count what the text stands for, not the text: base64 is a third longer.",
     .body = how_large},
    {"any-event", "whatever comes is a request, or a 4xx with a sentence",
     "A crash costs the whole environment, and everything that it remembers.",
     .body = any_event},
    {"own-status", "refused is a 503, failed a 502, timed out a 504, and says why",
     "A user, a cache and a load balancer know nothing of breakers. They know 503.",
     .body = own_status},
    {"retry-after", "Retry-After is in whole seconds, rounded up, or absent",
     "Whoever comes back too early is refused again; and 0 means: now.",
     .body = retry_after},
    {"bytes-out",
     "a fresh answer keeps status and every byte, and its type says what it is",
     "UTF-8 without a NUL goes as it is. All else goes as base64.", .body = as_it_came},
    {"its-age", "a stale answer is a 200 that says so, and how old it is",
     "Age is in seconds, age_ms in milliseconds.", .body = its_age},
    {"stale-object", "a stale object keeps its members, to the digit",
     "The note goes in front; the rest of the text stays as the backend wrote it.",
     .body = stale_object},
    {"stale-other", "any other stale body stands whole in an object of ours",
     "A list, text, bytes, or an object that has one of our names itself.",
     .body = stale_other},
    {"memory", "without memory there is a whole answer, or none",
     "Ask of each piece whether you got it; give back to cJSON what cJSON gave.",
     .body = whole_or_nothing},
};

int main(int argc, char **argv)
{
    return check_main(argc, argv,
                      &(struct check){17, "behind-a-door", tests,
                                      (int)(sizeof tests / sizeof tests[0])});
}
