using Behalf.Sandbox.Provider;

namespace Behalf.Sandbox.Api;

internal sealed record MailMessage(
    string Id, string Folder, string From, string To, string Subject, string Body, DateTimeOffset SentAt);

/// <summary>Everyone's inbox and sent folder.</summary>
internal sealed class Mailboxes
{
    private readonly List<(string Owner, MailMessage Message)> _messages = [];
    private readonly UserDirectory _users;
    private readonly TimeProvider _time;

    public Mailboxes(UserDirectory users, TimeProvider time)
    {
        (_users, _time) = (users, time);
        Reset();
    }

    public IReadOnlyList<Numbered<MailMessage>> Of(string owner, string folder)
    {
        lock (_messages)
        {
            return
            [
                .. _messages.Select((stored, index) => (stored.Owner, stored.Message, Number: index + 1))
                    .Where(stored => stored.Owner == owner && stored.Message.Folder == folder)
                    .Select(stored => new Numbered<MailMessage>(stored.Number, stored.Message)),
            ];
        }
    }

    public MailMessage? Find(string owner, string id)
    {
        lock (_messages)
        {
            return _messages.Find(stored => stored.Owner == owner && stored.Message.Id == id).Message;
        }
    }

    /// <summary>One copy for the sender, one for whom it is to.</summary>
    public MailMessage Send(string senderId, string senderAddress, User recipient, string subject, string body)
    {
        lock (_messages)
        {
            Put(recipient.Id, "inbox", senderAddress, recipient.Email, subject, body);
            return Put(senderId, "sent", senderAddress, recipient.Email, subject, body);
        }
    }

    public void Reset()
    {
        lock (_messages)
        {
            _messages.Clear();
            var (alice, bob) = (_users.Find("alice")!, _users.Find("bob")!);
            foreach (var user in _users.All)
            {
                Put(
                    user.Id, "inbox", "hello@sandbox.example", user.Email,
                    $"Welcome, {user.Name}", "This mailbox is yours alone.");
            }

            Send(bob.Id, bob.Email, alice, "Lunch on Thursday?", "The place by the river has a table at noon.");
            Send(
                alice.Id, alice.Email, bob, "Quarterly figures",
                "The draft is in the shared folder. Comments by Friday, please.");
        }
    }

    private MailMessage Put(string owner, string folder, string from, string to, string subject, string body)
    {
        var message = new MailMessage(Opaque.Name("msg"), folder, from, to, subject, body, _time.GetUtcNow());
        _messages.Add((owner, message));
        return message;
    }
}
