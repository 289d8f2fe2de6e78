using System.Text.Json;
using Kruise.Core.ImagePull;
using Kruise.Core.ImagePull.Credentials;
using Kruise.Sim.Import;
using Kruise.Sim.Scenarios;

namespace Kruise.Sim.Cli;

/// <summary>What <c>kruise-sim import</c> was told.</summary>
internal sealed record ImportArguments(IReadOnlyList<string> Images, string? Platform, IReadOnlyList<string> PlainHttp, string? AuthFile);

/// <summary>Reads images' manifests from their registries and prints them as a scenario has them: all of them, or none.</summary>
internal sealed class ImportCommand(TextWriter output, TextWriter errors)
{
    public async Task<int> RunAsync(ImportArguments arguments, CancellationToken cancellation)
    {
        ImagePlatform? platform = null;
        if (arguments.Platform is { } text && (platform = ImagePlatform.Parse(text)) is null)
        {
            errors.WriteLine($"--platform: {Quote.Text(text)} is none; allowed: {ImagePlatform.Allowed}");
            return ExitCode.BadInput;
        }

        var references = new List<ImageReference>();
        foreach (string image in arguments.Images)
        {
            if (!ImageReference.TryParse(image, out ImageReference? reference, out string problem))
            {
                errors.WriteLine($"IMAGE: {Quote.Text(image)} is not an image reference: {problem}");
                return ExitCode.BadInput;
            }

            references.Add(reference);
        }

        if (!AreOnPlainHttp(arguments.PlainHttp, references))
        {
            return ExitCode.BadInput;
        }

        if (Credentials(arguments.AuthFile) is not { } credentials)
        {
            return ExitCode.BadInput;
        }

        var images = new List<ImportedImage>();
        foreach (ImageReference reference in references)
        {
            try
            {
                images.Add(await ImageImporter.ReadAsync(reference, platform, arguments.PlainHttp.Contains(reference.Domain, StringComparer.Ordinal), credentials, cancellation));
            }
            catch (ImportException e)
            {
                errors.WriteLine($"{reference.FamiliarReference}: {e.Message}");
                return ExitCode.BadInput;
            }
            catch (OperationCanceledException)
            {
                errors.WriteLine("interrupted");
                return ExitCode.Interrupted;
            }
        }

        output.Write(ImportText.Of(images));
        return ExitCode.Fine;
    }

    // Only where it was said: whoever stands between could ask another registry's image for its password.
    private bool AreOnPlainHttp(IReadOnlyList<string> hosts, List<ImageReference> references)
    {
        string[] registries = [.. references.Select(reference => reference.Domain).Where(domain => domain != ImageReference.DefaultDomain).Distinct(StringComparer.Ordinal)];
        string allowed = registries.Length > 0 ? string.Join(", ", registries) : "none: docker.io speaks HTTPS";
        string? wrong = hosts.FirstOrDefault(host => !registries.Contains(host, StringComparer.Ordinal));
        if (wrong is not null)
        {
            errors.WriteLine($"--plain-http: {new Finding($"{Quote.Text(wrong)} is no registry of the images", allowed, Nearest.Of(wrong, registries))}");
        }

        return wrong is null;
    }

    // Docker's own file need not be there, nor be right: public images need none. One that was named must be.
    private IReadOnlyList<RegistryCredential>? Credentials(string? named)
    {
        string folder = Environment.GetEnvironmentVariable("DOCKER_CONFIG") is { Length: > 0 } given
            ? given
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".docker");
        string file = named ?? Path.Combine(folder, "config.json");
        try
        {
            byte[] json = File.ReadAllBytes(file);
            WarnOfHelpers(file, json);
            return HasEntries(json) ? DockerConfig.ReadConfigJson(json, file) : [];
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException && named is null)
        {
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Without($"{file}: cannot be read: {e.Message}");
        }
        catch (FormatException e)
        {
            return Without($"{file}: {e.Message}; allowed: Docker's configuration with \"auths\"");
        }

        IReadOnlyList<RegistryCredential>? Without(string problem)
        {
            errors.WriteLine(named is null ? problem + "; it goes on without credentials" : problem);
            return named is null ? [] : null;
        }
    }

    private static bool HasEntries(byte[] json) => Property(json, "auths") is not null;

    // They are programs that know passwords; they are not started.
    private void WarnOfHelpers(string file, byte[] json)
    {
        if (Property(json, "credsStore") is not null || Property(json, "credHelpers") is not null)
        {
            errors.WriteLine($"{file}: credential helpers are not asked; only what stands under \"auths\" is used");
        }
    }

    private static string? Property(byte[] json, string name)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null
                ? value.ValueKind.ToString()
                : null;
        }
        catch (JsonException)
        {
            // Whoever reads the entries says so.
            return name == "auths" ? "" : null;
        }
    }
}
