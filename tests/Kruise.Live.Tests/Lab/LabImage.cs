using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Kruise.Live.Tests.Lab;

/// <summary>An OCI image made up for a test: layers of chosen sizes whose bytes depend on its name alone and do not compress.</summary>
internal sealed class LabImage
{
    public const string ManifestType = "application/vnd.oci.image.manifest.v1+json";

    private LabImage(byte[] manifest, byte[] config, IReadOnlyList<byte[]> layers)
    {
        Manifest = manifest;
        Config = config;
        Layers = layers;
    }

    public byte[] Manifest { get; }

    public byte[] Config { get; }

    /// <summary>The layers as a registry serves them: tar, gzip.</summary>
    public IReadOnlyList<byte[]> Layers { get; }

    /// <summary>The digest of the manifest: what a digest reference names.</summary>
    public string Digest => DigestOf(Manifest);

    /// <summary>The digest of the configuration: what CRI calls the image's id.</summary>
    public string Id => DigestOf(Config);

    /// <summary>What a first pull moves, without HTTP's own.</summary>
    public long Bytes => Manifest.Length + Config.Length + Layers.Sum(layer => (long)layer.Length);

    public static LabImage Create(string name, params int[] layerBytes)
    {
        var layers = new List<byte[]>();
        var descriptors = new List<object>();
        var diffIds = new List<string>();
        for (int i = 0; i < layerBytes.Length; i++)
        {
            byte[] tar = Tar($"{name} {i}", layerBytes[i]);
            byte[] packed = Gzip(tar);
            layers.Add(packed);
            diffIds.Add(DigestOf(tar));
            descriptors.Add(new { mediaType = "application/vnd.oci.image.layer.v1.tar+gzip", digest = DigestOf(packed), size = packed.Length });
        }

        byte[] config = JsonSerializer.SerializeToUtf8Bytes(new
        {
            architecture = "amd64",
            os = "linux",
            config = new { Cmd = new[] { "/bin/none" }, Labels = new Dictionary<string, string> { ["name"] = name } },
            rootfs = new { type = "layers", diff_ids = diffIds },
        });
        byte[] manifest = JsonSerializer.SerializeToUtf8Bytes(new
        {
            schemaVersion = 2,
            mediaType = ManifestType,
            config = new { mediaType = "application/vnd.oci.image.config.v1+json", digest = DigestOf(config), size = config.Length },
            layers = descriptors,
        });
        return new LabImage(manifest, config, layers);
    }

    public static string DigestOf(byte[] bytes) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static byte[] Tar(string seed, int bytes)
    {
        byte[] content = new byte[bytes];
        new Random(BitConverter.ToInt32(SHA256.HashData(Encoding.UTF8.GetBytes(seed)))).NextBytes(content);
        using var buffer = new MemoryStream();
        using (var tar = new TarWriter(buffer, TarEntryFormat.Ustar, leaveOpen: true))
        {
            var file = new UstarTarEntry(TarEntryType.RegularFile, "data/" + Convert.ToHexStringLower(SHA256.HashData(content))[..16])
            {
                DataStream = new MemoryStream(content),
                ModificationTime = DateTimeOffset.UnixEpoch,
            };
            tar.WriteEntry(file);
        }

        return buffer.ToArray();
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.NoCompression, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        return buffer.ToArray();
    }
}
