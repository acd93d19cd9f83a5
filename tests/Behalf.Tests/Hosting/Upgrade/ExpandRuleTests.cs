using Behalf.Storage;

namespace Behalf.Tests.Hosting.Upgrade;

/// <summary>The schema of this version is one that the previous version can work on.</summary>
public sealed class ExpandRuleTests
{
    private const int Previous = 98;

    [Fact]
    public async Task What_came_since_the_previous_version_only_adds_and_what_was_there_is_unchanged()
    {
        var known = await PreviousVersion.MigrationsAsync();
        Assert.NotEmpty(known);
        Assert.Equal(known.Select(migration => migration.Applied), Migrations.All.Take(known.Count).Select(migration => migration.Applied));

        var rule = new ExpandRule(known[^1].Version);
        Assert.Empty(Migrations.All.Skip(known.Count).SelectMany(rule.ObjectionsTo));
    }

    [Theory]
    [InlineData("alter table account add column mood text")]
    [InlineData("alter table account add column mood smallint not null default 0")]
    [InlineData("alter table account add column mood text; update account set mood = 'fine' where status = 1")]
    [InlineData("create table mood (project_id bytea not null, mood text not null); create unique index mood_once on mood (mood)")]
    [InlineData("create table mood (project_id bytea not null); alter table mood add column mood text not null")]
    [InlineData("create index account_mood on account (mood)")]
    public void What_adds_is_taken(string text) => Assert.Empty(new ExpandRule(Previous).ObjectionsTo(Named("0099_mood", text)));

    [Theory]
    [InlineData("drop table account")]
    [InlineData("alter table account drop column alias")]
    [InlineData("alter table account rename column alias to name")]
    [InlineData("alter table account rename to connection")]
    [InlineData("alter table account alter column alias set not null")]
    [InlineData("alter table account add column mood text not null")]
    [InlineData("alter table account add column mood text not null, drop column alias")]
    [InlineData("alter table account add column mood text unique")]
    [InlineData("alter table account add constraint mood check (alias <> '')")]
    [InlineData("create unique index account_alias_once on account (alias)")]
    [InlineData("create or replace function behalf_now() returns bigint language sql as $$ select 0 $$")]
    [InlineData("update account set status = 7")]
    [InlineData("alter table account add column mood text; update account set mood = '', status = 7")]
    [InlineData("insert into account (project_id) values ('')")]
    [InlineData("delete from account")]
    [InlineData("do $$ begin execute 'alter table account drop column alias'; end $$")]
    [InlineData("--pg drop table account")]
    [InlineData("--sqlite drop table account")]
    public void What_the_previous_version_would_stumble_over_is_named(string text)
    {
        Assert.NotEmpty(new ExpandRule(Previous).ObjectionsTo(Named("0099_mood", text)));
        Assert.Empty(new ExpandRule(Previous).ObjectionsTo(Named("0099_contract_from_0098_mood", text)));
        Assert.NotEmpty(new ExpandRule(Previous).ObjectionsTo(Named("0099_contract_from_0099_mood", text)));
    }

    private static Migration Named(string name, string text) => new(99, name, text);
}
