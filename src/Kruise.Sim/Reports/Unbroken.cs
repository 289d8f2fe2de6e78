using Spectre.Console;

namespace Kruise.Sim.Reports;

/// <summary>Lines that are written as they are, however narrow the terminal: what is to be pasted would not survive being broken.</summary>
internal static class Unbroken
{
    /// <summary>Columns that no line has.</summary>
    public const int Width = 100_000;

    public static void WriteLines(IAnsiConsole console, string text)
    {
        int width = console.Profile.Width;
        console.Profile.Width = Width;
        console.MarkupLine(Markup.Escape(text));
        console.Profile.Width = width;
    }
}
