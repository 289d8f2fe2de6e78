using YamlDotNet.Core;

namespace Kruise.Live.Install.Values;

/// <summary>A value cannot be taken.</summary>
/// <param name="position">Where its text begins.</param>
/// <param name="message">What is wrong and what is allowed, to follow the value's name.</param>
internal sealed class ValueProblemException(Mark position, string message) : Exception(message)
{
    public Mark Position { get; } = position;
}
