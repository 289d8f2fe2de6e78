using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Kruise.Live.Cli;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Kruise.Live.Install.Values;

/// <summary>
/// One <c>--set a.b=value</c>: the value is read as its definition says. Maps and lists are JSON or YAML on one line; a path may go on inside them:
/// <c>manager.tolerations[0].key=x</c>, <c>manager.nodeSelector.kubernetes\.io/os=linux</c>.
/// </summary>
internal static class SetOption
{
    /// <param name="option">The text after <c>--set</c>.</param>
    /// <param name="values">Changed in place.</param>
    /// <exception cref="UserErrorException">What is wrong, in one line.</exception>
    public static void Apply(string option, JsonObject values)
    {
        int equals = option.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            throw Problem(option, "must be NAME=VALUE, for example manager.replicas=3");
        }

        string text = option[(equals + 1)..];
        List<string> steps = Steps(option, option[..equals]);
        ValueGroup group = InstallValues.Root;
        JsonObject holder = values;
        string path = "";
        for (int i = 0; i < steps.Count; i++)
        {
            switch (group.Find(steps[i]))
            {
                case ValueGroup inner:
                    group = inner;
                    holder = (JsonObject)holder[inner.Name]!;
                    path = ValuePaths.Join(path, inner.Name);
                    break;
                case ValueField field:
                    Set(option, (field, ValuePaths.Join(path, field.Name)), steps[(i + 1)..], holder, text);
                    return;
                default:
                    throw Problem(option, ValuePaths.Unknown(group, path, steps[i]));
            }
        }

        throw Problem(option, $"'{path}' is a group of values: set one of {ValuePaths.Allowed(group)}");
    }

    private static void Set(string option, (ValueField Definition, string Path) place, List<string> inside, JsonObject holder, string text)
    {
        (ValueField field, string path) = place;
        bool hasParts = field.Kind is ValueKind.Map or ValueKind.TextMap or ValueKind.List;
        if (inside.Count > 0 && !hasParts)
        {
            throw Problem(option, $"'{path}' is {FieldReader.Allowed(field)} and has no parts");
        }

        try
        {
            if (!hasParts)
            {
                holder[field.Name] = FieldReader.Scalar(field, text, Mark.Empty);
            }
            else if (inside.Count == 0)
            {
                holder[field.Name] = FieldReader.Read(field, Parse(text));
            }
            else
            {
                JsonNode? value = field.Kind == ValueKind.TextMap ? JsonValue.Create(text) : YamlToJson.Convert(Parse(text));
                JsonNode root = holder[field.Name]!;
                Put(option, root, inside, value);
                if (root is JsonObject map)
                {
                    FieldReader.Checked(field, null, map);
                }
            }
        }
        catch (ValueProblemException e)
        {
            throw Problem(option, $"'{path}' {e.Message}");
        }
        catch (YamlException e)
        {
            throw Problem(option, $"the value is neither JSON nor YAML: {e.Message}");
        }
    }

    private static void Put(string option, JsonNode root, List<string> steps, JsonNode? value)
    {
        JsonNode node = root;
        for (int i = 0; i < steps.Count; i++)
        {
            JsonNode? next = i == steps.Count - 1 ? value : steps[i + 1].StartsWith('[') ? new JsonArray() : new JsonObject();
            bool last = i == steps.Count - 1;
            if (node is JsonArray list)
            {
                if (!int.TryParse(steps[i].Trim('[', ']'), NumberStyles.None, CultureInfo.InvariantCulture, out int index) || index > list.Count)
                {
                    throw Problem(option, $"'{steps[i]}' must be an index from [0] to [{list.Count.ToString(CultureInfo.InvariantCulture)}]");
                }

                if (index == list.Count)
                {
                    list.Add(next);
                }
                else if (last)
                {
                    list[index] = next;
                }

                node = list[index] ?? new JsonObject();
            }
            else if (node is JsonObject map && !steps[i].StartsWith('['))
            {
                if (last || map[steps[i]] is null)
                {
                    map[steps[i]] = next;
                }

                node = map[steps[i]] ?? map;
            }
            else
            {
                throw Problem(option, $"there is no '{steps[i]}' in {(node is JsonObject ? "a map" : "a value without parts")}");
            }
        }
    }

    private static YamlNode Parse(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return stream.Documents.Count == 0 ? new YamlScalarNode("") : stream.Documents[0].RootNode;
    }

    // Splits at dots and before brackets; a backslash takes the next character as it is.
    private static List<string> Steps(string option, string path)
    {
        var steps = new List<string>();
        var step = new StringBuilder();
        for (int i = 0; i < path.Length; i++)
        {
            char c = path[i];
            if (c == '\\' && i + 1 < path.Length)
            {
                step.Append(path[++i]);
            }
            else if (c == '.' || (c == '[' && step.Length > 0))
            {
                steps.Add(step.ToString());
                step.Clear().Append(c == '[' ? "[" : "");
            }
            else
            {
                step.Append(c);
            }
        }

        steps.Add(step.ToString());
        return steps.Any(s => s.Length == 0) ? throw Problem(option, "a name in the path is empty") : steps;
    }

    private static UserErrorException Problem(string option, string problem) => new(ExitCode.BadInput, $"--set {option}: {problem}");
}
