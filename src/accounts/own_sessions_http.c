/* /api/auth/sessions: where a user is signed in, for that user alone; a lost
 * device is signed out from another one. */
#include "accounts/accounts_priv.h"

enum { SESSIONS_MAX = 100 }; /* as many as one answer shows */

struct session_path_in {
    struct given given;
    struct uuid id;
};
struct own_session {
    struct own_session_row row;
    bool is_current;
};

FIELDS(own_session_path_in, "SessionId", struct session_path_in,
       {.name = "id",
        .type = F_UUID,
        .place = IN_PATH,
        .flags = FIELD_REQUIRED,
        .offset = offsetof(struct session_path_in, id),
        .help = "The session"});

#define OUT(name_, type_, member_, help_)                                                          \
    {                                                                                              \
        .name = name_, .type = type_, .offset = offsetof(struct own_session, member_),             \
        .help = help_                                                                              \
    }
FIELDS(own_session_out, "OwnSession", struct own_session, OUT("id", F_UUID, row.id, "The session"),
       OUT("createdAt", F_TIME, row.created_at, "When it signed in"),
       OUT("usedAt", F_TIME, row.used_at, "When its tokens were last renewed"),
       OUT("expiresAt", F_TIME, row.expires_at, "Ends then, unless it is used"),
       OUT("current", F_BOOL, is_current, "The one that asks"));

/* An API key has no sessions. */
static int must_be_user(struct req *r)
{
    return r->who.kind == WHO_USER ? 0 : req_fail(r, ERR_FORBIDDEN);
}

int own_sessions_http_list(struct req *r, struct tx *tx)
{
    struct own_session_row *rows;
    size_t n = 0;
    int rc = must_be_user(r);
    if (rc == 0)
        rc = sessions_of(tx, r->company->id, r->who.id, r->now, SESSIONS_MAX, &rows, &n);
    if (rc < 0)
        return rc;
    struct own_session *out = ARENA_ARRAY(r->arena, struct own_session, n + 1);
    for (size_t i = 0; i < n; i++)
        out[i] =
            (struct own_session){.row = rows[i], .is_current = uuid_eq(rows[i].id, r->who.session)};
    return req_answer_list(r, &own_session_out, out, n, STR_NULL);
}

int own_sessions_http_end(struct req *r, struct tx *tx)
{
    const struct session_path_in *in = r->in;
    int rc = must_be_user(r);
    if (rc < 0)
        return rc;
    req_subject(r, r->who.id);
    rc = session_end_own(tx, r->company->id, r->who.id, in->id, r->now);
    if (rc == 0)
        return req_fail(r, ERR_NOT_FOUND);
    return rc < 0 ? rc : req_answer_message(r, 200, "That session has ended");
}
