/* What the commands of this slice share: one write transaction on --store, and
 * reading what people type. */
#pragma once
#include "accounts/accounts.h"
#include "cli/command.h"

/* A change made by a command, in one transaction. fn: 0, or negative after
 * command_refuse(). */
struct change {
    const struct args *args;
    struct arena *arena;
    int64_t now;     /* us */
    struct str base; /* address that people use, for links */
    struct str why;  /* of a refusal, a sentence */
    void *data;      /* the command's own */
    int (*fn)(struct change *c, struct tx *tx);
};
/* Runs it; create: makes the store and brings its schema up first. The exit
 * status, with the reason printed when it is not EXIT_OK. */
int command_change(const struct args *a, bool create, int (*fn)(struct change *, struct tx *),
                   void *data);
/* Returns ERR_USAGE. */
int command_refuse(struct change *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The company of --company, or the only one. */
MUST_CHECK int command_company(struct change *c, struct tx *tx, struct uuid *out);

/* An e-mail as requests take it, in lower case; false after saying why not. */
bool command_email(const struct args *a, struct str text, struct str *out);
/* The first line of standard input as a password, hashed; false after saying
 * why not. */
bool command_password(const struct args *a, struct str *hash);
/* A line from the terminal; preset when it is empty. Null without a terminal. */
struct str command_ask(const struct args *a, const char *question, struct str preset);

struct json_out;
/* "link":{token,url,expiresAt} */
void command_link_json(struct json_out *j, const struct user_link *link);
/* The same for a person. */
void command_link_print(const struct user_link *link);

/* The commands themselves; commands.c has their rows. */
extern const struct command accounts_commands[];
extern const struct opt init_opts[], user_opts[];
int init_run(const struct args *a);
int user_run(const struct args *a);
int keys_run(const struct args *a);
