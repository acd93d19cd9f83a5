-- How often a credential was typed behind a link: whoever holds the link must not try keys one after the other.
alter table flow add column attempts smallint not null default 0;
