/* What the store has of the texts that a batch of rows names, asked in one
 * statement: over a network a question a row is most of an import's time. */
#pragma once
#include "base/arena.h"
#include "imports.sql.h"

struct lookup {
    struct arena *arena;
    struct str *asked; /* as many as it was begun for, at most */
    size_t nasked;
    struct import_known *v; /* sorted by text */
    size_t n;
};
/* A statement that answers for a list of texts. */
typedef int (*lookup_fn)(struct tx *tx, struct uuid company, struct str list,
                         struct import_known **rows, size_t *n);

void lookup_begin(struct lookup *l, struct arena *a, size_t room);
/* Empty texts are not asked for; the text outlives the look-up. */
void lookup_want(struct lookup *l, struct str text);
/* An id is asked for by its bytes. */
void lookup_want_id(struct lookup *l, const struct uuid *id);
/* 0 or negative. Nothing is asked when nothing is wanted. */
MUST_CHECK int lookup_texts(struct lookup *l, struct tx *tx, struct uuid company, lookup_fn ask);
MUST_CHECK int lookup_ids(struct lookup *l, struct tx *tx, struct uuid company);
/* People by all keys that a row may name them by. room: rows, at most. */
struct lookup_people {
    struct lookup ids, external_ids, phones;
};
void lookup_people_begin(struct lookup_people *p, struct arena *a, size_t room);
MUST_CHECK int lookup_people_ask(struct lookup_people *p, struct tx *tx, struct uuid company);
/* NULL when nobody has it. */
const struct import_known *lookup_get(const struct lookup *l, struct str text);
const struct import_known *lookup_get_id(const struct lookup *l, const struct uuid *id);
