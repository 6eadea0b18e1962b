-- Who has been inside longest without authority, for whoever watches over the jail: found at once, however
-- many there are.
CREATE INDEX hold_by_authority_end ON hold (authority_ended_at) WHERE state = 'expired';
