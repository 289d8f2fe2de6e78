using Kruise.Core.ImagePull;
using Kruise.Core.ImagePull.Credentials;
using Kruise.Core.ImagePull.Puller;
using Kruise.Live.Daemon.Credentials;
using Kruise.Live.Daemon.Cri;

namespace Kruise.Live.Daemon.Pulling;

/// <summary>Pulls through a CRI runtime: with each credential given for the image, then once without.</summary>
/// <remarks>
/// A runtime that is not there, or goes away, says nothing of the image: the attempt waits for it as long as its time limit allows, looks whether the image has
/// come meanwhile, and asks again. So a restart of the runtime costs no attempt, whatever the back-off limit; what it had fetched it still has. That ends
/// after some losses, so that an image that brings the runtime down fails, and before the time limit, so that the failure can name the runtime.
/// </remarks>
internal sealed class CriImagePuller(CriClient cri, TimeProvider time, ILogger<CriImagePuller> logger) : IContainerRuntime
{
    private const int MaxLosses = 3;

    // Core ends the attempt at its time limit; this is for the case that it does not.
    private static readonly TimeSpan LimitSlack = TimeSpan.FromSeconds(5);

    private readonly RuntimeWait _wait = new(cri, time);
    private readonly PullLeases _leases = new(cri, time);

    public async Task<PullOutcome> PullAsync(PullRequest request, CancellationToken cancellationToken)
    {
        if (!ImageReference.TryParse(request.Reference, out ImageReference? image, out string problem))
        {
            return PullOutcome.Failed(problem);
        }

        long begin = time.GetTimestamp();
        for (int losses = 0; ;)
        {
            TimeSpan left = request.Timeout - time.GetElapsedTime(begin);
            try
            {
                return await AttemptAsync(image, request, left + LimitSlack, cancellationToken);
            }
            catch (CriException e) when (e.IsRuntimeLost)
            {
                if (++losses > MaxLosses)
                {
                    return PullOutcome.Failed($"{e.Message} ({losses} times during this attempt)");
                }

                logger.LogWarning("Waiting for the container runtime, to go on with {Reference}: {Problem}", request.Reference, e.Message);
                if (!await _wait.UntilAnswersAsync(request.Timeout - time.GetElapsedTime(begin), cancellationToken))
                {
                    return PullOutcome.Failed(e.Message);
                }
            }
            catch (CriException e)
            {
                return PullOutcome.Failed(e.Message);
            }
        }
    }

    private async Task<PullOutcome> AttemptAsync(ImageReference image, PullRequest request, TimeSpan limit, CancellationToken cancellationToken)
    {
        if (await ImagesOnNode.FindAsync(cri, image, cancellationToken) is { } present)
        {
            await _leases.ReleaseAsync(image, cancellationToken); // of an attempt that was cut off in its last moment
            return PullOutcome.AlreadyPresent(present);
        }

        Keyring keyring = Keyring.Read(request.Secrets);
        var redactor = new SecretRedactor(keyring.All);
        IReadOnlyList<RegistryCredential> credentials = keyring.For(image);
        string? lease = await _leases.TakeAsync(image, limit, cancellationToken);
        PullError? worst = null;
        for (int i = 0; i <= credentials.Count; i++)
        {
            try
            {
                AuthConfig? auth = i < credentials.Count ? AuthOf(credentials[i]) : null;
                string given = await cri.PullImageAsync(image.ToString(), auth, lease, limit, cancellationToken);
                await _leases.ReleaseAsync(image, cancellationToken);
                return PullOutcome.Pulled(await IdAsync(image, given, cancellationToken));
            }
            catch (CriException e) when (e.Failure == CriFailure.Refused)
            {
                var error = PullError.From(e.Detail, redactor);
                worst = worst is null || error.Kind > worst.Kind ? error : worst;
                if (error.Kind == PullErrorKind.Node)
                {
                    break;
                }
            }
        }

        if (worst!.Kind != PullErrorKind.Registry)
        {
            await _leases.ReleaseAsync(image, cancellationToken);
        }

        return PullOutcome.Failed(worst.Text + Circumstances(request, keyring, credentials));
    }

    private async Task<string> IdAsync(ImageReference image, string given, CancellationToken cancellationToken)
    {
        try
        {
            return (await cri.ImageStatusAsync(image.ToString(), cancellationToken))?.Id is { Length: > 0 } id ? id : given;
        }
        catch (CriException)
        {
            return given; // the image is there: that its id could not be asked for must not undo this
        }
    }

    // The server's address stays empty, as the kubelet leaves it.
    private static AuthConfig AuthOf(RegistryCredential credential) => credential.IdentityToken.Length > 0
        ? new AuthConfig { IdentityToken = credential.IdentityToken }
        : credential.RegistryToken.Length > 0
            ? new AuthConfig { RegistryToken = credential.RegistryToken }
            : new AuthConfig { Username = credential.Username, Password = credential.Password };

    // What a person needs to know about the secrets to understand a refusal; names only.
    private static string Circumstances(PullRequest request, Keyring keyring, IReadOnlyList<RegistryCredential> credentials)
    {
        var notes = new List<string>();
        if (credentials.Count > 0)
        {
            notes.Add($"tried with {string.Join(", ", credentials.Select(c => "secret " + c.Source).Distinct(StringComparer.Ordinal))}, and anonymously");
        }
        else if (keyring.All.Count > 0)
        {
            notes.Add("no pull secret holds a credential for this repository");
        }

        notes.AddRange(request.MissingSecrets.Select(name => $"pull secret {name} is not there or is none for registries"));
        notes.AddRange(keyring.Problems);
        return notes.Count > 0 ? $" ({string.Join("; ", notes)})" : "";
    }
}
