namespace Kruise.Live.Tests.Hollow;

/// <summary>How a container of an image goes on a hollow node.</summary>
/// <param name="StartsAfter">From the decision to run it to its running: a pull and a start.</param>
/// <param name="ReadyAfter">From its running to its being ready.</param>
/// <param name="Fate">Whether it gets that far.</param>
internal readonly record struct ContainerScript(TimeSpan StartsAfter, TimeSpan ReadyAfter, ContainerFate Fate = ContainerFate.Healthy)
{
    public static ContainerScript Quick { get; } = new(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(30));
}

internal enum ContainerFate
{
    Healthy,

    /// <summary>Runs and is never ready.</summary>
    NeverReady,

    /// <summary>Ends as soon as it runs, and waits to be tried again.</summary>
    Crashes,
}
