-- One text for both engines. A line that starts with "--pg " or "--sqlite " is for that engine alone.
-- Every table of a project starts its key with project_id, so that a distributed PostgreSQL can shard by it.
-- Times are milliseconds since 1970 by the database's clock, ids 16 random bytes, hashes SHA-256.

--pg create function behalf_now() returns bigint language sql volatile
--pg   as $$ select (extract(epoch from clock_timestamp()) * 1000)::bigint $$;

create table deployment (
  one            smallint primary key check (one = 1),
  deployment_id  bytea    not null,
  admin_key_hash bytea,
  created_at     bigint   not null
);

-- Leases of work that one node does at a time: the sealer, the sweeps.
create table lease (
  name   text   primary key,
  holder bytea  not null,
  until  bigint not null
);

-- From what a stranger holds (a key, a link, a state) to the project it belongs to: the only look-up that does not
-- know the project yet, and therefore the only table of tenants' rows outside row-level security.
create table locator (
  hash       bytea    primary key,
  kind       smallint not null,
  project_id bytea    not null,
  id         bytea    not null
);
create index locator_owner on locator (project_id, id);

create table project (
  project_id bytea  primary key,
  name       text   not null,
  settings   text   not null,
  created_at bigint not null,
  updated_at bigint not null
);

create table api_key (
  project_id  bytea    not null,
  key_id      bytea    not null,
  kind        smallint not null,          -- 1 project key, 2 user key
  name        text     not null,
  hint        text     not null,          -- the public part, for lists
  secret_hash bytea    not null,
  user_id     bytea,
  bound_user  text,
  limits      text,                       -- user keys: toolkits, tools, read_only as JSON
  created_at  bigint   not null,
  expires_at  bigint,
  revoked_at  bigint,
  primary key (project_id, key_id)
);
create index api_key_user on api_key (project_id, user_id) where user_id is not null;

create table app_user (
  project_id  bytea  not null,
  user_id     bytea  not null,
  external_id text   not null,
  created_at  bigint not null,
  primary key (project_id, user_id)
);
create unique index app_user_external on app_user (project_id, external_id);

-- The vault: a project key per generation, a data key per owner of secrets, a row per secret.
create table project_key (
  project_id bytea    not null,
  generation integer  not null,
  scheme     text     not null,
  kek_id     text     not null,
  wrapped    bytea    not null,
  state      smallint not null,           -- 1 primary, 2 retired
  created_at bigint   not null,
  primary key (project_id, generation)
);

create table data_key (
  project_id bytea    not null,
  owner_id   bytea    not null,
  version    smallint not null,
  user_id    bytea    not null,           -- with toolkit: what the wrapped key is bound to, so that it can be wrapped again
  toolkit    text     not null,           -- without its owner's row
  generation integer  not null,           -- of the project's key that wraps it
  wrapped    bytea    not null,
  created_at bigint   not null,
  primary key (project_id, owner_id, version)
);
create index data_key_generation on data_key (project_id, generation);

create table secret (
  project_id       bytea    not null,
  owner_id         bytea    not null,
  kind             smallint not null,
  version          bigint   not null,
  data_key_version smallint not null,
  ciphertext       bytea    not null,
  created_at       bigint   not null,
  primary key (project_id, owner_id, kind)
);

create table signing_key (
  kid        text    primary key,
  purpose    text    not null,
  generation integer not null,            -- the highest signs, unless it is retired
  public_key bytea   not null,
  scheme     text    not null,
  kek_id     text    not null,
  wrapped    bytea   not null,
  created_at bigint  not null,
  retired_at bigint
);
create unique index signing_key_generation on signing_key (purpose, generation);

create table auth_config (
  project_id     bytea   not null,
  auth_config_id bytea   not null,
  toolkit        text    not null,
  scheme         text    not null,
  name           text    not null,
  managed        boolean not null,
  enabled        boolean not null,
  client_id      text,
  settings       text    not null,        -- scopes, allowed tools, branding, shared fields as JSON
  secret_version bigint  not null default 0,
  created_at     bigint  not null,
  updated_at     bigint  not null,
  primary key (project_id, auth_config_id)
);
create index auth_config_toolkit on auth_config (project_id, toolkit, created_at);

create table account (
  project_id      bytea    not null,
  account_id      bytea    not null,
  user_id         bytea    not null,
  external_user   text     not null,
  auth_config_id  bytea    not null,
  toolkit         text     not null,
  scheme          text     not null,
  status          smallint not null,
  status_reason   text,
  alias           text,
  word_id         text     not null,
  subject         text,                   -- the provider's own id of the account
  subject_label   text,
  scopes          text     not null,      -- granted, separated by one space
  params          text     not null,      -- connection variables that are no secrets, as JSON
  cred_version    bigint   not null,
  created_at      bigint   not null,
  updated_at      bigint   not null,
  primary key (project_id, account_id)
);
create index account_user on account (project_id, user_id, toolkit, created_at);
create index account_config on account (project_id, auth_config_id);
create index account_created on account (project_id, created_at, account_id);
create unique index account_alias on account (project_id, user_id, toolkit, alias) where alias is not null;

