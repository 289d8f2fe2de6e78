using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using k8s.Models;
using Kruise.Sim.Reports;
using Kruise.Sim.Scenarios.Binding;
using Kruise.Sim.Scenarios.Manifests;
using Xunit;

namespace Kruise.Sim.Tests.Scenarios;

/// <summary>What the twin makes of every field of a pod: nothing that Kubernetes knows is forgotten, and the page says the same as the code.</summary>
public sealed class PodFieldsTests
{
    [Fact]
    public void Every_field_of_the_types_is_in_exactly_one_class()
    {
        foreach ((Type type, _, IReadOnlyList<PodField> fields) in PodFields.All)
        {
            IEnumerable<string> known = type.GetProperties().Select(p => p.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name).OfType<string>();
            Assert.Equal(known.Order(StringComparer.Ordinal), fields.Select(f => f.Name).Order(StringComparer.Ordinal));
        }
    }

    // Whatever stands below a modelled field is either classified itself, or a text, a number or a list of these.
    [Fact]
    public void Nothing_below_a_modelled_field_is_left_open()
    {
        HashSet<Type> classified = [.. PodFields.All.Select(t => t.Type), typeof(V1LabelSelector), typeof(V1LabelSelectorRequirement), typeof(V1ObjectMeta)];
        HashSet<Type> reached = [];
        var open = new Queue<Type>([typeof(V1PodTemplateSpec), typeof(V1PersistentVolumeClaimSpec)]);
        while (open.TryDequeue(out Type? type))
        {
            if (!reached.Add(type))
            {
                continue;
            }

            foreach (PropertyInfo property in type.GetProperties())
            {
                string? name = property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name;
                Type inner = property.PropertyType is { IsGenericType: true } generic ? generic.GetGenericArguments()[^1] : property.PropertyType;
                bool isRecord = inner.Namespace == "k8s.Models" && inner.GetProperties().Any(p => p.GetCustomAttribute<JsonPropertyNameAttribute>() is not null);
                if (name is not null && isRecord && PodFields.Of(type, name)?.Use == PodFieldUse.Modelled && !Handlers.Contains(inner))
                {
                    Assert.True(classified.Contains(inner), $"{type.Name}.{name} is modelled, but the fields of {inner.Name} are not classified");
                    open.Enqueue(inner);
                }
            }
        }

        Assert.Equal([typeof(V1ContainerPort)], PodFields.All.Select(t => t.Type).Except(reached));
    }

    // Handlers of hooks have one field each that matters, or none.
    private static readonly Type[] Handlers = [typeof(V1ExecAction), typeof(V1HTTPGetAction), typeof(V1TCPSocketAction), typeof(V1SleepAction)];

    // A field that is accepted must be readable all the way down: otherwise a manifest that uses it would break the reader instead of being read.
    [Fact]
    public void Every_accepted_field_can_be_read()
    {
        int fields = 0;
        HashSet<Type> seen = [];
        var open = new Queue<RecordShape>([RecordShape.Of(typeof(V1PodTemplateSpec)), RecordShape.Of(typeof(V1PersistentVolumeClaim), inTemplate: true)]);
        while (open.TryDequeue(out RecordShape? shape))
        {
            foreach (FieldShape field in shape.Fields)
            {
                fields++;
                FieldType type = field.Type is ListType list ? list.Element : field.Type;
                Assert.True(type is RecordType or MapType or ScalarType, $"{shape.Type.Name}.{field.Name}: {type}");
                if (type is RecordType record && seen.Add(record.Shape.Type))
                {
                    Assert.True(record.Shape.Fields.Count > 0, record.Shape.Type.Name);
                    open.Enqueue(record.Shape);
                }
            }
        }

        Assert.True(fields > 150, $"{fields}");
    }

    [Fact]
    public void Reasons_read_as_sentences()
    {
        foreach (PodField field in PodFields.All.SelectMany(t => t.Fields))
        {
            Assert.False(field.Why.EndsWith('.'), field.Name);
            Assert.True(field.Use != PodFieldUse.Refused || field.Why.StartsWith("is ", StringComparison.Ordinal) || field.Why.StartsWith("are ", StringComparison.Ordinal) || field.Why.StartsWith("belongs ", StringComparison.Ordinal), field.Name);
        }
    }

    [Fact]
    public void The_page_says_what_the_code_does()
    {
        string path = Path.Combine(Here(), "../../../docs/workloads.md");
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
        {
            File.WriteAllText(path, WorkloadsPage.Text());
        }

        Assert.True(
            string.Equals(WorkloadsPage.Text(), File.ReadAllText(path), StringComparison.Ordinal),
            "docs/workloads.md differs from the code: run this test with UPDATE_DOCS=1 and commit the file");
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
