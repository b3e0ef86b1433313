/* The rules of this slice that need neither store nor network: when a message
 * is tried again, what is said to a service and what its answer means, and how
 * many transfers a target may have. */
#include "auth/tokens.h"
#include "base/clock.h"
#include "base/test.h"
#include "messages/sender_priv.h"
#include <stdlib.h>
#include <unistd.h>

static struct arena *arena(void **state)
{
    return *state;
}

static int setup(void **state)
{
    *state = arena_new(4096);
    return 0;
}

static int teardown(void **state)
{
    struct arena *a = *state;
    arena_free(&a);
    return 0;
}

static void waits_grow(void **state)
{
    (void)state;
    static const int64_t s[] = {5, 30, 120, 600, 3600, 21600};
    for (int64_t i = 0; i < 6; i++) {
        int64_t least = INT64_MAX, most = 0;
        for (uint32_t chance = 0; chance < 5000; chance++) {
            int64_t wait = backoff(NULL, i + 1, 0, chance * 7919);
            least = wait < least ? wait : least;
            most = wait > most ? wait : most;
        }
        assert_int_equal(least, s[i] * SECOND_US * 4 / 5);
        assert_int_equal(most, s[i] * SECOND_US * 6 / 5);
    }
    assert_int_equal(backoff(NULL, 7, 0, 1), -1);
    assert_int_equal(backoff(NULL, 7, 60, 1), -1);
    assert_int_equal(backoff(NULL, 0, 0, 1), -1);
}

static void a_channel_has_its_own_waits(void **state)
{
    (void)state;
    static const int64_t own[] = {10, 20, 0};
    assert_int_equal(backoff(own, 1, 30, 1), 30 * SECOND_US);
    assert_true(backoff(own, 2, 0, 1) >= 16 * SECOND_US && backoff(own, 2, 0, 1) <= 24 * SECOND_US);
    assert_int_equal(backoff(own, 3, 0, 1), -1);
}

static void services_may_ask_for_time(void **state)
{
    (void)state;
    assert_int_equal(backoff(NULL, 1, 120, 1), 120 * SECOND_US);
    assert_true(backoff(NULL, 3, 1, 1) >= 96 * SECOND_US);           /* no earlier than by itself */
    assert_int_equal(backoff(NULL, 1, 86400, 1), 21600 * SECOND_US); /* but not for days */
    assert_true(backoff(NULL, 1, -5, 1) >= 4 * SECOND_US);
}

static void twilio_is_posted_a_form(void **state)
{
    struct own o = {.content = {.to = STR("+919876543210"), .text = STR("Dein Cöde: 1&2=3 🙂")},
                    .transport = {.sender = STR("+15550001111")}};
    assert_str(twilio_form(&o, arena(state)),
               "To=%2B919876543210&From=%2B15550001111&Body=Dein%20C%C3%B6de%3A%201%262%3D3%20"
               "%F0%9F%99%82");
    o.transport.sender = STR("MG0123");
    o.content.text = STR("x");
    assert_str(twilio_form(&o, arena(state)),
               "To=%2B919876543210&MessagingServiceSid=MG0123&Body=x");
}

static void twilio_names_its_reasons(void **state)
{
    (void)state;
    assert_int_equal(twilio_code(STR("{\"code\":21211,\"message\":\"x\",\"status\":400}")), 21211);
    assert_int_equal(twilio_code(STR("{\"code\":\"21211\"}")), 0);
    assert_int_equal(twilio_code(STR("{\"status\":400}")), 0);
    assert_int_equal(twilio_code(STR("[1]")), 0);
    assert_int_equal(twilio_code(STR("<html>")), 0);
    assert_int_equal(twilio_code(STR("")), 0);
}

static struct message_result judged(struct arena *a, int64_t status, struct str answer)
{
    struct delivery d = {.arena = a, .curl = curl_easy_init()};
    buf_init(&d.answer, 1000);
    buf_str(&d.answer, answer);
    struct message_result r = twilio_transport.judge(&d, CURLE_OK, status);
    buf_free(&d.answer);
    curl_easy_cleanup(d.curl);
    return r;
}

static void twilio_answers_are_judged(void **state)
{
    struct arena *a = arena(state);
    assert_int_equal(judged(a, 201, STR("{}")).outcome, MESSAGE_SENT);
    struct message_result r =
        judged(a, 400, STR("{\"code\":21211,\"message\":\"The 'To' number +1 is not valid\"}"));
    assert_int_equal(r.outcome, MESSAGE_NEVER);
    assert_int_equal(r.status, 400);
    assert_string_equal(r.error, "this is not a valid phone number (Twilio 21211)");
    r = judged(a, 401, STR("{\"code\":20003}"));
    assert_int_equal(r.outcome, MESSAGE_NEVER);
    assert_string_equal(r.error, "Twilio refused the account id or the token");
    r = judged(a, 400, STR("{\"code\":29999}"));
    assert_string_equal(r.error, "Twilio refused it (code 29999)");
    r = judged(a, 403, STR("<html>"));
    assert_int_equal(r.outcome, MESSAGE_NEVER);
    static const int64_t later[] = {408, 425, 429, 500, 502, 503, 504};
    for (size_t i = 0; i < sizeof later / sizeof *later; i++) {
        r = judged(a, later[i], STR("{\"code\":20429}"));
        assert_int_equal(r.outcome, MESSAGE_LATER);
        assert_int_equal(r.status, later[i]);
    }
    assert_int_equal(judged(a, 302, STR("")).outcome, MESSAGE_NEVER);
    assert_int_equal(judged(a, 0, STR("")).outcome, MESSAGE_LATER);
    assert_int_equal(judged(a, 100, STR("")).outcome, MESSAGE_LATER);
}

