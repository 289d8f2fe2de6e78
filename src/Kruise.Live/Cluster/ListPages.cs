using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using k8s;
using k8s.Models;

namespace Kruise.Live.Cluster;

/// <summary>Lists read once, in pages, for whoever does not watch.</summary>
internal static class ListPages
{
    /// <summary>A list whose continue token expires is begun again this often.</summary>
    private const int MaxRestarts = 3;

    /// <summary>The items of a list; each is valid until the next is asked for. Whoever can forget what it was given takes <see cref="AllAsync"/>, which outlives an expired continue token.</summary>
    /// <param name="client">Who asks.</param>
    /// <param name="path">The path with its query so far, ending in <c>?</c> or <c>&amp;</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async IAsyncEnumerable<JsonElement> ItemsAsync(ApiClient client, string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? next = null;
        do
        {
            string page = path + "limit=" + ReflectorOptions.Default.PageSize.ToString(CultureInfo.InvariantCulture)
                + (next is null ? "" : "&continue=" + Uri.EscapeDataString(next));
            using JsonDocument document = await client.ListAsync(page, cancellationToken);
            JsonElement metadata = document.RootElement.GetProperty("metadata");
            next = metadata.TryGetProperty("continue", out JsonElement token) ? token.GetString() : null;
            if (document.RootElement.GetProperty("items") is { ValueKind: JsonValueKind.Array } items)
            {
                foreach (JsonElement item in items.EnumerateArray())
                {
                    yield return item;
                }
            }
        }
        while (!string.IsNullOrEmpty(next));
    }

    /// <summary>The objects of a kind as a cache keeps them.</summary>
    public static async Task<IReadOnlyList<T>> ObjectsAsync<T>(ApiClient client, ListScope scope, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        ResourceKind<T> kind = ResourceKind.Of<T>();
        return await AllAsync(client, scope.PathOf(kind), kind.ReadForCache, cancellationToken);
    }

    /// <summary>What is read of each item of a list.</summary>
    /// <param name="client">Who asks.</param>
    /// <param name="path">As for <see cref="ItemsAsync"/>.</param>
    /// <param name="read">Reads an item, which is not valid afterwards.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<IReadOnlyList<T>> AllAsync<T>(ApiClient client, string path, Func<JsonElement, T> read, CancellationToken cancellationToken)
    {
        for (int restart = 0; ; restart++)
        {
            try
            {
                var all = new List<T>();
                await foreach (JsonElement item in ItemsAsync(client, path, cancellationToken))
                {
                    all.Add(read(item));
                }

                return all;
            }
            catch (ApiException e) when (e.IsExpired && restart < MaxRestarts)
            {
                // The history was compacted between two pages.
            }
        }
    }
}
