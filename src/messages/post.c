/* What HTTP transports and webhooks have in common: posting a body, and what
 * an answer, or none, means. */
#include "messages/messages_priv.h"

static const struct trouble {
    CURLcode code;
    const char *says;
} troubles[] = {
    {CURLE_COULDNT_RESOLVE_HOST, "the name of the server cannot be resolved"},
    {CURLE_COULDNT_CONNECT, "the server does not take connections"},
    {CURLE_OPERATION_TIMEDOUT, "no answer in time"},
    {CURLE_PEER_FAILED_VERIFICATION, "the server's certificate is not trusted"},
    {CURLE_SSL_CONNECT_ERROR, "no secure connection could be made"},
    {CURLE_USE_SSL_FAILED, "the server offers no secure connection (STARTTLS)"},
    {CURLE_URL_MALFORMAT, "the URL cannot be understood"},
    {CURLE_UNSUPPORTED_PROTOCOL, "the URL's scheme is not allowed"},
    {CURLE_GOT_NOTHING, "the server closed the connection without an answer"},
    {CURLE_RECV_ERROR, "the connection was lost"},
    {CURLE_SEND_ERROR, "the connection was lost"},
    {CURLE_PARTIAL_FILE, "the connection was lost"},
    {CURLE_ABORTED_BY_CALLBACK, "the service stopped while it was being sent"},
};

struct message_result message_unreached(const struct delivery *d, CURLcode code)
{
    if (guard_refused(d->curl, code))
        return (struct message_result){
            .outcome = MESSAGE_NEVER,
            .error = "the address is on this machine or a private network, which is not called"};
    struct message_result r = {.outcome = MESSAGE_LATER,
                               .error = "the server could not be reached"};
    for (size_t i = 0; i < sizeof troubles / sizeof *troubles; i++)
        if (troubles[i].code == code)
            r.error = troubles[i].says;
    return r;
}

struct message_result message_judge_http(struct delivery *d, CURLcode code, int64_t status)
{
    curl_off_t wait = 0;
    /* With a status it has answered, even when the rest of that was lost. */
    if (status < 200)
        return message_unreached(d, code);
    if (status < 300)
        return (struct message_result){.outcome = MESSAGE_SENT, .status = status};
    if (curl_easy_getinfo(d->curl, CURLINFO_RETRY_AFTER, &wait) != CURLE_OK)
        wait = 0;
    if (status == 408 || status == 425 || status == 429 || status >= 500)
        return (struct message_result){MESSAGE_LATER, status, wait,
                                       status == 429  ? "the service says: too many requests"
                                       : status < 500 ? "the service says: try again later"
                                                      : "the service has failed"};
    return (struct message_result){MESSAGE_NEVER, status, 0,
                                   status < 400 ? "the service redirects elsewhere, which is not "
                                                  "followed"
                                                : "the service refused it"};
}

void post_body(struct delivery *d, const char *url, struct str body)
{
    curl_easy_setopt(d->curl, CURLOPT_URL, url);
    curl_easy_setopt(d->curl, CURLOPT_POST, 1L);
    curl_easy_setopt(d->curl, CURLOPT_POSTFIELDS, body.p);
    curl_easy_setopt(d->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.n);
    curl_easy_setopt(d->curl, CURLOPT_HTTPHEADER, d->list);
}