static struct lane lane_of(uint8_t target, const struct channel *channel)
{
    return (struct lane){.company = {.b[0] = 1}, .target = {.b[0] = target}, .channel = channel};
}

static void take_slots(struct sender *s, struct lane l, size_t n)
{
    for (size_t i = 0; i < SLOTS && n > 0; i++)
        if (s->flights[i].state == FLIGHT_FREE) {
            s->flights[i].state = FLIGHT_FLYING;
            s->flights[i].lane = l;
            s->flights[i].doubtful = lane_doubtful(s, &l);
            n--;
        }
}

static void a_target_has_few_slots(void **state)
{
    (void)state;
    struct sender *s = calloc(1, sizeof *s);
    assert_non_null(s);
    struct lane one = lane_of(1, &sms_channel), other = lane_of(2, &sms_channel),
                mail = lane_of(1, &email_channel);
    assert_int_equal(lane_room(s, &one), LANE_SLOTS);
    take_slots(s, one, LANE_SLOTS);
    assert_int_equal(lane_room(s, &one), 0);
    assert_int_equal(lane_room(s, &other), LANE_SLOTS);
    assert_int_equal(lane_room(s, &mail), MAIL_LANE);
    for (uint8_t i = 10; i < 10 + MAIL_SLOTS / MAIL_LANE; i++)
        take_slots(s, lane_of(i, &email_channel), MAIL_LANE);
    assert_int_equal(lane_room(s, &mail), 0);
    assert_int_equal(lane_room(s, &other), LANE_SLOTS);
    free(s);
}

static void slow_targets_leave_room_for_others(void **state)
{
    (void)state;
    struct sender *s = calloc(1, sizeof *s);
    assert_non_null(s);
    struct lane slow = lane_of(1, &sms_channel), quick = lane_of(2, &sms_channel);
    lane_mark(s, &slow, true);
    assert_int_equal(lane_room(s, &slow), 1);
    lane_mark(s, &slow, false);
    assert_int_equal(lane_room(s, &slow), LANE_SLOTS);
    for (uint8_t i = 100; i < 100 + SLOTS / 2; i++) {
        struct lane l = lane_of(i, &sms_channel);
        lane_mark(s, &l, true);
        assert_int_equal(lane_room(s, &l), 1);
        take_slots(s, l, 1);
        assert_int_equal(lane_room(s, &l), 0);
    }
    lane_mark(s, &slow, true);
    assert_int_equal(lane_room(s, &slow), 0); /* half of them are slow ones' already */
    assert_int_equal(lane_room(s, &quick), LANE_SLOTS);
    free(s);
}

static void content_is_for_one_company(void **state)
{
    struct arena *a = arena(state);
    char path[64];
    struct app app = {0};
    struct str why = STR_NULL;
    struct uuid company = uuid_new(clock_now());
    snprintf(path, sizeof path, "/tmp/clientele-messages-%d.keys", (int)getpid());
    (void)unlink(path);
    assert_int_equal(tokens_open(&app.tokens, path, a, &why), 0);
    struct content in = {.to = STR("+919876543210"), .text = STR("a \"line\"\nanother")}, out;
    struct str sealed = content_seal(&app, company, &in, a);
    assert_null(memmem(sealed.p, sealed.n, "98765", 5));
    assert_true(content_open(&app, company, sealed, &out, a));
    assert_str(out.to, "+919876543210");
    assert_str(out.text, "a \"line\"\nanother");
    assert_true(str_is_null(out.subject));
    assert_false(content_open(&app, uuid_new(clock_now()), sealed, &out, a));
    assert_false(content_open(&app, company, STR_NULL, &out, a));
    /* A transport's secret is no message. */
    assert_true(str_is_null(secret_open(&app, company, sealed, a)));
    tokens_free(&app.tokens);
    (void)unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_grow),
        cmocka_unit_test(a_channel_has_its_own_waits),
        cmocka_unit_test(services_may_ask_for_time),
        cmocka_unit_test_setup_teardown(twilio_is_posted_a_form, setup, teardown),
        cmocka_unit_test(twilio_names_its_reasons),
        cmocka_unit_test_setup_teardown(twilio_answers_are_judged, setup, teardown),
        cmocka_unit_test(a_target_has_few_slots),
        cmocka_unit_test(slow_targets_leave_room_for_others),
        cmocka_unit_test_setup_teardown(content_is_for_one_company, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
