using Kruise.Core.Reconciling;
using Xunit;

namespace Kruise.Core.Tests;

public sealed class DependencyTests
{
    [Fact]
    public void Core_knows_the_base_library_and_the_models_of_KubernetesClient_and_nothing_else()
    {
        string[] others =
        [
            .. typeof(Plan).Assembly.GetReferencedAssemblies()
                .Select(assembly => assembly.Name!)
                .Where(name => name != "KubernetesClient" && !IsBaseLibrary(name)),
        ];
        Assert.Empty(others);
    }

    // The base library is what lies beside the assembly that holds System.Object, not what merely begins with "System.".
    private static bool IsBaseLibrary(string name) =>
        File.Exists(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, name + ".dll"));

    [Fact]
    public void The_rule_would_notice_another_package() =>
        Assert.False(IsBaseLibrary(typeof(CsCheck.Check).Assembly.GetName().Name!));
}
