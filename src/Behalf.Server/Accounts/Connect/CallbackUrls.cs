using Behalf.Projects;
using Behalf.Wire;

namespace Behalf.Accounts.Connect;

/// <summary>Where a finished flow may send the browser.</summary>
internal static class CallbackUrls
{
    /// <summary>A list that is not empty binds everybody; with an empty one a project key may name any safe URL, a user key none.</summary>
    public static string? Check(string? asked, ProjectSettings settings, KeyKinds kind)
    {
        if (string.IsNullOrEmpty(asked))
        {
            return null;
        }

        if (!WebUrl.IsSafe(asked))
        {
            throw new Problem(Refusal.InvalidRequest, "callback_url must be an https URL (http on loopback).");
        }

        var allowed = settings.CallbackUrls.Count > 0
            ? settings.CallbackUrls.Any(known => IsSamePage(known, asked))
            : kind == KeyKinds.Project;
        return allowed
            ? asked
            : throw new Problem(
                Refusal.InvalidRequest, "callback_url is not one that the project lists.", "Add it to the project's callback_urls first.");
    }

    /// <summary>The same page up to the query: applications put their own parameters there.</summary>
    private static bool IsSamePage(string known, string asked)
    {
        var (a, b) = (new Uri(known), new Uri(asked));
        return a.GetLeftPart(UriPartial.Path) == b.GetLeftPart(UriPartial.Path) && (a.Query.Length == 0 || a.Query == b.Query);
    }
}
