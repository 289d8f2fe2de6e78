namespace Kruise.Sim.Cluster;

internal enum ApiVerb
{
    Get,
    List,
    Watch,
    Create,
    Update,
    UpdateStatus,
    Delete,
    Patch,
    PatchStatus,
    Bind,
}

/// <summary>Hears of everything the API server does, synchronously. Must not write to it.</summary>
internal interface IApiObserver
{
    /// <summary>A change was committed; watches hear of it later.</summary>
    void OnCommit(Change change);

    /// <summary>A request was answered, by whomever it was made (the garbage collector's are among them).</summary>
    void OnRequest(ApiVerb verb, KindInfo kind, int code);
}
