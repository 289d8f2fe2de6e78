using System.Text;
using Kruise.Sim.Reports;
using Xunit;

namespace Kruise.Sim.Tests.Reports;

public sealed class WholeFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_behind_a_link_is_replaced_and_the_link_stays()
    {
        Directory.CreateDirectory(_folder["kept"]);
        File.WriteAllText(_folder["kept/base.json"], "before");
        File.CreateSymbolicLink(_folder["base.json"], _folder["kept/base.json"]);
        WholeFile.Write(_folder["base.json"], Encoding.UTF8.GetBytes("now"));
        Assert.NotNull(new FileInfo(_folder["base.json"]).LinkTarget);
        Assert.Equal("now", File.ReadAllText(_folder["kept/base.json"]));
        Assert.Equal(["base.json"], Directory.GetFiles(_folder["kept"]).Select(Path.GetFileName));
    }

    [Fact]
    public void What_cannot_be_written_is_known_before_and_nothing_is_left_behind()
    {
        File.WriteAllText(_folder["file"], "");
        Assert.Equal("has no name", WholeFile.Objection(""));
        Assert.Equal("is a folder", WholeFile.Objection("/"));
        Assert.Equal("is a folder", WholeFile.Objection(_folder["."]));
        Assert.Equal($"'{_folder["file"]}' is a file, not a folder", WholeFile.Objection(_folder["file/a/check.xml"]));
        Assert.Null(WholeFile.Objection(_folder["new/folder/check.xml"]));
        Assert.Null(WholeFile.Objection(_folder["file"]));
        Assert.Equal([_folder["file"]], Directory.GetFileSystemEntries(_folder["."]).Select(Path.GetFullPath));
        Assert.Throws<IOException>(() => WholeFile.Write(_folder["."], []));
    }

    [Theory]
    [InlineData("kruise-sim run my.yaml --set a=b", "kruise-sim", "run", "my.yaml", "--set", "a=b")]
    [InlineData("run 'my rollouts/web.yaml' 'it'\\''s' '' 'a[0]=*'", "run", "my rollouts/web.yaml", "it's", "", "a[0]=*")]
    public void Words_are_quoted_for_a_shell(string line, params string[] words) => Assert.Equal(line, ShellWords.Join(words));
}
