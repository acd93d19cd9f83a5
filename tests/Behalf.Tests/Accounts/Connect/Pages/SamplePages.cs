using System.Collections.Frozen;
using Behalf.Accounts.Connect.Pages;

namespace Behalf.Tests.Accounts.Connect.Pages;

/// <summary>One of each page, as a project might show it.</summary>
internal static class SamplePages
{
    public const string Submit = "/samples/submit";
    public const string Cancel = "/samples/cancel";

    public const string RequestId = "req_4wBq0T1kXhGm";

    /// <summary>Stands in a password field's view, and must stand on no page.</summary>
    public const string TypedSecret = "sk_live_typed_before";

    public static readonly BrandView Acme = new()
    {
        AppTitle = "Acme Assistant",
        LogoUrl = "/samples/acme.svg",
        AccentColor = "#4338ca",
    };

    public static readonly ConnectView Consent = new()
    {
        Brand = Acme,
        ToolkitName = "GitHub",
        UserLabel = "user_1349-alice",
        ProviderHost = "github.com",
        FormAction = Submit,
        CancelAction = Cancel,
        AntiForgeryToken = "token-of-this-page",
        Fields = [],
        Permissions =
        [
            new() { Title = "See your profile and repositories" },
            new() { Title = "Read issues and pull requests" },
            new() { Title = "Create issues and comment as you", Sensitive = true },
        ],
    };

    public static readonly ConnectView Key = Consent with
    {
        ToolkitName = "Zendesk",
        ProviderHost = "acme.zendesk.com",
        Permissions = [new() { Title = "Read tickets" }, new() { Title = "Answer customers as you", Sensitive = true }],
        Fields =
        [
            new()
            {
                Name = "subdomain", Label = "Your Zendesk address", Type = FieldKind.Url, Placeholder = "https://acme.zendesk.com",
                Help = "As it stands in the browser when you are signed in.",
            },
            new() { Name = "email", Label = "E-mail address", Type = FieldKind.Text },
            new()
            {
                Name = "api_token", Label = "API token", Type = FieldKind.Password, Pattern = "[A-Za-z0-9_]{8,}",
                Help = "In Zendesk: Admin Center, Apps and integrations, APIs.",
            },
            new()
            {
                Name = "region", Label = "Region", Type = FieldKind.Select, Required = false,
                Options = [new() { Value = "eu", Label = "Europe" }, new() { Value = "us", Label = "United States" }],
            },
        ],
    };

    public static readonly ConnectView KeyRefused = Key with
    {
        Error = "Zendesk did not accept this address and token.",
        Fields =
        [
            Key.Fields[0] with { Value = "http://acme", Error = "Enter an address that begins with https://." },
            Key.Fields[1] with { Value = "alice@acme.example" },
            Key.Fields[2] with { Value = TypedSecret, Error = "Enter the token again." },
            Key.Fields[3] with { Value = "eu" },
        ],
    };

    public static readonly FrozenDictionary<string, IResult> All = new Dictionary<string, IResult>
    {
        ["consent"] = PageResults.Connect(Consent),
        ["consent-plain"] = PageResults.Connect(Consent with
        {
            Brand = new() { AppTitle = "Acme Assistant", PoweredBy = false }, Permissions = [], AntiForgeryToken = null,
        }),
        ["consent-pale"] = PageResults.Connect(Consent with { Brand = Acme with { AccentColor = "#ffe14d", LogoUrl = null } }),
        ["consent-dark"] = PageResults.Connect(Consent with { Brand = Acme with { AccentColor = "#0b1020", LogoUrl = null } }),
        ["reconnect"] = PageResults.Connect(Consent with { Reconnect = true, AccountHint = "@alice-at-acme", InsecureNotice = true }),
        ["long"] = PageResults.Connect(Consent with
        {
            Brand = Acme with { AppTitle = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" },
            ToolkitName = "The Quite Exceptionally Long Named Toolkit of Everything",
            UserLabel = "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26",
            ProviderHost = "a-rather-long-subdomain.of-a-rather-long-tenant-name.login.provider.example",
        }),
        ["key"] = PageResults.Connect(Key),
        ["key-refused"] = PageResults.Connect(KeyRefused),
        ["handover"] = PageResults.Handover(new() { Brand = Acme, Target = new Uri("https://provider.example/authorize?a=1&b=2") }),
    }.Concat(Enum.GetValues<OutcomeKind>().Select(kind =>
        KeyValuePair.Create(Outcome.Of(kind).Reason, PageResults.Outcome(Ended(kind))))).ToFrozenDictionary();

    public static OutcomeView Ended(OutcomeKind kind) => new()
    {
        Kind = kind,
        Brand = kind is OutcomeKind.NotFound ? BrandView.Neutral : Acme,
        ToolkitName = kind is OutcomeKind.NotFound ? null : "GitHub",
        AccountHint = kind is OutcomeKind.Connected or OutcomeKind.SubjectChanged ? "@alice-at-acme" : null,
        ReturnUrl = kind is OutcomeKind.NotFound ? null : "https://app.acme.example/settings?status=" + kind,
        RetryUrl = kind is OutcomeKind.ProviderError or OutcomeKind.ServerError ? "/connect/again" : null,
        RequestId = RequestId,
    };
}
