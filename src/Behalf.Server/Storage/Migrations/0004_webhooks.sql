-- Where a project wants to be told what happens to its users' accounts.
create table webhook (
  project_id      bytea    not null,
  webhook_id      bytea    not null,
  url             text     not null,
  version         smallint not null,      -- of the body: 1, 2 or 3
  events          text     not null,      -- the types it wants, separated by one space
  secret_version  bigint   not null,
  former_until    bigint,                 -- until when the secret before the present one signs, too
  failing_since   bigint,                 -- the first failure since the last success
  disabled_at     bigint,
  disabled_reason text,
  report_due_at   bigint,                 -- of the next expiry report; null where none is wanted
  created_at      bigint   not null,
  updated_at      bigint   not null,
  primary key (project_id, webhook_id)
);
create index webhook_report on webhook (report_due_at) where report_due_at is not null and disabled_at is null;

-- One event for one webhook, with the very bytes that are sent. While it is pending, the outbox has a job of the same id.
create table webhook_delivery (
  project_id   bytea    not null,
  delivery_id  bytea    not null,
  webhook_id   bytea    not null,
  message_id   bytea    not null,         -- of the event: the same for every webhook and every attempt
  event_type   text     not null,
  version      smallint not null,
  body         text     not null,
  status       smallint not null,         -- 1 pending, 2 delivered, 3 failed
  attempts     smallint not null default 0,
  http_status  integer,                   -- of the last attempt; null where there was no answer
  failure      text,
  created_at   bigint   not null,
  ended_at     bigint,
  primary key (project_id, delivery_id)
);
create index webhook_delivery_log on webhook_delivery (project_id, webhook_id, created_at, delivery_id);
create index webhook_delivery_ended on webhook_delivery (ended_at) where ended_at is not null;

create table webhook_attempt (
  project_id  bytea    not null,
  delivery_id bytea    not null,
  number      smallint not null,
  at          bigint   not null,
  http_status integer,
  failure     text,
  duration_ms integer  not null,
  primary key (project_id, delivery_id, number)
);

-- Revocations and deliveries do not wait behind each other.
create index outbox_kind on outbox (kind, due_at);

--pg do $$
--pg declare t text;
--pg begin
--pg   foreach t in array array['webhook', 'webhook_delivery', 'webhook_attempt']
--pg   loop
--pg     execute format('alter table %I enable row level security', t);
--pg     execute format('alter table %I force row level security', t);
--pg     execute format('create policy tenant on %I using (behalf_sees(project_id)) with check (behalf_sees(project_id))', t);
--pg   end loop;
--pg end $$;
