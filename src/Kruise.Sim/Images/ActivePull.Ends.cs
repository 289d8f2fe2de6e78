using Kruise.Sim.Engine;

namespace Kruise.Sim.Images;

/// <content>What follows the bytes: arrivals, unpacking, and the ways a pull ends.</content>
internal sealed partial class ActivePull
{
    private void OnArrived(int i)
    {
        HoldPlaces(ref _layers[i], 0);
        CountArrival(i);
        _bytesArrived += _image!.Layers[i].CompressedBytes;
        IPullSink sink = _sink;
        long token = Token;
        int percent = _image.CompressedBytes == 0 ? 100 : (int)(_bytesArrived * 100 / _image.CompressedBytes);
        _node.OnPlacesFreed(this, i);
        TryUnpack();
        sink.OnPullProgress(token, percent);
    }

    private void CountArrival(int i)
    {
        _layers[i].Next = default;
        _layers[i].Status = LayerStatus.Arrived;
        _lastArrival = i;
        for (int j = i; j < _count; j++)
        {
            _arrived += _image!.FirstUse[j] == i ? 1 : 0;
        }
    }

    private void TryUnpack()
    {
        if (_ready is null || _ending || UnpackingChain >= 0 || _waitsForUnpack || (_parameters.UnpackStart == UnpackStart.AllArrived && _arrived < _count))
        {
            return;
        }

        SimTime now = fleet.Loop.Now;
        for (; _toUnpack < _count; _toUnpack++)
        {
            if (_layers[_image!.FirstUse[_toUnpack]].Status != LayerStatus.Arrived)
            {
                return;
            }

            ref LayerProgress layer = ref _layers[_toUnpack];
            int chain = _image.Chains[_toUnpack];
            layer.UnpackFrom = layer.UnpackFrom == SimTime.Zero ? now : layer.UnpackFrom;
            if (!_node.HasChain(chain))
            {
                if (_node.IsUnpackedByOther(this, chain))
                {
                    _waitsForUnpack = true;
                    return;
                }

                if (_node.HasRoomFor(_image.Layers[_toUnpack].UncompressedBytes))
                {
                    BeginUnpack(_image.Layers[_toUnpack], chain);
                }
                else
                {
                    _failedUnpack = true;
                    FailForRoom();
                }

                return;
            }

            layer.Unpacked = now;
        }

        _ending = true;
        _next = fleet.Loop.Schedule(now, this, Ended, (long)PullEnd.Pulled);
    }

    private void BeginUnpack(ImageLayer layer, int chain)
    {
        double perSecond = layer.Content == ContentKind.Incompressible
            ? _parameters.UnpackIncompressibleBytesPerSecond
            : _parameters.UnpackTextBytesPerSecond;
        _unpackLeft = Math.Max(1, layer.UncompressedBytes);
        MostUnpackBytesPerSecond = _unpackLeft / ((_unpackLeft / perSecond) + _parameters.LayerSeconds + (layer.Files * _parameters.SecondsPerFile));
        UnpackingChain = chain;
        _unpackAt = fleet.Loop.Now;
        _unpackRate = 0;
        _unpackEnd = default;
        _node.BeginUnpack();
    }

    private void OnUnpacked()
    {
        int chain = UnpackingChain;
        LeaveDisk(chain);
        _layers[_toUnpack++].Unpacked = fleet.Loop.Now;
        TryUnpack();
    }

    private void LeaveDisk(int? finishedChain)
    {
        UnpackingChain = -1;
        MostUnpackBytesPerSecond = 0;
        _unpackRate = 0;
        _unpackEnd = default;
        _node.EndUnpack(this, finishedChain, finishedChain is null ? null : _image!.Layers[_toUnpack]);
    }

    private void FailForRoom()
    {
        _node.Observer?.OnDiskFull();
        Fail("write: no space left on device");
    }

    // The end is an event of its own: whoever called may be in the middle of something.
    private void Fail(string error)
    {
        CancelEverything();
        _error = error;
        _ending = true;
        _next = fleet.Loop.Schedule(fleet.Loop.Now, this, Ended, (long)PullEnd.Failed);
    }

    private void CancelEverything()
    {
        fleet.Loop.Cancel(_next);
        for (int i = 0; i < _count; i++)
        {
            ref LayerProgress layer = ref _layers[i];
            fleet.Loop.Cancel(layer.Next);
            layer.Next = default;
            if (layer.Status == LayerStatus.Downloading)
            {
                CancelFlows(i);
            }

            if (layer.Status != LayerStatus.Arrived)
            {
                layer.Status = LayerStatus.Pending;
                HoldPlaces(ref layer, 0);
            }
        }

        if (UnpackingChain >= 0)
        {
            fleet.Loop.Cancel(_unpackEnd);
            LeaveDisk(finishedChain: null);
        }

        _waitsForUnpack = false;
    }

    // What was fetched of a layer that is broken off is lost, the parts that had arrived with the rest.
    private void CancelFlows(int i)
    {
        _bytesFetched += BytesOnTheWay(i, out _);
        for (int token = i * _partsPerLayer; token < (i + 1) * _partsPerLayer; token++)
        {
            fleet.Network.Cancel(_flows[token]);
            _flows[token] = default;
        }

        _layers[i].PartsLeft = _layers[i].Places;
    }

    private int FetchOf(ImageLayer content)
    {
        for (int i = 0; i < _count; i++)
        {
            if (_image!.Layers[i] == content && _layers[i].Status is LayerStatus.Requesting or LayerStatus.Downloading)
            {
                return i;
            }
        }

        return -1;
    }

    private void End(PullEnd end)
    {
        SimTime? downloaded = null;
        if (end == PullEnd.Pulled)
        {
            _node.AddImage(_image!);
            downloaded = _count > 0 ? _layers[_lastArrival].Arrived : _ready;
        }

        var result = new PullResult
        {
            End = end,
            Started = _started,
            Ended = fleet.Loop.Now,
            FirstByte = _firstByte,
            Downloaded = downloaded,
            Unpacked = end == PullEnd.Pulled ? fleet.Loop.Now : null,
            BytesFetched = _bytesFetched,
            Error = _error,
            ImageId = end == PullEnd.Failed ? null : _image!.Id,
        };
        var path = new PullPath(_layers.AsSpan(0, _count), _started, _called, _ready);
        if ((end == PullEnd.Pulled || _failedUnpack) && _count > 0)
        {
            path.FromUnpack(result, _failedUnpack ? _toUnpack : _count - 1, UnpackWaitedFor, _image!.FirstUse);
        }
        else
        {
            path.FromLayer(result, _failedLayer);
        }

        IPullSink sink = _sink;
        long token = Token;
        Leave();
        sink.OnPullEnded(token, result);
    }

    private void Leave()
    {
        _registry?.Remove(this);
        _node.Remove(this);
        (_node, _parameters, _sink, _image, _registry) = (null!, null!, null!, null, null);
        _count = 0;
        fleet.Return(this);
    }

    private static string ErrorOf(AnswerStatus status) => status switch
    {
        AnswerStatus.TooManyRequests => "unexpected status: 429 Too Many Requests",
        AnswerStatus.ServerError => "unexpected status: 500 Internal Server Error",
        AnswerStatus.Refused => "dial tcp: connect: connection refused",
        _ => "dial tcp: i/o timeout",
    };
}
