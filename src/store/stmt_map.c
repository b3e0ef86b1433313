/* Prepared statements by the address of their row: open addressing, at most
 * half full. Nothing is ever taken out of it alone. */
#include "store/store_priv.h"
#include <stdlib.h>

static size_t place(const struct stmt *key, size_t cap)
{
    uint64_t h = (uint64_t)(uintptr_t)key >> 4;
    return (size_t)(h * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (cap - 1);
}

void *stmt_map_get(const struct stmt_map *m, const struct stmt *key)
{
    if (!m->cap)
        return NULL;
    for (size_t i = place(key, m->cap); m->slots[i].key; i = (i + 1) & (m->cap - 1))
        if (m->slots[i].key == key)
            return m->slots[i].value;
    return NULL;
}

static void grow(struct stmt_map *m)
{
    struct stmt_map bigger = {.cap = m->cap ? m->cap * 2 : 256};
    bigger.slots = calloc(bigger.cap, sizeof *bigger.slots);
    if (!bigger.slots)
        abort();
    for (size_t i = 0; i < m->cap; i++)
        if (m->slots[i].key)
            stmt_map_put(&bigger, m->slots[i].key, m->slots[i].value);
    free(m->slots);
    *m = bigger;
}

void stmt_map_put(struct stmt_map *m, const struct stmt *key, void *value)
{
    if (m->n * 2 >= m->cap)
        grow(m);
    size_t i = place(key, m->cap);
    while (m->slots[i].key && m->slots[i].key != key)
        i = (i + 1) & (m->cap - 1);
    if (!m->slots[i].key)
        m->n++;
    m->slots[i] = (struct stmt_slot){key, value};
}

void stmt_map_free(struct stmt_map *m)
{
    free(m->slots);
    *m = (struct stmt_map){0};
}
