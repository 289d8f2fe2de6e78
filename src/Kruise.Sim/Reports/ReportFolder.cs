namespace Kruise.Sim.Reports;

/// <summary>
/// Puts a folder in place whole or not at all: it is filled beside its destination, on the same file system, and then renamed.
/// What a killed process left is put right by the next one: <c>.name.partial</c> is dropped, and <c>.name.old</c> is the former report,
/// put back if the kill fell between the two renames.
/// </summary>
internal sealed class ReportFolder
{
    /// <summary>The file by which a folder is known to be the report of a run.</summary>
    public const string Marker = "summary.json";

    /// <summary>Files by each of which a folder is known to be a report, and so may be replaced.</summary>
    private static readonly string[] s_markers = [Marker, "sweep.json", "tune.json", "compare.json"];

    private readonly string _path;
    private readonly string _parent;
    private readonly string _partial;
    private readonly string _old;
    private readonly string _lock;

    private ReportFolder(string path)
    {
        _path = path;
        _parent = Path.GetDirectoryName(path)!;
        string name = Path.GetFileName(path);
        _partial = Path.Combine(_parent, "." + name + ".partial");
        _old = Path.Combine(_parent, "." + name + ".old");
        _lock = Path.Combine(_parent, "." + name + ".lock");
    }

    /// <summary>Fails with one line when the folder could not be replaced by a report; leaves nothing behind.</summary>
    /// <exception cref="ReportException">The folder cannot be written, or holds something other than a report.</exception>
    public static void CheckWritable(string directory) => Guarded(directory, () =>
    {
        ReportFolder folder = Resolve(directory);
        folder.CheckReplaceable();
        if (WritableFolder.Objection(folder._parent, Path.GetFileName(folder._path)) is { } objection) throw new ReportException($"cannot write the report to '{directory}': {objection}");
    });

    /// <summary>Fills a fresh folder and puts it in the place of <paramref name="directory"/>. When <paramref name="fill"/> fails, what was there stays.</summary>
    /// <exception cref="ReportException">The folder cannot be written, or holds something other than a report.</exception>
    public static void Replace(string directory, Action<string> fill) => Guarded(directory, () =>
    {
        ReportFolder folder = Resolve(directory);
        Directory.CreateDirectory(folder._parent);
        using FileStream held = folder.Lock(directory);
        folder.Recover();
        folder.CheckReplaceable();
        try
        {
            Directory.CreateDirectory(folder._partial);
            fill(folder._partial);
            folder.Swap();
        }
        finally
        {
            DeleteIfThere(folder._partial);
        }
    });

    private static void Guarded(string directory, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(directory, e);
        }
    }

    private static ReportException Unwritable(string directory, Exception cause) =>
        new($"cannot write the report to '{directory}': {cause.Message.ReplaceLineEndings(" ")}", cause);

    private static ReportFolder Resolve(string directory)
    {
        if (string.IsNullOrWhiteSpace(directory)) throw new ReportException("cannot write the report: the output folder has no name");
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        // The folder that a link points to is replaced, not the link.
        DirectoryInfo info = new(full);
        if (info.LinkTarget is not null) full = Path.TrimEndingDirectorySeparator(info.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? full);
        string working = Path.TrimEndingDirectorySeparator(Directory.GetCurrentDirectory());
        if (Path.GetDirectoryName(full) is null || IsSameOrParent(full, working))
            throw new ReportException($"cannot write the report to '{directory}': it is the working folder or one above it, and would be replaced; name a folder of its own");
        return new ReportFolder(full);
    }

    private static bool IsSameOrParent(string candidate, string path) =>
        string.Equals(candidate, path, StringComparison.Ordinal) ||
        path.StartsWith(candidate + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static void DeleteIfThere(string directory)
    {
        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
    }

    private void CheckReplaceable()
    {
        if (File.Exists(_path)) throw new ReportException($"cannot write the report to '{_path}': it is a file, not a folder");
        if (!Directory.Exists(_path) || s_markers.Any(marker => File.Exists(Path.Combine(_path, marker)))) return;
        if (Directory.EnumerateFileSystemEntries(_path).Any())
            throw new ReportException($"cannot write the report to '{_path}': the folder is not empty and holds no report (no {Marker}); name another one");
    }

    /// <summary>Two processes never fill one folder; the operating system drops the lock of a killed one.</summary>
    private FileStream Lock(string directory)
    {
        try
        {
            return new FileStream(
                _lock,
                new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, Options = FileOptions.DeleteOnClose });
        }
        catch (IOException e) when (File.Exists(_lock))
        {
            throw new ReportException($"cannot write the report to '{directory}': another process is writing it", e);
        }
    }

    private void Recover()
    {
        DeleteIfThere(_partial);
        if (!Directory.Exists(_old)) return;
        if (Directory.Exists(_path)) Directory.Delete(_old, recursive: true);
        else Directory.Move(_old, _path);
    }

    private void Swap()
    {
        if (Directory.Exists(_path)) Directory.Move(_path, _old);
        Directory.Move(_partial, _path);
        DeleteIfThere(_old);
    }
}
