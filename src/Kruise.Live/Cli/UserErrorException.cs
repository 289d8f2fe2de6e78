namespace Kruise.Live.Cli;

/// <summary>Something that the person who started the command can mend: ends it with one line and an exit code, without a stack trace.</summary>
/// <param name="exitCode">One of <see cref="ExitCode"/>.</param>
/// <param name="message">What is wrong, where, and what is allowed or can be done.</param>
internal sealed class UserErrorException(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
