using Behalf.Wire;

namespace Behalf.Gateway.Entities;

internal sealed record ClientInfoAnswer
{
    public required ClientAnswer Client { get; init; }
}

internal sealed record ClientAnswer
{
    public required string Id { get; init; }
}

/// <summary><c>GET /v1/client/auth/client_info</c>: the clients ask it to learn whether their key is good.</summary>
internal static class ClientInfo
{
    public static ClientInfoAnswer Get(CallerParameter caller) =>
        new() { Client = new ClientAnswer { Id = caller.Caller.Project.ToString() } };
}
