/* People by their keys: a direct-mapped memory, or look-ups of whole parts. */
#include "imports/people.h"
#include "imports/imports_priv.h"

enum { SLOTS = 1 << 16, KEY_MAX = 40 };

/* Who a key turned out to be. */
struct person {
    char key[KEY_MAX]; /* its kind, then its text */
    uint8_t n;         /* bytes of key; 0: free */
    struct uuid id;
};

struct people {
    struct person *slots;      /* a clash costs a look-up; NULL: of a part */
    struct lookup_people part; /* what its rows name */
};

struct people *people_new(struct arena *a, size_t room)
{
    struct people *p = ARENA_NEW(a, struct people);

    if (room == 0) {
        p->slots = ARENA_ARRAY(a, struct person, SLOTS);
        return p;
    }
    lookup_people_begin(&p->part, a, room);
    return p;
}

static struct lookup *lookup_of(struct people *p, enum person_key kind)
{
    return kind == PERSON_ID      ? &p->part.ids
           : kind == PERSON_PHONE ? &p->part.phones
                                  : &p->part.external_ids;
}

void people_want(struct people *p, enum person_key kind, struct str text)
{
    lookup_want(lookup_of(p, kind), text);
}

int people_ask(struct people *p, struct tx *tx, struct uuid company)
{
    return lookup_people_ask(&p->part, tx, company);
}

static int ask_one(struct tx *tx, struct uuid company, enum person_key kind, struct str text,
                   struct uuid *id)
{
    struct import_customer_exists_row by_id;
    struct import_customer_with_external_id_row by_external_id;
    struct import_customer_with_phone_row by_phone;
    int rc;

    if (kind == PERSON_ID) {
        memcpy(id, text.p, sizeof(*id));
        return import_customer_exists(tx, company, *id, &by_id);
    }
    if (kind == PERSON_EXTERNAL_ID) {
        rc = import_customer_with_external_id(tx, company, text, &by_external_id);
        *id = rc == 1 ? by_external_id.id : UUID_NIL;
        return rc;
    }
    rc = import_customer_with_phone(tx, company, text, &by_phone);
    *id = rc == 1 ? by_phone.id : UUID_NIL;
    return rc;
}

/* From memory, else from the store, which is then remembered. */
static int remembered(struct people *p, struct tx *tx, struct uuid company, enum person_key kind,
                      struct str text, struct uuid *id)
{
    struct person *s = &p->slots[import_hash((char)kind, text) % SLOTS];
    bool fits = text.n + 1 < KEY_MAX;

    if (fits && s->n == text.n + 1 && s->key[0] == (char)kind &&
        memcmp(s->key + 1, text.p, text.n) == 0) {
        *id = s->id;
        return 1;
    }
    int rc = ask_one(tx, company, kind, text, id);
    if (rc == 1 && fits) {
        s->n = (uint8_t)(text.n + 1);
        s->key[0] = (char)kind;
        memcpy(s->key + 1, text.p, text.n);
        s->id = *id;
    }
    return rc;
}

int people_find(struct people *p, struct tx *tx, struct uuid company, enum person_key kind,
                struct str text, struct uuid *id)
{
    if (text.n == 0)
        return 0;
    if (p->slots)
        return remembered(p, tx, company, kind, text, id);
    const struct import_known *have = lookup_get(lookup_of(p, kind), text);
    if (have)
        *id = have->id;
    return have != NULL;
}

void people_forget(struct people *p)
{
    if (p->slots)
        memset(p->slots, 0, SLOTS * sizeof(*p->slots));
}
