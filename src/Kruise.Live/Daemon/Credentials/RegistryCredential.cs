namespace Kruise.Live.Daemon.Credentials;

/// <summary>What to show a registry. Its text form says only where it comes from.</summary>
/// <param name="SecretName">The secret it was read from: <c>namespace/name</c>.</param>
/// <param name="Scope">For what it was given.</param>
/// <param name="Username">Empty when a token stands for everything.</param>
/// <param name="Password">Empty when a token stands for it.</param>
/// <param name="IdentityToken">A refresh token of the registry's token service; empty for none.</param>
/// <param name="RegistryToken">A bearer token; empty for none.</param>
internal sealed record RegistryCredential(
    string SecretName, CredentialScope Scope, string Username, string Password, string IdentityToken, string RegistryToken)
{
    /// <summary>Whether both would show a registry the same.</summary>
    public bool IsSameAs(RegistryCredential other) =>
        Username == other.Username && Password == other.Password && IdentityToken == other.IdentityToken && RegistryToken == other.RegistryToken;

    public override string ToString() => $"credential for {Scope} of secret {SecretName}";
}
