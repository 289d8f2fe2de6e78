using k8s.Models;
using Kruise.Core.Admission;
using Kruise.Core.Api;
using Kruise.Core.Features;
using Kruise.Core.Reconciling;
using Kruise.Sim.Engine;

namespace Kruise.Sim.Scenarios;

/// <summary>A scenario file with its variants.</summary>
/// <param name="Path">The file.</param>
/// <param name="Variants">Its variants, at least one.</param>
/// <param name="Manifests">The manifest files that any of them names.</param>
internal sealed record ScenarioFile(string Path, IReadOnlyList<ScenarioVariant> Variants, IReadOnlyList<string> Manifests)
{
    public string Name => Variants[0].Scenario.Metadata.Name;

    /// <summary>The variant of a name, or of a place where none is named; null when there is none of that name, which is written.</summary>
    public ScenarioVariant? Choose(string? name, int place, string option, TextWriter errors)
    {
        ScenarioVariant? found = name is null ? Variants[Math.Min(place, Variants.Count - 1)] : Variants.FirstOrDefault(variant => variant.Name == name);
        if (found is null)
        {
            List<string> names = [.. Variants.Select(variant => variant.Name).OfType<string>()];
            string allowed = names.Count == 0 ? "no variant: the scenario has none" : string.Join(", ", names);
            errors.WriteLine($"{option} {Quote.Bare(name!)}: {new Finding("the scenario has no such variant", allowed, Nearest.Of(name!, names))}");
        }

        return found;
    }
}

/// <summary>Loads scenario files and tells what is wrong with them, all files together.</summary>
internal static class ScenarioFiles
{
    /// <summary>The files, or null when one of them has an error; every problem is written to <paramref name="errors"/>.</summary>
    public static IReadOnlyList<ScenarioFile>? Load(IReadOnlyList<string> paths, IReadOnlyList<string> sets, ulong? seed, TextWriter errors)
    {
        var files = new List<ScenarioFile>();
        bool good = true;
        foreach (string path in paths)
        {
            LoadResult loaded = Load(path, sets, seed);
            foreach (Problem problem in loaded.Problems)
            {
                errors.WriteLine(problem);
            }

            if (!loaded.Succeeded)
            {
                good = false;
                continue;
            }

            var file = new ScenarioFile(path, loaded.Variants, loaded.Manifests);
            if (files.Find(f => f.Name == file.Name) is { } same)
            {
                errors.WriteLine($"{path}: the scenario is named \"{file.Name}\", as that of {same.Path} is; scenarios that run together need names of their own");
                good = false;
            }

            files.Add(file);
        }

        return good ? files : null;
    }

    /// <summary>Loads one file; the meaning of its manifests is judged by the admission that a cluster would have.</summary>
    public static LoadResult Load(string path, IReadOnlyList<string> sets, ulong? seed) =>
        ScenarioLoader.Load(path, sets, seed, (manifest, sidecarSets) =>
            KruiseAdmission.Admit(new AdmissionRequest(AdmissionOperation.Create, manifest, FeatureGates.Default, SimTime.Epoch), new Files(sidecarSets)).Errors
                .Select(e => (e.Field, $"\"{e.Value}\": {e.Message}")));

    // What is known of the cluster is what the scenario's own files say.
    private sealed class Files(IReadOnlyList<SidecarSet> sidecarSets) : IAdmissionView
    {
        public bool HasCluster => false;

        public IReadOnlyList<SidecarSet> SidecarSets => sidecarSets;

        public V1Pod? Pod(ObjectKey key) => null;
    }
}
