namespace Behalf.Keys.Transit;

/// <summary><c>BEHALF_TRANSIT_*</c>: how this server shows itself to Vault or OpenBao, whose address stands in <c>BEHALF_KEYS</c>.
/// Secrets are named by their files, never given.</summary>
internal sealed record TransitAccess
{
    /// <summary>A token; read again for each call, so that an agent may replace it.</summary>
    public string? TokenFile { get; init; }

    /// <summary>AppRole, with <see cref="SecretIdFile"/>.</summary>
    public string? RoleId { get; init; }

    public string? SecretIdFile { get; init; }

    /// <summary>The role for this pod's service account.</summary>
    public string? KubernetesRole { get; init; }

    public string KubernetesTokenFile { get; init; } = "/var/run/secrets/kubernetes.io/serviceaccount/token";

    public string? Namespace { get; init; }

    /// <summary>PEM certificates; with them no other authority is believed.</summary>
    public string? CaFile { get; init; }

    public static TransitAccess From(IConfiguration configuration) => new()
    {
        TokenFile = configuration["TRANSIT_TOKEN_FILE"],
        RoleId = configuration["TRANSIT_ROLE_ID"],
        SecretIdFile = configuration["TRANSIT_SECRET_ID_FILE"],
        KubernetesRole = configuration["TRANSIT_KUBERNETES_ROLE"],
        Namespace = configuration["TRANSIT_NAMESPACE"],
        CaFile = configuration["TRANSIT_CA_FILE"],
    };

    /// <exception cref="FormatException">It is not one way to log in; the message names the settings.</exception>
    public TransitAccess Checked()
    {
        if ((RoleId is null) != (SecretIdFile is null))
        {
            throw new FormatException("BEHALF_TRANSIT_ROLE_ID and BEHALF_TRANSIT_SECRET_ID_FILE go together; one of them is missing.");
        }

        if (new[] { TokenFile, RoleId, KubernetesRole }.Count(way => way is not null) != 1)
        {
            throw new FormatException(
                "BEHALF_TRANSIT_TOKEN_FILE, BEHALF_TRANSIT_ROLE_ID or BEHALF_TRANSIT_KUBERNETES_ROLE must be set, and only one of them: BEHALF_KEYS names a transit key.");
        }

        if (CaFile is not null && !File.Exists(CaFile))
        {
            throw new FormatException($"BEHALF_TRANSIT_CA_FILE is {CaFile}, where there is no file.");
        }

        return this;
    }
}
