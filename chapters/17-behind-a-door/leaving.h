/* leaving.h - responses that go out: their status, their headers, each byte of their
 * body, and what becomes of them when memory runs out. The second half of the check. */
#ifndef LEAVING_H
#define LEAVING_H

#include "guests.h"
#include "utf8.h"

/* --- answers ---------------------------------------------------------------------- */

/* What is different is not told with the same words: `said` are those of the kinds
 * before this one. */
static void want_own_words(char said[][200], int kinds, const char *why)
{
    for (int i = 0; i < kinds; i++)
        want_yes(strcmp(said[i], why) != 0, true, "is the sentence its own?");
    snprintf(said[kinds], 200, "%s", why);
}

static void own_status(void)
{
    static const int wanted[] = {0, 0, 503, 502, 504};
    char said[3][200];
    for (int kind = CLIENT_REFUSED; kind <= CLIENT_TIMED_OUT; kind++) {
        struct response r = answers((enum client_answer)kind, 0, 0, BYTES("no use"));
        want_ms(r.status, wanted[kind], "the user's status");
        story_tell("  the user gets %s", shown(r.body, r.bytes));
        cJSON *body = cJSON_Parse(r.body);
        const char *why = cJSON_GetStringValue(cJSON_GetObjectItem(body, "error"));
        want_yes(why != NULL && *why != '\0', true,
                 "does the body say why, {\"error\": \"...\"}?");
        want_own_words(said, kind - CLIENT_REFUSED, why);
        cJSON_Delete(body);
        forget(&r);
    }
}

/* When to ask again is known only to who has refused, whatever else an answer holds. */
static void nobody_knows_when(void)
{
    for (int kind = CLIENT_FAILED; kind <= CLIENT_TIMED_OUT; kind++)
        for (int64_t ms = 0; ms <= 5000; ms += 5000) {
            struct response r = answers((enum client_answer)kind, 0, ms, NULL, 0);
            want_yes(r.retry_after[0] == '\0', true,
                     "the call was made, and failed: is there no Retry-After?");
            forget(&r);
        }
}

static void want_seconds(const struct response *r, int64_t seconds)
{
    bool there = r->retry_after[0] != '\0';
    story_tell("  Retry-After: %s", there ? r->retry_after : "none");
    if (seconds == 0)
        want_yes(!there, true, "nobody knows when: is there no Retry-After?");
    else
        want_yes(number_in(r->retry_after) == seconds, true,
                 "is that %" PRId64 ", in whole seconds?", seconds);
}

static void retry_after(void)
{
    nobody_knows_when();
    for (int64_t ms = 0; ms <= 5000; ms++) {
        int64_t seconds = 0;
        while (seconds * 1000 < ms)
            seconds++;
        struct response r = answers(CLIENT_REFUSED, 503, ms, NULL, 0);
        want_seconds(&r, seconds);
        forget(&r);
    }
    struct response r = answers(CLIENT_REFUSED, 503, 1000000000000001, NULL, 0);
    want_seconds(&r, 1000000000001);
    forget(&r);
    r = answers(CLIENT_REFUSED, 503, INT64_MAX, NULL, 0); /* 2^63 - 1 ms */
    want_seconds(&r, 9223372036854776);
    forget(&r);
}

/* --- stale ------------------------------------------------------------------------ */

/* The body of a stale answer, as JSON with the note in it; to be deleted. */
static cJSON *noted(const struct response *r, int64_t age_ms)
{
    story_tell("  the user gets %s", shown(r->body, r->bytes));
    cJSON *body = cJSON_ParseWithOpts(r->body, NULL, 1);
    want_yes(cJSON_IsObject(body), true, "is it a JSON object?");
    want_yes(cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(body, "stale")), true,
             "does it say \"stale\": true?");
    const cJSON *age = cJSON_GetObjectItemCaseSensitive(body, "age_ms");
    want_yes(cJSON_IsNumber(age), true, "does it say \"age_ms\", a number?");
    want_ms((int64_t)age->valuedouble, age_ms, "its age_ms");
    return body;
}

