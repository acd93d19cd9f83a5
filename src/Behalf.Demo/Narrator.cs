namespace Behalf.Demo;

/// <summary>Says each step in plain words, and counts what was checked.</summary>
internal sealed class Narrator(TextWriter output)
{
    private int _steps;

    public int Passed { get; private set; }

    public int Failed { get; private set; }

    public void Step(string text) => output.WriteLine($"\n{++_steps}. {text}");

    public void Say(string text) => output.WriteLine($"   {text}");

    public void Check(bool holds, string text)
    {
        if (holds)
        {
            Passed++;
        }
        else
        {
            Failed++;
        }

        output.WriteLine($"   {(holds ? "✓" : "✗ FAILED:")} {text}");
    }

    public void Close() => output.WriteLine($"\ndemo: {Passed} checks passed, {Failed} failed");
}
