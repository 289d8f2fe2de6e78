using Kruise.Sim.Reports;
using Xunit;

namespace Kruise.Sim.Tests.Reports;

public sealed class ReportFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_new_report_takes_the_place_of_the_old_one_and_nothing_else_remains()
    {
        ReportFolder.Replace(_folder["run"], Fill("old"));
        File.WriteAllText(Path.Combine(_folder["run"], "left-over.png"), "of the old report");
        ReportFolder.Replace(_folder["run"], Fill("new"));
        Assert.Equal("new", Content());
        Assert.Equal([ReportFolder.Marker], Directory.EnumerateFiles(_folder["run"]).Select(Path.GetFileName));
        Assert.Equal(["run"], _folder.Entries);
    }

    [Fact]
    public void A_failure_before_the_swap_leaves_the_old_report_and_no_half_of_the_new_one()
    {
        ReportFolder.Replace(_folder["run"], Fill("old"));
        Assert.Throws<InvalidOperationException>(() => ReportFolder.Replace(_folder["run"], directory =>
        {
            Fill("new")(directory);
            throw new InvalidOperationException();
        }));
        Assert.Equal("old", Content());
        Assert.Equal(["run"], _folder.Entries);
    }

    [Fact]
    public void While_the_new_report_is_written_the_old_one_can_be_read()
    {
        ReportFolder.Replace(_folder["run"], Fill("old"));
        ReportFolder.Replace(_folder["run"], directory =>
        {
            Fill("new")(directory);
            Assert.Equal("old", Content());
        });
    }

    [Fact]
    public void What_a_killed_run_left_half_written_is_cleaned_up()
    {
        Fill("half")(Directory.CreateDirectory(_folder[".run.partial"]).FullName);
        ReportFolder.Replace(_folder["run"], Fill("new"));
        Assert.Equal("new", Content());
        Assert.Equal(["run"], _folder.Entries);
    }

    [Fact]
    public void A_report_set_aside_by_a_run_killed_between_the_renames_comes_back_when_the_next_run_fails()
    {
        Fill("old")(Directory.CreateDirectory(_folder[".run.old"]).FullName);
        Assert.Throws<InvalidOperationException>(() => ReportFolder.Replace(_folder["run"], _ => throw new InvalidOperationException()));
        Assert.Equal("old", Content());
        Assert.Equal(["run"], _folder.Entries);
    }

    [Fact]
    public void A_folder_that_holds_anything_but_a_report_is_never_touched()
    {
        Directory.CreateDirectory(_folder["home"]);
        File.WriteAllText(Path.Combine(_folder["home"], "thesis.txt"), "");
        Assert.Contains("holds no report", OneLine(() => ReportFolder.Replace(_folder["home"], Fill("new"))), StringComparison.Ordinal);
        Assert.Contains("holds no report", OneLine(() => ReportFolder.CheckWritable(_folder["home"])), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_folder["home"], "thesis.txt")));
    }

    [Fact]
    public void Two_runs_do_not_write_one_report_at_a_time() =>
        ReportFolder.Replace(_folder["run"], directory =>
        {
            Fill("first")(directory);
            Assert.Contains("another process", OneLine(() => ReportFolder.Replace(_folder["run"], Fill("second"))), StringComparison.Ordinal);
        });

    [Fact]
    public void A_folder_under_a_file_is_refused_in_one_line()
    {
        File.WriteAllText(_folder["file"], "");
        OneLine(() => ReportFolder.CheckWritable(Path.Combine(_folder["file"], "run")));
        OneLine(() => ReportFolder.Replace(Path.Combine(_folder["file"], "run"), Fill("new")));
        OneLine(() => ReportFolder.CheckWritable(_folder["file"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData(".")]
    [InlineData("..")]
    public void The_working_folder_and_those_above_it_are_refused(string directory) => OneLine(() => ReportFolder.CheckWritable(directory));

    [Fact]
    public void A_check_leaves_nothing_behind()
    {
        ReportFolder.CheckWritable(_folder["a/b/c"]);
        Assert.Empty(_folder.Entries);
    }

    private static Action<string> Fill(string content) => directory => File.WriteAllText(Path.Combine(directory, ReportFolder.Marker), content);

    private static string OneLine(Action action)
    {
        string message = Assert.Throws<ReportException>(action).Message;
        Assert.DoesNotContain('\n', message);
        return message;
    }

    private string Content() => File.ReadAllText(Path.Combine(_folder["run"], ReportFolder.Marker));
}
