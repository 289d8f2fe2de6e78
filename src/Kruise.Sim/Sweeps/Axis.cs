using Kruise.Sim.Scenarios;

namespace Kruise.Sim.Sweeps;

/// <summary>One value that a sweep varies: its path, and what it takes, as <c>--set</c> has them.</summary>
/// <param name="Path">The path.</param>
/// <param name="Values">Its values in the order given; of a range the first and the last.</param>
/// <param name="Range">The range, where it is one.</param>
internal sealed record Axis(string Path, IReadOnlyList<string> Values, ValueRange? Range)
{
    /// <summary>How many values it may take.</summary>
    public int Count => Range is { } range ? range.Steps + 1 : Values.Count;

    /// <summary>One of them.</summary>
    public string At(int index) => Range?.At(index) ?? Values[index];

    /// <summary>Reads <c>path=v1,v2,...</c> or <c>path=low..high</c>. Commas inside brackets and quotes separate nothing.</summary>
    public static (Axis? Axis, Finding? Wrong) Read(string text)
    {
        const string Allowed = "path=v1,v2,... such as timeline[0].apply.spec.parallelism=10,20,50, or path=low..high";
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            return (null, new Finding("there is no path and values", Allowed));
        }

        string path = text[..equals].Trim();
        List<string> values = Split(text[(equals + 1)..]);
        if (values.Contains(""))
        {
            return (null, new Finding("a value is empty", Allowed));
        }

        if (values.GroupBy(value => value, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            return (null, new Finding($"{Quote.Text(twice.Key)} is named twice", "values that differ"));
        }

        if (values.Count > 1)
        {
            return (new Axis(path, values, null), null);
        }

        (ValueRange? range, Finding? wrong) = ValueRange.Read(values[0]);
        return wrong is not null ? (null, wrong) : (new Axis(path, range is null ? values : [range.At(0), range.At(range.Steps)], range), null);
    }

    private static List<string> Split(string text)
    {
        var parts = new List<string>();
        int depth = 0;
        char quote = '\0';
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (quote != '\0')
            {
                quote = c == quote ? '\0' : quote;
            }
            else if (c is '"' or '\'')
            {
                quote = c;
            }
            else if (c is '[' or '{')
            {
                depth++;
            }
            else if (c is ']' or '}')
            {
                depth--;
            }
            else if (c == ',' && depth == 0)
            {
                parts.Add(text[start..i].Trim());
                start = i + 1;
            }
        }

        parts.Add(text[start..].Trim());
        return parts;
    }
}
