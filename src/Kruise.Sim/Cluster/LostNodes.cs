using k8s.Models;

namespace Kruise.Sim.Cluster;

/// <summary>The taints of nodes that fell silent, and how long pods that say nothing of them stay there.</summary>
internal static class LostNodes
{
    public const string NotReadyTaint = "node.kubernetes.io/not-ready";
    public const string UnreachableTaint = "node.kubernetes.io/unreachable";

    /// <summary>What kube-apiserver's flags <c>default-not-ready-toleration-seconds</c> and <c>default-unreachable-toleration-seconds</c> have by themselves.</summary>
    public const long DefaultTolerationSeconds = 300;

    /// <summary>The pod as the admission plugin DefaultTolerationSeconds leaves it; the same instance when it tolerates both taints already.</summary>
    public static V1Pod Tolerated(V1Pod pod, long seconds)
    {
        if (pod.Spec is not { } spec)
        {
            return pod;
        }

        bool notReady = Tolerates(spec.Tolerations, NotReadyTaint);
        bool unreachable = Tolerates(spec.Tolerations, UnreachableTaint);
        return notReady && unreachable
            ? pod
            : pod with
            {
                Spec = spec with
                {
                    Tolerations =
                    [
                        .. spec.Tolerations ?? [],
                        .. notReady ? [] : new[] { Toleration(NotReadyTaint, seconds) },
                        .. unreachable ? [] : new[] { Toleration(UnreachableTaint, seconds) },
                    ],
                },
            };
    }

    private static bool Tolerates(IList<V1Toleration>? tolerations, string taint)
    {
        for (int i = 0; i < (tolerations?.Count ?? 0); i++)
        {
            V1Toleration toleration = tolerations![i];
            if ((toleration.Key == taint || string.IsNullOrEmpty(toleration.Key)) && toleration.Effect is null or "" or "NoExecute")
            {
                return true;
            }
        }

        return false;
    }

    private static V1Toleration Toleration(string taint, long seconds) =>
        new() { Key = taint, OperatorProperty = "Exists", Effect = "NoExecute", TolerationSeconds = seconds };
}
