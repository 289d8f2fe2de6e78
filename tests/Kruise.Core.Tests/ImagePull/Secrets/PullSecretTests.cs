using System.Text;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.ImagePull.Secrets;
using Kruise.Core.Reconciling;
using Xunit;

namespace Kruise.Core.Tests.ImagePull.Secrets;

public sealed class PullSecretTests
{
    private readonly TestCluster _cluster = new(another: new PullSecretReconciler());

    [Fact]
    public void A_secret_that_a_job_names_is_copied_for_the_daemons_and_follows_its_source()
    {
        _cluster.AddNodes(1);
        _cluster.Apply(Secret("regcred", "first"));
        _cluster.Apply(Jobs.Of("warm", "reg.example/a:1").WithSecrets("regcred"));
        _cluster.Settle();

        V1Secret copy = Copy("regcred")!;
        Assert.Equal("first", Text(copy));
        Assert.Equal("kubernetes.io/dockerconfigjson", copy.Type);
        Assert.Equal(new ObjectKey("default", "regcred"), PullSecretCopies.SourceOf(copy));

        _cluster.Apply(Stored("regcred") with { Data = Data("second") });
        _cluster.Settle();

        Assert.Equal("second", Text(Copy("regcred")!));
    }

    [Fact]
    public void A_secret_that_comes_after_its_job_is_copied_too()
    {
        _cluster.AddNodes(1);
        _cluster.Apply(Jobs.Of("warm", "reg.example/a:1").WithSecrets("regcred"));
        _cluster.Settle();
        Assert.Null(Copy("regcred"));

        _cluster.Apply(Secret("regcred", "late"));
        _cluster.Settle();

        Assert.Equal("late", Text(Copy("regcred")!));
    }

    [Fact]
    public void The_copy_goes_with_the_last_unfinished_job_that_needs_it()
    {
        _cluster.AddNodes(1);
        _cluster.Apply(Secret("regcred", "x"));
        _cluster.Apply(Jobs.Of("one", "reg.example/a:1").WithSecrets("regcred"));
        _cluster.Apply(Jobs.Of("two", "reg.example/b:1").WithSecrets("regcred", "regcred"));
        _cluster.Settle();

        _cluster.Report("n000", "reg.example/a", "1", ImagePullPhase.Succeeded);
        _cluster.Settle();
        Assert.NotNull(_cluster.Job("one").Status.CompletionTime);
        Assert.NotNull(Copy("regcred"));

        _cluster.Delete<ImagePullJob>("default", "two");
        _cluster.Settle();

        Assert.Null(Copy("regcred"));
    }

    [Fact]
    public void A_job_that_names_another_secret_lets_go_of_the_first()
    {
        _cluster.AddNodes(1);
        _cluster.Apply(Secret("old", "x"));
        _cluster.Apply(Secret("new", "y"));
        _cluster.Apply(Jobs.Of("warm", "reg.example/a:1").WithSecrets("old"));
        _cluster.Settle();

        _cluster.Apply(_cluster.Job("warm").WithSecrets("new"));
        _cluster.Settle();

        Assert.Null(Copy("old"));
        Assert.Equal("y", Text(Copy("new")!));
    }

    [Theory]
    [InlineData("Opaque")]
    [InlineData("kubernetes.io/service-account-token")]
    [InlineData(null)]
    public void No_other_kind_of_secret_is_copied_whatever_a_job_names(string? type)
    {
        _cluster.AddNodes(1);
        _cluster.Apply(Secret("token", "x") with { Type = type });
        _cluster.Apply(Jobs.Of("warm", "reg.example/a:1").WithSecrets("token"));
        _cluster.Settle();

        Assert.Null(Copy("token"));
    }

    [Fact]
    public void A_copy_whose_source_is_gone_or_changed_its_kind_is_removed_and_made_anew()
    {
        _cluster.AddNodes(1);
        _cluster.Apply(Secret("regcred", "x"));
        _cluster.Apply(Jobs.Of("warm", "reg.example/a:1").WithSecrets("regcred"));
        _cluster.Settle();

        _cluster.Delete<V1Secret>("default", "regcred");
        _cluster.Settle();
        Assert.Null(Copy("regcred"));

        _cluster.Apply(Secret("regcred", "y") with { Type = "kubernetes.io/dockercfg" });
        _cluster.Settle();
        Assert.Equal("kubernetes.io/dockercfg", Copy("regcred")!.Type);
    }

    [Fact]
    public void A_manager_that_starts_anew_removes_copies_that_nobody_needs_any_more()
    {
        _cluster.AddNodes(1);
        _cluster.Apply(Secret("regcred", "x"));
        _cluster.Apply(Jobs.Of("warm", "reg.example/a:1").WithSecrets("regcred"));
        _cluster.Settle();
        _cluster.Delete<ImagePullJob>("default", "warm");

        TestCluster fresh = _cluster.Restart(new PullSecretReconciler());
        fresh.Settle();

        Assert.Null(fresh.Get<V1Secret>(PullSecretCopies.CopyOf(new ObjectKey("default", "regcred"))));
    }

    [Fact]
    public void Names_of_copies_are_valid_and_differ_by_source()
    {
        ObjectKey[] sources =
        [
            new("a", "b.c"), new("a.b", "c"), new(new string('n', 63), new string('s', 253)), new(new string('n', 63), new string('s', 252) + "t"),
        ];

        string[] names = [.. sources.Select(source => PullSecretCopies.CopyOf(source).Name)];

        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.All(names, name => Assert.Matches("^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$", name));
        Assert.All(names, name => Assert.True(name.Length <= 253));
    }

    [Fact]
    public void What_only_looks_like_a_copy_has_no_source()
    {
        V1Secret forged = Secret("x", "y") with
        {
            Metadata = new V1ObjectMeta
            {
                Name = "x",
                NamespaceProperty = PullSecretCopies.Namespace,
                Annotations = new Dictionary<string, string> { [PullSecretCopies.SourceAnnotation] = "default/regcred" },
            },
        };

        Assert.Null(PullSecretCopies.SourceOf(forged));
    }

    private V1Secret Stored(string name) => _cluster.Get<V1Secret>(new ObjectKey("default", name))!;

    private V1Secret? Copy(string name) => _cluster.Get<V1Secret>(PullSecretCopies.CopyOf(new ObjectKey("default", name)));

    private static V1Secret Secret(string name, string text) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "default" },
        Type = "kubernetes.io/dockerconfigjson",
        Data = Data(text),
    };

    private static Dictionary<string, byte[]> Data(string text) => new() { [".dockerconfigjson"] = Encoding.UTF8.GetBytes(text) };

    private static string Text(V1Secret secret) => Encoding.UTF8.GetString(secret.Data.Single().Value);
}
