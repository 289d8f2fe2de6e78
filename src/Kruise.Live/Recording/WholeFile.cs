using Kruise.Live.Cli;

namespace Kruise.Live.Recording;

/// <summary>
/// A file that is written whole or not at all: under another name in the same folder, which becomes the file's when all is written. The name is taken at the
/// start, so that a path that cannot be written is refused before there is anything to lose.
/// </summary>
internal sealed class WholeFile : IDisposable
{
    private readonly string _path;
    private readonly string _temporary;
    private readonly FileStream _stream;
    private bool _isOpen = true;

    /// <exception cref="UserErrorException">The path cannot be written.</exception>
    public WholeFile(string path)
    {
        _path = Path.GetFullPath(path);
        _temporary = $"{_path}.{Environment.ProcessId}.tmp";
        if (Directory.Exists(_path))
        {
            throw new UserErrorException(ExitCode.BadInput, $"--out {path}: is a folder; give the name of a file");
        }

        try
        {
            _stream = new FileStream(_temporary, FileMode.Create, FileAccess.Write, FileShare.Read);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new UserErrorException(ExitCode.BadInput, $"--out {path}: cannot be written: {e.Message}");
        }
    }

    /// <summary>Writes all and gives the file its name.</summary>
    /// <exception cref="UserErrorException">That failed; a former file of the name is as it was.</exception>
    public void Commit(Action<Stream> write)
    {
        try
        {
            write(_stream);
            _stream.Flush(flushToDisk: true);
            _stream.Dispose();
            File.Move(_temporary, _path, overwrite: true);
            _isOpen = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(ExitCode.Failed, $"--out {_path}: could not be written: {e.Message}");
        }
    }

    public void Dispose()
    {
        if (_isOpen)
        {
            _stream.Dispose();
            File.Delete(_temporary);
        }
    }
}
