using Kruise.Sim.Engine;
using Kruise.Sim.Images.Network;

namespace Kruise.Sim.Images;

/// <content>What there is of a pull that has not ended, or is stopped.</content>
internal sealed partial class ActivePull
{
    /// <summary>Ends the pull without its sink's hearing of it.</summary>
    internal PullResult Stop()
    {
        PullResult result = SoFar();
        CancelEverything();
        Leave();
        return result;
    }

    /// <summary>What there is of the pull at present: its time is what it would be if the pull ended here, waiting for the newest layer on its way.</summary>
    internal PullResult SoFar()
    {
        long bytes = _bytesFetched;
        int underWay = -1;
        for (int i = 0; i < _count; i++)
        {
            if (_layers[i].Status is LayerStatus.Requesting or LayerStatus.Downloading or LayerStatus.Waiting)
            {
                underWay = i;
                bytes += BytesOnTheWay(i, out _);
            }
        }

        var result = new PullResult { End = PullEnd.CutOff, Started = _started, Ended = fleet.Loop.Now, FirstByte = _firstByte, BytesFetched = bytes };
        var path = new PullPath(_layers.AsSpan(0, _count), _started, _called, _ready);
        if (_ready is null || _error is not null)
        {
            path.FromLayer(result, _failedLayer);
        }
        else if (underWay >= 0)
        {
            SimTime? flowing = FlowingSince(underWay, out FlowBoundSeconds bounds);
            path.FromLayerUnderWay(result, underWay, flowing, bounds);
        }
        else if (UnpackingChain >= 0 || _waitsForUnpack || (_ending && _count > 0))
        {
            path.FromUnpack(result, Math.Min(_toUnpack, _count - 1), UnpackWaitedFor, _image!.FirstUse);
        }
        else if (_arrived > 0)
        {
            path.FromArrival(result, _lastArrival);
        }
        else
        {
            path.FromLayer(result, -1);
        }

        return result;
    }

    /// <summary>Bytes that have come of a layer that is not whole, and the bounds of a part still to come.</summary>
    private long BytesOnTheWay(int i, out FlowBoundSeconds bounds)
    {
        bounds = default;
        ref readonly LayerProgress layer = ref _layers[i];
        if (layer.Status != LayerStatus.Downloading)
        {
            return 0;
        }

        long bytes = (long)((double)_image!.Layers[i].CompressedBytes / layer.Places * (layer.Places - layer.PartsLeft));
        for (int token = i * _partsPerLayer; token < (i + 1) * _partsPerLayer; token++)
        {
            if (!_flows[token].IsNone)
            {
                FlowProgress flow = fleet.Network.ProgressOf(_flows[token]);
                bytes += (long)(flow.BytesArrived * _parameters.PayloadShare);
                bounds = flow.Bounds;
            }
        }

        return bytes;
    }

    /// <summary>Since when the bytes of a layer on its way have been flowing, to this pull or to the one that it waits for; null when they are not.</summary>
    private SimTime? FlowingSince(int i, out FlowBoundSeconds bounds)
    {
        ref readonly LayerProgress layer = ref _layers[i];
        if (layer.Status == LayerStatus.Waiting)
        {
            bounds = layer.Bounds;
            if (!layer.Next.IsNone)
            {
                return layer.Flowing;
            }

            ImageLayer content = _image!.Layers[i];
            return _node.OtherThatFetches(this, content) is { } other && other.FlowingSince(other.FetchOf(content), out bounds) is { } since
                ? SimTime.Max(since, layer.Begun!.Value)
                : null;
        }

        BytesOnTheWay(i, out bounds);
        return layer.Status == LayerStatus.Downloading ? layer.Flowing : null;
    }
}
