using Behalf.Tests.Support;

namespace Behalf.Tests.Hosting;

/// <summary>A wrong value stops the server before it listens, with one sentence that names it.</summary>
public sealed class SettingTests
{
    [Theory]
    [InlineData("BEHALF_PUBLIC_URL", "http://agents.example.com")]
    [InlineData("BEHALF_PUBLIC_URL", "https://example.com/?a=b")]
    [InlineData("BEHALF_PUBLIC_URL", "https://example.com/behalf")]
    [InlineData("BEHALF_TRUSTED_PROXIES", "my-proxy")]
    [InlineData("BEHALF_KEYS", "cloud:somewhere")]
    [InlineData("BEHALF_EGRESS_ALLOW", "10.0.0.1/8")]
    [InlineData("BEHALF_TOOLKITS", "/nowhere/at/all")]
    [InlineData("BEHALF_TOOLKIT_OVERRIDES", "/nowhere/at/all.json")]
    [InlineData("BEHALF_DATABASE", "postgres://")]
    [InlineData("BEHALF_METRICS", "9464")]
    [InlineData("BEHALF_METRICS", "http://127.0.0.1:9464/numbers")]
    [InlineData("BEHALF_METRICS", "http://203.0.113.7:9464")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "authorization")]
    [InlineData("OTEL_TRACES_SAMPLER", "sometimes")]
    [InlineData("OTEL_TRACES_SAMPLER_ARG", "1.5")]
    [InlineData("OTEL_METRIC_EXPORT_INTERVAL", "soon")]
    [InlineData("OTEL_TRACES_EXPORTER", "zipkin")]
    [InlineData("OTEL_SDK_DISABLED", "perhaps")]
    [InlineData("BEHALF_RATE_PER_KEY", "-1")]
    [InlineData("BEHALF_RATE_PER_USER_KEY", "a lot")]
    [InlineData("BEHALF_RATE_PER_PROJECT", "1e3")]
    [InlineData("BEHALF_RATE_PER_ADDRESS", "60000001")]
    [InlineData("BEHALF_MAX_CALLS", "0")]
    [InlineData("BEHALF_MAX_CALLS_PER_PROJECT", "4096")]
    [InlineData("BEHALF_MAX_CALLS_PER_PROVIDER", "4096")]
    [InlineData("BEHALF_MAX_WAITING_CALLS", "-5")]
    [InlineData("BEHALF_MAX_CONNECTIONS", "0")]
    [InlineData("BEHALF_ANSWER_MEMORY", "95")]
    public async Task A_wrong_setting_is_named_and_nothing_starts(string name, string value)
    {
        var data = Directory.CreateTempSubdirectory("behalf-setting-").FullName;
        try
        {
            var (exit, output, errors) = await ServerProcess.RunAsync(
                ["serve", "--urls", "http://127.0.0.1:0"], new Dictionary<string, string> { ["BEHALF_DATA"] = data, [name] = value });
            Assert.NotEqual(0, exit);
            Assert.Matches($"^behalf: {name}[: ]", errors);
            Assert.Single(errors.TrimEnd().Split('\n'));
            Assert.DoesNotContain("Now listening", output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }
}
