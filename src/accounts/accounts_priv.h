/* What the files of this slice share. */
#pragma once
#include "accounts/accounts.h"
#include "auth/attempts.h"
#include "http/req.h"
#include "http/route.h"

/* sessions.c */
extern const struct fields refresh_in, logout_in;
int sessions_http_lookup(struct req *r, struct tx *tx);
int sessions_http_refresh(struct req *r, struct tx *tx);
int sessions_http_logout(struct req *r, struct tx *tx);

/* own_sessions_http.c */
extern const struct fields own_session_path_in, own_session_out;
int own_sessions_http_list(struct req *r, struct tx *tx);
int own_sessions_http_end(struct req *r, struct tx *tx);

/* sign_in.c */
extern const struct fields login_in, me_out;
int sign_in_lookup(struct req *r, struct tx *tx);
int sign_in_prepare(struct req *r);
int sign_in_handler(struct req *r, struct tx *tx);
int me_handler(struct req *r, struct tx *tx);

/* passwords_http.c */
extern const struct fields activate_in, change_password_in;
int activate_lookup(struct req *r, struct tx *tx);
int activate_prepare(struct req *r);
int activate_handler(struct req *r, struct tx *tx);
int password_page(struct req *r, struct tx *tx); /* where one-time links lead */
int change_password_lookup(struct req *r, struct tx *tx);
int change_password_prepare(struct req *r);
int change_password_handler(struct req *r, struct tx *tx);

/* users_http.c */
extern const struct fields user_create_in, user_update_in, user_path_in, users_list_in,
    user_permissions_in, user_created_out, user_link_out;
int users_http_list(struct req *r, struct tx *tx);
int users_http_read_one(struct req *r, struct tx *tx);
int users_http_create(struct req *r, struct tx *tx);
int users_http_update(struct req *r, struct tx *tx);
int users_http_permissions(struct req *r, struct tx *tx);
int users_http_deactivate(struct req *r, struct tx *tx);
int users_http_activate(struct req *r, struct tx *tx);
int users_http_reset(struct req *r, struct tx *tx);
int users_http_totp_reset(struct req *r, struct tx *tx);

/* api_keys_http.c */
extern const struct fields api_key_create_in, api_key_path_in, api_keys_list_in, api_key_out,
    api_key_created_out;
int api_keys_http_list(struct req *r, struct tx *tx);
int api_keys_http_create(struct req *r, struct tx *tx);
int api_keys_http_revoke(struct req *r, struct tx *tx);
