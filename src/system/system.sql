-- Sealing, numbering, pruning, and reading what the executor has kept.

-- row audit_row (id: uuid, at: time, actor_kind: text, actor_id: uuid?, action: text, subject_id: uuid?, fields: text?, request_id: uuid, status: int, seq: int?, hash: blob?)

-- Rows that no chain holds yet, oldest first.
-- audit_unsealed (company: uuid, most: int) -> many audit_row
SELECT id, at, actor_kind, actor_id, action, subject_id, fields, request_id, status, seq, hash
FROM audit_log WHERE company_id = $1 AND seq IS NULL ORDER BY id LIMIT $2;

-- Puts a row into its company's chain.
-- audit_seal (company: uuid, id: uuid, seq: int, hash: blob) -> effect
UPDATE audit_log SET seq = $3, hash = $4 WHERE company_id = $1 AND id = $2;

-- The first one; none when there is one.
-- audit_head_begin (company: uuid, hash: blob) -> count
INSERT INTO audit_heads (company_id, seq, hash) VALUES ($1, 0, $2) ON CONFLICT DO NOTHING;

-- Where a company's chain stands.
-- audit_head (company: uuid) -> one (seq: int, hash: blob)
SELECT seq, hash FROM audit_heads WHERE company_id = $1 /*for update*/;

-- The chain has grown.
-- audit_head_set (company: uuid, seq: int, hash: blob) -> count
INSERT INTO audit_heads (company_id, seq, hash) VALUES ($1, $2, $3)
ON CONFLICT (company_id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash;

-- A chain in its order, for verifying.
-- audit_chain (company: uuid, after: int, most: int) -> many audit_row
SELECT id, at, actor_kind, actor_id, action, subject_id, fields, request_id, status, seq, hash
FROM audit_log WHERE company_id = $1 AND seq > $2 ORDER BY seq LIMIT $3;

-- The audit log, newest first.
-- audit_list (company: uuid, before: uuid, most: int) -> many audit_row
SELECT id, at, actor_kind, actor_id, action, subject_id, fields, request_id, status, seq, hash
FROM audit_log WHERE company_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3;

-- What was done to one person or thing, newest first.
-- audit_list_subject (company: uuid, subject: uuid, before: uuid, most: int) -> many audit_row
SELECT id, at, actor_kind, actor_id, action, subject_id, fields, request_id, status, seq, hash
FROM audit_log WHERE company_id = $1 AND subject_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4;

-- row access_row (id: uuid, at: time, reads: text)

-- The access log, newest first.
-- access_list (company: uuid, before: uuid, most: int) -> many access_row
SELECT id, at, reads FROM access_log WHERE company_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3;

-- row event_row (id: uuid, type: text, subject_id: uuid?, at: time, seq: int?)

-- Gives the oldest events without a number their places in the feed, after
-- the one where it ends.
-- outbox_number (company: uuid, last: int, most: int) -> count
UPDATE outbox SET seq = $2 + n.place
FROM (SELECT id AS event_id, ROW_NUMBER() OVER (ORDER BY id) AS place
    FROM (SELECT id FROM outbox WHERE company_id = $1 AND seq IS NULL ORDER BY id LIMIT $3) AS oldest) AS n
WHERE outbox.company_id = $1 AND outbox.id = n.event_id;

-- The first one; none when there is one.
-- outbox_head_begin (company: uuid) -> count
INSERT INTO outbox_heads (company_id, seq) VALUES ($1, 0) ON CONFLICT DO NOTHING;

-- Where a company's feed stands.
-- outbox_head (company: uuid) -> one (seq: int)
SELECT seq FROM outbox_heads WHERE company_id = $1 /*for update*/;

-- The feed has grown.
-- outbox_head_set (company: uuid, seq: int) -> count
INSERT INTO outbox_heads (company_id, seq) VALUES ($1, $2)
ON CONFLICT (company_id) DO UPDATE SET seq = excluded.seq;

-- The feed after a number; types: a pattern, null for all.
-- outbox_after (company: uuid, after: int, types: text?, most: int) -> many event_row
SELECT id, type, subject_id, at, seq FROM outbox
WHERE company_id = $1 AND seq > $2 AND ($3 IS NULL OR type LIKE $3) ORDER BY seq LIMIT $4;

-- Companies that have rows to seal or to number; jobs go through these only.
-- companies_unsealed () -> many (company_id: uuid)
-- across companies: the job serves all of them
SELECT DISTINCT company_id FROM audit_log WHERE seq IS NULL LIMIT 50;

-- companies_unnumbered () -> many (company_id: uuid)
-- across companies: the job serves all of them
SELECT DISTINCT company_id FROM outbox WHERE seq IS NULL LIMIT 50;

-- Sessions that can no longer be used.
-- sessions_prune (company: uuid, before: time) -> count
DELETE FROM sessions WHERE company_id = $1 AND expires_at < $2;

-- Counters whose window is over.
-- attempts_prune (company: uuid, before: time) -> count
DELETE FROM attempts WHERE company_id = $1 AND window_until < $2;

-- One-time codes past their end.
-- one_time_codes_prune (company: uuid, before: time) -> count
DELETE FROM one_time_codes WHERE company_id = $1 AND expires_at < $2;

-- One-time links long past.
-- user_tokens_prune (company: uuid, before: time) -> count
DELETE FROM user_tokens WHERE company_id = $1 AND expires_at < $2;

-- Companies after one, for jobs that visit them all; the nil id comes before the first.
-- company_ids (after: uuid) -> many (id: uuid)
-- across companies: jobs visit every company
SELECT id FROM companies WHERE id > $1 ORDER BY id LIMIT 20;

-- Forgets answers older than a moment, some at a time.
-- idempotency_prune (company: uuid, before: time, most: int) -> count
DELETE FROM idempotency WHERE company_id = $1 AND (principal_id, scope) IN
    (SELECT principal_id, scope FROM idempotency WHERE company_id = $1 AND created_at < $2
     ORDER BY created_at LIMIT $3);
