using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Kruise.Manifests;

/// <summary>The doc comments of Core's types, as plain text.</summary>
internal sealed partial class XmlDocs
{
    private readonly Dictionary<string, XElement> _members;

    private XmlDocs(Dictionary<string, XElement> members) => _members = members;

    /// <summary>Reads the comments that the compiler laid beside an assembly.</summary>
    public static XmlDocs Of(Assembly assembly) => new(
        XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml"))
            .Descendants("member")
            .Where(member => member.Element("summary") is not null)
            .ToDictionary(member => member.Attribute("name")!.Value, member => member.Element("summary")!, StringComparer.Ordinal));

    /// <exception cref="InvalidOperationException">There is none: `kubectl explain` would be silent.</exception>
    public string For(Type type) => Text("T:" + type.FullName);

    /// <exception cref="InvalidOperationException">There is none: `kubectl explain` would be silent.</exception>
    public string For(PropertyInfo property) => Text($"P:{property.DeclaringType!.FullName}.{property.Name}");

    private string Text(string id)
    {
        XElement summary = _members.TryGetValue(id, out XElement? found) ? found : throw new InvalidOperationException($"{id} has no doc comment");
        string text = string.Concat(summary.Nodes().Select(node => node switch
        {
            XElement e when e.Attribute("cref") is { } reference => reference.Value[(reference.Value.LastIndexOf('.') + 1)..],
            XElement e => e.Value,
            XText t => t.Value,
            _ => "",
        }));
        return Spaces().Replace(text, " ").Trim();
    }

    [GeneratedRegex(@"\s+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Spaces();
}
