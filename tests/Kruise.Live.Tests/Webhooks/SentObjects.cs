using CsCheck;

namespace Kruise.Live.Tests.Webhooks;

/// <summary>JSON of objects as somebody may send them: members absent, null or there, in any order, with others that nobody here knows.</summary>
internal static class SentObjects
{
    public const string UnknownPrefix = "zz";

    private static readonly Gen<string> Number = Gen.Int[0, 999].Select(i => i.ToString());

    private static readonly Gen<string> Unknown = Gen.OneOf(
        Gen.Const("null"), Number, Gen.Const("\"x\""), Number.Select(n => $$$"""{"a/b~c":[{{{n}}},null,{"d":{}}]}"""), Gen.Const("[]"));

    private static readonly Gen<string> Time = Gen.Int[0, 59].Select(s => $"\"2026-01-02T03:04:{s:00}Z\"");

    private static readonly Gen<string> Policy = Obj(("timeoutSeconds", Number), ("backoffLimit", Number), ("ttlSecondsAfterFinished", Number));

    private static readonly Gen<string> Metadata = Obj(("annotations", Gen.Const("""{"a/b":"c"}""")), ("creationTimestamp", Gen.Const("null"))).Select(o => Put(o, "name", "\"n\""));

    private static readonly Gen<string> Tag =
        Obj(("createdAt", Time), ("pullPolicy", Policy), ("version", Number), ("ownerReferences", Gen.Const("""[{"uid":"u","name":"j","extra":1}]""")))
            .SelectMany(o => Gen.Int[0, 4].Select(i => i == 4 ? o : Put(o, "tag", $"\"v{i}\"")));

    private static readonly Gen<string> Image = Obj(("pullSecrets", Gen.Const("""[{"namespace":"n","name":"s"}]"""))).SelectMany(o => List(Tag).Select(tags => Put(o, "tags", tags)));

    public static Gen<string> Job { get; } = Root(
        "ImagePullJob",
        Obj(
            ("image", Gen.Const("\"nginx:1\"")),
            ("parallelism", AnyOf("1", "\"10%\"")),
            ("selector", Obj(("names", Gen.Const("""["a","b"]""")), ("matchLabels", Gen.Const("""{"x":"y"}""")))),
            ("pullSecrets", Gen.Const("""["s"]""")),
            ("pullPolicy", Policy),
            ("completionPolicy", Obj(("type", AnyOf("\"\"", "\"Always\"", "\"Never\"")), ("activeDeadlineSeconds", Number)))));

    public static Gen<string> NodeImage { get; } = Root(
        "NodeImage", Obj(("images", Map(("nginx", Image), ("reg.example/team/a~b", Image), ("busybox", Image)))));

    public static Gen<string> AnyOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    private static Gen<string> Root(string kind, Gen<string> spec) =>
        Gen.Select(Obj(("spec", spec), ("status", Obj(("desired", Number)))), Metadata)
            .Select((o, metadata) => Put(Put(Put(o, "metadata", metadata), "kind", $"\"{kind}\""), "apiVersion", "\"apps.kruise.io/v1alpha1\""));

    private static Gen<string> List(Gen<string> item) => item.Array[0, 5].Select(items => "[" + string.Join(',', items) + "]");

    private static Gen<string> Map(params (string Name, Gen<string> Value)[] members) => Members(members).Select(all => "{" + string.Join(',', all) + "}");

    private static Gen<string> Obj(params (string Name, Gen<string> Value)[] members)
    {
        Gen<string?> unknown = Gen.Select(Gen.Int[0, 2], Unknown).Select((i, value) => i == 0 ? $"\"{UnknownPrefix}~/{i}\":{value}" : null);
        return Gen.Select(Members(members), unknown, Gen.Bool).Select((known, u, first) =>
        {
            string[] all = u is null ? known : first ? [u, .. known] : [.. known, u];
            return "{" + string.Join(',', all) + "}";
        });
    }

    private static Gen<string[]> Members((string Name, Gen<string> Value)[] members) => members.Aggregate(
        Gen.Const(Array.Empty<string>()),
        (all, member) => Gen.Select(all, Member(member.Name, member.Value)).Select((a, m) => m is null ? a : [.. a, m]));

    private static Gen<string?> Member(string name, Gen<string> value) =>
        Gen.Select(Gen.Int[0, 5], value).Select((i, v) => i == 0 ? null : i == 1 ? $"\"{name}\":null" : $"\"{name}\":{v}");

    private static string Put(string obj, string name, string value) => obj == "{}" ? $"{{\"{name}\":{value}}}" : $"{{\"{name}\":{value},{obj[1..]}";
}
