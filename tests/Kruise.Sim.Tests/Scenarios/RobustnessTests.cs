using System.Text;
using Kruise.Core.Reconciling;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Scenarios.Reading;
using Xunit;

namespace Kruise.Sim.Tests.Scenarios;

/// <summary>Input that nobody means: it must end in messages, soon, and never in an exception.</summary>
public sealed class RobustnessTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData("warm-up-1000.yaml", 1)]
    [InlineData("warm-up-1000.yaml", 2)]
    [InlineData("everything.yaml", 3)]
    [InlineData("everything.yaml", 4)]
    [InlineData("workloads.yaml", 7)]
    public void Mutated_scenarios_end_in_messages(string fixture, ulong seed)
    {
        string good = Fixture.TextOf(fixture);
        int loaded = 0;
        for (ulong i = 0; i < 500; i++)
        {
            var random = RandomStream.Named(seed, i.ToString());
            byte[] bytes = Mutate(Encoding.UTF8.GetBytes(good), random);
            string path = Path.Combine(_workspace.Folder, "s.yaml");
            File.WriteAllBytes(path, bytes);
            LoadResult result = Load(path, bytes);
            loaded += result.Succeeded ? 1 : 0;
            Assert.True(result.Succeeded || result.Problems.Any(p => p.Severity == ProblemSeverity.Error), Encoding.UTF8.GetString(bytes));
            Assert.All(result.Problems, p => Assert.DoesNotContain('\n', p.ToString()));
            Assert.InRange(result.Problems.Count, 0, ProblemList.MaxProblems + 1);
        }

        // Some changes hurt nothing, most do: otherwise the mutations show nothing.
        Assert.InRange(loaded, 10, 400);
    }

    /// <summary>What reading a hostile file may allocate before it is refused; expanding an alias bomb would take many times that.</summary>
    private const long MostBytesToRefuse = 500_000_000;

    [Fact]
    public void Mutated_manifests_end_in_messages()
    {
        string good = Fixture.TextOf("manifests/job-with-secret.yaml");
        string scenario = _workspace.Write("s.yaml", Fixture.TextOf("everything.yaml"));
        for (ulong i = 0; i < 300; i++)
        {
            byte[] bytes = Mutate(Encoding.UTF8.GetBytes(good), RandomStream.Named(5, i.ToString()));
            File.WriteAllBytes(Path.Combine(_workspace.Folder, "manifests", "job-with-secret.yaml"), bytes);
            LoadResult result = Load(scenario, bytes);
            Assert.True(result.Succeeded || result.Problems.Count > 0, Encoding.UTF8.GetString(bytes));
        }
    }

    [Fact]
    public void Mutated_set_options_end_in_messages()
    {
        string scenario = _workspace.Write("s.yaml", Fixture.TextOf("everything.yaml"));
        string[] sets =
        [
            "spec.cluster.nodePools[0].count=5000", "spec.timeline[0].apply[1].spec.parallelism=50", "registries[docker.io].images[0].layers[0].size=2MB",
            "timeline[2].fault.kind=slow", "spec.variants[0].set.x=1", "nodePools[web].runtime.callLatency.p99=60ms",
        ];
        for (ulong i = 0; i < 200; i++)
        {
            var random = RandomStream.Named(6, i.ToString());
            byte[] bytes = Mutate(Encoding.UTF8.GetBytes(sets[random.Next(sets.Length)]), random);
            string set = Encoding.UTF8.GetString(bytes);
            LoadResult result = ScenarioLoader.Load(scenario, [set], null);
            Assert.True(result.Succeeded || result.Problems.Count > 0, set);
        }
    }

    [Theory]
    [InlineData("[", "")]
    [InlineData("{a: ", "")]
    [InlineData("- ", "x")]
    [InlineData("? ", "x")]
    [InlineData("[", "]")]
    public void Deep_nesting_is_refused_at_once(string open, string close)
    {
        var text = new StringBuilder();
        for (int i = 0; i < 200_000; i++)
        {
            text.Append(open);
        }

        for (int i = 0; i < (close == "]" ? 200_000 : 1); i++)
        {
            text.Append(close);
        }

        AssertRefusedCheaply(text.ToString(), "nested too deeply");
    }

    [Fact]
    public void Aliases_cannot_make_a_small_file_endless()
    {
        var bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 30; i++)
        {
            bomb.Append($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        }

        AssertRefusedCheaply(bomb.ToString(), "too large with its aliases written out");

        var tower = new StringBuilder("a0: &a0 [x]\n");
        for (int i = 1; i < 200; i++)
        {
            tower.Append($"a{i}: &a{i} [*a{i - 1}]\n");
        }

        AssertRefusedCheaply(tower.ToString(), "nested too deeply");
    }

    [Fact]
    public void Large_files_of_mistakes_end_in_a_hundred_messages()
    {
        string good = Fixture.TextOf("warm-up-1000.yaml");
        string many = string.Concat(Enumerable.Range(0, 50_000).Select(i => $"  - {{metric: m{i}}}\n"));
        LoadResult result = _workspace.Load(good + many);
        Assert.Equal(ProblemList.MaxProblems + 1, result.Problems.Count);
        Assert.StartsWith("more than 100 problems", result.Problems[^1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_work_of_reading_node_names_grows_with_their_number_and_no_faster()
    {
        long few = BytesToReadNames(10_000);
        long many = BytesToReadNames(100_000);
        Assert.InRange(many, few, 13 * few);
    }

    private long BytesToReadNames(int count)
    {
        string names = string.Join("\n", Enumerable.Range(0, count).Select(i => $"    - web-{i}"));
        _workspace.Write(
            "manifests/job-nginx.yaml",
            Fixture.TextOf("manifests/job-nginx.yaml").Replace("    matchLabels:\n      node-type: web\n", "    names:\n" + names + "\n", StringComparison.Ordinal));
        long before = GC.GetAllocatedBytesForCurrentThread();
        LoadResult result = _workspace.Load(Fixture.TextOf("warm-up-1000.yaml"));
        Assert.Empty(result.Problems);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static LoadResult Load(string path, byte[] bytes)
    {
        try
        {
            return ScenarioLoader.Load(path, [], null);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException("Threw on: " + Encoding.UTF8.GetString(bytes), e);
        }
    }

    private void AssertRefusedCheaply(string text, string expected)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        LoadResult result = _workspace.Load(text);
        Assert.Contains(result.Problems, p => p.Message.Contains(expected, StringComparison.Ordinal));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytesToRefuse);
    }

    private static byte[] Mutate(byte[] bytes, RandomStream random)
    {
        byte[] mutated = bytes;
        for (long n = 1 + random.Next(3); n > 0; n--)
        {
            mutated = random.Next(7) switch
            {
                0 => FlipByte(mutated, random),
                1 => Lines(mutated, (lines, i) => lines.RemoveAt(i), random),
                2 => Lines(mutated, (lines, i) => lines.Insert(i, lines[i]), random),
                3 => SwapWords(mutated, random),
                4 => Lines(mutated, (lines, i) => lines[i] = "  " + lines[i], random),
                5 => Insert(mutated, random),
                _ => mutated[..(int)random.Next(mutated.Length + 1)],
            };
        }

        return mutated;
    }

    private static byte[] FlipByte(byte[] bytes, RandomStream random)
    {
        byte[] copy = [.. bytes];
        if (copy.Length > 0)
        {
            copy[random.Next(copy.Length)] ^= (byte)(1 << (int)random.Next(8));
        }

        return copy;
    }

    private static byte[] Lines(byte[] bytes, Action<List<string>, int> change, RandomStream random)
    {
        var lines = Encoding.UTF8.GetString(bytes).Split('\n').ToList();
        change(lines, (int)random.Next(lines.Count));
        return Encoding.UTF8.GetBytes(string.Join('\n', lines));
    }

    private static byte[] SwapWords(byte[] bytes, RandomStream random)
    {
        string[] words = Encoding.UTF8.GetString(bytes).Split(' ');
        int a = (int)random.Next(words.Length);
        int b = (int)random.Next(words.Length);
        (words[a], words[b]) = (words[b], words[a]);
        return Encoding.UTF8.GetBytes(string.Join(' ', words));
    }

    private static byte[] Insert(byte[] bytes, RandomStream random)
    {
        string[] odd =
        [
            "{", "}", "[", "]", ": ", "- ", "*runtime", "&a ", "\"", "'", "\t", "!!binary ", "? ", "| ", "> ", "%", "---\n", "...\n", "null", "~", "1e999", "-1",
            "\u0000", "\u2028", "\uFEFF", "\\", "\"\\0\"", "\"\\uD800\"", "#", ",", "999999999999999999999999999999", "0x10", "<<: ", "${HOME}", "../", "\r", "\u0085",
        ];
        int at = (int)random.Next(bytes.Length + 1);
        return [.. bytes[..at], .. Encoding.UTF8.GetBytes(odd[random.Next(odd.Length)]), .. bytes[at..]];
    }
}
