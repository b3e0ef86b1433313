-- Webhooks, what the feed has for them, and what waits for them among the messages.

-- row webhook_row (id: uuid, url: text, events: json, secret_sealed: blob, old_secret_sealed: blob?, old_secret_until: time?, is_active: bool, disabled_reason: text?, failing_since: time?, seq: int, version: int, created_at: time, updated_at: time)

-- webhook_read (company: uuid, id: uuid) -> one webhook_row
SELECT id, url, events, secret_sealed, old_secret_sealed, old_secret_until, is_active,
    disabled_reason, failing_since, seq, version, created_at, updated_at
FROM webhooks WHERE company_id = $1 AND id = $2;

-- webhook_lock (company: uuid, id: uuid) -> one webhook_row
SELECT id, url, events, secret_sealed, old_secret_sealed, old_secret_until, is_active,
    disabled_reason, failing_since, seq, version, created_at, updated_at
FROM webhooks WHERE company_id = $1 AND id = $2 /*for update*/;

-- In the order they were made.
-- webhooks_page (company: uuid, after: uuid, limit: int) -> many webhook_row
SELECT id, url, events, secret_sealed, old_secret_sealed, old_secret_until, is_active,
    disabled_reason, failing_since, seq, version, created_at, updated_at
FROM webhooks WHERE company_id = $1 AND id > $2 ORDER BY id LIMIT $3;

-- webhooks_count (company: uuid) -> one (n: int)
SELECT count(*) AS n FROM webhooks WHERE company_id = $1;

-- webhook_insert struct (company: uuid, id: uuid, url: text, events: json, secret_sealed: blob, is_active: bool, seq: int, now: time) -> count
INSERT INTO webhooks (company_id, id, url, events, secret_sealed, is_active, seq, version,
    created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, $8);

-- webhook_update struct (company: uuid, id: uuid, url: text, events: json, is_active: bool, disabled_reason: text?, failing_since: time?, seq: int, now: time) -> count
UPDATE webhooks SET url = $3, events = $4, is_active = $5, disabled_reason = $6,
    failing_since = $7, seq = $8, version = version + 1, updated_at = $9
WHERE company_id = $1 AND id = $2;

-- A new secret; the one before signs too until a moment.
-- webhook_rotate (company: uuid, id: uuid, secret_sealed: blob, until: time, now: time) -> count
UPDATE webhooks SET old_secret_sealed = secret_sealed, old_secret_until = $4, secret_sealed = $3,
    version = version + 1, updated_at = $5
WHERE company_id = $1 AND id = $2;

-- webhook_delete (company: uuid, id: uuid) -> count
DELETE FROM webhooks WHERE company_id = $1 AND id = $2;

-- The service itself switches it off.
-- webhook_disable (company: uuid, id: uuid, reason: text, now: time) -> count
UPDATE webhooks SET is_active = FALSE, disabled_reason = $3, version = version + 1, updated_at = $4
WHERE company_id = $1 AND id = $2 AND is_active;

-- A delivery failed after the last one went well, or the first one did.
-- webhook_failing (company: uuid, id: uuid, now: time) -> effect
UPDATE webhooks SET failing_since = $3
WHERE company_id = $1 AND id = $2 AND failing_since IS NULL;

-- webhook_well (company: uuid, id: uuid) -> count
UPDATE webhooks SET failing_since = NULL
WHERE company_id = $1 AND id = $2 AND failing_since IS NOT NULL;

-- What was put off for long need not wait any more when the receiver is back;
-- what is being sent lies less far ahead.
-- webhook_wake (company: uuid, id: uuid, beyond: time, now: time, most: int) -> count
UPDATE messages SET next_at = $4
WHERE company_id = $1 AND id IN
    (SELECT id FROM messages WHERE company_id = $1 AND channel = 'WEBHOOK' AND target_id = $2
        AND state = 'WAITING' AND next_at > $3 ORDER BY next_at LIMIT $5);

-- What waits for it will never be sent.
-- webhook_drop_waiting (company: uuid, id: uuid, reason: text, now: time, most: int) -> count
UPDATE messages SET state = 'DEAD', last_error = $3, ended_at = $4
WHERE company_id = $1 AND state = 'WAITING' AND id IN
    (SELECT id FROM messages WHERE company_id = $1 AND channel = 'WEBHOOK' AND target_id = $2
        AND state = 'WAITING' ORDER BY next_at LIMIT $5);

-- How many messages wait for it, counted no further than to `most`.
-- webhook_waiting (company: uuid, id: uuid, most: int) -> one (n: int)
SELECT count(*) AS n FROM
    (SELECT 1 AS one FROM messages WHERE company_id = $1 AND channel = 'WEBHOOK'
        AND target_id = $2 AND state = 'WAITING' LIMIT $3) AS w;

-- The next webhook after an id that the feed has got ahead of.
-- webhook_lagging (after: uuid) -> one (company_id: uuid, id: uuid)
-- across companies: the job serves all of them
SELECT w.company_id, w.id FROM webhooks AS w
JOIN outbox_heads AS h ON h.company_id = w.company_id
WHERE w.is_active AND w.seq < h.seq AND w.id > $1 ORDER BY w.id LIMIT 1;

-- It has been queued as far as this event of the feed.
-- webhook_moved (company: uuid, id: uuid, seq: int) -> effect
UPDATE webhooks SET seq = $3 WHERE company_id = $1 AND id = $2;

-- The feed after a number.
-- webhook_events (company: uuid, after: int, most: int) -> many (id: uuid, type: text, seq: int)
SELECT id, type, seq FROM outbox WHERE company_id = $1 AND seq > $2 ORDER BY seq LIMIT $3;

-- Where the feed stands.
-- webhook_feed_head (company: uuid) -> one (seq: int)
SELECT seq FROM outbox_heads WHERE company_id = $1;

-- What a delivery tells of.
-- webhook_event (company: uuid, id: uuid) -> one (type: text, subject_id: uuid?, at: time, seq: int?)
SELECT type, subject_id, at, seq FROM outbox WHERE company_id = $1 AND id = $2;
