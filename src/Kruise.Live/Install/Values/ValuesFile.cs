using System.Globalization;
using System.Text.Json.Nodes;
using Kruise.Live.Cli;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Kruise.Live.Install.Values;

/// <summary>Lays a values file over values, as Helm does: maps are merged, everything else is replaced, and null takes a key out of a map.</summary>
internal sealed class ValuesFile
{
    private readonly string _name;
    private readonly List<string> _problems = [];

    private ValuesFile(string name) => _name = name;

    /// <param name="name">The file's name, for messages.</param>
    /// <param name="text">What is in it.</param>
    /// <param name="values">Changed in place.</param>
    /// <exception cref="UserErrorException">All problems of the file, one a line.</exception>
    public static void Apply(string name, string text, JsonObject values)
    {
        var file = new ValuesFile(name);
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            file.Report(e.Start, "not YAML: " + e.Message);
        }

        if (stream.Documents.Count > 1)
        {
            file.Report(stream.Documents[1].RootNode.Start, "a values file is one document");
        }
        else if (file._problems.Count == 0 && stream.Documents.Count == 1)
        {
            file.Group(InstallValues.Root, "", stream.Documents[0].RootNode, values);
        }

        if (file._problems.Count > 0)
        {
            throw new UserErrorException(ExitCode.BadInput, string.Join("\nkruise: ", file._problems));
        }
    }

    private void Group(ValueGroup group, string path, YamlNode node, JsonObject values)
    {
        if (YamlToJson.IsNull(node))
        {
            return;
        }

        if (node is not YamlMappingNode mapping)
        {
            Report(node.Start, $"{(path.Length == 0 ? "the file" : path)} must be a map of {ValuePaths.Allowed(group)}");
            return;
        }

        foreach ((YamlNode key, YamlNode value) in mapping.Children)
        {
            string name = (key as YamlScalarNode)?.Value ?? "";
            string full = ValuePaths.Join(path, name);
            switch (group.Find(name))
            {
                case ValueGroup inner:
                    Group(inner, full, value, (JsonObject)values[name]!);
                    break;
                case ValueField field:
                    Field(field, full, value, values);
                    break;
                default:
                    Report(key.Start, ValuePaths.Unknown(group, path, name));
                    break;
            }
        }
    }

    private void Field(ValueField field, string path, YamlNode node, JsonObject values)
    {
        try
        {
            JsonNode? value = FieldReader.Read(field, node);
            if (value is JsonObject map && !YamlToJson.IsNull(node))
            {
                Merge((JsonObject)values[field.Name]!, map);
            }
            else
            {
                values[field.Name] = value;
            }
        }
        catch (ValueProblemException e)
        {
            Report(e.Position, $"{path} {e.Message}");
        }
    }

    private static void Merge(JsonObject target, JsonObject source)
    {
        foreach ((string key, JsonNode? value) in source.ToList())
        {
            if (value is null)
            {
                target.Remove(key);
            }
            else if (value is JsonObject inner && target[key] is JsonObject existing)
            {
                Merge(existing, inner);
            }
            else
            {
                target[key] = value.DeepClone();
            }
        }
    }

    private void Report(Mark position, string problem) =>
        _problems.Add(string.Create(CultureInfo.InvariantCulture, $"{_name}:{position.Line}:{position.Column}: {problem}"));
}
