-- What the operator grants a project in place of the instance's own limits; null: those of the instance, 0: no limit.
alter table project add column requests_per_minute integer;
alter table project add column calls_at_once integer;
