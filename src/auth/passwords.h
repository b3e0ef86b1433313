/* Passwords: Argon2id (m = 19 MiB, t = 2, p = 1, OWASP's minimum) by
 * libsodium, on one low-priority worker behind a bounded queue. */
#pragma once
#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include <stdbool.h>
#include <stddef.h>

struct passwords;
MUST_CHECK int passwords_start(struct passwords **out, size_t queue);
void passwords_stop(struct passwords **p);
/* Queue fn(arg) for the worker. ERR_BUSY when the queue is full. Stopping runs
 * what is queued first. */
MUST_CHECK int passwords_submit(struct passwords *p, void (*fn)(void *arg), void *arg);
/* In the calling thread, about 15 ms. */
struct str password_hash(struct str password, struct arena *a);
/* hash null: spends the same time and says no. One that another system made
 * (bcrypt, Argon2 of other costs) takes its own time: on the worker only. */
bool password_verify(struct str password, struct str hash);
/* Made by another system, or with costs that are no longer ours: to be made
 * anew when the password is known. */
bool password_needs_rehash(struct str hash);
/* May a hash of another system be stored? NULL, or why not: a sentence. Bounds
 * what it costs to check. */
const char *password_hash_refused(struct str hash);
/* foreign.c, for passwords.c */
bool password_is_bcrypt(struct str hash);
bool password_verify_bcrypt(struct str password, struct str hash);
/* NULL when it will do, else a sentence: 8 to 200 bytes, not among the commonest. */
const char *password_refused(struct str password);
