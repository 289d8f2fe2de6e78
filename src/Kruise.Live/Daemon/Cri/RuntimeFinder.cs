using Kruise.Live.Cli;

namespace Kruise.Live.Daemon.Cri;

/// <summary>A runtime that answered.</summary>
/// <param name="Client">Calls to it; the caller's to dispose.</param>
/// <param name="Version">What it said of itself.</param>
/// <param name="Skipped">Sockets tried before that are there but did not answer, with the reason.</param>
internal sealed record FoundRuntime(CriClient Client, VersionResponse Version, IReadOnlyList<string> Skipped);

/// <summary>Finds the node's container runtime. Only a socket that answers CRI v1's <c>Version</c> counts: a file is not a runtime.</summary>
internal sealed class RuntimeFinder(TimeProvider time)
{
    /// <summary>How long a socket may take to answer. A runtime answers in milliseconds; a busy node may need longer.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <param name="endpoint">The socket when a person named one; null to look for it.</param>
    /// <param name="root">Where to look; null for the default.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="UserErrorException">There is none.</exception>
    public async Task<FoundRuntime> FindAsync(string? endpoint, string? root, CancellationToken cancellationToken)
    {
        if (endpoint is not null)
        {
            string path = RuntimeSockets.PathOf(endpoint);
            (FoundRuntime? named, string why) = await TryAsync(path, [], cancellationToken);
            return named ?? throw new UserErrorException(ExitCode.NoRuntime, $"no container runtime at unix://{path}: {why}");
        }

        root ??= RuntimeSockets.DefaultRoot();
        var absent = new List<string>();
        var dead = new List<string>();
        foreach (string candidate in RuntimeSockets.Candidates)
        {
            string path = Path.Combine(root, candidate);
            if (!File.Exists(path))
            {
                absent.Add(candidate);
                continue;
            }

            (FoundRuntime? found, string why) = await TryAsync(path, dead, cancellationToken);
            if (found is not null)
            {
                return found;
            }

            dead.Add($"{candidate}: {why}");
        }

        throw new UserErrorException(ExitCode.NoRuntime, Complaint(root, absent, dead));
    }

    private async Task<(FoundRuntime? Found, string Why)> TryAsync(string path, List<string> skipped, CancellationToken cancellationToken)
    {
        if (Directory.Exists(path))
        {
            return (null, "is a directory, not a socket");
        }

        CriClient? client = null;
        try
        {
            client = new CriClient(path, time);
            VersionResponse version = await client.VersionAsync(AnswerTimeout, cancellationToken);
            var found = new FoundRuntime(client, version, skipped);
            client = null;
            return (found, "");
        }
        catch (CriException e)
        {
            return (null, e.Failure switch
            {
                CriFailure.Refused => $"does not answer as CRI v1 ({e.Detail})",
                CriFailure.WentAway => $"is something else's, or a runtime that is still starting ({e.Detail})",
                _ => e.Detail,
            });
        }
        finally
        {
            client?.Dispose();
        }
    }

    private static string Complaint(string root, List<string> absent, List<string> dead)
    {
        string what = dead.Count == 0
            ? $"no container runtime's socket below {root}"
            : $"no socket below {root} answers as a CRI v1 container runtime: {string.Join("; ", dead)}";
        string tried = absent.Count == 0 ? "" : $" (not there: {string.Join(", ", absent)})";
        return $"{what}{tried}; name the socket with --runtime-endpoint unix:///path";
    }
}
