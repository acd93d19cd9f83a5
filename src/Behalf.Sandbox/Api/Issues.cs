using Behalf.Sandbox.Provider;

namespace Behalf.Sandbox.Api;

internal sealed record NewIssue(string? Title, string? Body, IReadOnlyList<string>? Labels);

/// <summary><c>/api/issues</c></summary>
internal static class Issues
{
    public static Listing<Issue> List(IssueTracker tracker, string? state, int? limit, string? cursor)
    {
        if (state is not (null or "open" or "closed" or "all"))
        {
            throw new Refused(400, "invalid_request", "state is open, closed or all.");
        }

        return Listing.Of(
            tracker.All.Where(issue => state == "all" || issue.State == (state ?? "open"))
                .Select(issue => new Numbered<Issue>(issue.Number, issue)),
            limit, cursor);
    }

    public static IResult Open(ApiCaller caller, IssueTracker tracker, NewIssue issue) =>
        string.IsNullOrWhiteSpace(issue.Title)
            ? throw new Refused(400, "invalid_request", "title is needed.")
            : Results.Json(
                tracker.Open(Author.Of(caller), issue.Title, issue.Body ?? "", issue.Labels ?? []),
                statusCode: StatusCodes.Status201Created);

    public static Issue Get(IssueTracker tracker, int number) => tracker.Find(number) ?? throw NoSuchIssue();

    public static Issue Change(IssueTracker tracker, int number, IssueChange change)
    {
        if (change.State is not (null or "open" or "closed"))
        {
            throw new Refused(400, "invalid_request", "state is open or closed.");
        }

        return tracker.Change(number, change) ?? throw NoSuchIssue();
    }

    private static Refused NoSuchIssue() => new(404, "not_found", "There is no such issue.");
}
