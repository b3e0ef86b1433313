/* Whom the rows of orders name: by id, externalId or phone. An import of many
 * batches remembers whom it met, since most people buy again; a part of a file
 * asks for all of its rows at once. */
#pragma once
#include "imports/lookup.h"

enum person_key { PERSON_ID = 'i', PERSON_EXTERNAL_ID = 'e', PERSON_PHONE = 'p' };

struct people;
/* room: rows that are asked for at once; 0: one by one, and remembered. */
struct people *people_new(struct arena *a, size_t room);
/* Of a part: what people_find will be asked for, and the asking. */
void people_want(struct people *p, enum person_key kind, struct str text);
MUST_CHECK int people_ask(struct people *p, struct tx *tx, struct uuid company);
/* 1 found, 0 absent, negative. An empty text is nobody's. */
MUST_CHECK int people_find(struct people *p, struct tx *tx, struct uuid company,
                           enum person_key kind, struct str text, struct uuid *id);
void people_forget(struct people *p);
