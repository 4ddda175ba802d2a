/* aws.c - see aws.h. What is set up at the start is in aws_setup.c. */
#include "aws.h"

#include <assert.h>
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "header.h"

#if LIBCURL_VERSION_NUM < 0x075600
#error "libcurl 7.86 or newer is needed: older ones leave the session token unsigned"
#endif

/* One request on its way. */
struct sending {
    const struct aws_request *request;
    struct aws_reply *reply;
    struct buffer *answer;
    uint32_t times; /* handed to a connection so far */
};

/* libcurl calls this when a connection stands and the request is about to be written to
 * it. Twice for one request means that it is being sent again: the connection was an
 * old one and closed before the answer began, and libcurl supposes that nobody read
 * what it wrote. DynamoDB may well have read it, added to the count, and then closed.
 * So a request that must not be made twice ends here, as a failure whose outcome is
 * unknown, which is what the protocol is made for.
 *
 * Of the other means, CURLOPT_FRESH_CONNECT would cost a TLS handshake for each write;
 * a read callback that cannot be wound back leaves libcurl no body to sign; and keeping
 * connections only for a short time makes it rare, not impossible. This costs nothing.
 */
/* NOLINTNEXTLINE(readability-non-const-parameter): libcurl's type of callback */
static int before_sending(void *context, char *peer, char *self, int peer_port,
                          int self_port)
{
    struct sending *sending = context;
    (void)peer, (void)self, (void)peer_port, (void)self_port;
    sending->times++;
    return sending->request->repeatable || sending->times == 1 ? CURL_PREREQFUNC_OK
                                                               : CURL_PREREQFUNC_ABORT;
}

static size_t take_header(char *line, size_t size, size_t n, void *context)
{
    struct aws_reply *reply = ((struct sending *)context)->reply;
    size_t bytes = size * n;
    char value[32];
    if (bytes >= 5 && memcmp(line, "HTTP/", 5) == 0) { /* a new block of headers */
        reply->function_error[0] = '\0';
        reply->retry_after_ms = 0;
    }
    if (header_is(line, bytes, "X-Amz-Function-Error", value, sizeof value))
        /* Whatever the word, even one too long to keep: the function failed. */
        snprintf(reply->function_error, sizeof reply->function_error, "%s",
                 *value != '\0' ? value : "Unhandled");
    if (header_is(line, bytes, "Retry-After", value, sizeof value))
        reply->retry_after_ms = header_number(value, 24L * 3600) * 1000;
    return bytes;
}

static size_t take_body(char *piece, size_t size, size_t n, void *context)
{
    struct sending *sending = context;
    return buffer_add(sending->answer, piece, size * n) ? size * n : 0;
}

/* In words that say what became of the request. */
static const char *failure(CURLcode code)
{
    switch ((int)code) {
    case CURLE_OPERATION_TIMEDOUT:
        return "no answer in time";
    case CURLE_ABORTED_BY_CALLBACK:
        return "the connection closed before the answer; the request was not repeated";
    case CURLE_GOT_NOTHING:
        return "the connection closed before the answer";
    case CURLE_WRITE_ERROR:
        return "the answer is longer than allowed";
    default:
        return curl_easy_strerror(code);
    }
}

/* --- the handle ---------------------------------------------------------------------
 */

/* A connection that has not been used for long may have been closed by the other side
 * while this environment was frozen and could not hear it. libcurl's own limit goes by
 * a clock that may have been frozen too; so the handle and its connections are given
 * up by the wall clock. That costs one TLS handshake after each long pause. */
static bool fresh_handle(struct aws *aws, enum aws_service service)
{
    int64_t used_ms = aws->used_ms[service], age = clock_platform_ms() - used_ms;
    if (aws->curl != NULL && (used_ms == 0 || (age >= 0 && age <= AWS_IDLE_MS)))
        return true;
    curl_easy_cleanup(aws->curl);
    aws->curl = curl_easy_init();
    memset(aws->used_ms, 0, sizeof aws->used_ms);
    return aws->curl != NULL;
}

/* All that does not depend on the request. */
static void set_connection(struct aws *aws, enum aws_service service, int64_t within_ms)
{
    CURL *curl = aws->curl;
    long within = within_ms < AWS_WITHIN_MAX_MS ? (long)within_ms : AWS_WITHIN_MAX_MS;
    bool encrypted = strncmp(aws->endpoint[service], "https:", 6) == 0;
    curl_easy_reset(curl); /* keeps connections, names and TLS sessions */
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, encrypted ? "https" : "http");
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, within);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                     within < AWS_CONNECT_MS ? within : AWS_CONNECT_MS);
    curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(curl, CURLOPT_MAXAGE_CONN, (long)AWS_IDLE_MS / 1000);
    if (encrypted) {
        curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
        curl_easy_setopt(curl, CURLOPT_CAINFO, aws->ca_file);
    } else {
        /* A proxy of the environment would carry the session token off the host. */
        curl_easy_setopt(curl, CURLOPT_PROXY, "");
    }
}

