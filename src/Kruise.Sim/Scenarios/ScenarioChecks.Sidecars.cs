using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Sim.Scenarios.Binding;
using Kruise.Sim.Scenarios.Reading;

namespace Kruise.Sim.Scenarios;

// SidecarSets, followed through the timeline as CloneSets are.
internal sealed partial class ScenarioChecks
{
    // By name; null where something is wrong that has been reported.
    private readonly SortedDictionary<string, AppliedSidecarSet?> _sidecarSets = new(StringComparer.Ordinal);

    private bool _sawNamelessSidecarSet;

    private sealed record AppliedSidecarSet(SidecarSet Object, YamlNode Node);

    private void NoteSidecarSet(IKubernetesObject<V1ObjectMeta> manifest, AppliedSidecarSet? state)
    {
        if (manifest is not SidecarSet)
        {
            return;
        }

        _sawBrokenWorkload |= state is null;
        if (manifest.Metadata.Name is null)
        {
            _sawNamelessSidecarSet = true;
        }
        else
        {
            _sidecarSets[manifest.Metadata.Name] = state;
        }
    }

    // What the set's containers ask for beyond single fields; whether all of it can be run.
    private bool CheckContainers(SidecarSet set, YamlNode node, FieldPath path)
    {
        int errors = _context.Problems.ErrorCount;
        CheckContainers(set.Spec.Containers ?? [], node, "spec.containers", path.Field("spec").Field("containers"));
        CheckContainers(set.Spec.InitContainers ?? [], node, "spec.initContainers", path.Field("spec").Field("initContainers"));
        NoteContainers((set.Spec.Containers ?? []).Concat(set.Spec.InitContainers ?? []));
        return _context.Problems.ErrorCount == errors;
    }

    private void CheckNoNamespace(DeleteAction delete, FieldPath path)
    {
        if ((_context.NodeOf(delete) as MappingNode)?.Find("namespace") is not null)
        {
            Error(delete, "namespace", path.Field("namespace"), new Finding($"a {delete.Kind} belongs to no namespace", "its name alone"));
        }
    }
}
