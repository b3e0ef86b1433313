-- The backfill: logins without a person, whom they match, and what a run changed.

-- How much there is to look at.
-- link_logins_without (company: uuid) -> one (n: int)
SELECT COUNT(*) AS n FROM users
WHERE company_id = $1 AND role = 'CUSTOMER' AND customer_id IS NULL
    AND pending_customer_id IS NULL;

-- row link_login (id: uuid, email: text?, is_phone_verified: bool, is_email_verified: bool, link_evidence: text?, linked_at: time?, link_batch_id: uuid?, by_phone: uuid?, names_by_phone: bool, phone_is_taken: bool, phone_since: time?, by_email: uuid?, names_by_email: bool)

-- Logins without a person, in order, and who has their phone and their e-mail;
-- one whose e-mail several people have comes once for each. Provisional
-- records belong to other logins.
-- link_logins (company: uuid, after: uuid, limit: int) -> many link_login
SELECT u.id, u.email, u.is_phone_verified, u.is_email_verified, u.link_evidence, u.linked_at,
    u.link_batch_id,
    p.id AS by_phone, COALESCE(p.user_id = u.id, FALSE) AS names_by_phone,
    COALESCE(p.is_phone_verified, FALSE) AS phone_is_taken,
    p.created_at AS phone_since,
    e.id AS by_email, COALESCE(e.user_id = u.id, FALSE) AS names_by_email
FROM (SELECT id, email, phone, is_phone_verified, is_email_verified, link_evidence, linked_at,
        link_batch_id
    FROM users
    WHERE company_id = $1 AND id > $2 AND role = 'CUSTOMER' AND customer_id IS NULL
        AND pending_customer_id IS NULL
    ORDER BY id LIMIT $3) u
LEFT JOIN customers p ON p.company_id = $1 AND p.phone = u.phone AND NOT p.is_provisional
LEFT JOIN customers e ON e.company_id = $1 AND e.email = u.email AND NOT e.is_provisional
ORDER BY u.id;

-- The last order of a person that was not a guest's under their number.
-- link_last_order (company: uuid, customer: uuid) -> one (at: time)
SELECT created_at AS at FROM orders
WHERE company_id = $1 AND customer_id = $2 AND NOT is_unproven
ORDER BY created_at DESC LIMIT 1;

-- row link_person (id: uuid, names: bool)

-- link_person_by_id (company: uuid, id: uuid, user: uuid) -> one link_person
SELECT id, COALESCE(user_id = $3, FALSE) AS names FROM customers
WHERE company_id = $1 AND id = $2 AND NOT is_provisional;

-- link_person_by_external_id (company: uuid, external_id: text, user: uuid) -> one link_person
SELECT id, COALESCE(user_id = $3, FALSE) AS names FROM customers
WHERE company_id = $1 AND external_id = $2 AND NOT is_provisional;

-- A link, effective (customer) or noted (pending). Not a change of the record:
-- neither version nor updated_at move. Not when the login or the person has
-- changed since they were read.
-- link_login_note struct (company: uuid, id: uuid, customer: uuid?, pending: uuid?, evidence: text, linked_at: time?, batch: uuid, person: uuid) -> effect sqlite
UPDATE users SET customer_id = $3, pending_customer_id = $4, link_evidence = $5, linked_at = $6,
    link_batch_id = $7
WHERE company_id = $1 AND id = $2 AND customer_id IS NULL AND pending_customer_id IS NULL
    AND $8 IS NOT NULL;
-- link_login_note struct (company: uuid, id: uuid, customer: uuid?, pending: uuid?, evidence: text, linked_at: time?, batch: uuid, person: uuid) -> effect postgres
UPDATE users SET customer_id = $3, pending_customer_id = $4, link_evidence = $5, linked_at = $6,
    link_batch_id = $7
WHERE company_id = $1 AND id = $2 AND customer_id IS NULL AND pending_customer_id IS NULL
    AND EXISTS (SELECT 1 FROM customers WHERE company_id = $1 AND id = $8 /*for share*/);

-- What was there before; only beside a login that the statement above changed.
-- link_change_add struct (company: uuid, batch: uuid, user: uuid, customer: uuid, is_pending: bool, was_first: bool, evidence: text?, linked_at: time?, before: uuid?) -> effect
INSERT INTO link_changes (company_id, batch_id, user_id, customer_id, is_pending, was_first,
    evidence_before, linked_at_before, batch_before)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9
FROM users WHERE company_id = $1 AND id = $3 AND link_batch_id = $2;