-- Narrow and hot: lease, fence, intent and due time of one account's credential live in the row they guard.
--sqlite create table account_refresh (
--pg     create table account_refresh (
  project_id   bytea    not null,
  account_id   bytea    not null,
  status       smallint not null,         -- 0 active, 1 needs reconnect, 2 revoked, 3 paused
  due_at       bigint   not null,         -- when to act next; while leased, when the lease ends
  epoch        bigint   not null default 0, -- fence: one more on every claim, revocation and reconnect
  intent_at    bigint,                    -- a call may be in flight or its outcome is unknown
  attempt      smallint not null default 0,
  rot_policy   smallint not null,         -- 0 none, 1 grace, 2 until used, 3 strict
  grace_ms     bigint,
  expires_at   bigint,
  last_used_at bigint,
  last_error   text,
  primary key (project_id, account_id)
--sqlite );
--pg     ) with (fillfactor = 80);
create index account_refresh_due on account_refresh (due_at) where status = 0;
create index account_refresh_recover on account_refresh (due_at) where status = 0 and intent_at is not null;

create table flow (
  project_id     bytea    not null,
  flow_id        bytea    not null,
  account_id     bytea    not null,
  auth_config_id bytea    not null,
  user_id        bytea    not null,
  external_user  text     not null,
  reconnect      boolean  not null,
  stage          smallint not null,       -- 1 invited, 2 at the provider, 3 parked, 4 exchanging, 5 ended
  outcome        text,
  link_hash      bytea    not null,
  state_hash     bytea,
  browser_hash   bytea,
  session_hash   bytea,
  callback_url   text,
  redirect_uri   text,
  scopes         text     not null,
  params         text     not null,
  created_at     bigint   not null,
  expires_at     bigint   not null,
  primary key (project_id, flow_id)
);
create index flow_account on flow (project_id, account_id);
create index flow_open on flow (expires_at) where stage < 5;

-- Work that must happen although the request that asked for it is over: upstream revocation, deliveries.
create table outbox (
  project_id bytea    not null,
  job_id     bytea    not null,
  kind       text     not null,
  payload    text     not null,
  due_at     bigint   not null,
  attempt    smallint not null default 0,
  created_at bigint   not null,
  primary key (project_id, job_id)
);
create index outbox_due on outbox (due_at);

create table idempotency (
  project_id   bytea  not null,
  key_hash     bytea  not null,
  request_hash bytea  not null,
  owner_id     bytea  not null,
  answer       bytea,                     -- sealed under the owner's data key
  created_at   bigint not null,
  primary key (project_id, key_hash)
);
create index idempotency_age on idempotency (created_at);

create table audit_event (
  project_id     bytea   not null,
  event_id       bytea   not null,        -- 48 bits of milliseconds, then random: in order of time
  at             bigint  not null,
  action         text    not null,
  outcome        text    not null,
  actor_kind     text    not null,
  actor_id       text,
  agent          text,
  user_id        text,
  auth_config_id bytea,
  account_id     bytea,
  toolkit        text,
  tool           text,
  session_id     text,
  request_id     text,
  status         integer,
  duration_ms    integer,
  detail         text,                    -- JSON without secrets or users' content
  seq            bigint,                  -- given by the sealer, with the hash
  hash           bytea,
  primary key (project_id, event_id)
);
-- By time across projects, so that no project's backlog makes another wait for the sealer.
create index audit_unsealed on audit_event (event_id) where seq is null;
create unique index audit_seq on audit_event (project_id, seq) where seq is not null;

create table audit_checkpoint (
  project_id bytea  not null,
  seq        bigint not null,             -- the last event that the signature covers
  hash       bytea  not null,
  at         bigint not null,
  kid        text   not null,
  signature  bytea  not null,
  primary key (project_id, seq)
);

-- A row of a project is seen by that project's work, or by work that says it is the system's.
--pg create function behalf_sees(row_project bytea) returns boolean language sql stable
--pg   return encode(row_project, 'hex') = current_setting('app.project', true)
--pg     or current_setting('app.system', true) = 'on';
--pg do $$
--pg declare t text;
--pg begin
--pg   for t in select c.table_name from information_schema.columns c
--pg            where c.table_schema = current_schema() and c.column_name = 'project_id' and c.table_name <> 'locator'
--pg   loop
--pg     execute format('alter table %I enable row level security', t);
--pg     execute format('alter table %I force row level security', t);
--pg     execute format('create policy tenant on %I using (behalf_sees(project_id)) with check (behalf_sees(project_id))', t);
--pg   end loop;
--pg end $$;
