using System.Text.RegularExpressions;
using Xunit;

namespace Kruise.Core.Tests.Tidy;

public sealed partial class TextTests
{
    private const int MaxLines = 500;
    private const int MaxColumns = 220;

    private static readonly string[] TextEndings = [".cs", ".md", ".yaml", ".yml", ".json", ".csproj", ".props", ".sln", ".csv", ".txt", ".editorconfig", "run", ".sh"];

    [Fact]
    public void No_source_file_is_long() =>
        Assert.Empty(Repository.Texts("src", ".cs").Where(file => file.Lines.Length > MaxLines).Select(file => $"{file.Name}: {file.Lines.Length} lines"));

    [Fact]
    public void No_source_line_is_long() =>
        Assert.Empty(Find("src", line => line.Length > MaxColumns, ".cs"));

    [Fact]
    public void No_line_ends_in_blanks() => Assert.Empty(Find("", line => line.Length > 0 && char.IsWhiteSpace(line[^1]), ".cs", ".yaml", ".md"));

    [Fact]
    public void Nothing_names_a_machines_folders() => Assert.Empty(Find("", line => MachinePath().IsMatch(line), TextEndings));

    [Fact]
    public void A_source_file_has_the_one_namespace_of_its_folder()
    {
        foreach ((string name, string[] lines) in Repository.Texts("src", ".cs"))
        {
            // Folders of a scenario's model are for the reader of the sources; its records are one namespace to their users.
            string[] folders = name.Split('/')[1..^1];
            string[] namespaces = [.. lines.Where(line => line.StartsWith("namespace ", StringComparison.Ordinal)).Select(line => line["namespace ".Length..].TrimEnd(';'))];
            string folder = string.Join('.', folders);
            if (namespaces.Length == 0 && Path.GetFileName(name) == "Program.cs")
            {
                continue;
            }

            Assert.True(
                namespaces.Length == 1 && (namespaces[0] == folder || (folder.StartsWith("Kruise.Sim.Scenarios.", StringComparison.Ordinal) && namespaces[0] == "Kruise.Sim.Scenarios")),
                $"{name} has the namespaces {string.Join(", ", namespaces)}");
        }
    }

    [Fact]
    public void A_page_has_one_title()
    {
        foreach ((string name, string[] lines) in Repository.Texts("", ".md"))
        {
            bool code = false;
            int titles = 0;
            foreach (string line in lines)
            {
                code ^= line.StartsWith("```", StringComparison.Ordinal);
                titles += !code && line.StartsWith("# ", StringComparison.Ordinal) ? 1 : 0;
            }

            Assert.True(titles == 1, $"{name} has {titles} titles");
        }
    }

    private static string[] Find(string folder, Func<string, bool> isWrong, params string[] endings) =>
    [
        .. Repository.Texts(folder, endings)
            .SelectMany(file => file.Lines.Select((line, i) => (file.Name, Line: line, Number: i + 1)))
            .Where(found => isWrong(found.Line))
            .Select(found => $"{found.Name}:{found.Number}"),
    ];

    // Home folders, and the top folders that only some machines have; not /tmp-like words in URLs or API paths.
    [GeneratedRegex(@"(^|[\s""'`(=])/(home|root|work|Users|mnt)/\w|[A-Z]:\\Users\\", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex MachinePath();
}
