using Kruise.Sim.Engine;
using Kruise.Sim.Images.Network;

namespace Kruise.Sim.Images;

/// <summary>Where a layer of a pull stands.</summary>
internal enum LayerStatus : byte
{
    /// <summary>Not begun: no place among the downloads was free yet.</summary>
    Pending = 0,

    /// <summary>Its request is on the way, or about to be repeated.</summary>
    Requesting = 1,

    /// <summary>Its bytes are on the way.</summary>
    Downloading = 2,

    /// <summary>Another pull of the node fetches it.</summary>
    Waiting = 3,

    /// <summary>It is on the node.</summary>
    Arrived = 4,
}

/// <summary>One layer of one pull: what happened when, and why not earlier.</summary>
internal struct LayerProgress
{
    /// <summary>For <see cref="Cause"/>: the layer could begin as soon as the manifest was known.</summary>
    public const int ByManifest = -1;

    /// <summary>For <see cref="Cause"/>: the layer began when another pull of the node left a place.</summary>
    public const int ByOtherPull = -2;

    public LayerStatus Status;

    /// <summary>Places among the downloads that the layer holds.</summary>
    public int Places;

    /// <summary>Parts of the layer that have not arrived.</summary>
    public int PartsLeft;

    /// <summary>Failed attempts so far.</summary>
    public int Failures;

    /// <summary>Answers 429 in a row so far.</summary>
    public int TooManyRequests;

    /// <summary>The layer whose arrival let this one begin, or one of the constants.</summary>
    public int Cause;

    /// <summary>The event that the layer waits for.</summary>
    public EventHandle Next;

    /// <summary>When the layer began; null before.</summary>
    public SimTime? Begun;

    /// <summary>When the present request was first sent: where its time-out counts from. One that was answered with 429 is sent as another.</summary>
    public SimTime Sent;

    /// <summary>When its bytes began to flow; null before, or when it was on the node.</summary>
    public SimTime? Flowing;

    public SimTime Arrived;

    public FlowBoundSeconds Bounds;

    public SimTime UnpackFrom;

    public SimTime Unpacked;
}
