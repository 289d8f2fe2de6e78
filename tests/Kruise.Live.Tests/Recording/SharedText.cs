using System.Text;
using Kruise.Live.Tests.Lab;

namespace Kruise.Live.Tests.Recording;

/// <summary>Text that one thread writes while another reads it.</summary>
internal sealed class SharedText : TextWriter
{
    private readonly StringBuilder _text = new();

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value)
    {
        lock (_text)
        {
            _text.Append(value);
        }
    }

    public override void Write(string? value)
    {
        lock (_text)
        {
            _text.Append(value);
        }
    }

    public override void WriteLine(string? value) => Write(value + "\n");

    public override string ToString()
    {
        lock (_text)
        {
            return _text.ToString();
        }
    }

    public Task UntilAsync(string part, CancellationToken cancellation) => Until.HoldsAsync(
        _ => Task.FromResult(ToString().Contains(part, StringComparison.Ordinal)), $"'{part}' is said", TimeSpan.FromSeconds(60), cancellation);
}
