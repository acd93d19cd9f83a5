using Behalf.Sandbox.Provider;

namespace Behalf.Sandbox.Api;

internal sealed record NewChatMessage(string? Channel, string? Text);

/// <summary><c>/api/chat</c></summary>
internal static class Chat
{
    public static Listing<Channel> ListChannels(ChatRooms rooms) => new(rooms.Channels, null);

    public static Listing<ChatMessage> List(ChatRooms rooms, string? channel, int? limit, string? cursor) =>
        Listing.Of(rooms.In(Known(rooms, channel)), limit, cursor);

    public static IResult Post(ApiCaller caller, ChatRooms rooms, NewChatMessage message)
    {
        var channel = Known(rooms, message.Channel);
        if (string.IsNullOrEmpty(message.Text))
        {
            throw new Refused(400, "invalid_request", "text is needed.");
        }

        var posted = rooms.Post(channel, Author.Of(caller), message.Text);
        return Results.Json(posted, statusCode: StatusCodes.Status201Created);
    }

    private static string Known(ChatRooms rooms, string? channel) =>
        rooms.Channels.Any(known => known.Id == channel)
            ? channel!
            : throw new Refused(404, "channel_not_found", "There is no such channel.");
}
