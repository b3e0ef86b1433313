/* Records become rows. Everything that needs no store is done here, in the
 * thread that reads. */
#include "imports/reading.h"

static void decode(const struct reading *r, struct batch *b, size_t i)
{
    const struct import_record *record = &b->records[i];
    const struct fields *f = r->kind->fields;
    struct outcome *o = &b->outcomes[i];
    void *row = b->rows + i * f->size;
    const struct company *c = r->import->company;
    struct decode_context x = {.a = b->arena,
                               .region = c->country,
                               .zone = c->zone,
                               .digits = (int)c->digits,
                               .creating = true};
    struct field_errors e;

    e.n = 0;
    if (record->bad) {
        outcome_reject(o, NULL, str_c(record->bad));
        return;
    }
    for (size_t k = 0; k < f->n; k++)
        if (record->v[k].n &&
            fields_decode_path(f, str_c(f->v[k].name), record->v[k], &x, row, &e) < 0)
            break; /* one reason a row will do */
    fields_defaults(f, row);
    if (e.n == 0 && fields_check_required(f, row, &e, b->arena) < 0 && e.n == 0)
        outcome_reject_lit(o, NULL, "something is missing");
    if (e.n > 0)
        outcome_reject(o, arena_cstr(b->arena, e.v[0].field), e.v[0].message);
    else if (r->kind->check && o->verdict == VERDICT_OPEN)
        r->kind->check(r->import, b->arena, row, o);
}

int reading_fill(void *arg, struct batch *b, size_t room)
{
    const struct reading *r = arg;
    const struct fields *f = r->kind->fields;
    int rc = 1;

    b->records = ARENA_ARRAY(b->arena, struct import_record, room);
    b->outcomes = ARENA_ARRAY(b->arena, struct outcome, room);
    b->rows = arena_alloc(b->arena, room * f->size);
    b->n = 0;
    while (b->n < room && (rc = source_next(r->source, b->arena, &b->records[b->n])) == 1)
        decode(r, b, b->n++);
    b->position = source_position(r->source);
    return rc;
}
