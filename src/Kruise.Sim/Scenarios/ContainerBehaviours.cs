using Kruise.Core.ImagePull;

namespace Kruise.Sim.Scenarios;

/// <summary>Which of a scenario's container behaviours applies to a container: the most specific of those that match.</summary>
internal static class ContainerBehaviours
{
    /// <summary>The most specific first: image with tag or digest, repository, none; in each of these with a container's name before without.</summary>
    public static IReadOnlyList<ContainerBehaviourSpec> BySpecificity(IEnumerable<ContainerBehaviourSpec> behaviours) =>
        [.. behaviours.OrderByDescending(Specificity)];

    /// <summary>The behaviour of a container that is so called and has this image; null when none was given.</summary>
    public static ContainerBehaviourSpec? Of(IReadOnlyList<ContainerBehaviourSpec> bySpecificity, string container, ImageReference image) =>
        bySpecificity.FirstOrDefault(behaviour => Matches(behaviour, container, image));

    public static bool Matches(ContainerBehaviourSpec behaviour, string container, ImageReference image) =>
        (behaviour.Container is null || behaviour.Container == container) && MatchesImage(behaviour, image);

    public static bool MatchesImage(ContainerBehaviourSpec behaviour, ImageReference image) =>
        behaviour.Image is null
        || (ImageReference.TryParse(behaviour.Image, out ImageReference? wanted, out _)
            && (IsRepository(behaviour.Image) ? wanted.Domain == image.Domain && wanted.Path == image.Path : wanted == image));

    /// <summary>Whether an image is written without tag and digest, so that it means every image of its repository.</summary>
    public static bool IsRepository(string image) => !image[(image.LastIndexOf('/') + 1)..].Contains(':', StringComparison.Ordinal) && !image.Contains('@', StringComparison.Ordinal);

    private static int Specificity(ContainerBehaviourSpec behaviour) =>
        (behaviour.Image is null ? 0 : IsRepository(behaviour.Image) ? 2 : 4) + (behaviour.Container is null ? 0 : 1);
}
