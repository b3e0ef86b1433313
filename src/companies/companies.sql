-- Companies, their names in URLs, their stores.

-- row company_row (id: uuid, slug: text, name: text, country: text, currency: text, zone: text, phone_required: bool, auto_create_login: bool, cod_requires_verified_phone: bool, require_second_factor: bool, recycle_months: int, daily_messages: int, code_countries: text?, show_contacts: bool, is_active: bool, version: int, created_at: time, updated_at: time)

-- company_read (company: uuid) -> one company_row
-- across companies: companies is keyed by the company itself
SELECT id, slug, name, country, currency, zone, phone_required, auto_create_login,
    cod_requires_verified_phone, require_second_factor, recycle_months, daily_messages,
    code_countries, show_contacts, is_active, version, created_at, updated_at
FROM companies WHERE id = $1;

-- company_lock (company: uuid) -> one company_row
-- across companies: companies is keyed by the company itself
SELECT id, slug, name, country, currency, zone, phone_required, auto_create_login,
    cod_requires_verified_phone, require_second_factor, recycle_months, daily_messages,
    code_countries, show_contacts, is_active, version, created_at, updated_at
FROM companies WHERE id = $1 /*for update*/;

-- All companies, for the operator, in the order they were made.
-- companies_page (after: uuid, limit: int) -> many company_row
-- across companies: SUPER_ADMIN sees them all
SELECT id, slug, name, country, currency, zone, phone_required, auto_create_login,
    cod_requires_verified_phone, require_second_factor, recycle_months, daily_messages,
    code_countries, show_contacts, is_active, version, created_at, updated_at
FROM companies WHERE id > $1 ORDER BY id LIMIT $2;

-- The companies that a command may mean: that of the slug, or without one the
-- first two, which tells whether there is one only.
-- companies_named (slug: text?) -> many (id: uuid, slug: text)
-- across companies: this is how a command finds its company
SELECT id, slug FROM companies WHERE $1 IS NULL OR slug = $1 ORDER BY id LIMIT 2;

-- company_insert struct (company: uuid, slug: text, name: text, country: text, currency: text, zone: text, phone_required: bool, auto_create_login: bool, now: time) -> count
-- across companies: companies is keyed by the company itself
INSERT INTO companies (id, slug, name, country, currency, zone, phone_required, auto_create_login,
    is_active, version, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, TRUE, 1, $9, $9);

-- company_update struct (company: uuid, name: text, country: text, currency: text, zone: text, phone_required: bool, auto_create_login: bool, cod_requires_verified_phone: bool, require_second_factor: bool, recycle_months: int, daily_messages: int, code_countries: text?, show_contacts: bool, is_active: bool, now: time) -> count
-- across companies: companies is keyed by the company itself
UPDATE companies SET name = $2, country = $3, currency = $4, zone = $5, phone_required = $6,
    auto_create_login = $7, cod_requires_verified_phone = $8, require_second_factor = $9,
    recycle_months = $10, daily_messages = $11, code_countries = $12, show_contacts = $13,
    is_active = $14, version = version + 1, updated_at = $15
WHERE id = $1;

-- company_slug_claim (company: uuid, slug: text) -> count
-- across companies: slugs are unique over the installation
INSERT INTO company_slugs (slug, company_id) VALUES ($2, $1) ON CONFLICT DO NOTHING;

-- company_hosts_of (company: uuid) -> many (host: text)
SELECT host FROM company_hosts WHERE company_id = $1 ORDER BY host;

-- company_host_claim (company: uuid, host: text) -> count
-- across companies: hosts are unique over the installation
INSERT INTO company_hosts (host, company_id) VALUES ($2, $1) ON CONFLICT DO NOTHING;

-- company_host_drop (company: uuid, host: text) -> count
DELETE FROM company_hosts WHERE company_id = $1 AND host = $2;

-- Its currency cannot change when there is money in it.
-- company_any_order (company: uuid) -> one (id: uuid)
SELECT id FROM orders WHERE company_id = $1 LIMIT 1;

-- row store_row (id: uuid, name: text, code: text?, address: text?, is_active: bool, version: int, created_at: time, updated_at: time)

-- store_read (company: uuid, id: uuid) -> one store_row
SELECT id, name, code, address, is_active, version, created_at, updated_at
FROM stores WHERE company_id = $1 AND id = $2;

-- store_lock (company: uuid, id: uuid) -> one store_row
SELECT id, name, code, address, is_active, version, created_at, updated_at
FROM stores WHERE company_id = $1 AND id = $2 /*for update*/;

-- active: 1 or 0; null: both.
-- stores_page (company: uuid, after: uuid, active: int?, limit: int) -> many store_row
SELECT id, name, code, address, is_active, version, created_at, updated_at
FROM stores
WHERE company_id = $1 AND id > $2
    AND ($3 IS NULL OR is_active = ($3 = 1))
ORDER BY id LIMIT $4;

-- store_with_code (company: uuid, code: text) -> one (id: uuid)
SELECT id FROM stores WHERE company_id = $1 AND code = $2;

-- None when the code is taken.
-- store_insert struct (company: uuid, id: uuid, name: text, code: text?, address: text?, now: time) -> count
INSERT INTO stores (company_id, id, name, code, address, is_active, version, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, TRUE, 1, $6, $6) ON CONFLICT DO NOTHING;

-- store_update struct (company: uuid, id: uuid, name: text, code: text?, address: text?, is_active: bool, now: time) -> count
UPDATE stores SET name = $3, code = $4, address = $5, is_active = $6, version = version + 1,
    updated_at = $7
WHERE company_id = $1 AND id = $2;
