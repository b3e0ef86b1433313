/* Look-ups by lists: a JSON array of texts, or the bytes of ids one after another. */
#include "imports/lookup.h"
#include "base/json_out.h"
#include <stdlib.h>

enum { LIST_MOST = 64 * 1024 * 1024 };

void lookup_begin(struct lookup *l, struct arena *a, size_t room)
{
    *l = (struct lookup){.arena = a, .asked = ARENA_ARRAY(a, struct str, room ? room : 1)};
}

void lookup_want(struct lookup *l, struct str text)
{
    if (text.n > 0)
        l->asked[l->nasked++] = text;
}

static struct str bytes_of(const struct uuid *id)
{
    return (struct str){(const char *)id->b, sizeof id->b};
}

void lookup_want_id(struct lookup *l, const struct uuid *id)
{
    if (!uuid_is_nil(*id))
        lookup_want(l, bytes_of(id));
}

static int by_text(const void *a, const void *b)
{
    return str_cmp(((const struct import_known *)a)->text, ((const struct import_known *)b)->text);
}

static int by_id(const void *a, const void *b)
{
    return uuid_cmp(((const struct import_known *)a)->id, ((const struct import_known *)b)->id);
}

int lookup_texts(struct lookup *l, struct tx *tx, struct uuid company, lookup_fn ask)
{
    struct buf b;

    if (l->nasked == 0)
        return 0;
    buf_init(&b, LIST_MOST);
    struct json_out j = json_out(&b);
    json_open(&j, '[');
    for (size_t i = 0; i < l->nasked; i++)
        json_text(&j, l->asked[i]);
    json_close(&j, ']');
    int rc = ask(tx, company, buf_view(&b), &l->v, &l->n);
    buf_free(&b);
    if (l->n > 1)
        qsort(l->v, l->n, sizeof *l->v, by_text);
    return rc < 0 ? rc : 0;
}

int lookup_ids(struct lookup *l, struct tx *tx, struct uuid company)
{
    char *ids = arena_bytes(l->arena, l->nasked * sizeof(struct uuid) + 1);

    if (l->nasked == 0)
        return 0;
    for (size_t i = 0; i < l->nasked; i++)
        memcpy(ids + i * sizeof(struct uuid), l->asked[i].p, sizeof(struct uuid));
    struct str list = {ids, l->nasked * sizeof(struct uuid)};
    int rc = import_known_by_id(tx, company, list, &l->v, &l->n);
    if (l->n > 1)
        qsort(l->v, l->n, sizeof *l->v, by_id);
    for (size_t i = 0; i < l->n; i++) /* now that rows have their places */
        l->v[i].text = bytes_of(&l->v[i].id);
    return rc < 0 ? rc : 0;
}

void lookup_people_begin(struct lookup_people *p, struct arena *a, size_t room)
{
    lookup_begin(&p->ids, a, room);
    lookup_begin(&p->external_ids, a, room);
    lookup_begin(&p->phones, a, room);
}

int lookup_people_ask(struct lookup_people *p, struct tx *tx, struct uuid company)
{
    int rc = lookup_ids(&p->ids, tx, company);

    if (rc == 0)
        rc = lookup_texts(&p->external_ids, tx, company, import_known_by_external_id);
    return rc < 0 ? rc : lookup_texts(&p->phones, tx, company, import_known_by_phone);
}

const struct import_known *lookup_get(const struct lookup *l, struct str text)
{
    struct import_known key = {.text = text};

    if (text.n == 0 || l->n == 0)
        return NULL;
    return bsearch(&key, l->v, l->n, sizeof *l->v, by_text);
}

const struct import_known *lookup_get_id(const struct lookup *l, const struct uuid *id)
{
    return uuid_is_nil(*id) ? NULL : lookup_get(l, bytes_of(id));
}
