-- The executor's own statements: companies as requests need them, and the rows
-- that every change brings along.

-- row company_facts (id: uuid, name: text, slug: text, country: text, currency: text, zone: text, phone_required: bool, auto_create_login: bool, cod_requires_verified_phone: bool, require_second_factor: bool, recycle_months: int, daily_messages: int, code_countries: text?, show_contacts: bool, is_active: bool)

-- A company by its id.
-- company_facts_by_id (company: uuid) -> one company_facts
-- across companies: companies is keyed by the company itself
SELECT id, name, slug, country, currency, zone, phone_required, auto_create_login,
    cod_requires_verified_phone, require_second_factor, recycle_months, daily_messages,
    code_countries, show_contacts, is_active
FROM companies WHERE id = $1;

-- The company behind a slug.
-- company_by_slug (slug: text) -> one (company_id: uuid)
-- across companies: this is how a public request finds its company
SELECT company_id FROM company_slugs WHERE slug = $1;

-- The company behind a host name.
-- company_by_host (host: text) -> one (company_id: uuid)
-- across companies: this is how a public request finds its company
SELECT company_id FROM company_hosts WHERE host = $1;

-- The first two companies: with one only, public requests need not name it.
-- company_first_two () -> many (id: uuid)
-- across companies: counts them
SELECT id FROM companies ORDER BY id LIMIT 2;

-- row idempotency_row (fingerprint: blob, request_id: uuid, status: int, etag: text?, body: text)

-- The stored answer of a request with this key.
-- idempotency_find (company: uuid, principal: uuid, scope: blob) -> one idempotency_row
SELECT fingerprint, request_id, status, etag, body FROM idempotency
WHERE company_id = $1 AND principal_id = $2 AND scope = $3;

-- Keeps an answer. Fails on a second one, which another process has just
-- written: the request is then run again and finds it.
-- idempotency_keep struct (company: uuid, principal: uuid, scope: blob, fingerprint: blob, request_id: uuid, status: int, etag: text?, body: text, created_at: time) -> effect
INSERT INTO idempotency (company_id, principal_id, scope, fingerprint, request_id, status, etag, body, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- The audit row of a change.
-- audit_insert struct (company: uuid, id: uuid, at: time, actor_kind: text, actor_id: uuid?, action: text, subject_id: uuid?, fields: text?, request_id: uuid, status: int) -> effect
INSERT INTO audit_log (company_id, id, at, actor_kind, actor_id, action, subject_id, fields, request_id, status)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- An event for the outside.
-- outbox_insert (company: uuid, id: uuid, type: text, subject_id: uuid?, at: time) -> effect
INSERT INTO outbox (company_id, id, type, subject_id, at) VALUES ($1, $2, $3, $4, $5);

-- Reads of people by staff, packed.
-- access_insert (company: uuid, id: uuid, at: time, reads: text) -> effect
INSERT INTO access_log (company_id, id, at, reads) VALUES ($1, $2, $3, $4);
