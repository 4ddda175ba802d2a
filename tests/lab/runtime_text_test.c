/* runtime_text_test.c - what the platform says and is told, as text: header lines of
 * any bytes are read, an absurd deadline is not believed, an error's words are escaped.
 */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "runtime.h"

#define N(table) (sizeof(table) / sizeof *(table))

/* `said` is what became of it: the id, the trace or the deadline, by the first letter.
 */
static const struct {
    const char *line;
    char field;
    const char *said;
} lines[] = {
    {"Lambda-Runtime-Aws-Request-Id: 8476a536-e9f4\r\n", 'i', "8476a536-e9f4"},
    {"lambda-runtime-aws-request-id:A1", 'i', "A1"},
    {"Lambda-Runtime-Aws-Request-Id: ../../init/error\r\n", 'i', ""},
    {"Lambda-Runtime-Aws-Request-Id: a?b\r\n", 'i', ""},
    {"Lambda-Runtime-Aws-Request-Id: "
     "01234567890123456789012345678901234567890123456789012345678901234\r\n",
     'i', ""},
    {"Lambda-Runtime-Aws-Request-Id", 'i', ""},
    {"Lambda-Runtime-Aws-Request-Id:", 'i', ""},
    {"Lambda-Runtime-Aws-Request-Idx: a\r\n", 'i', ""},
    {"Lambda-Runtime-Deadline-Ms: 1542409706888\r\n", 'd', "1542409706888"},
    {"Lambda-Runtime-Deadline-Ms: 9223372036854775807\r\n", 'd', "9223372036854775807"},
    {"Lambda-Runtime-Deadline-Ms: 9223372036854775808\r\n", 'd', "0"},
    {"Lambda-Runtime-Deadline-Ms: 12a\r\n", 'd', "0"},
    {"Lambda-Runtime-Deadline-Ms: -1\r\n", 'd', "0"},
    {"Lambda-Runtime-Trace-Id: Root=1-5bef4de7;Sampled=1\r\n", 't',
     "Root=1-5bef4de7;Sampled=1"},
    {"Lambda-Runtime-Trace-Id: a\x01z\r\n", 't', ""},
    {"Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:eu-west-1:1:function:f\r\n",
     'a', "arn:aws:lambda:eu-west-1:1:function:f"},
};

/* The line lies at the end of memory of its own, so that reading past it is seen. */
START_TEST(header_lines_are_read)
{
    struct runtime_head head = {.deadline_ms = 0};
    size_t bytes = strlen(lines[_i].line);
    char number[24], *line = malloc(bytes);
    memcpy(line, lines[_i].line, bytes);
    runtime_header(&head, line, bytes);
    free(line);
    snprintf(number, sizeof number, "%lld", (long long)head.deadline_ms);
    const char *said = lines[_i].field == 'i'   ? head.id
                       : lines[_i].field == 'd' ? number
                       : lines[_i].field == 't' ? head.trace
                                                : head.arn;
    ck_assert_msg(strcmp(said, lines[_i].said) == 0, "%s: %s", lines[_i].line, said);
}
END_TEST

/* Any bytes: good lines, cut and changed; the sanitizers watch. */
START_TEST(any_bytes_are_survived)
{
    uint64_t state = 1;
    for (int i = 0; i < 200000; i++) {
        struct runtime_head head = {.deadline_ms = 0};
        const char *from = lines[unit_below(&state, N(lines))].line;
        size_t bytes = unit_below(&state, (uint32_t)strlen(from) + 1);
        char *line = malloc(bytes + 1);
        memcpy(line, from, bytes);
        for (int k = 0; bytes > 0 && k < 3; k++)
            line[unit_below(&state, (uint32_t)bytes)] = (char)unit_random(&state);
        line = realloc(line, bytes > 0 ? bytes : 1);
        runtime_header(&head, line, bytes);
        UNIT_HOLDS(strlen(head.id) <= RUNTIME_ID_MAX && strchr(head.id, '/') == NULL);
        UNIT_HOLDS(head.deadline_ms >= 0 && strpbrk(head.trace, "\r\n") == NULL);
        free(line);
    }
}
END_TEST

enum { NOW = 1000000, LIFE = RUNTIME_LIFE_MS, MOST = RUNTIME_LIFE_MAX_MS };
static const struct {
    int64_t stated_ms, believed_ms;
} deadlines[] = {
    {NOW + 1, NOW + 1}, {NOW + MOST, NOW + MOST}, {NOW + MOST + 1, NOW + LIFE},
    {NOW, NOW + LIFE},  {5000, NOW + LIFE}, /* @vercel/fun says this, always */
    {0, NOW + LIFE},    {INT64_MAX, NOW + LIFE},  {INT64_MIN, NOW + LIFE},
};

START_TEST(absurd_deadlines_are_not_believed)
{
    ck_assert_int_eq(runtime_deadline(deadlines[_i].stated_ms, NOW),
                     deadlines[_i].believed_ms);
}
END_TEST

START_TEST(error_messages_are_escaped)
{
    char *text = runtime_error_text("A.B", "say \"no\"\n\x01\\ \xc3\xa4");
    ck_assert_str_eq(text, "{\"errorType\":\"A.B\",\"errorMessage\":\"say "
                           "\\\"no\\\"\\n\\u0001\\\\ \xc3\xa4\",\"stackTrace\":[]}");
    free(text);
}
END_TEST

static const struct unit_case cases[] = {
    {"lines", &header_lines_are_read, UNIT_ROWS(lines)},
    {"bytes", &any_bytes_are_survived, 0},
    {"deadlines", &absurd_deadlines_are_not_believed, UNIT_ROWS(deadlines)},
    {"escaped", &error_messages_are_escaped, 0},
};

int main(void)
{
    return unit_run("lab/runtime, text", cases, sizeof cases / sizeof *cases);
}
