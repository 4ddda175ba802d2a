/* aws_setup.c - what aws.c needs to know before the first call: from the environment,
 * checked, so that a wrong set-up is a sentence at the start and no riddle later. */
#include "aws.h"

#include <arpa/inet.h>
#include <assert.h>
#include <curl/curl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *name, *endpoint_variable;
} services[AWS_SERVICES] = {
    [AWS_DYNAMODB] = {"dynamodb", "AWS_ENDPOINT_URL_DYNAMODB"},
    [AWS_LAMBDA] = {"lambda", "AWS_ENDPOINT_URL_LAMBDA"},
};

/* Where certificates lie: beside the program in a Lambda, Amazon Linux, Debian, and
 * those that took it from OpenBSD. libcurl knows only the place of the system that it
 * was built on. */
static const char *const ca_files[] = {
    "/var/task/amazon-roots.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/ssl/cert.pem",
};

__attribute__((format(printf, 3, 4))) static bool refuse(char *why, size_t room,
                                                         const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vsnprintf(why, room, format, list);
    va_end(list);
    return false;
}

/* A value for a header line or a signature: visible ASCII, not too long. */
static bool sound(const char *text, size_t max)
{
    for (const char *c = text; *c != '\0'; c++)
        if (*c <= ' ' || *c > '~')
            return false;
    return *text != '\0' && strlen(text) <= max;
}

static bool read_credentials(struct aws *aws, char *why, size_t room)
{
    aws->key = getenv("AWS_ACCESS_KEY_ID");
    aws->secret = getenv("AWS_SECRET_ACCESS_KEY");
    aws->token = getenv("AWS_SESSION_TOKEN");
    if (aws->token != NULL && *aws->token == '\0')
        aws->token = NULL;
    if (aws->key == NULL || !sound(aws->key, 128))
        return refuse(why, room, "AWS_ACCESS_KEY_ID is not set, or no access key");
    if (aws->secret == NULL || !sound(aws->secret, 256))
        return refuse(why, room, "AWS_SECRET_ACCESS_KEY is not set, or no secret key");
    if (aws->token != NULL && !sound(aws->token, AWS_TOKEN_MAX))
        return refuse(why, room, "AWS_SESSION_TOKEN is no session token");
    return true;
}

static const char *region(void)
{
    const char *name = getenv("AWS_REGION");
    if (name == NULL || *name == '\0')
        name = getenv("AWS_DEFAULT_REGION");
    if (name == NULL)
        return NULL;
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return n > 0 && n <= 32 && name[n] == '\0' ? name : NULL;
}

