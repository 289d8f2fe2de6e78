using Google.Protobuf.Reflection;
using Kruise.Live.Daemon.Cri;
using Xunit;

namespace Kruise.Live.Tests.Daemon.Cri;

/// <summary>Our trimmed proto is the published one on the wire.</summary>
public sealed class CriProtoTests
{
    private static readonly Dictionary<string, HashSet<string>> s_published = ReadPublished();

    [Fact]
    public void Messages_have_the_published_numbers_names_and_types()
    {
        Assert.Equal("runtime.v1", CriReflection.Descriptor.Package);
        foreach (MessageDescriptor message in CriReflection.Descriptor.MessageTypes)
        {
            HashSet<string> published = s_published["message " + message.Name];
            foreach (FieldDescriptor field in message.Fields.InDeclarationOrder())
            {
                Assert.Contains($"{field.FieldNumber} {field.Name} {TypeOf(field)}", published);
            }
        }
    }

    [Fact]
    public void Services_have_the_published_calls()
    {
        foreach (ServiceDescriptor service in CriReflection.Descriptor.Services)
        {
            string[] calls = [.. service.Methods.Select(m => $"{m.Name} {m.InputType.Name} {m.OutputType.Name}").Order(StringComparer.Ordinal)];
            Assert.Equal(calls, s_published["service " + service.Name].Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void Fields_that_we_left_out_are_passed_over()
    {
        // Image { id = "x", uid (5) = Int64Value { value = 7 }, pinned (8) = true }
        Image image = Image.Parser.ParseFrom([0x0A, 1, (byte)'x', 0x2A, 2, 0x08, 7, 0x40, 1]);
        Assert.Equal(("x", true), (image.Id, image.Pinned));
    }

    /// <summary>containerd/containerd, api/services/leases/v1/leases.proto; its messages are named without "Lease", which is not on the wire.</summary>
    [Fact]
    public void Leases_have_the_numbers_that_containerd_publishes()
    {
        Assert.Equal("containerd.services.leases.v1.Leases", LeasesReflection.Descriptor.Services.Single().FullName);
        Assert.Equal(["Create", "Delete"], LeasesReflection.Descriptor.Services.Single().Methods.Select(m => m.Name));
        Assert.Equal(
            ["1 id string", "3 labels map<string,string>", "1 id string"],
            LeasesReflection.Descriptor.MessageTypes.SelectMany(m => m.Fields.InDeclarationOrder()).Select(f => $"{f.FieldNumber} {f.Name} {TypeOf(f)}"));
    }

    private static string TypeOf(FieldDescriptor field)
    {
        if (field.IsMap)
        {
            return $"map<{TypeOf(field.MessageType.FindFieldByNumber(1))},{TypeOf(field.MessageType.FindFieldByNumber(2))}>";
        }

        string type = field.FieldType == FieldType.Message ? field.MessageType.Name : field.FieldType.ToString().ToLowerInvariant();
        return field.IsRepeated ? "repeated " + type : type;
    }

    private static Dictionary<string, HashSet<string>> ReadPublished()
    {
        var published = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        HashSet<string> current = [];
        foreach (string line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Daemon", "Cri", "cri-v1-fields.txt")))
        {
            if (line.StartsWith(' '))
            {
                current.Add(line.Trim());
            }
            else if (!line.StartsWith('#'))
            {
                published.Add(line, current = new HashSet<string>(StringComparer.Ordinal));
            }
        }

        return published;
    }
}