/* `path` and `query` hold no character that a URL, or a signature, would escape. */
static void set_url(struct aws *aws, const struct aws_request *request)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789-_.~";
    char url[400];
    const char *path = request->path;
    const char *query = request->query != NULL ? request->query : "";
    assert(*path == '/');
    for (const char *c = path; *c != '\0'; c++)
        assert(*c == '/' || strchr(plain, *c) != NULL);
    size_t name = strspn(query, plain);
    assert(query[name] == '\0' || query[name] == '=');
    assert(query[name] == '\0' ||
           query[name + 1 + strspn(query + name + 1, plain)] == 0);
    int n = snprintf(url, sizeof url, "%s%s%s%s", aws->endpoint[request->service], path,
                     *query != '\0' ? "?" : "", query);
    assert(n > 0 && (size_t)n < sizeof url);
    curl_easy_setopt(aws->curl, CURLOPT_URL, url);
}

/* Adds "name: value" to `*list`, unless value is NULL. false: memory ran out. */
static bool add_header(struct curl_slist **list, const char *name, const char *value)
{
    char line[AWS_TOKEN_MAX + 40];
    if (value == NULL)
        return true;
    int n = snprintf(line, sizeof line, "%s: %s", name, value);
    assert(n > 0 && (size_t)n < sizeof line);
    struct curl_slist *longer = curl_slist_append(*list, line);
    if (longer != NULL)
        *list = longer;
    return longer != NULL;
}

static struct curl_slist *headers(const struct aws *aws, const struct aws_request *r)
{
    struct curl_slist *list = NULL;
    if (add_header(&list, "Content-Type", r->content_type) &&
        add_header(&list, "X-Amz-Target", r->target) &&
        add_header(&list, "X-Amz-Invocation-Type", r->invocation_type) &&
        add_header(&list, "X-Amz-Security-Token", aws->token))
        return list;
    curl_slist_free_all(list);
    return NULL;
}

static void set_request(struct aws *aws, struct sending *sending)
{
    CURL *curl = aws->curl;
    const struct aws_request *request = sending->request;
    set_url(aws, request);
    curl_easy_setopt(curl, CURLOPT_AWS_SIGV4, aws->sign[request->service]);
    curl_easy_setopt(curl, CURLOPT_USERNAME, aws->key);
    curl_easy_setopt(curl, CURLOPT_PASSWORD, aws->secret);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)request->bytes);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->bytes ? request->body : "");
    curl_easy_setopt(curl, CURLOPT_PREREQFUNCTION, before_sending);
    curl_easy_setopt(curl, CURLOPT_PREREQDATA, sending);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, sending);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, sending);
}

/* --- calls --------------------------------------------------------------------------
 */

static void perform(struct aws *aws, struct sending *sending, struct curl_slist *list)
{
    struct aws_reply *reply = sending->reply;
    curl_easy_setopt(aws->curl, CURLOPT_HTTPHEADER, list);
    CURLcode code = curl_easy_perform(aws->curl);
    aws->used_ms[sending->request->service] = clock_platform_ms();
    long status = 0;
    if (code == CURLE_OK)
        curl_easy_getinfo(aws->curl, CURLINFO_RESPONSE_CODE, &status);
    else
        reply->error = failure(code);
    reply->status = (int)status;
    reply->body = buffer_text(&aws->answer);
    reply->bytes = aws->answer.used;
}

struct aws_reply aws_call(struct aws *aws, const struct aws_request *request)
{
    struct aws_reply reply = {.body = ""};
    struct sending sending = {request, &reply, &aws->answer, 0};
    assert(request->service < AWS_SERVICES && request->bytes <= AWS_BODY_MAX);
    if (request->within_ms <= 0) {
        reply.error = "no time was left to ask";
        return reply;
    }
    struct curl_slist *list = headers(aws, request);
    if (list == NULL || !fresh_handle(aws, request->service)) {
        curl_slist_free_all(list);
        reply.error = "memory ran out";
        return reply;
    }
    buffer_begin(&aws->answer,
                 request->service == AWS_LAMBDA ? AWS_PAYLOAD_MAX : AWS_ITEM_MAX);
    set_connection(aws, request->service, request->within_ms);
    set_request(aws, &sending);
    perform(aws, &sending, list);
    curl_slist_free_all(list);
    return reply;
}

void aws_warm(struct aws *aws, enum aws_service service, int64_t within_ms)
{
    char url[sizeof *aws->endpoint + 1];
    struct sending sending = {NULL, NULL, &aws->answer, 0};
    if (within_ms <= 0 || !fresh_handle(aws, service))
        return;
    snprintf(url, sizeof url, "%s/", aws->endpoint[service]);
    buffer_begin(&aws->answer, AWS_ITEM_MAX);
    set_connection(aws, service, within_ms);
    curl_easy_setopt(aws->curl, CURLOPT_URL, url);
    curl_easy_setopt(aws->curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(aws->curl, CURLOPT_WRITEDATA, &sending);
    if (curl_easy_perform(aws->curl) == CURLE_OK)
        aws->used_ms[service] = clock_platform_ms();
}

void aws_close(struct aws *aws)
{
    curl_easy_cleanup(aws->curl);
    buffer_free(&aws->answer);
    *aws = (struct aws){0};
}
