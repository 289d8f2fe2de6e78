namespace Kruise.Sim.Images;

/// <summary>What a layer holds, which decides how fast it is unpacked.</summary>
internal enum ContentKind
{
    /// <summary>Content that gzip cannot shrink: its decompressor mostly copies.</summary>
    Incompressible = 0,

    /// <summary>Text and executables, which decompress to several times their size.</summary>
    Text = 1,

    /// <summary>As text, and so many files that creating each of them counts.</summary>
    SmallFiles = 2,
}

/// <summary>
/// A layer by content: two images that name the same id share the layer, and a node fetches it once. Made by <see cref="ImageCatalog.AddLayer"/>.
/// </summary>
internal sealed class ImageLayer
{
    // One file for each block of a usual file system, for layers of small files whose number of files was not given.
    private const int SmallFileBytes = 4096;

    internal ImageLayer(int index, string id, long compressedBytes, long uncompressedBytes, ContentKind content, long? files)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(compressedBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(uncompressedBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(files ?? 0, nameof(files));
        Index = index;
        Id = id;
        CompressedBytes = compressedBytes;
        UncompressedBytes = uncompressedBytes;
        Content = content;
        Files = files ?? (content == ContentKind.SmallFiles ? uncompressedBytes / SmallFileBytes : 0);
    }

    /// <summary>The layer's number in its catalog.</summary>
    public int Index { get; }

    /// <summary>The identity of the content, such as a digest or a name of the scenario's author.</summary>
    public string Id { get; }

    /// <summary>Bytes on the way from the registry.</summary>
    public long CompressedBytes { get; }

    /// <summary>Bytes written to disk when unpacked.</summary>
    public long UncompressedBytes { get; }

    public ContentKind Content { get; }

    /// <summary>Files whose creation costs <see cref="RuntimeParameters.SecondsPerFile"/> each.</summary>
    public long Files { get; }
}
