-- One-time codes, and the counters of asking and guessing.

-- One a purpose and destination: the new one takes the place of the old.
-- code_put struct (company: uuid, purpose: text, destination: blob, hash: blob, tries: int, now: time, expires_at: time) -> count
INSERT INTO one_time_codes (company_id, purpose, destination_hash, code_hash, tries, created_at,
    expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (company_id, purpose, destination_hash) DO UPDATE SET code_hash = $4, tries = $5,
    created_at = $6, expires_at = $7, used_at = NULL;

-- A guess, right or wrong, in one step: of any number at the same moment no
-- more than `most` wrong ones are looked at. No row: there is nothing to guess.
-- code_guess struct (company: uuid, purpose: text, destination: blob, hash: blob, now: time, most: int) -> one (is_right: bool)
UPDATE one_time_codes SET tries = tries + CASE WHEN code_hash = $4 THEN 0 ELSE 1 END
WHERE company_id = $1 AND purpose = $2 AND destination_hash = $3 AND tries < $6
    AND used_at IS NULL AND expires_at > $5
RETURNING code_hash = $4 AS is_right;

-- code_use (company: uuid, purpose: text, destination: blob, now: time) -> count
UPDATE one_time_codes SET used_at = $4
WHERE company_id = $1 AND purpose = $2 AND destination_hash = $3 AND used_at IS NULL;

-- One more, in a new window when the old one is over; what it makes.
-- cap_count struct (company: uuid, kind: text, key: blob, now: time, until: time) -> one (count: int, window_until: time)
INSERT INTO attempts (company_id, kind, key_hash, count, window_until)
VALUES ($1, $2, $3, 1, $5)
ON CONFLICT (company_id, kind, key_hash) DO UPDATE SET
    count = CASE WHEN attempts.window_until > $4 THEN attempts.count + 1 ELSE 1 END,
    window_until = CASE WHEN attempts.window_until > $4 THEN attempts.window_until ELSE $5 END
RETURNING count, window_until;

-- What a window that is not over has counted.
-- cap_read (company: uuid, kind: text, key: blob, now: time) -> one (count: int)
SELECT count FROM attempts
WHERE company_id = $1 AND kind = $2 AND key_hash = $3 AND window_until > $4;
