using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;

namespace Behalf.Accounts.Connect.Pages;

/// <summary>What the pages load: one style sheet, one icon, and a few lines with the project's colour, because a policy
/// without inline style leaves no other place for it.</summary>
internal static class ConnectAssets
{
    private const string Folder = "/connect/assets/";
    private const string BrandPrefix = "brand-";
    private const string BrandSuffix = ".css";

    private static readonly Asset Style = Asset.Embedded("style", ".css", "text/css; charset=utf-8");
    private static readonly Asset Icon = Asset.Embedded("icon", ".svg", "image/svg+xml");

    private static readonly FrozenDictionary<string, Asset> ByFile =
        new[] { Style, Icon }.ToFrozenDictionary(asset => asset.File, StringComparer.Ordinal);

    public static string StyleUrl => Folder + Style.File;

    public static string IconUrl => Folder + Icon.File;

    public static string BrandUrl(Accent accent) => $"{Folder}{BrandPrefix}{accent.Digits}{BrandSuffix}";

    extension(IEndpointRouteBuilder routes)
    {
        internal void MapConnectAssets() =>
            routes.MapMethods(Folder + "{file}", [HttpMethods.Get, HttpMethods.Head], Serve);
    }

    private static IResult Serve(string file, HttpResponse response)
    {
        var headers = response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";

        // An SVG opened by itself is a document: it gets no rights either.
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";

        if (ByFile.TryGetValue(file, out var asset))
        {
            headers.CacheControl = "public, max-age=31536000, immutable";
            return Results.Bytes(asset.Content, asset.ContentType);
        }

        if (IsBrand(file, out var accent))
        {
            // Its name holds no hash of what a newer version would write into it.
            headers.CacheControl = "public, max-age=3600";
            return Results.Text(BrandStyle(accent), Style.ContentType);
        }

        headers.CacheControl = "no-store";
        return Stale(file) is { } current ? Results.Bytes(current.Content, current.ContentType) : Results.NotFound();
    }

    // While nodes are upgraded one by one, a page of the other version asks for a hash this node does not know:
    // the closest thing, not to be kept, beats a page without style.
    private static Asset? Stale(string file) =>
        ByFile.Values.FirstOrDefault(asset => file.StartsWith(asset.Name + "-", StringComparison.Ordinal)
            && file.EndsWith(asset.Extension, StringComparison.Ordinal));

    private static bool IsBrand(string file, out Accent accent)
    {
        accent = default;
        return file.StartsWith(BrandPrefix, StringComparison.Ordinal) && file.EndsWith(BrandSuffix, StringComparison.Ordinal)
            && Accent.TryParse(file[BrandPrefix.Length..^BrandSuffix.Length], out accent);
    }

    private static string BrandStyle(Accent accent) =>
        $$"""
        :root {
        {{Variables(accent, Surface.Light)}}
        }

        @media screen and (prefers-color-scheme: dark) {
          :root {
        {{Variables(accent, Surface.Dark)}}
          }
        }
        """;

    private static string Variables(Accent accent, Accent surface)
    {
        var fill = accent.FillOn(surface);
        return $"--accent: #{fill.Digits}; --on-accent: #{fill.Text.Digits}; --accent-line: #{fill.LineOn(surface).Digits};";
    }

    /// <summary>The card's background in <c>style.css</c>; a test compares them.</summary>
    internal static class Surface
    {
        public static readonly Accent Light = new(0xFF, 0xFF, 0xFF);
        public static readonly Accent Dark = new(0x1A, 0x1D, 0x23);
    }

    private sealed record Asset(string Name, string Extension, string ContentType, byte[] Content)
    {
        /// <summary>Named after its content, so that it can be kept for ever.</summary>
        public string File { get; } = $"{Name}-{Convert.ToHexStringLower(SHA256.HashData(Content))[..16]}{Extension}";

        public static Asset Embedded(string name, string extension, string contentType)
        {
            using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"connect/{name}{extension}")!;
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            return new Asset(name, extension, contentType, content);
        }
    }
}
