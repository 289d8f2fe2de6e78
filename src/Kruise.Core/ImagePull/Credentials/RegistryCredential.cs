namespace Kruise.Core.ImagePull.Credentials;

/// <summary>What to show a registry. Its text form says only where it comes from.</summary>
/// <param name="Source">Where it was read from: a secret's <c>namespace/name</c>, or a file.</param>
/// <param name="Scope">For what it was given.</param>
/// <param name="Username">Empty when a token stands for everything.</param>
/// <param name="Password">Empty when a token stands for it.</param>
/// <param name="IdentityToken">A refresh token of the registry's token service; empty for none.</param>
/// <param name="RegistryToken">A bearer token; empty for none.</param>
public sealed record RegistryCredential(
    string Source, CredentialScope Scope, string Username, string Password, string IdentityToken, string RegistryToken)
{
    /// <summary>
    /// Those that were given for an image, in the order to try them: those of the longest path first, of equal ones those whose host is spelled out first, then
    /// as they came. Equal ones are tried once.
    /// </summary>
    public static IReadOnlyList<RegistryCredential> For(ImageReference image, IEnumerable<RegistryCredential> credentials)
    {
        var matching = new List<RegistryCredential>();
        foreach (RegistryCredential credential in credentials
            .Where(c => c.Scope.Covers(image))
            .OrderByDescending(c => c.Scope.Path.Length)
            .ThenBy(c => c.Scope.HasWildcard))
        {
            if (!matching.Exists(credential.IsSameAs))
            {
                matching.Add(credential);
            }
        }

        return matching;
    }

    /// <summary>Whether both would show a registry the same.</summary>
    public bool IsSameAs(RegistryCredential other) =>
        Username == other.Username && Password == other.Password && IdentityToken == other.IdentityToken && RegistryToken == other.RegistryToken;

    /// <summary>Where it comes from; nothing that would be shown to a registry.</summary>
    public override string ToString() => $"credential for {Scope} of {Source}";
}
