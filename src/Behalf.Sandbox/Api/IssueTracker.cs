using Behalf.Sandbox.Provider;

namespace Behalf.Sandbox.Api;

internal sealed record Issue
{
    public required int Number { get; init; }

    public required string Title { get; init; }

    public required string Body { get; init; }

    /// <summary><c>open</c> or <c>closed</c></summary>
    public required string State { get; init; }

    public required IReadOnlyList<string> Labels { get; init; }

    public required Author Author { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>What is null stays.</summary>
internal sealed record IssueChange(string? Title, string? Body, string? State, IReadOnlyList<string>? Labels);

/// <summary>A tracker that everyone shares.</summary>
internal sealed class IssueTracker
{
    private readonly List<Issue> _issues = [];
    private readonly TimeProvider _time;

    public IssueTracker(TimeProvider time)
    {
        _time = time;
        Reset();
    }

    public IReadOnlyList<Issue> All
    {
        get
        {
            lock (_issues)
            {
                return [.. _issues];
            }
        }
    }

    public Issue Open(Author author, string title, string body, IReadOnlyList<string> labels)
    {
        lock (_issues)
        {
            var now = _time.GetUtcNow();
            var issue = new Issue
            {
                Number = _issues.Count + 1,
                Title = title,
                Body = body,
                State = "open",
                Labels = labels,
                Author = author,
                CreatedAt = now,
                UpdatedAt = now,
            };
            _issues.Add(issue);
            return issue;
        }
    }

    public Issue? Find(int number)
    {
        lock (_issues)
        {
            return number >= 1 && number <= _issues.Count ? _issues[number - 1] : null;
        }
    }

    public Issue? Change(int number, IssueChange change)
    {
        lock (_issues)
        {
            if (Find(number) is not { } issue)
            {
                return null;
            }

            return _issues[number - 1] = issue with
            {
                Title = change.Title ?? issue.Title,
                Body = change.Body ?? issue.Body,
                State = change.State ?? issue.State,
                Labels = change.Labels ?? issue.Labels,
                UpdatedAt = _time.GetUtcNow(),
            };
        }
    }

    public void Reset()
    {
        lock (_issues)
        {
            _issues.Clear();
            Open(
                new Author("alice", "Alice Adams"), "Search is slow on long queries",
                "More than ten words take seconds.", ["performance"]);
            Open(
                new Author("bob", "Bob Brown"), "Dark mode for the settings page",
                "It is the only bright one left.", ["design", "good first issue"]);
        }
    }
}
