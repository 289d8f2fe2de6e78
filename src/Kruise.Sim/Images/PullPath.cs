using Kruise.Sim.Engine;
using Kruise.Sim.Images.Network;

namespace Kruise.Sim.Images;

/// <summary>
/// Says where a pull's time went by walking back from its end along what it had to wait for: last unpack, the unpack before it or the arrival of its layer,
/// that layer's bytes, its request, the arrival that left it a place, ..., the manifest, the call. Every step begins where the one before it ended, so
/// the parts sum to the pull's length. A download is divided in proportion to the seconds its flow was held down by each bound, by largest remainders.
/// </summary>
/// <remarks>
/// Waiting for a layer that another pull fetches counts as that download, from its first byte on. Waiting for a place that other pulls hold counts as runtime
/// call; repeated requests and what came before a repeated download count as registry latency.
/// </remarks>
internal readonly ref struct PullPath(ReadOnlySpan<LayerProgress> layers, SimTime started, SimTime called, SimTime? ready)
{
    private readonly ReadOnlySpan<LayerProgress> _layers = layers;

    /// <summary>
    /// The path of a pull whose end is that of its last unpack, or lies in the unpacking of <paramref name="layer"/>. <paramref name="lastArrival"/> is the
    /// layer that unpacking had to wait for when it waits for all, null when each layer waits for itself.
    /// </summary>
    public void FromUnpack(PullResult result, int layer, int? lastArrival, ReadOnlySpan<int> firstUse)
    {
        int i = layer;
        SimTime at = result.Ended;
        while (true)
        {
            Spend(result, PullPart.Unpack, ref at, _layers[i].UnpackFrom);
            if (i == 0 || _layers[i - 1].Unpacked != at)
            {
                break;
            }

            i--;
        }

        Arrival(result, at, lastArrival ?? firstUse[i]);
    }

    /// <summary>The path of a pull that ended with a layer's failure, or with -1 before any layer.</summary>
    public void FromLayer(PullResult result, int layer)
    {
        SimTime at = result.Ended;
        if (layer < 0)
        {
            Prelude(result, at);
            return;
        }

        // A layer that failed while its bytes flowed was cut off by the registry.
        if (_layers[layer].Flowing is { } flowing)
        {
            Spend(result, PullPart.DownloadRegistry, ref at, flowing);
        }

        Request(result, at, layer);
    }

    /// <summary>The path of a pull that is cut off while a layer is on its way; its bytes have been flowing since <paramref name="flowing"/>, if they are.</summary>
    public void FromLayerUnderWay(PullResult result, int layer, SimTime? flowing, in FlowBoundSeconds bounds)
    {
        SimTime at = result.Ended;
        if (flowing is { } since)
        {
            Split(result.Parts, (at - since).Nanoseconds, bounds);
            at = since;
        }

        Request(result, at, layer);
    }

    /// <summary>The path of a pull that is cut off while it waits for a place, the last thing that happened being the arrival of a layer.</summary>
    public void FromArrival(PullResult result, int layer) => Arrival(result, result.Ended, layer);

    private void Arrival(PullResult result, SimTime at, int layer)
    {
        while (true)
        {
            ref readonly LayerProgress progress = ref _layers[layer];
            Spend(result, PullPart.RuntimeCall, ref at, progress.Arrived);
            if (progress.Flowing is { } flowing)
            {
                Split(result.Parts, (at - flowing).Nanoseconds, progress.Bounds);
                at = flowing;
            }

            int cause = RequestOf(result, ref at, progress);
            if (cause < 0)
            {
                break;
            }

            layer = cause;
        }

        Prelude(result, at);
    }

    private void Request(PullResult result, SimTime at, int layer)
    {
        int cause = RequestOf(result, ref at, _layers[layer]);
        if (cause >= 0)
        {
            Arrival(result, at, cause);
        }
        else
        {
            Prelude(result, at);
        }
    }

    private int RequestOf(PullResult result, ref SimTime at, in LayerProgress progress)
    {
        SimTime begun = progress.Begun!.Value;
        Spend(result, PullPart.RegistryLatency, ref at, begun);
        return progress.Cause;
    }

    private void Prelude(PullResult result, SimTime at)
    {
        if (ready is { } known)
        {
            Spend(result, PullPart.RuntimeCall, ref at, known);
        }

        Spend(result, PullPart.RegistryLatency, ref at, SimTime.Min(at, called));
        Spend(result, PullPart.RuntimeCall, ref at, started);
    }

    private static void Spend(PullResult result, PullPart part, ref SimTime at, SimTime from)
    {
        result.Parts[(int)part] += (at - from).Nanoseconds;
        at = from;
    }

    private static void Split(long[] parts, long nanoseconds, in FlowBoundSeconds bounds)
    {
        double sum = bounds.Registry + bounds.Uplink + bounds.Nic + bounds.Connection;
        if (!(sum > 0))
        {
            parts[(int)PullPart.DownloadRegistry] += nanoseconds;
            return;
        }

        ReadOnlySpan<double> weights = [bounds.Registry, bounds.Uplink, bounds.Nic, bounds.Connection];
        Span<double> remainders = stackalloc double[weights.Length];
        long left = nanoseconds;
        for (int i = 0; i < weights.Length; i++)
        {
            double share = nanoseconds * (weights[i] / sum);
            long whole = Math.Min((long)share, left);
            remainders[i] = share - whole;
            parts[(int)PullPart.DownloadRegistry + i] += whole;
            left -= whole;
        }

        for (; left > 0; left--)
        {
            int most = 0;
            for (int i = 1; i < weights.Length; i++)
            {
                most = remainders[i] > remainders[most] ? i : most;
            }

            parts[(int)PullPart.DownloadRegistry + most]++;
            remainders[most]--;
        }
    }
}
