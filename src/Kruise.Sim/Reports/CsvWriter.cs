using System.Globalization;
using System.Text;

namespace Kruise.Sim.Reports;

/// <summary>
/// Writes comma-separated values as UTF-8 with the quoting of RFC 4180, without a string per cell. Lines end with a line feed alone, so
/// that files pass through git unchanged.
/// </summary>
internal sealed class CsvWriter(Stream stream) : IRowSink, IDisposable
{
    private const int LongestNumber = 64;

    private readonly byte[] _buffer = new byte[1 << 16];
    private int _length;
    private bool _midRow;

    /// <summary>A text, quoted when it must be; null is an empty cell.</summary>
    public void Cell(string? text)
    {
        Separate();
        if (text is null) return;
        if (text.AsSpan().IndexOfAny(",\"\r\n") < 0)
        {
            Write(text);
            return;
        }

        Write((byte)'"');
        for (int start = 0; ;)
        {
            int quote = text.IndexOf('"', start);
            if (quote < 0)
            {
                Write(text.AsSpan(start));
                break;
            }

            Write(text.AsSpan(start, quote - start + 1));
            Write((byte)'"');
            start = quote + 1;
        }

        Write((byte)'"');
    }

    public void Cell(long value)
    {
        Separate();
        Write(value);
    }

    /// <summary>The shortest digits that read back as the same number; an infinite one is an empty cell.</summary>
    public void Cell(double value)
    {
        Separate();
        if (double.IsFinite(value)) Write(value);
    }

    /// <summary>Nanoseconds as seconds with nine decimals, so that sums hold in decimal too; null is an empty cell.</summary>
    public void Seconds(long? nanoseconds)
    {
        Separate();
        if (nanoseconds is not { } value) return;
        if (value < 0) Write((byte)'-');
        // Two's complement: the magnitude of the smallest value has no positive long.
        ulong magnitude = value < 0 ? (ulong)-(value + 1) + 1 : (ulong)value;
        Write(magnitude / 1_000_000_000);
        Ensure(10);
        _buffer[_length] = (byte)'.';
        ulong fraction = magnitude % 1_000_000_000;
        for (int digit = 9; digit >= 1; digit--, fraction /= 10) _buffer[_length + digit] = (byte)('0' + (fraction % 10));
        _length += 10;
    }

    public void EndRow()
    {
        Write((byte)'\n');
        _midRow = false;
    }

    public void Dispose() => Flush();

    private void Separate()
    {
        if (_midRow) Write((byte)',');
        _midRow = true;
    }

    private void Write(byte value)
    {
        Ensure(1);
        _buffer[_length++] = value;
    }

    private void Write<T>(T value)
        where T : IUtf8SpanFormattable
    {
        Ensure(LongestNumber);
        value.TryFormat(_buffer.AsSpan(_length), out int written, default, CultureInfo.InvariantCulture);
        _length += written;
    }

    private void Write(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            int part = Math.Min(text.Length, 1024);
            // A pair of surrogates is one character and is not cut in two.
            if (part < text.Length && char.IsHighSurrogate(text[part - 1])) part--;
            Ensure(part * 3);
            _length += Encoding.UTF8.GetBytes(text[..part], _buffer.AsSpan(_length));
            text = text[part..];
        }
    }

    private void Ensure(int bytes)
    {
        if (_buffer.Length - _length < bytes) Flush();
    }

    private void Flush()
    {
        stream.Write(_buffer, 0, _length);
        _length = 0;
    }
}
