using System.Runtime.CompilerServices;
using Behalf.Catalog;
using Behalf.Egress;

namespace Behalf.Broker.Calls;

/// <summary>The hosts that a toolkit's credential may be sent to: its servers' and those it names besides, with this
/// connection's variables filled in.</summary>
internal static class ToolHosts
{
    // Without variables it is the same for every call; with them there are as many as customers, so it is not kept.
    private static readonly ConditionalWeakTable<Toolkit, AllowedHosts> Known = [];

    /// <exception cref="Problem">A variable of the connection is missing or not of its form, so there is no telling where the
    /// credential would go.</exception>
    public static AllowedHosts Of(Toolkit toolkit, IReadOnlyDictionary<string, string> variables) => toolkit.Variables.Count == 0
        ? Known.GetValue(toolkit, static toolkit => Make(toolkit, Toolkit.EmptyText))
        : Make(toolkit, variables);

    private static AllowedHosts Make(Toolkit toolkit, IReadOnlyDictionary<string, string> variables)
    {
        try
        {
            return AllowedHosts.Of(toolkit.Hosts(variables));
        }
        catch (CatalogException e)
        {
            throw new Problem(Refusal.EgressDenied, e.Message, "Connect the account again.");
        }
    }
}
