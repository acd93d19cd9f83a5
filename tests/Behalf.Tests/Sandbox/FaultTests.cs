using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Text.Json;
using Behalf.Sandbox.Provider;

namespace Behalf.Tests.Sandbox;

/// <summary>Each fault does on the wire what its name says.</summary>
public sealed class FaultTests
{
    [Theory]
    [InlineData(FaultKind.Status500, 500, "server_error")]
    [InlineData(FaultKind.Status502, 502, "bad_gateway")]
    [InlineData(FaultKind.Status503, 503, "temporarily_unavailable")]
    [InlineData(FaultKind.Status429, 429, "rate_limited")]
    [InlineData(FaultKind.InvalidGrant, 400, "invalid_grant")]
    [InlineData(FaultKind.InvalidClient, 401, "invalid_client")]
    internal async Task An_error_has_its_status_its_code_and_its_retry_after_and_nothing_is_done(
        FaultKind kind, int status, string error)
    {
        await using var provider = await TestProvider.StartAsync();
        var tokens = await provider.ConnectAsync("alice");
        provider.Host.Faults.Add(Step.Refresh, kind, retryAfter: 7);
        using var response = await provider.RefreshAsync(tokens.Refresh);
        Assert.Equal($"{status} {error}", await TestProvider.ErrorAsync(response));
        Assert.Equal(TimeSpan.FromSeconds(7), response.Headers.RetryAfter?.Delta);
        Assert.Equal(0, provider.Host.Ledger.Refreshes);
        Assert.Equal(kind, provider.Host.Ledger.Requests[^1].Fault);
    }

    [Theory]
    [InlineData(Step.Authorize)]
    [InlineData(Step.Token)]
    [InlineData(Step.Refresh)]
    [InlineData(Step.Revoke)]
    [InlineData(Step.Api)]
    internal async Task A_fault_strikes_its_own_step_only_and_as_often_as_it_says(Step aim)
    {
        await using var provider = await TestProvider.StartAsync();
        var tokens = await provider.ConnectAsync("alice");
        var code = await provider.CodeAsync("alice");
        provider.Host.Faults.Add(aim, FaultKind.Status503, count: 2);

        async Task<Step[]> Struck()
        {
            var calls = new (Step Step, Task<HttpResponseMessage> Call)[]
            {
                (Step.Authorize, provider.Http.GetAsync(provider.AuthorizeUrl())),
                (Step.Token, provider.RedeemAsync(code)),
                (Step.Refresh, provider.RefreshAsync(tokens.Refresh)),
                (Step.Revoke, provider.RevokeAsync("unknown")),
                (Step.Api, provider.ApiAsync(tokens.Access, "/api/me")),
            };
            await Task.WhenAll(calls.Select(call => call.Call));
            return [.. calls.Where(call => (int)call.Call.Result.StatusCode == 503).Select(call => call.Step)];
        }

        Assert.Equal([aim], await Struck());
        Assert.Equal([aim], await Struck());
        Assert.Empty(await Struck());
        Assert.Empty(provider.Host.Faults.Due);
    }

    [Theory]
    [InlineData(FaultKind.RstBefore, 0)]
    [InlineData(FaultKind.RstAfter, 1)]
    internal async Task A_reset_is_a_reset_with_no_byte_before_it(FaultKind kind, int refreshes)
    {
        await using var provider = await TestProvider.StartAsync();
        var tokens = await provider.ConnectAsync("alice");
        provider.Host.Faults.Add(Step.Refresh, kind);
        using var call = await RawCall.RefreshAsync(provider, tokens.Refresh);
        Assert.Equal((0, "RST"), await call.ReadToEndAsync());
        Assert.Equal(refreshes, provider.Host.Ledger.Refreshes);
        Assert.Null(provider.Host.Ledger.Requests[^1].Status);
    }

