-- Which of the owner's data keys a kept answer is sealed under: a new consent changes the key, and ends what the old one sealed.
alter table idempotency add column data_key_version smallint;

-- Who else stands on the same grant: asked before a token is given back to the provider.
create index account_grant on account (project_id, auth_config_id, subject) where subject is not null;

-- When to ask the provider whether a credential that is never renewed is still good; null for those that are.
alter table account_refresh add column probe_at bigint;
create index account_refresh_probe on account_refresh (probe_at) where status = 0;
--sqlite update account_refresh set probe_at = behalf_now() + abs(random() % 86400000) where due_at = 9223372036854775807;
--pg     update account_refresh set probe_at = behalf_now() + (random() * 86400000)::bigint where due_at = 9223372036854775807;
