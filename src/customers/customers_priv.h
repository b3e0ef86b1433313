/* What the files of this slice share. */
#pragma once
#include "base/names.h"
#include "customers/customers.h"

/* The lowest and the highest id: the ends of every list (nil means NULL). */
extern const struct uuid id_lowest, id_highest;

/* The keys under which a name is found: ordered pairs of its words. */
enum { NAME_PAIRS = NAME_WORDS * (NAME_WORDS - 1) };
enum { NAME_PAIR_MAX = 2 * NAME_WORD_MAX + 1 };
/* Returns how many; texts live in a. */
size_t name_pairs(struct arena *a, struct str name, struct str pairs[NAME_PAIRS]);
/* The word and the word with each one letter left out, without doubles;
 * words of one letter have no variant but themselves. */
enum { NAME_VARIANTS = NAME_WORD_MAX + 1 };
size_t name_variants(struct arena *a, struct str word, struct str out[NAME_VARIANTS]);

/* One name that belongs to one record, for the index. */
struct named {
    struct uuid id;
    struct str name;
};
/* Adds names to the index, in the order of its keys; words that the company
 * has not seen get their variants. */
MUST_CHECK int names_add(struct tx *tx, struct uuid company, struct arena *a, const struct named *v,
                         size_t n);
/* Takes the keys of an old name away. */
MUST_CHECK int names_remove(struct tx *tx, struct uuid company, struct arena *a, struct named old);

/* A phone's digits from the last to the first; null stays null. */
struct str phone_reversed(struct arena *a, struct str phone);
/* A list of tags as a JSON array: trimmed, without doubles and empty ones. */
struct str tags_json(struct arena *a, struct strs tags);
/* The tags of a record, anew; none of the old ones stay when `old`. */
MUST_CHECK int tags_write(struct tx *tx, struct uuid company, struct uuid id, struct arena *a,
                          struct str json, bool old);
