-- Which of the owner's data keys a kept answer is sealed under: a new consent changes the key, and ends what the old one sealed.
alter table idempotency add column data_key_version smallint;

-- Who else stands on the same grant: asked before a token is given back to the provider.
create index account_grant on account (project_id, auth_config_id, subject) where subject is not null;
