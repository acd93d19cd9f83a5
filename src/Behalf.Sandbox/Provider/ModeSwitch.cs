namespace Behalf.Sandbox.Provider;

/// <summary>Holds the modes in force.</summary>
internal sealed class ModeSwitch(SandboxOptions options)
{
    private volatile ProviderModes _current = options.Modes;

    public ProviderModes Current
    {
        get => _current;
        set => _current = value;
    }
}
