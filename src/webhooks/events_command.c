/* `clientele events`: what the feed and webhooks tell, for docs/events.md and
 * for programs. */
#include "base/json_out.h"
#include "webhooks/events.h"
#include "webhooks/webhooks_priv.h"

static int print_json(void)
{
    struct buf b;
    buf_init(&b, 64 * 1024);
    struct json_out j = json_out(&b);
    json_open(&j, '[');
    for (int i = 0; i < EVENT_TYPE_COUNT; i++) {
        json_open(&j, '{');
        json_key(&j, STR("type"));
        json_text(&j, str_c(event_names[i]));
        json_key(&j, STR("help"));
        json_text(&j, str_c(event_helps[i]));
        json_close(&j, '}');
    }
    json_close(&j, ']');
    fwrite(b.p, 1, b.n, stdout);
    fputc('\n', stdout);
    buf_free(&b);
    return EXIT_OK;
}

static int run(const struct args *a)
{
    if (args_json(a))
        return print_json();
    struct str page = events_markdown(args_arena(a));
    fwrite(page.p, 1, page.n, stdout);
    return EXIT_OK;
}

const struct command webhooks_commands[] = {
    {
        .name = "events",
        .usage = "",
        .help = "print the types of events that webhooks can ask for\n"
                "In Markdown, as in docs/events.md. The same types are listed by the feed, "
                "GET /api/events.",
        .run = run,
    },
    {0},
};
