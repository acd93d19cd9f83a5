using System.Text.RegularExpressions;
using Behalf.Sandbox;
using Behalf.Sandbox.Provider;

namespace Behalf.Tests.Sandbox;

public sealed class PageTests
{
    private const string Hostile = "<img src=x onerror=alert(1)>\"'&";

    [Fact]
    public async Task Pages_run_nothing_are_framed_by_nobody_and_are_not_kept()
    {
        await using var provider = await TestProvider.StartAsync();
        foreach (var path in new[] { provider.AuthorizeUrl().PathAndQuery, "/log", "/oauth/authorize" })
        {
            using var response = await provider.Http.GetAsync(path);
            var policy = response.Headers.GetValues("Content-Security-Policy").Single();
            Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.True(response.Headers.CacheControl?.NoStore);
            Assert.Equal("no-referrer", response.Headers.GetValues("Referrer-Policy").Single());
            Assert.DoesNotMatch(@"<script|<style|\sstyle=|\son\w+=", await response.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task Names_are_text_and_never_markup()
    {
        await using var provider = await TestProvider.StartAsync();
        provider.Host.Apps.Change(provider.App.ClientId, Hostile, redirectUris: null);
        provider.Host.Users.Create("eve", Hostile);
        var page = await provider.Http.GetStringAsync(provider.AuthorizeUrl());
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
        Assert.Equal(2, Regex.Count(page, "&lt;img src=x onerror=alert"));

        var tokens = await provider.ConnectAsync("eve");
        await provider.WorksAsync(tokens.Access);
        Assert.DoesNotContain("<img", await provider.Http.GetStringAsync("/log"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_session_cookie_is_out_of_reach_of_scripts_and_other_sites()
    {
        await using var provider = await TestProvider.StartAsync();
        using var response = await provider.Http.GetAsync(provider.AuthorizeUrl());
        var cookie = response.Headers.GetValues("Set-Cookie").Single();
        Assert.Matches("^sandbox_session=.*; path=/; samesite=lax; httponly$", cookie);
    }

    [Fact]
    public async Task The_one_stylesheet_is_served()
    {
        await using var provider = await TestProvider.StartAsync();
        using var response = await provider.Http.GetAsync("/style.css");
        Assert.Equal("text/css", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("prefers-color-scheme", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--urls http://127.0.0.1:5 --controls --access-token-lifetime 5 --rotation until_used")]
    [InlineData("--rotation until_used --access-token-lifetime 5 --controls --urls http://127.0.0.1:5")]
    public void The_program_reads_its_arguments_in_any_order(string line)
    {
        var options = CommandLine.Parse(line.Split(' '));
        Assert.Equal(("http://127.0.0.1:5", true), (options.Url, options.Controls));
        Assert.Equal((5, Rotation.UntilUsed), (options.Modes.AccessTokenLifetimeS, options.Modes.Rotation));
    }

    [Theory]
    [InlineData("--port", "--port")]
    [InlineData("--urls", "--urls")]
    [InlineData("--urls nonsense", "nonsense")]
    [InlineData("--urls https://127.0.0.1:5", "https://127.0.0.1:5")]
    [InlineData("--urls http://127.0.0.1:5;http://127.0.0.1:6", "127.0.0.1:6")]
    [InlineData("--rotation daily", "daily")]
    [InlineData("--access-token-lifetime 0", "--access-token-lifetime")]
    [InlineData("--access-token-lifetime -5", "-5")]
    public void A_bad_argument_is_named(string line, string named) =>
        Assert.Contains(
            named, Assert.Throws<FormatException>(() => CommandLine.Parse(line.Split(' '))).Message, StringComparison.Ordinal);
}
