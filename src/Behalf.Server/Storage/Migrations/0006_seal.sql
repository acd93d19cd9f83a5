-- The operator's emergency stop: while it is set, no node has or gets a project's key.
alter table deployment add column sealed_at bigint;
alter table deployment add column sealed_because text;
