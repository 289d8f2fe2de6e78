using Kruise.Sim.Scenarios;

namespace Kruise.Sim.Import;

/// <summary>What an image runs on: <c>linux/amd64</c>, <c>linux/arm/v7</c>.</summary>
internal sealed record ImagePlatform(string Os, string Architecture, string? Variant)
{
    public const string Allowed = "OS/ARCHITECTURE[/VARIANT], such as linux/amd64 or linux/arm/v7";

    public static readonly ImagePlatform Default = new("linux", "amd64", null);

    /// <summary>Reads a platform; null when the text is none.</summary>
    public static ImagePlatform? Parse(string text)
    {
        string[] parts = text.Split('/');
        return parts.Length is 2 or 3 && Array.TrueForAll(parts, IsWord) ? new ImagePlatform(parts[0], parts[1], parts.Length == 3 ? parts[2] : null) : null;
    }

    /// <summary>Whether an image for this platform is what was asked for; who names no variant takes any.</summary>
    public bool Answers(ImagePlatform asked) => Os == asked.Os && Architecture == asked.Architecture && (asked.Variant is null || asked.Version == Version);

    // What an absent variant means, as containerd's package platforms has it.
    private string? Version => Variant ?? Architecture switch { "arm64" => "v8", "arm" => "v7", "amd64" => "v1", _ => null };

    public override string ToString() => Quote.Bare(Variant is null ? $"{Os}/{Architecture}" : $"{Os}/{Architecture}/{Variant}");

    private static bool IsWord(string text) => text.Length > 0 && text.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '_' or '-' or '.');
}
