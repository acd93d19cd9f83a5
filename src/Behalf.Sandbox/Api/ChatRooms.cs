using Behalf.Sandbox.Provider;

namespace Behalf.Sandbox.Api;

internal sealed record Channel(string Id, string Name, string Topic);

internal sealed record Author(string Id, string Name)
{
    public static Author Of(ApiCaller caller) => new(caller.Id, caller.Name);
}

internal sealed record ChatMessage(string Id, string Channel, Author Author, string Text, DateTimeOffset SentAt);

/// <summary>Channels that everyone shares.</summary>
internal sealed class ChatRooms
{
    private readonly List<ChatMessage> _messages = [];
    private readonly TimeProvider _time;

    public ChatRooms(TimeProvider time)
    {
        _time = time;
        Reset();
    }

    public IReadOnlyList<Channel> Channels { get; } =
    [
        new("general", "General", "What concerns everyone"),
        new("random", "Random", "What concerns nobody"),
    ];

    public IReadOnlyList<Numbered<ChatMessage>> In(string channel)
    {
        lock (_messages)
        {
            return
            [
                .. _messages.Select((message, index) => new Numbered<ChatMessage>(index + 1, message))
                    .Where(message => message.Item.Channel == channel),
            ];
        }
    }

    public ChatMessage Post(string channel, Author author, string text)
    {
        lock (_messages)
        {
            var message = new ChatMessage(Opaque.Name("chat"), channel, author, text, _time.GetUtcNow());
            _messages.Add(message);
            return message;
        }
    }

    public void Reset()
    {
        lock (_messages)
        {
            _messages.Clear();
            Post("general", new Author("carol", "Carol Chen"), "The release went out this morning.");
            Post("random", new Author("bob", "Bob Brown"), "There is cake in the kitchen.");
        }
    }
}
