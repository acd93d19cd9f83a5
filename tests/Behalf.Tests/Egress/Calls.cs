using System.Net;
using System.Text;
using Behalf.Egress;

namespace Behalf.Tests.Egress;

/// <summary>Shorthand for the tests of this room.</summary>
internal static class Calls
{
    public static readonly EgressOptions Nothing = EgressOptions.Parse(null);
    public static readonly EgressOptions Loopback = EgressOptions.Parse("127.0.0.0/8, ::1/128");

    public static GuardedHttp Http(EgressOptions options, ResolveHost? resolve = null, TimeProvider? clock = null) =>
        new(options, resolve ?? ((_, _) => Task.FromResult<IPAddress[]>([])), clock ?? TimeProvider.System);

    public static EgressRequest Get(Uri url) => Of(HttpMethod.Get, url);

    public static EgressRequest Post(Uri url, string body) => Of(HttpMethod.Post, url) with
    {
        Body = Encoding.UTF8.GetBytes(body),
        ContentType = "application/x-www-form-urlencoded",
    };

    public static EgressRequest Of(HttpMethod method, Uri url) => new()
    {
        Purpose = EgressPurpose.Call,
        Method = method,
        Url = url,
        Hosts = AllowedHosts.AnyPublic,
        Deadline = TimeSpan.FromMinutes(1),
    };

    public static Task<EgressResponse> SendAsync(this GuardedHttp http, EgressRequest request) =>
        http.SendAsync(request, TestContext.Current.CancellationToken);

    public static Task<EgressException> FailAsync(this GuardedHttp http, EgressRequest request) =>
        Assert.ThrowsAsync<EgressException>(() => http.SendAsync(request));

    public static string Text(this EgressResponse response) => Encoding.UTF8.GetString(response.Body.Span);
}
