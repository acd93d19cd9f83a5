using Behalf.Sandbox.Provider;

namespace Behalf.Sandbox.Api;

internal sealed record NewMail(string? To, string? Subject, string? Body);

/// <summary><c>/api/mail</c></summary>
internal static class Mail
{
    public static Listing<MailMessage> List(
        ApiCaller caller, Mailboxes mailboxes, string? folder, string? query, int? limit, string? cursor)
    {
        if (folder is not (null or "inbox" or "sent"))
        {
            throw new Refused(400, "invalid_request", "folder is inbox or sent.");
        }

        var found = mailboxes.Of(caller.Id, folder ?? "inbox").Where(message => Matches(message.Item, query));
        return Listing.Of(found, limit, cursor);
    }

    public static MailMessage Get(ApiCaller caller, Mailboxes mailboxes, string id) =>
        mailboxes.Find(caller.Id, id)
        ?? throw new Refused(404, "not_found", "There is no such message in your mailbox.");

    public static IResult Send(ApiCaller caller, Mailboxes mailboxes, UserDirectory users, NewMail mail)
    {
        if (mail is not { To.Length: > 0, Subject.Length: > 0 })
        {
            throw new Refused(400, "invalid_request", "to and subject are needed.");
        }

        if (users.FindByAddress(mail.To) is not { } recipient)
        {
            throw new Refused(400, "unknown_recipient", "Nobody here has that address.");
        }

        var sent = mailboxes.Send(caller.Id, caller.Email ?? caller.Name, recipient, mail.Subject, mail.Body ?? "");
        return Results.Json(sent, statusCode: StatusCodes.Status201Created);
    }

    private static bool Matches(MailMessage message, string? query) =>
        string.IsNullOrEmpty(query)
        || new[] { message.Subject, message.Body, message.From, message.To }
            .Any(text => text.Contains(query, StringComparison.OrdinalIgnoreCase));
}