static void its_age(void)
{
    for (int64_t ms = 0; ms <= 100000000; ms += ms < 3000 ? 1 + ms % 7 : 9876543) {
        struct response r = answers(CLIENT_STALE, 200, ms, BYTES("{\"a\":1}"));
        int64_t age = number_in(r.age);
        want_ms(r.status, 200, "the user's status");
        story_tell("  Age: %s", r.age[0] != '\0' ? r.age : "none");
        want_yes(age >= 0 && age * 1000 - ms < 1000 && ms - age * 1000 < 1000, true,
                 "is that %" PRId64 " ms in whole seconds?", ms);
        cJSON_Delete(noted(&r, ms));
        forget(&r);
    }
}

/* Among its members stands this text, as the backend wrote it. */
static void keeps(const char *object, const char *text)
{
    struct response r = answers(CLIENT_STALE, 200, 1500, object, strlen(object));
    cJSON *body = noted(&r, 1500), *kept = cJSON_Parse(object);
    const cJSON *one = NULL;
    cJSON_ArrayForEach(one, kept) want_yes(
        cJSON_Compare(one, cJSON_GetObjectItemCaseSensitive(body, one->string), 1),
        true, "is \"%s\" among its members, as it was?", one->string);
    want_ms(cJSON_GetArraySize(body), cJSON_GetArraySize(kept) + 2, "members");
    want_yes(strstr(r.body, text) != NULL, true, "is %s in it, to the digit?", text);
    cJSON_Delete(kept);
    cJSON_Delete(body);
    forget(&r);
}

static void stale_object(void)
{
    keeps("{\"page\":\"home\"}", "home");
    keeps("{}", "stale");
    keeps("{ }", "stale");
    keeps(" {\"a\" : [1, {\"stale\": 1}], \"b\": \"\\u00fc\"}\n", "1");
    keeps("{\"id\":10000000000000000001}", "10000000000000000001");
    keeps("{\"price\":0.10}", "0.10");
}

/* The string in an object of ours, to which the body has become. */
static void wraps(const char *body, size_t bytes, const char *wanted)
{
    struct response r = answers(CLIENT_STALE, 200, 1500, body, bytes);
    cJSON *object = noted(&r, 1500);
    const char *in = cJSON_GetStringValue(cJSON_GetObjectItem(object, "body"));
    if (in == NULL)
        in = cJSON_GetStringValue(cJSON_GetObjectItem(object, "body_b64"));
    want_ms(cJSON_GetArraySize(object), 3, "members");
    want_yes(in != NULL && strcmp(in, wanted) == 0, true, "does it hold %s?", wanted);
    cJSON_Delete(object);
    forget(&r);
}

#define AS_IT_IS(text) wraps(text, sizeof(text) - 1, text)
static void stale_other(void)
{
    AS_IT_IS("hello");
    AS_IT_IS("");
    AS_IT_IS("[{\"a\":1}]");
    AS_IT_IS("\"a string\"");
    AS_IT_IS("{\"cut\":\"off");
    AS_IT_IS("{\"a\":1} and more");
    AS_IT_IS("{\"stale\":false}");
    AS_IT_IS("{\"a\":1,\"age_ms\":7}");
    AS_IT_IS("{\"a\":1,\"stale\":null,\"age_ms\":7}");
    wraps(NULL, 0, "");
    wraps(BYTES("\xff\xfe"), "//4=");
    wraps(BYTES("a\0b"), "YQBi");
    wraps(BYTES("{\"a\":\"\xff\"}"), "eyJhIjoi/yJ9");
}

/* --- bytes ------------------------------------------------------------------------ */

static void goes_out(const char *body, size_t bytes)
{
    struct response r = answers(CLIENT_FRESH, 200, 0, body, bytes);
    bool text = model_text((const unsigned char *)body, bytes);
    want_yes(r.base64, !text, text ? "it is text: base64?" : "it is no text: base64?");
    want_ms((int64_t)r.bytes, (int64_t)bytes, "bytes that the user gets");
    want_yes(bytes == 0 || memcmp(r.body, body, bytes) == 0, true, "the same bytes?");
    forget(&r);
}

/* Where the lengths of UTF-8 change, and where it ends; and one byte beside that. */
static void edges_of_utf8(void)
{
    static const uint32_t codes[] = {0x0,    0x1,     0x7f,     0x80,     0x7ff,
                                     0x800,  0xd7ff,  0xd800,   0xdfff,   0xe000,
                                     0xffff, 0x10000, 0x10ffff, 0x110000, 0x1fffff};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        unsigned char body[4];
        size_t bytes = write_code(codes[i], body);
        goes_out((const char *)body, bytes);
        for (size_t k = 0; k < bytes; k++)
            for (int by = -1; by <= 1; by += 2) {
                body[k] = (unsigned char)(body[k] + by);
                goes_out((const char *)body, bytes);
                body[k] = (unsigned char)(body[k] - by);
            }
    }
}

