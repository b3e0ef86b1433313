/* Search: what is asked, what was found, and how well it fits. */
#pragma once
#include "customers/customers_priv.h"

enum {
    SEARCH_RANGE = 64,  /* rows of one range of an index */
    SEARCH_HITS = 384,  /* candidates kept in all */
    SEARCH_PRESET = 50, /* people answered when nothing else is asked */
    SEARCH_NEAR = 6,    /* corrections tried for a word */
};

/* What is looked for; what was not asked is empty. */
struct query {
    struct str words[NAME_WORDS]; /* folded */
    size_t nwords;
    struct str digits; /* of the phone, as typed */
    struct str phone;  /* E.164, when the digits are a whole number */
    struct str email;  /* lower case */
};

struct hit {
    const struct customer_row *c;
    int cost; /* 0 fits to the letter */
};

struct hits {
    struct hit *v; /* SEARCH_HITS of them */
    size_t n;
};

/* How badly a name fits: 0 every word is there to the letter; more for words
 * that only begin so or are misspelt; -1 a word of the query has no match.
 * folded: the name's folded text, or a pair of its words. */
int score_name(const struct query *q, struct str folded);
/* The same of one word of the query against one word of a name. */
int score_word(struct str asked, struct str word);
/* 0 the very number, 1 it begins so at home, 2 abroad, 3 it ends so, -1. */
int score_phone(const struct query *q, struct str phone, int country_code);
/* 0 the very address, 1 it begins so, -1. */
int score_email(const struct query *q, struct str email);
/* How many edits are forgiven in a word of this length. */
int score_edits(size_t length);
/* Best first: fit, then the last order, then most orders, then id. */
void score_sort(struct hits *h);
/* Words worth trying for a misspelt one, best first; returns how many of
 * SEARCH_NEAR. known: what the index offers. */
size_t score_near(struct str asked, const struct str *known, size_t n, struct str out[SEARCH_NEAR]);
