using System.Reflection;
using System.Text.RegularExpressions;
using Xunit;

namespace Kruise.Core.Tests.Tidy;

public sealed partial class ParityDocTests
{
    private static readonly string[][] Rows =
    [
        .. File.ReadLines(Path.Combine(Repository.Folder, "docs", "parity.md"))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| ---", StringComparison.Ordinal))
            .Select(line => line.Trim().Trim('|').Split(" | ").Select(cell => cell.Trim()).ToArray()),
    ];

    [Fact]
    public void Every_trap_has_a_row_in_order()
    {
        int[] numbers = [.. Rows.Where(row => char.IsAsciiDigit(row[0][0])).Select(row => int.Parse(row[0]))];
        Assert.Equal(numbers.Order(), numbers);
        Assert.Equal([.. Enumerable.Range(1, 81), .. Enumerable.Range(108, 10), .. Enumerable.Range(122, 3)], numbers.Distinct());
    }

    [Fact]
    public void Every_row_is_complete()
    {
        foreach (string[] row in Rows)
        {
            Assert.Equal(row[0] == "#" || char.IsAsciiDigit(row[0][0]) ? 6 : 5, row.Length);
            Assert.DoesNotContain("", row);
        }
    }

    [Fact]
    public void Every_test_that_a_row_names_exists()
    {
        Type[] types = Assembly.GetExecutingAssembly().GetTypes();
        string[] tests =
        [
            .. types.Select(type => type.Name),
            .. types.SelectMany(type => type.GetMethods()).Where(method => method.GetCustomAttributes<FactAttribute>().Any()).Select(method => method.Name),

            // Live mode's tests are not loaded here: their names are taken from the sources.
            .. Repository.Texts("tests/Kruise.Live.Tests", ".cs").SelectMany(file => file.Lines).SelectMany(line => Declaration().Matches(line)).Select(match => match.Groups["name"].Value),
        ];
        string[] named = [.. Rows.SelectMany(row => Code().Matches(row[^1])).Select(match => match.Groups["text"].Value)];
        Assert.NotEmpty(named);
        string[] missing = [.. named.Where(name => !tests.Any(test => Means(name, test)))];
        Assert.Empty(missing);
    }

    // A name stands for itself; Trap08, or whatever ends with a star, for all that begin so.
    private static bool Means(string name, string test) =>
        name.EndsWith('*') ? test.StartsWith(name[..^1], StringComparison.Ordinal)
        : Trap().IsMatch(name) ? test.StartsWith(name + "_", StringComparison.Ordinal)
        : test == name;

    [GeneratedRegex("`(?<text>[^`]+)`", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Code();

    [GeneratedRegex("public (sealed class|async Task|void) (?<name>[A-Za-z0-9_]+)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Declaration();

    [GeneratedRegex("^Trap[0-9]{2,3}$", RegexOptions.NonBacktracking)]
    private static partial Regex Trap();
}