/* A name that libcurl itself takes for loopback, or a numeric address that is. */
static bool loopback(const char *host)
{
    struct in_addr v4;
    if (inet_pton(AF_INET, host, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    return strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0;
}

/* NULL if `url` is scheme, host and perhaps a port, and may be trusted with a
 * signature; else what is wrong with it. */
static const char *endpoint_fault(const char *url, bool *encrypted)
{
    char *scheme = NULL, *host = NULL, *path = NULL, *more = NULL;
    const char *fault = NULL;
    CURLU *parts = curl_url();
    if (parts == NULL || curl_url_set(parts, CURLUPART_URL, url, 0) != CURLUE_OK ||
        curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
        curl_url_get(parts, CURLUPART_HOST, &host, 0) != CURLUE_OK ||
        curl_url_get(parts, CURLUPART_PATH, &path, 0) != CURLUE_OK)
        fault = "is no URL";
    else if (strcmp(path, "/") != 0 ||
             curl_url_get(parts, CURLUPART_QUERY, &more, 0) == CURLUE_OK ||
             curl_url_get(parts, CURLUPART_FRAGMENT, &more, 0) == CURLUE_OK ||
             curl_url_get(parts, CURLUPART_USER, &more, 0) == CURLUE_OK)
        fault = "must be a scheme, a host and perhaps a port, no more";
    else if (strcmp(scheme, "https") != 0 &&
             (strcmp(scheme, "http") != 0 || !loopback(host)))
        fault = "must begin with https:// (http:// only to a loopback address)";
    else
        *encrypted = strcmp(scheme, "https") == 0;
    curl_free(scheme);
    curl_free(host);
    curl_free(path);
    curl_free(more);
    curl_url_cleanup(parts);
    return fault;
}

/* true: the endpoint is good, and `*encrypted` is set if it is an https one. */
static bool read_endpoint(struct aws *aws, enum aws_service service, const char *where,
                          bool *encrypted, char *why, size_t room)
{
    char *url = aws->endpoint[service];
    const char *name = services[service].name;
    const char *variable = services[service].endpoint_variable;
    const char *given = getenv(variable);
    int n = given != NULL && *given != '\0'
                ? snprintf(url, sizeof *aws->endpoint, "%s", given)
                : snprintf(url, sizeof *aws->endpoint, "https://%s.%s.amazonaws.com%s",
                           name, where, strncmp(where, "cn-", 3) == 0 ? ".cn" : "");
    if (n < 0 || (size_t)n >= sizeof *aws->endpoint)
        return refuse(why, room, "%s is too long", variable);
    const char *fault = endpoint_fault(url, encrypted);
    if (fault != NULL)
        return refuse(why, room, "%s %s", variable, fault);
    if (url[strlen(url) - 1] == '/')
        url[strlen(url) - 1] = '\0';
    snprintf(aws->sign[service], sizeof *aws->sign, "aws:amz:%s:%s", where, name);
    return true;
}

/* A file that was named must be there; a list is there to be tried. */
static bool find_ca_file(struct aws *aws, char *why, size_t room)
{
    static const char *const variables[] = {"LAB_CA_FILE", "SSL_CERT_FILE"};
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        const char *file = getenv(variables[i]);
        if (file == NULL || *file == '\0')
            continue;
        if (access(file, R_OK) != 0 || strlen(file) >= sizeof aws->ca_file)
            return refuse(why, room, "%s names no file that can be read", variables[i]);
        snprintf(aws->ca_file, sizeof aws->ca_file, "%s", file);
        return true;
    }
    for (size_t i = 0; i < sizeof ca_files / sizeof *ca_files; i++)
        if (access(ca_files[i], R_OK) == 0) {
            snprintf(aws->ca_file, sizeof aws->ca_file, "%s", ca_files[i]);
            return true;
        }
    return refuse(why, room, "no file of root certificates found: set LAB_CA_FILE");
}

static bool read_environment(struct aws *aws, char *why, size_t room)
{
    const char *where = region();
    bool encrypted[AWS_SERVICES] = {false};
    if (where == NULL)
        return refuse(why, room, "AWS_REGION is not set, or no name of a region");
    if (!read_credentials(aws, why, room))
        return false;
    for (int s = 0; s < AWS_SERVICES; s++)
        if (!read_endpoint(aws, (enum aws_service)s, where, &encrypted[s], why, room))
            return false;
    return (!encrypted[AWS_DYNAMODB] && !encrypted[AWS_LAMBDA]) ||
           find_ca_file(aws, why, room);
}

bool aws_init(struct aws *aws, char *why, size_t room)
{
    *aws = (struct aws){0};
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return refuse(why, room, "libcurl cannot be started");
    if (!read_environment(aws, why, room))
        return false;
    aws->curl = curl_easy_init();
    if (aws->curl == NULL)
        return refuse(why, room, "memory ran out");
    /* A libcurl can be built without: better heard now than as a 403 later. */
    if (curl_easy_setopt(aws->curl, CURLOPT_AWS_SIGV4, aws->sign[0]) != CURLE_OK) {
        aws_close(aws);
        return refuse(why, room, "this libcurl was built without AWS signatures");
    }
    return true;
}
