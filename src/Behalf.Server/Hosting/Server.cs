using System.Net;
using Behalf.Accounts;
using Behalf.Accounts.Refresh;
using Behalf.Audit;
using Behalf.Broker;
using Behalf.Broker.Places;
using Behalf.Catalog;
using Behalf.Egress;
using Behalf.Gateway.Entities;
using Behalf.Hosting.Exports;
using Behalf.Projects;
using Behalf.Projects.ApiKeys;
using Behalf.Projects.Limits;
using Behalf.Storage;
using Behalf.Vault;
using Behalf.Wire;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.HttpOverrides;

namespace Behalf.Hosting;

/// <summary>Builds the server: what exists and in what order.</summary>
internal static class Server
{
    public static WebApplication Build(ServerSettings settings, Action<WebApplicationBuilder>? adjust = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        ConfigureLogs(builder);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<PublicOrigin>();
        builder.Services.AddSingleton<HeldRefusals>();
        builder.Services
            .AddExports(settings.Telemetry)
            .AddStorage(settings.Database).AddEgress(settings.EgressAllow, settings.AnswerBytes)
            .AddAudit()
            .AddVault(settings.Keys, settings.Transit, settings.Data, settings.BackupRetention)
            .AddProjects(settings.Data, settings.Rates, settings.Crowds).AddCatalog(settings.Toolkits, settings.ToolkitOverrides)
            .AddAccounts(settings.ManagedApps, settings.Data)
            .AddBroker()
            .AddEntities()
            .AddOpenApiDocument();
        ConfigureHttp(builder, settings);
        adjust?.Invoke(builder);

        var app = builder.Build();
        UsePipeline(app, settings);
        MapRoutes(app);
        return app;
    }

    /// <summary>Everything that must hold before the first request: schema, deployment id, keys and whether they are sealed, admin key.</summary>
    public static async Task PrepareAsync(IServiceProvider services, CancellationToken ct)
    {
        var database = services.GetRequiredService<IDatabase>();
        await database.MigrateAsync(ct);
        await Deployment.EnsureAsync(database, ct);
        await services.GetRequiredService<PrepareKeys>().RunAsync(ct);
        await services.GetRequiredService<Seal>().ObserveAsync(ct);
        await services.GetRequiredService<AdminKey>().EnsureAsync(ct);
    }

    public static async Task StartAsync(WebApplication app, CancellationToken ct)
    {
        await PrepareAsync(app.Services, ct);
        await app.Services.GetRequiredService<ReplaySpill>().RunOnceAsync(ct);
        await app.StartAsync(ct);
        var settings = app.Services.GetRequiredService<ServerSettings>();
        var origin = app.Services.GetRequiredService<PublicOrigin>();
        origin.Set(settings.PublicUrl ?? ListeningAddress(app));
        app.Logger.Listening(origin.Value);
    }

    /// <summary>One line of JSON per event of note. The framework's line per request is off: the audit trail has every call,
    /// and writing text for each costs more than the call.</summary>
    private static void ConfigureLogs(WebApplicationBuilder builder)
    {
        builder.Logging.ClearProviders().AddJsonConsole(console =>
        {
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
        });
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);

        // Where it may log at all, the framework starts an activity and a scope for each request.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
    }

    private static void ConfigureHttp(WebApplicationBuilder builder, ServerSettings settings)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            ConnectionLimits.Apply(kestrel.Limits, settings.MaxConnections);
        });
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        builder.Services.ConfigureHttpJsonOptions(options => WireOptions.Apply(options.SerializerOptions));
        builder.Services.Configure<ForwardedHeadersOptions>(options =>
        {
            // Only the client's address is taken, and only from a proxy that the operator named: URLs come from the setting.
            options.ForwardedHeaders = settings.TrustedProxies.Count > 0 ? ForwardedHeaders.XForwardedFor : ForwardedHeaders.None;
            options.KnownIPNetworks.Clear();
            options.KnownProxies.Clear();
            foreach (var network in settings.TrustedProxies)
            {
                options.KnownIPNetworks.Add(network);
            }
        });
    }

    private static void UsePipeline(WebApplication app, ServerSettings settings)
    {
        app.UseForwardedHeaders();
        app.UseMiddleware<RequestIds>();
        if (settings.Telemetry.SendsTraces)
        {
            app.UseMiddleware<RequestSpans>();
        }

        app.UseMiddleware<ErrorHandling>();
        app.UseRouting();
        app.UseMiddleware<Authentication>();
        app.UseMiddleware<RequestPlaces>();
        app.UseMiddleware<ShedCalls>();
    }

    private static void MapRoutes(WebApplication app)
    {
        app.MapHealth();
        app.MapOpenApiDocument();
        app.MapConnectPages();
        foreach (var version in (ReadOnlySpan<string>)["/api/v3.1", "/api/v3"])
        {
            var api = app.MapGroup(version);
            api.MapAudit();
            api.MapProjects();
            api.MapAccounts();
            api.MapBroker();
        }

        app.MapEntities();
    }

    private static Uri ListeningAddress(WebApplication app)
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        var url = new Uri(addresses.First().Replace("://+", "://localhost", StringComparison.Ordinal));
        return IPAddress.TryParse(url.Host.Trim('[', ']'), out var ip) && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any))
            ? new UriBuilder(url) { Host = "localhost" }.Uri
            : url;
    }
}
