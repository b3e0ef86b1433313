/* Names for people and for indexes, by ICU: folding (case, accents, script to
 * Latin), collation keys, words. Thread-safe. ASCII takes a fast path. */
#pragma once
#include "base/arena.h"
#include "base/str.h"
#include <stdint.h>

enum { NAME_WORDS = 6, NAME_WORD_MAX = 24 };

/* Lower case, no accents, Latin letters and digits, single blanks:
 * "Müller-Lüdenscheidt" -> "muller ludenscheidt", "राम" -> "ram". */
struct str name_fold(struct arena *a, struct str name);
/* The words of a folded name, each cut to NAME_WORD_MAX bytes; returns how
 * many (at most NAME_WORDS), without doubles. */
size_t name_words(struct str folded, struct str words[NAME_WORDS]);
/* A key whose byte order is the order of names (ICU root collation). */
struct str name_sort_key(struct arena *a, struct str name);
/* Edits (insert, delete, replace, swap of neighbours) between two words, or
 * limit + 1 when more. Optimal string alignment distance. */
int name_distance(struct str a, struct str b, int limit);
