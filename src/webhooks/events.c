/* The list of event types, and what is made of it. */
#include "webhooks/events.h"
#include "base/buf.h"

#define X(type, help) type,
const char *const event_names[EVENT_TYPE_COUNT + 1] = {EVENT_TYPES(X) NULL};
#undef X
#define X(type, help) help,
const char *const event_helps[EVENT_TYPE_COUNT] = {EVENT_TYPES(X)};
#undef X

static const char intro[] =
    "# Events\n"
    "\n"
    "Printed by `clientele events`; change `src/webhooks/events.h` instead of this file.\n"
    "\n"
    "These are the types that `GET /api/events` lists and webhooks may ask for "
    "([webhooks.md](webhooks.md)). `data.id` is that of the record. Imports tell nothing: whoever "
    "brings a file in knows what is in it.\n"
    "\n"
    "| Type | What happened |\n"
    "|---|---|\n";

/* Types hold neither quotes nor escapes, so that a quoted one is found as it is. */
bool event_wanted(struct str list, struct str type)
{
    char quoted[64];
    if (!memchr(list.p, '"', list.n))
        return true;
    if (type.n + 2 > sizeof quoted)
        return false;
    quoted[0] = quoted[type.n + 1] = '"';
    memcpy(quoted + 1, type.p, type.n);
    return memmem(list.p, list.n, quoted, type.n + 2) != NULL;
}

struct str events_markdown(struct arena *a)
{
    struct buf b;
    buf_init(&b, 64 * 1024);
    buf_str(&b, STR(intro));
    for (int i = 0; i < EVENT_TYPE_COUNT; i++)
        buf_printf(&b, "| `%s` | %s |\n", event_names[i], event_helps[i]);
    struct str s = arena_str(a, buf_view(&b));
    buf_free(&b);
    return s;
}
