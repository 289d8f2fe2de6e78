using YamlDotNet.RepresentationModel;

namespace Kruise.Live.Install;

/// <summary>One object of an installation, as YAML text with its comments.</summary>
/// <param name="File">The template that it comes from, without extension; several objects may share it.</param>
/// <param name="Text">The document, without separator.</param>
internal sealed record Manifest(string File, string Text)
{
    private YamlMappingNode? _root;

    public string ApiVersion => Scalar(Root, "apiVersion");

    public string Kind => Scalar(Root, "kind");

    public string Name => Scalar((YamlMappingNode)Root.Children["metadata"], "name");

    /// <summary>Null for what lives in no namespace.</summary>
    public string? Namespace =>
        ((YamlMappingNode)Root.Children["metadata"]).Children.TryGetValue("namespace", out YamlNode? node) ? ((YamlScalarNode)node).Value : null;

    private YamlMappingNode Root => _root ??= Parse(Text);

    private static YamlMappingNode Parse(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return (YamlMappingNode)stream.Documents[0].RootNode;
    }

    private static string Scalar(YamlMappingNode node, string key) => ((YamlScalarNode)node.Children[key]).Value!;
}
