/* Word lists for believable people and a believable shop. */
#pragma once
#include <stddef.h>

struct words {
    const char *const *v;
    size_t n;
};
/* Where a name is at home. */
enum region_names { NAMES_INDIA, NAMES_US, NAMES_EUROPE, NAMES_REGIONS };
extern const struct words first_names[NAMES_REGIONS], last_names[NAMES_REGIONS];
extern const struct words demo_areas, demo_streets, demo_tags, demo_notes;

struct article {
    const char *sku, *name;
    int price;   /* minor units, of one piece or one kilogram */
    int weight;  /* how often it is bought */
    int by_kilo; /* sold by weight */
};
extern const struct article articles[];
extern const size_t article_count;
