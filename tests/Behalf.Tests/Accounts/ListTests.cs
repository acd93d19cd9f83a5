using Behalf.Tests.Support;

namespace Behalf.Tests.Accounts;

public sealed class ListTests
{
    [Theory, OnBothEngines]
    public async Task Filters_are_exact_and_pages_join_without_a_gap(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var all = new List<string>();
        for (var i = 0; i < 7; i++)
        {
            all.Add((await world.LinkAsync($"user_{i % 3}")).Account);
        }

        var active = await world.ConnectAsync("user_1", "alice");
        async Task<List<string?>> IdsAsync(string query) =>
            [.. (await world.Project.GetAsync("/api/v3.1/connected_accounts?" + query)).Expect(200).Json.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetString())];

        Assert.Equal([active], await IdsAsync($"statuses=ACTIVE&user_ids=user_1&auth_config_ids={world.AuthConfig}"));
        Assert.Empty(await IdsAsync("statuses=ACTIVE&user_ids=user_2"));
        Assert.Empty(await IdsAsync("auth_config_ids=ac_0000000000000000000001"));
        Assert.Empty(await IdsAsync("statuses=NONSENSE"));
        Assert.Equal(8, (await IdsAsync("statuses=ACTIVE%2CINITIATED&toolkit_slugs=SANDBOX")).Count);
        Assert.Equal(3, (await IdsAsync("user_ids=user_0&user_ids=nobody")).Count);
        Assert.Equal(2, (await IdsAsync($"connected_account_ids={all[0]}%2C{all[1]}")).Count);

        var seen = new List<string?>();
        var made = new List<DateTimeOffset>();
        string? cursor = null;
        do
        {
            var page = (await world.Project.GetAsync($"/api/v3.1/connected_accounts?limit=3&order_direction=asc&cursor={cursor}")).Expect(200).Json;
            Assert.Equal(8, page.GetProperty("total_items").GetInt32());
            Assert.Equal(3, page.GetProperty("total_pages").GetInt32());
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetString()));
            made.AddRange(page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("created_at").GetDateTimeOffset()));
            cursor = page.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);

        // Two of one millisecond are in the order of their ids.
        Assert.Equal(all.Append(active).Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
        Assert.Equal(made.Order(), made);
        (await world.Project.GetAsync("/api/v3.1/connected_accounts?cursor=nonsense")).Expect(400);
        (await world.Project.GetAsync("/api/v3.1/connected_accounts?limit=99999")).Expect(200);
        (await world.Project.GetAsync("/api/v3.1/connected_accounts?limit=0")).Expect(400);
    }

    [Theory, OnBothEngines]
    public async Task Lists_with_lists_in_them_answer_on_every_route(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        await world.ConnectAsync("user_1", "alice");
        Assert.Equal(1, (await world.Project.GetAsync("/api/v3.1/auth_configs?toolkit_slug=sandbox,github&limit=5"))
            .Expect(200).Json.GetProperty("items")[0].GetProperty("no_of_connections").GetInt32());
        Assert.Equal(0, (await world.Project.GetAsync("/api/v3.1/auth_configs?toolkit_slug=github")).Expect(200).Json.GetProperty("total_items").GetInt32());
        var user = (await world.Project.GetAsync("/api/v3.1/users")).Expect(200).Json.GetProperty("items")[0];
        Assert.Equal("ACTIVE", user.GetProperty("connected_accounts")[0].GetProperty("status").GetString());
    }
}