static void no_byte_lost(void)
{
    edges_of_utf8();
    static const unsigned char edges[] = {
        0x00, 0x01, '"',  '\\', 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1,
        0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff};
    char body[200];
    for (int c = 0; c < 256; c++) {
        body[0] = (char)c;
        goes_out(body, 1);
    }
    for (int i = 0; i < 4000; i++) {
        size_t bytes = 1 + chance_below(6);
        for (size_t k = 0; k < bytes; k++)
            body[k] = (char)edges[chance_below(sizeof edges)];
        goes_out(body, bytes);
    }
    for (size_t bytes = 0; bytes < sizeof body; bytes++) {
        for (size_t k = 0; k < bytes; k++)
            body[k] = (char)(bytes % 2 ? chance_below(256) : 32 + chance_below(90));
        goes_out(body, bytes);
    }
}

static void want_type(const char *body, size_t bytes, const char *type)
{
    struct response r = answers(CLIENT_FRESH, 200, 0, body, bytes);
    story_tell("  content-type: %s", r.type);
    want_yes(strncmp(r.type, type, strlen(type)) == 0, true, "is it %s?", type);
    forget(&r);
}

static void what_it_is(void)
{
    want_type(BYTES("{\"a\":1}"), "application/json");
    want_type(BYTES(" [1, 2]\n"), "application/json");
    want_type(BYTES("hello"), "text/plain");
    want_type(BYTES("7"), "text/plain"); /* JSON, and neither object nor list */
    want_type(BYTES("\"hi\""), "text/plain");
    want_type(BYTES("null"), "text/plain");
    want_type(BYTES("{\"cut\":\"off"), "text/plain");
    want_type(BYTES("{} and more"), "text/plain");
    want_type(BYTES("\x89PNG\r\n\x1a\n"), "application/octet-stream");
    want_type(BYTES("{\"a\":\"\xff\"}"), "application/octet-stream");
}

static void statuses(void)
{
    static const int fresh[] = {200, 201, 204, 301, 304, 400, 404, 409, 499};
    for (size_t i = 0; i < sizeof fresh / sizeof *fresh; i++) {
        struct response r = answers(CLIENT_FRESH, fresh[i], 0, BYTES("hello"));
        want_ms(r.status, fresh[i], "the user's status");
        forget(&r);
    }
}

static void as_it_came(void)
{
    statuses();
    what_it_is();
    no_byte_lost();
}

/* --- memory ----------------------------------------------------------------------- */

static const struct {
    enum client_answer kind;
    int status, wanted;
    const char *body;
    size_t bytes;
} made[] = {
    {CLIENT_FRESH, 200, 200, BYTES("{\"a\":[1]}")},
    {CLIENT_FRESH, 404, 404, BYTES("a\0b")},
    {CLIENT_STALE, 200, 200, BYTES("{\"a\":1}")},
    {CLIENT_STALE, 200, 200, BYTES("hello")},
    {CLIENT_STALE, 200, 200, BYTES("{} and more")},
    {CLIENT_STALE, 200, 200, BYTES("\xff")},
    {CLIENT_REFUSED, 503, 503, BYTES("")},
    {CLIENT_TIMED_OUT, 504, 504, BYTES("")},
};

/* With so many pieces to be had: was there an answer? */
static bool made_with(long pieces, size_t row)
{
    story_begin();
    story_tell("  %s, and after %ld pieces of memory there is none%s",
               answer_names[made[row].kind], pieces, for_once ? ", once" : "");
    leave(pieces);
    char *text = answer_of(made[row].kind, made[row].status, 1500, made[row].body,
                           made[row].bytes);
    long kept = in_use;
    plenty();
    story_tell("  %ld pieces are still in use", kept);
    want_yes(kept <= (text != NULL), true,
             "all that cJSON took given back, but for the answer?");
    if (text == NULL)
        return false;
    struct response r = through_gateway(text);
    want_response(&r);
    want_ms(r.status, made[row].wanted, "the user's status");
    forget(&r);
    return true;
}

#endif
