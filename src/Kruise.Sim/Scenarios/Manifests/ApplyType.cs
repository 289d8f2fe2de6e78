using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Kruise.Sim.Scenarios.Binding;
using Kruise.Sim.Scenarios.Reading;

namespace Kruise.Sim.Scenarios.Manifests;

/// <summary>Kubernetes objects: a manifest's path, an object in place, or a list of both. Paths have become <see cref="ManifestNode"/>s before.</summary>
internal sealed class ApplyType : FieldType
{
    private const string DefaultNamespace = "default";

    public override string Allowed(FieldAttribute info) => "a manifest's path, an object with apiVersion, kind and metadata, or a list of both";

    public override bool TryBind(BindContext context, YamlNode node, FieldPath path, FieldAttribute info, out object? value)
    {
        var objects = new List<IKubernetesObject<V1ObjectMeta>>();
        if (node is SequenceNode sequence)
        {
            for (int i = 0; i < sequence.Items.Count; i++)
            {
                Add(context, sequence.Items[i], path.Item(i), info, objects);
            }
        }
        else
        {
            Add(context, node, path, info, objects);
        }

        value = new ApplyAction(objects);
        return true;
    }

    public override JsonObject Schema(SchemaDefinitions definitions, FieldAttribute info) => definitions.Manifests(ManifestRules.Types);

    private void Add(BindContext context, YamlNode node, FieldPath path, FieldAttribute info, List<IKubernetesObject<V1ObjectMeta>> objects)
    {
        switch (node)
        {
            case ManifestNode manifest:
                foreach (YamlNode document in manifest.Documents)
                {
                    AddObject(context, document, FieldPath.Root, objects);
                }

                break;
            case MappingNode:
                AddObject(context, node, path, objects);
                break;
            default:
                context.Error(node, path, new Finding($"found {node.Describe()}", Allowed(info)));
                break;
        }
    }

    private static void AddObject(BindContext context, YamlNode node, FieldPath path, List<IKubernetesObject<V1ObjectMeta>> objects)
    {
        if (ManifestRules.TypeOf(context, node, path) is not { } type)
        {
            return;
        }

        var bound = (IKubernetesObject<V1ObjectMeta>)RecordType.Bind(context, (MappingNode)node, path, RecordShape.Of(type.Type), null);
        context.Remember(bound, path);
        bound.Metadata ??= new V1ObjectMeta();
        if (type.IsNamespaced)
        {
            bound.Metadata.NamespaceProperty ??= DefaultNamespace;
        }
        else if (bound.Metadata.NamespaceProperty is not null)
        {
            context.Error(
                FieldLocator.Find(node, "metadata.namespace"),
                path.Field("metadata").Field("namespace"),
                new Finding($"a {type.Kind} belongs to no namespace", "nothing; spec.namespace limits a SidecarSet to the pods of one"));
            context.MarkBroken(bound);
        }

        objects.Add(bound);
    }
}
