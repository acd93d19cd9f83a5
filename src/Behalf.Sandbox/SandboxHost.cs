using System.Text.Json;
using System.Text.Json.Serialization;
using Behalf.Sandbox.Api;
using Behalf.Sandbox.Controls;
using Behalf.Sandbox.Faults;
using Behalf.Sandbox.Grants;
using Behalf.Sandbox.Ledger;
using Behalf.Sandbox.OAuth;
using Behalf.Sandbox.Provider;
using Behalf.Sandbox.Registration;
using Behalf.Sandbox.SignIn;

namespace Behalf.Sandbox;

/// <summary>A provider that runs: on a real socket, in this process.</summary>
internal sealed class SandboxHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SandboxHost(WebApplication app) => _app = app;

    /// <summary>Without a slash at the end; also the issuer.</summary>
    public string BaseUrl => Get<Issuer>().Url;

    public SandboxLedger Ledger => Get<SandboxLedger>();

    public FaultBook Faults => Get<FaultBook>();

    public Hold Hold => Get<Hold>();

    public AppRegistry Apps => Get<AppRegistry>();

    public UserDirectory Users => Get<UserDirectory>();

    /// <summary>How it behaves; change it with <c>host.Modes = host.Modes with { … }</c>.</summary>
    public ProviderModes Modes
    {
        get => Get<ModeSwitch>().Current;
        set => Get<ModeSwitch>().Current = value;
    }

    public static async Task<SandboxHost> StartAsync(SandboxOptions options, CancellationToken ct)
    {
        var app = Build(options);
        await app.StartAsync(ct);
        return new SandboxHost(app);
    }

    /// <inheritdoc cref="SandboxControls.RevokeUser"/>
    public void RevokeUser(string userId, string? clientId = null) =>
        Get<SandboxControls>().RevokeUser(userId, clientId);

    /// <inheritdoc cref="SandboxControls.ExpireAccess"/>
    public void ExpireAccess(string userId) => Get<SandboxControls>().ExpireAccess(userId);

    /// <inheritdoc cref="SandboxControls.Reset"/>
    public void Reset() => Get<SandboxControls>().Reset();

    public Task WaitForShutdownAsync(CancellationToken ct) => _app.WaitForShutdownAsync(ct);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    private static WebApplication Build(SandboxOptions options)
    {
        // Empty: neither the environment nor a settings file of whoever hosts this has a say.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(options.Url);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddRoutingCore();
        // Calls that hang on purpose are not waited for.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1));
        builder.Services.ConfigureHttpJsonOptions(json => Configure(json.SerializerOptions));
        AddState(builder.Services, options);

        var app = builder.Build();
        app.Use(app.Services.GetRequiredService<RequestRecorder>().InvokeAsync);
        app.Use(app.Services.GetRequiredService<Misbehave>().InvokeAsync);
        app.Use(RefusalWriter.InvokeAsync);
        app.Use(app.Services.GetRequiredService<Authenticator>().InvokeAsync);

        MapOAuth(app);
        app.MapConsole();
        app.MapApi();
        app.MapGet("/log", ReadLog.Show).AddEndpointFilter(LoopbackOnly.Filter);
        app.MapGet("/log.json", ReadLog.Lines).AddEndpointFilter(LoopbackOnly.Filter);
        if (options.Controls)
        {
            app.MapControls();
        }

        return app;
    }

    private static void MapOAuth(WebApplication app)
    {
        app.MapGet("/.well-known/oauth-authorization-server", Metadata.Handle);
        app.MapGet("/oauth/authorize", (Authorize authorize, HttpContext context) => authorize.Begin(context));
        app.MapGet("/oauth/sign-in", (Authorize authorize, HttpContext context) => authorize.ShowSignIn(context));
        app.MapPost("/oauth/sign-in", (Authorize authorize, HttpContext context) => authorize.SignInAsync(context));
        app.MapGet("/oauth/consent", (Authorize authorize, HttpContext context) => authorize.ShowConsent(context));
        app.MapPost("/oauth/consent", (Authorize authorize, HttpContext context) => authorize.DecideAsync(context));
        app.MapPost("/oauth/token", IssueTokens.HandleAsync);
        app.MapPost("/oauth/revoke", RevokeToken.HandleAsync);
        app.MapGet("/oauth/userinfo", UserInfo.Handle).WithMetadata(new RequiredScope(Scopes.Profile));
        app.MapGet("/style.css", Stylesheet.Handle);
    }

    private static void AddState(IServiceCollection services, SandboxOptions options)
    {
        services.AddSingleton(options).AddSingleton(options.Time).AddSingleton<ModeSwitch>();
        services.AddSingleton<Issuer>().AddSingleton<AppRegistry>().AddSingleton<UserDirectory>();
        services.AddSingleton<TokenHistory>().AddSingleton<TokenBook>();
        services.AddSingleton<AuthorizationCodes>().AddSingleton<Consents>();
        services.AddSingleton<AuthorizationAnswer>().AddSingleton<Browsers>().AddSingleton<Authorize>();
        services.AddSingleton<Mailboxes>().AddSingleton<ChatRooms>().AddSingleton<IssueTracker>();
        services.AddSingleton<SandboxLedger>().AddSingleton<FaultBook>().AddSingleton<Hold>().AddSingleton<SandboxControls>();
        services.AddSingleton<RequestRecorder>().AddSingleton<Misbehave>().AddSingleton<Authenticator>();
    }

    private static void Configure(JsonSerializerOptions json)
    {
        json.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        json.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
    }
}
