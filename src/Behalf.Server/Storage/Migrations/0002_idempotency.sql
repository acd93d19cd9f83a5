-- Which of the owner's data keys a kept answer is sealed under: a new consent changes the key, and ends what the old one sealed.
alter table idempotency add column data_key_version smallint;