-- Logins that a run has linked, in the order of their people.
-- link_firsts (company: uuid, after: uuid, batch: uuid, limit: int) -> many (customer_id: uuid, id: uuid)
SELECT customer_id, id FROM users
WHERE company_id = $1 AND customer_id > $2 AND link_batch_id = $3
ORDER BY customer_id LIMIT $4;

-- link_first_set (company: uuid, id: uuid, user: uuid) -> effect
UPDATE customers SET user_id = $3 WHERE company_id = $1 AND id = $2 AND user_id IS NULL;

-- row link_batch (id: uuid, state: text, is_trusted: bool, last_user_id: uuid?, last_customer_id: uuid?, seen: int, linked: int, pending: int, ambiguous: int, unmatched: int)

-- link_batch_insert (company: uuid, id: uuid, is_trusted: bool, now: time) -> effect
INSERT INTO link_batches (company_id, id, state, is_trusted, seen, linked, pending, ambiguous,
    unmatched, created_at)
VALUES ($1, $2, 'users', $3, 0, 0, 0, 0, 0, $4);

-- A run that did not come to its end.
-- link_batch_unfinished (company: uuid) -> one link_batch
SELECT id, state, is_trusted, last_user_id, last_customer_id, seen, linked, pending, ambiguous,
    unmatched
FROM link_batches
WHERE company_id = $1 AND state IN ('users', 'customers', 'rolling back') ORDER BY id LIMIT 1;

-- link_batch_lock (company: uuid, id: uuid) -> one link_batch
SELECT id, state, is_trusted, last_user_id, last_customer_id, seen, linked, pending, ambiguous,
    unmatched
FROM link_batches WHERE company_id = $1 AND id = $2 /*for update*/;

-- link_batch_users struct (company: uuid, id: uuid, last: uuid, seen: int, linked: int, pending: int, ambiguous: int, unmatched: int) -> count
UPDATE link_batches SET last_user_id = $3, seen = seen + $4, linked = linked + $5,
    pending = pending + $6, ambiguous = ambiguous + $7, unmatched = unmatched + $8
WHERE company_id = $1 AND id = $2;

-- link_batch_customers (company: uuid, id: uuid, last: uuid) -> count
UPDATE link_batches SET last_customer_id = $3 WHERE company_id = $1 AND id = $2;

-- link_batch_state (company: uuid, id: uuid, state: text, ended: time?) -> count
UPDATE link_batches SET state = $3, ended_at = $4 WHERE company_id = $1 AND id = $2;

-- What the run has really changed: a login may have changed hands beside it.
-- link_batch_settle (company: uuid, id: uuid) -> count
UPDATE link_batches SET
    linked = (SELECT COUNT(*) FROM link_changes c WHERE c.company_id = $1 AND c.batch_id = $2
        AND NOT c.is_pending),
    pending = (SELECT COUNT(*) FROM link_changes c WHERE c.company_id = $1 AND c.batch_id = $2
        AND c.is_pending)
WHERE company_id = $1 AND id = $2;

-- row link_change (user_id: uuid, customer_id: uuid, is_pending: bool, was_first: bool, evidence_before: text?, linked_at_before: time?, batch_before: uuid?)

-- link_changes_after (company: uuid, batch: uuid, after: uuid, limit: int) -> many link_change
SELECT user_id, customer_id, is_pending, was_first, evidence_before, linked_at_before, batch_before
FROM link_changes WHERE company_id = $1 AND batch_id = $2 AND user_id > $3
ORDER BY user_id LIMIT $4;

-- The login as it was; not when somebody has decided otherwise since.
-- link_login_restore struct (company: uuid, id: uuid, batch: uuid, customer: uuid, is_pending: bool, evidence: text?, linked_at: time?, before: uuid?) -> count
UPDATE users SET customer_id = NULL, pending_customer_id = NULL, link_evidence = $6,
    linked_at = $7, link_batch_id = $8
WHERE company_id = $1 AND id = $2 AND link_batch_id = $3
    AND CASE WHEN $5 THEN customer_id IS NULL AND pending_customer_id = $4
        ELSE customer_id = $4 AND link_evidence LIKE 'backfill-%' END;

-- The person names the oldest of the logins that are left, who may have come by
-- other ways since; mostly none.
-- link_first_clear (company: uuid, id: uuid, user: uuid) -> effect
UPDATE customers SET user_id = (SELECT u.id FROM users u
    WHERE u.company_id = $1 AND u.customer_id = $2 ORDER BY u.created_at, u.id LIMIT 1)
WHERE company_id = $1 AND id = $2 AND user_id = $3;

-- link_change_remove (company: uuid, batch: uuid, user: uuid) -> effect
DELETE FROM link_changes WHERE company_id = $1 AND batch_id = $2 AND user_id = $3;
