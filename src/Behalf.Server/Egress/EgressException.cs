namespace Behalf.Egress;

/// <summary>A request got no answer that we can use. The text is safe to show: no address, no banner, nothing that the
/// peer said; therefore it has no inner exception either, whose text would.</summary>
internal sealed class EgressException : Exception
{
    private EgressException(EgressFailure failure, bool unsent, string sentence)
        : base(sentence)
    {
        Failure = failure;
        Unsent = unsent;
    }

    public EgressFailure Failure { get; }

    public EgressDenial? Denial { get; private init; }

    /// <summary>True if not one byte of the request can have reached the peer, so that sending it again is sending it
    /// for the first time. False means that nobody knows.</summary>
    public bool Unsent { get; }

    public static EgressException Denied(EgressDenial denial, bool unsent = true) =>
        new(EgressFailure.Denied, unsent, Sentence(denial)) { Denial = denial };

    public static EgressException Of(EgressFailure failure, bool unsent = false) =>
        new(failure, unsent, Sentence(failure));

    public EgressException AfterSending() => new(Failure, unsent: false, Message) { Denial = Denial };

    private static string Sentence(EgressDenial denial) => denial switch
    {
        EgressDenial.Url => "Only http and https URLs without a user name are called.",
        EgressDenial.Method => "This method is not sent.",
        EgressDenial.Header => "A header of the request is not one that may be sent, or its value is not.",
        EgressDenial.Host => "The host is not among those that this call may go to.",
        EgressDenial.Address =>
            "The host has no public address. If this server shall call it, the operator names its range in "
            + EgressOptions.Variable + ".",
        EgressDenial.Port => "The port belongs to another protocol than HTTP.",
        EgressDenial.Plaintext => "The host may be called by https only.",
        _ => throw new ArgumentOutOfRangeException(nameof(denial)),
    };

    private static string Sentence(EgressFailure failure) => failure switch
    {
        EgressFailure.NameNotResolved => "The host's name has no address.",
        EgressFailure.ConnectFailed => "No connection to the host could be opened.",
        EgressFailure.TlsFailed => "The host did not prove who it is: TLS failed.",
        EgressFailure.Timeout => "The host did not answer in time.",
        EgressFailure.ResponseEnded => "The host ended the connection before its answer was complete.",
        EgressFailure.InvalidResponse => "The host's answer is not valid HTTP.",
        EgressFailure.TooLarge => "The host's answer is larger than this server takes.",
        EgressFailure.TooManyRedirects => "The host redirected too often.",
        EgressFailure.NoRoom => "The host's answer is large, and this server had no memory left for it.",
        _ => throw new ArgumentOutOfRangeException(nameof(failure)),
    };
}
