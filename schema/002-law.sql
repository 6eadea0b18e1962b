-- Both readings of the federal rule beside the deadline that binds, what the policy said and by what, and
-- when a running detainer was withdrawn.
--
-- Holds from before have no regulatory reading, and no policy but a decision.
ALTER TABLE hold ADD COLUMN replaces INTEGER REFERENCES hold (id);
ALTER TABLE hold ADD COLUMN policy TEXT;
ALTER TABLE hold ADD COLUMN policy_version TEXT;
ALTER TABLE hold ADD COLUMN policy_hash TEXT;
ALTER TABLE hold ADD COLUMN policy_rule TEXT;
ALTER TABLE hold ADD COLUMN policy_reason TEXT;
ALTER TABLE hold ADD COLUMN policy_cite TEXT;
ALTER TABLE hold ADD COLUMN facts TEXT;
ALTER TABLE hold ADD COLUMN consecutive_deadline_at INTEGER;
ALTER TABLE hold ADD COLUMN regulatory_deadline_at INTEGER;
ALTER TABLE hold ADD COLUMN withdrawn_at INTEGER;

-- Until now a withdrawn detainer was told by its authority, which had ended before the deadline.
UPDATE hold SET withdrawn_at = authority_ended_at WHERE authority_ended_at < deadline_at;
UPDATE hold SET consecutive_deadline_at = eligible_at + 172800000000 WHERE deadline_at IS NOT NULL;
