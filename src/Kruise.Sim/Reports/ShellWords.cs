namespace Kruise.Sim.Reports;

/// <summary>Words as a shell reads them back.</summary>
internal static class ShellWords
{
    public static string Join(IEnumerable<string> words) => string.Join(' ', words.Select(word =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or ':' or '=' or ',' or '%' or '@') ? word : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'"));
}
