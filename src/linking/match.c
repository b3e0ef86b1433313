/* Whose a login is: the rule, without a store. */
#include "identity/identity.h"
#include "linking/linking_priv.h"

void link_match_add(struct link_match *m, struct uuid customer, bool names, bool proved)
{
    if (uuid_is_nil(customer))
        return;
    if (uuid_is_nil(m->customer))
        *m = (struct link_match){customer, names, false, proved};
    else if (!uuid_eq(m->customer, customer))
        m->several = true;
}

struct str link_pattern_id(struct str email)
{
    static const char head[] = "customer-";
    size_t from = sizeof head - 1;

    if (!str_starts(email, STR(head)))
        return STR_NULL;
    /* The last one: an id of another system may have one as well. */
    const char *at = memrchr(email.p, '@', email.n);
    if (!at || at <= email.p + from)
        return STR_NULL;
    return (struct str){email.p + from, (size_t)(at - email.p) - from};
}

struct link_decision link_decide(const struct link_facts *f, bool trusted)
{
    const struct link_match *const all[] = {&f->id, &f->phone, &f->email};
    const struct str names[] = {EVIDENCE_BACKFILL_ID, EVIDENCE_BACKFILL_PHONE,
                                EVIDENCE_BACKFILL_EMAIL};
    struct link_decision d = {.outcome = LINK_UNMATCHED};

    for (size_t i = 0; i < 3; i++) {
        const struct link_match *m = all[i];
        if (uuid_is_nil(m->customer))
            continue;
        bool others = d.outcome != LINK_UNMATCHED && !uuid_eq(m->customer, d.customer);
        if (m->several || others)
            return (struct link_decision){.outcome = LINK_AMBIGUOUS};
        d.customer = m->customer;
        d.names = m->names;
        if (d.outcome != LINK_LINKED) {
            bool good = m->proved || trusted;
            d.outcome = good ? LINK_LINKED : LINK_PENDING;
            d.evidence = good ? names[i] : EVIDENCE_PENDING;
        }
    }
    return d;
}
