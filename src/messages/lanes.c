/* Who may have how many transfers at once. */
#include "base/clock.h"
#include "messages/sender_priv.h"

static const int64_t doubt_us = 60 * SECOND_US;

const struct channel *channel_find(struct str name)
{
    static const struct channel *const channels[] = {&sms_channel, &email_channel,
                                                     &webhook_channel};
    for (size_t i = 0; i < sizeof channels / sizeof *channels; i++)
        if (str_eq(str_c(channels[i]->name), name))
            return channels[i];
    return NULL;
}

bool lane_eq(const struct lane *a, const struct lane *b)
{
    return a->channel == b->channel && uuid_eq(a->target, b->target) &&
           uuid_eq(a->company, b->company);
}

bool lane_doubtful(const struct sender *s, const struct lane *l)
{
    int64_t now = clock_mono();
    for (size_t i = 0; i < DOUBTS; i++)
        if (s->doubts[i].until > now && lane_eq(&s->doubts[i].lane, l))
            return true;
    return false;
}

void lane_mark(struct sender *s, const struct lane *l, bool slow)
{
    struct doubt *d = NULL;
    for (size_t i = 0; i < DOUBTS; i++) {
        struct doubt *at = &s->doubts[i];
        if (at->until && lane_eq(&at->lane, l)) {
            d = at;
            break;
        }
        if (!d || at->until < d->until)
            d = at; /* the oldest makes room */
    }
    if (slow)
        *d = (struct doubt){.lane = *l, .until = clock_mono() + doubt_us};
    else if (d->until && lane_eq(&d->lane, l))
        d->until = 0;
}

size_t lane_room(const struct sender *s, const struct lane *l)
{
    size_t here = 0, mails = 0, doubtful = 0, busy = 0;
    bool mail = l->channel == &email_channel, doubt = lane_doubtful(s, l);
    for (size_t i = 0; i < SLOTS; i++) {
        const struct flight *f = &s->flights[i];
        if (f->state == FLIGHT_FREE)
            continue;
        busy++;
        here += lane_eq(&f->lane, l);
        mails += f->lane.channel == &email_channel;
        doubtful += f->doubtful && (f->lane.channel == &email_channel) == mail;
    }
    size_t all = mail ? MAIL_SLOTS : SLOTS, taken = mail ? mails : busy;
    size_t most = doubt ? 1 : mail ? MAIL_LANE : LANE_SLOTS;
    if (here >= most || busy >= SLOTS || taken >= all || (doubt && doubtful >= all / 2))
        return 0;
    size_t room = most - here;
    room = room < SLOTS - busy ? room : SLOTS - busy;
    return room < all - taken ? room : all - taken;
}
