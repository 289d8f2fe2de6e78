using Kruise.Sim.Reports;
using Spectre.Console;

namespace Kruise.Sim.Cli;

/// <summary>Where the command writes for people.</summary>
internal static class Screen
{
    /// <summary>Whether somebody watches standard error as it is written.</summary>
    public static bool IsInteractive(TextWriter errors) => !Console.IsErrorRedirected && ReferenceEquals(errors, Console.Error);

    /// <summary>A console that writes to <paramref name="writer"/>.</summary>
    public static IAnsiConsole For(TextWriter writer, bool redirected)
    {
        // Spectre takes the logs of some CI systems for terminals: what is redirected gets plain text from us, wherever it goes.
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = redirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
        });
        // Nothing that is redirected is broken at a width that nobody has: logs are searched line by line.
        if (redirected) console.Profile.Width = Unbroken.Width;

        return console;
    }
}
