-- Messages on their way out, and the transports by which a company's own leave.

-- row transport_row (channel: text, kind: text, url: text?, sender: text?, account: text?, secret_sealed: blob?, version: int, created_at: time, updated_at: time)

-- transport_read (company: uuid, channel: text) -> one transport_row
SELECT channel, kind, url, sender, account, secret_sealed, version, created_at, updated_at
FROM transports WHERE company_id = $1 AND channel = $2;

-- transport_lock (company: uuid, channel: text) -> one transport_row
SELECT channel, kind, url, sender, account, secret_sealed, version, created_at, updated_at
FROM transports WHERE company_id = $1 AND channel = $2 /*for update*/;

-- transports_all (company: uuid) -> many transport_row
SELECT channel, kind, url, sender, account, secret_sealed, version, created_at, updated_at
FROM transports WHERE company_id = $1 ORDER BY channel;

-- The first one of a channel: none when another request was quicker.
-- transport_insert struct (company: uuid, channel: text, kind: text, url: text?, sender: text?, account: text?, secret_sealed: blob?, now: time) -> count
INSERT INTO transports (company_id, channel, kind, url, sender, account, secret_sealed, version,
    created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, $8) ON CONFLICT DO NOTHING;

-- transport_update struct (company: uuid, channel: text, kind: text, url: text?, sender: text?, account: text?, secret_sealed: blob?, now: time) -> count
UPDATE transports SET kind = $3, url = $4, sender = $5, account = $6, secret_sealed = $7,
    version = version + 1, updated_at = $8
WHERE company_id = $1 AND channel = $2;

-- transport_delete (company: uuid, channel: text) -> count
DELETE FROM transports WHERE company_id = $1 AND channel = $2;

-- row message_row (company_id: uuid, id: uuid, channel: text, target_id: uuid, event_id: uuid?, content_sealed: blob?, purpose: text, state: text, tries: int, next_at: time, expires_at: time?, last_status: int?, last_error: text?, created_at: time, ended_at: time?)

-- Queues one. target: a WEBHOOK's webhook, else the company.
-- message_insert struct (company: uuid, id: uuid, channel: text, target: uuid, event: uuid?, content_sealed: blob?, purpose: text, expires_at: time?, now: time) -> effect
INSERT INTO messages (company_id, id, channel, target_id, event_id, content_sealed, purpose, state,
    tries, next_at, expires_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'WAITING', 0, $9, $8, $9);

-- message_read (company: uuid, id: uuid) -> one message_row
SELECT company_id, id, channel, target_id, event_id, content_sealed, purpose, state, tries,
    next_at, expires_at, last_status, last_error, created_at, ended_at
FROM messages WHERE company_id = $1 AND id = $2;

-- message_lock (company: uuid, id: uuid) -> one message_row
SELECT company_id, id, channel, target_id, event_id, content_sealed, purpose, state, tries,
    next_at, expires_at, last_status, last_error, created_at, ended_at
FROM messages WHERE company_id = $1 AND id = $2 /*for update*/;

-- Newest first; channel null: all.
-- messages_page (company: uuid, before: uuid, channel: text?, limit: int) -> many message_row
SELECT company_id, id, channel, target_id, event_id, content_sealed, purpose, state, tries,
    next_at, expires_at, last_status, last_error, created_at, ended_at
FROM messages
WHERE company_id = $1 AND id < $2 AND ($3 IS NULL OR channel = $3)
ORDER BY id DESC LIMIT $4;

-- The same of one state, which may be a rare one.
-- messages_page_state (company: uuid, before: uuid, channel: text?, limit: int, state: text) -> many message_row
SELECT company_id, id, channel, target_id, event_id, content_sealed, purpose, state, tries,
    next_at, expires_at, last_status, last_error, created_at, ended_at
FROM messages
WHERE company_id = $1 AND state = $5 AND id < $2 AND ($3 IS NULL OR channel = $3)
ORDER BY id DESC LIMIT $4;

-- The sender's walk from target to target: the next one behind the given place
-- that has anything waiting, and when the first of it is due.
-- message_next_target (company: uuid, channel: text, target: uuid) -> one (company_id: uuid, channel: text, target_id: uuid, next_at: time)
-- across companies: one thread sends for all of them
SELECT company_id, channel, target_id, next_at FROM messages
WHERE state = 'WAITING' AND (company_id, channel, target_id) > ($1, $2, $3)
ORDER BY company_id, channel, target_id, next_at LIMIT 1;

-- What is due of a target; on PostgreSQL without what another process is
-- taking at this moment.
-- messages_due (company: uuid, channel: text, target: uuid, now: time, limit: int) -> many message_row
SELECT company_id, id, channel, target_id, event_id, content_sealed, purpose, state, tries,
    next_at, expires_at, last_status, last_error, created_at, ended_at
FROM messages
WHERE company_id = $1 AND channel = $2 AND target_id = $3 AND state = 'WAITING' AND next_at <= $4
ORDER BY next_at, id LIMIT $5 /*skip locked*/;

-- Counts a try and puts the next one off until the lease is over.
-- message_lease (company: uuid, id: uuid, until: time) -> effect
UPDATE messages SET tries = tries + 1, next_at = $3 WHERE company_id = $1 AND id = $2;

-- It was sent: whoever else may have taken it meanwhile. The content goes.
-- message_sent (company: uuid, id: uuid, status: int?, now: time) -> count
UPDATE messages SET state = 'SENT', content_sealed = NULL, last_status = $3, last_error = NULL,
    ended_at = $4
WHERE company_id = $1 AND id = $2 AND state <> 'SENT';

-- It was not sent and waits, unless somebody else has taken it meanwhile.
-- message_put_off struct (company: uuid, id: uuid, tries: int, next_at: time, status: int?, error: text) -> count
UPDATE messages SET next_at = $4, last_status = $5, last_error = $6
WHERE company_id = $1 AND id = $2 AND tries = $3 AND state = 'WAITING';

-- It was not sent and never will be by itself, unless somebody else has taken
-- it meanwhile.
-- message_dead struct (company: uuid, id: uuid, tries: int, status: int?, error: text, now: time) -> count
UPDATE messages SET state = 'DEAD', last_status = $4, last_error = $5, ended_at = $6
WHERE company_id = $1 AND id = $2 AND tries = $3 AND state = 'WAITING';

-- A dead one begins anew.
-- message_revive (company: uuid, id: uuid, now: time) -> count
UPDATE messages SET state = 'WAITING', tries = 0, next_at = $3, ended_at = NULL
WHERE company_id = $1 AND id = $2 AND state = 'DEAD';

-- What was in a message that is of no use any more.
-- message_wipe (company: uuid, id: uuid) -> effect
UPDATE messages SET content_sealed = NULL WHERE company_id = $1 AND id = $2;

-- The same for all dead ones.
-- messages_wipe_expired (company: uuid, now: time) -> count
UPDATE messages SET content_sealed = NULL
WHERE company_id = $1 AND state = 'DEAD' AND expires_at < $2 AND content_sealed IS NOT NULL;

-- messages_prune (company: uuid, before: time, most: int) -> count
DELETE FROM messages WHERE company_id = $1 AND id IN
    (SELECT id FROM messages WHERE company_id = $1 AND ended_at < $2 ORDER BY ended_at LIMIT $3);

-- Companies after one; the nil id comes before the first.
-- message_companies (after: uuid) -> many (id: uuid)
-- across companies: the job visits every company
SELECT id FROM companies WHERE id > $1 ORDER BY id LIMIT 20;