    [Fact]
    public async Task A_reset_reaches_an_http_client_as_one()
    {
        await using var provider = await TestProvider.StartAsync();
        provider.Host.Faults.Add(Step.Api, FaultKind.RstBefore);
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => provider.ApiAsync("any", "/api/me"));
        var socketError = Assert.IsType<System.Net.Sockets.SocketException>(error.GetBaseException());
        Assert.Equal(System.Net.Sockets.SocketError.ConnectionReset, socketError.SocketErrorCode);
    }

    [Fact]
    public async Task A_half_close_ends_one_direction_and_keeps_the_other()
    {
        await using var provider = await TestProvider.StartAsync();
        provider.Host.Faults.Add(Step.Api, FaultKind.HalfClose);
        using var call = await RawCall.SendAsync(provider, "GET", "/api/me");
        Assert.Equal((0, "FIN"), await call.ReadToEndAsync());
        await call.SendMoreAsync();
    }

    [Theory]
    [InlineData(FaultKind.Timeout, 0)]
    [InlineData(FaultKind.TimeoutAfter, 1)]
    internal async Task A_timeout_is_silence_while_others_are_served(FaultKind kind, int refreshes)
    {
        await using var provider = await TestProvider.StartAsync();
        var tokens = await provider.ConnectAsync("alice");
        provider.Host.Faults.Add(Step.Refresh, kind);
        using (var call = await RawCall.RefreshAsync(provider, tokens.Refresh))
        {
            await Until(() => provider.Host.Ledger.Requests[^1].Fault == kind && provider.Host.Ledger.Refreshes == refreshes);
            Assert.True(await provider.WorksAsync(tokens.Access));
            Assert.True(call.IsSilent);
        }

        Assert.Null(provider.Host.Ledger.Requests.Single(request => request.Fault == kind).Status);
    }

    [Fact]
    public async Task Html_comes_with_status_200_where_json_is_due()
    {
        await using var provider = await TestProvider.StartAsync();
        provider.Host.Faults.Add(Step.Token, FaultKind.Html200);
        using var response = await provider.RedeemAsync("any");
        Assert.Equal((HttpStatusCode.OK, "text/html"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.StartsWith("<!DOCTYPE html>", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Truncated_json_is_the_first_half_of_the_true_answer_and_the_work_is_done()
    {
        await using var provider = await TestProvider.StartAsync();
        var tokens = await provider.ConnectAsync("alice");
        provider.Host.Faults.Add(Step.Refresh, FaultKind.TruncatedJson);
        using var response = await provider.RefreshAsync(tokens.Refresh);
        var body = await response.Content.ReadAsStringAsync();
        Assert.StartsWith("{\"token_type\":\"Bearer\"", body, StringComparison.Ordinal);
        Assert.Equal(body.Length, response.Content.Headers.ContentLength);
        Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(body));
        Assert.Equal(1, provider.Host.Ledger.Refreshes);
    }

    [Fact]
    public async Task Garbage_is_called_json_and_is_not()
    {
        await using var provider = await TestProvider.StartAsync();
        provider.Host.Faults.Add(Step.Api, FaultKind.Garbage);
        using var response = await provider.ApiAsync("any", "/api/me");
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        var body = await response.Content.ReadAsByteArrayAsync();
        Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(body));
    }

    [Fact]
    public async Task A_huge_body_is_fifty_megabytes_of_json()
    {
        await using var provider = await TestProvider.StartAsync();
        provider.Host.Faults.Add(Step.Api, FaultKind.HugeBody);
        using var response = await provider.ApiAsync("any", "/api/me");
        var body = await response.Content.ReadAsByteArrayAsync();
        Assert.InRange(body.Length, 50_000_000, 50_001_000);
        Assert.Equal(body.Length, response.Content.Headers.ContentLength);
        using var json = JsonDocument.Parse(body);
    }

    [Fact]
    public async Task A_gzip_bomb_is_small_on_the_wire_and_has_no_end_when_unpacked()
    {
        await using var provider = await TestProvider.StartAsync();
        provider.Host.Faults.Add(Step.Api, FaultKind.GzipBomb);
        using var response = await provider.ApiAsync("any", "/api/me");
        var body = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal(["gzip"], response.Content.Headers.ContentEncoding);
        Assert.InRange(body.Length, 1, 15_000_000);

        const long enough = 200_000_000;
        await using var unpacked = new GZipStream(new MemoryStream(body), CompressionMode.Decompress);
        var (buffer, total) = (new byte[1 << 20], 0L);
        while (total < enough && await unpacked.ReadAsync(buffer) is > 0 and var count)
        {
            total += count;
        }

        Assert.True(total >= enough);
    }

    [Fact]
    public async Task An_echoed_secret_is_in_the_error_text()
    {
        await using var provider = await TestProvider.StartAsync();
        var tokens = await provider.ConnectAsync("alice");
        provider.Host.Faults.Add(Step.Refresh, FaultKind.EchoSecret);
        using var refresh = await provider.RefreshAsync(tokens.Refresh);
        var told = (string)(await TestProvider.JsonAsync(refresh))["error_description"]!;
        Assert.Contains(tokens.Refresh, told, StringComparison.Ordinal);
        Assert.Contains(provider.App.ClientSecret, told, StringComparison.Ordinal);

        provider.Host.Faults.Add(Step.Api, FaultKind.EchoSecret);
        using var api = await provider.ApiAsync(tokens.Access, "/api/me");
        Assert.Contains(tokens.Access, await api.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Latency_is_added_to_its_own_endpoints()
    {
        await using var provider = await TestProvider.StartAsync();
        var tokens = await provider.ConnectAsync("alice");
        provider.Host.Modes = provider.Host.Modes with { ApiLatencyMs = 200 };
        var clock = Stopwatch.StartNew();
        await provider.WorksAsync(tokens.Access);
        Assert.InRange(clock.ElapsedMilliseconds, 190, long.MaxValue);

        provider.Host.Modes = provider.Host.Modes with { ApiLatencyMs = 0, TokenLatencyMs = 200 };
        clock.Restart();
        await provider.RefreshedAsync(tokens.Refresh);
        Assert.InRange(clock.ElapsedMilliseconds, 190, long.MaxValue);
    }

    [Fact]
    public async Task Who_hangs_up_on_a_slow_provider_is_served_all_the_same()
    {
        await using var provider = await TestProvider.StartAsync(
            new ProviderModes { Rotation = Rotation.Strict, TokenLatencyMs = 300 });
        var tokens = await provider.ConnectAsync("alice");
        using (await RawCall.RefreshAsync(provider, tokens.Refresh))
        {
            await Until(() => provider.Host.Ledger.Requests[^1].Step == Step.Refresh);
        }

        await Until(() => provider.Host.Ledger.Refreshes == 1);
        using var again = await provider.RefreshAsync(tokens.Refresh);
        Assert.Equal("400 invalid_grant", await TestProvider.ErrorAsync(again));
    }

    [Fact]
    public async Task Every_kind_of_fault_is_tried_here()
    {
        var source = await File.ReadAllTextAsync(
            Path.Combine(Support.Repository.Root, "tests", "Behalf.Tests", "Sandbox", "FaultTests.cs"));
        Assert.Empty(Enum.GetNames<FaultKind>().Where(kind => !source.Contains($"FaultKind.{kind}", StringComparison.Ordinal)));
    }

    private static async Task Until(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
