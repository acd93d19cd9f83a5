using System.Text.Json;
using Behalf.Tests.Support;

namespace Behalf.Tests.Gateway.Entities;

/// <summary><c>get_connections()</c> as those who call it mean it, whatever the SDK sends.</summary>
public sealed class ConnectionListTests
{
    private const string AsPythonAsks = "pageSize=99999999&showActiveOnly=true";

    [Theory, OnBothEngines]
    public async Task Every_state_is_told_although_the_SDK_asks_for_active_ones_only(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var account = (await world.LinkAsync("user-123")).Account;
        foreach (var (status, name) in new (short, string)[] { (1, "INITIATED"), (2, "ACTIVE"), (3, "FAILED"), (4, "EXPIRED"), (5, "INACTIVE"), (6, "REVOKED") })
        {
            await AccountStates.SetAsync(world, account, status);
            var connection = Assert.Single(await ListAsync(world.Project, $"user_uuid=user-123&{AsPythonAsks}"));
            Assert.Equal((account, "sandbox", name), (Text(connection, "id"), Text(connection, "appName"), Text(connection, "status")));
            var created = DateTimeOffset.Parse(Text(connection, "createdAt")!, System.Globalization.CultureInfo.InvariantCulture);
            Assert.InRange(created, DateTimeOffset.UtcNow.AddMinutes(-10), DateTimeOffset.UtcNow.AddMinutes(10));
        }

        Assert.Empty(await ListAsync(world.Project, $"user_uuid=user-123&status=ACTIVE&{AsPythonAsks}"));
        Assert.Single(await ListAsync(world.Project, "user_uuid=user-123&status=REVOKED"));
    }

    [Theory, OnBothEngines]
    public async Task A_dictionary_built_from_the_list_keeps_the_account_that_works(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var working = await world.ConnectAsync("user-123", "alice");
        for (short status = 3; status <= 6; status++)
        {
            await AccountStates.SetAsync(world, (await world.LinkAsync("user-123")).Account, status);
        }

        var connections = new Dictionary<string, string>();
        foreach (var connection in await ListAsync(world.Project, $"user_uuid=user-123&{AsPythonAsks}"))
        {
            connections[Text(connection, "appName")!] = Text(connection, "id")!;
        }

        Assert.Equal(working, Assert.Single(connections).Value);

        // Of several that work, the one that was connected last.
        var newest = await world.ConnectAsync("user-123", "bob");
        Assert.Equal(newest, Text((await ListAsync(world.Project, "user_uuid=user-123"))[^1], "id"));
    }

    [Theory, OnBothEngines]
    public async Task A_user_is_one_name_exactly_and_an_empty_one_is_a_mistake(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        await world.ConnectAsync("victim", "alice");
        await world.LinkAsync("evil,victim");
        Assert.Equal("evil,victim", Text(Assert.Single(await ListAsync(world.Project, "user_uuid=evil,victim")), "entityId"));
        Assert.Empty(await ListAsync(world.Project, "user_uuid=nobody,victim"));
        Assert.Empty(await ListAsync(world.Project, "user_uuid=VICTIM"));
        (await world.Project.GetAsync("/api/v1/connectedAccounts?user_uuid=")).Expect(400);
        (await world.Project.GetAsync("/api/v1/connectedAccounts?user_uuid=victim&entityId=user-123")).Expect(400);
    }

    [Theory, OnBothEngines]
    public async Task All_accounts_of_a_project_come_page_by_page(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var all = new List<string?>();
        for (var i = 0; i < 7; i++)
        {
            all.Add((await world.LinkAsync($"user-{i}")).Account);
        }

        var seen = new List<string?>();
        for (var number = 1; number <= 3; number++)
        {
            var page = (await world.Project.GetAsync($"/api/v1/connectedAccounts?page={number}&pageSize=3")).Expect(200).Json;
            Assert.Equal((number, 3), (page.GetProperty("page").GetInt32(), page.GetProperty("totalPages").GetInt32()));
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(item => Text(item, "id")));
        }

        Assert.Equal(all, seen);
        Assert.Empty(await ListAsync(world.Project, "page=4&pageSize=3"));
        Assert.Equal([all[5]], (await ListAsync(world.Project, $"connectionId={all[5]}&appNames=SANDBOX,slack")).Select(item => Text(item, "id")));
        Assert.Empty(await ListAsync(world.Project, "appNames=slack"));
        Assert.Equal(7, (await ListAsync(world.Project, $"integrationId={world.AuthConfig}")).Count);
        Assert.Empty(await ListAsync(world.Project, "integrationId=nonsense"));
    }

    [Theory, OnBothEngines]
    public async Task No_credential_is_in_what_is_shown_of_a_connection(string engine)
    {
        await using var world = await World.CreateAsync(engine);
        var account = await world.ConnectAsync("user-123", "alice");
        var info = (await world.Project.GetAsync($"/api/v1/connectedAccounts/{account}/info")).Expect(200).Json;
        var known = info.GetProperty("connectionParams");
        Assert.Equal((0, 0), (info.GetProperty("parameters").GetArrayLength(), info.GetProperty("body").EnumerateObject().Count()));
        Assert.Equal(["scope"], known.EnumerateObject().Select(member => member.Name));
    }

    private static async Task<List<JsonElement>> ListAsync(TestClient client, string query) =>
        [.. (await client.GetAsync("/api/v1/connectedAccounts?" + query)).Expect(200).Json.GetProperty("items").EnumerateArray()];

    private static string? Text(JsonElement value, string name) => value.GetProperty(name).GetString();
}
